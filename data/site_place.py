"""Everything the page of one place shows."""

from __future__ import annotations

from typing import Any

from data.site_database import PublishedDatabase
from data.site_events import NEWEST, agreements, by_year, event_cards, quotes
from data.site_home import built_day
from data.site_map import StateMap, dot_radius, shade, state_map
from data.site_places import PlaceIndex, SitePlace, place_index

TIMELINE = 150
STATE_TIMELINE = 40
OFFICIALS = 24
QUOTES = 5
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
    of_place = "a.place_id = :place"
    if place.kind == "state":
        of_place = "a.place_id in (select id from places where state = :state)"
    found = await database.row(
        f"select count(*) as n, min(date) as first, max(date) as last from events e where {where}", params
    )
    limit = STATE_TIMELINE if place.kind == "state" else TIMELINE
    events = await event_cards(database, where, params, order=NEWEST, limit=limit)
    recent = f"select e.id from events e where {where} {NEWEST} limit 200"
    today = await built_day(database)
    deals = await agreements(database, of_place, params)
    return {
        "place": place,
        "around": places.around(place),
        "within": places.within(place),
        "near": places.near(place),
        "namesakes": _namesakes(places, place),
        "events_count": (found or {})["n"],
        "first": (found or {})["first"],
        "last": (found or {})["last"],
        "coming": [event for event in reversed(events) if (event["date"] or "") > today],
        "years": by_year(event for event in events if (event["date"] or "") <= today),
        "agreements": deals,
        "in_force": sum(deal["state"] == "active" for deal in deals),
        "officials": await _officials(database, place),
        "quotes": await quotes(
            database,
            f"q.event_id in ({recent})",
            params,
            limit=QUOTES,
        ),
        "map": place_map(places, place),
        "data_filter": f"state={place.state}" if place.kind == "state" else f"place_id={place.id}",
    }


async def _officials(database: PublishedDatabase, place: SitePlace) -> list[Row]:
    return await database.rows(
        "select id, name, role, body, articles_count from officials where place_id = ? "
        "order by articles_count desc, name limit ?",
        [place.id, OFFICIALS],
    )


def _namesakes(places: PlaceIndex, place: SitePlace) -> list[SitePlace]:
    """The cities a reader may have meant by a state's name (New York, Washington)."""
    if place.kind != "state":
        return []
    meant = {place.name.lower(), f"{place.name} City".lower()}
    return [p for p in places.by_id.values() if p.kind == "city" and p.name.lower() in meant and p.events_count][:3]


def place_map(places: PlaceIndex, place: SitePlace) -> Row | None:
    """The state's counties shaded by their own and their cities' events, its cities as dots, this place marked."""
    drawn = state_map(place.state)
    if drawn is None:
        return None
    inside = [p for p in places.by_id.values() if p.state == place.state and p.kind != "state"]
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
