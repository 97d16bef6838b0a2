"""The command line: one verb a stage. Each verb imports its stage when it is called, so `tracker --help` is instant."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from data.errors import TrackerError
from data.settings import Settings, load_settings

if TYPE_CHECKING:
    from data.archive import Archive
    from data.records import Article
    from nlp.pipeline import Extractor

ISO_DATE = click.DateTime(formats=["%Y-%m-%d"])
EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
SAMPLE_SINCE = date(2026, 1, 1)


class Failure(click.ClickException):
    """A run that could not do its work: one clear line, exit status 1."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sanctuary-tracker")
def cli() -> None:
    """Track how US cities and counties deal with federal immigration enforcement: news in, a database of events out."""


@cli.command()
@click.option("--source", "ids", multiple=True, metavar="ID", help="Only this outlet; may be given more than once.")
@click.option("--state", metavar="XX", help="Only outlets of this state.")
@click.option("--since", type=ISO_DATE, help="Skip older stories [default: max_age_days before today].")
@click.option("--limit", type=click.IntRange(min=1), help="Stop after this many pages.")
@click.option("--registry", type=EXISTING, help="Another registry file than the bundled one.")
def crawl(ids: tuple[str, ...], state: str | None, since: Any, limit: int | None, registry: Path | None) -> None:
    """Visit the outlets and keep what may be about cooperation with federal immigration enforcement."""
    from crawler.run import crawl as run_spiders
    from data.sources import load_sources, select_sources
    from nlp.relevance import SCREEN_THRESHOLD, screen

    settings = load_settings()
    if not settings.contact:
        raise Failure(
            "the crawler must say who it is: set contact in "
            f"{settings.home / 'tracker.toml'} or TRACKER_CONTACT to a URL or mail address"
        )
    sources = select_sources(load_sources(registry), ids=ids, state=state)
    with open_archive(settings) as archive, archive.run("crawl") as counts, progress_bar("crawl") as show:
        archive.sync_sources(sources)
        crawled = run_spiders(
            sources,
            archive=archive,
            screen=screen,
            threshold=SCREEN_THRESHOLD,
            warc_dir=settings.warc,
            contact=settings.contact,
            since=since.date() if since else settings.oldest(date.today()),
            limit=limit,
            delay=settings.delay,
            per_host=settings.per_host,
            max_pages=settings.max_pages,
            progress=lambda c: show(c.fetched, None),
        )
        counts.update(totals(crawled))
    report("crawl", counts)


@cli.command()
@click.argument("file", required=False, type=EXISTING)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where the answers go, one a line.")
def extract(file: Path | None, out: Path | None) -> None:
    """Read articles into reports of events.

    Without FILE, every article of the archive that this pipeline has not read. With FILE (JSON lines: url, title, text,
    published, source), no database: one answer a line to --out, in the same order. A bad line gives an "error" in its
    place and exit status 1 at the end.
    """
    if file is None:
        if out is not None:
            raise click.UsageError("--out goes with a FILE")
        settings = load_settings()
        with open_archive(settings) as archive:
            report("extract", extract_archive(archive, extractor()))
        return
    if out is None:
        raise click.UsageError("a FILE needs --out")
    if extract_file(file, out):
        raise Failure(f"{file}: some lines could not be read; see the error lines of {out}")


@cli.command()
def link() -> None:
    """Join reports of the same event."""
    with open_archive(load_settings()) as archive:
        report("link", link_archive(archive))


@cli.command()
def publish() -> None:
    """Build the public database aside, check it, swap it in."""
    settings = load_settings()
    with open_archive(settings) as archive:
        report("publish", publish_archive(archive, settings, sample=False))


@cli.command()
@click.option("--port", type=click.IntRange(1, 65535), envvar="PORT", help="Port on this machine [default: 8001].")
def serve(port: int | None) -> None:
    """Serve the site on the public database."""
    settings = load_settings()
    if not settings.public.is_file():
        raise Failure(f"{settings.public} does not exist yet: run `tracker publish` first, or `tracker demo` to try it")
    serve_public(settings, port)


@cli.command()
@click.option("--port", type=click.IntRange(1, 65535), envvar="PORT", help="Port of the site [default: 8001].")
@click.option("--no-serve", is_flag=True, help="Run the chain, print what it found, do not serve the site.")
def demo(port: int | None, no_serve: bool) -> None:
    """Crawl the bundled sample outlets over HTTP, run the whole chain on them, serve the site.

    The demonstration has a home of its own, made new each time: sample stories never meet real ones.
    """
    from data.sample.server import serve_sample

    settings = load_settings()
    settings = replace(settings, home=settings.home / "demo")
    if settings.home.exists():
        shutil.rmtree(settings.home)
    with serve_sample() as server:
        click.echo("Invented sample outlets are up on this machine. First visit:")
        crawl_sample(settings, server.proxy_url)
        server.revision = 1
        click.echo("Second visit, a day later: what has not changed is not sent again.")
        crawl_sample(settings, server.proxy_url)
    with open_archive(settings) as archive:
        report("extract", extract_archive(archive, extractor()))
        report("link", link_archive(archive))
        report("publish", publish_archive(archive, settings, sample=True))
    if not no_serve:
        serve_public(settings, port)


@cli.group()
def sources() -> None:
    """The registry of outlets."""


