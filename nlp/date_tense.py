"""Which way a clause looks, past or ahead, and the verbs over a word: what the parse tells about dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from spacy.tokens import Doc, Token

from nlp.date_rules import words

CLIMB = 12  # heads climbed from a date to the verb that tells its tense, and from a deed to the verb of saying

_FUTURE_NEARBY = re.compile(r"(?i)\b(?:will|shall|scheduled|planned|plans to|set to|set for|va a|van a)\b[^.!?\n]*$")


class Tense:
    """The tenses of one document; offsets are the document's. Joins the text once, for that takes time."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.text = doc.text
        self.parsed = doc.has_annotation("DEP")

    def role(self, start: int, end: int) -> str:
        """What the words before a date make of it: "since", "deadline" or "at".

        A date's own first words ("since 2010") count as such.
        """
        own = re.split(r"\d|[A-Z]", self.text[start:end].lstrip(), maxsplit=1)[0]
        before = self.text[max(0, start - 40) : start] + own
        since, deadline = _edges()
        if since.search(before):
            return "since"
        return "deadline" if deadline.search(before) else "at"

    def ahead(self, start: int, end: int) -> bool:
        """True where the clause around a date looks ahead."""
        span = self.doc.char_span(start, end, alignment_mode="expand") if self.parsed else None
        if self.role(start, end) == "deadline":
            return span is None or not _told_past(span.root)
        if span is None:
            return bool(_FUTURE_NEARBY.search(self.text[max(0, start - 80) : start]))
        return _looks_ahead(span.root)


@lru_cache(maxsize=1)
def _edges() -> tuple[re.Pattern[str], re.Pattern[str]]:
    lead = r"(?:\b(?:the|early|late|mid|about|around|at least|end|beginning|start|of|on|in|as)[ -])*$"
    since, deadline = (
        rf"(?i)\b(?:{'|'.join(map(re.escape, words()['clauses'][key]))}) {lead}" for key in ("since", "deadline")
    )
    return re.compile(since), re.compile(deadline)


def _told_past(token: Token) -> bool:
    """A stretch that ended: "was held until June" looks back, "must leave by June" ahead."""
    verb = governing_verb(token)
    if verb is None or verb.tag_ not in ("VBD", "VBN"):
        return False
    return _any_child(verb, {"had"}) or (verb.tag_ == "VBD" and verb.lemma_ in words()["clauses"]["lasting_verbs"])


def _looks_ahead(token: Token) -> bool:
    for _ in range(CLIMB):
        if _is_planned(token):
            return True
        if token.lower_ in ("after", "following", "since"):
            return False  # "will end it after Tuesday's vote" tells a vote that was
        if token.pos_ in ("VERB", "AUX"):
            return _verb_ahead(token)
        if token.head is token:
            return False
        token = token.head
    return False


def _is_planned(token: Token) -> bool:
    """ "a vigil planned for Friday", "Friday's deadline", "an upcoming hearing"."""
    clauses = words()["clauses"]
    if token.lower_ in clauses["future_nouns"]:
        return True
    return token.tag_ == "VBN" and token.lemma_ in clauses["future_verbs"] and token.dep_ in ("acl", "amod")


def _verb_ahead(verb: Token) -> bool:
    """Future, a plan's infinitive, a passive plan, the calendar's present ("the council meets Monday")."""
    clauses = words()["clauses"]
    helpers = {child.lower_ for child in verb.children if child.dep_ in ("aux", "auxpass")}
    if helpers & {"will", "'ll", "’ll", "shall", "wo", "must"} and "have" not in helpers:
        return True
    if verb.dep_ == "ccomp" and helpers & {"would", "could", "might"} and "have" not in helpers:
        return True  # "said she would meet them"; but "would not say Thursday" is of that Thursday
    if verb.lemma_ in clauses["planning_verbs"] and verb.tag_ in ("VBN", "VBD"):
        return True
    if "to" in helpers or (verb.tag_ == "VB" and verb.dep_ in ("xcomp", "ROOT", "acl", "advcl") and not helpers):
        return _infinitive_ahead(verb)
    if verb.tag_ == "VBG":
        return bool(helpers & {"is", "are", "'s", "’s", "'re", "’re"}) and "been" not in helpers
    return verb.tag_ in ("VBZ", "VBP") and verb.lemma_ in clauses["calendar_verbs"]


def _infinitive_ahead(verb: Token) -> bool:
    """ "agreed to meet them Friday" lies ahead; "voted Tuesday to end it", "had to leave" do not say so of the vote."""
    head = verb.head
    if verb.dep_ == "ROOT" or head is verb:
        return True  # the headline's future: "Sheriff to cut ties Friday"
    if head.lemma_ in words()["clauses"]["future_verbs"] or verb.dep_ in ("acl", "relcl"):
        return True
    return head.pos_ in ("VERB", "AUX") and (head.lemma_ == "be" or _verb_ahead(head))


def _any_child(token: Token, lowered: set[str]) -> bool:
    return any(child.lower_ in lowered for child in token.children)


def governing_verb(token: Token) -> Token | None:
    return next(verbs_above(token), None)


def verbs_above(token: Token) -> Iterator[Token]:
    """The token itself if a verb, then the verbs over it, nearest first; helpers stand for their main verb."""
    for _ in range(2 * CLIMB):
        if token.pos_ in ("VERB", "AUX") and token.dep_ not in ("aux", "auxpass"):
            yield token
        if token.head is token:
            return
        token = token.head
