"""Who took which part in an event: officials and bodies named as its subject, its movers and its voters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from spacy.tokens import Span, Token

from data.records import Actor
from nlp.action_claims import Claim, Scene
from nlp.action_syntax import noun_phrase

LONGEST = 9  # words in the name of a body
_VOTE = re.compile(
    r"\b(?:voted (?:(?P<no>no|nay|against)|yes|aye|for|in favor)|(?P<dissent>dissented|dissenting|opposed))\b", re.I
)
_VOTING_WERE = re.compile(r"\bvoting (?:(?P<no>no|nay|against)|yes|aye|for|in favor) (?P<dissent>)(?:was|were)\b", re.I)
_CLAUSES = re.compile(r";|, while |, but ")


def actors_of(scene: Scene, claim: Claim) -> list[Actor]:
    """The actors that the claim's sentence names, each once."""
    found: dict[str, str] = {}
    part = claim.part or "decided"
    if claim.subject is not None:
        for name in _named(scene, claim.subject):
            found.setdefault(name, part)
    for person in scene.people_in(claim.sentence.start_char, claim.sentence.end_char):
        if person.kind == "official" and person.name not in found and claim.type not in ("protest", "federal_response"):
            found.setdefault(person.name, _side(scene, claim.sentence, person) or part)
    return [Actor(name, told) for name, told in found.items()]


def voters(scene: Scene) -> list[Actor]:
    """Officials told to have voted for or against, wherever the document says so."""
    found: dict[str, str] = {}
    for sentence in scene.sentences:
        if not (_VOTE.search(sentence.text) or _VOTING_WERE.search(sentence.text)):
            continue
        for person in scene.people_in(sentence.start_char, sentence.end_char):
            side = _side(scene, sentence, person) if person.kind == "official" else None
            if side:
                found.setdefault(person.name, side)
    return [Actor(name, part) for name, part in found.items()]


def _side(scene: Scene, sentence: Span, person: Any) -> str | None:
    """How the person voted, None where the sentence does not tell.

    The vote told next after the name in its clause counts ("Ortiz and Marsh voted yes; Dunn voted no"), or the one
    told before it where the names follow ("voting no were Dunn and Hale").
    """
    for low, high in _clauses(scene, sentence):
        at = next((start for start, _ in person.spans if low <= start < high), None)
        if at is None:
            continue
        after = _VOTE.search(scene.text, at, high)
        found = after or next(iter(_VOTING_WERE.finditer(scene.text, low, at)), None)
        if found:
            return "voted_against" if found["no"] or found["dissent"] else "voted_for"
    return None


def _clauses(scene: Scene, sentence: Span) -> Iterator[tuple[int, int]]:
    low = sentence.start_char
    for match in _CLAUSES.finditer(scene.text, low, sentence.end_char):
        yield low, match.start()
        low = match.end()
    yield low, sentence.end_char


def _named(scene: Scene, subject: Token) -> list[str]:
    """The persons of the subject's noun phrase, else the body it names."""
    phrase = noun_phrase(subject)
    people = [p for p in scene.people_in(phrase.start_char, phrase.end_char) if p.kind != "private"]
    if people:
        return [p.name for p in people]
    anaphor = [p for p in scene.people_at(subject.idx) if p.kind != "private"]
    if anaphor:
        return [p.name for p in anaphor[:1]]
    return _body(scene, subject)


def _body(scene: Scene, subject: Token) -> list[str]:
    """The body named by a subject, without its article; nothing for pronouns and private persons."""
    high = subject.i + 1
    if subject.i + 2 < len(scene.doc) and subject.nbor(1).lower_ == "of" and subject.nbor(2).text[:1].isupper():
        high = subject.nbor(2).i + 1
    low = subject.i
    while (
        low > subject.sent.start
        and (scene.doc[low - 1].text[:1].isupper() or scene.doc[low - 1].lower_ in ("'s", "’s"))
        and high - low < LONGEST
    ):
        low -= 1
    words = scene.doc[low:high]
    if words[0].lower_ in ("the", "a", "an") and len(words) > 1:
        words = words[1:]
    public = scene.tags.inside(words, "bodies.local", "bodies.federal", "courts.judges") or words[-1].ent_type_ == "ORG"
    private = any(t.ent_type_ == "PERSON" for t in words)
    return [words.text] if public and not private and words[-1].pos_ != "PRON" else []
