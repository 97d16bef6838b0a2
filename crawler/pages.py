"""What kind of page came back: a story, a front, or something in the story's place that is told with status 200."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import unquote, urlsplit

import lxml.html

from crawler.boilerplate import any_of, is_prose
from crawler.linked_data import Item, has_locked_part, is_article, is_locked, types_of
from crawler.markup import VisibleLines, clean_line, element_words, joined_names

_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*(?=\s|$)")
_STORY_NUMBER = re.compile(r"(?:^|&)(?:id|p|story|article|storyid|articleid|newsid)=\d+", re.IGNORECASE)
_PART = re.compile(r"\s+[|\-–—•·»]+\s+|\s*\|\s*")
_REST = 25  # characters that may follow the words of a wall in a title; a headline goes on for longer
_STRICT_REST = 8  # the same where the page may be a story
_TEXT = 250  # characters of running text; a page with as many may be a story
LEAST_CLAIMED = 80  # characters that a page has to have which says that it is a story
_STUB = 1_500  # characters; a longer text was evidently not withheld
_SHORT_STUB = 400
_MOST_PRINTED = 6_000  # characters that a page in place of a story shows, its frame included
_LINES = 400  # visible lines that are looked at on a page without a story
_MARKUP = 300_000  # characters of markup that are looked at on such a page; walls are small


@dataclass(frozen=True, slots=True)
class Wall:
    """One kind of page that stands in the place of a story; the fields are those of `pages.toml`."""

    kind: str
    passes: bool
    most: int
    titles: re.Pattern[str]
    lines: re.Pattern[str] | None
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The compiled patterns of `pages.toml`."""

    walls: tuple[Wall, ...]
    shell_ids: frozenset[str]
    shell_most: int
    locked: re.Pattern[str]
    locked_weakly: re.Pattern[str]
    locked_tiers: frozenset[str]
    locked_names: frozenset[str]
    front_path: re.Pattern[str]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The patterns of `pages.toml`, read once."""
    raw = tomllib.loads(files("crawler").joinpath("pages.toml").read_text(encoding="utf-8"))
    return Vocabulary(
        tuple(_wall(kind, wall) for kind, wall in raw["walls"].items()),
        frozenset(raw["shells"]["ids"].split()),
        raw["shells"]["most"],
        any_of(raw["locked"]["patterns"]),
        any_of(raw["locked"]["weak"]),
        frozenset(raw["locked"]["tiers"]),
        frozenset(raw["locked"]["names"].split()),
        any_of(raw["fronts"]["patterns"]),
    )


def _wall(kind: str, raw: dict[str, Any]) -> Wall:
    lines = any_of(raw["lines"]) if raw["lines"] else None
    return Wall(kind, raw["passes"], raw["most"], any_of(raw["titles"]), lines, tuple(raw["marks"]))


def may_pass(reason: str | None) -> bool:
    """Whether a page that gave no article for `reason` was a wall that may be gone the next time it is asked for."""
    return any(wall.kind == reason and wall.passes for wall in vocabulary().walls)


def claims_story(items: list[Item], meta: dict[str, str]) -> bool:
    """Whether the page says in its metadata that it is a story."""
    return any(is_article(item) for item in items) or meta.get("og:type", "").lower() == "article"


def wall_kind(
    title: str, tree: lxml.html.HtmlElement, shown: VisibleLines, markup: str, length: int, *, claims: bool
) -> str | None:
    """The kind of wall (`pages.toml`) where the page is one instead of a story, else None.

    `length` is the number of characters of running text, `claims` whether the page says that it is a story. Titles and
    headings count while the text is short and where next to nothing follows the words: a story about captchas stays a
    story. What the page prints and the marks of the known protection services count only where there is no story.
    """
    titles, headings = _titles(title, tree), _headings(tree)
    doubtful = claims or length >= _TEXT
    rest = _STRICT_REST if doubtful else _REST
    for wall in vocabulary().walls:
        if length <= wall.most and any(_says(wall.titles, text, rest) for text in titles):
            return wall.kind
    if doubtful:  # a heading alone, of a dialogue on top of the story, does not tell
        return None if claims else _heading_wall(headings[:1], length, _STRICT_REST, ("not_found", "blocked"))
    return _heading_wall(headings, length, _REST, None) or _printed_wall(tree, shown, markup)


def is_story(
    tree: lxml.html.HtmlElement,
    items: list[Item],
    meta: dict[str, str],
    url: str,
    lines: list[str],
    *,
    least: int,
) -> bool:
    """Whether the page tells one story: it says so, or it reads so (running prose, and not the look of a front).

    `least` is the number of characters that a page has to have which says that it is a story.
    """
    claims = claims_story(items, meta)
    prose = [line for line in lines if is_prose(line)]
    if is_front(tree, items, url, claims=claims):
        return False
    size = sum(map(len, lines))
    if claims:
        return size >= least and bool(prose)
    told = sum(map(len, prose))
    sentences = sum(len(_SENTENCE_END.findall(line)) for line in prose)
    return (len(prose) >= 2 or sentences >= 3) and told >= max(least, _TEXT) and told >= 0.5 * size


def is_front(tree: lxml.html.HtmlElement, items: list[Item], url: str, *, claims: bool) -> bool:
    """Whether the page is a home page, a section, a search or an author's list rather than a story."""
    parts = urlsplit(url)
    path = unquote(parts.path) or "/"
    if names_story(parts.query):
        return False
    if path == "/" or (vocabulary().front_path.match(path) and not claims):
        return True
    if claims:
        return False
    listed = any(types_of(item) & element_words()["front_types"] for item in items)
    return listed or len(tree.xpath("//article[.//a[@href] and not(.//article)]")) >= 8


