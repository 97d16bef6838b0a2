"""`tracker rosters import` and `tracker rosters diff` as a user meets them."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from data.archive import Archive
from tests.roster_sheets import line, workbook
from tracker import cli

CHECKOUT = Path(__file__).resolve().parent.parent
REAL = Path(os.environ.get("TRACKER_EVAL") or CHECKOUT.parent / "shared" / "eval") / "rosters"
GALVESTON = line("Galveston County Sheriff's Office", county="Galveston County")
WHARTON = line("Wharton County Sheriff's Office", county="Wharton County", model="Warrant Service Officer")
MISSPELT = line("Dogulas County Sheriff's Office", "MISSOURI", "Douglas County")
CORRECTED = line("Douglas County Sheriff's Office", "MISSOURI", "Douglas County")


@pytest.fixture
def lists(tmp_path, monkeypatch):
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path / "home"))
    old, new = tmp_path / "participatingAgencies12312025am.xlsx", tmp_path / "participatingAgencies01312026am.xlsx"
    old.write_bytes(workbook([GALVESTON, MISSPELT]))
    new.write_bytes(workbook([WHARTON, CORRECTED]))
    return old, new


def run(*arguments):
    return CliRunner().invoke(cli, ["rosters", *map(str, arguments)])


def test_import_takes_the_oldest_first_and_each_file_once(lists, tmp_path):
    old, new = lists
    result = run("import", new, old)
    assert result.exit_code == 0, result.output
    assert "participatingAgencies12312025am.xlsx (2025-12-31): first: 2 rows" in result.output
    assert "participatingAgencies01312026am.xlsx (2026-01-31): compared: 2 rows" in result.output
    assert "1 renamed, 1 signed, 1 gone" in result.output
    assert "known" in run("import", new).output
    with Archive(tmp_path / "home" / "archive.db") as archive:
        assert archive.counts()["reports"] == 4
        assert archive.db.execute("SELECT count(DISTINCT warc_offset) FROM roster_snapshots").fetchone() == (2,)
    assert len(list((tmp_path / "home" / "warc").glob("*.warc.gz"))) == 1


def test_a_name_without_a_day_needs_one(lists, tmp_path):
    file = tmp_path / "list.xlsx"
    file.write_bytes(workbook([GALVESTON]))
    result = run("import", file)
    assert result.exit_code == 1
    assert "use --date" in result.output
    result = run("import", file, "--date", "2026-02-01", "--status", "pending")
    assert result.exit_code == 0, result.output
    assert "list.xlsx (2026-02-01): first: 1 rows" in result.output
    with Archive(tmp_path / "home" / "archive.db") as archive:
        assert archive.db.execute("SELECT status FROM roster_snapshots").fetchall() == [("pending",)]


def test_what_has_no_place_and_what_cannot_be_read_is_told(lists, tmp_path):
    file = tmp_path / "participatingAgencies02012026am.xlsx"
    lost = line("Northwest Regional Police Department", "PENNSYLVANIA", signed="soon")
    file.write_bytes(workbook([GALVESTON, lost]))
    output = run("import", file).output
    assert "Agencies: row 3: not a date: 'soon'" in output
    assert "no place: row 3: Northwest Regional Police Department, no county, PENNSYLVANIA" in output


def test_a_cut_file_fails_until_it_is_accepted(lists, tmp_path):
    rows = [line(f"Galveston County Constable Precinct {n}", county="Galveston County") for n in range(1, 31)]
    whole, cut = tmp_path / "participatingAgencies02012026.xlsx", tmp_path / "participatingAgencies02022026.xlsx"
    whole.write_bytes(workbook(rows))
    cut.write_bytes(workbook(rows[:9]))
    result = run("import", whole, cut)
    assert result.exit_code == 1
    assert "21 of 30 rows are gone at once" in result.output
    assert "--accept" in result.output
    assert "21 gone" in run("import", "--accept", cut).output
    result = run("diff", whole, cut)
    assert result.exit_code == 1
    assert "21 of 30 rows are gone at once" in result.output


def test_diff_prints_counts_by_model_and_state_and_the_rows(lists):
    result = run("diff", *lists)
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert "0 kept, 1 renamed, 1 signed, 1 gone, 0 model added, 0 model dropped" in lines
    assert [part.split() for part in lines if part.startswith(("287g_", "TX", "MO"))] == [
        ["287g_task_force", "0", "1", "1"],
        ["287g_warrant_service", "1", "0", "0"],
        ["TX", "1", "1", "0"],
        ["MO", "0", "0", "1"],
    ]
    place = "TX / Wharton County / Wharton County Sheriff's Office"
    assert f"  row 2: {place} / Warrant Service Officer / 2025-09-22 -> fips:48481" in lines
    assert any(part.endswith("-> fips:29067, was row 3: Dogulas County Sheriff's Office") for part in lines)


def test_diff_as_json_holds_everything(lists, tmp_path):
    told = json.loads(run("diff", "--json", *lists).output)
    assert told["counts"] == {"kept": 0, "renamed": 1, "signed": 1, "gone": 1, "model_added": 0, "model_dropped": 0}
    assert told["by_model"]["287g_warrant_service"] == {"signed": 1, "gone": 0, "renamed": 0}
    assert told["gone"][0]["agency"] == "Galveston County Sheriff's Office"
    assert told["renamed"][0]["was"] == {"number": 3, "agency": "Dogulas County Sheriff's Office"}
    assert (told["old"]["dated"], told["new"]["rows"], told["new"]["placed"]) == ("2025-12-31", 2, 1.0)
    assert not (tmp_path / "home" / "archive.db").exists()


def test_a_file_that_is_no_list_is_named(lists, tmp_path):
    file = tmp_path / "participatingAgencies02012026.xlsx"
    file.write_bytes(b"<html>moved</html>")
    result = run("diff", lists[0], file)
    assert result.exit_code == 1
    assert "participatingAgencies02012026.xlsx: not a workbook" in str(result.exception)


def test_the_real_lists_of_may_2026_and_december_2025(monkeypatch, tmp_path):
    old, new = REAL / "participatingAgencies12312025am.xlsx", REAL / "participatingAgencies05182026am.xlsx"
    if not (old.is_file() and new.is_file()):
        pytest.skip(f"the real lists are not at {REAL}")
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    told = json.loads(run("diff", "--json", old, new).output)
    counts = {"kept": 1239, "renamed": 2, "signed": 602, "gone": 33, "model_added": 33, "model_dropped": 5}
    assert told["counts"] == counts
    assert min(told["old"]["placed"], told["new"]["placed"]) > 0.995
    assert told["by_state"]["MD"] == {"signed": 0, "gone": 8, "renamed": 0}
    assert told["old"]["problems"] == told["new"]["problems"] == []
