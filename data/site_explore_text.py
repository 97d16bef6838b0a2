"""Full-text search of the explore page: titles, evidence, people and places, and the words found, marked."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from typing import Any

import numpy as np
from datasette.database import QueryInterrupted
from datasette.utils import sqlite_timelimit
from markupsafe import Markup, escape

from data.site_database import PublishedDatabase
from data.site_events import quotes
from data.site_explore_columns import EventColumns, Numbers
from data.site_places import SitePlace, place_index
from data.site_words import printable, state_codes

WORDS = 12  # of a search; further ones are left out
MATCHED = 10_000  # newest matches of one index that a search takes in
PEOPLE = 500  # officials of a name, at most
TIME_LIMIT_MS = 1_000
BEGINNING_LIMIT_MS = 150  # for a last word taken as the beginning of others
SHORTEST_BEGINNING = 3  # letters of a last word that may be the beginning of another
TOKEN = re.compile(r"\w+")
OPEN, CLOSE = "\x02", "\x03"  # around a match, until the text is escaped; `printable` takes both out of any text
MATCH = re.compile(f"{OPEN}([^{OPEN}{CLOSE}]*){CLOSE}")
TEXTS = (
    "select rowid from events_fts where events_fts match :match order by rowid desc limit :limit",
    "select rowid from reports_fts where reports_fts match :match order by rowid desc limit :limit",
)
SPOKEN = """
    select e.rowid from quotes q join events e on e.id = q.event_id
    where q.rowid in (select rowid from quotes_fts where quotes_fts match :match limit :limit)
"""
NAMED = """
    select id, name from officials
    where rowid in (select rowid from officials_fts where officials_fts match :match limit :limit)
"""
ACTED = """
    select e.rowid from event_actors a join events e on e.id = a.event_id
    where a.official_id in (select value from json_each(:ids)) limit :limit
"""
Row = dict[str, Any]


def tokens(text: str) -> list[str]:
    """The words of a search, at most WORDS."""
    return TOKEN.findall(text.replace("_", " "))[:WORDS]


def match_expression(text: str | Sequence[str], *, either: bool = False, beginning: bool = True) -> str:
    """A full-text expression that finds every word (or either), the last one by its beginning; empty for no words.

    Each word stands in double quotes and holds word characters alone, so no text can be read as an operator.
    """
    found = tokens(text) if isinstance(text, str) else list(text)
    quoted = [f'"{token}"' for token in found]
    if beginning and quoted and len(found[-1]) >= SHORTEST_BEGINNING:
        quoted[-1] += "*"
    return (" OR " if either else " ").join(quoted)


async def matching(database: PublishedDatabase, columns: EventColumns, text: str) -> tuple[Numbers, bool]:
    """True for the events that a search finds, and whether it took in all of them.

    An event is found where its title, its summary or one sentence of its reports has every word; or where some of
    the words name its place or an official who took part, and its texts have the others; or where a speaker of that
    name is quoted. Raises datasette.database.QueryInterrupted over the time limit.
    """
    asked = tokens(text)
    if not asked:
        return np.zeros(columns.size, dtype=bool), True
    mask, complete = await _in_texts(database, columns, asked)
    placed, others = await _by_place(database, columns, asked)
    acted, rest = await _by_person(database, columns, asked)
    for found, left in ((placed, others), (acted, rest)):
        if found is not None and left:
            told, whole = await _in_texts(database, columns, left)
            mask, complete = mask | (found & told), complete and whole
        elif found is not None:
            mask |= found
    spoken = await _rowids(database, SPOKEN, match=f"speaker : ({match_expression(asked)})")
    return mask | columns.of_rows(spoken), complete


async def _rowids(
    database: PublishedDatabase, sql: str, *, within: int = TIME_LIMIT_MS, limit: int = MATCHED, **params: Any
) -> list[int]:
    """The row numbers of a query, as plain numbers. Raises QueryInterrupted over `within` milliseconds."""

    def read(connection: sqlite3.Connection) -> list[int]:
        cursor = connection.cursor()
        cursor.row_factory = None
        with sqlite_timelimit(connection, within):
            try:
                return [number for (number,) in cursor.execute(sql, {"limit": limit, **params})]
            except sqlite3.OperationalError as error:
                if error.args == ("interrupted",):
                    raise QueryInterrupted(error, sql, params) from error
                raise

    return await database.execute_fn(read)


async def _in_texts(database: PublishedDatabase, columns: EventColumns, asked: Sequence[str]) -> tuple[Numbers, bool]:
    """The last word may be a beginning where no text has it as a word, unless the index takes too long for that."""
    events, reports = await _both(database, match_expression(asked, beginning=False), TIME_LIMIT_MS)
    if not events and not reports:
        with suppress(QueryInterrupted):
            events, reports = await _both(database, match_expression(asked), BEGINNING_LIMIT_MS)
    mask = columns.of_rows(events) | columns.of_reports(reports)
    return mask, len(events) < MATCHED and len(reports) < MATCHED


async def _both(database: PublishedDatabase, match: str, within: int) -> list[list[int]]:
    return await asyncio.gather(*(_rowids(database, sql, match=match, within=within) for sql in TEXTS))


async def _by_place(
    database: PublishedDatabase, columns: EventColumns, asked: Sequence[str]
) -> tuple[Numbers | None, list[str]]:
    """The events at the places that have most of the words in their names, and the words that these have not."""
    by_word = await _place_words(database)
    votes: dict[str, set[str]] = {}
    for token in {t.lower() for t in asked}:
        for place in by_word.get(token, ()):
            votes.setdefault(place, set()).add(token)
    most = max(map(len, votes.values()), default=0)
    if not most:
        return None, []
    best = {place: had for place, had in votes.items() if len(had) == most}
    common = set.intersection(*best.values()) if best else set()
    if not common:  # Portland Oakland: two places of one word each
        return None, []
    return columns.coded["place_id"].having(best), [t for t in asked if t.lower() not in common]


async def _place_words(database: PublishedDatabase) -> dict[str, list[str]]:
    async def make() -> dict[str, list[str]]:
        index: dict[str, list[str]] = {}
        for place in (await place_index(database)).by_id.values():
            if place.events_count:
                for word in set(TOKEN.findall(f"{place.label} {place.state}".lower())):
                    index.setdefault(word, []).append(place.id)
        return index

    return await database.once("place_words", make)


async def _by_person(
    database: PublishedDatabase, columns: EventColumns, asked: Sequence[str]
) -> tuple[Numbers | None, list[str]]:
    """The events in which officials of that name took part, and the words that are not of the name.

    One word is a name only where it is the last of the name: `Whitlock jail`, not every `James`.
    """
    match = f"name : ({match_expression(asked, either=True)})"
    found = await database.execute(NAMED, {"match": match, "limit": PEOPLE}, custom_time_limit=TIME_LIMIT_MS)
    lowered = [t.lower() for t in asked]
    names = {row["id"]: TOKEN.findall((row["name"] or "").lower()) for row in found.rows}
    shared = {person: {t for t in lowered if t in name} for person, name in names.items()}
    shared = {p: had for p, had in shared.items() if len(had) > 1 or (had and names[p][-1] in had)}
    most = max(map(len, shared.values()), default=0)
    if not most:
        return None, []
    ids = [person for person, had in shared.items() if len(had) == most]
    common = set.intersection(*(shared[person] for person in ids))
    if not common:
        return None, []
    rows = await _rowids(database, ACTED, ids=json.dumps(ids))
    return columns.of_rows(rows), [t for t in asked if t.lower() not in common]


# --- what else a search finds --------------------------------------------------------------------------------------


def state_asked(text: str) -> str | None:
    """The postal code where the text is a state's name or postal code and nothing else."""
    return state_codes().get(" ".join(text.lower().replace(".", "").split()))


