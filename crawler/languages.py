"""The language of an article: what the page declares, unless its words plainly say another."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files

import lxml.html

from crawler.boilerplate import words_of
from crawler.linked_data import Item, text_of

_CODE = re.compile(r"^([a-z]{2})(?:[-_]|$)", re.IGNORECASE)
_PLAIN = 0.12  # share of function words of the declared language that leaves no doubt
_ROT47_PARAGRAPH = "kAm"  # "<p>" in ROT47
_SCRAMBLED = 3  # different words spelled backwards on a page; a single one may be an acronym
_LEADING = re.compile(r"(?:^|\s)[.,;”][^\W\d]")
_CLEAR = 1.5  # times as many function words as the declared language has


def page_language(tree: lxml.html.HtmlElement, item: Item, meta: dict[str, str], text: str) -> str | None:
    """A two-letter code, or None where neither the page nor its words tell."""
    root = tree if tree.tag == "html" else tree.getroottree().getroot()
    told = [
        text_of(item.get("inLanguage")),
        root.get("lang") or "",
        meta.get("og:locale", ""),
        meta.get("language", ""),
    ]
    declared = next((found[1].lower() for value in told if (found := _CODE.match(value))), None)
    return _by_words(text, declared)


def legible(lines: list[str]) -> list[str]:
    """`lines` without those that some outlets scramble because they sell them: spelled backwards, or in ROT47."""
    lines = [line for line in lines if not line.startswith(_ROT47_PARAGRAPH)]
    if len(_backwards().intersection(words_of("\n".join(lines)))) < _SCRAMBLED:
        return lines
    return [line for line in lines if not _is_backwards(line)]


@lru_cache(maxsize=1)
def function_words() -> dict[str, frozenset[str]]:
    """The words of `languages.toml` by language code, read once."""
    return {key: words for key, words in _word_lists().items() if key != "backwards"}


@lru_cache(maxsize=1)
def _word_lists() -> dict[str, frozenset[str]]:
    raw = tomllib.loads(files("crawler").joinpath("languages.toml").read_text(encoding="utf-8"))
    return {key: frozenset(words.split()) for key, words in raw.items()}


def _backwards() -> frozenset[str]:
    return _word_lists()["backwards"]


def _is_backwards(line: str) -> bool:
    """Whether the line is backwards like others of its page: by its words, or by its full stops before words."""
    words = words_of(line)
    forwards = sum(map(function_words()["en"].__contains__, words))
    return sum(map(_backwards().__contains__, words)) > 2 * forwards or (not forwards and bool(_LEADING.search(line)))


def _by_words(text: str, declared: str | None) -> str | None:
    words = words_of(text[:5_000])
    own = function_words().get(declared or "", frozenset())
    if sum(map(own.__contains__, words)) > _PLAIN * len(words):
        return declared
    counts = {language: sum(map(known.__contains__, words)) for language, known in function_words().items()}
    best = max(counts, key=lambda language: counts[language])
    if counts[best] < max(5, 0.08 * len(words)):
        return declared
    return best if counts[best] > _CLEAR * counts.get(declared or "", 0) else declared
