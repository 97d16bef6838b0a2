"""The registry of outlets: `data/sources.csv`, one outlet a line, checked whole before anything is crawled."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from data.errors import TrackerError
from data.records import Source

REGISTRY = Path(__file__).resolve().parent / "sources.csv"
COLUMNS = (
    "id", "name", "domain", "city", "county", "state", "kind", "language", "feeds", "sitemap", "sections", "paywall",
    "notes", "render",
)  # fmt: skip
REQUIRED = ("id", "name", "domain", "state", "kind")
KINDS = ("daily", "weekly", "tv", "radio", "nonprofit", "alt_weekly", "wire", "government", "agenda", "records")
RENDERS = ("javascript",)
PAYWALLS = ("none", "metered", "hard")
STATES = frozenset(
    postal
    for region in (
        "CT MA ME NH NJ NY PA RI VT",
        "IA IL IN KS MI MN MO ND NE OH SD WI",
        "AL AR DC DE FL GA KY LA MD MS NC OK SC TN TX VA WV",
        "AK AZ CA CO HI ID MT NM NV OR UT WA WY",
        "AS GU MP PR VI",
    )
    for postal in region.split()
)
_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z]{2})?")
_SPACED_URLS = ("feeds", "sitemap", "sections")


class SourcesError(TrackerError):
    """The registry cannot be used; the message holds every bad line as `FILE:LINE: column: what`."""


def load_sources(path: Path | None = None) -> list[Source]:
    """The outlets of the registry (by default the project's own), in the file's order.

    Feeds and section pages are separated by spaces. An empty language means `en`, an empty paywall `none`.
    Raises SourcesError listing all bad lines at once.
    """
    file = REGISTRY if path is None else Path(path)
    problems: list[str] = []
    sources = [_source(row) for row in _checked_rows(file, problems)]
    if problems:
        raise SourcesError("\n".join(problems))
    return sources


def select_sources(sources: Iterable[Source], *, ids: Collection[str] = (), state: str | None = None) -> list[Source]:
    """The outlets of these ids (all where none is named) and of this state, in the registry's order.

    Raises SourcesError for an id or a postal code that is not in the registry, and where nothing is left.
    """
    known = list(sources)
    unknown = sorted(set(ids) - {source.id for source in known})
    if unknown:
        raise SourcesError(f"no outlet of the registry is called {', '.join(unknown)}")
    wanted = state.upper() if state else None
    if wanted and wanted not in STATES:
        raise SourcesError(f"unknown state {state!r}; use a postal code such as PA")
    chosen = [s for s in known if (not ids or s.id in ids) and wanted in (None, s.state)]
    if not chosen:
        raise SourcesError(f"no outlet of the registry is in {wanted}" if wanted else "the registry is empty")
    return chosen


def _checked_rows(file: Path, problems: list[str]) -> Iterator[dict[str, str]]:
    seen: dict[tuple[str, str], int] = {}
    for line, header, cells in _lines(file, problems):
        if len(cells) != len(header):
            problems.append(f"{file.name}:{line}: columns: {len(cells)} found, {len(header)} wanted")
            continue
        row = dict.fromkeys(COLUMNS, "") | dict(zip(header, (cell.strip() for cell in cells), strict=True))
        wrong = [*_wrong_fields(row), *_repeated(row, line, seen)]
        problems.extend(f"{file.name}:{line}: {column}: {what}" for column, what in wrong)
        if not wrong:
            yield row


def _lines(file: Path, problems: list[str]) -> Iterator[tuple[int, list[str], list[str]]]:
    """Line number (from 1, of a row's last line), header and cells of every row; blank lines are left out."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            header = next(reader, [])
            if not set(REQUIRED) <= set(header) <= set(COLUMNS) or len(header) > len(set(header)):
                problems.append(f"{file.name}:1: header: must be {','.join(COLUMNS)}, or part of it")
                return
            yield from ((reader.line_num, header, cells) for cells in reader if any(cell.strip() for cell in cells))
    except OSError as error:
        raise SourcesError(f"{file}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        problems.append(f"{file.name}: not UTF-8 at byte {error.start}")
    except csv.Error as error:
        problems.append(f"{file.name}:{reader.line_num}: quotes: {error}")


def _wrong_fields(row: dict[str, str]) -> list[tuple[str, str]]:
    missing = [(column, "missing") for column in REQUIRED if not row[column]]
    if not row["city"] and row["kind"] not in ("wire", "government", "agenda", "records"):
        missing.append(("city", "missing"))
    wrong = [
        (column, what.format(row[column])) for column, fits, what in _CHECKS if row[column] and not fits(row[column])
    ]
    urls = [
        (column, f"not an http address: {url!r}")
        for column in _SPACED_URLS
        for url in row[column].split()
        if not _is_url(url)
    ]
    if len(row["sitemap"].split()) > 1:
        urls.append(("sitemap", "more than one address"))
    return missing + wrong + urls


_CHECKS: tuple[tuple[str, Callable[[str], object], str], ...] = (
    ("id", _ID.fullmatch, "{!r} is not made of a-z, 0-9, - and _"),
    ("domain", _DOMAIN.fullmatch, "{!r} is not a host name in lower case"),
    ("state", STATES.__contains__, "unknown state {!r}"),
    ("kind", KINDS.__contains__, "unknown kind {!r}; one of " + ", ".join(KINDS)),
    ("language", _LANGUAGE.fullmatch, "{!r} is not a language code such as en or es"),
    ("paywall", PAYWALLS.__contains__, "unknown paywall {!r}; one of " + ", ".join(PAYWALLS)),
    ("render", RENDERS.__contains__, "unknown way of rendering {!r}; empty or " + ", ".join(RENDERS)),
)


def _repeated(row: dict[str, str], line: int, seen: dict[tuple[str, str], int]) -> list[tuple[str, str]]:
    found = []
    for column in ("id", "domain"):
        first = seen.setdefault((column, row[column]), line)
        if row[column] and first != line:
            found.append((column, f"{row[column]!r} is already on line {first}"))
    return found


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _source(row: dict[str, str]) -> Source:
    return Source(
        **{column: row[column] for column in COLUMNS if column not in ("feeds", "sections", "language", "paywall")},
        feeds=tuple(row["feeds"].split()),
        sections=tuple(row["sections"].split()),
        language=row["language"] or "en",
        paywall=row["paywall"] or "none",
    )
