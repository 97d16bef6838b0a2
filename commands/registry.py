"""The registry of outlets: `tracker sources`."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.terminal import EXISTING, NEW_FILE, Failure, progress_bar
from data.settings import Settings, load_settings

if TYPE_CHECKING:
    from crawler.discovery import Choice
    from crawler.discovery_check import Verdict
    from crawler.discovery_home import Home
    from crawler.discovery_run import Finding
    from data.records import Source

_NO_CITY = ("wire", "government", "agenda", "records")  # kinds that need not be at home in a city
_stale_days = click.option(
    "--stale-days",
    type=click.IntRange(min=1),
    metavar="N",
    help="A listing is stale where its newest story is older than N days [default: 21 to 90, by the outlet's kind].",
)
_registry = click.option("--registry", type=EXISTING, help="Another registry file than the bundled one.")


@click.group()
def sources() -> None:
    """The registry of outlets."""


@sources.command("list")
@click.option("--state", metavar="XX", help="Only outlets of this state.")
@_registry
def list_sources(state: str | None, registry: Path | None) -> None:
    """Print the outlets, one a line."""
    from data.sources import load_sources, select_sources

    for s in select_sources(load_sources(registry), state=state):
        click.echo(f"{s.state}  {s.id:<24} {s.kind:<11} {s.name} ({s.domain})")


@sources.command("add")
@click.argument("url")
@_registry
@click.option("--id", "id_", metavar="ID", help="What the outlet is called in the registry [default: from its domain].")
@click.option("--name", help="The outlet's name, where its pages do not tell the right one.")
@click.option("--city", help="The city where it is at home.")
@click.option("--county", help="The county [default: the city's].")
@click.option("--state", metavar="XX", help="The state's postal code.")
@click.option("--kind", help="daily, weekly, tv, radio, nonprofit, alt_weekly, wire, government.")
@_stale_days
@click.option("--dry-run", is_flag=True, help="Print the line, write nothing.")
def add_source(url: str, registry: Path | None, stale_days: int | None, dry_run: bool, **told: str | None) -> None:
    """Look around at URL, find its feeds, news sitemap and sections, and write its line into the registry.

    Each address is fetched and must name stories of the outlet's own. Nothing is written where something that the line
    needs cannot be told from the pages; the message says which option tells it.
    """
    from crawler.discovery_run import discover_site
    from data.registry_file import add_line, check_line
    from data.sources import REGISTRY

    settings = load_settings()
    file = registry or REGISTRY
    given = {name.rstrip("_"): " ".join(value.split()) for name, value in told.items() if value}
    _refuse_early(file, url, given)
    found = discover_site(url, **_manners(settings), stale=stale_days)
    columns = _columns(found, given)
    for one in found.choice.all:
        click.echo(f"{one.lead.kind:<8} {one.url}  ({one.reason})")
    line = check_line(file, columns) if dry_run else add_line(file, columns)
    click.echo(line)
    click.echo(f"nothing written to {file}" if dry_run else f"written to {file}")


@sources.command("check")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--state", metavar="XX", help="Only outlets of this state.")
@_registry
@_stale_days
@click.option("--json", "json_file", type=NEW_FILE, help="Write every verdict with all its listings to this file.")
@click.option("--fix", is_flag=True, help="Put what was found in the place of moved and broken addresses.")
def check_sources(
    ids: tuple[str, ...],
    state: str | None,
    registry: Path | None,
    stale_days: int | None,
    json_file: Path | None,
    fix: bool,
) -> None:
    """Visit the outlets' listings and say of each outlet: ok, moved, blocked, empty, stale or dead, and why.

    Exit status 0: all are ok; 3: some are not.
    """
    from crawler.discovery_run import check_sources as look_at
    from data.sources import REGISTRY, load_sources, select_sources

    settings = load_settings()
    file = registry or REGISTRY
    chosen = select_sources(load_sources(file), ids=ids, state=state)
    with progress_bar("check") as show:
        verdicts = look_at(chosen, **_manners(settings), stale=stale_days, progress=show)
    _print_verdicts(verdicts)
    if json_file:
        _write_json(json_file, verdicts)
    if fix:
        _fix(file, verdicts)
    if len(verdicts) < len(chosen):
        raise Failure(f"stopped: {len(chosen) - len(verdicts)} of {len(chosen)} outlets not looked at")
    sys.exit(0 if all(verdict.state == "ok" for verdict in verdicts) else 3)


def _manners(settings: Settings) -> dict[str, Any]:
    """How we go about asking, as a crawl does."""
    from data.opt_out import load_opt_out

    if not settings.contact:
        raise Failure(
            "the crawler must say who it is: set contact in "
            f"{settings.home / 'tracker.toml'} or TRACKER_CONTACT to a URL or mail address"
        )
    away = load_opt_out(*([settings.home / settings.opt_out] if settings.opt_out else []))
    return {"contact": settings.contact, "delay": settings.delay, "per_host": settings.per_host, "opt_out": away}


def _refuse_early(file: Path, url: str, given: dict[str, str]) -> None:
    """What can be refused without asking anybody is refused without asking anybody."""
    from urllib.parse import urlsplit

    from data.registry_file import refuse_known
    from data.sources import KINDS, STATES

    try:
        host = urlsplit(url if "://" in url else f"//{url}").hostname or ""
    except ValueError:
        host = ""
    if ("://" in url and not url.startswith(("http://", "https://"))) or "." not in host:
        raise click.BadParameter(f"{url!r} is no web address", param_hint="URL")
    if given.get("kind", "daily") not in KINDS:
        raise click.BadParameter(f"{given['kind']!r}; one of {', '.join(KINDS)}", param_hint="--kind")
    given["state"] = given.get("state", "").upper()
    if given["state"] and given["state"] not in STATES:
        raise click.BadParameter(f"{given['state']!r}; use a postal code such as PA", param_hint="--state")
    refuse_known(file, given.get("id", ""), host.lower())


def _columns(found: Finding, given: dict[str, str]) -> dict[str, str]:
    """The registry's columns for what was found, what was given on the command line before what the pages say."""
    from crawler.discovery_town import home_town
    from data.gazetteer import load_gazetteer

    home, choice = found.home, found.choice
    if home is None:
        raise Failure(found.trouble)
    if not choice.all:
        raise Failure(f"{home.url}: {_why_nothing(home, choice)}")
    place = {name: given.get(name, "") for name in ("city", "county", "state")}
    town = home_town(home.towns, load_gazetteer(), **place)
    kind = given.get("kind") or home.kind
    columns = {
        "id": given.get("id") or _id_of(home.domain),
        "name": given.get("name") or home.name,
        "domain": home.domain,
        "city": town.city,
        "county": town.county,
        "state": town.state,
        "kind": kind,
        "language": home.language or "en",
        "feeds": " ".join(one.url for one in choice.feeds),
        "sitemap": choice.sitemap.url if choice.sitemap else "",
        "sections": " ".join(one.url for one in choice.sections),
        "paywall": home.paywall,
        "notes": found.systems,
    }
    needed = ("name", "state", "kind", *(() if kind in _NO_CITY else ("city",)))
    missing = [f"--{name}" for name in needed if not columns[name]]
    if missing:
        raise Failure(f"{home.url}: its pages do not tell enough: give {' and '.join(missing)}; nothing was written")
    return columns


