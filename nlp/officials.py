"""The people of a story: officials, spokespeople, and private persons (kept only so that nobody speaks for them).

The work is done by `people_words` (words), `people_names` and `people_headings` (name shapes), `people_bodies` (whose
office), `people_claims`, `people_council` and `people_ties` (who holds what), `people_mentions` (who is meant),
`people_roles` and `people_offices` (what that makes of them).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from spacy.language import Language
from spacy.tokens import Doc

from data.gazetteer import load_gazetteer
from data.records import Official, Place, Spokesperson
from nlp.document import locate, register_extensions
from nlp.people_claims import ClaimFinder
from nlp.people_council import council_claims
from nlp.people_mentions import Cluster, MentionReader, build_clusters
from nlp.people_names import Name
from nlp.people_roles import RoleReader, Standing
from nlp.people_ties import tie_claims
from nlp.people_vocabulary import vocabulary
from nlp.people_words import Spans, split_words
from nlp.quote_marks import quotations

Span = tuple[int, int]
LEGISLATURES = {
    "US representative": "US House of Representatives",
    "US senator": "US Senate",
    "vice president": "White House",
}
BESIDE = 120  # characters between a place and the official whose place it is
LONGEST = 300_000  # characters read for people


@dataclass(slots=True)
class Person:
    """One person of a story.

    `kind` is official, spokesperson or private. `spans` are document offsets (title included) of every mention:
    full name, surname, title alone, pronoun; `named` those by name only. `listed` is False for presidents, whose
    statements count but who hold no office that the codebook records.
    """

    name: str
    kind: str
    role: str | None = None
    body: str | None = None
    organization: str | None = None
    place: Place | None = None
    spans: list[Span] = field(default_factory=list)
    named: list[Span] = field(default_factory=list)
    listed: bool = True


def find_people(doc: Doc) -> list[Person]:
    """Read a parsed document; persons in the order of their first mention. Never raises on odd text."""
    text = doc.text[:LONGEST]
    words = split_words(text)
    if not words:
        return []
    body = doc._.body
    headline = next((index for index, word in enumerate(words) if word.start >= body), len(words))
    persons = [(ent.start_char, ent.end_char) for ent in doc.ents if ent.label_ == "PERSON"]
    is_place = _PlaceTest(doc)
    organizations = [(ent.start_char, ent.end_char) for ent in doc.ents if ent.label_ == "ORG"]
    finder = ClaimFinder(text, words, headline, is_place.spans, persons, organizations)
    claims = sorted([*finder.run(), *council_claims(finder), *tie_claims(finder)], key=lambda claim: claim.at)
    vouched = _vouched(finder)
    claims = [claim for claim in claims if claim.title or claim.member or claim.name.first in vouched]
    clusters = build_clusters(finder, claims, vouched)
    marks = quotations(text, doc._.body)
    MentionReader(finder, clusters, Spans([(mark.start, mark.end) for mark in marks])).run()
    primary = doc._.primary_place
    roles = RoleReader(text, words, is_place, _OrganizationTest(doc), primary.kind if primary else None)
    people = [_person(doc, cluster, roles.settle(cluster)) for cluster in clusters if cluster.mentions]
    return sorted(people, key=lambda person: person.spans[0])


def _vouched(finder: ClaimFinder) -> set[int]:
    """First-word indices of untitled names of the text that the model calls persons or that speak."""
    return {
        name.first
        for name in finder.names
        if name.last > finder.headline
        and (finder.persons.at(name.start) or finder.persons.at(name.end - 1) or _speaks(finder, name))
    }


def _speaks(finder: ClaimFinder, name: Name) -> bool:
    words = finder.words
    after = words[name.last].norm if name.last < len(words) else ""
    before = words[name.first - 1].norm if name.first else ""
    return after in vocabulary().says or before in vocabulary().says


def _person(doc: Doc, cluster: Cluster, standing: Standing) -> Person:
    spans = [(start, end) for start, end, _, _ in cluster.mentions]
    named = [(start, end) for start, end, _, sort in cluster.mentions if sort in ("name", "surname")]
    person = Person(
        " ".join(cluster.parts), standing.kind, standing.role, standing.body, standing.organization, None, spans, named
    )
    person.listed = standing.listed
    if person.kind == "official":
        person.place = _place_of(doc, standing, spans[0][0])
        seat = (person.role or "").removeprefix("former ")
        person.body = LEGISLATURES.get(seat) or person.body or _body_name(person, standing.level)
    return person


def _place_of(doc: Doc, standing: Standing, at: int) -> Place | None:
    """The place in the words of the office ("Philadelphia Mayor"), else the story's own of the office's level, else the
    last of that level named before the mention."""
    mentions = [m for m in doc._.places or () if m.place is not None and m.place.kind != "foreign"]
    for start, end in standing.hints:
        within = [m.place for m in mentions if m.start < end and m.end > start]
        if within:
            return within[-1]
    if standing.level not in ("city", "county", "state"):
        return None
    fitting = [m for m in mentions if m.place.kind == standing.level]
    before = [m for m in fitting if m.start <= at]
    if before and at - before[-1].end < BESIDE and "\n" not in doc.text[before[-1].end : at]:
        return before[-1].place
    primary = _at_level(doc._.primary_place, standing.level)
    if primary is not None:
        return primary
    return before[-1].place if before else fitting[0].place if fitting else None


def _at_level(place: Place | None, level: str) -> Place | None:
    """The place itself, the county of a city, or the state of either."""
    if place is None or place.kind == level:
        return place
    if level == "county" and place.kind == "city":
        return load_gazetteer().county_of(place)
    return next(iter(load_gazetteer().states(place.state)), None) if level == "state" else None


def _body_name(person: Person, level: str) -> str | None:
    """What the office is called when the text does not say: City of X, X Sheriff's Office, State of X."""
    role = person.role or ""
    if person.place is None or level == "federal":
        return None
    name = person.place.name
    if "sheriff" in role and person.place.kind == "county":
        return f"{name} Sheriff's Office"
    if "police" in role:
        return f"{name} Police Department"
    return {
        "city": f"City of {name.removesuffix(' City') if name == 'New York City' else name}",
        "state": f"State of {name}",
    }.get(person.place.kind, name)


