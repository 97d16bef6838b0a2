"""The events of one published file as columns of numbers, so that any filter is counted exactly and at once.

A published file never changes, so what filters and charts need of its events is read once and kept: about 60 bytes an
event and 8 a report. A filter is then a comparison of whole columns (a bitmap index, as column stores have it), which
for a million events takes a few milliseconds, where a query that fits no index would take seconds.
"""

from __future__ import annotations

import asyncio
import gc
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from data.site_database import PublishedDatabase
from data.site_words import parse_day, words

CHUNK = 20_000  # rows read at a time: other readers' queries run between two of them
CODED = ("state", "type", "status", "agreement_type", "place_id", "review", "direction", "stance", "date_precision")
KIND = ("state", "type", "status", "agreement_type", "review", "direction", "stance", "family", "certainty")
DAYS = ("date", "first_seen", "last_seen")
EVENTS = f"select rowid, {', '.join((*CODED, *DAYS))}, confidence from events order by rowid"
REPORTS = "select r.rowid, e.rowid, r.outlet from reports r join events e on e.id = r.event_id order by r.rowid"
DEFAULTS = {"review": "unreviewed"}  # what a missing value stands for
Numbers = np.ndarray[Any, np.dtype[Any]]


class Codes(dict[Any, int]):
    """Numbers for values, given out as they come: 0 for the first, 1 for the second."""

    def __missing__(self, value: Any) -> int:
        """The next number, for a value not seen before."""
        self[value] = number = len(self)
        return number


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of few distinct values: for each event the number of its value in `values`."""

    codes: Numbers
    values: tuple[str | None, ...]

    def number(self, value: str | None) -> int | None:
        """The number of a value, None for one that no event has."""
        return self.values.index(value) if value in self.values else None

    def having(self, chosen: Iterable[str]) -> Numbers:
        """True for the events that have one of the values."""
        wanted = set(chosen)
        return np.array([value in wanted for value in self.values] or [False])[self.codes]

    def counted(self, mask: Numbers | None) -> dict[str, int]:
        """How many of the masked events (of all, for None) have each value; absent values are left out."""
        codes = self.codes if mask is None else self.codes[mask]
        counts = np.bincount(codes, minlength=len(self.values))
        return {v: int(n) for v, n in zip(self.values, counts, strict=False) if n and v is not None}


@dataclass(frozen=True, slots=True)
class Outlets:
    """Which outlet reports which event: pairs, each once, those of one outlet together."""

    names: tuple[str, ...]
    starts: Numbers  # of each outlet's pairs, and one number more for the end
    events: Numbers

    def having(self, chosen: Iterable[str], size: int) -> Numbers:
        """True for the events that one of the outlets reports."""
        mask = np.zeros(size, dtype=bool)
        for number in (self.names.index(name) for name in chosen if name in self.names):
            mask[self.events[self.starts[number] : self.starts[number + 1]]] = True
        return mask

    def counted(self, mask: Numbers | None) -> dict[str, int]:
        """How many of the masked events each outlet reports."""
        if not self.names:
            return {}
        if mask is None:
            counts = np.diff(self.starts)
        else:
            counts = np.add.reduceat(mask[self.events], self.starts[:-1], dtype=np.int64)
        return {name: int(n) for name, n in zip(self.names, counts, strict=True) if n}


@dataclass(slots=True)
class EventColumns:
    """Every event of a file in the order of its rows: coded columns, days as ordinals (0 unknown), and the orders.

    `orders` holds for each way of sorting the positions of all events, first to last, and `ranks` its inverse.
    Events alike in every column of KIND are of one kind: `kinds` has the kind of each event, `kind_codes` for each of
    those columns the number of the kind's value, so that one count of the kinds gives the counts of all columns.
    `month_families` is months * (number of families) + family.
    """

    rowids: Numbers
    coded: dict[str, Coded]
    days: dict[str, Numbers]
    confidence: Numbers
    outlets: Outlets
    report_rowids: Numbers
    report_events: Numbers
    orders: dict[str, Numbers] = field(default_factory=dict)
    ranks: dict[str, Numbers] = field(default_factory=dict)
    months: Numbers = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    month_families: Numbers = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    kinds: Numbers = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    kind_codes: dict[str, Numbers] = field(default_factory=dict)
    memo: dict[Any, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Sort once in every way that a reader may ask for; what is newest or surest stands first."""
        keys = {"date": self.days["date"], "reported": self.days["last_seen"], "confidence": self.confidence}
        newest = np.argsort(-keys["date"], kind="stable")
        for name, key in keys.items():  # what is equal in one way stands by its date
            order = newest[np.argsort(-key[newest], kind="stable")].astype(np.int32)
            rank = np.empty_like(order)
            rank[order] = np.arange(len(order), dtype=np.int32)
            self.orders[name], self.ranks[name] = order, rank
        self.months = _months(self.days["date"])
        families = self.coded["family"]
        self.month_families = self.months * np.int32(len(families.values)) + families.codes
        self._sort_into_kinds()

    def _sort_into_kinds(self) -> None:
        keys = np.zeros(self.size, dtype=np.int64)
        for name in KIND:
            keys = keys * max(len(self.coded[name].values), 1) + self.coded[name].codes
        _, first, kinds = np.unique(keys, return_index=True, return_inverse=True)
        self.kinds = kinds.astype(np.int32)
        self.kind_codes = {name: self.coded[name].codes[first] for name in KIND}

    def counted_kinds(self, where: Numbers | None) -> Numbers:
        """How many events of each kind are at the positions `where` (everywhere, for None)."""
        return np.bincount(self.kinds if where is None else self.kinds[where], minlength=len(self.kind_codes["state"]))

    def counted_values(self, name: str, by_kind: Numbers) -> dict[str, int]:
        """The events of each value of a column of KIND, from a count of the kinds; absent values are left out."""
        values = self.coded[name].values
        counts = np.bincount(self.kind_codes[name], weights=by_kind, minlength=len(values))
        return {v: int(n) for v, n in zip(values, counts, strict=False) if n and v is not None}

    @property
    def size(self) -> int:
        """How many events there are."""
        return len(self.rowids)

    def position(self, rowid: int) -> int | None:
        """Where the event of a row stands, None for a row that is not there."""
        at = int(np.searchsorted(self.rowids, rowid))
        return at if at < self.size and self.rowids[at] == rowid else None

    def of_rows(self, rowids: Iterable[int]) -> Numbers:
        """True for the events of these rows of `events`."""
        mask = np.zeros(self.size, dtype=bool)
        found = np.fromiter(rowids, dtype=np.int64)
        at = np.searchsorted(self.rowids, found)
        there = at < self.size
        at, found = at[there], found[there]
        mask[at[self.rowids[at] == found]] = True
        return mask

    def of_reports(self, rowids: Iterable[int]) -> Numbers:
        """True for the events that these rows of `reports` tell."""
        mask = np.zeros(self.size, dtype=bool)
        found = np.fromiter(rowids, dtype=np.int64)
        at = np.searchsorted(self.report_rowids, found)
        at = at[at < len(self.report_rowids)]
        mask[self.report_events[at]] = True
        return mask


