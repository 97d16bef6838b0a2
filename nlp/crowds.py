"""Sizes of crowds in words and figures, by the codebook's table.

A dozen 12, dozens 24 to 99, about a hundred 100, hundreds 200 to 999, several hundred 300 to 999, a thousand 1,000,
thousands 2,000 to 9,999, tens of thousands 20,000 to 99,999. An open end ("more than 40") leaves the other bound None.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from nlp import ontology

Crowd = tuple[int | None, int | None]
LONGEST = 1_500  # characters of a sentence that are read

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {word: n for n, word in enumerate(_UNITS.split())} | {w: 10 * n for n, w in enumerate(_TENS.split(), 2)}
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 1000}
_GAP = r"(?:[\s,]+(?:and\s+|or\s+)?[\w'’.-]+){0,4}?[\s-]+"  # up to four words between a number and its people
_PHRASES: tuple[tuple[str, Crowd], ...] = (
    (r"hundreds of thousands", (200_000, 999_999)),
    (r"tens of thousands", (20_000, 99_999)),
    (r"(?:several|a few|many) thousand", (3_000, 9_999)),
    (r"thousands", (2_000, 9_999)),
    (r"(?:several|a few) hundred", (300, 999)),
    (r"hundreds", (200, 999)),
    (r"a couple hundred", (200, 200)),
    (r"(?:several|a few) dozen", (36, 99)),
    (r"dozens", (24, 99)),
    (r"scores", (40, 99)),
    (r"a couple dozen", (24, 24)),
    (r"a handful", (3, 9)),
)
_AT_MOST = ("fewer than", "less than", "under", "up to", "at most")
_MORE = r"(?:more than|over|at least|upwards? of|no fewer than|exceeding|north of)"
_LESS = r"(?:fewer than|less than|under|up to|at most|nearly|almost|close to)"
_ABOUT = r"(?:about|around|roughly|some|approximately|an estimated|estimated|a crowd of|a group of|as many as)"
_BOUND = rf"(?:({_MORE})|({_LESS})|{_ABOUT})?\s*"
_UNIT = r"(?!\s*(?:a\.m|p\.m|percent|%|miles|days|years|degrees|hours|minutes|blocks))"
_FIGURE = rf"(\d{{1,3}}(?:,\d{{3}})+|\d+){_UNIT}"
_WORD = "|".join(["a", "half", *_SMALL])
_WORDED = rf"((?:{_WORD})(?:[\s-](?:{_WORD}))?(?:\s(?:{'|'.join(_SCALES)}))?)"
_PERSON = re.compile(rf"{_BOUND}\b{_FIGURE}-(?:person|strong)\b", re.I)
_CROWD_OF = re.compile(rf"(?:crowd|group|gathering)\s+(?:size\s+)?(?:of|at)\s+{_BOUND}{_FIGURE}", re.I)
_MARCHING = r"(?=[^.;]{0,60}\b(?:march|rall|protest|gather|demonstrat|turn|pack|fill))"


@dataclass(frozen=True, slots=True)
class _Patterns:
    """Expressions that need the ontology's words for people."""

    range: re.Pattern[str]
    count: re.Pattern[str]
    others: re.Pattern[str]
    others_after: re.Pattern[str]
    others_before: re.Pattern[str]
    phrases: tuple[tuple[re.Pattern[str], Crowd], ...]


