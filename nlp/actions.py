"""The spaCy component that tells what happened: claims of the rules become the reports of the contract.

The rules (`nlp/event_*.py`) say which sentence tells which event; here each claim gets its place, date and actors,
older events become background, readings of one event are joined, and every report is scored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from spacy.language import Language
from spacy.tokens import Doc

from data.records import Actor, Evidence, Place, Report
from nlp import ontology
from nlp.action_actors import actors_of, voters
from nlp.action_claims import Claim, Scene
from nlp.action_lexicon import Lexicon
from nlp.action_places import home_of, places_of
from nlp.agreements import AgreementMention, counterparty
from nlp.dates import date_for, news_date
from nlp.document import locate, register_extensions
from nlp.event_agreements import agreement_claims
from nlp.event_confidence import FALLBACK, FEDERAL, Features, confidence
from nlp.event_courts import court_claims
from nlp.event_data import data_claims
from nlp.event_facilities import facility_claims
from nlp.event_federal import federal_claims
from nlp.event_meetings import meeting_claims
from nlp.event_merge import Group, Told, merge
from nlp.event_operations import operation_claims
from nlp.event_people import people_claims
from nlp.event_policies import policy_claims
from nlp.event_protests import protest_claims
from nlp.event_sift import sift
from nlp.event_statements import statement_claims
from nlp.votes import read_dissent, read_votes, recorded

RULES: tuple[Callable[[Scene], Iterator[Claim]], ...] = (
    agreement_claims,
    policy_claims,
    protest_claims,
    meeting_claims,
    court_claims,
    federal_claims,
    operation_claims,
    facility_claims,
    data_claims,
    statement_claims,
    people_claims,
)
QUOTED = 0.15  # what a speaker says of an event tells it less surely than the reporter does
LONGEST_EVIDENCE = 700  # characters of a sentence that is shown
_OLD_WORDS = re.compile(
    r"\b(?:last (?:year|month|fall|spring|summer|winter|autumn)|(?:years?|months?) (?:ago|earlier|before)|"
    r"in (?:19|20)\d\d)\b"
)
_KNOWN_AS = re.compile(r"\b(?:database|system|program|network)\s+(?:known as|called)\s+(?:the\s+)?([A-Z]{3,8})\b")
OLD_DAYS = 31  # an event told as older than this is background
LATER_VOTE = 90  # tokens behind a decision in which its tally may be told
_VOTED = ("agreement_", "policy_")
_AGAINST = ("agreement_rejected", "agreement_kept", "policy_rejected")
_ABOUT_AGREEMENTS = (
    "court_ruling",
    "lawsuit_filed",
    "settlement",
    "investigation",
    "facility_opened",
    "facility_closed",
)
_FUNDED = ("court_ruling", "lawsuit_filed", "federal_response")  # acts that may be about money for cooperation
_AHEAD = ("announced", "proposed")
_COMING = ("protest", "public_meeting", "personnel", "lawsuit_filed")


class Actions:
    """spaCy component: sets `doc._.reports`."""

    def __init__(self, nlp: Language) -> None:
        register_extensions()
        self.ontology = ontology.load()
        self.lexicon = Lexicon(nlp, self.ontology)

    def __call__(self, doc: Doc) -> Doc:
        doc._.reports = find_reports(Scene(doc, self.lexicon.tag(doc), self.ontology))
        return doc


@Language.factory("tracker_actions")
def make_actions(nlp: Language, name: str) -> Actions:
    """The component as spaCy's configuration builds it."""
    return Actions(nlp)


def find_reports(scene: Scene) -> list[Report]:
    """Every report of the document, in the order of their evidence."""
    claims = [claim for rule in RULES for claim in rule(scene)]
    for claim in claims:
        claim.weight -= QUOTED * scene.is_quoted(claim.trigger)
    readings = [told for claim in claims for told in settle(scene, claim)]
    groups = sift(scene, merge(behind_others(scene, readings)))
    add_later_votes(scene, groups)
    reports = [report for group in groups if (report := _report(scene, group))]
    return sorted(reports, key=lambda r: (r.evidence.where != "title", r.evidence.start, r.type))


def add_later_votes(scene: Scene, groups: list[Group]) -> None:
    """As in "The vote was 3-1", told after the decision: the tally belongs to the decision before it."""
    decided = [g for g in groups if g.best.claim.type.startswith(_VOTED) and g.status == "occurred"]
    bare = [g for g in decided if g.first("votes_for") is None and not g.best.in_title]
    for sentence in scene.sentences:
        if sentence.start in scene.acted or sentence.start in scene.ruled or "vote" not in sentence.text:
            continue
        votes = read_votes(sentence.text)
        before = [g for g in bare if 0 < sentence.start - g.best.claim.sentence.start <= LATER_VOTE]
        if not before:
            continue
        claim = before[-1].best.claim
        if votes:
            claim.votes_for, claim.votes_against = recorded(votes, claim.type in _AGAINST)
            bare.remove(before[-1])
        elif dissent := read_dissent(sentence.text):
            claim.votes_against = dissent


