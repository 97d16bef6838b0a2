"""Answering a filter: which events it has, how many each further choice would have, and one page of them in order."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from data.site_database import PublishedDatabase
from data.site_explore_columns import KIND, EventColumns, Numbers, event_columns
from data.site_explore_query import Query
from data.site_explore_text import matching
from data.site_words import words

COLUMN = {"place": "place_id", "agreement": "agreement_type"}  # where a parameter is called otherwise
COUNTED = ("state", "place", "type", "family", "status", "agreement", "direction", "stance", "review", "outlet")
KEPT = 32  # answers kept for the next page, view or file of the same filter; one is a byte an event
BLOCK = 4096


@dataclass(frozen=True, slots=True)
class Answer:
    """The events of a filter, and counts: `counts` and `years` of each choice under the other filters in use.

    `complete` is False where a search has more matches than it takes in. `confidence` has for each lowest
    probability how many events reach it; `without` how many events there are with one filter taken off; `months` how
    many there are by month and family.
    """

    mask: Numbers
    count: int
    complete: bool
    counts: dict[str, dict[str, int]]
    years: dict[int, int]
    confidence: dict[float, int]
    without: dict[str, int]
    months: dict[int, dict[str, int]]


async def answer_to(database: PublishedDatabase, query: Query) -> Answer:
    """The answer to a query's filter, kept for a while. Raises QueryInterrupted for a search that takes too long."""
    columns = await event_columns(database)
    kept: OrderedDict[object, Answer] = columns.memo.setdefault("answers", OrderedDict())
    if query.key in kept:
        kept.move_to_end(query.key)
        return kept[query.key]
    text, complete = await matching(database, columns, query.text) if query.text else (None, True)
    answer = await asyncio.to_thread(answered, columns, query, text, complete)
    kept[query.key] = answer
    while len(kept) > KEPT:
        kept.popitem(last=False)
    return answer


def answered(columns: EventColumns, query: Query, text: Numbers | None, complete: bool = True) -> Answer:
    """The answer of these columns; `text` is True for the events that the query's words find."""
    masks = _masks(columns, query, text)
    every = _all(list(masks.values()))
    others = {name: _all([m for n, m in masks.items() if n != name]) for name in masks}

    tallies = {name: _Tally(columns, mask) for name, mask in others.items()}
    whole = _Tally(columns, every)

    def under(name: str) -> _Tally:
        return tallies.get(name, whole)

    return Answer(
        mask=every if every is not None else np.ones(columns.size, dtype=bool),
        count=whole.count,
        complete=complete,
        counts={name: under(name).counted(COLUMN.get(name, name)) for name in COUNTED},
        years=under("dates").years(),
        confidence=under("confidence").surer(),
        without={name: tally.count for name, tally in tallies.items()},
        months=whole.months,
    )


