"""Who took which part in an event: officials and bodies named as its subject, its movers and its voters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spacy.tokens import Doc, Span, Token

from data.records import Actor
from nlp.action_claims import Claim, Scene
from nlp.action_syntax import noun_phrase

LONGEST = 9  # words in the name of a body
_VOTED_NO = re.compile(
    r"\b(voted (?:no|nay|against)|voting (?:no|against)|dissent\w*|opposed|opposing|cast the (?:lone|only) (?:no|dissenting))\b",
    re.I,
)
_VOTED_YES = re.compile(
    r"\b(voted (?:yes|aye|for|in favor)|voting (?:yes|for|in favor)|joined (?:her|him|them)|backed|in favor)\b", re.I
)
_CLAUSES = re.compile(r";|, while |, but | and (?=[A-Z][\w.-]+ [A-Z][\w.-]+ voted)|\. ")


def actors_of(scene: Scene, claim: Claim) -> list[Actor]:
    """The actors that the claim's sentence names, each once."""
    found: dict[str, str] = {}
    part = claim.part or "decided"
    if claim.subject is not None:
        for name in _named(scene, claim.subject):
            found.setdefault(name, part)
    for person in _people_within(scene.doc, claim.sentence):
        if person.kind == "official" and person.name not in found and claim.type not in ("protest", "federal_response"):
            found.setdefault(person.name, _side(claim.sentence, person) or part)
    return [Actor(name, told) for name, told in found.items()]


def voters(scene: Scene) -> list[Actor]:
    """Officials told to have voted for or against, wherever the document says so."""
    found: dict[str, str] = {}
    for sentence in scene.sentences:
        if not (_VOTED_NO.search(sentence.text) or _VOTED_YES.search(sentence.text)):
            continue
        for person in _people_within(scene.doc, sentence):
            side = _side(sentence, person) if person.kind == "official" else None
            if side:
                found.setdefault(person.name, side)
    return [Actor(name, part) for name, part in found.items()]


def _side(sentence: Span, person: object) -> str | None:
    """How the person voted by the clause that names them, None where it does not tell."""
    for low, high in _clauses(sentence):
        if not any(low <= start < high for start, _ in person.spans):
            continue
        clause = sentence.doc.text[low:high]
        if _VOTED_NO.search(clause):
            return "voted_against"
        if re.search(r"\bvoted (?:yes|aye|for|in favor)\b", clause, re.I):
            return "voted_for"
    return None


def _clauses(sentence: Span) -> Iterator[tuple[int, int]]:
    text, low = sentence.text, 0
    for match in _CLAUSES.finditer(text):
        yield sentence.start_char + low, sentence.start_char + match.start()
        low = match.end()
    yield sentence.start_char + low, sentence.end_char


def _people_within(doc: Doc, span: Span) -> list[object]:
    return [p for p in doc._.people if any(span.start_char <= s < span.end_char for s, _ in p.spans)]


def _named(scene: Scene, subject: Token) -> list[str]:
    """The persons of the subject's noun phrase, else the body it names."""
    phrase = noun_phrase(subject)
    people = [p for p in _people_within(scene.doc, phrase) if p.kind != "private"]
    if people:
        return [p.name for p in people]
    anaphor = [p for p in scene.doc._.people if any(s <= subject.idx < e for s, e in p.spans) and p.kind != "private"]
    if anaphor:
        return [p.name for p in anaphor[:1]]
    return _body(scene, subject)


def _body(scene: Scene, subject: Token) -> list[str]:
    """ "The Sacramento County Board of Supervisors" without its article; nothing for pronouns and private persons."""
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