def behind_others(scene: Scene, readings: list[Told]) -> list[Told]:
    """Acts of another government than the story's, told in sentences without the story's own, are background."""
    main = scene.doc._.primary_place
    acts = [t for t in readings if t.claim.type.startswith(_VOTED) and t.status != "background"]
    at_main = [t for t in acts if main is not None and t.place is not None and t.place.id == main.id]
    if not at_main:
        return readings
    sentences = {t.claim.sentence.start for t in at_main if not t.claim.implied}
    for told in acts:
        elsewhere = told.place is not None and told.place.id != main.id
        happened = told.status == "occurred" and not told.claim.ahead
        if elsewhere and happened and not told.in_title and (told.claim.sentence.start not in sentences):
            told.status = "background"
    return readings


def settle(scene: Scene, claim: Claim) -> list[Told]:
    """The claim with place, date, status and actors: one reading for each place it concerns."""
    doc = scene.doc
    votes = read_votes(claim.sentence.text) if claim.type.startswith(_VOTED) else None
    if votes and claim.status in ("occurred", "proposed"):
        claim.votes_for, claim.votes_against = recorded(votes, claim.type in _AGAINST)
    elif claim.type.startswith(_VOTED) and claim.status == "occurred":
        claim.votes_against = read_dissent(claim.sentence.text)
    start, end = claim.trigger.idx, claim.trigger.idx + len(claim.trigger)
    ahead = claim.ahead if claim.type.startswith(_VOTED) else claim.status == "announced"
    when, precision = date_for(
        doc, start, end, future=ahead and claim.status in (_AHEAD if claim.type in _COMING else _AHEAD[1:])
    )
    if when is not None and _is_anothers(scene, claim, when):
        when, precision = news_date(doc, claim.sentence.start_char)
    if when is None and ahead:
        when, precision = date_for(doc, start, end)
    dated = any(m.date == when for m in scene.dates_in(claim.sentence.start_char, claim.sentence.end_char))
    places: list[Place | None] = list(places_of(scene, claim)) or [home_of(scene, claim)]
    return [
        Told(
            claim=claim,
            place=place,
            status=_status(scene, claim, when if dated else None, precision, place),
            date=when,
            precision=precision,
            dated=dated,
            agreement_type=_agreement_type(scene, claim),
            actors=actors_of(scene, claim),
            in_title=scene.in_title(claim.trigger),
        )
        for place in places
    ]


def _is_anothers(scene: Scene, claim: Claim, when: str) -> bool:
    """True where the date follows another act of the sentence: "has left the agreement that he signed in May"."""
    others = [c.trigger.idx for c in scene.acted.get(claim.sentence.start, ()) if c.trigger.dep_ == "relcl"]
    told = [m.start for m in scene.dates_in(claim.sentence.start_char, claim.sentence.end_char) if m.date == when]
    return any(claim.trigger.idx < other < at for other in others for at in told)


def _status(scene: Scene, claim: Claim, when: str | None, precision: str, place: Place | None) -> str:
    """The claim's status, or background where it is told as older than the story's news."""
    if claim.status not in ("occurred", "ongoing", "proposed") or scene.in_title(claim.trigger):
        return claim.status
    if when is None:
        old = claim.type != "protest" and (claim.perfect or _told_as_old(scene, claim))
        return "background" if old else claim.status
    published = scene.doc._.article.published if scene.doc._.article else None
    return "background" if _is_old(published, when, precision, claim) else claim.status


def _told_as_old(scene: Scene, claim: Claim) -> bool:
    """As in "wrote the bill last year", where no day of publication turns the words into a date; the words behind
    another act belong to that one: "left the program that he joined in 2019"."""
    start = claim.trigger.idx
    others = [c.trigger.idx for c in scene.acted.get(claim.sentence.start, ()) if c.trigger.idx > start]
    return bool(_OLD_WORDS.search(scene.text[start : min([start + 90, claim.sentence.end_char, *others])]))


