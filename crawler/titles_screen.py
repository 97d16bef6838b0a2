"""What a listing already tells to be of no interest: such stories are not fetched.

Feeds and news sitemaps give a title before any page is asked for. Only the plainest cases are dropped (sports,
obituaries, lottery numbers), and none whose title holds a word of the subject: see `titles_screen.toml`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from urllib.parse import unquote, urlsplit

_PARTS = re.compile(r"[-_.+%]+")
_MOST = 500  # characters of a title or an address's path that are looked at


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The compiled `titles_screen.toml`."""

    sections: frozenset[str]
    titles: re.Pattern[str]
    strong: re.Pattern[str]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The patterns of `titles_screen.toml`, read once."""
    raw = tomllib.loads(files("crawler").joinpath("titles_screen.toml").read_text(encoding="utf-8"))
    return Vocabulary(frozenset(raw["sections"].split()), _any_of(raw["titles"]), _any_of([*raw["strong"], raw["ice"]]))


def plainly_unrelated(title: str, url: str) -> bool:
    """Whether the story `title` at `url` is certainly not about local cooperation with immigration enforcement.

    Told by a folder of the address (`/sports/`) or by the title's shape ("Obituary: ..."). A word of the subject, in
    the title or in the name at the end of the address, keeps the story. A title may be empty.
    """
    title = " ".join(title[:_MOST].split())
    *folders, name = unquote(urlsplit(url).path)[:_MOST].strip("/").split("/")
    named = _PARTS.sub(" ", name)
    words = vocabulary()
    if not (any(folder.lower() in words.sections for folder in folders) or words.titles.match(title)):
        return False
    told = [title, *(_PARTS.sub(" ", folder) for folder in folders if folder.lower() not in words.sections), named]
    return not any(words.strong.search(text) for text in told)


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
