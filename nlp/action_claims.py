"""A claim: one sentence's telling of one event, before place, date and people are settled; and what rules may look at.

Rules (`nlp/event_*.py`) are functions `Scene -> Iterator[Claim]`. They never look at each other.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from spacy.tokens import Doc, Span, Token

from data.records import Place
from nlp.action_lexicon import Tags
from nlp.agreements import AgreementMention, document_type
from nlp.ontology import Ontology
from nlp.place_mentions import Mention

# Words that make a sentence one about federal immigration enforcement.
TOPIC = (
    "party.ICE",
    "party.CBP",
    "party.DHS",
    "type.287g",
    "type.detainer",
    "cooperation.sanctuary",
    "protests.subject",
    "relevance.strong",
)
_QUOTED = re.compile(r'[“][^”\n]{0,1500}[”]|(?<![\w"])"[^"\n]{1,1500}"')
_FEDERAL = (
    " ice ",
    "immigration and customs",
    "homeland security",
    "border patrol",
    "customs and border",
    "justice department",
    "department of justice",
    "white house",
    " ero ",
    " hsi ",
    " dhs ",
    " cbp ",
    " doj ",
    " fbi ",
    "removal operations",
    "homeland security investigations",
    " us ",
    "u.s. ",
    "united states",
    "congress",
    "federal",
    "border czar",
    "trump",
)
_HEADS_OF_STATE = frozenset({"president", "vice president", "former president", "former vice president"})
LONGEST_NAME = 150  # characters
HALF_TOPIC = ("cooperation.sanctuary", "objects.detainees", "type.detainer")


@dataclass(slots=True)
class Claim:
    """One event as one sentence tells it. `trigger` is the token that tells it, `weight` (0 to 1) how surely.

    `subject` is who does it, `operators` the words that govern it, `part` what its actors did. `perfect` and `ahead`
    say that it is told as earlier or as coming; `implied` that its object was named in an earlier sentence; `typed`
    that the sentence names a policy and not only a plan or a motion.
    """

    type: str
    status: str
    trigger: Token
    weight: float
    agreement: AgreementMention | None = None
    subject: Token | None = None
    operators: list[Token] = field(default_factory=list)
    perfect: bool = False
    direction: str | None = None
    stance: str | None = None
    form: str | None = None
    votes_for: int | None = None
    votes_against: int | None = None
    crowd_low: int | None = None
    crowd_high: int | None = None
    places: list[Place] = field(default_factory=list)
    part: str | None = None
    ahead: bool = False
    implied: bool = False
    typed: bool = True

    @property
    def sentence(self) -> Span:
        """The sentence that tells it."""
        return self.trigger.sent


def is_federal_person(person: Any) -> bool:
    """True for people of federal bodies: agencies, the White House, Congress, federal prosecutors."""
    told = f" {person.body or ''} {person.role or ''} {person.organization or ''} ".lower()
    return any(word in told for word in _FEDERAL) or (person.role in _HEADS_OF_STATE and not person.body)


class Scene:
    """One document as the rules see it."""

    def __init__(self, doc: Doc, tags: Tags, ontology: Ontology) -> None:
        self.doc = doc
        self.tags = tags
        self.ontology = ontology
        self.agreements: list[AgreementMention] = list(doc._.agreements)
        self.acted: dict[int, list[Claim]] = {}  # acts on agreements, by the start of their sentence
        self.ruled: set[int] = set()  # starts of the sentences that tell an act on a policy
        self.roundup: bool | None = None  # whether the story goes from town to town, once somebody has asked

    @cached_property
    def sentences(self) -> list[Span]:
        """Sentences that hold a word."""
        return [s for s in self.doc.sents if any(t.is_alpha for t in s)]

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [s.start_char for s in self.sentences]

    def sentences_in(self, low: int, high: int) -> list[Span]:
        """Sentences that begin at character offsets [low, high)."""
        return self.sentences[bisect_left(self._sentence_starts, low) : bisect_left(self._sentence_starts, high)]

    @cached_property
    def document_type(self) -> str | None:
        """The agreement type that most of the document's terms name."""
        return document_type(self.doc, self.tags)

    @cached_property
    def topical(self) -> bool:
        """True where the document is about federal immigration enforcement, not only brushed by it."""
        return self._strength() >= 1

    def _strength(self) -> float:
        """Words of the subject, agreements and detainees counting half."""
        whole = ("party.ICE", "party.CBP", "party.DHS", "type.287g", "relevance.strong", *HALF_TOPIC[::2])
        named = {start for c in whole for start, _ in self.tags.outermost(c)}
        half = {start for c in HALF_TOPIC for start, _ in self.tags.outermost(c)} - named
        linked = sum(m.linked for m in self.agreements)
        headed = any(self.doc[i].idx < self.doc._.body for i in named | half)
        return len(named) + 0.5 * linked + 0.5 * len(half) + headed

    def mentions_topic(self, span: Span) -> bool:
        """True where `span` itself speaks of federal immigration enforcement."""
        return self.tags.any(TOPIC[:5] + TOPIC[7:], span.start, span.end)

    @cached_property
    def text(self) -> str:
        """The document's text, built once: spaCy joins its tokens anew at every call."""
        return self.doc.text

    @cached_property
    def _place_starts(self) -> list[int]:
        return [m.start for m in self.doc._.places]

    def places_in(self, low: int, high: int) -> list[Mention]:
        """Place mentions that begin at character offsets [low, high)."""
        return list(self.doc._.places[bisect_left(self._place_starts, low) : bisect_left(self._place_starts, high)])

    @cached_property
    def _date_starts(self) -> list[int]:
        return [m.start for m in self.doc._.dates]

    def dates_in(self, low: int, high: int) -> list[Any]:
        """Mentions of dates that begin at character offsets [low, high)."""
        return list(self.doc._.dates[bisect_left(self._date_starts, low) : bisect_left(self._date_starts, high)])

    @cached_property
    def _person_spans(self) -> list[tuple[int, int, int]]:
        return sorted((s, e, n) for n, person in enumerate(self.doc._.people) for s, e in person.spans)

    def people_in(self, low: int, high: int) -> list[Any]:
        """Persons mentioned at character offsets [low, high), each once, in the document's order of persons."""
        spans = self._person_spans
        found = {n for _, _, n in spans[bisect_left(spans, (low,)) : bisect_left(spans, (high,))]}
        return [self.doc._.people[n] for n in sorted(found)]

    def officials_in(self, low: int, high: int) -> list[tuple[int, Any]]:
        """Where in [low, high) each holder of public office is first mentioned, and who it is."""
        spans = self._person_spans
        first: dict[int, int] = {}
        for start, _, n in spans[bisect_left(spans, (low,)) : bisect_left(spans, (high,))]:
            if self.doc._.people[n].kind == "official":
                first.setdefault(n, start)
        return [(start, self.doc._.people[n]) for n, start in first.items()]

    def people_at(self, offset: int) -> list[Any]:
        """Persons whose mention covers a character offset."""
        spans = self._person_spans
        near = spans[bisect_left(spans, (offset - LONGEST_NAME,)) : bisect_left(spans, (offset + 1,))]
        return [self.doc._.people[n] for n in sorted({n for _, e, n in near if offset < e})]

    @cached_property
    def quoted(self) -> list[tuple[int, int]]:
        """Character ranges between quotation marks, as far as they pair within a paragraph."""
        return [m.span() for m in _QUOTED.finditer(self.text)]

    def is_quoted(self, token: Token) -> bool:
        """True for words that the document puts into a speaker's mouth."""
        at = bisect_right(self.quoted, (token.idx, len(self.text)))
        return at > 0 and self.quoted[at - 1][0] <= token.idx < self.quoted[at - 1][1]

    def is_federal(self, subject: Token | None) -> bool:
        """True for the federal government, its agencies and its people; False for local bodies that speak of them."""
        if subject is None:
            return False
        words = self.doc[max(subject.sent.start, subject.left_edge.i) : subject.i + 1]
        if self.tags.inside(words, "bodies.federal", "party.ICE", "party.CBP", "party.DHS"):
            return not self.tags.has(subject, "bodies.local") or self.tags.has(subject, "bodies.federal")
        return any(is_federal_person(p) for p in self.people_at(subject.idx))

    def in_title(self, token: Token) -> bool:
        """True for tokens of the headline."""
        return token.idx < self.doc._.body

    def agreements_in(self, span: Span) -> list[AgreementMention]:
        """Mentions whose noun lies in `span`."""
        return [m for m in self.agreements if span.start <= m.head < span.end]
