"""Events into `tracker.db`: built aside, checked, swapped in with one rename, so no reader sees half a night."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlite_utils

from data.errors import TrackerError, storing
from data.files import replace_durably
from data.public_schema import create_public_tables, index_public_tables, public_tables
from data.publish_memory import PublishedMemory
from data.publish_rows import LONGEST_EXCERPT, Gazetteer, PublicRows, numbered

if TYPE_CHECKING:
    from data.archive import Archive

SHOWN = 3  # examples in a failed check's message
EXCERPTS = (("events", "summary"), ("reports", "evidence"), ("quotes", "text"))


class PublishError(TrackerError):
    """A check of the new database failed; the old one is still in its place. The message names check and rows."""


def publish(
    archive: Archive,
    target: Path,
    *,
    event_types: Sequence[tuple[str, str, str, str]],
    agreement_types: Sequence[tuple[str, str, str]],
    gazetteer: Gazetteer,
    sample: bool,
    pipeline: str,
    contact: str = "",
) -> dict[str, int]:
    """Build the public database from the archive and put it at `target`; returns the rows of each table.

    `event_types` are (name, label, family, definition), `agreement_types` (name, label, definition). `sample` marks
    the file as holding invented stories, `contact` is the address or page where readers report errors. The same
    archive gives the same file, byte for byte. What changed in each event is appended to the archive's history. A
    second publisher of the same target waits for the first. Raises PublishError where a check fails, StorageError
    where the disk refuses;
    both leave the old file alone.
    """
    target = Path(target)
    with storing(target), _lock(target):
        aside = target.with_name(f".{target.name}.new")
        _remove(aside)  # of a publish that was killed
        try:
            with storing(target), archive.reading():
                rows = PublicRows(archive, gazetteer)
                meta = {"sample": str(int(sample)), "pipeline": pipeline} | ({"contact": contact} if contact else {})
                memory = PublishedMemory(archive, rows, former=target)
                counts = _build(aside, _tables(rows, memory, event_types, agreement_types, meta))
            _check(aside, counts, rows.linked)
            memory.keep()
            replace_durably(aside, target)
        except sqlite3.Error as error:
            raise PublishError(f"{target}: {error}; the old file stays") from error
        finally:
            _remove(aside)
    return counts | {"events_without_place": rows.linked - counts["events"]}


def _tables(
    rows: PublicRows,
    memory: PublishedMemory,
    event_types: Sequence[tuple[str, ...]],
    agreement_types: Sequence[tuple[str, ...]],
    meta: dict[str, str],
) -> dict[str, Iterable[dict[str, Any]]]:
    """The rows of every public table."""
    facts = meta | {"built": rows.last_change()}
    return {
        "places": memory.places,
        "event_types": (dict(zip(("name", "label", "family", "definition"), t, strict=True)) for t in event_types),
        "agreement_types": (dict(zip(("name", "label", "definition"), t, strict=True)) for t in agreement_types),
        "sources": rows.source_rows(),
        "agreements": rows.agreements,
        "events": rows.events,
        "reports": numbered(rows.reports),
        "officials": rows.people.rows,
        "event_actors": numbered(rows.actors),
        "quotes": numbered(rows.quotes),
        "event_changes": numbered(memory.event_changes()),
        "event_redirects": memory.event_redirects(),
        "place_redirects": memory.place_redirects(),
        "runs": numbered(rows.run_rows()),
        "meta": ({"key": key, "value": value} for key, value in sorted(facts.items())),
    }


def _build(file: Path, tables: dict[str, Iterable[dict[str, Any]]]) -> dict[str, int]:
    db = sqlite_utils.Database(file)
    try:
        db.execute("PRAGMA synchronous = OFF")  # nobody reads this file before `_swap_in` has put it on the disk
        db.execute("PRAGMA journal_mode = MEMORY").fetchall()
        create_public_tables(db)
        counts = {}
        with db.atomic():
            for table in public_tables():
                counted = _Counted(tables[table.name])
                db[table.name].insert_all(counted)
                counts[table.name] = counted.count
        index_public_tables(db)
        for name in db.table_names(fts5=True):
            db.execute(f"INSERT INTO [{name}] ([{name}]) VALUES ('optimize')")
        db.analyze()
        db.vacuum()
        return counts
    finally:
        db.close()


class _Counted:
    """An iterable that knows how many it gave out."""

    def __init__(self, rows: Iterable[dict[str, Any]]) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for row in self._rows:
            self.count += 1
            yield row


# --- checks ------------------------------------------------------------------------------------------------------


def _check(file: Path, counts: dict[str, int], linked: int) -> None:
    db = sqlite_utils.Database(file)
    try:
        for problem in _problems(db, counts, linked):
            raise PublishError(f"{problem}; the old file stays")
    finally:
        db.close()


def _problems(db: sqlite_utils.Database, counts: dict[str, int], linked: int) -> Iterator[str]:
    integrity = [row[0] for row in db.execute("PRAGMA integrity_check")]
    if integrity != ["ok"]:
        yield f"integrity check: {'; '.join(integrity[:SHOWN])}"
    yield from _broken_keys(db)
    for name, count in counts.items():
        if db[name].count != count:
            yield f"{name}: {db[name].count} rows written, {count} meant"
    if linked and not counts["events"]:
        yield f"none of {linked} events lies at a place that the gazetteer knows"
    for table, column in EXCERPTS:
        long = db[table].count_where(f"length({column}) > {LONGEST_EXCERPT}")
        if long:
            yield f"{table}.{column}: {long} rows are longer than an excerpt"
    bare = "SELECT id FROM events WHERE id NOT IN (SELECT event_id FROM reports) LIMIT 1"
    for row in db.execute(bare):
        yield f"event {row[0]} has no report"


def _broken_keys(db: sqlite_utils.Database) -> Iterator[str]:
    found = db.execute("PRAGMA foreign_key_check").fetchall()
    for table, rowid, _, key in found[:1]:
        reference = next(r for r in db.execute(f"PRAGMA foreign_key_list([{table}])") if r[0] == key)
        _, _, other, column, other_column = reference[:5]
        value = db.execute(f"SELECT [{column}] FROM [{table}] WHERE rowid = ?", [rowid]).fetchone()[0]
        yield f"{table}.{column}: {value!r} is not in {other}.{other_column} ({len(found)} broken references)"


# --- files -------------------------------------------------------------------------------------------------------


@contextmanager
def _lock(target: Path) -> Iterator[None]:
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_name(f".{target.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _remove(aside: Path) -> None:
    for file in (aside, *(aside.with_name(aside.name + end) for end in ("-journal", "-wal", "-shm"))):
        file.unlink(missing_ok=True)
