"""Articles to reports: `tracker extract` and `tracker evaluate`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from commands.steps import extract_archive, extractor, open_archive
from commands.terminal import EXISTING, NEW_FILE, Failure, report
from data.files import whole_file, write_whole
from data.settings import load_settings


@click.command()
@click.argument("file", required=False, type=EXISTING)
@click.option("--out", type=NEW_FILE, help="Where the answers go, one a line.")
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
        with open_archive(settings, "extract") as archive:
            report("extract", extract_archive(archive, extractor()))
        return
    if out is None:
        raise click.UsageError("a FILE needs --out")
    if extract_file(file, out):
        raise Failure(f"{file}: some lines could not be read; see the error lines of {out}")


@click.command()
@click.argument("gold", type=EXISTING)
@click.option("--pages", type=EXISTING, help="WARC file with the pages of labels that carry a url and no text.")
@click.option("--json", "json_file", type=NEW_FILE, help="Write the figures here too.")
def evaluate(gold: Path, pages: Path | None, json_file: Path | None) -> None:
    """Measure the extractor against a labelled file: precision, recall and F1, field by field."""
    from nlp.evaluate import evaluate as measure
    from nlp.evaluate import load_gold, render

    rows = load_gold(gold)
    result = measure(rows, extractor(), texts=page_articles(pages) if pages else None)
    click.echo(render(result))
    if json_file:
        write_whole(json_file, json.dumps(result.as_dict(), indent=1) + "\n")


def extract_file(file: Path, out: Path) -> int:
    """The extraction contract on a file; returns the number of lines that failed. `out` appears whole or not at all."""
    from nlp.contract import extract_lines

    failures = 0
    with file.open(encoding="utf-8", errors="replace") as lines, whole_file(out) as write:
        for answer, failed in extract_lines(lines, extractor()):
            write(json.dumps(answer, ensure_ascii=False) + "\n")
            failures += failed
    return failures


def page_articles(warc: Path) -> dict[str, Any]:
    """Every article of a WARC file by its URL as archived."""
    from crawler.articles import extract_article
    from data.backfill import read_pages

    pages = ((page.url, extract_article(page.body, page.url)) for page in read_pages(warc))
    return {url: article for url, article in pages if article is not None}
