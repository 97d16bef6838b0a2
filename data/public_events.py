"""Which published events are new since the last night that was told."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from data.files import write_whole

_NEW = """
    SELECT events.id, events.title, events.date, places.name AS place, events.state,
           (SELECT url FROM reports WHERE event_id = events.id ORDER BY confidence DESC, published, id LIMIT 1) AS link
    FROM events LEFT JOIN places ON places.id = events.place_id ORDER BY events.date DESC, events.id
"""


def event_ids(public: Path) -> list[str]:
    """The ids of the events in the public database, none where it was never built."""
    if not public.is_file():
        return []
    with closing(_open(public)) as db:
        return [row["id"] for row in db.execute("SELECT id FROM events ORDER BY id")]


def remember_events(file: Path, ids: Iterable[str]) -> None:
    """Write down which events were there before the night, unless a night that was never told has done so."""
    if not file.is_file():
        write_whole(file, json.dumps(list(ids)))


def tell_new_events(public: Path, known: Path) -> list[dict[str, Any]]:
    """The events that are not in the file `known`, newest first: id, title, date, place, state, link."""
    old = set(json.loads(known.read_text(encoding="utf-8")))
    if not public.is_file():
        return []
    with closing(_open(public)) as db:
        return [dict(row) for row in db.execute(_NEW) if row["id"] not in old]


def _open(public: Path) -> sqlite3.Connection:
    db = sqlite3.connect(f"{public.absolute().as_uri()}?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    return db
