"""The government, or the street, that a claim concerns."""

from __future__ import annotations

import re

from spacy.tokens import Span

from data.gazetteer import load_gazetteer
from data.records import Place
from nlp.action_claims import Claim, Scene, is_federal_person
from nlp.action_syntax import noun_phrase
from nlp.officials import Person
from nlp.places import Mention, place_near

MOST = 6  # places that one sentence's subject may name
PASSAGE = 1500  # characters back in which the town of a passage is looked for
ROUNDUP = 5  # towns that sentences of one story open with
_OPENING = 30  # characters
_LOCATING = frozenset(
    [
        "in",
        "at",
        "outside",
        "near",
        "downtown",
        "around",
        "across",
        "through",
        "of",
        "to",
        "from",
        "on",
        "throughout",
        "inside",
        "central",
        "and",
        "including",
        "east",
        "west",
        "north",
        "south",
    ]
)
_STREET_NAME = re.compile(r"(?: and [A-Z]\w+)? (?:[Ss]treets?|[Aa]venues?|St\.|Ave\.|[Bb]oulevard|[Rr]oads?)\b")
_HALL = re.compile(r"[’']s (?:City Hall|Civic Center|courthouse|federal building)")
_LEGISLATING = frozenset({"lawmakers", "legislators", "legislature", "senate", "assembly", "governor"})
_COUNTY_BODIES = frozenset(
    {"county", "sheriff", "sheriff's", "supervisors", "commissioners", "jail", "deputies", "parish"}
)
_SEEING = frozenset({"saw", "sees", "experienced", "witnessed"})
_STREET = frozenset({"protest"})
_OWNED = ("agreement_", "facility_", "data_")


def places_of(scene: Scene, claim: Claim) -> list[Place]:
    """The places of a claim: those its subject names, its agreement's owner, the official's, or the nearest told."""
    if claim.places:
        return claim.places
    doc, at = scene.doc, claim.trigger.idx
    if claim.type in _STREET:
        return _one(street_of(scene, claim))
    if claim.type == "court_ruling":
        return _one(_ruled_on(scene, claim))
    if claim.type == "investigation":
        return _one(_inquired(scene, claim))
    if claim.type == "lawsuit_filed":
        sued = [m for m in scene.places_in(at, min(at + 45, claim.sentence.end_char)) if _concerns(m)]
        if sued and " in " not in scene.text[at : sued[0].start]:
            return _joined(scene, sued[:1])
    named = _of_object(scene, claim) or _of_subject(scene, claim) or _of_legislature(scene, claim)
    if named:
        return named
    if claim.agreement is not None and claim.agreement.party_place is not None:
        return [claim.agreement.party_place]
    if claim.type == "federal_response":
        return _one(_answered(scene, claim))
    if claim.type == "public_meeting" and not scene.places_in(claim.sentence.start_char, claim.sentence.end_char):
        return _one(scene.doc._.primary_place or place_near(doc, at))
    return _of_official(scene, claim) or _one(_narrowed(scene, place_near(doc, at)))


def home_of(scene: Scene, claim: Claim) -> Place | None:
    """The outlet's own town, where a story names no place at all; its county, where a county body acts."""
    article = scene.doc._.article
    home = article.source if article is not None else None
    if home is None or not home.city or not home.state or any(m.place is not None for m in scene.doc._.places):
        return None
    cities = load_gazetteer().cities(home.city, home.state)
    if not cities:
        return None
    words = {t.lower_ for t in claim.sentence}
    return (load_gazetteer().county_of(cities[0]) if words & _COUNTY_BODIES else None) or cities[0]


def _narrowed(scene: Scene, place: Place | None) -> Place | None:
    """The story's own place where only its state is told nearby."""
    primary = scene.doc._.primary_place
    if (
        place is not None
        and primary is not None
        and place.kind == "state"
        and primary.kind != "state"
        and primary.state == place.state
    ):
        return primary
    return place


def _ruled_on(scene: Scene, claim: Claim) -> Place | None:
    """The first government told behind the verb of a ruling, which is no part of the judge's name."""
    return _after(scene, claim) or scene.doc._.primary_place or place_near(scene.doc, claim.trigger.idx)


def _inquired(scene: Scene, claim: Claim) -> Place | None:
    return _after(scene, claim) or _narrowed(
        scene, scene.doc._.primary_place or place_near(scene.doc, claim.trigger.idx)
    )


def _after(scene: Scene, claim: Claim) -> Place | None:
    low, end = claim.trigger.idx, claim.sentence.end_char
    return next((m.place for m in scene.places_in(low, end) if _concerns(m)), None)


def street_of(scene: Scene, claim: Claim) -> Place | None:
    """Where people stood: a place that the sentence locates them in, else the one of the passage, else the story's."""
    own = _located(scene, claim.sentence, claim.trigger.idx)
    if own is not None:
        return own
    primary = scene.doc._.primary_place
    start = claim.sentence.start_char
    for sentence in reversed(scene.sentences_in(start - PASSAGE, start)):
        place = _located(scene, sentence, sentence.end_char)
        if place is not None:
            near = _same_paragraph(scene, sentence.start_char, start)
            if near or primary is None or primary.kind == "state" or _is_roundup(scene):
                return place
            break
    if primary is not None and primary.kind == "city":
        return primary
    return place_near(scene.doc, claim.trigger.idx, street=True)


def _is_roundup(scene: Scene) -> bool:
    """Whether the story goes from town to town: a passage without a town's name belongs to the one before."""
    if scene.roundup is None:
        towns = {
            m.place.id
            for s in scene.sentences
            for m in scene.places_in(s.start_char, s.start_char + _OPENING)
            if s.start_char >= scene.doc._.body and _locates(scene.text, s.start_char, m) and m.place.kind == "city"
        }
        scene.roundup = len(towns) >= ROUNDUP
    return scene.roundup


