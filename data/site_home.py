"""What the front page counts: events by kind and state, agreements by state, the map, the newest and the coming."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from data.site_database import PublishedDatabase, facts
from data.site_events import event_cards
from data.site_map import dot_radius, project, shade, us_map
from data.site_places import place_index
from data.site_words import explained, word, words

NEWEST_SHOWN = 8
COMING_SHOWN = 4
DOTS_SHOWN = 400
Row = dict[str, Any]


async def home_page(database: PublishedDatabase) -> Row:
    """Everything on the front page, computed once for each published file."""

    async def make() -> Row:
        today = await built_day(database)
        states = await states_table(database)
        return {
            "totals": await totals(database),
            "families": await families(database),
            "agreement_states": await agreement_states(database),
            "states": states,
            "map": await country_map(database, {row["code"]: row["events"] for row in states}),
            "newest": await event_cards(database, "e.date <= :today", {"today": today}, limit=NEWEST_SHOWN),
            "coming": await event_cards(
                database, "e.date > :today", {"today": today}, order="order by e.date, e.id", limit=COMING_SHOWN
            ),
        }

    return await database.once("home", make)


async def built_day(database: PublishedDatabase) -> str:
    """The ISO date on which the file was built, today's where it does not say."""
    return str((await facts(database)).get("built") or datetime.now(UTC).date().isoformat())[:10]


async def totals(database: PublishedDatabase) -> Row:
    """How much there is, over all tables."""
    found = await database.row(
        "select (select count(*) from events) as events, (select count(*) from reports) as reports, "
        "(select count(*) from agreements) as agreements, (select count(distinct outlet) from reports) as outlets, "
        "(select count(*) from places where events_count > 0) as places, "
        "(select min(date) from events) as first, (select max(published) from reports) as newest"
    )
    return found or {}


async def families(database: PublishedDatabase) -> list[Row]:
    """The kinds of event in their families, with how many events each has; the families in the codebook's order."""
    rows = await database.rows(
        "select t.name, t.label, t.family, coalesce(c.events, 0) as events from event_types t "
        "left join (select type, count(*) as events from events group by type) c on c.type = t.name "
        "order by events desc, t.label"
    )
    most = max((row["events"] for row in rows), default=0) or 1
    grouped: dict[str, list[Row]] = {name: [] for name in words()["families"]}
    for row in rows:
        row["share"] = round(100 * row["events"] / most, 1)
        grouped.setdefault(row["family"] or "other", []).append(row)
    return [
        {"name": name, "label": word("families", name), "types": types, "events": sum(t["events"] for t in types)}
        for name, types in grouped.items()
        if types
    ]


async def agreement_states(database: PublishedDatabase) -> list[Row]:
    """How many agreements stand in which state, with the shares of a bar 100 units long."""
    found = await database.rows("select coalesce(state, 'unknown') as state, count(*) as n from agreements group by 1")
    counts = Counter({row["state"]: row["n"] for row in found})
    rows, start, total = [], 0.0, sum(counts.values()) or 1
    for name in words()["states"]:
        width = 100 * counts[name] / total
        rows.append(
            {
                "name": name,
                "label": word("states", name),
                "meaning": explained("states", name),
                "count": counts[name],
                "start": round(start, 2),
                "width": round(width, 2),
            }
        )
        start += width
    return rows


async def states_table(database: PublishedDatabase) -> list[Row]:
    """Events and agreements in force by state, most events first."""
    places = await place_index(database)
    events = await database.rows("select state, count(*) as events, max(date) as newest from events group by state")
    active = await database.rows(
        "select p.state, count(*) as n from agreements a join places p on p.id = a.place_id "
        "where a.state = 'active' group by p.state"
    )
    in_force = {row["state"]: row["n"] for row in active}
    rows = []
    for row in events:
        place = places.state(row["state"] or "")
        if place:
            rows.append({**row, "code": place.state, "place": place, "active": in_force.get(place.state, 0)})
    return sorted(rows, key=lambda row: (-row["events"], row["place"].name))


async def country_map(database: PublishedDatabase, events: dict[str, int]) -> Row:
    """States with their shade and link, and the places with most events as dots, small ones on top."""
    places = await place_index(database)
    most = max(events.values(), default=0)
    states = [
        {
            "path": shape.path,
            "name": shape.name,
            "events": events.get(shape.id, 0),
            "shade": shade(events.get(shape.id, 0), most),
            "url": place.url if (place := places.state(shape.id)) else None,
        }
        for shape in us_map()
    ]
    seen = [p for p in places.by_id.values() if p.kind != "state" and p.events_count > 0]
    seen.sort(key=lambda p: (-p.events_count, p.id))
    largest = seen[0].events_count if seen else 0
    dots = []
    for place in seen[:DOTS_SHOWN]:
        point = project(place.longitude, place.latitude, place.state)
        if point:
            radius = dot_radius(place.events_count, largest)
            dots.append({"place": place, "x": round(point[0], 1), "y": round(point[1], 1), "r": round(radius, 1)})
    return {"states": states, "dots": dots, "left_out": max(0, len(seen) - DOTS_SHOWN)}
