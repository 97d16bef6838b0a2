"""Small invented lists of 287(g) agencies, built as workbooks."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from openpyxl import Workbook

from data.records import Roster, RosterRow

HEADINGS = ("STATE", "LAW ENFORCEMENT AGENCY", "TYPE", "COUNTY", "SUPPORT TYPE", "SIGNED", "MOA", "ADDENDUM")
FOLDER = "https://www.ice.gov/lists/"


def workbook(
    rows: Iterable[Sequence[Any]],
    *,
    headings: Sequence[str] = HEADINGS,
    links: dict[str, str] | None = None,
    merge: Sequence[str] = (),
    above: int = 0,
) -> bytes:
    """A workbook with one sheet: `above` lines of title, the headings, the rows; `links` and `merge` by cell."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Agencies"
    for n in range(above):
        sheet.append([f"287(g) agencies, line {n + 1}"])
    sheet.append(list(headings))
    for row in rows:
        sheet.append(list(row))
    for cell, target in (links or {}).items():
        sheet[cell].hyperlink = target
    for cells in merge:
        sheet.merge_cells(cells)
    return saved(book)


def saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def line(agency: str, state: str = "TEXAS", county: str = "", *, model: str = "Task Force Model", **more: Any) -> list:
    """One row under HEADINGS."""
    kind = more.get("type", "County" if "County" in agency else "Municipality")
    signed = more.get("signed", datetime(2025, 9, 22))
    return [state, agency, kind, county, model, signed, more.get("moa", "link"), None]


def row(agency: str, state: str = "TEXAS", county: str = "", **more: Any) -> RosterRow:
    """One row as read."""
    given = {
        "number": 2,
        "type": "County" if "County" in agency else "Municipality",
        "model": "Task Force Model",
        "signed": "2025-09-22",
        "moa": None,
        "addendum": None,
        "status": "participating",
    }
    return RosterRow(agency=agency, state=state, county=county, **given | more)


def roster(*rows: RosterRow, dated: str = "2026-01-05", status: str = "participating", edition: str = "am") -> Roster:
    """An issue with these rows, numbered from 2 as in a sheet."""
    numbered = tuple(
        RosterRow(**{name: getattr(r, name) for name in r.__slots__} | {"number": n, "status": status})
        for n, r in enumerate(rows, start=2)
    )
    month_first = f"{dated[5:7]}{dated[8:]}{dated[:4]}"
    digest = sha256(repr((dated, edition, numbered)).encode()).hexdigest()
    return Roster(f"{FOLDER}{status}Agencies{month_first}{edition}.xlsx", status, dated, edition, digest, numbered)
