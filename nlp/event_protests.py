"""Protests: people who assemble over immigration enforcement or over local cooperation with it."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Span, Token

from nlp.action_claims import Claim, Scene
from nlp.action_syntax import is_passive, is_verb, subject_of
from nlp.crowds import read_crowd
from nlp.event_protest_acts import BESIDE, act_weight, doer_of, sign_weight
from nlp.modality import read

SUPPORT = 0.35  # weight of a passing mention, which only adds to a claim made elsewhere
_PEOPLE_NOUNS = frozenset({"protesters", "protestors", "demonstrators", "protester", "protestor", "demonstrator"})
_MONTH_FOLLOWERS = ("CD",)
_PLANNED = frozenset(
    [
        "plan",
        "planned",
        "planning",
        "plans",
        "scheduled",
        "schedule",
        "organize",
        "organizing",
        "expected",
        "upcoming",
        "set",
    ]
)
_FORM_ORDER = (
    "hunger_strike",
    "encampment",
    "sit_in",
    "occupation",
    "blockade",
    "walkout",
    "vigil",
    "march",
    "petition_delivery",
    "disruption",
    "rally",
)
_CALLED = frozenset({"called", "calling", "calls", "call"})


def protest_claims(scene: Scene) -> Iterator[Claim]:
    """One claim for each sentence that tells a protest on the subject."""
    for sentence in scene.sentences:
        told = _told(scene, sentence)
        if told is None or not _on_subject(scene, sentence):
            continue
        yield from _second_clause(scene, sentence, told[0])
        trigger, weight = told
        if _is_quoted(sentence) or scene.is_quoted(trigger):
            weight = SUPPORT
        yield _claim(scene, sentence, trigger, weight)


def _second_clause(scene: Scene, sentence: Span, first: Token) -> Iterator[Claim]:
    """As in "rallied in May, and students marched in June": a clause with its own people."""
    for token in sentence:
        if token.i == first.i or not is_verb(token) or not scene.tags.has(token, "protests.sure") or _is_month(token):
            continue
        joined = token.head.i == first.i or first.head.i == token.i
        own = next((c for c in token.children if c.dep_ == "nsubj"), None)
        if joined and own is not None and _weight(scene, token) > SUPPORT:
            end = sentence.end if token.i > first.i else max(token.i + 1, first.left_edge.i)
            yield _claim(scene, scene.doc[own.left_edge.i : end], token, 0.75)
            return


def _is_quoted(sentence: Span) -> bool:
    """What a speaker says of a protest adds to it but does not tell it."""
    return sentence.text.lstrip()[:1] in ("“", '"', "‘", "'")


def _told(scene: Scene, sentence: Span) -> tuple[Token, float] | None:
    """The word that tells a protest in the sentence and how surely, None where none does."""
    best: tuple[Token, float] | None = None
    for token in sentence:
        weight = _weight(scene, token) or (act_weight(scene, token) if is_verb(token) else sign_weight(scene, token))
        if weight and (best is None or weight > best[1]):
            best = (token, weight)
    return best


def _weight(scene: Scene, token: Token) -> float:
    concepts = scene.tags.at(token.i)
    if "protests.nouns" in concepts and token.pos_ in ("NOUN", "PROPN", "ADJ") and not _is_month(token):
        return _noun_weight(scene, token)
    if is_verb(token) and token.lemma_ == "arrest" and _arrested_outside(scene, token):
        return 0.5
    if not is_verb(token) or "protests.verbs" not in concepts or _is_month(token):
        return 0.0
    subject = doer_of(token)
    if subject is not None and token.lemma_ == "walk" and _walks_alone(scene, subject):
        return 0.0
    crowd = subject is not None and (
        scene.tags.has(subject, "bodies.crowd", "protests.nouns")
        or (subject.tag_ == "CD" and subject.ent_type_ != "DATE")
    )
    if (
        is_passive(token)
        or (subject is not None and subject.lower_ in ("he", "she", "it"))
        or _is_force(scene, subject)
    ):
        return 0.0
    if "protests.sure" in concepts:
        return 0.85 if crowd else 0.0 if _is_official(scene, subject) else 0.6
    if not crowd or scene.tags.has(subject, "bodies.federal") or _into_meeting(scene, token):
        return 0.0
    loud = bool(scene.acted) and token.lemma_.lower() in ("chant", "picket")
    if loud or scene.tags.has(subject, "protests.nouns") or _has_subject_words(scene, token):
        return 0.7
    return 0.6 if _headed(scene) else 0.0


def _walks_alone(scene: Scene, subject: Token) -> bool:
    """As in "the sheriff, who walked out", "before inmates walk out": no walkout."""
    return subject.ent_type_ == "PERSON" or scene.tags.has(subject, "objects.detainees") or subject.lemma_ == "inmate"


def _into_meeting(scene: Scene, verb: Token) -> bool:
    """As in "packed the council meeting"; not "gathered before the meeting"."""
    after = scene.doc[verb.i : verb.i + 7]
    return scene.tags.inside(after, "meetings.places") and not any(t.lower_ in BESIDE for t in after)


def _headed(scene: Scene) -> bool:
    """Whether the headline tells of a protest: who gathers or clashes in such a story is part of one."""
    title = [s for s in scene.sentences if s.start_char < scene.doc._.body]
    return any(scene.tags.inside(s, "protests.nouns", "protests.sure") for s in title)


def _arrested_outside(scene: Scene, verb: Token) -> bool:
    """As in "ten people were arrested outside the ICE jail": a crowd stood there."""
    subject = subject_of(verb)
    after = scene.doc[verb.i + 1 : min(verb.sent.end, verb.i + 9)]
    people = subject is not None and scene.tags.has(subject, "bodies.crowd", "protests.nouns")
    return (
        people
        and any(t.lower_ == "outside" for t in after)
        and scene.tags.inside(after, "party.ICE", "facilities.nouns")
    )


def _noun_weight(scene: Scene, token: Token) -> float:
    before = token.nbor(-1) if token.i > token.sent.start else None
    if any(c.lower_ == "no" for c in token.children) or (
        before is not None and before.lower_ == "of" and _is_figure(before)
    ):
        return 0.0
    if token.lower_ in _PEOPLE_NOUNS:
        head = token.head
        acts = is_verb(head) and not scene.tags.has(head, "modality.say")
        return 0.6 if acts or scene.in_title(token) else SUPPORT
    if token.dep_ == "compound" or (token.head.lower_ == "amid" and token.dep_ == "pobj"):
        return SUPPORT
    return 0.7


def _is_figure(preposition: Token) -> bool:
    """As in "a letter of protest", "forms of protest"."""
    return preposition.i > preposition.sent.start and preposition.nbor(-1).lower_ in (
        "letter",
        "letters",
        "form",
        "forms",
    )


def _is_force(scene: Scene, subject: Token | None) -> bool:
    """As in "dozens of agents descended on": police and agents are no protesters."""
    if subject is None:
        return False
    words = {t.lemma_.lower() for t in subject.subtree if t.i <= subject.i + 4}
    return bool(words & {"agent", "officer", "deputy", "trooper", "police", "soldier", "marine"})


def _is_month(token: Token) -> bool:
    """March the month, and "March 5"."""
    if token.text != "March" or token.i + 1 >= len(token.doc):
        return False
    before = token.nbor(-1).lower_ if token.i else ""
    return (
        token.nbor(1).like_num or token.ent_type_ == "DATE" or before in ("in", "of", "since", "last", "early", "late")
    )


def _is_official(scene: Scene, subject: Token | None) -> bool:
    return subject is not None and scene.tags.has(subject, "bodies.local", "bodies.federal")


def _has_subject_words(scene: Scene, token: Token) -> bool:
    return scene.tags.inside(token.sent, "protests.nouns", "party.ICE", "party.CBP", "relevance.strong")


def _on_subject(scene: Scene, sentence: Span) -> bool:
    """True where the sentence, its neighbours or its document say that it is about immigration enforcement."""
    if scene.tags.inside(sentence, "protests.other_themes") and not scene.mentions_topic(sentence):
        return False
    return scene.mentions_topic(sentence) or scene.topical


def _claim(scene: Scene, sentence: Span, trigger: Token, weight: float) -> Claim:
    crowd = read_crowd(sentence.text) or (None, None)
    reading = read(trigger, scene.tags) if is_verb(trigger) else None
    return Claim(
        type="protest",
        status=_status(sentence, trigger, reading.mood if reading else "plain"),
        trigger=trigger,
        weight=weight,
        subject=subject_of(trigger) if is_verb(trigger) else None,
        perfect=bool(reading and reading.perfect),
        stance=_stance(scene, sentence),
        form=form_of(scene, sentence),
        crowd_low=crowd[0],
        crowd_high=crowd[1],
        part="protested",
    )


def _status(sentence: Span, trigger: Token, mood: str) -> str:
    if mood in ("future", "proposed"):
        return "announced"
    words = {t.lower_ for t in sentence}
    before = {t.lower_ for t in sentence if t.i < trigger.i}
    if before & _PLANNED or (words & {"planned", "scheduled", "upcoming"}) or (before & _CALLED and "for" in before):
        return "announced"
    governor = trigger.head
    if any(c.lower_ in ("will", "'ll") for c in governor.children):
        return "announced"
    if any(c.lower_ in ("are", "is") and trigger.tag_ == "VBG" for c in trigger.children):
        return "ongoing"
    return "occurred"


def _stance(scene: Scene, sentence: Span) -> str:
    return "for_cooperation" if scene.tags.inside(sentence, "protests.supporting") else "against_cooperation"


def form_of(scene: Scene, sentence: Span) -> str | None:
    """The form that the sentence tells, the most particular first."""
    for name in _FORM_ORDER:
        found = scene.tags.matches(f"form.{name}", sentence.start, sentence.end)
        if any(not _is_month(scene.doc[s]) for s, _ in found):
            return name
    return None
