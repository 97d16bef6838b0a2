"""Releases: every row in every form, keys that hold, checksums that are right, the same bytes each time."""

from __future__ import annotations

import csv
import json
import sqlite3
from contextlib import closing
from hashlib import sha256

import pyarrow.parquet
import pytest

from data.export import FORMATS, ExportError, export
from data.public_schema import public_tables
from tests.site_fixture import build_site_database


@pytest.fixture(scope="module")
def public(tmp_path_factory):
    return build_site_database(tmp_path_factory.mktemp("export") / "tracker.db")


@pytest.fixture(scope="module")
def release(public, tmp_path_factory):
    return export(public, tmp_path_factory.mktemp("releases"))


def read(release, table):
    with (release.folder / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def table_of(public, name):
    with closing(sqlite3.connect(public)) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute(f'SELECT * FROM "{name}"')]


@pytest.mark.parametrize("table", [t.name for t in public_tables()])
def test_every_row_is_in_the_csv_and_in_the_parquet(public, release, table):
    rows = table_of(public, table)
    parquet = pyarrow.parquet.read_table(release.folder / f"{table}.parquet").to_pylist()
    key = next(t.primary_key for t in public_tables() if t.name == table)
    assert sorted(parquet, key=lambda r: str(r[key])) == sorted(rows, key=lambda r: str(r[key]))
    told = {row[key]: row for row in read(release, table)}
    for row in rows:
        written = told[str(row[key])]
        for name, value in row.items():
            plain = "" if value is None else str(value)
            assert written[name] in (plain, f"'{plain}")


def test_the_package_describes_what_is_there(release):
    package = json.loads((release.folder / "datapackage.json").read_text(encoding="utf-8"))
    assert {r["name"].replace("-", "_") for r in package["resources"]} == {t.name for t in public_tables()}
    by_name = {r["name"]: r for r in package["resources"]}
    for resource in package["resources"]:
        content = (release.folder / resource["path"]).read_bytes()
        assert (resource["bytes"], resource["hash"]) == (len(content), f"sha256:{sha256(content).hexdigest()}")
        rows = read(release, resource["name"].replace("-", "_"))
        assert resource["rows"] == len(rows)
        schema = resource["schema"]
        assert [f["name"] for f in schema["fields"]] == content.decode().split("\r\n")[0].split(",")
        keys = [row[schema["primaryKey"]] for row in rows]
        assert all(keys) and len(keys) == len(set(keys))
        for foreign in schema.get("foreignKeys", []):
            there = by_name[foreign["reference"]["resource"]]["name"].replace("-", "_")
            known = {row[foreign["reference"]["fields"]] for row in read(release, there)}
            assert {row[foreign["fields"]] for row in rows} - {""} <= known, (resource["name"], foreign)


def test_checksums_are_those_of_the_files(release):
    lines = (release.folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    told = dict(reversed(line.split("  ")) for line in lines)
    assert told.keys() == {f.name for f in release.folder.iterdir()} - {"SHA256SUMS"}
    for name, digest in told.items():
        assert sha256((release.folder / name).read_bytes()).hexdigest() == digest


def test_the_same_database_gives_the_same_bytes_and_replaces_its_release(public, release, tmp_path):
    again = export(public, tmp_path)
    (again.folder / "stray.txt").write_text("not of this release")
    again = export(public, tmp_path)
    assert {f.name: f.read_bytes() for f in again.folder.iterdir()} == {
        f.name: f.read_bytes() for f in release.folder.iterdir()
    }
    assert [p.name for p in tmp_path.iterdir()] == [again.folder.name]


def test_a_formula_is_text_to_a_spreadsheet(public, tmp_path):
    hostile = tmp_path / "tracker.db"
    hostile.write_bytes(public.read_bytes())
    with closing(sqlite3.connect(hostile)) as db, db:
        db.execute("UPDATE events SET title = '=HYPERLINK(\"http://x.example\")' WHERE rowid = 1")
    titles = [row["title"] for row in read(export(hostile, tmp_path / "out", ["csv"]), "events")]
    assert '\'=HYPERLINK("http://x.example")' in titles
    assert not [title for title in titles if title.startswith("=")]


def test_only_what_was_asked_for_is_written(public, tmp_path):
    names = {f.suffix for f in export(public, tmp_path, ["parquet"]).folder.iterdir()}
    assert names == {".parquet", ".txt", ""}
    assert FORMATS == ("csv", "parquet", "datapackage")


def test_without_a_database_it_says_what_to_do(tmp_path):
    with pytest.raises(ExportError, match="tracker publish"):
        export(tmp_path / "none.db", tmp_path)
