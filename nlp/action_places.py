"""The government, or the street, that a claim concerns."""

from __future__ import annotations

from data.records import Place
from nlp.action_claims import Claim, Scene
from nlp.action_syntax import noun_phrase
from nlp.places import Mention, place_near

MOST = 6  # places that one sentence's subject may name
_STREET = frozenset({"protest"})
_OWNED = ("agreement_", "facility_", "data_")


def places_of(scene: Scene, claim: Claim) -> list[Place]:
    """The places of a claim: those its subject names, its agreement's owner, the official's, or the nearest told."""
    if claim.places:
        return claim.places
    doc, at = scene.doc, claim.trigger.idx
    if claim.type in _STREET:
        return _one(place_near(doc, at, street=True))
    named = _of_subject(scene, claim)
    if named:
        return named
    if claim.agreement is not None and claim.agreement.party_place is not None:
        return [claim.agreement.party_place]
    if claim.type == "federal_response":
        return _one(_answered(scene, claim))
    return _of_official(scene, claim) or _one(place_near(doc, at))


def _one(place: Place | None) -> list[Place]:
    return [place] if place is not None and place.kind != "foreign" else []


def _of_subject(scene: Scene, claim: Claim) -> list[Place]:
    """Governments in the subject's noun phrase: one, or several joined by commas and "and"."""
    if claim.subject is None:
        return []
    phrase = noun_phrase(claim.subject)
    low, high = phrase.start_char, min(phrase.end_char, max(claim.trigger.idx, phrase.start_char + 1))
    found = [m for m in scene.doc._.places if low <= m.start < high and _concerns(m)]
    if not found:
        return []
    joined = [found[0]]
    for mention in found[1:]:
        between = scene.doc.text[joined[-1].end : mention.start]
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
    for person in scene.doc._.people:
        if person.kind == "official" and person.place is not None and any(s <= at < e for s, e in person.spans):
            return _one(person.place)
    return []


def _answered(scene: Scene, claim: Claim) -> Place | None:
    """The government that a federal voice answers: told behind the verb, else the one spoken of."""
    end = claim.sentence.end_char
    after = [m for m in scene.doc._.places if claim.trigger.idx <= m.start < end and _concerns(m)]
    return after[0].place if after else place_near(scene.doc, claim.trigger.idx) or scene.doc._.primary_place
