"""The steps that more than one verb takes. Each imports its stage when it is called, so that `--help` is instant."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from commands.terminal import progress_bar
from data.settings import Settings

if TYPE_CHECKING:
    from data.archive import Archive
    from data.records import Article
    from nlp.pipeline import Extractor


def extractor() -> Extractor:
    """The loaded pipeline."""
    from nlp.pipeline import load_pipeline

    return load_pipeline()


@contextmanager
def open_archive(settings: Settings, verb: str) -> Iterator[Archive]:
    """The private database, made on first use, while no other tracker works on it."""
    from data.archive import Archive
    from data.lock import hold

    with hold(settings.home, verb), Archive(settings.archive) as archive:
        yield archive


def extract_archive(archive: Archive, reader: Extractor) -> dict[str, Any]:
    """Read what this pipeline has not read yet; each article is its own transaction.

    An article that breaks the pipeline is named and stays unread; the others are read.
    """
    from nlp.pipeline import ExtractionError

    ids: deque[int] = deque()

    def unread() -> Iterator[Article]:
        for article_id, article in archive.unread(reader.version):
            ids.append(article_id)
            yield article

    with archive.run("extract") as counts, progress_bar("extract") as show:
        counts.update(articles=0, relevant=0, reports=0, failed=0)
        for result in reader.results(unread()):
            article_id = ids.popleft()
            if isinstance(result, ExtractionError):
                click.echo(f"tracker: {result}", err=True)
                counts["failed"] += 1
                continue
            archive.store_extraction(article_id, result)
            counts["articles"] += 1
            counts["relevant"] += result.relevant
            counts["reports"] += len(result.events)
            show(counts["articles"], None)
    return counts


def link_archive(archive: Archive) -> dict[str, Any]:
    """Reports into events."""
    from data.linking import link as join_reports

    with archive.run("link") as counts:
        counts.update(join_reports(archive))
    return counts


def publish_archive(archive: Archive, settings: Settings, *, sample: bool) -> dict[str, Any]:
    """Events into the public database."""
    from data.gazetteer import load_gazetteer
    from data.publish import publish as build
    from nlp.ontology import load as load_ontology
    from nlp.pipeline import pipeline_version

    ontology = load_ontology()
    with archive.run("publish") as counts:
        built = build(
            archive,
            settings.public,
            event_types=[(t.name, t.label, t.family, t.definition) for t in ontology.event_types.values()],
            agreement_types=[(t.name, t.label, t.definition) for t in ontology.agreement_types.values()],
            gazetteer=load_gazetteer(),
            sample=sample,
            pipeline=pipeline_version(),
            contact=settings.contact,
        )
        counts.update(built)
    return counts


def serve_public(settings: Settings, port: int | None) -> None:
    """The site, until Ctrl-C."""
    from data.site import serve_site

    serve_site(settings.public, port=port or settings.port)