def names_story(query: str) -> bool:
    """Whether the query of an address names a story by its number, as `?p=12` does."""
    return bool(_STORY_NUMBER.search(query))


def is_paywalled(
    tree: lxml.html.HtmlElement,
    items: list[Item],
    item: Item,
    meta: dict[str, str],
    text: str,
    found: list[str],
    shown: VisibleLines,
) -> bool:
    """Whether the page says that the rest is for payers.

    In its metadata; in the last lines `found` of the body; by a short `text` also in visible words (`shown`) and in the
    names of its elements.
    """
    known = vocabulary()
    if is_locked(item) or meta.get("article:content_tier", "").lower() in known.locked_tiers:
        return True
    if any(known.locked.match(line) for line in found[-3:]):
        return True
    if len(text) >= _STUB:
        return False
    lines = [line[:1_000] for line in shown.all()]
    if has_locked_part(items) or any(known.locked.search(line) for line in lines):
        return True
    if len(text) >= _SHORT_STUB:
        return False
    return any(known.locked_weakly.match(line) for line in lines) or _holds_paywall(tree)


def _titles(title: str, tree: lxml.html.HtmlElement) -> list[str]:
    page_title = clean_line(tree.findtext(".//title") or "")
    return [part for text in (title, page_title) for part in (text[:200], *_PART.split(text[:200])) if part]


def _headings(tree: lxml.html.HtmlElement) -> list[str]:
    found = [*tree.xpath("//h1")[:2], *tree.xpath("//h2")[:2]]
    return [clean_line(heading.text_content())[:200] for heading in found]


def _says(pattern: re.Pattern[str], text: str, rest: int) -> bool:
    found = pattern.match(text)
    return bool(found) and len(text[found.end() :].strip(" .!?…")) <= rest


def _heading_wall(headings: list[str], length: int, rest: int, kinds: tuple[str, ...] | None) -> str | None:
    for wall in vocabulary().walls:
        fits = length <= wall.most and (kinds is None or wall.kind in kinds)
        if fits and any(_says(wall.titles, text, rest) for text in headings):
            return wall.kind
    return None


def _printed_wall(tree: lxml.html.HtmlElement, shown: VisibleLines, markup: str) -> str | None:
    """The wall that a page without a story shows by what it prints, by its markup, or by having nothing at all."""
    lines = [line[:300] for line in shown.first(_LINES)]
    lower = markup[:_MARKUP].lower()
    size = sum(map(len, lines))
    if size > _MOST_PRINTED:
        return None
    for wall in vocabulary().walls:
        if wall.lines and any(wall.lines.match(line) for line in lines):
            return wall.kind
        if size <= wall.most and any(mark in lower for mark in wall.marks):
            return wall.kind
    if size <= _SHORT_STUB and tree.xpath("//input[@type='password']"):
        return "login"
    if size <= _STUB and any(vocabulary().locked.match(line) for line in lines):
        return "paywall"
    return "javascript" if size <= vocabulary().shell_most and _is_shell(tree, lower) else None


def _is_shell(tree: lxml.html.HtmlElement, markup: str) -> bool:
    """Whether there is only an application that a script starts: its mount, or the notice to those without scripts."""
    if "<script" not in markup:
        return False
    notices = (element.text_content().lower() for element in tree.iter("noscript"))
    return any("javascript" in notice for notice in notices) or any(
        element.get("id") in vocabulary().shell_ids for element in tree.iter("div", "main", "app-root")
    )


def _holds_paywall(tree: lxml.html.HtmlElement) -> bool:
    known = vocabulary().locked_names
    marked = tree.xpath("//*[contains(@class, 'wall') or contains(@id, 'wall') or contains(@class, 'subscriber')]")
    return any(not known.isdisjoint(joined_names(element)) for element in marked[:200])
