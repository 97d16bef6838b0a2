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


def is_scrambled(line: str) -> bool:
    """Whether the words of `line` are spelled backwards, as some outlets do to the text that they sell."""
    words = words_of(line)
    english = function_words()["en"]
    backwards = sum(word[::-1] in english and word not in english for word in words)
    return backwards >= 3 and backwards > 2 * sum(word in english for word in words)


@lru_cache(maxsize=1)
def function_words() -> dict[str, frozenset[str]]:
    """The words of `languages.toml` by language code, read once."""
    raw = tomllib.loads(files("crawler").joinpath("languages.toml").read_text(encoding="utf-8"))
    return {language: frozenset(words.split()) for language, words in raw.items()}


def _by_words(text: str, declared: str | None) -> str | None:
    words = words_of(text[:5_000])
    counts = {language: sum(word in known for word in words) for language, known in function_words().items()}
    best = max(counts, key=lambda language: counts[language])
    if counts[best] < max(5, 0.08 * len(words)):
        return declared
    return best if counts[best] > _CLEAR * counts.get(declared or "", 0) else declared
