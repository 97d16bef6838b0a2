"""From a page to an article: one function, for the spiders, for the backfill and for anyone with a saved page."""

from __future__ import annotations

import re
from dataclasses import dataclass

import lxml.html

from crawler.bodies import body_lines
from crawler.boilerplate import without_boilerplate
from crawler.dates import article_dates
from crawler.languages import legible, page_language
from crawler.linked_data import Item, article_item, body_of, linked_items, names_of
from crawler.markup import MAX_BYTES, VisibleLines, clean_line, decode, drop_code, parse
from crawler.page_kinds import LEAST_TEXT, settled_kind, told_kind
from crawler.pages import LEAST_CLAIMED, claims_story, is_front, is_paywalled, is_story, wall_kind
from crawler.titles import article_title, outlet_name
from data.records import Article

_NOT_A_NAME = re.compile(r"https?:|www\.|@|^(?:by|staff|admin|administrator|editor|newsroom|unknown)$", re.IGNORECASE)
_BY = re.compile(r"^(?:by|por)[: ]\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """A page read: the article on it, or why there is none, and the canonical address that the page names itself.

    `reason` is one of the walls of `pages.toml` (`blocked`, `not_found`, `consent`, ...; `crawler.pages.may_pass` tells
    whether the page is worth another request), `video` or `photo` (pictures without a text), `no_story`, `no_markup`
    or `too_large`.
    """

    article: Article | None
    reason: str | None = None
    canonical: str | None = None


def extract_article(html: str | bytes, url: str) -> Article | None:
    """The article on the page `html` fetched from `url`, or None where the page tells no story.

    Bytes are decoded by `crawler.markup.decode`. `text` holds one paragraph a line, without comments, advertisements,
    captions, teasers and the headline. `outlet` is the name the page gives itself, else its host; `language` a
    two-letter code; `kind` what `crawler.page_kinds` tells. Pages over 10 MB, fronts, walls, error pages and empty
    pages give None. Never raises on a page.
    """
    return read_page(html, url).article


def read_page(html: str | bytes, url: str) -> Reading:
    """Like `extract_article`, and says why a page gave nothing."""
    if len(html) > MAX_BYTES:
        return Reading(None, "too_large")
    markup = decode(html) if isinstance(html, bytes) else html
    tree = parse(markup)
    if tree is None:
        return Reading(None, "no_markup")
    items, meta = linked_items(tree), meta_values(tree)
    drop_code(tree)
    shown, item = VisibleLines(tree), article_item(items)
    outlet, authors, canonical = outlet_name(item, meta, url), _authors(item, meta), canonical_link(tree)
    title = article_title(tree, item, meta, outlet, url, shown)
    told = told_kind(tree, items, item, meta, url, title, authors)
    found = body_lines(tree, body_of(item), live=told.kind == "live_blog")
    readable = legible(found)
    lines = without_boilerplate(readable, title)
    text = "\n".join(lines)
    claims = claims_story(items, meta)
    if wall := wall_kind(title, tree, shown, markup, len(text), claims=claims):
        return Reading(None, wall, canonical)
    least = LEAST_TEXT if told.illustrated else LEAST_CLAIMED
    if not title or not is_story(tree, items, meta, url, lines, least=least):
        pictures = told.illustrated and not is_front(tree, items, url, claims=claims)
        return Reading(None, told.kind if pictures else "no_story", canonical)
    dates = article_dates(tree, items, item, meta, url, shown=shown, title=title)
    article = Article(
        url=url,
        title=title,
        text=text,
        published=dates.published,
        modified=dates.modified,
        authors=authors,
        outlet=outlet,
        language=page_language(tree, item, meta, text),
        paywalled=len(readable) < len(found) or is_paywalled(tree, items, item, meta, text, found, shown),
        kind=settled_kind(told, readable),
    )
    return Reading(article, None, canonical)


def meta_values(tree: lxml.html.HtmlElement) -> dict[str, str]:
    """The page's meta elements by lower-case name, property or itemprop; the first of each counts."""
    values: dict[str, str] = {}
    for element in tree.xpath("//meta[@content]")[:500]:
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        content = clean_line(element.get("content")[:2_000])
        if name and content:
            values.setdefault(name.strip().lower(), content)
    return values


def canonical_link(tree: lxml.html.HtmlElement) -> str | None:
    """The address in `<link rel=canonical>`, as written."""
    for link in tree.xpath("//link[@rel and @href]")[:200]:
        if "canonical" in link.get("rel").lower().split():
            return link.get("href").strip()[:2_000] or None
    return None


def _authors(item: Item, meta: dict[str, str]) -> tuple[str, ...]:
    """Names in the order told, without "By", addresses and placeholders."""
    told = names_of(item.get("author")) or re.split(
        r";|,? and ", meta.get("author", "") or meta.get("parsely-author", "")
    )
    names = (_BY.sub("", clean_line(name)) for one in told for name in _people(one))
    return tuple(dict.fromkeys(n for n in names if 2 < len(n) < 80 and not _NOT_A_NAME.search(n)))


def _people(told: str) -> list[str]:
    """ "Ana Ruiz, Tom Lee" are two people, "Lee, Tom" is one."""
    parts = re.split(r",\s+(?:and\s+)?|\s+and\s+", told)
    return parts if all(len(part.split()) > 1 for part in parts) else [told]
