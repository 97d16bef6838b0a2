"""The search page: places, events, officials and quotes by words, and events by kind, state, status and year."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from data.site_database import PublishedDatabase
from data.site_events import event_cards, quotes
from data.site_places import SitePlace, place_index
from data.site_words import state_codes

PAGE = 20
LAST_PAGE = 50
WORDS = 12
MATCHED = 20_000  # events considered for one query; the newest rows of the index where more match
TOKEN = re.compile(r"\w+")
FILTERS = {
    "type": "e.type = :type",
    "family": "e.type in (select name from event_types where family = :family)",
    "state": "e.state = :state",
    "status": "e.status = :status",
    "year": "e.date >= :year || '-01-01' and e.date <= :year || '-12-31'",
    "agreement": "e.agreement_type = :agreement",
    "direction": "e.direction = :direction",
    "stance": "e.stance = :stance",
    "place": "e.place_id = :place",
}
MATCHING = """
    e.rowid in (
        select rowid from events_fts where events_fts match :match
        union select v.rowid from reports r join events v on v.id = r.event_id
        where r.rowid in (select rowid from reports_fts where reports_fts match :match limit :matched)
    )
"""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Query:
    """What a reader asks for: words, filters (keys of FILTERS) and the page, from 1."""

    text: str = ""
    filters: dict[str, str] = field(default_factory=dict)
    page: int = 1

    @classmethod
    def from_arguments(cls, arguments: Mapping[str, str]) -> Query:
        """Read a query string's arguments; what is not understood is left out."""
        filters = {name: arguments.get(name, "").strip() for name in FILTERS}
        filters["state"] = filters["state"].upper()
        filters["year"] = filters["year"] if re.fullmatch(r"\d{4}", filters["year"]) else ""
        page = arguments.get("page", "1")
        number = min(max(int(page), 1), LAST_PAGE) if page.isascii() and page.isdigit() and len(page) < 6 else 1
        return cls((arguments.get("q") or "").strip()[:300], {k: v for k, v in filters.items() if v}, number)

    def url(self, path: str = "/search", **changed: str | int | None) -> str:
        """The address of this query with some arguments changed, None to leave one out; the first page by default."""
        arguments: dict[str, Any] = {"q": self.text, **self.filters, **changed}
        kept = {k: v for k, v in arguments.items() if v not in (None, "", 1) or (k == "page" and v != 1)}
        kept = {k: v for k, v in kept.items() if not (k == "page" and v == 1)}
        return f"{path}?{urlencode(kept)}" if kept else path

    def without(self, name: str) -> Query:
        """The query with one filter taken off."""
        return replace(self, filters={k: v for k, v in self.filters.items() if k != name}, page=1)


def match_expression(text: str) -> str:
    """A full-text expression that finds every word of `text`, the last one by its beginning; empty for no words.

    Each word stands in double quotes and holds word characters alone, so no text can be read as an operator.
    """
    tokens = [f'"{token}"' for token in TOKEN.findall(text.replace("_", " "))[:WORDS]]
    return " ".join(tokens) + "*" if tokens else ""


def state_asked(text: str) -> str | None:
    """The postal code where the text is a state's name or postal code and nothing else."""
    return state_codes().get(" ".join(text.lower().replace(".", "").split()))


def state_at_end(text: str) -> tuple[str, str | None]:
    """`Oakland, CA` as (`Oakland`, `CA`): a place's name and the state named after it, if any."""
    tokens = text.replace(",", " ").split()
    for count in (3, 2, 1):
        code = state_codes().get(" ".join(tokens[-count:]).lower())
        if code and len(tokens) > count:
            return " ".join(tokens[:-count]), code
    return text, None


def event_conditions(query: Query) -> tuple[str, Row]:
    """The SQL condition over `e` and its parameters, empty where nothing is asked."""
    conditions = [FILTERS[name] for name in query.filters]
    params: Row = dict(query.filters)
    match = match_expression(query.text)
    if match:
        conditions.append(MATCHING)
        params |= {"match": match, "matched": MATCHED}
    elif query.text:
        conditions.append("0")  # punctuation alone: no word to look for
    return " and ".join(conditions), params


async def found_events(database: PublishedDatabase, query: Query) -> tuple[list[Row], int]:
    """One page of the events asked for, newest first, and how many there are."""
    where, params = event_conditions(query)
    counted = await database.row(f"select count(*) as n from events e {'where ' + where if where else ''}", params)
    events = await event_cards(database, where, params, limit=PAGE, offset=(query.page - 1) * PAGE)
    return events, (counted or {"n": 0})["n"]


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


async def found_quotes(database: PublishedDatabase, text: str, limit: int = 6) -> list[Row]:
    """Statements by speaker or words, newest first."""
    match = match_expression(text)
    if not match:
        return []
    where = "q.rowid in (select rowid from quotes_fts where quotes_fts match :match limit :matched)"
    return await quotes(database, where, {"match": match, "matched": MATCHED}, limit=limit)


async def choices(database: PublishedDatabase) -> Row:
    """What the filters of the search page offer."""

    async def make() -> Row:
        years = await database.row("select min(date) as first, max(date) as last from events where date > '1'")
        first, last = ((years or {}).get(k) or "" for k in ("first", "last"))
        span = range(int(last[:4]), int(first[:4]) - 1, -1) if first[:4].isdigit() and last[:4].isdigit() else ()
        return {
            "types": await database.rows("select name, label, family from event_types order by family, label"),
            "agreement_types": await database.rows("select name, label from agreement_types order by label"),
            "states": (await place_index(database)).states(),
            "years": [str(year) for year in span][:80],
        }

    return await database.once("choices", make)
