"""The vocabulary of `places.toml`, read once and shaped for look-up."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from data.gazetteer import Gazetteer, fold
from data.records import Place


@dataclass(frozen=True, slots=True)
class Institution:
    """A jail or building by name: the government concerned and the place where it stands."""

    government: Place
    street: Place


@dataclass(frozen=True)
class Words:
    """Everything `places.toml` says; names are keys of `data.gazetteer.fold`."""

    state_alone: dict[str, str]
    state_after: dict[str, str]
    nicknames: dict[str, Place]
    neighbourhoods: dict[str, Place]
    institutions: dict[str, Institution]
    institution_starts: dict[str, int]
    government: dict[str, str]
    around_before: frozenset[str]
    around_after: frozenset[str]
    definite: dict[str, str]
    before: frozenset[str]
    titles: frozenset[str]
    after: frozenset[str]
    never: frozenset[str]
    streets: frozenset[str]
    doubtful: frozenset[str]
    regions: frozenset[str]
    locative: frozenset[str]


@lru_cache(maxsize=2)
def load_words(gazetteer: Gazetteer) -> Words:
    """Read `places.toml` and resolve its places. Raises ValueError naming a place the gazetteer does not have."""
    raw = tomllib.loads(files("nlp").joinpath("places.toml").read_text(encoding="utf-8"))
    institutions = {
        fold(name): Institution(named_place(gazetteer, where[0]), named_place(gazetteer, where[-1]))
        for name, where in raw["institutions"].items()
    }
    starts: dict[str, int] = {}
    for key in institutions:
        words = key.split()
        starts[words[0]] = max(len(words), starts.get(words[0], 0))
    return Words(
        state_alone=raw["states"]["alone"],
        state_after=raw["states"]["after"],
        nicknames={fold(n): named_place(gazetteer, p) for n, p in raw["nicknames"].items()},
        neighbourhoods={fold(n): named_place(gazetteer, p) for n, p in raw["neighbourhoods"].items()},
        institutions=institutions,
        institution_starts=starts,
        government={word: kind for kind in ("any", "state", "city", "county") for word in raw["government"][kind]},
        around_before=frozenset(raw["government"]["federal_before"] + raw["government"]["around_before"]),
        around_after=frozenset(raw["government"]["federal_after"] + raw["government"]["around_after"]),
        definite={word: kind for kind, words in raw["definite"].items() for word in words},
        before=_keys(raw["before"]["fine"]),
        titles=_keys(raw["before"]["titles"]),
        after=_keys(raw["after"]["fine"]),
        never=_keys(raw["after"]["never"]),
        streets=_keys(raw["after"]["streets"]),
        doubtful=frozenset(raw["doubtful"]["words"]),
        regions=frozenset(raw["regions"]["names"]),
        locative=frozenset(raw["locative"]["words"]),
    )


def _keys(words: list[str]) -> frozenset[str]:
    """The words as told and as keys."""
    return frozenset(words) | frozenset(fold(word) for word in words)


def named_place(gazetteer: Gazetteer, told: str) -> Place:
    """The place told as "City, ST", "Some County, ST" or a state's name. Raises ValueError where there is none."""
    name, _, state = told.rpartition(", ")
    if not name:
        found = gazetteer.states(told)
    elif re.search(r" (County|Parish|Borough)$", name):
        found = gazetteer.counties(name, state)
    else:
        found = gazetteer.cities(name, state)
    if not found:
        raise ValueError(f"places.toml: no place {told!r} in the gazetteer")
    return found[0]