async def event_columns(database: PublishedDatabase) -> EventColumns:
    """The columns of the file being served, read once however many readers ask at the same time."""

    async def make() -> asyncio.Task[EventColumns]:
        return asyncio.ensure_future(_read(database))

    found = await database.once("columns", make)
    if isinstance(found, EventColumns):
        return found
    try:
        columns = await found
    except BaseException:
        database._memo.pop("columns", None)  # the next reader tries again
        raise
    database._memo["columns"] = columns
    return columns


async def _read(database: PublishedDatabase) -> EventColumns:
    families = {row["name"]: row["family"] for row in await database.rows("select name, family from event_types")}
    return await database.execute_fn(lambda connection: read_columns(connection, families))


def read_columns(connection: sqlite3.Connection, families: dict[str, str]) -> EventColumns:
    """Read the columns from a published file. `families` names the family of each type of event."""
    with _no_collection():
        return _read_columns(connection, families)


@contextmanager
def _no_collection() -> Iterator[None]:
    """No search for cycles while millions of tuples, none of them in a cycle, come and go: it took 40 % of the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _read_columns(connection: sqlite3.Connection, families: dict[str, str]) -> EventColumns:
    codes = {name: Codes() for name in (*CODED, *DAYS)}
    parts: dict[str, list[Numbers]] = {name: [] for name in (*codes, "rowid", "confidence")}
    cursor = _plain(connection, EVENTS)
    while rows := cursor.fetchmany(CHUNK):
        rowids, *columns, confidence = zip(*rows, strict=True)
        parts["rowid"].append(np.array(rowids, dtype=np.int64))
        parts["confidence"].append(np.array([c if c is not None else 0.0 for c in confidence], dtype=np.float32))
        for name, column in zip(codes, columns, strict=True):
            parts[name].append(np.fromiter(map(codes[name].__getitem__, column), np.int32, len(column)))
    whole = {name: np.concatenate(p) if p else np.zeros(0, dtype=np.int32) for name, p in parts.items()}
    coded = {name: _coded(whole[name], codes[name], DEFAULTS.get(name)) for name in CODED}
    coded["family"] = _families(coded["type"], families)
    coded["certainty"] = _bands(whole["confidence"])
    days = {name: _ordinals(whole[name], codes[name]) for name in DAYS}
    reports, events, outlets = _reports(connection, whole["rowid"])
    return EventColumns(whole["rowid"], coded, days, whole["confidence"], outlets, reports, events)


def _plain(connection: sqlite3.Connection, sql: str) -> sqlite3.Cursor:
    """A cursor that gives tuples, whatever the connection's rows are."""
    cursor = connection.cursor()
    cursor.row_factory = None
    return cursor.execute(sql)


