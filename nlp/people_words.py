"""A document's words with the gaps between them: what the people's and the quotes' rules read.

Offsets count from the start of the text given. A word's `norm` is lower case, with straight apostrophes and no dots, so
"U.S." reads "us" and "Gov." reads "gov". Words know their sentence and paragraph by punctuation alone: a parser's
sentence edges go wrong inside quotations and after abbreviations, which is where people are named.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from spacy.lang.en.stop_words import STOP_WORDS

WORD = re.compile(
    r"(?:[^\W\d_]\.){1,4}(?:[^\W\d_]\b)?"  # initials and U.S.
    r"|(?:[Tt]hen|[Ee]x)(?=-[^\W_])"  # then-Mayor, ex-sheriff: two words
    r"|[^\W_]+(?:['’\-](?!elect\b)[^\W_]+)*"  # mayor-elect: two words
)
SENTENCE_GAP = re.compile(r"[.!?…][\"”’'»)\]]*\s+|\n")
CLOSED_SPACE = frozenset({" ", "\u00a0"})
ABBREVIATIONS = frozenset(
    re.findall(
        r"\S+",
        """
    ald alds apr asst atty aug ave blvd capt cmdr col comm cpl d-calif dec del dem dept det dr feb fr ft
    gen gov hon insp jan jr jul jun lt maj mar mr mrs ms mt nov oct prof r-calif rep reps rev sec sen
    sens sep sept sgt sr st supt vs
    """,
    )
)


@dataclass(slots=True)
class Word:
    """One word; `gap` is the text between the word before and this one."""

    start: int
    end: int
    text: str
    norm: str
    gap: str
    sentence: int
    paragraph: int
    dotted: bool = False  # an abbreviation's dot follows

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital letter."""
        return self.text[0].isupper()

    @property
    def glued(self) -> bool:
        """Whether only a space (or an abbreviation's dot and a space) parts it from the word before."""
        return self.gap in CLOSED_SPACE

    @property
    def owner(self) -> str | None:
        """The word without its possessive ending, None when it has none."""
        if self.norm.endswith("'s"):
            return self.text[:-2]
        return self.text[:-1] if self.norm.endswith("s'") else None

    @property
    def bare_end(self) -> int:
        """Where the word ends when a possessive ending is left out."""
        return self.end - 2 if self.norm.endswith("'s") else self.end


def normalize(text: str) -> str:
    """Lower case, straight apostrophes, no dots: how vocabularies spell words."""
    return text.lower().replace("’", "'").replace(".", "")


def split_words(text: str) -> list[Word]:
    """The words of `text` in order, with sentence and paragraph numbers counted from 0. One pass, linear time."""
    words: list[Word] = []
    sentence = paragraph = last = 0
    for match in WORD.finditer(text):
        start, end = match.span()
        raw = match.group()
        gap = text[last:start]
        plain = gap == " " and words and words[-1].text[-1] != "."  # nearly all gaps: no edge of anything
        if words and not plain:
            if "\n" in gap:
                paragraph += 1
            dotted = _after_abbreviation(words[-1], gap, raw)
            stopped = SENTENCE_GAP.search(gap) or (words[-1].text[-1] == "." and gap[:1] == " " and not dotted)
            if not dotted and stopped and (not raw[0].islower() or "\n" in gap):
                sentence += 1
            if dotted and gap[:1] == ".":
                gap, words[-1].dotted = gap[1:], True
        words.append(Word(start, end, raw, normalize(raw), gap, sentence, paragraph))
        last = end
    return words


def _after_abbreviation(word: Word, gap: str, following: str) -> bool:
    """Whether a dot before this gap abbreviates; after initials a common word begins a sentence ("the U.S. The")."""
    if "\n" in gap:
        return False
    if gap[:1] == ".":
        return word.norm in ABBREVIATIONS
    return word.text[-1] == "." and gap[:1] == " " and not (following[0].isupper() and following.lower() in STOP_WORDS)


class Phrases:
    """Finds phrases of a vocabulary among words, the longest at each place, by a look-up of the first word."""

    def __init__(self, entries: Iterable[tuple[str, object]]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], object]]] = {}
        for phrase, value in entries:
            parts = tuple(phrase.split())
            self._by_first.setdefault(parts[0], []).append((parts, value))
        for options in self._by_first.values():
            options.sort(key=lambda option: -len(option[0]))

    def at(self, words: list[Word], index: int) -> tuple[int, object] | None:
        """The index after the longest phrase that begins at `index` and its value, or None."""
        norm = words[index].norm
        options = self._by_first.get(norm) or (self._by_first.get(norm[:-2]) if norm.endswith("'s") else None)
        for parts, value in options or ():
            end = index + len(parts)
            if end > len(words):
                continue
            if all(_reads(words[index + k], part, k, end - index) for k, part in enumerate(parts)):
                return end, value
        return None

    def find(self, words: list[Word]) -> Iterator[tuple[int, int, object]]:
        """Every phrase, left to right without overlap: first index, index after the last, value."""
        index = 0
        while index < len(words):
            norm = words[index].norm
            known = norm in self._by_first or norm.endswith("'s")
            hit = self.at(words, index) if known else None
            if hit is None:
                index += 1
                continue
            yield index, hit[0], hit[1]
            index = hit[0]


def _reads(word: Word, part: str, order: int, size: int) -> bool:
    """Whether a word is the phrase's part: glued to the one before, the last one possessive or not."""
    if order and not word.glued:
        return False
    return word.norm == part or (order == size - 1 and word.norm == part + "'s")


class Spans:
    """Whether an offset lies inside one of many spans, by bisection."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._ends = [end for _, end in ordered]

    def at(self, offset: int) -> bool:
        """True inside a span (its end is outside)."""
        return self.over(offset) is not None

    def over(self, offset: int) -> tuple[int, int] | None:
        """The last span that begins at or before an offset, if the offset lies inside it."""
        index = bisect_right(self._starts, offset) - 1
        return (self._starts[index], self._ends[index]) if index >= 0 and offset < self._ends[index] else None