def state_at_end(text: str) -> tuple[str, str | None]:
    """`Oakland, CA` as (`Oakland`, `CA`): a place's name and the state named after it, if any."""
    parts = text.replace(",", " ").split()
    for count in (3, 2, 1):
        code = state_codes().get(" ".join(parts[-count:]).lower())
        if code and len(parts) > count:
            return " ".join(parts[:-count]), code
    return text, None


async def found_places(database: PublishedDatabase, text: str, limit: int = 8) -> list[SitePlace]:
    """Places by name, those with most events first; a state named last narrows them."""
    name, state = state_at_end(text)
    match = match_expression(name)
    if not match:
        return []
    rows = await database.rows(
        "select p.id from places p where p.rowid in (select rowid from places_fts where places_fts match :match) "
        "and (:state is null or p.state = :state) "
        "order by lower(p.name) = lower(:name) desc, p.events_count desc, p.population desc limit :limit",
        {"match": f"name : ({match})", "state": state, "limit": limit, "name": name},
    )
    places = await place_index(database)
    return [place for row in rows if (place := places.get(row["id"]))]


async def found_officials(database: PublishedDatabase, text: str, limit: int = 8) -> list[Row]:
    """Officials by name, office or body, those in most articles first."""
    match = match_expression(text)
    if not match:
        return []
    rows = await database.rows(
        "select id, name, role, body, place_id, articles_count from officials "
        "where rowid in (select rowid from officials_fts where officials_fts match :match) "
        "order by articles_count desc, name limit :limit",
        {"match": match, "limit": limit},
    )
    places = await place_index(database)
    return [{**row, "place": places.get(row["place_id"])} for row in rows]


async def found_quotes(database: PublishedDatabase, text: str, limit: int = 4) -> list[Row]:
    """Statements by speaker or words, newest first."""
    match = match_expression(text)
    if not match:
        return []
    where = "q.rowid in (select rowid from quotes_fts where quotes_fts match :match order by rowid desc limit 2000)"
    return await quotes(database, where, {"match": match}, limit=limit)


# --- marking -------------------------------------------------------------------------------------------------------


def marked(texts: Iterable[str | None], text: str) -> list[Markup | str]:
    """The texts, escaped, with the words of the search in <mark>; as they are where there is no search.

    The full-text index itself says what matches, over a table in memory, so that `ending` is marked for `end`.
    """
    plain = [printable(t) for t in texts]
    match = match_expression(text, either=True)
    if not match or not plain:
        return list(plain)
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("create virtual table t using fts5(text, tokenize='porter unicode61')")
        db.executemany("insert into t(rowid, text) values (?, ?)", enumerate(plain))
        found = dict(db.execute("select rowid, highlight(t, 0, ?, ?) from t where t match ?", [OPEN, CLOSE, match]))
    return [_marks(found[i]) if i in found else t for i, t in enumerate(plain)]


def _marks(text: str) -> Markup:
    """Escape first, then the marks: nothing that a page printed can become markup."""
    return Markup(MATCH.sub(r"<mark>\1</mark>", str(escape(text))))
