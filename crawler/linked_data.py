"""What a page says of itself in JSON-LD: the schema.org item that describes its article.

Publishers nest it in `@graph`, in lists, in `mainEntity`, with HTML comments around and raw line breaks inside;
extruct's reader copes with the outside, the walk below with the inside.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import lxml.html
from extruct.jsonld import JsonLdExtractor

from crawler.markup import clean_line, element_words

Item = dict[str, Any]

_MAX_NODES = 2_000  # items looked at in one page
_MAX_BODY = 400_000  # characters of `articleBody` read
_TAG = re.compile(r"<[^<>]{1,2000}>")
_BREAK = re.compile(r"<\s*(?:/p|br\s*/?|/div|/h[1-6]|/li)\s*>|\r\n?|\n", re.IGNORECASE)


def linked_items(tree: lxml.html.HtmlElement) -> list[Item]:
    """Every JSON-LD object of the page, nested ones after those that hold them. Broken blocks are passed over."""
    items: list[Item] = []
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        items.extend(_walk(_read_block(script)))
        if len(items) >= _MAX_NODES:
            break
    return items[:_MAX_NODES]


def article_item(items: list[Item]) -> Item:
    """The item describing the page's article, else an empty one: the first article type, fullest first."""
    articles = [item for item in items if is_article(item)]
    return max(articles, key=_fullness, default={})


def types_of(item: Item) -> set[str]:
    """The item's `@type` names without their namespace."""
    declared = item.get("@type")
    names = declared if isinstance(declared, list) else [declared]
    return {name.rsplit("/", 1)[-1] for name in names if isinstance(name, str)}


def is_article(item: Item) -> bool:
    """Whether the item describes a story."""
    return bool(types_of(item) & element_words()["article_types"])


def text_of(value: object) -> str:
    """A property as one line of text: a string, an object's name, or the first of a list."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value") or ""
    return clean_line(html.unescape(_TAG.sub(" ", value))) if isinstance(value, str) else ""


def names_of(value: object) -> list[str]:
    """The names in an `author` property, whatever its shape."""
    values = value if isinstance(value, list) else [value]
    return [name for one in values[:20] if (name := text_of(one))]


def body_of(item: Item) -> list[str]:
    """The paragraphs of `articleBody`; markup inside it is dropped, its line breaks are kept."""
    body = item.get("articleBody")
    if not isinstance(body, str):
        return []
    lines = _BREAK.sub("\n", html.unescape(body[:_MAX_BODY])).split("\n")
    return [line for raw in lines if (line := clean_line(html.unescape(_TAG.sub(" ", raw))))]


def is_locked(items: list[Item]) -> bool:
    """Whether any item says `isAccessibleForFree: false`, as search engines ask publishers of paid pages to do."""
    return any(str(item.get("isAccessibleForFree")).strip().lower() in ("false", "no", "0") for item in items)


def _read_block(script: lxml.html.HtmlElement) -> list[Any]:
    try:
        return list(JsonLdExtractor()._extract_items(script))
    except (ValueError, RecursionError, IndexError, TypeError, AttributeError):
        return []


def _walk(values: list[Any]) -> Iterator[Item]:
    queue = list(values)
    for value in queue:
        if len(queue) > _MAX_NODES:
            return
        if isinstance(value, list):
            queue.extend(value[:_MAX_NODES])
        elif isinstance(value, dict):
            yield value
            queue.extend(inner for inner in value.values() if isinstance(inner, dict | list))


def _fullness(item: Item) -> int:
    wanted = ("headline", "datePublished", "author", "publisher", "articleBody")
    return sum(bool(item.get(key)) for key in wanted)
