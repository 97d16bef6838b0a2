"""Everything the page of one agreement shows: its state and how it came to it, who acted, what was said, its like."""

from __future__ import annotations

from typing import Any

from data.site_database import PublishedDatabase
from data.site_events import agreements, event_cards, quotes
from data.site_links import official_url, outlet_url
from data.site_places import SitePlace, place_index
from data.site_words import printable, word

EVENTS = 120
NEIGHBOURS = 8
Row = dict[str, Any]


async def agreement_page(database: PublishedDatabase, agreement_id: str) -> Row | None:
    """The context of `agreement.html`, None for an id that no agreement has."""
    found = await agreements(database, "a.id = :id", {"id": agreement_id}, limit=1)
    if not found:
        return None
    (deal,) = found
    places = await place_index(database)
    of_deal, params = "e.agreement_id = :id", {"id": agreement_id}
    events = await event_cards(database, of_deal, params, order="order by e.date, e.id", limit=EVENTS)
    recent = f"select e.id from events e where {of_deal} order by e.date desc limit {EVENTS}"
    near = [place for place, _ in places.near(deal["place"], limit=40)] if deal["place"] else []
    return {
        "agreement": deal,
        "place": deal["place"],
        "events": events,
        "events_left_out": max(0, (deal["events_count"] or 0) - len(events)),
        "actors": await _actors(database, recent, params),
        "quotes": await quotes(database, f"q.event_id in ({recent})", params, limit=12),
        "outlets": await _outlets(database, recent, params),
        "others_here": await _others(database, deal),
        "neighbours": await _same_kind(database, deal, near),
    }


async def _actors(database: PublishedDatabase, recent: str, params: Row) -> list[Row]:
    """Who took part in its events, each with the parts played."""
    rows = await database.rows(
        "select a.name, a.official_id, o.role, group_concat(distinct a.part) as parts from event_actors a "
        f"left join officials o on o.id = a.official_id where a.event_id in ({recent}) "
        "group by coalesce(a.official_id, a.name) order by count(*) desc, a.name limit 30",
        params,
    )
    for row in rows:
        row["url"] = official_url(row["official_id"], row["name"]) if row["official_id"] else None
        row["parts_words"] = ", ".join(word("parts", part) for part in (row["parts"] or "").split(",") if part)
    return rows


async def _outlets(database: PublishedDatabase, recent: str, params: Row) -> list[Row]:
    rows = await database.rows(
        "select r.outlet, max(r.source_id) as source_id, count(*) as reports from reports r "
        f"where r.event_id in ({recent}) and r.outlet > '' group by r.outlet order by reports desc, r.outlet limit 20",
        params,
    )
    return [{**row, "url": outlet_url(row["source_id"]), "outlet": printable(row["outlet"])} for row in rows]


async def _others(database: PublishedDatabase, deal: Row) -> list[Row]:
    """The other agreements of the same place."""
    here = "a.place_id = :place and a.id != :id"
    return await agreements(database, here, {"place": deal["place_id"], "id": deal["id"]}, limit=12)


async def _same_kind(database: PublishedDatabase, deal: Row, near: list[SitePlace]) -> list[Row]:
    """Agreements of the same kind at the nearest places, in the order of their distance."""
    if not near:
        return []
    marks = ", ".join(f":p{n}" for n in range(len(near)))
    params = {f"p{n}": place.id for n, place in enumerate(near)} | {"kind": deal["agreement_type"]}
    rows = await agreements(database, f"a.place_id in ({marks}) and a.agreement_type = :kind", params, limit=80)
    order = {place.id: n for n, place in enumerate(near)}
    return sorted(rows, key=lambda row: order[row["place_id"]])[:NEIGHBOURS]