def _reports(connection: sqlite3.Connection, event_rowids: Numbers) -> tuple[Numbers, Numbers, Outlets]:
    """The rows of `reports`, the position of the event of each, and which outlet reports what."""
    codes, parts = Codes(), []
    cursor = _plain(connection, REPORTS)
    while rows := cursor.fetchmany(CHUNK):
        ids, events, names = zip(*rows, strict=True)
        told = (np.array(ids, np.int64), np.array(events, np.int64), [codes[name] for name in names])
        parts.append((told[0], told[1], np.array(told[2], np.int64)))
    if not parts:
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, nothing, Outlets((), np.zeros(1, dtype=np.int64), nothing)
    rowids, events, numbers = (np.concatenate(column) for column in zip(*parts, strict=True))
    at = np.searchsorted(event_rowids, events)
    pairs = np.sort(numbers * max(len(event_rowids), 1) + at)
    pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])]
    outlet, event = np.divmod(pairs, max(len(event_rowids), 1))
    starts = np.searchsorted(outlet, np.arange(len(codes) + 1))
    names = tuple(name or "" for name in codes)
    return rowids.astype(np.int32), at.astype(np.int32), Outlets(names, starts, event.astype(np.int32))


def _coded(numbers: Numbers, codes: Codes, default: str | None) -> Coded:
    values = tuple(value if value is not None else default for value in codes)
    if len(set(values)) < len(values):  # the default was written out, too
        first = [values.index(value) for value in values]
        numbers = np.array(first)[numbers]
    return Coded(numbers.astype(np.uint8 if len(values) < 256 else np.int32), values)


def _families(types: Coded, families: dict[str, str]) -> Coded:
    names = tuple(words()["families"])
    names += (*sorted({f for f in families.values() if f} - {*names, "other"}), "other")
    of_type = [names.index(families.get(t or "") or "other") for t in types.values] or [0]
    return Coded(np.array(of_type, dtype=np.uint8)[types.codes], names)


def _bands(confidence: Numbers) -> Coded:
    """For each event the highest floor of the site's bands that its confidence reaches."""
    floors = sorted({0.0, *(float(band["floor"]) for band in words()["confidence"])})
    codes = np.searchsorted(np.array(floors, dtype=np.float32), confidence, side="right") - 1
    return Coded(np.maximum(codes, 0).astype(np.uint8), tuple(f"{floor:g}" for floor in floors))


def _ordinals(numbers: Numbers, codes: Codes) -> Numbers:
    days = [day.toordinal() if (day := parse_day(value)) else 0 for value in codes] or [0]
    return np.array(days, dtype=np.int32)[numbers]


def _months(days: Numbers) -> Numbers:
    """Months counted from the year 0 (year * 12 + month - 1) of ordinal days, 0 where the day is unknown."""
    epoch = 719_163  # the ordinal of 1970-01-01
    months = (days.astype("int64") - epoch).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.where(days > 0, months + 1970 * 12, 0).astype(np.int32)