@lru_cache(maxsize=1)
def _patterns() -> _Patterns:
    words = ontology.load().words["crowds"]
    people = "(?:" + "|".join(map(re.escape, (*words["people"], *words["acts"]))) + r")\b"
    others = r"\b(?:" + "|".join(map(re.escape, words["others"])) + r")\b"
    aside = r"\s*(?:,?\s*(?:who\s+)?(?:were|was|have been|had been|are)\s+)?(?:being\s+)?"
    return _Patterns(
        range=re.compile(rf"{_FIGURE}\s?(?:-|–|to|and|or)\s?{_FIGURE}{_GAP}{people}", re.I),
        count=re.compile(rf"{_BOUND}\b(?:{_FIGURE}|{_WORDED})(?:-(?:person|strong))?\b{_GAP}{people}", re.I),
        others=re.compile(others, re.I),
        others_before=re.compile(others + r"\s*$", re.I),
        others_after=re.compile(aside + others, re.I),
        phrases=tuple(
            (re.compile(rf"\b{p}\b(?:(?:\s+[\w'’-]+){{0,5}}?\s+{people}|\s*of\b)|\b{p}\b{_MARCHING}", re.I), crowd)
            for p, crowd in _PHRASES
        ),
    )


@dataclass(frozen=True, slots=True)
class Found:
    """A crowd and the text offsets of the words that tell it."""

    crowd: Crowd
    start: int
    end: int


def read_crowd(text: str) -> Crowd | None:
    """(lowest, highest) number of people that the sentence `text` tells, None where it tells none."""
    found = sorted(_candidates(text[:LONGEST]), key=lambda f: f.start)
    return found[0].crowd if found else None


def _candidates(text: str) -> list[Found]:
    found = [f for f in (_ranged(text), _hinted(text, _PERSON), _hinted(text, _CROWD_OF)) if f]
    for pattern, crowd in _patterns().phrases:
        match = pattern.search(text)
        if match and not _of_others(text, match):
            found.append(Found(crowd, match.start(), match.end()))
            break
    counted = _counted(text)
    if counted and not any(f.start <= counted.start < f.end for f in found):
        found.append(counted)
    return found


def _ranged(text: str) -> Found | None:
    match = _patterns().range.search(text)
    if not match or _of_others(text, match):
        return None
    low, high = _figure(match[1]), _figure(match[2])
    return Found((low, high), match.start(), match.end()) if low <= high else None


def _hinted(text: str, pattern: re.Pattern[str]) -> Found | None:
    match = pattern.search(text)
    return Found(_open(match[1], match[2], _figure(match[3])), match.start(), match.end()) if match else None


def _counted(text: str) -> Found | None:
    for match in _patterns().count.finditer(text):
        number = _figure(match[3]) if match[3] else worded(match[4])
        if number is not None and _plausible(number, match) and not _of_others(text, match):
            start = match.start(3) if match[3] else match.start(4)
            return Found(_open(match[1], match[2], number), start, match.end())
    return None


def _plausible(number: int, match: re.Match[str]) -> bool:
    """Crowds are of five and more; a bare year before "protesters" is no crowd."""
    bare_year = match[3] and "," not in match[3] and 1990 <= number <= 2035
    return number >= 5 and not bare_year


def _of_others(text: str, match: re.Match[str]) -> bool:
    """True where the people counted are those arrested, held or hurt, or the officers."""
    if _patterns().others_before.search(text[: match.start()]):
        return True
    after = text[match.end() : match.end() + 40].split(";")[0]
    return bool(_patterns().others.search(match[0]) or _patterns().others_after.match(after))


def _open(more: str | None, less: str | None, number: int) -> Crowd:
    if more:
        return number, None
    if less and less.lower() in _AT_MOST:
        return None, number
    return number, number


def _figure(text: str) -> int:
    return int(text.replace(",", ""))


def worded(text: str) -> int | None:
    """As in "two dozen" 24, "a hundred" 100, "twenty-five" 25; None where the words are no number."""
    parts = re.split(r"[\s-]+", text.lower())
    scale = _SCALES.get(parts[-1], 1)
    heads = parts[:-1] if scale > 1 else parts
    if heads == ["half", "a"]:
        return scale // 2 if scale > 1 else None
    if heads == ["a"]:
        return scale if scale > 1 else None
    if not heads or any(h not in _SMALL for h in heads):
        return None
    return sum(_SMALL[h] for h in heads) * scale
