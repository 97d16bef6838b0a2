"""What the front page tells: what is new, what is counted, the map, the chart, the newest and the coming events.

All of it is relative to the day on which the file last changed, so that an old copy does not speak of today.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from data.site_charts import month_chart
from data.site_database import PublishedDatabase, facts
from data.site_events import agreements, event_cards
from data.site_explore_answer import month_counts
from data.site_explore_columns import EventColumns, event_columns
from data.site_map import dot_radius, project, shade, us_map
from data.site_places import place_index
from data.site_words import date_words, explained, parse_day, word, words

NEWEST_SHOWN = 8
COMING_SHOWN = 4
CHANGED_SHOWN = 5
DOTS_SHOWN = 400
CHART_MONTHS = 36
OLD_DAYS = 3  # a copy of this age is told to be old
SETTLED = ("occurred", "ongoing", "background")
NEW_REPORTS = "select count(*) as n from reports where published > :since and published <= :today"
CHANGED = "a.since > :since and a.since <= :today and a.state in ('active', 'suspended', 'ended', 'rejected')"
Row = dict[str, Any]


async def home_page(database: PublishedDatabase) -> Row:
    """Everything on the front page but the file's age, computed once for each published file."""

    async def make() -> Row:
        today = await built_day(database)
        columns = await event_columns(database)
        states = await states_table(database, columns)
        return {
            "today": today,
            "totals": await totals(database),
            "news": await news(database, columns, today),
            "figures": await figures(database, columns, today),
            "families": await families(database, columns),
            "agreement_states": await agreement_states(database),
            "states": states,
            "map": await country_map(database, {row["code"]: row["events"] for row in states}),
            "chart": recent_chart(columns, today),
            "newest": await event_cards(database, "e.date <= :today", {"today": today}, limit=NEWEST_SHOWN),
            "coming": await event_cards(
                database, "e.date > :today", {"today": today}, order="order by e.date, e.id", limit=COMING_SHOWN
            ),
        }

    return await database.once("home", make)


def age_words(built: str | None, now: date) -> str:
    """That a copy is old, empty for one of the last days: what the page calls this week is that of `built`."""
    day = parse_day(built)
    days = (now - day).days if day else 0
    if days < OLD_DAYS:
        return ""
    return f"This copy of the data is {days:,} days old: “this week” and “this month” are those of {date_words(built)}."


async def built_day(database: PublishedDatabase) -> str:
    """The ISO date on which the file was built, today's where it does not say."""
    built = parse_day((await facts(database)).get("built"))
    return (built or datetime.now(UTC).date()).isoformat()


async def totals(database: PublishedDatabase) -> Row:
    """How much there is, over all tables."""
    columns = await event_columns(database)
    found = await database.row(
        "select (select count(*) from agreements) as agreements, "
        "(select count(*) from places where events_count > 0) as places, "
        "(select min(date) from events) as first, (select max(published) from reports) as newest"
    )
    counted = {"events": columns.size, "reports": len(columns.report_rowids), "outlets": len(columns.outlets.names)}
    return (found or {}) | counted


async def news(database: PublishedDatabase, columns: EventColumns, today: str) -> Row:
    """What has come in since yesterday and in the week: events first reported, reports, agreements that changed."""
    day = date.fromisoformat(today)
    first = columns.days["first_seen"]
    told: Row = {}
    for name, days in (("day", 1), ("week", 7)):
        since = day - timedelta(days=days)
        fresh = (first > since.toordinal()) & (first <= day.toordinal())
        span = {"since": since.isoformat(), "today": today}
        reports = await database.row(NEW_REPORTS, {"since": span["since"], "today": f"{today}T~"})
        changed = await agreements(database, CHANGED, span, limit=200)
        kinds = sorted(columns.coded["family"].counted(fresh).items(), key=lambda found: -found[1])
        told[name] = {
            "events": int(np.count_nonzero(fresh)),
            "reports": (reports or {"n": 0})["n"],
            "families": [{"name": f, "label": word("families", f), "count": n} for f, n in kinds],
            "changed": changed[:CHANGED_SHOWN],
            "changed_count": len(changed),
        }
    return told


async def figures(database: PublishedDatabase, columns: EventColumns, today: str) -> Row:
    """Agreements in force by kind, how many ended in the year, and the protests of the month."""
    in_force = await database.rows(
        "select a.agreement_type as name, coalesce(t.label, 'Kind not told') as label, t.definition, count(*) as n "
        "from agreements a left join agreement_types t on t.name = a.agreement_type where a.state = 'active' "
        "group by a.agreement_type order by n desc, label"
    )
    year = {"first": f"{today[:4]}-01-01", "today": today}
    ended = await database.row(
        "select count(*) as n from agreements where since >= :first and since <= :today and state = 'ended'", year
    )
    days, month = columns.days["date"], date.fromisoformat(f"{today[:7]}-01").toordinal()
    protests = columns.coded["type"].having(["protest"]) & columns.coded["status"].having(SETTLED)
    protests &= (days >= month) & (days <= date.fromisoformat(today).toordinal())
    return {
        "in_force": in_force,
        "in_force_count": sum(row["n"] for row in in_force),
        "ended": (ended or {"n": 0})["n"],
        "ended_from": year["first"],
        "protests": int(np.count_nonzero(protests)),
        "month": today[:7],
        "month_words": date_words(f"{today[:7]}-01", "month"),
        "year": today[:4],
        "settled": SETTLED,
    }


def recent_chart(columns: EventColumns, today: str) -> Row | None:
    """Events of the last months by family of kinds; what is still to come is left out."""
    past = np.flatnonzero(columns.days["date"] <= date.fromisoformat(today).toordinal())
    chart = month_chart(month_counts(columns, past), list(columns.coded["family"].values), last=CHART_MONTHS)
    for bar in chart["bars"] if chart else ():
        bar["url"] = f"/explore?from={bar['from']}&to={bar['to']}"
    return chart


async def families(database: PublishedDatabase, columns: EventColumns) -> list[Row]:
    """The kinds of event in their families, with how many events each has; the families in the codebook's order."""
    counts = columns.coded["type"].counted(None)
    rows = await database.rows("select name, label, family, definition from event_types")
    for row in rows:
        row["events"] = counts.get(row["name"], 0)
    rows.sort(key=lambda row: (-row["events"], row["label"] or row["name"]))
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


async def states_table(database: PublishedDatabase, columns: EventColumns) -> list[Row]:
    """Events and agreements in force by state, most events first."""
    places, states = await place_index(database), columns.coded["state"]
    newest = np.zeros(len(states.values), dtype=np.int64)
    np.maximum.at(newest, states.codes, columns.days["date"])
    active = await database.rows(
        "select p.state, count(*) as n from agreements a join places p on p.id = a.place_id "
        "where a.state = 'active' group by p.state"
    )
    in_force = {row["state"]: row["n"] for row in active}
    rows = []
    for code, events in states.counted(None).items():
        place = places.state(code)
        if place:
            last = int(newest[states.values.index(code)])
            told = {"state": code, "events": events, "newest": date.fromordinal(last).isoformat() if last else None}
            rows.append({**told, "code": place.state, "place": place, "active": in_force.get(place.state, 0)})
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
