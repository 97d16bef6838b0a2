"""What kind of page came back: a story, a front, a wall, an error told with status 200."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from urllib.parse import unquote, urlsplit

import lxml.html

from crawler.boilerplate import any_of, is_prose
from crawler.linked_data import Item, is_article, is_locked, types_of
from crawler.markup import clean_line, element_words

_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*(?=\s|$)")
_STORY_NUMBER = re.compile(r"(?:^|&)(?:id|p|story|article|storyid|articleid|newsid)=\d+", re.IGNORECASE)
_STUB = 1_500  # characters; a longer text was evidently not withheld


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The compiled patterns of `pages.toml`; `walls` are (kind, pattern, most characters of running text)."""

    walls: tuple[tuple[str, re.Pattern[str], int], ...]
    locked: re.Pattern[str]
    locked_tiers: frozenset[str]
    front_path: re.Pattern[str]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The patterns of `pages.toml`, read once."""
    raw = tomllib.loads(files("crawler").joinpath("pages.toml").read_text(encoding="utf-8"))
    return Vocabulary(
        tuple((kind, any_of(wall["patterns"]), wall["most"]) for kind, wall in raw["walls"].items()),
        any_of(raw["locked"]["patterns"]),
        frozenset(raw["locked"]["tiers"]),
        any_of(raw["fronts"]["patterns"]),
    )


def wall_kind(title: str, tree: lxml.html.HtmlElement, text_length: int) -> str | None:
    """`blocked`, `not_found`, `consent` or `login` where the page is one of these instead of a story, else None.

    Told by title and first heading, and only while the page has little running text (`text_length`, characters):
    a story about captchas or about cookie consent stays a story.
    """
    headings = [clean_line(h.text_content())[:200] for h in tree.xpath("//h1")[:2]]
    page_title = clean_line(tree.findtext(".//title") or "")[:200]
    for kind, pattern, most in vocabulary().walls:
        if text_length <= most and any(pattern.match(text) for text in (title[:200], page_title, *headings) if text):
            return kind
    return None


def is_story(tree: lxml.html.HtmlElement, items: list[Item], meta: dict[str, str], url: str, lines: list[str]) -> bool:
    """Whether the page tells one story: it says so, or it reads so (running prose, and not the look of a front)."""
    claims = any(is_article(item) for item in items) or meta.get("og:type", "").lower() == "article"
    prose = [line for line in lines if is_prose(line)]
    share = sum(map(len, prose)) / max(1, sum(map(len, lines)))
    if is_front(tree, items, url, claims=claims):
        return False
    if claims:
        return sum(map(len, lines)) >= 80 and bool(prose)
    sentences = sum(len(_SENTENCE_END.findall(line)) for line in prose)
    return (len(prose) >= 2 or sentences >= 3) and sum(map(len, prose)) >= 250 and share >= 0.5


def is_front(tree: lxml.html.HtmlElement, items: list[Item], url: str, *, claims: bool) -> bool:
    """Whether the page is a home page, a section, a search or an author's list rather than a story."""
    parts = urlsplit(url)
    path = unquote(parts.path) or "/"
    if names_story(parts.query):
        return False
    if path == "/" or (vocabulary().front_path.match(path) and not claims):
        return True
    listed = any(types_of(item) & element_words()["front_types"] for item in items)
    teasers = len(tree.xpath("//article[.//a[@href] and not(.//article)]"))
    if claims:
        return False
    return listed or teasers >= 8


def names_story(query: str) -> bool:
    """Whether the query of an address names a story by its number, as `?p=12` does."""
    return bool(_STORY_NUMBER.search(query))


def is_paywalled(items: list[Item], meta: dict[str, str], text: str, shown: list[str]) -> bool:
    """Whether the page says that it is for payers: in its metadata, or in visible words (`shown`) by a short text."""
    if is_locked(items) or meta.get("article:content_tier", "").lower() in vocabulary().locked_tiers:
        return True
    return len(text) < _STUB and any(vocabulary().locked.search(line[:1_000]) for line in shown)
