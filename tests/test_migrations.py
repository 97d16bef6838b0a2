"""The archive's migrations: an old file with real rows in it becomes a new one with the same rows."""

import sqlite3

import pytest
import sqlite_utils

from data.archive import Archive, ArchiveError
from data.migrations import archive_migrations
from tests.factories import add_story, make_report

NAMES = [
    "m001_pages",
    "m002_readings",
    "m003_signatures",
    "m004_health",
    "m005_kinds",
    "m006_rosters",
    "m007_backoff",
    "m008_archive_links",
    "m009_history",
]


def old_archive(file, *, before):
    db = sqlite_utils.Database(file)
    archive_migrations.apply(db, stop_before=before)
    db["articles"].insert(
        {"url": "https://a.example/1", "version": 1, "title": "T", "text": "Old text.", "hash": "h", "authors": "[]",
         "first_fetched": "2026-01-01T00:00:00+00:00", "fetched": "2026-01-01T00:00:00+00:00"}
    )  # fmt: skip
    db["visits"].insert(
        {"url": "https://a.example/1", "source_id": "a", "fetched": "2026-01-01T00:00:00+00:00", "outcome": "kept"}
    )
    db.close()


def schema(db):
    return sorted(row[0] for row in db.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))


def test_migrations_are_numbered_and_in_order():
    pending = [m.name for m in archive_migrations.pending(sqlite_utils.Database(memory=True))]
    assert pending == NAMES
    assert [int(name[1:4]) for name in pending] == list(range(1, len(pending) + 1))


@pytest.mark.parametrize("before", NAMES[1:])
def test_an_old_archive_keeps_its_rows_and_gets_the_newest_tables(tmp_path, before):
    old_archive(tmp_path / "old.db", before=before)
    with Archive(tmp_path / "old.db") as migrated, Archive(tmp_path / "new.db") as fresh:
        assert schema(migrated.db) == schema(fresh.db)
        assert [a.text for _, a in migrated.articles()] == ["Old text."]
        assert migrated.visit("https://a.example/1").outcome == "kept"
        add_story(migrated, make_report())
        assert migrated.counts()["articles"] == 2


def test_opening_twice_changes_nothing(tmp_path):
    with Archive(tmp_path / "a.db") as archive:
        first = schema(archive.db)
        applied = list(archive.db["_sqlite_migrations"].rows)
    with Archive(tmp_path / "a.db") as archive:
        assert schema(archive.db) == first
        assert list(archive.db["_sqlite_migrations"].rows) == applied


def test_a_failing_migration_leaves_the_old_archive_as_it_was(tmp_path):
    file = tmp_path / "old.db"
    old_archive(file, before="m002_readings")
    db = sqlite_utils.Database(file)
    db["reports"].insert({"something": "else"})  # stands in the way of m002
    before = schema(db)
    db.close()
    with pytest.raises(ArchiveError, match=r"old\.db: table .*reports.* already exists"):
        Archive(file)
    db = sqlite3.connect(file)
    assert sorted(row[0] for row in db.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")) == before


def test_an_archive_of_a_newer_version_is_refused(tmp_path):
    with Archive(tmp_path / "a.db") as archive:
        archive.db["_sqlite_migrations"].insert({"migration_set": "archive", "name": "m999_later", "applied_at": "x"})
    with pytest.raises(ArchiveError, match=r"written by a newer version of the tracker \(it has m999_later\)"):
        Archive(tmp_path / "a.db")
