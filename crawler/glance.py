"""What can be told of a page without parsing it: enough for the many pages that say nothing of the subject."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from crawler.articles import Reading, read_page
from crawler.markup import clean_line
from crawler.pages import names_story, vocabulary

_PARAGRAPHS = 4  # fewer, and the page is read in full: it may be a wall, a stub, or made by scripts
_HEADING = re.compile(r"<(title|h1)\b[^>]*>(.{0,500}?)</\1", re.IGNORECASE | re.DOTALL)
_PARAGRAPH = re.compile(r"<p[\s>][^<]{0,2000}[.!?]", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_LINK = re.compile(r"<link\b[^<>]{0,3000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"\b(rel|href)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)


def read_where_mentioned(page: str, url: str, mentions: Callable[[str], bool] | None) -> Reading:
    """`crawler.articles.read_page`, but a plain story whose markup does not hold the subject's words (`mentions`) is
    not parsed: it is `irrelevant`, whatever its text. Without `mentions` every page is read."""
    if mentions is None or mentions(page) or not is_plain_story(page, url):
        return read_page(page, url)
    return Reading(None, "irrelevant", told_address(page))


def is_plain_story(markup: str, url: str) -> bool:
    """Whether the page has the paragraphs of a story, the address of one, and no wall's title or heading."""
    parts = urlsplit(url)
    if vocabulary().front_path.match(unquote(parts.path) or "/") and not names_story(parts.query):
        return False
    paragraphs = sum(1 for _, _found in zip(range(_PARAGRAPHS), _PARAGRAPH.finditer(markup), strict=False))
    return paragraphs == _PARAGRAPHS and not any(_is_wall(told[2]) for told in _HEADING.finditer(markup))


def _is_wall(heading: str) -> bool:
    text = clean_line(html.unescape(_TAG.sub("", heading)))[:200]
    return any(wall.titles.match(text) for wall in vocabulary().walls)


def told_address(markup: str) -> str | None:
    """The address in `<link rel=canonical>`, as `crawler.articles.canonical_link` reads it out of the parsed page."""
    for tag in _LINK.finditer(markup):
        told = {name.lower(): html.unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(tag[0])}
        if "canonical" in told.get("rel", "").lower().split() and told.get("href"):
            return told["href"].strip()[:2_000] or None
    return None
