"""A claim: one sentence's telling of one event, before place, date and people are settled; and what rules may look at.

Rules (`nlp/event_*.py`) are functions `Scene -> Iterator[Claim]`. They never look at each other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from spacy.tokens import Doc, Span, Token

from data.records import Place
from nlp.action_lexicon import Tags
from nlp.agreements import AgreementMention, document_type
from nlp.ontology import Ontology

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
BRIEF = 80  # tokens up to which one word of the subject is enough
HALF_TOPIC = ("cooperation.sanctuary", "objects.detainees", "type.detainer")


@dataclass(slots=True)
class Claim:
    """One event as one sentence tells it. `trigger` is the token that tells it, `weight` (0 to 1) how surely."""

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
    past: bool = False
    ahead: bool = False
    implied: bool = False
    typed: bool = True

    @property
    def sentence(self) -> Span:
        """The sentence that tells it."""
        return self.trigger.sent


class Scene:
    """One document as the rules see it."""

    def __init__(self, doc: Doc, tags: Tags, ontology: Ontology) -> None:
        self.doc = doc
        self.tags = tags
        self.ontology = ontology
        self.agreements: list[AgreementMention] = list(doc._.agreements)
        self.acted: dict[int, list[Claim]] = {}  # acts on agreements, by the start of their sentence
        self.ruled: set[int] = set()  # starts of the sentences that tell an act on a policy

    @cached_property
    def sentences(self) -> list[Span]:
        """Sentences that hold a word."""
        return [s for s in self.doc.sents if any(t.is_alpha for t in s)]

    @cached_property
    def document_type(self) -> str | None:
        """The agreement type that most of the document's terms name."""
        return document_type(self.doc, self.tags)

    @cached_property
    def topical(self) -> bool:
        """True where the document is about federal immigration enforcement, not only brushed by it."""
        return self._strength() >= (1 if len(self.doc) < BRIEF else 2)

    def _strength(self) -> float:
        """Words of the subject, agreements and detainees counting half."""
        whole = ("party.ICE", "party.CBP", "party.DHS", "type.287g", "relevance.strong")
        named = {start for c in whole for start, _ in self.tags.outermost(c)}
        half = {start for c in HALF_TOPIC for start, _ in self.tags.outermost(c)} - named
        linked = sum(m.linked for m in self.agreements)
        headed = any(self.doc[i].idx < self.doc._.body for i in named | half)
        return len(named) + 0.5 * linked + 0.5 * len(half) + headed

    def mentions_topic(self, span: Span) -> bool:
        """True where `span` itself speaks of federal immigration enforcement."""
        return self.tags.any(TOPIC[:5] + TOPIC[7:], span.start, span.end)

    def in_title(self, token: Token) -> bool:
        """True for tokens of the headline."""
        return token.idx < self.doc._.body

    def agreements_in(self, span: Span) -> list[AgreementMention]:
        """Mentions whose noun lies in `span`."""
        return [m for m in self.agreements if span.start <= m.head < span.end]
