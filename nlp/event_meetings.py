"""Public meetings on the matter: hearings, forums, public comment, officials meeting advocates."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Span, Token

from nlp.action_claims import Claim, Scene
from nlp.action_syntax import is_verb, subject_of
from nlp.modality import read

_SURE_VERBS = frozenset({"testify", "comment"})
_HEARD = frozenset({"question", "questions", "testimony", "comments", "comment", "speakers", "public", "residents"})
_HEARING = frozenset({"take", "field", "hear", "listen", "sit"})
_FILLING = frozenset({"overflow", "cram", "squeeze", "mob", "pack", "fill", "jam", "crowd", "attend", "flood"})
_GATHERING = frozenset(
    {"line", "cram", "squeeze", "turn", "show", "sign", "queue", "spill", "pour", "wait", "speak", "gather", "stream"}
)
_PAST = frozenset({"through", "outside", "near", "from", "behind"})
_BESIDE = frozenset({"before", "outside", "after", "ahead"})
_GRILLING = frozenset({"question", "grill", "quiz", "press", "pepper"})
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
    if scene.tags.inside(sentence, "meetings.elsewhere"):
        return None
    for start, _ in scene.tags.outermost("meetings.whole", sentence.start, sentence.end):
        before = scene.doc[start - 1].lower_ if start > sentence.start else ""
        if before not in _PAST:  # the building, or what went on beside it
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
    if scene.tags.has(token, "meetings.speaking") and _has_say(scene, token):
        return 0.65
    if lemma in _HEARING and _is_heard(scene, token, subject):
        return 0.7 if scene.mentions_topic(token.sent) else 0.6
    if lemma in _GATHERING and _gathers(scene, token):
        return 0.7
    if lemma in _GRILLING and subject is not None and scene.tags.has(subject, "meetings.bodies"):
        asked = scene.doc[token.i + 1 : min(token.sent.end, token.i + 7)]
        return 0.65 if scene.tags.inside(asked, "bodies.local", "statements.speakers") else 0.0
    if lemma == "sit" and any(t.lower_ == "with" for t in scene.doc[token.i + 1 : token.i + 3]):
        return 0.65 if _officials_and_advocates(scene, token.sent) else 0.0
    if lemma in _MEETING_VERBS and not _meets_thing(scene, token) and _officials_and_advocates(scene, token.sent):
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


def _has_say(scene: Scene, verb: Token) -> bool:
    """As in "the public got its first chance to weigh in on the ICE contract"."""
    before = scene.doc[verb.sent.start : verb.i]
    public = len(before) and scene.tags.inside(before, "bodies.crowd", "meetings.public")
    return bool(public) and scene.mentions_topic(verb.sent) and scene.tags.inside(verb.sent, "bodies.local")


def _meets_thing(scene: Scene, verb: Token) -> bool:
    """As in "to meet arrest quotas"."""
    thing = next((c for c in verb.children if c.dep_ == "dobj"), None)
    people = ("bodies.crowd", "bodies.local", "meetings.advocates", "statements.speakers")
    return thing is not None and thing.ent_type_ != "PERSON" and not scene.tags.has(thing, *people)


def _is_heard(scene: Scene, verb: Token, subject: Token | None) -> bool:
    """As in "supervisors listened to four hours of testimony", "will hear from the public"."""
    if subject is None or scene.is_federal(subject):
        return False
    local = scene.tags.has(subject, "bodies.local", "statements.speakers") or any(
        p.kind == "official" for p in scene.people_at(subject.idx)
    )
    after = scene.doc[verb.i + 1 : min(verb.sent.end, verb.i + 9)]
    if verb.lemma_ == "hear" and verb.i + 1 < verb.sent.end and verb.nbor(1).lower_ == "from":
        return local and scene.tags.inside(after, "bodies.crowd", "meetings.advocates", "meetings.public")
    return local and any(t.lower_ in _HEARD for t in after)


def _gathers(scene: Scene, verb: Token) -> bool:
    """As in "speakers lined up at the hearing", "residents crammed into the board room"."""
    subject = subject_of(verb)
    if subject is None or not scene.tags.has(subject, "bodies.crowd", "protests.nouns"):
        return False
    after = scene.doc[verb.i + 1 : min(verb.sent.end, verb.i + 10)]
    if any(t.lower_ in _BESIDE for t in after):
        return False
    return scene.tags.inside(after, "meetings.nouns", "meetings.public_rooms")


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
    return 0.7 if _on_the_matter(scene, token) else 0.6


def _on_the_matter(scene: Scene, noun: Token) -> bool:
    """As in "the TRUTH Act forum", "a hearing on the sheriff's cooperation with ICE": a local meeting about it."""
    phrase = scene.doc[max(noun.sent.start, noun.i - 5) : min(noun.sent.end, noun.i + 14)]
    about = scene.tags.inside(phrase, "cooperation.sanctuary", "cooperation.words", "party.ICE", "relevance.strong")
    local = scene.tags.inside(noun.sent, "bodies.local", "statements.speakers", "cooperation.sanctuary")
    return about and local and noun.dep_ != "compound"


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
