"""Inquiries into cooperation, and officials who come or go over it."""

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


_GOING = frozenset(
    ["resign", "step", "lose", "win", "retire", "take", "unseat", "defeat", "quit", "bow", "leave", "give", "vacate"]
)
_HANDLING = frozenset(
    [
        "open",
        "launch",
        "release",
        "publish",
        "accept",
        "order",
        "begin",
        "start",
        "announce",
        "commission",
        "issue",
        "unveil",
    ]
)
_LOCAL = ("bodies.local", "investigations.inspectors", "operations.local_bodies")
_INQUIRING = ("investigations.verbs", "investigations.showing", "investigations.looking")


def people_claims(scene: Scene) -> Iterator[Claim]:
    """Every inquiry and change of office that bears on cooperation."""
    if not scene.topical:
        return
    for sentence in scene.sentences:
        for rule in (_inquiry, _personnel):
            claim = rule(scene, sentence)
            if claim is not None:
                yield claim


def _inquiry(scene: Scene, sentence: Span) -> Claim | None:
    """An audit, a probe, a review of whether a body broke the law, released records."""
    local = scene.tags.inside(sentence, *_LOCAL) or scene.agreements_in(sentence)
    if not local or not (scene.acted or scene.agreements_in(sentence) or scene.mentions_topic(sentence)):
        return None
    for token in sentence:
        if is_verb(token) and scene.tags.has(token, *_INQUIRING) and _inquires(scene, token):
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
    if scene.is_federal(subject) and not _is_states(scene, subject):
        return False
    if scene.tags.inside(verb.sent, "investigations.others"):
        return False
    if lemma in ("investigate", "audit", "inspect", "probe"):
        return subject is not None
    asked = next((c for c in verb.head.children if c.dep_ == "dobj"), None) if verb.dep_ == "xcomp" else None
    looks = subject is not None and scene.tags.has(verb, "investigations.looking")
    if looks and (_is_inspector(scene, subject) or (asked is not None and _is_inspector(scene, asked))):
        return scene.mentions_topic(verb.sent) or bool(scene.agreements_in(verb.sent))
    if lemma in ("review", "examine"):
        return subject is not None and any(t.lower_ == "whether" for t in after)
    if lemma in _HANDLING:
        near = [c for c in verb.children if c.dep_ in ("dobj", "nsubjpass")]
        if verb.dep_ in ("relcl", "acl"):  # "records the city released", however the parse hangs it
            near += [verb.head, verb.doc[max(0, verb.head.left_edge.i - 1)]]
        inspector = subject is not None and lemma in ("open", "launch", "begin") and _is_inspector(scene, subject)
        return inspector or any(scene.tags.has(c, "investigations.sure", "investigations.released") for c in near)
    if scene.tags.has(verb, "investigations.showing"):
        if subject is not None and _is_inspector(scene, subject) and lemma not in ("say", "show"):
            return True
        return (
            subject is not None
            and _tells(scene, verb, subject)
            and (bool(scene.agreements_in(verb.sent)) or scene.mentions_topic(verb.sent))
        )
    return lemma == "report" and subject is not None and _is_inspector(scene, subject)


def _is_states(scene: Scene, subject: Token | None) -> bool:
    """As in "the Oregon Department of Justice"."""
    if subject is None:
        return False
    words = scene.doc[max(subject.sent.start, subject.left_edge.i) : subject.right_edge.i + 1]
    named = scene.places_in(words.start_char, words.end_char)
    return any(m.place is not None and m.place.kind == "state" for m in named)


def _tells(scene: Scene, verb: Token, subject: Token) -> bool:
    """As in "an audit turned up", "e-mails show"; not "..., records show" behind what another tells."""
    if scene.tags.has(subject, "investigations.sure"):
        return True
    loose = verb.lemma_.lower() in ("say", "cite", "describe", "suggest", "count", "list")
    behind = verb.i + 2 >= verb.sent.end or verb.dep_ in ("parataxis", "acl") or verb.tag_ == "VBG"
    return scene.tags.has(subject, "investigations.reports") and not (loose or behind)


def _is_inspector(scene: Scene, subject: Token) -> bool:
    """An auditor, an inspector general, a grand jury, whatever government it belongs to but the federal one."""
    words = scene.doc[subject.left_edge.i : min(subject.i + 3, subject.right_edge.i + 1)]
    return scene.tags.inside(words, "investigations.inspectors") and not scene.tags.inside(words, "bodies.federal")


def _personnel(scene: Scene, sentence: Span) -> Claim | None:
    """An official comes or goes, in a sentence that names the issue."""
    before = scene.doc[sentence.start - 1].sent if sentence.start else sentence
    named = scene.agreements_in(sentence) or scene.agreements_in(before)
    if not (named or scene.mentions_topic(sentence) or scene.tags.inside(sentence, "cooperation.sanctuary")):
        return None
    for token in sentence:
        if not is_verb(token) or not (
            scene.tags.matches("personnel.verbs", token.i, token.i + 1) or scene.tags.has(token, "personnel.idioms")
        ):
            continue
        if scene.tags.inside(sentence, "courts.suit_nouns", "courts.judges"):
            continue
        person = subject_of(token) if _goes(token) and not is_passive(token) else _object(token)
        if person is None and scene.tags.has(token, "personnel.idioms"):
            person = subject_of(token)
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
    return verb.lemma_.lower() in _GOING


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
