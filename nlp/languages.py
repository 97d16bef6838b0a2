"""Which language a story is in: English or Spanish, told by its commonest words."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from data.records import Article

READ = 4_000  # characters that are looked at
ENOUGH = 8  # common words from which the words outweigh the page's own declaration
_WORD = re.compile(r"[a-záéíóúñü]+")


@lru_cache(maxsize=1)
def spanish_words() -> dict[str, Any]:
    """`spanish.toml`."""
    return tomllib.loads(files("nlp").joinpath("spanish.toml").read_text(encoding="utf-8"))


def is_spanish(article: Article) -> bool:
    """True for a Spanish story. Its words decide; a text too short for that is what the page declares."""
    counted = _WORD.findall(f"{article.title} {article.text[:READ]}".lower())
    spanish, english = _commonest()
    votes = sum(word in spanish for word in counted), sum(word in english for word in counted)
    if sum(votes) >= ENOUGH or not article.language:
        return votes[0] > votes[1]
    return article.language.lower().startswith("es")


@lru_cache(maxsize=1)
def _commonest() -> tuple[frozenset[str], frozenset[str]]:
    words = spanish_words()
    return frozenset(words["function_words"]), frozenset(words["english_words"])
