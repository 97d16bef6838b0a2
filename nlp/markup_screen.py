"""The screen before there is a text: may a page's raw markup hold any word of the subject at all?

Reading the story out of a page costs several times what this look costs, and most pages of a night nowhere say "ICE",
"immigration", "detainer" or any other of the screen's words. It errs on one side only: where it says no,
`nlp.relevance.screen` gives 0.0 for whatever text is read out of that page.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache

from nlp.relevance import fold, terms

_CODE_EDGE = re.compile(r"<(/?)(script|style)\b([^<>]{0,500})", re.IGNORECASE)
_META = re.compile(r"<meta\b([^<>]{0,5000})>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_SPACES = re.compile(r"\s+|\\[nrt]")
# fmt: off
_COMMON = frozenset({
    "agreement", "anti", "authorities", "city", "communities", "county", "families", "government", "group", "keep",
    "know", "rights", "secure", "together", "your",
})
# fmt: on
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")  # within a word


def may_mention(markup: str) -> bool:
    """Whether a term of the screen's vocabulary may occur in a text read out of `markup` (a decoded HTML page).

    Character references and JSON escapes are resolved; a tag within a word and a tag between words both count as
    nothing and as a space. Of the attributes those of meta elements count, where titles stand. Linear in the page.
    """
    text = _without_code(markup)
    if "\\u" in text:
        text = _ESCAPE.sub(lambda told: chr(int(told[1], 16)), text)
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if not text.isascii():
        text = _UNSEEN.sub("", text)
    text += " ".join(_META.findall(text))
    joined = _TAG.sub("", text)
    cased, lower = _has_capitals(joined), joined.lower()
    if not cased and not any(word in lower for word in _words()) and not any(p.search(lower) for p in _short_terms()):
        return False
    return any(_mentions(_SPACES.sub(" ", told)) for told in (_TAG.sub(" ", text), joined))


def _without_code(markup: str) -> str:
    """`markup` less its scripts and styles, JSON-LD excepted; one that is never closed stays."""
    pieces, start, begin, inside = [], 0, 0, ""
    for edge in _CODE_EDGE.finditer(markup):
        closes, name = bool(edge[1]), edge[2].lower()
        if not inside and not closes and "ld+json" not in edge[3].lower():
            inside, begin = name, edge.start()
        elif closes and name == inside:
            pieces.append(markup[start:begin])
            start, inside = edge.end(), ""
    return " ".join([*pieces, markup[start:]])


def _has_capitals(text: str) -> bool:
    return any(hint in text for hint in terms().cased_hints)


def _mentions(text: str) -> bool:
    if _has_capitals(text) and terms().cased.search(text):
        return True
    folded = " ".join(fold(text).split())
    return any(term in folded for term in _bare_terms())


@lru_cache(maxsize=1)
def _bare_terms() -> tuple[str, ...]:
    """The terms without their left edge, those that hold another left out: where two tags meet, words touch."""
    bare = {term.strip() for term in (*terms().strong, *terms().weak)}
    return tuple(sorted(term for term in bare if not any(other != term and other in term for other in bare)))


@lru_cache(maxsize=1)
def _words() -> tuple[str, ...]:
    """One telling word of each term: where none of them occurs, no term does."""
    told = {_telling(term) for term in _bare_terms()} - {""}
    return tuple(sorted(word for word in told if not any(other != word and other in word for other in told)))


@lru_cache(maxsize=1)
def _short_terms() -> tuple[re.Pattern[str], ...]:
    """The terms of short or common words alone ("ice out", "287 g"), which as single words are everywhere."""
    return tuple(re.compile(r"[\W_]{1,200}".join(t.split())) for t in _bare_terms() if not _telling(t))


def _telling(term: str) -> str:
    words = [word for word in term.split() if word not in _COMMON and len(word) >= 4]
    return max(words, key=len, default="") if len(term.split()) > 1 else term
