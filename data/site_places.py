"""Places as the site names and addresses them: `/place/ca`, `/place/ca/contra-costa-county`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import ceil, cos, floor, hypot, radians
from typing import Any

from data.site_database import PublishedDatabase
from data.site_place_slugs import county_name, slug
from data.site_words import words

__all__ = ["PlaceIndex", "SitePlace", "county_name", "place_index", "slug"]
MILES_PER_DEGREE = 69.0
COLUMNS = "id, name, slug, kind, state, state_name, county_fips, population, latitude, longitude, events_count"


@dataclass(frozen=True, slots=True)
class SitePlace:
    """A place with its address on the site and its name for readers (`label` has the state, `name` has not)."""

    id: str
    name: str
    label: str
    kind: str
    state: str
    state_name: str
    url: str
    county_fips: str | None
    population: int
    latitude: float | None
    longitude: float | None
    events_count: int

    @property
    def kind_words(self) -> str:
        """`City`, `County` or `State`."""
        return (self.kind or "place").capitalize()


class PlaceIndex:
    """Every place of one published file, by id and by address. Built once a file."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.by_id: dict[str, SitePlace] = {}
        self.by_url: dict[str, SitePlace] = {}
        self._by_state: dict[str, list[SitePlace]] = defaultdict(list)
        self._cells: dict[tuple[int, int], list[SitePlace]] = defaultdict(list)  # of places with events, by degree
        # The larger place gets the plain address where two of a state share a name and the file gives none.
        for row in sorted(rows, key=lambda r: (-(r["population"] or 0), r["id"])):
            place = _named(row, self.by_url)
            self.by_id[place.id] = self.by_url[place.url] = place
            if place.kind == "state":
                continue
            self._by_state[place.state].append(place)
            if place.events_count and place.latitude is not None and place.longitude is not None:
                self._cells[floor(place.latitude), floor(place.longitude)].append(place)

    def get(self, place_id: str | None) -> SitePlace | None:
        """The place of an id, or None."""
        return self.by_id.get(place_id or "")

    def at(self, path: str) -> SitePlace | None:
        """The place of an address as it is or was: in upper case, under `/places/`, with a slash at its end."""
        path = path.lower().rstrip("/")
        return self.by_url.get(f"/place/{path.removeprefix('/places/').removeprefix('/place/')}")

    def state(self, code: str) -> SitePlace | None:
        """A state by its postal code."""
        return self.by_id.get(f"state:{code.upper()}")

    def states(self) -> list[SitePlace]:
        """The states, by name."""
        return sorted((p for p in self.by_id.values() if p.kind == "state"), key=lambda p: p.name)

    def inside(self, state: str) -> list[SitePlace]:
        """The counties and cities of a state, largest first."""
        return self._by_state.get(state, [])

    def within(self, place: SitePlace) -> list[SitePlace]:
        """A state's counties and cities, or a county's cities, most events first."""
        if place.kind == "city":
            return []
        fips = place.id.removeprefix("fips:")
        inside = [
            p for p in self.inside(place.state) if place.kind == "state" or (p.kind == "city" and p.county_fips == fips)
        ]
        return sorted(inside, key=lambda p: (-p.events_count, p.name))

    def around(self, place: SitePlace) -> list[SitePlace]:
        """What the place lies in: its county where that is known here, then its state."""
        county = self.get(f"fips:{place.county_fips}") if place.kind == "city" and place.county_fips else None
        state = self.state(place.state) if place.kind != "state" else None
        return [p for p in (county, state) if p]

    def near(self, place: SitePlace, miles: float = 120, limit: int = 6) -> list[tuple[SitePlace, int]]:
        """The nearest other places with events, and how many miles off they are (flat-earth reckoning)."""
        if place.kind == "state" or place.latitude is None or place.longitude is None:
            return []
        skipped = {p.id for p in (place, *self.around(place), *self.within(place))}
        shrink = max(cos(radians(place.latitude)), 0.01)
        found = []
        for other in self._cells_about(place.latitude, place.longitude, miles / MILES_PER_DEGREE, shrink):
            down, across = other.latitude - place.latitude, (other.longitude - place.longitude) * shrink
            distance = hypot(down, across) * MILES_PER_DEGREE
            if distance <= miles and other.id not in skipped:
                found.append((distance, other))
        return [(other, round(distance)) for distance, other in sorted(found, key=lambda f: f[0])[:limit]]

    def _cells_about(self, latitude: float, longitude: float, degrees: float, shrink: float) -> list[SitePlace]:
        across = degrees / shrink
        rows = range(floor(latitude - degrees), ceil(latitude + degrees) + 1)
        columns = range(floor(longitude - across), ceil(longitude + across) + 1)
        if len(rows) * len(columns) > len(self._cells):
            return [place for cell in self._cells.values() for place in cell]
        return [place for row in rows for column in columns for place in self._cells.get((row, column), ())]


async def place_index(database: PublishedDatabase) -> PlaceIndex:
    """The index of the file being served."""

    async def make() -> PlaceIndex:
        return PlaceIndex(await database.rows(f"select {COLUMNS} from places"))

    return await database.once("places", make)


def _named(row: dict[str, Any], taken: dict[str, SitePlace]) -> SitePlace:
    state = row["state"] or ""
    state_name = row["state_name"] or words()["state_names"].get(state, state)
    name = row["name"] or row["id"]
    if row["kind"] == "county":
        name = county_name(name, state)
    if row["kind"] == "state":
        url, label = f"/place/{slug(state)}", name
    else:
        url, label = f"/place/{slug(state)}/{slug(row.get('slug') or name)}", f"{name}, {state_name}"
    if url in taken:
        url = f"{url}-{slug(row['id'].partition(':')[2])}"
    known = {k: row[k] for k in ("id", "kind", "county_fips", "latitude", "longitude")}
    return SitePlace(
        **known,
        name=name,
        label=label,
        state=state,
        state_name=state_name,
        url=url,
        population=row["population"] or 0,
        events_count=row["events_count"] or 0,
    )
