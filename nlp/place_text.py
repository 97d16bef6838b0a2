"""The words of a text with their places in it, and spaCy's opinion of them.

Own words are used, not spaCy's tokens, so that names with points, hyphens and possessive endings are read one way.
Offsets are of the document's text. Everything here is linear in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass

from spacy.tokens import Doc

from data.gazetteer import fold

LONGEST = 5  # words of a name
WORD = re.compile(r"(?:W\. ?Va|N\. ?[CDHJMY]|S\. ?[CD]|R\. ?I|D\. ?C)\b\.?|(?:[^\W\d_]\.){2,}|[^\W_]+(?:['’][^\W_]+)*")
POSSESSIVE = re.compile(r"['’][sS]?$")
LINKS = frozenset(["of", "and", "the", "du", "de", "la", "del", "los", "las", "on", "in", "by", "a"])
GLUE = re.compile(r"^(?:[ \u00a0]|-|–|\. ?)$")
POINTED = frozenset(["st", "ste", "mt", "ft"])
INITIALS = re.compile(r"[NS]\.?[EW]\.")
PROPER_TAGS = frozenset(["NNP", "NNPS", "FW", ""])
TITLE_CASE_SHARE = 0.7


@dataclass(slots=True)
class Word:
    """One word of the text; `key` is folded without a possessive ending, `end` is before that ending."""

    start: int
    end: int
    full_end: int
    text: str
    key: str
    capital: bool


def words_of(text: str) -> list[Word]:
    """The words of a text in order."""
    found = []
    for match in WORD.finditer(text):
        told = match.group()
        bare = POSSESSIVE.sub("", told) if ("'" in told or "’" in told) else told
        start = match.start()
        found.append(
            Word(start, start + len(bare), match.end(), told, fold(bare), told[0].isupper() or told[0].isdigit())
        )
    return found


class Text:
    """A text as words; `body` is the offset at which the title ends."""

    def __init__(self, text: str, body: int) -> None:
        self.text = text
        self.body = body
        self.words = words_of(text)
        self.title_case = self._title_case_words()

    def gap(self, left: int, right: int) -> str:
        """What stands between two words, by their numbers."""
        return self.text[self.words[left].full_end : self.words[right].start]

    def run(self, i: int) -> int:
        """How many words from `i` hang together as one name could, at most LONGEST."""
        size = last = 1
        while size < LONGEST and i + size < len(self.words) and self._joined(i + size - 1, i + size):
            word = self.words[i + size]
            if not word.capital and word.key not in LINKS:
                break
            size += 1
            if word.capital:
                last = size
        return last

    def _joined(self, left: int, right: int) -> bool:
        gap = self.gap(left, right)
        if len(gap) > 2 or not GLUE.match(gap):
            return False
        return "." not in gap or self.words[left].key in POINTED

    def _title_case_words(self) -> list[bool]:
        """For each word whether its line is a headline in which every long word has a capital."""
        flags: list[bool] = []
        line: list[Word] = []
        for i, word in enumerate(self.words):
            if line and "\n" in self.gap(i - 1, i):
                flags += [_is_title_case(line)] * len(line)
                line = []
            line.append(word)
        return flags + [_is_title_case(line)] * len(line)


def _is_title_case(line: list[Word]) -> bool:
    long = [w for w in line if len(w.text) > 3]
    return len(long) >= 3 and sum(w.capital for w in long) >= TITLE_CASE_SHARE * len(long)


class Hints:
    """What spaCy says, by offset: entities and whether a word is tagged as a proper noun."""

    def __init__(self, doc: Doc) -> None:
        self._entities = [(e.start_char, e.end_char, e.label_) for e in doc.ents]
        self._starts = [e[0] for e in self._entities]
        self._tags = {t.idx: t.tag_ for t in doc if t.text[:1].isupper()}
        self.last_names, self.surnames = self._person_names(doc)

    def entity(self, start: int, end: int) -> tuple[int, int, str] | None:
        """The entity that overlaps the stretch."""
        i = bisect_right(self._starts, start) - 1
        for j in (i, i + 1):
            if 0 <= j < len(self._entities):
                a, b, _ = self._entities[j]
                if a < end and b > start:
                    return self._entities[j]
        return None

    def proper(self, start: int) -> bool:
        """Whether the word at this offset is tagged as a proper noun, or has no tag of its own."""
        tag = self._tags.get(start)
        return tag is None or tag in PROPER_TAGS

    @staticmethod
    def _person_names(doc: Doc) -> tuple[frozenset[str], frozenset[str]]:
        """Last names of persons named in full: all, and those that spaCy does not read as places just as often."""
        counts: Counter[str] = Counter()
        places: Counter[str] = Counter()
        for entity in doc.ents:
            names = entity.text.split()
            full = 2 <= len(names) <= 4 and names[-1][:1].isupper() and not INITIALS.match(names[0])
            if entity.label_ == "PERSON" and full:
                counts[fold(POSSESSIVE.sub("", names[-1]))] += 1
            elif entity.label_ == "GPE" and len(names) == 1:
                places[fold(names[0])] += 1
        return frozenset(counts), frozenset(name for name, count in counts.items() if count > places[name])