class _PlaceTest:
    """Whether offsets are nothing but a place's name, by the places component, else by the model's entities."""

    def __init__(self, doc: Doc) -> None:
        self.spans = {(m.start, m.end) for m in doc._.places or ()}
        inner = Spans(self.spans)
        for ent in doc.ents:
            if ent.label_ in ("GPE", "NORP", "LOC") and not inner.at(ent.end_char - 1):
                self.spans.add((ent.start_char, ent.end_char))

    def __call__(self, start: int, end: int) -> bool:
        return (start, end) in self.spans


class _OrganizationTest:
    """Whether the model calls words at these offsets an organization."""

    def __init__(self, doc: Doc) -> None:
        self.spans = Spans((e.start_char, e.end_char) for e in doc.ents if e.label_ == "ORG")

    def __call__(self, start: int, end: int) -> bool:
        return self.spans.at(start) or self.spans.at(end - 1)


def person_at(doc: Doc, start: int, end: int) -> Person | None:
    """The person mentioned at document offsets, the longest overlap first; None where nobody is."""
    best: tuple[int, Person] | None = None
    for person in doc._.people:
        for first, last in person.spans:
            overlap = min(last, end) - max(first, start)
            if overlap > 0 and (best is None or overlap > best[0]):
                best = (overlap, person)
    return best[1] if best else None


def contract_people(doc: Doc) -> tuple[list[Official], list[Spokesperson]]:
    """Officials and spokespeople with offsets into the article's text. Private persons are never among them."""
    officials, speakers = [], []
    for person in doc._.people:
        spans = _text_spans(doc, person.named)
        if person.kind == "official" and person.listed:
            place = person.place.id if person.place else None
            officials.append(Official(person.name, person.role or "official", person.body, place, spans))
        elif person.kind == "spokesperson":
            speakers.append(Spokesperson(person.name, person.role, person.organization, spans))
    return officials, speakers


def _text_spans(doc: Doc, spans: list[Span]) -> list[Span]:
    located = (locate(doc, start, end) for start, end in spans)
    return [(start, end) for where, start, end in located if where == "text"]


class OfficialsFinder:
    """spaCy component: sets `doc._.people`."""

    def __call__(self, doc: Doc) -> Doc:
        doc._.people = find_people(doc)
        return doc


@Language.factory("tracker_officials")
def make_officials_finder(nlp: Language, name: str) -> OfficialsFinder:
    """The component as spaCy's configuration builds it."""
    register_extensions()
    return OfficialsFinder()
