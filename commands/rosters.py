"""Federal lists of 287(g) agencies: `tracker rosters`."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.steps import open_archive
from commands.terminal import EXISTING, ISO_DATE, Failure, report
from data.settings import load_settings

if TYPE_CHECKING:
    from data.records import Roster

DATE = click.option("--date", "day", type=ISO_DATE, help="Date of the list, where the file's name does not tell it.")
STATUS = click.option(
    "--status",
    type=click.Choice(["participating", "pending"]),
    default="participating",
    show_default=True,
    help="Which list it is, where the file's name does not tell it.",
)


@click.group()
def rosters() -> None:
    """Federal lists of 287(g) agencies: take them in from disk, compare two."""


@rosters.command("import")
@click.argument("files", nargs=-1, required=True, type=EXISTING)
@DATE
@STATUS
@click.option("--accept", is_flag=True, help="Take a list as whole from which more than a fifth of the rows are gone.")
def import_files(files: tuple[Path, ...], day: Any, status: str, accept: bool) -> None:
    """Take in lists (.xlsx) as if they had been fetched, the oldest first; run again, nothing is added twice.

    The first list gives each row as an agreement, every later one what was signed and what is no longer listed.
    """
    from scrapy.http import Response

    from crawler.plan import now
    from crawler.settings import user_agent
    from crawler.warc import WarcStore
    from data.records import Visit
    from data.rosters import is_known, keep_roster, publisher

    settings = load_settings()
    lists = sorted(((read_file(file, day, status), file) for file in files), key=lambda pair: _age(pair[0]))
    doubtful = []
    with open_archive(settings, "rosters") as archive:
        source = publisher(archive).source_id
        store = WarcStore(settings.warc, user_agent(settings.contact))
        for roster, file in lists:
            visit = Visit(roster.url, source, now(), "kept", detail="read from disk")
            page = Response(roster.url, body=file.read_bytes())
            known = is_known(archive, roster.sha256)
            raw = None if known else store.write(page, datetime.fromisoformat(visit.fetched))
            kept = keep_roster(archive, roster, visit, raw=raw, accept=accept)
            report(f"{file.name} ({roster.dated}): {kept.outcome}", kept.counts)
            _tell(roster, kept.unplaced)
            if kept.problem:
                doubtful.append(kept.problem)
        store.close()
    if doubtful:
        raise Failure("; ".join(doubtful) + "; --accept takes it as whole")


@rosters.command("diff")
@click.argument("old", type=EXISTING)
@click.argument("new", type=EXISTING)
@click.option("--json", "as_json", is_flag=True, help="Everything as one JSON object.")
def diff(old: Path, new: Path, as_json: bool) -> None:
    """Say what was signed, is gone and was renamed between two lists (.xlsx), by model and state. Stores nothing."""
    from data.gazetteer import load_gazetteer
    from data.roster_changes import TruncatedRosterError, compare, refuse_truncated
    from data.roster_report import diff_report, render_diff
    from data.rosters import understand

    gazetteer = load_gazetteer()
    before, after = ((r := read_file(file, None, None), understand(r.rows, gazetteer)) for file in (old, new))
    changes = compare(before[1], after[1])
    told = diff_report(before, after, changes)
    click.echo(json.dumps(told, indent=1, ensure_ascii=False) if as_json else "\n".join(render_diff(told)))
    if before[0].status == after[0].status == "participating":
        try:
            refuse_truncated(before[1], changes, new.name)
        except TruncatedRosterError as error:
            raise Failure(str(error)) from error


def read_file(file: Path, day: Any, status: str | None) -> Roster:
    """The list in a file; its name, else `day` and `status`, tell which it is. Its address is where ICE has its own."""
    from urllib.parse import quote

    from crawler.roster_files import RosterName, read_roster_name
    from crawler.rosters import read_roster
    from data.roster_names import roster_words

    name = read_roster_name(file.name)
    if day is not None:
        name = RosterName(day.date().isoformat(), name.edition if name else "", name.status if name else status or "")
    if name is None:
        raise Failure(f"{file}: the name tells no list and date (participatingAgencies05182026am.xlsx); use --date")
    return read_roster(file.read_bytes(), roster_words()["names"]["folder"] + quote(file.name), name)


def _age(roster: Roster) -> tuple[str, str]:
    return roster.dated, roster.edition


def _tell(roster: Roster, unplaced: Any) -> None:
    for problem in roster.problems:
        click.echo(f"  {problem}", err=True)
    for row in unplaced:
        click.echo(f"  no place: row {row.number}: {row.agency}, {row.county or 'no county'}, {row.state}", err=True)
