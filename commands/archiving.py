"""Archived copies of the sources: `tracker archive`."""

from __future__ import annotations

import click

from commands.steps import open_archive
from commands.terminal import Failure, progress_bar, report, totals
from data.settings import load_settings


@click.command()
@click.option("--limit", type=click.IntRange(min=1), help="Ask for at most this many sources.")
def archive(limit: int | None) -> None:
    """Have the sources of published events kept by the Wayback Machine, slowly; their copies are shown with the link.

    Off until `wayback_key` is set: the keys of an account at archive.org, as ACCESS:SECRET.
    """
    from crawler.settings import user_agent
    from crawler.wayback import Wayback, WaybackError, WaybackKeyError, WaybackStopError
    from data.archive_links import archive_sources

    settings = load_settings()
    if not settings.wayback_key:
        raise Failure(
            "archiving is switched off: set wayback_key (ACCESS:SECRET, from https://archive.org/account/s3.php) in "
            f"{settings.home / 'tracker.toml'} or TRACKER_WAYBACK_KEY"
        )
    if not settings.contact:
        raise Failure("the Wayback Machine must be told who asks: set contact")
    try:
        service = Wayback(settings.wayback_key, agent=user_agent(settings.contact), server=settings.wayback_server)
    except WaybackKeyError as error:
        raise Failure(f"wayback_key: {error}") from error
    with open_archive(settings, "archive") as store, store.run("archive") as counts, progress_bar("archive") as show:
        done = archive_sources(
            store,
            service,
            failure=WaybackError,
            stop=WaybackStopError,
            limit=limit,
            delay=settings.archive_delay,
            progress=show,
        )
        counts.update(totals(done))
    if done.stopped:
        click.echo(f"tracker: stopped early: {done.stopped}", err=True)
    report("archive", counts)
