"""The web to the archive: `tracker crawl` and `tracker backfill`."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from commands.steps import extract_archive, extractor, link_archive, open_archive, publish_archive
from commands.terminal import EXISTING, ISO_DATE, Failure, progress_bar, report, totals
from data.settings import load_settings

REPLAY = "Take every answer from this WARC file instead of the web; may be given more than once."


@click.command()
@click.option("--source", "ids", multiple=True, metavar="ID", help="Only this outlet; may be given more than once.")
@click.option("--state", metavar="XX", help="Only outlets of this state.")
@click.option("--since", type=ISO_DATE, help="Skip older stories [default: max_age_days before today].")
@click.option("--limit", type=click.IntRange(min=1), help="Stop after this many pages.")
@click.option("--registry", type=EXISTING, help="Another registry file than the bundled one.")
@click.option("--replay", "warcs", multiple=True, type=EXISTING, metavar="WARC", help=REPLAY)
def crawl(
    ids: tuple[str, ...],
    state: str | None,
    since: Any,
    limit: int | None,
    registry: Path | None,
    warcs: tuple[Path, ...],
) -> None:
    """Visit the outlets and keep what may be about cooperation with federal immigration enforcement."""
    from crawler.run import crawl as run_spiders
    from data.backoff_store import BackoffStore
    from data.health import record_crawl
    from data.opt_out import load_opt_out
    from data.rosters import keep_roster
    from data.sources import load_sources, select_sources
    from data.warc_replay import Recording
    from nlp.markup_screen import may_mention
    from nlp.relevance import SCREEN_THRESHOLD, screen

    settings = load_settings()
    if not settings.contact and not warcs:
        raise Failure(
            "the crawler must say who it is: set contact in "
            f"{settings.home / 'tracker.toml'} or TRACKER_CONTACT to a URL or mail address"
        )
    sources = select_sources(load_sources(registry), ids=ids, state=state)
    opt_out = load_opt_out(*([settings.home / settings.opt_out] if settings.opt_out else []))
    stage, recording = ("replay", Recording(warcs)) if warcs else ("crawl", None)
    oldest = None if recording else settings.oldest(date.today())
    with open_archive(settings, "crawl") as archive, archive.run(stage) as counts, progress_bar(stage) as show:
        archive.sync_sources(sources)
        crawled = run_spiders(
            sources,
            archive=archive,
            screen=screen,
            threshold=SCREEN_THRESHOLD,
            mentions=may_mention,
            warc_dir=settings.warc,
            contact=settings.contact,
            since=since.date() if since else oldest,
            limit=limit,
            delay=settings.delay,
            per_host=settings.per_host,
            max_pages=sys.maxsize if recording else settings.max_pages,
            progress=lambda c: show(c.fetched, None),
            rests=None if recording else BackoffStore(archive),
            obey_rests=not ids,  # an outlet asked for by name is asked
            opt_out=opt_out,
            recording=recording,
            strangers=not (ids or state),
            keep_roster=lambda roster, visit, raw: keep_roster(archive, roster, visit, raw=raw),
            legistar_tokens=settings.tokens(),
        )
        counts.update(totals(crawled))
        if recording:
            counts.update(records=recording.found, damaged=recording.damaged)
        else:
            whole = limit is None and not crawled.interrupted
            record_crawl(archive, crawled.by_source, crawled.listings_of, complete=whole)
    for problem in recording.problems if recording else ():
        click.echo(f"tracker: {problem}", err=True)
    report(stage, counts)


@click.command()
@click.argument("warcs", nargs=-1, required=True, type=EXISTING)
def backfill(warcs: tuple[Path, ...]) -> None:
    """Read WARC files (CC-NEWS and the like) as if their pages had been crawled; run again, nothing is added twice."""
    from crawler.articles import extract_article
    from data.backfill import backfill as read_warcs
    from nlp.relevance import SCREEN_THRESHOLD, screen

    settings = load_settings()
    with open_archive(settings, "backfill") as archive:
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
