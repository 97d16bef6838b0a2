"""Everything the page of one official shows. Private persons have no page: they are not in the tables."""

from __future__ import annotations

from collections import Counter
from typing import Any

from data.site_database import PublishedDatabase
from data.site_events import CARD, FROM, agreements, by_year, dressed, quotes
from data.site_links import official_url
from data.site_places import place_index
from data.site_words import date_words, printable, word

EVENTS = 60
QUOTES = 40
LONGEST_ID = 60
TOOK_PART = "select a.event_id from event_actors a where a.official_id = :id order by a.date desc, a.id limit :n"
POSITIONS = {"directions": "direction", "stances": "stance"}
Row = dict[str, Any]


async def find_official(database: PublishedDatabase, address: str) -> Row | None:
    """The official of the last part of an address: the id, and behind it, after a hyphen, any name."""
    parts = address.split("-")[:12]
    ids = ["-".join(parts[:n]) for n in range(len(parts), 0, -1) if parts[0]]
    ids = [i for i in ids if len(i) <= LONGEST_ID]
    if not ids:
        return None
    rows = await database.rows(
        "select id, name, role, body, place_id, articles_count from officials "
        f"where id in ({', '.join('?' * len(ids))})",
        ids,
    )
    return max(rows, key=lambda row: len(row["id"]), default=None)


async def official_events(database: PublishedDatabase, official_id: str, limit: int = EVENTS) -> list[Row]:
    """The newest events that the official took part in, as cards, each with the `parts` played."""
    acts = await database.rows(
        "select a.event_id, a.part from event_actors a where a.official_id = :id order by a.date desc, a.id limit :n",
        {"id": official_id, "n": 3 * limit},
    )
    parts: dict[str, list[str]] = {}
    for act in acts:
        parts.setdefault(act["event_id"], []).append(word("parts", act["part"]))
    ids = list(parts)[:limit]
    if not ids:
        return []
    rows = await database.rows(f"select {CARD} {FROM} where e.id in ({', '.join('?' * len(ids))})", ids)
    cards = await dressed(database, rows)
    for card in cards:
        card["parts"] = list(dict.fromkeys(parts[card["id"]]))
    return sorted(cards, key=lambda card: (card["date"] or "", card["id"]), reverse=True)


async def official_page(database: PublishedDatabase, official: Row) -> Row:
    """The context of `official.html` for a row of `find_official`."""
    places = await place_index(database)
    place = places.get(official["place_id"])
    events = await official_events(database, official["id"])
    counted = await database.row(
        "select (select count(*) from event_actors where official_id = :id) as acts, "
        "(select count(*) from quotes where official_id = :id) as quotes",
        {"id": official["id"]},
    )
    deal_ids = list(dict.fromkeys(e["agreement_id"] for e in events if e["agreement_id"]))[:12]
    marks = ", ".join(f":d{n}" for n in range(len(deal_ids)))
    deals = (
        await agreements(database, f"a.id in ({marks})", {f"d{n}": i for n, i in enumerate(deal_ids)}) if marks else []
    )
    dates = [e["date"] for e in events if e["date"]]
    return {
        "official": {
            **official,
            "name": printable(official["name"]),
            "url": official_url(official["id"], official["name"]),
            "first_words": date_words(min(dates), "month") if dates else "",
            "last_words": date_words(max(dates), "month") if dates else "",
        },
        "place": place,
        "events_count": len({e["id"] for e in events}) if (counted or {})["acts"] <= EVENTS else counted["acts"],
        "years": by_year(events),
        "shown": len(events),
        "acts_count": (counted or {"acts": 0})["acts"],
        "positions": _positions(events),
        "agreements": deals,
        "quotes": await quotes(database, "q.official_id = :id", {"id": official["id"]}, limit=QUOTES),
        "quotes_count": (counted or {"quotes": 0})["quotes"],
        "colleagues": await _colleagues(database, official),
    }


def _positions(events: list[Row]) -> list[Row]:
    """What the events shown stand for, most frequent first: acts by direction, protests and statements by stance."""
    counts: Counter[str] = Counter()
    for event in events:
        for group, column in POSITIONS.items():
            if event[column]:
                counts[word(group, event[column])] += 1
    return [{"label": label, "count": count} for label, count in counts.most_common()]


async def _colleagues(database: PublishedDatabase, official: Row) -> list[Row]:
    """Other officials of the same place, those in most articles first."""
    if not official["place_id"]:
        return []
    rows = await database.rows(
        "select id, name, role from officials where place_id = :place and id != :id "
        "order by articles_count desc, name limit 8",
        {"place": official["place_id"], "id": official["id"]},
    )
    return [{**row, "url": official_url(row["id"], row["name"])} for row in rows]
