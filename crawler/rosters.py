"""ICE's lists of agencies with a 287(g) agreement, read out of its spreadsheets.

The lists are typed by hand: columns come and go, headings change, states and models are misspelt, dates are text, a
note stands below the table. A row is read where it names an agency, a state and a model; any other row that says
something is told among the problems.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from openpyxl.utils.datetime import from_excel

from crawler.roster_files import RosterName
from crawler.roster_workbook import RosterError, Sheet, read_sheets
from data.records import Roster, RosterRow

__all__ = ["RosterError", "read_roster"]

REQUIRED = ("agency", "state", "model")
LONGEST_CELL = 300  # characters
HEADER_WITHIN = 30  # rows from the top
ALIKE = 0.84  # similarity from which a misspelt heading is taken for the right one
MAX_PROBLEMS = 200
_SERIAL = range(20_000, 80_000)  # days since 1900 of 1954 to 2119, as spreadsheets count
_UNSEEN = re.compile(r"[\u200b-\u200f\u2028-\u202f\u2060\ufeff\x00-\x08\x0b-\x1f]")


def read_roster(data: bytes, url: str, name: RosterName) -> Roster:
    """The list in the workbook `data`, which was found at `url` and whose name tells `name`.

    Rows come in the order of the sheets; hidden sheets and sheets without the wanted columns are left out. Raises
    RosterError where the file is no workbook, breaks a bound, or no sheet has the columns or any row.
    """
    file = url.rsplit("/", 1)[-1]
    sheets = read_sheets(data, file)
    tables = [(sheet, header) for sheet in sheets if (header := _header(sheet))]
    if not tables:
        first = sheets[0].name if sheets else "no visible sheet"
        raise RosterError(f"{file}: {first}: no row within the first {HEADER_WITHIN} names the columns {REQUIRED}")
    rows: list[RosterRow] = []
    problems: list[str] = []
    for sheet, header in tables:
        for number in range(header.row + 1, len(sheet.rows) + 1):
            row, wrong = _read_row(sheet, header, number, name.status)
            problems += [f"{file}: {sheet.name}: row {number}: {what}" for what in wrong]
            if row:
                rows.append(row)
    if not rows:
        raise RosterError(f"{file}: {tables[0][0].name}: not one row names agency, state and model")
    return Roster(
        url=url,
        status=name.status,
        dated=name.dated,
        edition=name.edition,
        sha256=sha256(data).hexdigest(),
        rows=tuple(rows),
        problems=tuple(problems[:MAX_PROBLEMS]),
    )


# --- the table -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Header:
    """The row of the headings, and the column of each field."""

    row: int
    columns: dict[str, int]


def _header(sheet: Sheet) -> _Header | None:
    for number in range(1, min(len(sheet.rows), HEADER_WITHIN) + 1):
        columns = _columns([_text(value) for value in sheet.rows[number - 1]])
        if set(REQUIRED) <= set(columns):
            return _Header(number, columns)
    return None


def _columns(headings: list[str]) -> dict[str, int]:
    """Field -> column from 1; a heading said exactly goes before one that only resembles it."""
    fields = {plain: name for name, wordings in _words()["columns"].items() for plain in wordings}
    found: dict[str, int] = {}
    plain = [_plain(heading) for heading in headings]
    for column, heading in enumerate(plain, start=1):
        if heading in fields:
            found.setdefault(fields[heading], column)
    for column, heading in enumerate(plain, start=1):
        near = get_close_matches(heading, list(fields), n=1, cutoff=ALIKE) if len(heading) > 3 else []
        if near and column not in found.values():
            found.setdefault(fields[near[0]], column)
    return found


def _read_row(sheet: Sheet, header: _Header, number: int, status: str) -> tuple[RosterRow | None, list[str]]:
    if not any(value is not None and _text(value) for value in sheet.rows[number - 1]):
        return None, []
    cells = {name: sheet.value(number, column) for name, column in header.columns.items()}
    told = {name: _text(value) for name, value in cells.items() if name != "signed"}
    if _columns([_text(value) for value in sheet.rows[number - 1]]).keys() >= set(REQUIRED):
        return None, []  # the headings again, above a second part
    missing = [name for name in REQUIRED if not told[name]]
    if missing:
        said = "; ".join(filter(None, told.values()))[:100]
        return None, [f"no {' and no '.join(missing)}: {said!r}"]
    wrong: list[str] = []
    signed = _date(cells.get("signed"), wrong)
    row = RosterRow(
        number=number,
        agency=told["agency"],
        state=told["state"],
        county=told.get("county", ""),
        type=told.get("type", ""),
        model=told["model"],
        signed=signed,
        moa=_link(sheet, header, number, "moa"),
        addendum=_link(sheet, header, number, "addendum"),
        status=status,
    )
    return row, wrong


def _link(sheet: Sheet, header: _Header, number: int, name: str) -> str | None:
    """The address behind the cell, or the one written in it."""
    column = header.columns.get(name)
    if column is None:
        return None
    written = _text(sheet.value(number, column))
    linked = sheet.links.get((number, column))
    return linked or (written if re.fullmatch(r"https?://\S+", written) else None)


# --- cells -----------------------------------------------------------------------------------------------------------


def _text(value: object) -> str:
    """The cell's words on one line; an empty string for what only stands for nothing, such as "#N/A"."""
    if value is None:
        return ""
    text = unicodedata.normalize("NFC", _UNSEEN.sub("", str(value)))
    text = " ".join(text.replace("’", "'").replace("‘", "'").split())[:LONGEST_CELL]
    return "" if _plain(text) in _words()["cells"]["empty"] or not re.search(r"\w", text) else text


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


def _date(value: object, wrong: list[str]) -> str | None:
    """An ISO date out of a cell of any type; what cannot be one is told in `wrong`."""
    if not _text(value):
        return None
    day = _day(value)
    if day is None:
        wrong.append(f"not a date: {str(value)[:40]!r}")
    elif not _words()["dates"]["first_year"] <= day.year <= 2100:
        wrong.append(f"not a date of these agreements: {day.isoformat()}")
        day = None
    return day.isoformat() if day else None


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = _text(value)
    if re.fullmatch(r"\d{5}(?:\.\d+)?", text) and int(float(text)) in _SERIAL:
        return from_excel(int(float(text))).date()
    text = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", re.sub(r"\bSept\b\.?", "Sep", text)).removesuffix(" 00:00:00")
    for form in _words()["dates"]["formats"]:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    return tomllib.loads(files("crawler").joinpath("roster.toml").read_text(encoding="utf-8"))
