"""Which place each candidate means: the text's own context first, then the outlet's home, then population.

One sense a document: all mentions of one name and form are resolved together, by the evidence of all of them. Evidence
adds up on a logarithmic scale (one unit is a factor of ten in the odds), in the manner of Leidner's minimality and
one-sense heuristics: states that are named, places already certain nearby, the outlet's home, and population.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import exp, log10

from data.gazetteer import Gazetteer, distance_km
from data.records import Outlet, Place
from nlp.place_mentions import Candidate

SPREAD_STATES = 3
NEAR_KM = 80.0  # distance at which the pull of another place has fallen to a third
STATE_WEIGHT = 1.6  # a state named once; more mentions add less
HOME_STATE_WEIGHT = 2.0
HOME_NEAR_WEIGHT = 1.4
COHERENCE_WEIGHT = 1.4
FAMOUS_POPULATION = 250_000
FAMOUS_PENALTY = 1.5
NAMED_OTHERWISE_WEIGHT = 1.2  # Manhattan where New York City is told too
COUNTY_WEIGHT = 1.5  # the county that holds the city is named too
FOREIGN_PENALTY = 1.7  # local papers name local places
FOREIGN_PENALTY_ABROAD = 0.6  # in a text that names a foreign country
CITY_BODY_ABROAD = 1.0  # "City Council", "Mayor": the words of US governments
CLEAR_COUNTY_POPULATION = 100_000  # a bare name that only a county of this size has is that county
SMALL_NAMESAKE = 20_000  # residents of a town that does not stand in a county's way, nor a fiftieth of the county's
FEDERAL_SEAT = "geonames:4140963"
COUNTRY_POPULATION = 1_000_000
COUNTRY_PENALTY = 4.0  # Mexico, Missouri, is told with its state, by its body or by its own paper
OWN_TOWN_WEIGHT = 2.0  # the name is that of the outlet's own town
ANCHORS = 12  # places that pull at most


@dataclass(slots=True)
class Context:
    """What is certain so far: states by weight, places, the outlet's home."""

    gazetteer: Gazetteer
    home: Place | None
    home_state: str | None
    states: dict[str, float]
    anchors: list[Place]
    counties: set[str]
    abroad: bool = False


def resolve(candidates: list[Candidate], gazetteer: Gazetteer, outlet: Outlet | None, body: int = 0) -> None:
    """Set `place` and `score` of every candidate; both stay empty for what is no US place. The title ends at `body`."""
    context = Context(gazetteer, *_home(gazetteer, outlet), {}, [], set(), _is_abroad(candidates))
    groups = _groups(candidates)
    _count_states(candidates, context)
    waiting = [group for group in groups if not _settle_certain(group, context)]
    waiting.sort(key=lambda group: -_lead(group))
    for _ in range(2):  # the second round sees what the first has settled
        for group in waiting:
            _settle(group, context)
    _follow_counties(groups, body)


def _is_abroad(candidates: list[Candidate]) -> bool:
    """Whether the text names a foreign country for certain."""
    return any(c.options[0].id.startswith("foreign:") and len(c.options) == 1 and not c.person for c in candidates)


def _home(gazetteer: Gazetteer, outlet: Outlet | None) -> tuple[Place | None, str | None]:
    if not outlet:
        return None, None
    states = gazetteer.states(outlet.state) if outlet.state else []
    state = states[0].state if states else None
    if not outlet.city:
        return None, state
    cities = gazetteer.cities(outlet.city, state) or gazetteer.counties(outlet.city, state)
    return (cities[0], state or cities[0].state) if cities else (None, state)


def _groups(candidates: list[Candidate]) -> list[list[Candidate]]:
    """Candidates of one name, form and told state; those without a state join the one told with it."""
    by_key: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        form = "plain" if candidate.form == "city" else candidate.form
        by_key[candidate.key, form].append(candidate)
    groups = []
    for members in by_key.values():
        told = [c.qualifier for c in members if c.qualifier]
        if not told:
            groups.append(members)
            continue
        first = told[0]
        for qualifier in dict.fromkeys(told):
            same = [c for c in members if c.qualifier == qualifier or (not c.qualifier and qualifier == first)]
            groups.append(same)
    return groups


def _count_states(candidates: list[Candidate], context: Context) -> None:
    """Weights of the states named, as qualifiers or by themselves."""
    counts: dict[str, float] = defaultdict(float)
    for c in candidates:
        if c.qualifier and c.qualifier != "foreign":
            counts[c.qualifier] += 1.0
        elif c.form == "institution":
            counts[c.options[0].state] += 1.0
        elif not c.person and not c.qualifies:
            for p in c.options[:1]:
                if p.kind == "state" and c.key not in ("washington", "new york"):
                    counts[p.state] += 0.8
                elif c.form == "plain" and len(c.options) == 1 and not c.doubtful and p.kind != "foreign":
                    counts[p.state] += 0.3
    spread = min(1.0, SPREAD_STATES / max(len(counts), 1))  # a story of many states tells little of each
    context.states = {state: spread * min(2.0, 0.5 + 0.5 * n) for state, n in counts.items()}