class _Tally:
    """The counts of some events, each reckoned where it is asked for."""

    def __init__(self, columns: EventColumns, mask: Numbers | None) -> None:
        self._columns, self._mask = columns, mask
        self._where = None if mask is None else np.flatnonzero(mask)
        self.count = columns.size if self._where is None else len(self._where)

    @cached_property
    def _by_kind(self) -> Numbers:
        return self._columns.counted_kinds(self._where)

    @cached_property
    def months(self) -> dict[int, dict[str, int]]:
        return month_counts(self._columns, self._where)

    def counted(self, name: str) -> dict[str, int]:
        if name == "outlet":
            return self._columns.outlets.counted(self._mask)
        if name in KIND:
            return self._columns.counted_values(name, self._by_kind)
        return self._columns.coded[name].counted(self._where)

    def years(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for month, families in self.months.items():
            found[month // 12] = found.get(month // 12, 0) + sum(families.values())
        return found

    def surer(self) -> dict[float, int]:
        """How many events reach each floor of the bands."""
        counts = {float(floor): n for floor, n in self.counted("certainty").items()}
        floors = [band["floor"] for band in words()["confidence"] if band["floor"] > 0]
        return {floor: sum(n for reached, n in counts.items() if reached >= floor) for floor in floors}


def _masks(columns: EventColumns, query: Query, text: Numbers | None) -> dict[str, Numbers]:
    masks = {} if text is None else {"q": text}
    for name, values in query.chosen.items():
        if name == "outlet":
            masks[name] = columns.outlets.having(values, columns.size)
        else:
            masks[name] = columns.coded[COLUMN.get(name, name)].having(values)
    if query.start or query.end:
        days = columns.days["date"]
        mask = days >= (date.fromisoformat(query.start).toordinal() if query.start else 1)
        masks["dates"] = mask & (days <= date.fromisoformat(query.end).toordinal()) if query.end else mask
    if query.confidence:
        masks["confidence"] = columns.confidence >= np.float32(query.confidence)
    return masks


def _all(masks: list[Numbers]) -> Numbers | None:
    """True where every mask is; None, for every event, where there is no mask."""
    if not masks:
        return None
    whole = masks[0]
    for mask in masks[1:]:
        whole = whole & mask
    return whole


def month_counts(columns: EventColumns, where: Numbers | None) -> dict[int, dict[str, int]]:
    """Events at some positions by month (year * 12 + month - 1) and family, months in order; no undated ones."""
    families = columns.coded["family"].values
    codes = columns.month_families if where is None else columns.month_families[where]
    counts = np.bincount(codes) if codes.size else codes
    found: dict[int, dict[str, int]] = {}
    for at in np.flatnonzero(counts):
        month, family = divmod(int(at), len(families))
        if month:
            found.setdefault(month, {})[families[family] or "other"] = int(counts[at])
    return found


# --- one page ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """The positions of one page's events in order, and whether there are others before and after."""

    positions: list[int]
    before: bool
    after: bool


async def page_of(database: PublishedDatabase, answer: Answer, query: Query, size: int) -> Page:
    """The page of the query's `after` or `before`, the first one where it has neither."""
    columns = await event_columns(database)
    order = columns.orders[query.sort]
    if query.before:
        start = await _rank(database, columns, query.sort, query.before)
        found = _walk(order[:start][::-1], answer.mask, size + 1)
        return Page(found[:size][::-1], len(found) > size, True)
    start = await _rank(database, columns, query.sort, query.after) + 1 if query.after else 0
    found = _walk(order[start:], answer.mask, size + 1)
    return Page(found[:size], bool(query.after), len(found) > size)


def _walk(order: Numbers, mask: Numbers, size: int) -> list[int]:
    """The first positions in the order that the mask has."""
    found: list[int] = []
    start, block = 0, BLOCK
    while start < len(order) and len(found) < size:
        part = order[start : start + block]
        found += part[mask[part]][: size - len(found)].tolist()
        start, block = start + block, block * 2
    return found


async def _rank(database: PublishedDatabase, columns: EventColumns, sort: str, told: str) -> int:
    """Where `value_id` stands in the order; where the event is gone, or has moved, the last place of its value."""
    value, _, event_id = told.partition("_")
    row = await database.row("select rowid as number from events where id = :id", {"id": event_id})
    at = columns.position(row["number"]) if row else None
    if at is not None and sort_value(columns, sort, at) == value:
        return int(columns.ranks[sort][at])
    keys = _sort_keys(columns, sort)[columns.orders[sort]]
    return int(np.searchsorted(-keys, -_key(sort, value), side="right")) - 1


def place_in_order(columns: EventColumns, sort: str, position: int, event_id: str) -> str:
    """What `after` and `before` take: the value that the result is sorted by, and the event."""
    return f"{sort_value(columns, sort, position)}_{event_id}"


def sort_value(columns: EventColumns, sort: str, position: int) -> str:
    """The value by which the event of a position is sorted, as an address has it."""
    key = _sort_keys(columns, sort)[position]
    if sort == "confidence":
        return f"{float(key):.4f}"
    return date.fromordinal(int(key)).isoformat() if key else "0"


def _sort_keys(columns: EventColumns, sort: str) -> Numbers:
    return columns.confidence if sort == "confidence" else columns.days["date" if sort == "date" else "last_seen"]


def _key(sort: str, value: str) -> float:
    try:
        return float(value) if sort == "confidence" else date.fromisoformat(value).toordinal()
    except ValueError:
        return 0