def _is_old(published: str | None, when: str, precision: str, claim: Claim) -> bool:
    today = _day(published)
    if today is None:
        return claim.perfect
    then = date.fromisoformat(when)
    if precision == "year":
        return then.year < today.year
    if precision == "month":
        months = (today.year - then.year) * 12 + today.month - then.month
        return months > 1 or (months == 1 and claim.perfect)
    return (today - then).days > OLD_DAYS or (claim.perfect and (today - then).days > 10)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _agreement_type(scene: Scene, claim: Claim) -> str | None:
    if claim.agreement is not None:
        return claim.agreement.type
    if claim.type.startswith("policy"):
        return _policy_type(scene, claim)
    if scene.acted or (
        scene.agreements and claim.type in _ABOUT_AGREEMENTS
    ):  # a story about an agreement; a mere mention of one says nothing of its protests
        return scene.document_type
    return "funding" if claim.type in _FUNDED and len(scene.tags.outermost("type.funding")) > 1 else None


def _policy_type(scene: Scene, claim: Claim) -> str | None:
    """A policy's own subject: detainers or detainees that its sentence names."""
    after = scene.doc[claim.trigger.i : claim.sentence.end]
    if scene.tags.inside(after, "type.detainer"):
        return "detainer"
    near = scene.agreements_in(after) or scene.agreements_in(claim.sentence)
    if near:
        return near[0].type
    return "detention" if scene.tags.inside(claim.sentence, "objects.jailed") else None


def _report(scene: Scene, group: Group) -> Report | None:
    best = group.best
    evidence = _evidence(scene, best)
    if evidence is None:
        return None
    when, precision = group.date()
    claim = best.claim
    agreement = group.first("agreement")
    on_agreement = claim.type.startswith(("agreement", "data"))
    return Report(
        type=claim.type,
        status=group.status,
        date=when,
        date_precision=precision,
        place_id=best.place.id if best.place else None,
        evidence=evidence,
        confidence=confidence(_features(scene, group)),
        agreement_type=group.agreement_type(),
        agreement_name=_name(scene, agreement) if on_agreement else None,
        counterparty=_counterparty(scene, agreement) if on_agreement else None,
        direction=group.first("direction"),
        stance=group.first("stance"),
        form=group.form(),
        votes_for=group.first("votes_for"),
        votes_against=group.first("votes_against"),
        crowd_low=group.crowd()[0],
        crowd_high=group.crowd()[1],
        actors=_actors(scene, group),
    )


def _evidence(scene: Scene, told: Told) -> Evidence | None:
    """The sentence as its outlet printed it, without the white space around it."""
    sentence = told.claim.sentence
    text = sentence.text[:LONGEST_EVIDENCE] if len(sentence.text) > LONGEST_EVIDENCE else sentence.text
    start = sentence.start_char + len(text) - len(text.lstrip())
    end = start + len(text.strip())
    if start >= end:
        return None
    where, low, high = locate(scene.doc, start, end)
    return Evidence(where, low, high, scene.text[start:end])


def _name(scene: Scene, agreement: AgreementMention | None) -> str | None:
    """The name the agreement goes by: its own, that of another mention of its kind, one that the document explains."""
    if agreement is None:
        return None
    same = [m.name for m in scene.agreements if m.name and m.type == agreement.type]
    return agreement.name or next(iter(same), None) or _explained_name(scene, agreement.type)


def _explained_name(scene: Scene, kind: str | None) -> str | None:
    """A known program of that kind, or "the database known as ABCD", for an agreement that has no name itself."""
    for name in scene.ontology.agreement_names:
        if any(f"type.{kind}" in scene.tags.at(start) for start, _ in scene.tags.matches(f"name.{name}")):
            return name
    known = _KNOWN_AS.search(scene.text) if kind == "data_sharing" else None
    return known[1] if known else None


def _counterparty(scene: Scene, agreement: AgreementMention | None) -> str | None:
    if agreement is None:
        return None
    return agreement.counterparty or counterparty(scene.tags, 0, len(scene.doc))


def _actors(scene: Scene, group: Group) -> list[Actor]:
    actors = group.actors()
    if group.first("votes_for") is None:
        return actors
    told = {a.name: a for a in actors} | {a.name: a for a in voters(scene)}
    return list(told.values())


def _features(scene: Scene, group: Group) -> Features:
    best = group.best
    primary = scene.doc._.primary_place
    body = [s for s in scene.sentences if s.start_char >= scene.doc._.body][:3]
    return Features(
        weight=best.claim.weight,
        sentences=len({t.claim.sentence.start for t in group.members}) - 1,
        title=any(t.in_title for t in group.members),
        dated=group.date()[1] in ("day", "week"),
        primary=best.place is not None and primary is not None and best.place.id == primary.id,
        early=any(t.claim.sentence.start == s.start for t in group.members for s in body),
        asked=group.status == "proposed",
        fallback=best.claim.type in FALLBACK,
        federal=best.claim.type in FEDERAL,
    )


__all__ = ["Actions", "find_reports", "settle"]
