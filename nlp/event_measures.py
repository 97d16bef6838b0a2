"""Measures told without the verbs of passing: vetoed, under debate ("a bill would ban it"), in force since a date."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Span, Token

from nlp.action_claims import Claim, Scene
from nlp.action_direction import sign_name, sign_of
from nlp.action_objects import is_verbal
from nlp.action_syntax import is_verb, subject_of
from nlp.event_agreements import agent
from nlp.modality import read

_FLAT = {"plain": "occurred", "decided": "occurred", "future": "announced"}


def policy_heads(scene: Scene, sentence: Span) -> list[int]:
    """Token indices of the policies that the sentence names."""
    spans = scene.tags.outermost("objects.policy", sentence.start, sentence.end)
    spans += scene.tags.outermost("vehicle.words", sentence.start, sentence.end)
    heads = sorted({e - 1 for s, e in spans if not (e - s == 1 and is_verb(scene.doc[s]))})
    return [h for h in heads if not _court_or_trump(scene, h)]


def _court_or_trump(scene: Scene, head: int) -> bool:
    """As in "court order", "Trump's executive order", "immigration law": no local policy."""
    low = max(scene.doc[head].sent.start, head - 4)
    left = scene.doc[low:head]
    return any(
        t.lower_ in ("court", "trump", "trump's", "judge", "restraining", "federal", "biden", "removal", "deportation")
        for t in left
    )


def vetoed(scene: Scene, sentence: Span) -> Iterator[Claim]:
    """As in "said that he will veto it", of the measure told before."""
    if not (scene.acted or scene.topical):
        return
    for token in sentence:
        if is_verbal(scene, token) and token.lemma_.lower() == "veto" and not scene.in_title(token):
            reading = read(token, scene.tags)
            status = _FLAT.get(reading.mood)
            if status is None or reading.negated:
                continue
            direction = "limits_cooperation" if scene.acted else None
            yield Claim(
                "policy_rejected",
                status,
                token,
                0.65,
                subject=agent(token, reading),
                direction=direction,
                perfect=reading.perfect,
                part="decided",
            )
            return


def would(scene: Scene, sentence: Span) -> Iterator[Claim]:
    """As in "A bill in the House would forbid it", "the ordinance would bar police from asking"."""
    if sentence.start in scene.acted:
        return
    heads = policy_heads(scene, sentence)
    yield from _under_bill(scene, sentence, heads)
    for token in sentence:
        if not is_verb(token) or not any(c.lower_ in ("would", "could") for c in token.children):
            continue
        subject = subject_of(token)
        if (
            subject is None
            or subject.i not in heads
            or not (
                scene.tags.has(token, "cooperation.limiting", "cooperation.granting", "act.end.verb")
                or token.lemma_ in ("make", "force", "oblige", "keep", "direct", "fine", "cost", "give")
            )
        ):
            continue
        direction = sign_name(sign_of(scene, token.i, sentence.end)) or _of_agreement(scene, token)
        if direction is not None:
            yield Claim("policy_proposed", "proposed", token, 0.6, subject=None, direction=direction, part="sponsored")
            return


def new_law(scene: Scene, sentence: Span) -> Iterator[Claim]:
    """As in "A new state law prohibits police departments from signing agreements with ICE"."""
    for head in policy_heads(scene, sentence):
        noun, verb = scene.doc[head], scene.doc[head].head
        if noun.dep_ != "nsubj" or verb.tag_ not in ("VBZ", "VBD", "VB") or verb.i < head:
            continue
        new = any(t.lower_ == "new" for t in scene.doc[max(sentence.start, head - 4) : head])
        helped = {c.lower_ for c in verb.children if c.dep_ in ("aux", "neg")}
        rules = scene.tags.has(verb, "modality.forbid", "cooperation.limiting", "cooperation.granting")
        if not (new and rules) or helped - {"will", "now"} or not scene.tags.has(noun, "objects.policy"):
            continue
        direction = sign_name(sign_of(scene, verb.i, sentence.end))
        if direction is not None:
            yield Claim("policy_adopted", "occurred", noun, 0.55, direction=direction, part="decided")
            return


def _under_bill(scene: Scene, sentence: Span, heads: list[int]) -> Iterator[Claim]:
    """As in "Cities that ignore detainers would lose state money under a bill before the Senate"."""
    for head in heads:
        noun = scene.doc[head]
        above = noun.head
        if above.lower_ != "under" or noun.lower_ not in ("bill", "proposal", "measure", "ordinance", "legislation"):
            continue
        verb = above.head
        if is_verb(verb) and any(c.lower_ in ("would", "could") for c in verb.children):
            sign = sign_of(scene, verb.i, sentence.end) or sign_of(scene, sentence.start, sentence.end)
            direction = sign_name(sign)
            if direction is not None:
                yield Claim("policy_proposed", "proposed", noun, 0.6, direction=direction, part="sponsored")
                return


def past_order(scene: Scene, sentence: Span) -> Iterator[Claim]:
    """As in "a rule of last May that barred new inmates": a measure in force, told with its date."""
    for head in policy_heads(scene, sentence):
        if _dated_name(scene, head) and _bears(scene, sentence):
            sign = sign_of(scene, sentence.start, sentence.end)
            yield Claim(
                "policy_adopted",
                "background",
                scene.doc[head],
                0.5,
                direction=sign_name(sign or -1),
                perfect=True,
                part="decided",
            )
            return
        for verb in (c for c in scene.doc[head].children if c.dep_ == "relcl" and c.tag_ == "VBD"):
            if not scene.tags.has(verb, "cooperation.limiting", "cooperation.granting"):
                continue
            near = any(scene.doc[head].left_edge.idx - 8 <= m.start <= verb.idx + 60 for m in scene.doc._.dates)
            sign = sign_of(scene, verb.i, sentence.end) or (
                -1 if scene.tags.any(["objects.jailed"], verb.i, sentence.end) else 0
            )
            if near and sign:
                yield Claim(
                    "policy_adopted",
                    "occurred",
                    scene.doc[head],
                    0.55,
                    direction=sign_name(sign),
                    perfect=True,
                    part="decided",
                )
                return


def _dated_name(scene: Scene, head: int) -> bool:
    """True for "a 2018 attorney general directive"."""
    left = scene.doc[max(scene.doc[head].sent.start, head - 6) : head]
    return any(t.text.isdigit() and len(t.text) == 4 and t.text[:2] in ("19", "20") for t in left)


def _bears(scene: Scene, sentence: Span) -> bool:
    """True where the sentence says what a measure forbids or demands about cooperation."""
    rules = scene.tags.inside(sentence, "modality.forbid", "cooperation.granting") or scene.tags.inside(
        sentence, "cooperation.limiting"
    )
    return rules and scene.tags.inside(sentence, "cooperation.words")


def _of_agreement(scene: Scene, verb: Token) -> str | None:
    """As in "would ban it", where an agreement was told before."""
    after = {t.lower_ for t in verb.doc[verb.i + 1 : verb.i + 3]}
    told = bool(scene.agreements) and bool(after & {"it", "them", "such", "these"})
    return "limits_cooperation" if told and scene.tags.has(verb, "cooperation.limiting", "act.end.verb") else None
