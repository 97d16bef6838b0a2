"""Which kind of article a page holds: news, an opinion, a live blog, a video or photo page, a press release.

Told, in this order, by schema.org's types, by the section that the page names, by the folders of its address, by the
shape of its title, by its authors and by its host. The vocabulary is `page_kinds.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import unquote, urlsplit

import lxml.html

from crawler.boilerplate import any_of, words_of
from crawler.canonical import host_of
from crawler.linked_data import Item, text_of, types_of
from crawler.markup import clean_line, joined_names

NEWS = "news"
LEAST_TEXT = 250  # characters that a page of pictures has to have for an article
_ILLUSTRATED = ("video", "photo")
_FULL_TEXT = 1_000  # characters; a page of pictures with a longer text is a story with pictures
_SECTIONS = ("article:section", "parsely-section", "og:section", "sailthru.section", "section")
_LABEL = 120  # characters


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of page is told; the fields are those of `page_kinds.toml`."""

    name: str
    types: frozenset[str]
    og: frozenset[str]
    sections: frozenset[str]
    folders: frozenset[str]
    titles: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The kinds in the order in which they are tried, and what only one of them has."""

    kinds: tuple[Kind, ...]
    posts: frozenset[str]
    opinion_authors: re.Pattern[str]
    release_hosts: re.Pattern[str]
    release_beginnings: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Told:
    """A kind, and whether the page's own structure says so (`sure`) or only a label beside it."""

    kind: str
    sure: bool = True

    @property
    def illustrated(self) -> bool:
        """Whether the story may be all in pictures."""
        return self.kind in _ILLUSTRATED


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The patterns of `page_kinds.toml`, read once."""
    raw = tomllib.loads(files("crawler").joinpath("page_kinds.toml").read_text(encoding="utf-8"))
    release = raw["press_release"]
    return Vocabulary(
        tuple(_kind(name, told) for name, told in raw.items()),
        frozenset(raw["live_blog"]["posts"].split()),
        any_of([raw["opinion"]["authors"]]),
        any_of(release["hosts"]),
        any_of([release["beginnings"]]),
    )


def _kind(name: str, raw: dict[str, Any]) -> Kind:
    words = {key: frozenset(raw.get(key, "").split()) for key in ("types", "sections", "folders")}
    og = frozenset(raw.get("og", "").split())
    return Kind(name, words["types"], og, words["sections"], words["folders"], any_of(raw["titles"]))


def told_kind(
    tree: lxml.html.HtmlElement,
    items: list[Item],
    item: Item,
    meta: dict[str, str],
    url: str,
    title: str,
    authors: tuple[str, ...],
) -> Told:
    """The kind that the page at `url` gives itself, before its text is known.

    `item` is the JSON-LD item of the article among the page's `items`, `meta` its meta elements by lower-case name.
    `title` is the headline; the page's own title and its social one are looked at too, because they often carry the
    label that the headline leaves out.
    """
    known = vocabulary()
    section, folders = _section(item, meta), _folders(url)
    page_title = clean_line((tree.findtext(".//title") or "")[:500])
    titles = {text[:300] for text in (title, meta.get("og:title", ""), page_title)}
    og = meta.get("og:type", "").lower()
    types = types_of(item)
    if not types and og != "article":  # such a page may show a video or gallery beside its story
        types = {name for other in items for name in types_of(other)}
    for kind in known.kinds:
        if types & kind.types:
            return Told(kind.name, sure=bool(item) or kind.name not in _ILLUSTRATED)
    for kind in known.kinds:
        if folders & kind.folders or section in kind.sections:
            return Told(kind.name, sure=bool(folders & kind.folders))
    for kind in known.kinds:
        if og in kind.og or any(kind.titles.match(text) for text in titles):
            return Told(kind.name, sure=False)
    if any(known.opinion_authors.match(name) for name in authors):
        return Told("opinion")
    return Told("press_release" if known.release_hosts.match(host_of(url)) else NEWS)


def settled_kind(told: Told, lines: list[str]) -> str:
    """The kind once the text is known, from the lines of the body.

    A page that is only labelled as one of pictures and has a full text beside them is news; a text that begins like a
    press release is one.
    """
    if told.illustrated and not told.sure and sum(map(len, lines)) >= _FULL_TEXT:
        return NEWS
    labels = [line for line in lines[:3] if len(line) < _LABEL]
    if told.kind == NEWS and any(vocabulary().release_beginnings.match(line) for line in labels):
        return "press_release"
    return told.kind


def live_posts(tree: lxml.html.HtmlElement) -> Iterator[lxml.html.HtmlElement]:
    """The elements that hold the posts of a live blog, in the page's order, none inside another."""
    taken: set[lxml.html.HtmlElement] = set()
    for element in tree.iter("article", "div", "li", "section"):
        if _is_post(element) and taken.isdisjoint(element.iterancestors()):
            taken.add(element)
            yield element


def _is_post(element: lxml.html.HtmlElement) -> bool:
    if "liveBlogUpdate" in element.get("itemprop", ""):
        return True
    return not vocabulary().posts.isdisjoint(joined_names(element))


def _section(item: Item, meta: dict[str, str]) -> str:
    """The first section that the page names, its words joined by hyphens."""
    told = [text_of(item.get("articleSection")), *(meta.get(name, "") for name in _SECTIONS)]
    return "-".join(words_of(next((text for text in told if text), "")[:100]))


def _folders(url: str) -> set[str]:
    """The folders of an address, without the last part, which is made of the headline."""
    return {part.lower().replace("_", "-") for part in unquote(urlsplit(url).path).rstrip("/").split("/")[:-1]}
