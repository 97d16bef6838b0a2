"""Tags the words of a document with the ontology's concepts, once, so that every rule reads tags and not strings.

A concept is a name such as `act.end.verb`, `object.agreement` or `modality.decide`; its phrases are matched without
regard to case on the tokenizer's own tokens. Offsets here are token indices; ends are exclusive.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator

from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc, Span, Token

from nlp.ontology import Ontology

Match = tuple[int, int]

# Vocabularies of `words` whose entries are verbs in base form.
_VERBS = {
    "modality": {"decide", "reject", "refuse", "future", "desire", "postpone", "pledge", "say", "forbid"},
    "cooperation": {"limiting", "granting"},
    "protests": {"verbs", "sure", "acts", "taken_away", "police_verbs", "fasting", "not_acts"},
    "meetings": {"verbs", "speaking"},
    "agreements": {"practice_verbs", "keep_having"},
    "courts": {"sue_verbs", "file_verbs", "rule_verbs", "settle_verbs"},
    "federal": {"respond_verbs", "strong_verbs", "light_verbs"},
    "operations": {"helped", "split", "asked", "traffic", "acts", "closing"},
    "facilities": {
        "open_verbs",
        "close_verbs",
        "grant_verbs",
        "revoke_verbs",
        "query_verbs",
        "leave_verbs",
        "come_verbs",
    },
    "statements": {
        "against",
        "for_",
        "verbs",
        "strong_verbs",
        "blame",
        "praise",
        "denial",
        "asking",
        "dealings",
        "avoiding",
    },
    "investigations": {"verbs", "looking", "showing"},
    "personnel": {"verbs", "idioms"},
}


class Tags:
    """The concepts found in one document."""

    def __init__(self, doc: Doc, found: Iterable[tuple[str, int, int]]) -> None:
        self.doc = doc
        self._spans: dict[str, list[Match]] = defaultdict(list)
        self._at: dict[int, set[str]] = defaultdict(set)
        for concept, start, end in sorted(found, key=lambda m: (m[1], -m[2])):
            self._spans[concept].append((start, end))
            for i in range(start, end):
                self._at[i].add(concept)

    def at(self, i: int) -> set[str]:
        """Concepts that cover token `i`."""
        return self._at.get(i, set())

    def has(self, token: Token, *concepts: str) -> bool:
        """True where any of `concepts` covers `token`."""
        return not self.at(token.i).isdisjoint(concepts)

    def matches(self, concept: str, start: int = 0, end: int | None = None) -> list[Match]:
        """Matches of `concept` that begin in [start, end), longest first at one start."""
        spans = self._spans.get(concept, [])
        low = bisect_left(spans, (start, -1))
        high = len(spans) if end is None else bisect_left(spans, (end, -1))
        return spans[low:high]

    def outermost(self, concept: str, start: int = 0, end: int | None = None) -> list[Match]:
        """Matches of `concept` in [start, end) that lie in no other of them."""
        kept: list[Match] = []
        for match in self.matches(concept, start, end):
            if not kept or match[0] >= kept[-1][1]:
                kept.append(match)
        return kept

    def any(self, concepts: Iterable[str], start: int, end: int) -> bool:
        """True where any concept begins in [start, end)."""
        return any(self.matches(concept, start, end) for concept in concepts)

    def inside(self, span: Span, *concepts: str) -> bool:
        """True where any of `concepts` begins inside `span`."""
        return self.any(concepts, span.start, span.end)


class Lexicon:
    """The ontology compiled for one tokenizer."""

    def __init__(self, nlp: Language, ontology: Ontology) -> None:
        self.ontology = ontology
        self._names: dict[int, str] = {}
        self._matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
        for concept, phrases in concepts(ontology):
            if phrases:
                self._matcher.add(concept, [nlp.make_doc(phrase) for phrase in dict.fromkeys(phrases)])

    def tag(self, doc: Doc) -> Tags:
        """The concepts of `doc`."""
        strings = doc.vocab.strings
        return Tags(doc, ((strings[key], start, end) for key, start, end in self._matcher(doc) if _is(doc, start, end)))


def _is(doc: Doc, start: int, end: int) -> bool:
    """False for "ice" and "Ice" alone: the agency is written in capitals."""
    return end - start > 1 or doc[start].lower_ != "ice" or doc[start].text == "ICE"


def concepts(ontology: Ontology) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every (concept, phrases) of the ontology that rules may ask for."""
    for name, act in ontology.acts.items():
        yield f"act.{name}.verb", act.verbs
        yield f"act.{name}.noun", act.nouns + _plurals(act.nouns)
        yield f"act.{name}.adjective", act.adjectives
    for name, kind in ontology.agreement_types.items():
        yield f"type.{name}", kind.terms
        yield f"hint.{name}", kind.hints
    for name, form in ontology.protest_forms.items():
        yield f"form.{name}", form.words
    for name, aliases in ontology.counterparties.items():
        yield f"party.{name}", aliases
    yield "relevance.strong", ontology.relevance.strong
    for name, aliases in ontology.agreement_names.items():
        yield f"name.{name}", aliases
    for table, lists in ontology.words.items():
        for key, phrases in lists.items():
            verbs = key in _VERBS.get(table, ())
            yield f"{table}.{key}", ontology.forms(table, key) if verbs else phrases + _plurals(phrases)


def _plurals(phrases: Iterable[str]) -> tuple[str, ...]:
    """Regular plurals of noun phrases, made on the last word; harmless where they are no words."""
    return tuple(_plural(phrase) for phrase in phrases if phrase[-1:].isalpha())


def _plural(phrase: str) -> str:
    if phrase.endswith(("s", "sh", "ch", "x")):
        return phrase + "es"
    if phrase.endswith("y") and phrase[-2:-1] not in "aeiou":
        return phrase[:-1] + "ies"
    return phrase + "s"
