"""Workbooks (Office Open XML, ECMA-376) of unknown origin, read within bounds.

openpyxl guards neither against archives that swell (a "zip bomb") nor against entities that do, and its full mode
builds every cell of a merged range, so it is only shown files that passed a look from outside, in its read-only mode.
That mode tells neither links nor merged cells; both are read from the sheet's XML here.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree
from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries

from data.errors import TrackerError

MAX_FILE = 20_000_000  # bytes
MAX_UNPACKED = 60_000_000  # bytes of all parts together
MAX_PARTS = 1_000
MAX_SHEETS = 20
MAX_ROWS = 20_000  # of one sheet; the longest list so far has 1,850
MAX_COLUMNS = 60
MAX_LINKS = 100_000
MAX_MERGED = 5_000  # ranges
LONGEST_LINK = 2_000  # characters
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REFERENCE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"

Coordinates = tuple[int, int]  # row, column, both from 1


class RosterError(TrackerError):
    """The file cannot be read as a list of agencies; the message names file, sheet and, where one is at fault, row."""


@dataclass(slots=True)
class Sheet:
    """One visible sheet: rows of values from 1 (blank rows included), links by cell, and for every cell hidden in a
    merged range the cell that shows its value."""

    name: str
    rows: list[tuple[object, ...]]
    links: dict[Coordinates, str] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)  # first column, first row, last ...

    def value(self, row: int, column: int) -> object:
        """The value that a reader sees in the cell, None where it is empty or there is no such cell."""
        line = self.rows[row - 1] if row <= len(self.rows) else ()
        value = line[column - 1] if column <= len(line) else None
        if value is not None or not self.merged:
            return value
        for left, top, right, bottom in self.merged:
            if top <= row <= bottom and left <= column <= right and (row, column) != (top, left):
                line = self.rows[top - 1] if top <= len(self.rows) else ()
                return line[left - 1] if left <= len(line) else None
        return None


def read_sheets(data: bytes, name: str) -> list[Sheet]:
    """The visible sheets of a workbook. Raises RosterError where it is none, is broken, or breaks a bound."""
    _look_from_outside(data, name)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            visible = [s for s in book.worksheets[:MAX_SHEETS] if getattr(s, "sheet_state", "visible") == "visible"]
            rows = {sheet.title: list(_rows(sheet)) for sheet in visible}
        finally:
            book.close()
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            paths = _sheet_paths(parts)
            return [_sheet(title, told, paths.get(title), parts, name) for title, told in rows.items()]
    except RosterError:
        raise
    except Exception as error:  # a damaged or hostile workbook makes the library raise whatever it stumbles over
        raise RosterError(f"{name}: not a readable workbook: {type(error).__name__}: {error}"[:300]) from error


def _rows(sheet: object) -> Iterator[tuple[object, ...]]:
    """The rows up to the last that says something, within the bound."""
    blank: list[tuple[object, ...]] = []
    for row in sheet.iter_rows(max_row=MAX_ROWS, max_col=MAX_COLUMNS, values_only=True):
        if all(value is None for value in row):
            blank.append(())
            continue
        yield from blank
        blank.clear()
        yield row


def _look_from_outside(data: bytes, name: str) -> None:
    if len(data) > MAX_FILE:
        raise RosterError(f"{name}: {len(data):,} bytes, more than {MAX_FILE:,}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            members = parts.infolist()
            unpacked = sum(part.file_size for part in members)  # zipfile unpacks no more of a part than it declares
            if len(members) > MAX_PARTS or unpacked > MAX_UNPACKED:
                raise RosterError(f"{name}: unpacks to {len(members):,} parts of {unpacked:,} bytes; refused")
            if any(part.flag_bits & 1 for part in members):
                raise RosterError(f"{name}: protected by a password")
            for part in members:
                if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                    _refuse_declarations(parts.read(part), name, part.filename)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError) as error:
        raise RosterError(f"{name}: not a workbook (.xlsx): {error}") from error


def _refuse_declarations(xml: bytes, name: str, part: str) -> None:
    """A part that declares a document type could bring entities of its own; the standard (part 2) allows none."""
    if b"<!DOCTYPE" in xml.replace(b"\0", b"") or b"<!ENTITY" in xml.replace(b"\0", b""):
        raise RosterError(f"{name}: {part} declares a document type; refused")


# --- links and merged cells ----------------------------------------------------------------------------------------


def _sheet(title: str, rows: list[tuple[object, ...]], path: str | None, parts: zipfile.ZipFile, name: str) -> Sheet:
    sheet = Sheet(title, rows)
    if path is None or path not in parts.namelist():
        return sheet
    targets = _targets(parts, path)
    with parts.open(path) as stream:
        wanted = (f"{_MAIN}hyperlink", f"{_MAIN}mergeCell", f"{_MAIN}row")
        for _, element in etree.iterparse(stream, tag=wanted, resolve_entities=False, no_network=True):
            if element.tag.endswith("hyperlink"):
                _add_link(sheet, element, targets)
            elif element.tag.endswith("mergeCell") and len(sheet.merged) < MAX_MERGED:
                sheet.merged.append(range_boundaries(element.get("ref", "")))
            elif element.tag.endswith("row") and _lies_beyond(element):
                raise RosterError(f"{name}: {title}: more than {MAX_ROWS:,} rows")
            element.clear()
    return sheet


def _lies_beyond(row: etree._Element) -> bool:
    """Whether a row that says something lies behind the last that is read."""
    number = row.get("r", "")
    return number.isdigit() and int(number) > MAX_ROWS and any(len(cell) for cell in row)


def _add_link(sheet: Sheet, element: etree._Element, targets: dict[str, str]) -> None:
    target = targets.get(element.get(_REFERENCE, ""), "").strip()
    if not target.lower().startswith(("http://", "https://")) or len(target) > LONGEST_LINK:
        return
    left, top, right, bottom = range_boundaries(element.get("ref", ""))
    if (right - left + 1) * (bottom - top + 1) > MAX_ROWS:
        return
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            if len(sheet.links) < MAX_LINKS:
                sheet.links[row, column] = target


def _sheet_paths(parts: zipfile.ZipFile) -> dict[str, str]:
    """Name of each sheet -> its part."""
    book = "xl/workbook.xml"
    if book not in parts.namelist():
        return {}
    targets = _targets(parts, book)
    tree = etree.fromstring(parts.read(book), etree.XMLParser(resolve_entities=False, no_network=True))
    found = {s.get("name", ""): targets.get(s.get(_REFERENCE, ""), "") for s in tree.iter(f"{_MAIN}sheet")}
    return {title: posixpath.normpath(posixpath.join("xl", target)).lstrip("/") for title, target in found.items()}


def _targets(parts: zipfile.ZipFile, part: str) -> dict[str, str]:
    """Id -> target of the relationships of a part."""
    folder, file = posixpath.split(part)
    path = f"{folder}/_rels/{file}.rels"
    if path not in parts.namelist():
        return {}
    tree = etree.fromstring(parts.read(path), etree.XMLParser(resolve_entities=False, no_network=True))
    return {r.get("Id", ""): r.get("Target", "") for r in tree.iter(_RELATIONSHIP)}
