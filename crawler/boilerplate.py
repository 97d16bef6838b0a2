"""Lines that surround a story (teasers, appeals, credits), told by the vocabulary of `boilerplate.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

_WORD = re.compile(r"\w+")
_PROSE = re.compile(r"[.!?…][\"'”’)\]]*$")
_LABEL = 4  # words
_MOST_LABELS = 12
_TAIL = 0.6  # endings count only after this share of the text


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The compiled patterns, matched at the beginning of a line."""

    teaser: re.Pattern[str]
    teaser_words: int
    notice: re.Pattern[str]
    ending: re.Pattern[str]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The patterns of `boilerplate.toml`, read once."""
    raw = tomllib.loads(files("crawler").joinpath("boilerplate.toml").read_text(encoding="utf-8"))
    return Vocabulary(any_of(raw["teasers"]), raw["teaser_words"], any_of(raw["notices"]), any_of(raw["endings"]))


def words_of(text: str) -> list[str]:
    """The words of `text` in lower case, for comparisons."""
    return _WORD.findall(text.lower())


def without_boilerplate(lines: list[str], title: str) -> list[str]:
    """`lines` less teasers, appeals, credits, repeated lines and the headline printed again above the text."""
    kept: list[str] = []
    headline = words_of(title)
    for line in _before_ending(lines):
        repeated = bool(kept) and line == kept[-1]
        if repeated or is_teaser(line) or (len(kept) < 3 and headline and words_of(line) == headline):
            continue
        kept.append(line)
    return _without_labels(kept)


def is_teaser(line: str) -> bool:
    """Whether `line` is an appeal or a pointer to something else rather than a part of the story."""
    known = vocabulary()
    line = line.removeprefix("- ")
    if known.notice.match(line):
        return True
    return len(line) < 600 and len(line.split()) <= known.teaser_words and bool(known.teaser.match(line))


def is_prose(line: str) -> bool:
    """Whether `line` reads as a sentence: eight words or more and a full stop at its end."""
    return len(line.split()) >= 8 and bool(_PROSE.search(line))


def _without_labels(lines: list[str]) -> list[str]:
    """`lines` less the labels before the first and after the last passage: "Contact", "Highway Department".

    A text of which labels make up a good part is a list (results, prices) and stays whole.
    """
    prose = [number for number, line in enumerate(lines) if is_prose(line)]
    outside = [n for n in range(len(lines)) if prose and not prose[0] <= n <= prose[-1] and _is_label(lines[n])]
    if len(outside) > _MOST_LABELS or sum(len(lines[n]) for n in outside) > 0.1 * sum(map(len, lines)):
        return lines
    return [line for number, line in enumerate(lines) if number not in outside]


def _is_label(line: str) -> bool:
    return len(line.split()) <= _LABEL and not _PROSE.search(line)


def _before_ending(lines: list[str]) -> list[str]:
    total = sum(map(len, lines))
    passed = 0
    for number, line in enumerate(lines):
        passed += len(line)
        if passed > _TAIL * total and len(line) < 120 and vocabulary().ending.match(line):
            return lines[:number] + [rest for rest in lines[number + 1 :] if is_prose(rest)]
    return lines


def any_of(patterns: list[str]) -> re.Pattern[str]:
    """One pattern, ignoring case, that matches where any of `patterns` does."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
