"""The history of each event's record: what every publication changed in it, kept append-only in the archive.

An event is known by what its history says of it, so nothing depends on an older public file being at hand; only the
very first time, before there is a history, the public file that is about to be replaced tells what stood in it.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from itertools import chain, groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite_utils

    from data.archive import Archive
    from data.events import Event

FIELDS = ("type", "status", "date", "date_precision", "place_id", "title")
SECRET_BEFORE = ("title",)  # a title may have named someone wrongly: its former words are not published
OUTLETS_TOLD = 8
Row = dict[str, Any]


@dataclass(slots=True)
class Known:
    """An event as it was last published: its fields, the keys of its articles, and whether it still stood."""

    fields: dict[str, str | None] = field(default_factory=dict)
    articles: set[str] = field(default_factory=set)
    stands: bool = True


def article_key(url: str) -> str:
    """Twelve hex characters that stand for an article's URL."""
    return sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:12]


# --- what is known -----------------------------------------------------------------------------------------------


def known_events(archive: Archive, more: Iterable[Row] = ()) -> dict[str, Known]:
    """Every event that was ever published, by replaying its history, and `more` rows after it."""
    known: dict[str, Known] = {}
    for row in chain(archive.db.query("SELECT * FROM event_history ORDER BY id"), more):
        event = known.setdefault(row["event_id"], Known())
        change, keys = row["change"], set(json.loads(row.get("articles") or "[]"))
        if change == "first_seen":
            event.fields = json.loads(row["after"])
        elif change == "changed":
            event.fields[row["field"]] = row["after"]
        if change in ("first_seen", "reports_added"):
            event.articles |= keys
        elif change == "reports_removed":
            event.articles -= keys
        event.stands = change not in ("withdrawn", "merged_into") and (event.stands or change == "returned")
    return known


