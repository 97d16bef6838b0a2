"""Everything the page of one place shows."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from data.site_database import PublishedDatabase
from data.site_events import NEWEST, agreements, by_year, event_cards, event_url, quotes
from data.site_home import built_day
from data.site_links import official_url, outlet_url
from data.site_map import StateMap, dot_radius, shade, state_map
from data.site_places import PlaceIndex, SitePlace, place_index
from data.site_words import date_words, printable, word

TIMELINE = 60
STATE_TIMELINE = 40
COMING = 20
OFFICIALS = 24
ACTS = 3  # of one official
QUOTES = 5
RECENT = 200  # newest events whose people and outlets are told
WITHIN = 300
ENDED = ("ended", "rejected")
Row = dict[str, Any]


def place_condition(place: SitePlace) -> tuple[str, Row]:
    """The SQL condition over `e` for the events of a place: for a state, those of every place in it."""
    if place.kind == "state":
        return "e.state = :state", {"state": place.state}
    return "e.place_id = :place", {"place": place.id}


async def place_page(database: PublishedDatabase, place: SitePlace) -> Row:
    """The context of `place.html`."""
    places = await place_index(database)
    where, params = place_condition(place)
    today = await built_day(database)
    counted = await _span(database, where, params)
    limit = STATE_TIMELINE if place.kind == "state" else TIMELINE
    dated = {**params, "today": today}
    # Two questions, because SQLite would sort a whole place's events for one that has an OR in it.
    events = await event_cards(database, f"{where} and e.date <= :today", dated, order=NEWEST, limit=limit)
    if len(events) < limit:
        undated = f"{where} and e.date is null"
        events += await event_cards(database, undated, params, order="order by e.id", limit=limit - len(events))
    deals, totals = await place_agreements(database, place), (await state_totals(database)).get(place.state)
    recent = f"select e.id from events e where {where} {NEWEST} limit {RECENT}"
    people, said = await _people(database, place, recent, params)
    within = places.within(place)
    return {
        "place": place,
        "around": places.around(place),
        "within": within[:WITHIN],
        "within_more": max(0, len(within) - WITHIN),
        "near": places.near(place),
        "namesakes": _namesakes(places, place),
        **counted,
        "coming": await coming_events(database, where, dated),
        "shown": len(events),
        "years": by_year(events),
        "agreements": deals,
        "current": [deal for deal in deals if deal["state"] not in ENDED],
        "ended": [deal for deal in deals if deal["state"] in ENDED],
        **_known(place, deals, totals),
        "officials": people,
        "quotes": said,
        "outlets": await _outlets(database, recent, params),
        "state_totals": totals,
        "state_page": places.state(place.state) if place.kind != "state" else None,
        "map": place_map(places, place),
        "data_filter": f"state={place.state}" if place.kind == "state" else f"place_id={place.id}",
        "explore_filter": f"state={place.state}" if place.kind == "state" else f"place={place.id}",
    }


def _known(place: SitePlace, deals: list[Row], totals: Row | None) -> Row:
    """How many agreements there are and how many of them in force; a state may have more than are listed."""
    if place.kind == "state" and totals:
        return {"agreements_count": totals["agreements"].total(), "in_force": totals["agreements"]["active"]}
    return {"agreements_count": len(deals), "in_force": sum(deal["state"] == "active" for deal in deals)}


async def place_agreements(database: PublishedDatabase, place: SitePlace, limit: int = 200) -> list[Row]:
    """The agreements of a place; of a state, those of every place in it. Those in force come first."""
    if place.kind == "state":
        of_state = "a.place_id in (select id from places where state = :state)"
        return await agreements(database, of_state, {"state": place.state}, limit=limit)
    return await agreements(database, "a.place_id = :place", {"place": place.id}, limit=limit)


async def coming_events(
    database: PublishedDatabase, where: str, params: Row, *, limit: int = COMING, newest: bool = False
) -> list[Row]:
    """Events dated after `today`, the next first (with `newest` the last), those that were called off left out."""
    coming = f"{where} and e.date > :today and e.status != 'denied'"
    return await event_cards(database, coming, params, order=NEWEST if newest else "order by e.date, e.id", limit=limit)


async def _span(database: PublishedDatabase, where: str, params: Row) -> Row:
    """How many events there are, and the first and last date, each by an index alone."""
    counted = await database.row(f"select count(*) as n from events e where {where}", params)
    ends = [
        await database.row(
            f"select e.date from events e where {where} and e.date > '' order by e.date {o} limit 1", params
        )
        for o in ("asc", "desc")
    ]
    first, last = ((row or {}).get("date") for row in ends)
    return {"events_count": (counted or {"n": 0})["n"], "first": first, "last": last}


async def state_totals(database: PublishedDatabase) -> dict[str, Row]:
    """Of each state: its events, and its agreements by their state; counted once for each published file."""

    async def make() -> dict[str, Row]:
        totals: dict[str, Row] = defaultdict(lambda: {"events": 0, "agreements": Counter()})
        for row in await database.rows("select state, count(*) as n from events group by state"):
            totals[row["state"] or ""]["events"] = row["n"]
        for row in await database.rows(
            "select p.state, a.state as stands, count(*) as n from agreements a join places p on p.id = a.place_id "
            "group by p.state, a.state"
        ):
            totals[row["state"] or ""]["agreements"][row["stands"] or "unknown"] += row["n"]
        return dict(totals)

    return await database.once("state totals", make)


async def _people(
    database: PublishedDatabase, place: SitePlace, recent: str, params: Row
) -> tuple[list[Row], list[Row]]:
    """The place's officials, each with newest acts and newest words, and what others said."""
    officials = await database.rows(
        "select id, name, role, body, articles_count from officials where place_id = ? "
        "order by articles_count desc, name limit ?",
        [place.id, OFFICIALS],
    )
    acts: dict[str, list[Row]] = defaultdict(list)
    for row in await database.rows(
        "select a.official_id, a.part, e.id, e.title, e.date, e.date_precision, e.direction, e.stance "
        f"from event_actors a join events e on e.id = a.event_id where a.event_id in ({recent}) "
        "and a.official_id is not null order by e.date desc, a.id limit 600",
        params,
    ):
        row |= {"url": event_url(row["id"]), "part_words": word("parts", row["part"]), "title": printable(row["title"])}
        row["date_words"] = date_words(row["date"], row["date_precision"])
        acts[row["official_id"]].append(row)
    said = await quotes(database, f"q.event_id in ({recent})", params, limit=60)
    spoken = {row["official_id"]: row for row in reversed(said) if row["official_id"]}
    shown = {row["id"] for row in officials}
    for row in officials:
        row["url"] = official_url(row["id"], row["name"])
        row["acts"], row["quote"] = acts[row["id"]][:ACTS], spoken.get(row["id"])
    return officials, [row for row in said if row["official_id"] not in shown][:QUOTES]


