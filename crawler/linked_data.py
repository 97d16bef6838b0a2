"""What a page says of itself in JSON-LD: the schema.org item that describes its article.

Publishers nest it in `@graph`, in lists, in `mainEntity`, with HTML comments around and raw line breaks inside;
extruct's reader copes with the outside, the walk below with the inside.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

import lxml.html
from extruct.jsonld import JsonLdExtractor

from crawler.markup import clean_line, element_words

Item = dict[str, Any]

_MAX_NODES = 2_000  # items looked at in one page
_MAX_POSTS = 500  # of a live blog
_MAX_BODY = 400_000  # characters of `articleBody` read
_TAG = re.compile(r"<[^<>]{1,2000}>")
_BREAK = re.compile(r"<\s*(?:/p|br\s*/?|/div|/h[1-6]|/li)\s*>|\r\n?|\n", re.IGNORECASE)


def linked_items(tree: lxml.html.HtmlElement) -> list[Item]:
    """Every JSON-LD object of the page, nested ones after those that hold them. Broken blocks are passed over."""
    items: list[Item] = []
    for script in tree.iter("script"):
        if script.get("type", "").partition(";")[0].strip().lower() != "application/ld+json":
            continue
        items.extend(_walk(_read_block(script)))
        if len(items) >= _MAX_NODES:
            break
    return items[:_MAX_NODES]


def article_item(items: list[Item]) -> Item:
    """The item describing the page's article, else an empty one: the first article type, fullest first.

    A live blog counts before its posts, which are articles in themselves.
    """
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
    """The paragraphs of `articleBody`; markup inside it is dropped, its line breaks are kept.

    Those of a live blog are the headlines and bodies of its posts, in the item's order.
    """
    posts = item.get("liveBlogUpdate")
    posts = [posts] if isinstance(posts, dict) else posts if isinstance(posts, list) else []
    bodies = [item.get("articleBody")]
    for post in posts[:_MAX_POSTS]:
        if isinstance(post, dict):
            bodies += [post.get("headline"), post.get("articleBody")]
    return _bounded([line for body in bodies if isinstance(body, str) for line in _lines_of(body)])


def _lines_of(body: str) -> list[str]:
    lines = _BREAK.sub("\n", html.unescape(body[:_MAX_BODY])).split("\n")
    return [line for raw in lines if (line := clean_line(html.unescape(_TAG.sub(" ", raw))))]


def _bounded(lines: list[str]) -> list[str]:
    room = _MAX_BODY
    kept = []
    for line in lines:
        room -= len(line)
        if room < 0:
            break
        kept.append(line)
    return kept


def is_locked(item: Item) -> bool:
    """Whether the article says `isAccessibleForFree: false`, as search engines ask publishers of paid pages to do."""
    return _is_false(item.get("isAccessibleForFree"))


def has_locked_part(items: list[Item]) -> bool:
    """Whether a part of the page (`hasPart`) or the page itself says so, whatever the article says."""
    return any(_is_false(item.get("isAccessibleForFree")) for item in items if not is_article(item))


def _is_false(value: object) -> bool:
    return str(value).strip().lower().rsplit("/", 1)[-1] in ("false", "no", "0")


def _read_block(script: lxml.html.HtmlElement) -> list[Any]:
    try:
        value = json.loads(script.text or "", strict=False)
    except RecursionError:
        return []
    except ValueError:
        return _read_broken(script)
    return value if isinstance(value, list) else [value]


def _read_broken(script: lxml.html.HtmlElement) -> list[Any]:
    """What extruct, which knows comments and trailing commas, makes of a block that is no JSON."""
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
    live = "LiveBlogPosting" in types_of(item)
    return sum(bool(item.get(key)) for key in wanted) + len(wanted) * live