def _why_nothing(home: Home, choice: Choice) -> str:
    """Why the site gives no listing, with what came nearest to one."""
    nearly = [f"{one.lead.url}: {one.state}, {one.reason}" for one in choice.nearly]
    browser = ["its pages seem to need a browser"] if home.bare else []
    return "; ".join([f"nothing here names new stories of {home.domain}", *browser, *nearly])


def _id_of(domain: str) -> str:
    name = domain.removeprefix("www.").rpartition(".")[0]
    return re.sub(r"[^a-z0-9]+", "-", name).strip("-")


def _print_verdicts(verdicts: Sequence[Verdict]) -> None:
    from collections import Counter

    from crawler.discovery import SEVERITY

    ordered = sorted(verdicts, key=lambda v: (SEVERITY.index(v.state), v.source.state, v.source.id))
    if sys.stdout.isatty():
        _print_table(ordered)
    else:
        for v in ordered:
            click.echo(f"{v.state:<8} {v.source.state:<3} {v.source.id:<24} {v.reason}")
    counts = Counter(v.state for v in verdicts)
    told = ", ".join(f"{counts[state]:,} {state}" for state in reversed(SEVERITY) if counts[state])
    click.echo(f"checked: {len(verdicts):,} outlets: {told or 'none'}")


def _print_table(verdicts: Sequence[Verdict]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Column, Table

    colours = {
        "ok": "green",
        "stale": "yellow",
        "empty": "yellow",
        "moved": "cyan",
        "blocked": "magenta",
        "dead": "red",
    }
    table = Table("verdict", "state", "outlet", Column("reason", overflow="fold"))
    for v in verdicts:
        table.add_row(
            f"[{colours.get(v.state, 'red')}]{v.state}[/]", v.source.state, escape(v.source.id), escape(v.reason)
        )
    Console().print(table)


def _write_json(file: Path, verdicts: Sequence[Verdict]) -> None:
    from collections import Counter
    from datetime import UTC, datetime

    from data.errors import storing

    told = {
        "checked": datetime.now(UTC).isoformat(timespec="seconds"),
        "counts": dict(Counter(v.state for v in verdicts)),
        "sources": [v.as_dict() for v in verdicts],
    }
    with storing(file):
        file.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _fix(file: Path, verdicts: Sequence[Verdict]) -> None:
    """Rewrite the registry's lines that get better, and print the difference."""
    from data.registry_file import change_lines
    from data.sources import load_sources

    known = load_sources(file)
    changes = {v.source.id: v.changes for v in verdicts if v.changes and not _is_taken(v, known)}
    done = change_lines(file, changes) if changes else []
    for change in done:
        click.echo(f"{change.id}: {change.column}:")
        click.echo(f"  - {change.before}\n  + {change.after}")
    click.echo(f"changed: {len({change.id for change in done}):,} outlets in {file}")


def _is_taken(verdict: Verdict, known: Sequence[Source]) -> bool:
    """Whether the outlet has moved to a domain that the registry has under another name."""
    domain = verdict.changes.get("domain", "").removeprefix("www.")
    return bool(domain) and any(s.domain.removeprefix("www.") == domain and s.id != verdict.source.id for s in known)
