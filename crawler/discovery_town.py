"""Where an outlet is at home: what its pages say, held against the gazetteer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from data.gazetteer import Gazetteer


@dataclass(frozen=True, slots=True)
class Town:
    """An outlet's home as the registry writes it: names, and the state's postal code. "" where unknown."""

    city: str = ""
    county: str = ""
    state: str = ""


def home_town(
    towns: Iterable[tuple[str, str]], gazetteer: Gazetteer, *, city: str = "", county: str = "", state: str = ""
) -> Town:
    """The first of `towns` (town, state by name or postal code) that the gazetteer knows.

    What is given as `city`, `county` and `state` stands, and the towns must agree with it. The county is the city's.
    """
    told = [(name, code) for name, where in towns if (code := _postal(where, gazetteer))]
    fits = [(n, s) for n, s in told if (not state or s == state) and (not city or n.lower() == city.lower())]
    known = next(((name, code) for name, code in fits if gazetteer.cities(name, code)), None)
    city, state = city or (known[0] if known else ""), state or (known[1] if known else "")
    if city and not state:
        states = {place.state for place in gazetteer.cities(city)}
        state = states.pop() if len(states) == 1 else ""
    return Town(city, county or _county(city, state, gazetteer), state)


def _postal(state: str, gazetteer: Gazetteer) -> str:
    found = gazetteer.states(state.strip().strip("."))
    return found[0].state if found else ""


def _county(city: str, state: str, gazetteer: Gazetteer) -> str:
    cities = gazetteer.cities(city, state) if city and state else []
    found = gazetteer.county_of(cities[0]) if cities else None
    return found.name if found else ""
