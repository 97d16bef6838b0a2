"""Federal lists as they are typed: every layout read, every bound held, every bad row named."""

import io
import zipfile
from datetime import date, datetime

import lxml.html
import pytest
from openpyxl import Workbook

from crawler import roster_workbook
from crawler.roster_files import RosterName, read_roster_name, roster_links
from crawler.rosters import RosterError, read_roster
from tests.roster_sheets import HEADINGS, line, saved, workbook

NAME = RosterName("2026-01-05", "am", "participating")
URL = "https://www.ice.gov/lists/participatingAgencies01052026am.xlsx"


def read(data):
    return read_roster(data, URL, NAME)


def repacked(data, change):
    """The workbook with its parts changed: `change` maps a dictionary of name -> bytes."""
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        parts = change({name: old.read(name) for name in old.namelist()})
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name, part in parts.items():
            new.writestr(name, part)
    return stream.getvalue()


# --- names of files ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("participatingAgencies05182026am.xlsx", RosterName("2026-05-18", "am", "participating")),
        ("participatingAgencies05182026PM.XLSX", RosterName("2026-05-18", "pm", "participating")),
        ("pendingAgencies02272026am.xlsx", RosterName("2026-02-27", "am", "pending")),
        ("participatingAgencies_05-18-2026.xlsx", RosterName("2026-05-18", "", "participating")),
        ("Participating%20Agencies%205.8.26.xlsx", RosterName("2026-05-08", "", "participating")),
        ("participatingAgencies20260518_0.xlsx", RosterName("2026-05-18", "", "participating")),
        ("https://a.example/participating-2026-05-18pm.xlsx?v=2", RosterName("2026-05-18", "pm", "participating")),
        ("participatingAgencies051826.xlsx", RosterName("2026-05-18", "", "participating")),
        ("participatingAgencies13452026.xlsx", None),
        ("participatingAgencies.xlsx", None),
        ("detentionStatistics05182026.xlsx", None),
        ("participatingAgencies05182026.pdf", None),
    ],
)  # fmt: skip
def test_a_name_tells_list_and_day(name, told):
    assert read_roster_name(name) == told


def test_names_sort_by_age():
    names = [
        "participatingAgencies05182026pm.xlsx",
        "participatingAgencies05182026am.xlsx",
        "pendingAgencies12312025.xlsx",
    ]
    assert [n.edition for n in sorted(map(read_roster_name, names))] == ["", "am", "pm"]


def test_a_page_gives_each_list_once_and_no_other_link():
    page = lxml.html.fromstring("""
        <a href="/x/participatingAgencies01052026am.xlsx#a">List</a>
        <a href="/x/participatingAgencies01052026am.xlsx">Again</a>
        <a href="/x/pendingAgencies01052026am.xlsx">Pending</a>
        <a href="ftp://a.example/pendingAgencies01052026.xlsx">No</a>
        <a href="http://[bad/participatingAgencies01052026.xlsx">No</a> <a href="/x/report.xlsx">No</a>
    """)
    found = list(roster_links(page, "https://www.ice.gov/287g"))
    assert [url for url, _ in found] == [
        "https://www.ice.gov/x/participatingAgencies01052026am.xlsx",
        "https://www.ice.gov/x/pendingAgencies01052026am.xlsx",
    ]


# --- rows --------------------------------------------------------------------------------------------------------


def test_a_row_is_read_with_its_links():
    data = workbook(
        [line("Alder County Sheriff's Office ", county="Alder County ", model="Jail Enforcement Model ")],
        links={"G2": "https://www.ice.gov/moa/Alder_JEM.pdf"},
    )
    roster = read(data)
    (row,) = roster.rows
    assert (row.number, row.agency, row.state, row.county) == (
        2,
        "Alder County Sheriff's Office",
        "TEXAS",
        "Alder County",
    )
    assert (row.type, row.model, row.signed) == ("County", "Jail Enforcement Model", "2025-09-22")
    assert (row.moa, row.addendum, row.status) == ("https://www.ice.gov/moa/Alder_JEM.pdf", None, "participating")
    assert (roster.dated, roster.problems, len(roster.sha256)) == ("2026-01-05", (), 64)


def test_columns_in_another_order_with_other_words_and_extras():
    headings = (
        "Notes",
        "Date Signed",
        "Agency Name",
        "Model",
        "State / Territory",
        "Law Enforcment Agncy Size",
        "County/Parish",
    )
    data = workbook([("x", "9/22/2025", "Ferry PD", "WSO", "Texas", 12, "Alder")], headings=headings, above=3)
    (row,) = read(data).rows
    assert (row.number, row.agency, row.model, row.state, row.county) == (5, "Ferry PD", "WSO", "Texas", "Alder")
    assert row.signed == "2025-09-22"


def test_a_misspelt_heading_is_understood():
    headings = ("STATE", "LAW ENFORCMENT AGENCY", "TYPE", "COUNTY", "SUPORT TYPE", "SIGNED", "MOA", "ADDENDUM")
    assert len(read(workbook([line("Ferry Police Department")], headings=headings)).rows) == 1


def test_blank_rows_notes_and_repeated_headings_are_no_agencies():
    note = ["Updated twice a day.", None, None, None, None, None, None, None]
    data = workbook([line("Ferry Police Department"), [None] * 8, HEADINGS, ["  "] * 8, line("Alder Police"), note])
    roster = read(data)
    assert [r.agency for r in roster.rows] == ["Ferry Police Department", "Alder Police"]
    assert roster.problems == (
        "participatingAgencies01052026am.xlsx: Agencies: row 7: no agency and no model: 'Updated twice a day.'",
    )