def _settle_certain(group: list[Candidate], context: Context) -> bool:
    """Names with one reading: told states, institutions, and names qualified by their state."""
    lead = group[0]
    qualifier = next((c.qualifier for c in group if c.qualifier), None)
    if qualifier == "foreign":
        return True
    if lead.form in ("institution", "state"):
        _assign(group, lead.options[0], 5.0, context)
        return True
    if qualifier:
        options = [p for p in lead.options if p.state == qualifier and p.kind != "state"]
        options = _of_form(options, lead)
        if options:
            _assign(group, _main(options, group, context), 6.0, context)
            return True
    return False


def _of_form(options: list[Place], c: Candidate) -> list[Place]:
    """Readings that fit the form: a county told with its word, a city else; counties serve where no city is."""
    if c.form == "county":
        return [p for p in options if p.kind == "county"]
    if c.form == "city":
        return [p for p in options if p.kind == "city"]
    return [p for p in options if not (p.kind == "county" and p.name.endswith(" city"))]  # told by its city entry


def _main(options: list[Place], group: list[Candidate], context: Context) -> Place:
    return max(options, key=lambda p: (_kind_bonus(p, group), p.population))


def _lead(group: list[Candidate]) -> float:
    """How early a group is settled: unambiguous names first, then big places."""
    options = group[0].options
    clear = 3.0 if len({p.state for p in options}) == 1 else 0.0
    rest = max((p.population for p in options[1:]), default=0)
    return clear + log10(options[0].population + 1) - 0.5 * log10(rest + 1)


def _settle(group: list[Candidate], context: Context) -> None:
    lead = next((c for c in group if c.form == "city"), group[0])
    usable = [c for c in group if not c.person]
    if all(c.part for c in usable):
        return
    states = [p for p in lead.options if p.kind == "state"]
    if states and lead.form == "plain" and _is_state(states[0], usable, context):
        _assign(usable, states[0], 4.0, context)
        return
    options = [p for p in _of_form(list(lead.options), lead) if p.kind != "state" and _may_be(p, usable, context)]
    if not options:
        for c in usable:
            c.place, c.score = None, 0.0
        return
    scored = sorted(((_score(p, usable, context), p) for p in options), key=lambda s: (-s[0], s[1].id))
    best, place = scored[0]
    if place.kind == "foreign" or not _believable(best, place, usable, context):
        for c in usable:
            c.place, c.score = None, 0.0
        return
    margin = best - scored[1][0] if len(scored) > 1 else 3.0
    _assign(usable, place, min(5.0, best / 2 + margin / 2), context)


def _may_be(p: Place, group: list[Candidate], context: Context) -> bool:
    """Bare county names need a county's body after them or a size and a name of their own; see `_follow_counties`."""
    lead = group[0]
    if p.kind == "city" and lead.key == "washington" and p.id != FEDERAL_SEAT:
        return context.home is not None and distance_km(p, context.home) < NEAR_KM
    if p.kind != "county" or lead.form == "county":
        return True
    if any(c.body == "county" for c in group):
        return True
    small = min(SMALL_NAMESAKE, p.population / 50)
    alone = all(o.kind == "county" or o.population < small for o in lead.options)
    return alone and not lead.doubtful and p.population >= CLEAR_COUNTY_POPULATION


def _is_state(state: Place, group: list[Candidate], context: Context) -> bool:
    """New York and Washington are cities unless the text says otherwise; every other such name is the state."""
    if state.state == "NY":
        told = any(c.body == "state" or c.after.startswith("state") for c in group)
        return told or (
            context.home_state == "NY" and context.home is not None and context.home.id != "geonames:5128581"
        )
    if state.state == "WA":
        told = any(c.after.startswith(("state", "gov", "attorney general", "legislature", "lawmakers")) for c in group)
        return told or context.home_state == "WA" or context.states.get("WA", 0) > 0
    return True


def _score(p: Place, group: list[Candidate], context: Context) -> float:
    score = log10(max(p.population, 50))
    if group[0].form == "neighbourhood" and p is group[0].options[0]:
        score = 3.5
    if p.kind == "foreign":
        bodies = any(c.body in ("city", "county") for c in group)
        return score - (FOREIGN_PENALTY_ABROAD if context.abroad else FOREIGN_PENALTY) - CITY_BODY_ABROAD * bodies
    score += STATE_WEIGHT * context.states.get(p.state, 0.0)
    score += _home_pull(p, context) + _coherence(p, context) + _kind_bonus(p, group)
    if p.kind == "city" and p.county_fips in context.counties:
        score += COUNTY_WEIGHT
    score -= _overshadowing(p, group, context)
    if any(c.county_qualifier for c in group) and _in_told_county(p, group, context):
        score += 2.0
    return score


def _overshadowing(p: Place, group: list[Candidate], context: Context) -> float:
    """A small namesake of a place that everybody knows would be told with its state, save at home."""
    options = group[0].options
    at_home = context.home is not None and distance_km(p, context.home) < NEAR_KM
    country = options[0].id.startswith("foreign:") and options[0].population >= COUNTRY_POPULATION
    if country and not at_home and not any(c.body == "city" for c in group):
        return COUNTRY_PENALTY
    famous = max((o.population for o in options if o.kind == "city"), default=0)
    small = p.kind == "city" and famous >= FAMOUS_POPULATION and famous > 5 * p.population
    if not small or p.state == context.home_state:
        return 0.0
    return FAMOUS_PENALTY * (2.0 if famous > 50 * p.population else 1.0)


