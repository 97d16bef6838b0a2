"""The command line: one verb a stage. Each verb imports its stage when it is called, so `tracker --help` is instant."""

from __future__ import annotations

import signal
import sys

import click

from commands import archiving, crawling, demonstration, exporting, nights, publishing, reading, registry, rosters
from data.errors import TrackerError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sanctuary-tracker")
def cli() -> None:
    """Track how US cities and counties deal with federal immigration enforcement: news in, a database of events out."""


for verb in (
    crawling.crawl,
    crawling.backfill,
    reading.extract,
    reading.evaluate,
    publishing.link,
    publishing.publish,
    publishing.serve,
    exporting.export,
    archiving.archive,
    nights.nightly,
    nights.health,
    demonstration.demo,
    registry.sources,
    rosters.rosters,
):
    cli.add_command(verb)


def main() -> None:
    """Entry point: exit status 0 done, 1 failed, 2 wrong usage, 3 done with broken outlets, 130 stopped by a signal."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # asked to end, a pass says so in its record
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
