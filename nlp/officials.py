"""The people of a story: officials, spokespeople, and private persons (kept only so that nobody speaks for them).

The work is done by `people_words` (words), `people_names` (name shapes), `people_bodies` (whose office), `people_claims`
and `people_council` (who holds what), `people_mentions` (who is meant) and `people_roles` (what that makes of them).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from spacy.language import Language
from spacy.tokens import Doc

from data.records import Official, Place, Spokesperson
from nlp.document import locate, register_extensions
from nlp.people_claims import ClaimFinder
from nlp.people_council import council_claims
from nlp.people_mentions import Cluster, MentionReader, build_clusters
from nlp.people_roles import RoleReader, Standing
from nlp.people_vocabulary import vocabulary
from nlp.people_words import Spans, split_words
from nlp.quote_marks import quotations

Span = tuple[int, int]
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
    finder = ClaimFinder(text, words, headline, is_place.spans, persons)
    claims = sorted([*finder.run(), *council_claims(finder)], key=lambda claim: claim.at)
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
        person.body = person.body or _body_name(person, standing)
    return person


def _place_of(doc: Doc, standing: Standing, at: int) -> Place | None:
    """The place in the body's own words, else the last one of the office's level before the mention, else the story's."""
    if standing.level in ("federal", "any") and standing.hint is None:
        return None
    mentions = [m for m in doc._.places or () if m.place is not None and m.place.kind != "foreign"]
    if standing.hint:
        start, end = standing.hint
        within = [m.place for m in mentions if m.start < end and m.end > start]
        if within:
            return within[-1]
    if standing.level not in ("city", "county", "state"):
        return None
    fitting = [m for m in mentions if m.place.kind == standing.level]
    before = [m.place for m in fitting if m.start <= at]
    if before:
        return before[-1]
    primary = doc._.primary_place
    if primary is not None and primary.kind == standing.level:
        return primary
    return fitting[0].place if fitting else primary


def _body_name(person: Person, standing: Standing) -> str | None:
    """What the office is called when the text does not say: City of X, X Sheriff's Office, State of X."""
    role = person.role or ""
    if "US representative" in role:
        return "US House of Representatives"
    if "US senator" in role:
        return "US Senate"
    if person.place is None:
        return None
    name, kind = person.place.name, person.place.kind
    if "sheriff" in role:
        return f"{name} Sheriff's Office"
    if "police" in role:
        return f"{name} Police Department"
    return {"city": f"City of {name}", "state": f"State of {name}"}.get(kind, name)


class _PlaceTest:
    """Whether offsets are nothing but a place's name, by the places component, else by the model's entities."""

    def __init__(self, doc: Doc) -> None:
        self.spans = {(m.start, m.end) for m in doc._.places or ()}
        inner = Spans(self.spans)
        for ent in doc.ents:
            if ent.label_ == "GPE" and not inner.at(ent.end_char - 1):
                self.spans.add((ent.start_char, ent.end_char))

    def __call__(self, start: int, end: int) -> bool:
        return (start, end) in self.spans


class _OrganizationTest:
    """Whether the model calls words at these offsets an organization."""

    def __init__(self, doc: Doc) -> None:
        self.spans = [(e.start_char, e.end_char) for e in doc.ents if e.label_ == "ORG"]

    def __call__(self, start: int, end: int) -> bool:
        return any(first < end and last > start for first, last in self.spans)


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