@sources.command("list")
@click.option("--state", metavar="XX", help="Only outlets of this state.")
@click.option("--registry", type=EXISTING, help="Another registry file than the bundled one.")
def list_sources(state: str | None, registry: Path | None) -> None:
    """Print the outlets, one a line."""
    from data.sources import load_sources, select_sources

    for s in select_sources(load_sources(registry), state=state):
        click.echo(f"{s.state}  {s.id:<24} {s.kind:<11} {s.name} ({s.domain})")


@cli.command()
@click.argument("warcs", nargs=-1, required=True, type=EXISTING)
def backfill(warcs: tuple[Path, ...]) -> None:
    """Read WARC files (CC-NEWS and the like) as if their pages had been crawled; run again, nothing is added twice."""
    from crawler.articles import extract_article
    from data.backfill import backfill as read_warcs
    from nlp.relevance import SCREEN_THRESHOLD, screen

    settings = load_settings()
    with open_archive(settings) as archive:
        with archive.run("backfill") as counts, progress_bar("backfill") as show:
            read = read_warcs(
                warcs,
                archive=archive,
                extract_article=extract_article,
                screen=screen,
                threshold=SCREEN_THRESHOLD,
                progress=show,
            )
            counts.update(totals(read))
        report("backfill", counts)
        report("extract", extract_archive(archive, extractor()))
        report("link", link_archive(archive))
        report("publish", publish_archive(archive, settings, sample=False))


@cli.command()
@click.argument("gold", type=EXISTING)
@click.option("--pages", type=EXISTING, help="WARC file with the pages of labels that carry a url and no text.")
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures here too."
)
def evaluate(gold: Path, pages: Path | None, json_file: Path | None) -> None:
    """Measure the extractor against a labelled file: precision, recall and F1, field by field."""
    from nlp.evaluate import evaluate as measure
    from nlp.evaluate import load_gold, render

    rows = load_gold(gold)
    result = measure(rows, extractor(), texts=page_articles(pages) if pages else None)
    click.echo(render(result))
    if json_file:
        json_file.write_text(json.dumps(result.as_dict(), indent=1) + "\n", encoding="utf-8")


# The steps that more than one verb takes.


def extractor() -> Extractor:
    """The loaded pipeline."""
    from nlp.pipeline import load_pipeline

    return load_pipeline()


def open_archive(settings: Settings) -> Archive:
    """The private database, made on first use."""
    from data.archive import Archive

    settings.home.mkdir(parents=True, exist_ok=True)
    return Archive(settings.archive)


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


def extract_file(file: Path, out: Path) -> int:
    """The extraction contract on a file; returns the number of lines that failed. `out` appears whole or not at all."""
    from nlp.contract import extract_lines

    failures = 0
    aside = out.with_name(out.name + ".partial")
    with file.open(encoding="utf-8", errors="replace") as lines, aside.open("w", encoding="utf-8") as answers:
        for answer, failed in extract_lines(lines, extractor()):
            answers.write(json.dumps(answer, ensure_ascii=False) + "\n")
            failures += failed
    aside.replace(out)
    return failures


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
        )
        counts.update(built)
    return counts


def serve_public(settings: Settings, port: int | None) -> None:
    """The site, until Ctrl-C."""
    from data.site import serve_site

    serve_site(settings.public, port=port or settings.port)


def crawl_sample(settings: Settings, proxy_url: str) -> None:
    """The crawl verb in a process of its own, sent to the sample outlets through their loopback proxy."""
    import data.sample

    registry = Path(data.sample.__file__).with_name("sources.csv")
    command = [sys.executable, "-m", "tracker", "crawl", "--registry", str(registry), "--since", str(SAMPLE_SINCE)]
    environment = {k: v for k, v in os.environ.items() if k.lower() != "no_proxy"} | {
        "TRACKER_HOME": str(settings.home),
        "TRACKER_CONTACT": "the demonstration on this machine",
        "TRACKER_DELAY": "0.05",
        "http_proxy": proxy_url,
    }
    if subprocess.run(command, env=environment, check=False).returncode:
        raise Failure("the crawl of the sample outlets failed; its own message stands above")


def page_articles(warc: Path) -> dict[str, Any]:
    """Every article of a WARC file by its URL as archived."""
    from crawler.articles import extract_article
    from data.backfill import read_pages

    pages = ((page.url, extract_article(page.body, page.url)) for page in read_pages(warc))
    return {url: article for url, article in pages if article is not None}


@contextmanager
def progress_bar(label: str) -> Iterator[Any]:
    """A function (done, total or None) that moves a bar on a terminal and is silent elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def totals(counts: Any) -> dict[str, int]:
    """The whole numbers of a stage's dataclass of counts."""
    values = {f.name: getattr(counts, f.name) for f in fields(counts)}
    return {name: int(value) for name, value in values.items() if isinstance(value, int)}


def report(stage: str, counts: dict[str, Any]) -> None:
    """One plain line: what the stage did."""
    click.echo(
        f"{stage}: " + ", ".join(f"{v:,} {k.replace('_', ' ')}" for k, v in counts.items() if isinstance(v, int))
    )


def main() -> None:
    """Entry point: exit status 0 done, 1 failed, 2 wrong usage."""
    try:
        cli(standalone_mode=False)
    except TrackerError as error:
        click.echo(f"tracker: {error}", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)


if __name__ == "__main__":
    main()
