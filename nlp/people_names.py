"""Names of persons by their shape: capitals, initials, particles, suffixes; no gazetteer of first names.

The statistical model is only asked about names that no title or office vouches for (`nlp/officials.py`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from nlp.people_vocabulary import vocabulary
from nlp.people_words import Word

LONGEST = 6
INITIAL = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]?|[A-Z]")
NICKNAME_OPEN = re.compile(r" [“\"‘'(]")


@dataclass(frozen=True, slots=True)
class Name:
    """A name in the text: word indices (first, after the last), document offsets without possessive, its words."""

    first: int
    last: int
    start: int
    end: int
    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        """The name as written, single spaces."""
        return " ".join(self.parts)

    @property
    def surname(self) -> str:
        """The last part that is no suffix, folded; particles belong to it only as typed."""
        return fold(family_name(self.parts))


def fold(text: str) -> str:
    """Case, accents, dots and curly apostrophes removed, so that spellings of one name compare equal."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'").replace(".", ""))
    return "".join(c for c in plain if not unicodedata.combining(c)).lower()


def family_name(parts: tuple[str, ...]) -> str:
    """The surname among a name's parts."""
    suffixes = vocabulary().suffixes
    kept = [part for part in parts if fold(part) not in suffixes]
    return kept[-1] if kept else parts[-1]


def is_initial(word: Word) -> bool:
    """Whether the word is one or more initials."""
    if word.norm in ("i", "a", "x") and word.text[-1] != ".":
        return False
    return bool(INITIAL.fullmatch(word.text)) and word.norm not in ("us", "dc", "uk", "eu", "un", "am", "pm")


def is_name_word(word: Word) -> bool:
    """Whether the word can be a first name or surname by its shape."""
    text = word.owner or word.text
    if not text or not text[0].isupper() or len(text) < 2 or not text[-1].isalpha():
        return False
    if any(c.isdigit() for c in text) or fold(text) in vocabulary().never:
        return False
    return not text.isupper() or fold(text) in vocabulary().upper


def read_name(words: list[Word], index: int) -> Name | None:
    """The name that begins at word `index`, as long as its shape allows, or None."""
    parts: list[str] = []
    last = index
    while last < len(words) and len(parts) < LONGEST:
        word = words[last]
        if parts and not (word.glued or _opens_nickname(words, last)):
            break
        step = _name_step(words, last, bool(parts))
        if step is None:
            break
        parts += [_written(words, k) for k in range(last, step)]
        last = step
        if words[last - 1].owner:
            break
    if not any(_solid(word) for word in words[index:last]):
        return None
    last, parts = _suffix(words, last, parts)
    while is_initial(words[last - 1]) and last - index > 1 and len(parts) > 1 and not _suffix_word(words[last - 1]):
        last, parts = last - 1, parts[:-1]
    return Name(index, last, words[index].start, words[last - 1].bare_end, tuple(parts))


def _solid(word: Word) -> bool:
    """A name word that is no common noun as well."""
    return is_name_word(word) and fold(word.owner or word.text) not in vocabulary().soft


def _name_step(words: list[Word], index: int, inside: bool) -> int | None:
    """The index after the next part of a name: a name word, an initial, or particles with their name word."""
    word = words[index]
    if inside and word.norm in vocabulary().dates:
        return None
    if is_name_word(word) or is_initial(word):
        return index + 1
    if not inside or word.norm not in vocabulary().particles or word.capital:
        return None
    after = index + 1
    while (
        after < len(words) and words[after].norm in vocabulary().particles and words[after].glued and after - index < 3
    ):
        after += 1
    if after < len(words) and words[after].glued and is_name_word(words[after]):
        return after + 1
    return None


def _opens_nickname(words: list[Word], index: int) -> bool:
    """Jesús “Chuy” García: a quoted name, or the name after one."""
    gap = words[index].gap
    if NICKNAME_OPEN.fullmatch(gap):
        after = index + 1
        return after < len(words) and words[after].gap in ("” ", '" ', "’ ", "' ", ") ") and is_name_word(words[after])
    return gap in ("” ", '" ', "’ ", "' ", ") ") and bool(NICKNAME_OPEN.fullmatch(words[index - 1].gap))


def _written(words: list[Word], index: int) -> str:
    """The word as part of a name: no possessive ending, a nickname in its marks."""
    text = words[index].owner or words[index].text
    if NICKNAME_OPEN.fullmatch(words[index].gap) and index + 1 < len(words):
        return words[index].gap.strip() + text + words[index + 1].gap.strip()
    return text


def _suffix_word(word: Word) -> bool:
    return word.norm in vocabulary().suffixes


def _suffix(words: list[Word], last: int, parts: list[str]) -> tuple[int, list[str]]:
    """Take in a following Jr., Sr. or III."""
    if last < len(words) and words[last].gap in (" ", ", ") and words[last].norm in vocabulary().suffixes:
        dot = "." if words[last].norm in ("jr", "sr") else ""
        return last + 1, [*parts, words[last].text + dot]
    return last, parts


def shaped_names(words: list[Word], common: frozenset[str], places: dict[int, int]) -> list[Name]:
    """Every run of two or more name words. `common` are lower-case words of the language that start sentences;
    `places` are offsets of place names, passed over when they have several words ("New Jersey Alina Habba")."""
    found: list[Name] = []
    index = 0
    while index < len(words):
        word = words[index]
        place = places.get(word.start, 0)
        if place > word.end:
            while index < len(words) and words[index].start < place:
                index += 1
            continue
        begins = index == 0 or word.sentence != words[index - 1].sentence or not word.glued
        if (begins and word.norm in common) or word.norm in vocabulary().not_first:
            index += 1
            continue
        name = read_name(words, index) if word.capital else None
        if name is not None and len(name.parts) > 1:
            found.append(name)
        index = name.last if name is not None else index + 1
    return found


def same_person(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Whether two written names can be one person: equal surnames, and first names that agree or abbreviate."""
    if fold(family_name(left)) != fold(family_name(right)):
        return False
    if len(left) == 1 or len(right) == 1:
        return True
    a, b = fold(left[0]), fold(right[0])
    return a == b or _abbreviates(a, b) or _abbreviates(b, a)


def _abbreviates(short: str, long: str) -> bool:
    """Greg for Gregory, J for James; initials JB agree only with themselves."""
    return len(short) < len(long) and long.startswith(short) and (len(short) != 2 or not long.startswith(short + "."))
