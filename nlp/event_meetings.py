"""Public meetings on the matter: hearings, forums, public comment, officials meeting advocates."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Span, Token

from nlp.action_claims import Claim, Scene
from nlp.action_syntax import is_verb, subject_of
from nlp.modality import read

_SURE_VERBS = frozenset({"testify", "comment"})
_FILLING = frozenset({"pack", "fill", "jam", "crowd", "attend", "flood"})
_MEETING_VERBS = frozenset({"meet"})
_COURT = ("courts.judges", "courts.ruling_nouns")
_COMING = frozenset(["will", "scheduled", "planned", "upcoming", "next", "plans", "set", "expected", "agreed"])


def meeting_claims(scene: Scene) -> Iterator[Claim]:
    """One claim for each sentence of a topical document that tells a meeting."""
    if not scene.topical:
        return
    for sentence in scene.sentences:
        if scene.in_title(sentence[0]):
            continue
        told = _told(scene, sentence)
        if told is not None:
            yield _claim(scene, sentence, *told)


def _told(scene: Scene, sentence: Span) -> tuple[Token, float] | None:
    if scene.tags.inside(sentence, *_COURT) and "ommissioners Court" not in sentence.text:
        return None
    for start, _ in scene.tags.outermost("meetings.whole", sentence.start, sentence.end):
        return scene.doc[start], 0.7
    for token in sentence:
        weight = _verb_weight(scene, token) if is_verb(token) else _noun_weight(scene, token)
        if weight:
            return token, weight
    return None


def _verb_weight(scene: Scene, token: Token) -> float:
    lemma = token.lemma_.lower()
    subject = subject_of(token)
    if lemma in _SURE_VERBS and subject is not None and scene.tags.has(subject, "bodies.crowd"):
        return 0.7
    if lemma in _FILLING and scene.tags.any(["meetings.places"], token.i, token.i + 9):
        return 0.7
    if lemma == "attend" and subject is not None and scene.tags.has(subject, "bodies.crowd"):
        return 0.5 if not any(c.dep_ == "dobj" for c in token.children) else 0.0
    if lemma in _MEETING_VERBS and _officials_and_advocates(scene, token.sent):
        return 0.65
    after = [t.lower_ for t in token.doc[token.i + 1 : token.i + 4]]
    if (
        lemma == "speak"
        and token.tag_ != "VBG"
        and after
        and after[0] in ("against", "for", "in")
        and not scene.tags.any(["bodies.federal"], token.i, token.i + 4)
    ):
        return 0.5 if subject is not None and not scene.tags.has(subject, "bodies.federal") else 0.0
    if lemma == "review" and _body_will(scene, token):
        return 0.55
    if (
        lemma == "answer"
        and not scene.is_federal(subject)
        and not any(c.lower_ == "neither" for c in (subject.children if subject is not None else ()))
        and token.i + 1 < len(token.doc)
        and token.nbor(1).lower_ == "questions"
    ):
        return 0.5
    return 0.0


def _officials_and_advocates(scene: Scene, sentence: Span) -> bool:
    return scene.tags.inside(sentence, "bodies.local") and scene.tags.inside(
        sentence, "bodies.crowd", "protests.nouns", "meetings.advocates"
    )


def _body_will(scene: Scene, token: Token) -> bool:
    subject = subject_of(token)
    return (
        subject is not None
        and scene.tags.has(subject, "bodies.local")
        and any(c.lower_ == "will" for c in token.children)
    )


def _noun_weight(scene: Scene, token: Token) -> float:
    concepts = scene.tags.at(token.i)
    if "meetings.nouns" not in concepts or token.pos_ not in ("NOUN", "PROPN"):
        return 0.0
    if token.lower_ in ("meeting", "meetings", "debate", "workshop"):
        told = scene.tags.inside(token.sent, "bodies.crowd", "meetings.verbs", "meetings.cancel", "meetings.advocates")
        return 0.5 if (told and scene.mentions_topic(token.sent)) or _loud(token) else 0.0
    return 0.6


def _loud(token: Token) -> bool:
    return any(
        c.lower_
        in (
            "loud",
            "heated",
            "packed",
            "contentious",
            "tense",
            "raucous",
            "emotional",
            "private",
            "crowded",
            "hours-long",
            "special",
        )
        for c in token.children
    )


def _claim(scene: Scene, sentence: Span, trigger: Token, weight: float) -> Claim:
    cancels = [t for t in sentence if scene.tags.has(t, "meetings.cancel") and abs(t.i - trigger.i) <= 8]
    cancelled = any(not any(abs(m.head - t.i) <= 3 for m in scene.agreements_in(sentence)) for t in cancels)
    mood = read(trigger, scene.tags).mood if is_verb(trigger) else "plain"
    coming = mood == "future" or bool({t.lower_ for t in sentence if t.i < trigger.i + 3} & _COMING)
    return Claim(
        type="public_meeting",
        status="denied" if cancelled else "announced" if coming else "occurred",
        trigger=trigger,
        weight=weight,
        subject=subject_of(trigger) if is_verb(trigger) else None,
        part=None,
    )
