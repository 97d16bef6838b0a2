"""The map of a filter's events: states shaded and places as dots, or the counties of the one state asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from data.site_map import dot_radius, project, shade, state_map, us_map
from data.site_places import PlaceIndex, SitePlace

DOTS = 400
Row = dict[str, Any]
Address = Callable[[SitePlace], str]


def filtered_map(
    places: PlaceIndex, states: Mapping[str, int], counts: Mapping[str, int], address: Address, state: str | None
) -> Row:
    """The drawing's areas, dots and size. `states` has the events of each postal code, `counts` of each place id.

    `address` gives where an area or a dot leads. With `state`, that state's counties are drawn where they are known.
    """
    drawn = state_map(state) if state else None
    if drawn is None:
        return _country(places, states, counts, address)
    inside = [p for p in places.by_id.values() if p.state == state and p.kind != "state" and counts.get(p.id)]
    by_county: dict[str, int] = {}
    for place in inside:
        if place.county_fips:
            by_county[place.county_fips] = by_county.get(place.county_fips, 0) + counts[place.id]
    most = max(by_county.values(), default=0)
    areas = []
    for shape in drawn.counties:
        county = places.get(f"fips:{shape.id}")
        events = by_county.get(shape.id, 0)
        url = address(county) if county and counts.get(county.id) else None
        name = county.name if county else shape.name
        areas.append({"path": shape.path, "name": name, "events": events, "shade": shade(events, most), "url": url})

    def put(place: SitePlace) -> tuple[float, float] | None:
        if place.kind != "city" or place.longitude is None or place.latitude is None:
            return None
        x, y = drawn.frame.project(place.longitude, place.latitude)
        return (x, y) if 0 <= x <= drawn.width and 0 <= y <= drawn.height else None

    size = {"width": drawn.width, "height": drawn.height, "country": False}
    return {**size, "areas": areas, **_dots(inside, counts, address, put)}


def _country(places: PlaceIndex, states: Mapping[str, int], counts: Mapping[str, int], address: Address) -> Row:
    most = max(states.values(), default=0)
    areas = []
    for shape in us_map():
        events, place = states.get(shape.id, 0), places.state(shape.id)
        url = address(place) if place and events else None
        areas.append(
            {"path": shape.path, "name": shape.name, "events": events, "shade": shade(events, most), "url": url}
        )
    shown = [p for i in counts if (p := places.get(i)) and p.kind != "state"]

    def put(place: SitePlace) -> tuple[float, float] | None:
        return project(place.longitude, place.latitude, place.state)

    size = {"width": 960, "height": 600, "country": True}
    return {**size, "areas": areas, **_dots(shown, counts, address, put)}


def _dots(
    shown: list[SitePlace],
    counts: Mapping[str, int],
    address: Address,
    put: Callable[[SitePlace], tuple[float, float] | None],
) -> Row:
    """The places with most events as dots, small ones on top."""
    placed = [(place, point) for place in shown if (point := put(place))]
    placed.sort(key=lambda found: (-counts[found[0].id], found[0].id))
    largest = counts[placed[0][0].id] if placed else 0
    dots = [
        {
            "label": place.label,
            "events": counts[place.id],
            "url": address(place),
            "x": round(x, 1),
            "y": round(y, 1),
            "r": round(dot_radius(counts[place.id], largest), 1),
        }
        for place, (x, y) in placed[:DOTS]
    ]
    return {"dots": dots, "left_out": max(0, len(placed) - DOTS)}