async def _outlets(database: PublishedDatabase, recent: str, params: Row) -> list[Row]:
    """The outlets that report the newest events, those with most reports first."""
    rows = await database.rows(
        "select r.outlet, max(r.source_id) as source_id, count(*) as reports from reports r "
        f"where r.event_id in ({recent}) and r.outlet > '' group by r.outlet order by reports desc, r.outlet limit 20",
        params,
    )
    return [{**row, "url": outlet_url(row["source_id"]), "outlet": printable(row["outlet"])} for row in rows]


def _namesakes(places: PlaceIndex, place: SitePlace) -> list[SitePlace]:
    """The cities a reader may have meant by a state's name (New York, Washington)."""
    if place.kind != "state":
        return []
    meant = {place.name.lower(), f"{place.name} City".lower()}
    return [p for p in places.by_id.values() if p.kind == "city" and p.name.lower() in meant and p.events_count][:3]


async def former_address(database: PublishedDatabase, path: str) -> SitePlace | None:
    """The place that had the address `path` before it was renamed."""
    address = path.lower().removeprefix("/places/").removeprefix("/place/")
    row = await database.row("select place_id from place_redirects where address = :a", {"a": address[:200]})
    return (await place_index(database)).get(row["place_id"]) if row else None


def place_map(places: PlaceIndex, place: SitePlace) -> Row | None:
    """The state's counties shaded by their own and their cities' events, its cities as dots, this place marked."""
    drawn = state_map(place.state)
    if drawn is None:
        return None
    inside = places.inside(place.state)
    counted: dict[str, int] = {}
    for p in inside:
        if p.county_fips:
            counted[p.county_fips] = counted.get(p.county_fips, 0) + p.events_count
    most = max(counted.values(), default=0)
    here = place.id.removeprefix("fips:")
    counties = []
    for shape in drawn.counties:
        county = places.get(f"fips:{shape.id}")
        events = counted.get(shape.id, 0)
        counties.append(
            {
                "path": shape.path,
                "name": county.name if county else shape.name,
                "url": county.url if county else None,
                "events": events,
                "shade": shade(events, most),
                "here": shape.id == here,
            }
        )
    counties.sort(key=lambda county: county["here"])  # the outline of this place is drawn over its neighbours
    dots = _dots(drawn, inside, place)
    return {"counties": counties, "dots": dots, "width": drawn.width, "height": drawn.height}


def _dots(drawn: StateMap, inside: list[SitePlace], place: SitePlace) -> list[Row]:
    cities = [p for p in inside if p.kind == "city" and (p.events_count or p.id == place.id)]
    cities.sort(key=lambda p: (-p.events_count, p.id))
    largest = cities[0].events_count if cities else 0
    dots = []
    for city in cities[:200]:
        if city.longitude is None or city.latitude is None:
            continue
        x, y = drawn.frame.project(city.longitude, city.latitude)
        if 0 <= x <= drawn.width and 0 <= y <= drawn.height:
            radius = round(dot_radius(city.events_count, largest), 1)
            dots.append({"place": city, "x": round(x, 1), "y": round(y, 1), "r": radius, "here": city.id == place.id})
    return dots