def _same_paragraph(scene: Scene, low: int, high: int) -> bool:
    return "\n" not in scene.text[low:high]


def _located(scene: Scene, sentence: Span, at: int) -> Place | None:
    """The town that a sentence puts people in, nearest to `at`: "in Dallas", "Seattle's protest"."""
    text, low, high = scene.text, sentence.start_char, sentence.end_char
    found = [m for m in scene.places_in(low, high) if _locates(text, low, m)]
    cities = [m for m in found if (m.street or m.place).kind == "city"]
    if not cities:
        primary = scene.doc._.primary_place
        wide = [m for m in found if m.place.kind != "city" and not _contains(m.place, primary)]
        return wide[0].place if wide and len(found) == 1 else None
    chosen = min(cities, key=lambda m: abs(m.start - at))
    return chosen.street or chosen.place


def _contains(place: Place, other: Place | None) -> bool:
    """True where `other` is a city of the county or state `place`."""
    return other is not None and other.state == place.state


def _locates(text: str, low: int, mention: Mention) -> bool:
    """True where the words around a mention say that something happens there."""
    if mention.place is None or mention.place.kind == "foreign" or mention.qualifies or mention.weak:
        return False
    if mention.street is not None:
        return True
    if _STREET_NAME.match(text, mention.end):
        return False
    saw = text[mention.end : mention.end + 14].split()[:1]
    if saw and saw[0] in _SEEING:
        return True
    if mention.government and not _HALL.match(text, mention.end):
        return False
    before = text[max(low, mention.start - 24) : mention.start].lower().split()
    after = text[mention.end : mention.end + 3]
    return (
        not before
        or after[:2] in ("'s", "’s")
        or any(w.strip(",") in _LOCATING for w in before[-3:])
        or mention.dateline
    )


def _one(place: Place | None) -> list[Place]:
    return [place] if place is not None and place.kind != "foreign" else []


def _of_subject(scene: Scene, claim: Claim) -> list[Place]:
    """Governments in the subject's noun phrase: one, or several joined by commas and "and"."""
    if claim.subject is None:
        return []
    phrase = noun_phrase(claim.subject)
    low, high = phrase.start_char, min(phrase.end_char, max(claim.trigger.idx, phrase.start_char + 1))
    return _joined(scene, [m for m in scene.places_in(low, high) if _concerns(m)])


def _of_object(scene: Scene, claim: Claim) -> list[Place]:
    """Places told with the object: "pull Lee and Cole counties out of 287(g)", "ended 287(g) in Lee County"."""
    if claim.agreement is None or claim.implied:
        return []
    low, end = claim.trigger.idx, claim.agreement.end
    if low < claim.agreement.start:
        inside = _joined(scene, [m for m in scene.places_in(low, claim.agreement.start) if _concerns(m)])
        if inside:
            return inside
    after = [m for m in scene.places_in(end, min(end + 41, claim.sentence.end_char)) if _concerns(m)]
    if after and scene.text[end : after[0].start].strip() in ("in", "in the", "at", "for"):
        return _joined(scene, after)
    return []


def _joined(scene: Scene, found: list[Mention]) -> list[Place]:
    """The first mention and those that commas and "and" join to it."""
    if not found:
        return []
    joined = [found[0]]
    for mention in found[1:]:
        between = scene.text[joined[-1].end : mention.start]
        if between.strip() in (",", "and", ", and", "&", "and the", "and the city of", "and the town of"):
            joined.append(mention)
    return list({m.place.id: m.place for m in joined}.values())[:MOST]


def _concerns(mention: Mention) -> bool:
    return (
        mention.place is not None
        and mention.place.kind != "foreign"
        and not (mention.qualifies or mention.weak or mention.dateline)
    )


def _of_official(scene: Scene, claim: Claim) -> list[Place]:
    """The place of the official who is the subject."""
    if claim.subject is None:
        return []
    at = claim.subject.idx
    for person in scene.people_at(at):
        if person.kind == "official":
            return _one(_office_place(scene, person))
    return []


def _office_place(scene: Scene, person: Person) -> Place | None:
    """The place an official governs; a governor's is the state, told or not."""
    if (person.role or "") in ("governor", "gov."):
        return _state(scene, person.place)
    return person.place


def _of_legislature(scene: Scene, claim: Claim) -> list[Place]:
    """The state, where lawmakers or a governor act without its name."""
    if claim.subject is None or claim.subject.lower_ not in _LEGISLATING:
        return []
    return _one(_state(scene, scene.doc._.primary_place))


def _state(scene: Scene, place: Place | None) -> Place | None:
    """The state of a governor: told, else that of the story's place."""
    if place is not None and place.kind == "state":
        return place
    near = place or scene.doc._.primary_place
    return load_gazetteer().get(f"state:{near.state}") if near is not None else None


def _answered(scene: Scene, claim: Claim) -> Place | None:
    """The government that a federal voice answers: that of the official named, else the one told behind the verb."""
    start, end = claim.sentence.start_char, claim.sentence.end_char
    speaker = scene.people_at(claim.subject.idx) if claim.subject is not None else []
    named = [(at, p) for at, p in scene.officials_in(start, end) if p not in speaker and not is_federal_person(p)]
    for _, person in sorted(named, key=lambda found: found[0]):
        place = _office_place(scene, person)
        if place is not None:
            return place
    after = [m for m in scene.places_in(claim.trigger.idx, end) if _concerns(m)]
    return after[0].place if after else place_near(scene.doc, claim.trigger.idx) or scene.doc._.primary_place
