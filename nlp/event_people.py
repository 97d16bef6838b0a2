"""Positions that officials take, inquiries into cooperation, and officials who come or go over it."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Span, Token

from nlp.action_claims import Claim, Scene, is_federal_person
from nlp.action_syntax import is_passive, is_verb, subject_of
from nlp.modality import read

_STATUS = {
    "plain": "occurred",
    "decided": "occurred",
    "future": "announced",
    "proposed": "proposed",
    "vehicle": "proposed",
}


def people_claims(scene: Scene) -> Iterator[Claim]:
    """Every statement, inquiry and change of office that bears on cooperation."""
    if not scene.topical:
        return
    for sentence in scene.sentences:
        for rule in (_statement, _inquiry, _personnel):
            claim = rule(scene, sentence)
            if claim is not None:
                yield claim


def _statement(scene: Scene, sentence: Span) -> Claim | None:
    if scene.in_title(sentence[0]):
        return None
    told = stance_of(scene, sentence)
    for token in sentence:
        stance = _judged(scene, token) or told
        if stance is None:
            continue
        if not is_verb(token) or not scene.tags.has(token, "statements.verbs", "statements.asking"):
            continue
        subject = subject_of(token)
        if subject is None or not speaks_for_government(scene, subject):
            continue
        concerned = scene.mentions_topic(sentence) or scene.tags.inside(
            sentence, "cooperation.sanctuary", "cooperation.words"
        )
        weight = 0.5 + 0.1 * scene.tags.has(token, "statements.strong_verbs") + 0.1 * concerned
        return Claim("official_statement", "occurred", token, weight, subject=subject, stance=stance, part="announced")
    return None


def _judged(scene: Scene, verb: Token) -> str | None:
    """The position that praise or blame takes: blaming ICE is against, blaming the end of a contract is for."""
    if scene.tags.has(verb, "statements.denial") and is_verb(verb):
        after = scene.doc[verb.i + 1 : min(verb.sent.end, verb.i + 14)]
        return "for_cooperation" if scene.tags.inside(after, "cooperation.sanctuary") else None
    if scene.tags.has(verb, "statements.asking") and is_verb(verb) and _asks_to_leave(scene, verb):
        return "against_cooperation"
    blames, praises = scene.tags.has(verb, "statements.blame"), scene.tags.has(verb, "statements.praise")
    if not (blames or praises) or not is_verb(verb):
        return None
    after = scene.doc[verb.i + 1 : min(verb.sent.end, verb.i + 22)]
    ending = bool(scene.agreements_in(after)) and scene.tags.inside(
        after, "act.end.verb", "act.end.noun", "act.reject.noun"
    )
    federal = scene.tags.inside(
        after, "party.ICE", "party.CBP", "party.DHS", "relevance.strong", "operations.nouns"
    ) or bool(scene.agreements_in(after))
    if not (ending or federal):
        return None
    return "against_cooperation" if blames != ending else "for_cooperation"


def _asks_to_leave(scene: Scene, verb: Token) -> bool:
    """As in "demanded that ICE leave the city", "asked the agency to stop"."""
    after = scene.doc[verb.i + 1 : min(verb.sent.end, verb.i + 14)]
    agency = scene.tags.inside(after, "party.ICE", "party.CBP", "party.DHS") or any(
        t.lower_ in ("agency", "agents") for t in after
    )
    return agency and scene.tags.inside(after, "statements.leaving")


def stance_of(scene: Scene, sentence: Span) -> str | None:
    """The position a sentence takes on cooperation, None for none."""
    against = scene.tags.outermost("statements.against", sentence.start, sentence.end)
    covered = {i for start, end in against for i in range(start - 2, end + 2)}
    for_ = [m for m in scene.tags.outermost("statements.for_", sentence.start, sentence.end) if m[0] not in covered]
    if len(against) == len(for_):
        return None
    return "against_cooperation" if len(against) > len(for_) else "for_cooperation"


def speaks_for_government(scene: Scene, subject: Token) -> bool:
    """True for an official of a local or state body by name or title; not for federal voices."""
    words = scene.doc[subject.left_edge.i : min(subject.i + 1, subject.right_edge.i + 1)]
    if scene.tags.inside(words, "bodies.federal", "party.ICE", "party.CBP", "party.DHS"):
        return False
    if scene.tags.inside(words, "statements.speakers"):
        return True
    voice = scene.doc[subject.i : min(subject.right_edge.i + 1, subject.i + 8)]
    if scene.tags.has(subject, "federal.voices") and scene.tags.inside(voice, "statements.speakers"):
        return True
    return any(p.kind == "official" and not is_federal_person(p) for p in scene.people_at(subject.idx))


def _inquiry(scene: Scene, sentence: Span) -> Claim | None:
    """An audit, a probe, a review of whether a body broke the law, released records."""
    local = scene.tags.inside(sentence, "bodies.local", "investigations.inspectors") or scene.agreements_in(sentence)
    if not local or not (scene.acted or scene.agreements_in(sentence) or scene.mentions_topic(sentence)):
        return None
    for token in sentence:
        if is_verb(token) and scene.tags.has(token, "investigations.verbs") and _inquires(scene, token):
            reading = read(token, scene.tags)
            status = _STATUS.get(reading.mood)
            if status is None or reading.negated:
                continue
            ongoing = (
                token.tag_ == "VBG" and status == "occurred" and any(c.lower_ in ("is", "are") for c in token.children)
            )
            return Claim(
                "investigation",
                "ongoing" if ongoing else status,
                token,
                0.6,
                subject=subject_of(token),
                perfect=reading.perfect,
                part="decided",
            )
    return None


def _inquires(scene: Scene, verb: Token) -> bool:
    """True where the verb is one of inquiry about a deed, or its object is an inquiry."""
    lemma = verb.lemma_.lower()
    after = scene.doc[verb.i + 1 : min(verb.sent.end, verb.i + 10)]
    subject = subject_of(verb)
    if lemma in ("investigate", "audit", "inspect", "probe"):
        return subject is not None
    if lemma in ("review", "examine"):
        return subject is not None and any(t.lower_ == "whether" for t in after)
    if lemma in ("open", "launch", "release", "publish", "accept", "order", "begin"):
        near = [c for c in verb.children if c.dep_ in ("dobj", "nsubjpass")]
        if verb.dep_ in ("relcl", "acl"):  # "records the city released", however the parse hangs it
            near += [verb.head, verb.doc[max(0, verb.head.left_edge.i - 1)]]
        return any(scene.tags.has(c, "investigations.sure", "investigations.released") for c in near)
    if lemma in ("find", "reveal", "show", "uncover", "fault"):
        body = subject is not None and scene.tags.inside(
            scene.doc[subject.left_edge.i : subject.i + 1], "investigations.inspectors"
        )
        if body:
            return True
        return (
            subject is not None
            and scene.tags.has(subject, "investigations.sure", "investigations.reports")
            and (bool(scene.agreements_in(verb.sent)) or scene.mentions_topic(verb.sent))
        )
    if lemma == "report":
        return subject is not None and scene.tags.inside(
            scene.doc[subject.left_edge.i : subject.i + 1], "investigations.inspectors"
        )
    return False


def _personnel(scene: Scene, sentence: Span) -> Claim | None:
    """An official comes or goes, in a sentence that names the issue."""
    before = scene.doc[sentence.start - 1].sent if sentence.start else sentence
    named = scene.agreements_in(sentence) or scene.agreements_in(before)
    if not (named or scene.mentions_topic(sentence) or scene.tags.inside(sentence, "cooperation.sanctuary")):
        return None
    for token in sentence:
        if not is_verb(token) or not scene.tags.matches("personnel.verbs", token.i, token.i + 1):
            continue
        if scene.tags.inside(sentence, "courts.suit_nouns", "courts.judges"):
            continue
        person = subject_of(token) if _goes(token) and not is_passive(token) else _object(token)
        if token.dep_ == "advcl" and token.lemma_ == "elect":
            continue
        if person is None or not _holds_office(scene, person):
            continue
        reading = read(token, scene.tags)
        coming = reading.mood == "future" or any(
            t.lower_ in ("will", "shortly") for t in scene.doc[sentence.start : token.i]
        )
        return Claim(
            "personnel",
            "announced" if coming else "occurred",
            token,
            0.55,
            subject=person,
            perfect=reading.perfect,
            part=None,
        )
    return None


def _goes(verb: Token) -> bool:
    """Verbs whose subject comes or goes; of the others ("fire", "suspend") it is the object."""
    return verb.lemma_.lower() in ("resign", "step", "lose", "win", "retire", "take", "unseat", "defeat")


def _object(verb: Token) -> Token | None:
    """Who is elected, fired or sworn in: the object, of a passive verb the subject."""
    return next((c for c in verb.children if c.dep_ == "dobj"), None) or (
        subject_of(verb) if is_passive(verb) else None
    )


def _holds_office(scene: Scene, person: Token) -> bool:
    words = scene.doc[person.left_edge.i : max(person.i, min(person.right_edge.i, person.i + 6)) + 1]
    if scene.tags.inside(words, "personnel.offices"):
        return True
    if any(t.lower_ == "as" and scene.tags.any(["personnel.offices"], t.i, t.i + 5) for t in person.sent):
        return person.ent_type_ == "PERSON"
    return any(p.kind == "official" and not is_federal_person(p) for p in scene.people_at(person.idx))