def _home_pull(p: Place, context: Context) -> float:
    pull = HOME_STATE_WEIGHT if context.home_state and p.state == context.home_state else 0.0
    if context.home:
        pull += HOME_NEAR_WEIGHT * exp(-distance_km(p, context.home) / NEAR_KM)
        if p.id == context.home.id:
            pull += OWN_TOWN_WEIGHT
    return pull


def _coherence(p: Place, context: Context) -> float:
    others = [a for a in context.anchors if a.id != p.id]
    known = NAMED_OTHERWISE_WEIGHT * (len(others) < len(context.anchors))
    return known + COHERENCE_WEIGHT * min(2.0, sum(exp(-distance_km(p, a) / NEAR_KM) for a in others))


def _kind_bonus(p: Place, group: list[Candidate]) -> float:
    """A bare name is a city sooner than a county, unless a body of counties follows it."""
    if group[0].form == "county":
        return 0.0
    bodies = {c.body for c in group}
    if p.kind == "county":
        return 1.0 if "county" in bodies else -1.2
    return -1.0 if "county" in bodies and "city" not in bodies else 0.3 * ("city" in bodies)


def _in_told_county(p: Place, group: list[Candidate], context: Context) -> bool:
    county = context.gazetteer.county_of(p)
    return bool(county) and any(
        c.county_qualifier and c.county_qualifier.startswith(county.name.lower().split()[0]) for c in group
    )


def _believable(score: float, p: Place, group: list[Candidate], context: Context) -> bool:
    """Whether there is evidence enough to take the word for a place at all: at least one point."""
    if group[0].form == "county" or any(c.form == "city" or c.dateline for c in group):
        return True
    local = p.state == context.home_state or p.state in context.states or p.county_fips in context.counties
    points = 1.0 * any(c.locative for c in group) + 1.0 * any(c.body in ("city", "county") for c in group)
    points += 1.0 * any(c.label in ("GPE", "LOC") for c in group) + 0.5 * local
    points += 2.0 * (context.home is not None and p.id == context.home.id)
    points += 1.0 * (p.population >= 100_000) + 0.5 * (p.population >= 10_000) + 0.5 * (not group[0].lone_word)
    points += 0.5 * (sum(c.locative for c in group) > 1) + 0.5 * _is_near(p, context)
    points -= 1.0 * any(c.doubtful for c in group) + 0.5 * (p.population == 0) + 0.5 * all(c.title_case for c in group)
    persons = 2 * sum(c.label == "PERSON" for c in group) > len(group)
    points -= (0.75 if any(c.locative for c in group) else 1.5) * persons
    points -= 1.0 * (not any(c.proper for c in group)) + 0.5 * all(
        c.label in ("ORG", "PRODUCT", "WORK_OF_ART") for c in group
    )
    return points >= 1.0


def _is_near(p: Place, context: Context) -> bool:
    others = [a for a in context.anchors if a.id != p.id] + ([context.home] if context.home else [])
    return any(distance_km(p, other) < NEAR_KM for other in others)


def _assign(group: list[Candidate], place: Place, score: float, context: Context) -> None:
    for c in group:
        c.place, c.score = place, score
    if place.kind == "county" and place.county_fips:
        context.counties.add(place.county_fips)
    if place.kind != "state" and place not in context.anchors and len(context.anchors) < ANCHORS:
        context.anchors.append(place)


def _follow_counties(groups: list[list[Candidate]], body: int) -> None:
    """Bare names of a county that the text has told in full: "Bucks" after "Bucks County", "the Sacramento sheriff"."""
    told = {g[0].key.rsplit(" ", 1)[0]: g[0].place for g in groups if g[0].form == "county" and g[0].place}
    told |= {g[0].key: g[0].place for g in groups if g[0].form == "county" and g[0].place}
    for group in groups:
        county = told.get(group[0].key)
        if group[0].form != "plain" or not county:
            continue
        told_city = any(c.body == "city" or c.form == "city" or c.qualifier or c.locative for c in group)
        for c in group:
            if not c.qualifier and not c.locative and _county_meant(c, county, told_city, body):
                c.place, c.score, c.person = county, 3.0, False


def _county_meant(c: Candidate, county: Place, told_city: bool, body: int) -> bool:
    if c.body == "county":
        return True
    if not c.place or c.place.kind == "county":
        return c.place is not None or not c.person
    apart = c.place.county_fips != county.county_fips and not _same_size(c.place, county)
    if c.body == "city":
        return apart
    return apart or c.place.population < 0.1 * county.population or (c.start < body and not told_city)


def _same_size(city: Place, county: Place) -> bool:
    """Whether the city can stand beside a county of its name: Baltimore and Baltimore County."""
    return city.state == county.state and city.population > 0.2 * county.population
