"""Is the article about local dealings with federal immigration enforcement?

The first of two looks: `screen` reads the raw text with substring tests alone, costs a fraction of a millisecond, and
must hardly ever turn away a relevant story: it decides what is parsed (and, in the crawler, what is kept). The second
look, `nlp.verdict`, judges by what the rules really found. This module knows nothing of spaCy.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

from nlp import ontology

SCREEN_THRESHOLD = 0.1  # what scores less is not worth a parse
BRIEF = 1_000  # characters of a text that has no room for many words of the subject
READ = 20_000  # characters of a text that are looked at: a story says early what it is about

_BREAKS = str.maketrans(dict.fromkeys('\n\t\r.,;:!?"“”‘()[]{}/|—–-*_#…\u00a0', " ") | {"’": "'"})


@dataclass(frozen=True, slots=True)
class Terms:
    """The screen's vocabulary and weights; terms are folded as texts are and begin with a space, a word's left edge."""

    cased: re.Pattern[str]
    cased_hints: tuple[str, ...]
    strong: tuple[str, ...]
    weak: tuple[str, ...]
    local: tuple[str, ...]
    against: tuple[str, ...]
    weights: Mapping[str, float]
    most: Mapping[str, int]


def fold(text: str) -> str:
    """Lower case, punctuation as spaces, one space at both ends, so that " term" finds whole words' beginnings."""
    return f" {text.lower().translate(_BREAKS)} "


@lru_cache(maxsize=1)
def terms() -> Terms:
    """The `[relevance]` table of the ontology, compiled."""
    listed = ontology.load().relevance
    own = tomllib.loads(files("nlp").joinpath("relevance.toml").read_text(encoding="utf-8"))
    cased = tuple(term for term in listed.cased if not term.endswith("'s"))
    return Terms(
        cased=re.compile(
            rf"(?<![\w-])(?:{'|'.join(map(re.escape, cased))})(?![\w-]?[A-Z])(?! [A-Z]{{2,}} [A-Z]{{2,}})"
        ),
        cased_hints=cased,
        strong=_folded(listed.strong + listed.spanish),
        weak=_folded(own["weak"]),
        local=_folded(listed.local + listed.spanish_local),
        against=_folded(listed.against),
        weights=MappingProxyType(own["weights"]),
        most=MappingProxyType(own["most"]),
    )


def _folded(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" " + " ".join(fold(word).split()) for word in words))


def screen(title: str, text: str) -> float:
    """Probability, from raw words alone, that a story is relevant: 0 where no term of the subject occurs.

    Recall first: a caller should turn away only what scores below SCREEN_THRESHOLD.
    """
    vocabulary = terms()
    whole = f"{title}\n{text[:READ]}"
    agencies = _agencies(whole, vocabulary)
    folded = fold(whole)
    strong = [term for term in vocabulary.strong if term in folded]
    weak = sum(term in folded for term in vocabulary.weak)
    if not (strong or agencies or weak):
        return 0.0
    headline = fold(title)
    counts = {
        "strong": len(strong) + bool(agencies),
        "weak": weak,
        "mentions": agencies + sum(folded.count(term) for term in strong),
        "local": sum(term in folded for term in vocabulary.local),
        "against": sum(term in folded for term in vocabulary.against),
    }
    score = vocabulary.weights["bias"]
    if _agencies(title, vocabulary) or any(term in headline for term in strong):
        score += vocabulary.weights["title"]
    elif any(term in headline for term in vocabulary.weak):
        score += vocabulary.weights["title_weak"]
    if len(text) <= BRIEF and counts["mentions"] and counts["local"]:
        score += vocabulary.weights["brief"]
    for kind, count in counts.items():
        score += vocabulary.weights[kind] * min(count, vocabulary.most[kind])
    return _logistic(score)


def _agencies(text: str, vocabulary: Terms) -> int:
    """Mentions of ICE and its like in capitals; none where the text shouts, for there ICE may be ice."""
    if not any(hint in text for hint in vocabulary.cased_hints) or text.isupper():
        return 0
    return len(vocabulary.cased.findall(text))


def _logistic(score: float) -> float:
    return 1 / (1 + math.exp(-score))