def first_history(former: Path) -> list[Row]:
    """The history of what a public file held before histories were kept; nothing where there is no such file."""
    if not former.is_file():
        return []
    columns = ", ".join(FIELDS)
    try:
        with closing(sqlite3.connect(f"{former.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as db:
            db.row_factory = sqlite3.Row
            built = db.execute("SELECT value FROM meta WHERE key = 'built'").fetchone()
            events = [dict(row) for row in db.execute(f"SELECT id, {columns} FROM events ORDER BY id")]
            reports = [dict(row) for row in db.execute("SELECT event_id, url, outlet FROM reports ORDER BY id")]
    except sqlite3.Error:
        return []  # the file of an older version, or none of ours: it is about to be replaced
    return list(changes({}, events, reports, {}, built[0] if built and built[0] else ""))


# --- what has changed --------------------------------------------------------------------------------------------


def changes(
    known: Mapping[str, Known],
    events: Iterable[Mapping[str, Any]],
    reports: Iterable[Mapping[str, Any]],
    redirects: Mapping[str, str],
    at: str,
) -> Iterator[Row]:
    """Rows of `event_history` that lead from what is known to the public rows `events` and `reports`.

    `redirects` are the events that are now another, by id; `at` is the timestamp of the new data.
    """
    told: dict[str, dict[str, str]] = {}
    for report in reports:
        told.setdefault(report["event_id"], {})[article_key(report["url"])] = report["outlet"] or ""
    alive = {event["id"]: event for event in events}
    for event_id in sorted(alive):
        for row in _event_changes(known.get(event_id), alive[event_id], told.get(event_id, {})):
            yield {"event_id": event_id, "at": at, **row}
    for event_id in sorted(set(known) - set(alive)):
        if known[event_id].stands:
            target = redirects.get(event_id)
            if target in alive:
                yield {"event_id": event_id, "at": at, "change": "merged_into", "after": target}
                yield {"event_id": target, "at": at, "change": "joined", "before": event_id}
            else:
                yield {"event_id": event_id, "at": at, "change": "withdrawn"}


def _event_changes(known: Known | None, event: Mapping[str, Any], told: Mapping[str, str]) -> Iterator[Row]:
    now = {name: event[name] for name in FIELDS}
    if known is None:
        row = {"change": "first_seen", "after": json.dumps(now, ensure_ascii=False)}
        yield row | {"detail": _outlets(told.values()), "articles": json.dumps(sorted(told))}
        return
    if not known.stands:
        yield {"change": "returned"}
    for name in FIELDS:
        if known.fields.get(name) != now[name]:
            yield {"change": "changed", "field": name, "before": known.fields.get(name), "after": now[name]}
    count = len(known.articles)
    for change, keys in (
        ("reports_removed", known.articles - set(told)),
        ("reports_added", set(told) - known.articles),
    ):
        if keys:
            before, count = count, count + (len(keys) if change == "reports_added" else -len(keys))
            row = {"change": change, "before": str(before), "after": str(count), "articles": json.dumps(sorted(keys))}
            yield row | {"detail": _outlets(told[k] for k in keys) if change == "reports_added" else None}


def _outlets(names: Iterable[str]) -> str:
    known = sorted({name.replace(";", ",") for name in names if name})
    more = [f"{len(known) - OUTLETS_TOLD} more"] if len(known) > OUTLETS_TOLD else []
    return "; ".join(known[:OUTLETS_TOLD] + more)


def record(archive: Archive, rows: Sequence[Row]) -> None:
    """Append to the history, in one transaction."""
    columns = ("event_id", "at", "change", "field", "before", "after", "detail", "articles")
    with archive.writing():
        archive.db["event_history"].insert_all({name: row.get(name) for name in columns} for row in rows)


def public_changes(archive: Archive, new: Sequence[Row], alive: set[str]) -> Iterator[Row]:
    """Rows of `event_changes` without ids: the history of the events that stand, and what is about to be recorded.

    What is published of an event that was first seen is the moment and its outlets; the article keys are not public.
    """
    stored = archive.db.query("SELECT * FROM event_history ORDER BY id")
    for rows in (stored, new):
        for row in rows:
            if row["event_id"] in alive:
                yield _public(row)


def _public(row: Mapping[str, Any]) -> Row:
    first = row["change"] == "first_seen"
    keys = json.loads(row.get("articles") or "[]") if first else []
    return {
        "event_id": row["event_id"],
        "at": row["at"],
        "change": row["change"],
        "field": row.get("field"),
        "before": None if row.get("field") in SECRET_BEFORE else row.get("before"),
        "after": str(len(keys)) if first else row.get("after"),
        "detail": row.get("detail"),
    }


# --- events that became one --------------------------------------------------------------------------------------


def record_merges(db: sqlite_utils.Database, events: Iterable[Event], before: Mapping[str, Any]) -> None:
    """Note, before reports are given to `events`, which events lose all of theirs, and which gets most of them.

    Called inside the transaction that links; `before` are the ids that events had until now.
    """
    events = list(events)
    gone = set(before) - {event.id for event in events}
    if not gone:
        return
    had = dict(db.execute("SELECT id, event_id FROM reports WHERE event_id IS NOT NULL").fetchall())
    moved: dict[str, Counter[str]] = {}
    for event in events:
        for report in event.members:
            if had.get(report) in gone:
                moved.setdefault(had[report], Counter())[event.id] += 1
    at = datetime.now(UTC).isoformat(timespec="seconds")
    db["event_merges"].insert_all(
        {"event_id": old, "merged_into": min(to, key=lambda new: (-to[new], new)), "at": at}
        for old, to in sorted(moved.items())
    )


def redirects(archive: Archive, alive: set[str]) -> dict[str, str]:
    """Each id that is no event's any more and became another's, with the event that stands for it now."""
    rows = archive.db.query("SELECT event_id, merged_into FROM event_merges ORDER BY event_id, id")
    newest = {event_id: list(group)[-1]["merged_into"] for event_id, group in groupby(rows, lambda r: r["event_id"])}
    found = {}
    for old in newest:
        at, seen = old, set()
        while at in newest and at not in alive and at not in seen:
            seen.add(at)
            at = newest[at]
        if at in alive and at != old:
            found[old] = at
    return found