def test_the_value_of_a_merged_cell_counts_for_all_its_rows():
    rows = [line("Ferry Police Department"), line("Alder Police Department"), line("Oak Police Department")]
    data = workbook(rows, merge=["A2:A3"])
    assert [r.state for r in read(data).rows] == ["TEXAS"] * 3


def test_cells_that_stand_for_nothing_are_empty():
    rows = [
        line(f"Ferry {n} Police", county=told) for n, told in enumerate(["#N/A", "#NA", "N/A", "-", "\u200b", None])
    ]
    assert {r.county for r in read(workbook(rows)).rows} == {""}


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (datetime(2025, 9, 22), "2025-09-22"),
        (date(2025, 9, 22), "2025-09-22"),
        (45922, "2025-09-22"),
        ("9/22/2025", "2025-09-22"),
        ("09-22-25", "2025-09-22"),
        ("Sept. 22, 2025", "2025-09-22"),
        ("September 22nd, 2025", "2025-09-22"),
        ("2025-09-22 00:00:00", "2025-09-22"),
        (None, None),
    ],
)
def test_dates_of_every_kind(cell, day):
    roster = read(workbook([line("Ferry Police", signed=cell)]))
    assert (roster.rows[0].signed, roster.problems) == (day, ())


@pytest.mark.parametrize(("cell", "told"), [("soon", "not a date: 'soon'"), ("1/1/1875", "1875-01-01"), (12, "'12'")])
def test_a_date_that_is_none_is_told_and_the_row_kept(cell, told):
    roster = read(workbook([line("Ferry Police", signed=cell)]))
    assert roster.rows[0].signed is None
    assert "Agencies: row 2: " in roster.problems[0]
    assert told in roster.problems[0]


def test_hidden_sheets_are_left_out_and_all_visible_ones_read():
    book = Workbook()
    for title, state in (("One", "visible"), ("Two", "visible"), ("Old", "hidden"), ("Notes", "visible")):
        sheet = book.create_sheet(title)
        sheet.sheet_state = state
        if title != "Notes":
            sheet.append(HEADINGS)
            sheet.append(line(f"{title} Police Department"))
    assert [r.agency for r in read(saved(book)).rows] == ["One Police Department", "Two Police Department"]


# --- what is refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b"<html>Access denied</html>", b"PK\x03\x04 cut", workbook([line("A B")])[:900]])
def test_what_is_no_workbook_is_named(data):
    with pytest.raises(RosterError, match=r"participatingAgencies01052026am\.xlsx: not a workbook"):
        read(data)


def test_a_workbook_without_the_columns_names_its_sheet():
    with pytest.raises(RosterError, match=r"01052026am\.xlsx: Agencies: no row within the first 30 names the columns"):
        read(workbook([["a", "b"]], headings=("Facility", "Beds")))


def test_a_list_without_rows_is_refused():
    with pytest.raises(RosterError, match="not one row names agency, state and model"):
        read(workbook([]))


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    swollen = repacked(workbook([line("Ferry Police")]), lambda p: p | {"xl/media/a.bin": bytes(70_000_000)})
    assert len(swollen) < 200_000
    with pytest.raises(RosterError, match=r"unpacks to .* bytes; refused"):
        read(swollen)


def test_too_many_parts_are_refused():
    many = repacked(workbook([line("Ferry Police")]), lambda p: p | {f"x/{n}.bin": b"" for n in range(1_100)})
    with pytest.raises(RosterError, match="parts of"):
        read(many)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "declaration",
    ['<!DOCTYPE r [<!ENTITY a "aaaa">]>', '<!DOCTYPE r SYSTEM "file:///etc/hostname">'],
)
def test_entities_are_refused(declaration, encoding):
    def change(parts):
        text = parts["xl/worksheets/sheet1.xml"].decode()
        return parts | {"xl/worksheets/sheet1.xml": (declaration + text).encode(encoding)}

    with pytest.raises(RosterError, match=r"xl/worksheets/sheet1\.xml declares a document type"):
        read(repacked(workbook([line("Ferry Police")]), change))


def test_a_row_beyond_the_bound_is_refused_and_empty_ones_cost_nothing(monkeypatch):
    monkeypatch.setattr(roster_workbook, "MAX_ROWS", 10)
    book = Workbook()
    book.active.append(HEADINGS)
    book.active.append(line("Ferry Police"))
    book.active["A9000"] = None
    assert len(read(saved(book)).rows) == 1
    for _ in range(12):
        book.active.append(line("Alder Police"))
    with pytest.raises(RosterError, match="Sheet: more than 10 rows"):
        read(saved(book))


def test_a_merged_range_over_the_whole_sheet_costs_nothing():
    merged = b'</sheetData><mergeCells count="1"><mergeCell ref="J1:XFD1048576"/></mergeCells>'

    def change(parts):
        sheet = parts["xl/worksheets/sheet1.xml"]
        return parts | {"xl/worksheets/sheet1.xml": sheet.replace(b"</sheetData>", merged)}

    assert len(read(repacked(workbook([line("Ferry Police")]), change)).rows) == 1


def test_a_damaged_sheet_is_named_and_nothing_else_is_raised():
    broken = repacked(
        workbook([line("Ferry Police")]), lambda p: p | {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData>"}
    )
    with pytest.raises(RosterError, match="not a readable workbook"):
        read(broken)
