"""Which government a row of a federal 287(g) list concerns.

A sheriff's office is the county's, a town's police the town's, a state agency the state's; constables, prosecutors and
jails are the county's, a campus that of its town where the name holds one. What a list misspells is looked for among
the counties and towns of its state. A town that the gazetteer lacks (many Pennsylvania townships) is told by its
county; a jail of several counties, and a state agency that lists the county of its office, by the state.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache

from data.gazetteer import Gazetteer, bare_county, distance_km, fold
from data.records import Place, RosterRow
from data.roster_names import agency_kind, roster_words

ALIKE = 0.82  # similarity from which a misspelt name is taken for the right one
STATE_ALIKE = 0.8
SMALLEST = 500  # residents of a town that is believed against the county told: smaller ones are not all known
NEAR_KM = 70.0  # from a county's centre: a town of several counties, told under the other one
_COUNTY_WORD = re.compile(r"(?i)\b(county|parish|conty|couty|counry|cnty)\b")
_IN_AGENCY = re.compile(r"(?i)^(?:(?:county|parish) of )?(?P<name>.+?)\s+(?P<word>county|parish|co\.?)\b")
_KIND_OF_TOWN = re.compile(r"\b(?:township|twp|borough|boro|village|city|town)\b")
_DEPARTMENT = r"\bdep(?:ar|ra)\w*"  # however it is misspelt
_TOWNSHIP = re.compile(r"(?i)\b(township|twp)\b")
_REGIONAL = re.compile(r"(?i)\b(regional|district jail|tri-county|multi-county)\b")


@dataclass(frozen=True, slots=True)
class Located:
    """`place` is None where the row cannot be placed; `state` is the postal code where at least that is told."""

    place: Place | None
    state: str | None


class RosterPlaces:
    """Resolves rows by a gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._within = lru_cache(maxsize=256)(gazetteer.within)
        self._state = lru_cache(maxsize=256)(self._find_state)

    def locate(self, row: RosterRow) -> Located:
        """The government that the row concerns."""
        state = self._state(row.state)
        if state is None:
            return Located(None, None)
        fixed = roster_words()["places"].get(f"{state.state.lower()} {fold(row.agency)}")
        place = self._gazetteer.get(fixed) if fixed else self._of_agency(row, state)
        return Located(place, state.state)

    def _of_agency(self, row: RosterRow, state: Place) -> Place | None:
        kind, told = agency_kind(row.agency), fold(row.type)
        county = self._county(row.county, state.state) if row.county else None
        if told.startswith("state") and kind != "campus":
            return state
        if kind == "jail" and _REGIONAL.search(row.agency):
            return county or state
        named = self._county_in(row.agency, state.state, county)
        if named and (kind in roster_words()["county_kinds"]["kinds"] or _COUNTY_WORD.search(row.agency)):
            return named
        if kind in roster_words()["county_kinds"]["kinds"] and county:
            return county
        town = None if kind == "guard" else self._town(row.agency, state.state, county)
        if town:
            return town
        if county or named:
            return county or named
        return state if kind in ("campus", "guard") or told.startswith("state") else None

    # --- states ------------------------------------------------------------------------------------------------------

    def _find_state(self, name: str) -> Place | None:
        found = self._gazetteer.states(name.strip())
        if found:
            return found[0]
        known = {fold(place.name): place for place in self._all_states()}
        near = get_close_matches(fold(name), list(known), n=1, cutoff=STATE_ALIKE)
        return known[near[0]] if near else None

    def _all_states(self) -> list[Place]:
        codes = roster_words()["states"]["codes"].split()
        return [place for code in codes if (place := self._gazetteer.get(f"state:{code}"))]

    # --- counties ----------------------------------------------------------------------------------------------------

    def _county(self, name: str, state: str) -> Place | None:
        """The county of this name, misspelt or not. Of a county and a city of one name, the one that the word fits."""
        found = self._gazetteer.counties(name, state) or self._gazetteer.counties(bare_county(name), state)
        if not found:
            plain = _COUNTY_WORD.sub(" ", name).strip()
            found = self._gazetteer.counties(plain, state) or self._like(plain, self._within(state, "county"))
        is_city = fold(name).endswith(" city")
        return min(found, key=lambda p: p.name.lower().endswith(" city") != is_city, default=None)

    def _like(self, name: str, places: tuple[Place, ...]) -> list[Place]:
        """The one place that the name resembles most, if any does."""
        plain = fold(name)
        known = {self._bare(p): p for p in reversed(places)}
        near = get_close_matches(plain, list(known), n=1, cutoff=ALIKE) if len(plain) > 3 else []
        return [known[near[0]]] if near else []

    @staticmethod
    def _bare(place: Place) -> str:
        """The name without the word for its kind, which would make any two townships alike."""
        if place.kind == "county":
            return fold(bare_county(place.name))
        return _KIND_OF_TOWN.sub("", fold(place.name)).strip()

    def _county_in(self, agency: str, state: str, county: Place | None) -> Place | None:
        """The county that the agency's own name tells. One that it misspells is the one of the county column where
        the two resemble each other."""
        found = _IN_AGENCY.match(agency)
        name = f"{found['name']} {found['word']}" if found else " ".join(self._trimmed(agency)[:1])
        bare = re.sub(r"(?i)\b(county|parish)\b", "", name).strip()
        exact = self._gazetteer.counties(bare, state) if bare else []
        if exact:
            if county in exact:
                return county
            return min(exact, key=lambda p: p.name.lower().endswith(" city") == bool(found))
        if county and SequenceMatcher(None, fold(bare), fold(bare_county(county.name))).ratio() >= ALIKE:
            return county
        return next(iter(self._like(bare, self._within(state, "county"))), None) if found else None

    # --- towns -------------------------------------------------------------------------------------------------------

    def _town(self, agency: str, state: str, county: Place | None) -> Place | None:
        """The town that the agency's name tells: in the county told, else near it, else the only one of exactly that
        name in the state, because the lists' counties are filled in by name ("Monroe Police", Monroe County)."""
        township = bool(_TOWNSHIP.search(agency))
        names = self._trimmed(agency)
        for name in names:
            found = self._gazetteer.cities(name, state)
            inside = [p for p in found if county and p.county_fips == county.county_fips]
            if inside:
                return inside[0]
            near = [p for p in found if county is None or (not township and distance_km(p, county) <= NEAR_KM)]
            if near:
                return near[0] if county is None else min(near, key=lambda p: distance_km(p, county))
        if township or not names:
            return None
        alone = [p for p in self._gazetteer.cities(names[0], state) if p.population >= SMALLEST]
        return alone[0] if len(alone) == 1 else self._misspelt_town(names, state, county)

    def _misspelt_town(self, names: list[str], state: str, county: Place | None) -> Place | None:
        """A town written a little otherwise, or without its last word ("Sunny Isles" for Sunny Isles Beach)."""
        places = self._within(state, "city")
        ours = tuple(p for p in places if county is None or p.county_fips == county.county_fips)
        for name in names[:1]:
            bare = _KIND_OF_TOWN.sub("", name).strip()
            found = self._like(bare, ours)
            longer = [p for p in ours if bare and fold(p.name).startswith(f"{bare} ")]
            if found or len(longer) == 1:
                return (found or longer)[0]
        return None

    def _trimmed(self, agency: str) -> list[str]:
        """What is left of the agency's name without the words that say what it is, the likeliest reading first."""
        trim = roster_words()["trim"]
        plain = fold(agency.replace("-", " ").replace("/", " "))
        plain = f" {re.sub(_DEPARTMENT, 'department', plain)} "
        numbered = "|".join(trim["numbered"])
        plain = re.sub(rf" (?:\w+(?:st|nd|rd|th) (?:{numbered})|(?:{numbered}) \d+|no \d+)(?= )", " ", plain)
        for words in sorted(trim["words"], key=len, reverse=True):
            plain = plain.replace(f" {words} ", " ")
        left = " ".join(plain.split())
        without_last = re.sub(rf" {_KIND_OF_TOWN.pattern}$", "", left)
        short = " ".join(_KIND_OF_TOWN.sub(" ", left).split())
        return list(dict.fromkeys(filter(None, (left, without_last, short, f"{left} city", f"{left} village"))))
