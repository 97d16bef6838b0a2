"""Positions that officials take on working with federal immigration enforcement."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Span, Token

from nlp.action_claims import Claim, Scene, is_federal_person
from nlp.action_syntax import auxiliaries, is_negated, is_verb, subject_of
from nlp.event_positions import is_dealing, position_of

_VOICES = frozenset({"spokeswoman", "spokesman", "spokesperson"})
_LETTING = frozenset({"let", "allow", "permit"})
_CHARGING = frozenset({"charge", "arrest", "prosecute", "sue", "jail", "ticket", "cite"})
_SPEAKING = ("statements.verbs", "statements.asking", "statements.denial")
_NEAR = 4  # tokens between a verb of saying and its speaker, where the parse does not tell
ADJACENT = 0.6  # weight of a position in a quotation whose speaker the sentence beside it names
SURE = 0.7


def statement_claims(scene: Scene) -> Iterator[Claim]:
    """Every position that an official or a spokesperson of a local or state body takes."""
    if not scene.topical:
        return
    for sentence in scene.sentences:
        if scene.in_title(sentence[0]):
            continue
        claim = _statement(scene, sentence) or _promised(scene, sentence) or _quoted(scene, sentence)
        if claim is not None:
            yield claim


def _statement(scene: Scene, sentence: Span) -> Claim | None:
    position = position_of(scene, sentence)
    told = position or stance_of(scene, sentence)
    for token in sentence:
        if not is_verb(token) or not scene.tags.has(token, *_SPEAKING) or is_negated(token) or _is_earlier(token):
            continue
        stance = _judged(scene, token) or told
        if stance is None:
            continue
        subject = speaker_of(scene, token)
        if subject is None:
            continue
        concerned = scene.mentions_topic(sentence) or scene.tags.inside(
            sentence, "cooperation.sanctuary", "cooperation.words"
        )
        if not (concerned or position or _judged(scene, token)):
            continue
        weight = 0.5 + 0.1 * scene.tags.has(token, "statements.strong_verbs") + 0.1 * concerned
        weight = max(weight, SURE) if position is not None else weight
        return Claim("official_statement", "occurred", token, weight, subject=subject, stance=stance, part="announced")
    return None


def _is_earlier(verb: Token) -> bool:
    """As in "she had supported the contract": told as context."""
    return verb.tag_ == "VBN" and any(a.lower_ == "had" for a in auxiliaries(verb))


def speaker_of(scene: Scene, verb: Token) -> Token | None:
    """Who of a local or state body speaks by `verb`: its subject, else an official named right beside it."""
    subject = subject_of(verb)
    if subject is not None:
        return subject if speaks_for_government(scene, subject) else None
    for i in (*range(verb.i - 1, verb.i - _NEAR, -1), *range(verb.i + 1, verb.i + _NEAR)):
        if verb.sent.start <= i < verb.sent.end and any(
            p.kind == "official" and not is_federal_person(p) for p in scene.people_at(scene.doc[i].idx)
        ):
            return scene.doc[i]
    return None


def _promised(scene: Scene, sentence: Span) -> Claim | None:
    """As in "a promise from Mayor Ann Lee that police will not let ICE in"."""
    for start, _ in scene.tags.outermost("statements.nouns", sentence.start, sentence.end):
        after = scene.doc[start + 1 : min(sentence.end, start + 4)]
        source = next((t for t in after if t.lower_ in ("from", "by", "of")), None)
        if source is None:
            continue
        speaker = next((c for c in source.children if c.dep_ == "pobj"), None)
        stance = position_of(scene, sentence)
        if speaker is not None and stance is not None and speaks_for_government(scene, speaker):
            return Claim(
                "official_statement",
                "occurred",
                scene.doc[start],
                0.6,
                subject=speaker,
                stance=stance,
                part="announced",
            )
    return None


def _quoted(scene: Scene, sentence: Span) -> Claim | None:
    """A position in a quotation whose speaker the sentence before or behind it names, in the same paragraph."""
    if not scene.is_quoted(sentence[min(1, len(sentence) - 1)]):
        return None
    stance = position_of(scene, sentence)
    if stance is None:
        return None
    for beside in _beside(scene, sentence):
        for token in beside:
            if not is_verb(token) or not scene.tags.has(token, "statements.verbs") or scene.is_quoted(token):
                continue
            speaker = speaker_of(scene, token)
            if speaker is not None:
                return Claim(
                    "official_statement",
                    "occurred",
                    sentence.root,
                    ADJACENT + 0.15,
                    subject=speaker,
                    stance=stance,
                    part="announced",
                )
    return None


def _beside(scene: Scene, sentence: Span) -> Iterator[Span]:
    """The sentences before and behind it that stand in the same paragraph."""
    near = scene.sentences_in(sentence.start_char - 400, sentence.end_char + 200)
    at = next((n for n, s in enumerate(near) if s.start == sentence.start), None)
    if at is None:
        return
    for n in (at - 1, at + 1):
        if 0 <= n < len(near):
            low, high = sorted((sentence.start_char, near[n].start_char))
            if "\n" not in scene.text[low:high]:
                yield near[n]


def _judged(scene: Scene, verb: Token) -> str | None:
    """The position that praise or blame takes: blaming ICE is against, blaming the end of a contract is for."""
    if scene.tags.has(verb, "statements.denial") and is_verb(verb):
        after = scene.doc[verb.i + 1 : min(verb.sent.end, verb.i + 18)]
        if scene.tags.inside(after, "cooperation.sanctuary"):
            return "for_cooperation"
        ours = any(scene.tags.has(t, "operations.local_bodies") for t in after)
        dealing = is_dealing(scene, after) or (ours and scene.mentions_topic(after))
        return "against_cooperation" if dealing else None
    if is_verb(verb) and (own := _asks_or_threatens(scene, verb)) is not None:
        return own
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
    if not (ending or federal) or scene.tags.inside(after, "statements.force"):
        return None
    return "against_cooperation" if blames != ending else "for_cooperation"


def _asks_or_threatens(scene: Scene, verb: Token) -> str | None:
    """As in "urged Congress to let deputies arrest", "vowed to charge ICE agents who break the law"."""
    after = scene.doc[verb.i + 1 : min(verb.sent.end, verb.i + 16)]
    for token in after:
        if not is_verb(token):
            continue
        near = scene.doc[token.i + 1 : min(verb.sent.end, token.i + 8)]
        if token.lemma_ in _LETTING and scene.tags.has(verb, "statements.asking"):
            ours = scene.tags.inside(near, "operations.local_bodies")
            if ours and scene.tags.inside(near, "statements.dealings", "operations.acts"):
                return "for_cooperation"
        if token.lemma_ in _CHARGING and scene.tags.has(verb, "statements.strong_verbs", "modality.future"):
            agents = scene.tags.inside(near[:4], "party.ICE", "party.CBP", "party.DHS") if len(near) else False
            if agents or any(t.lower_ == "agents" for t in near[:4]):
                return "against_cooperation"
    return None


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
    if _is_bodys_voice(scene, subject, words):
        return True
    voice = scene.doc[subject.i : min(subject.right_edge.i + 1, subject.i + 8)]
    if scene.tags.has(subject, "federal.voices") and scene.tags.inside(voice, "statements.speakers"):
        return True
    return any(p.kind == "official" and not is_federal_person(p) for p in scene.people_at(subject.idx))


def _is_bodys_voice(scene: Scene, subject: Token, words: Span) -> bool:
    """As in "The sheriff's office will not call ICE, spokeswoman Lisa Ray said": the voice of the body just named."""
    if not any(t.lower_ in _VOICES for t in words) or scene.is_federal(subject):
        return False
    first = next((t for t in subject.sent if t.dep_ in ("nsubj", "nsubjpass")), None)
    return first is not None and first.i < subject.i and scene.tags.has(first, "bodies.local")
