"""Sitemaps: plain ones, news sitemaps and indexes, also gzipped. No entity is ever expanded, nothing is fetched."""

from __future__ import annotations

import zlib
from datetime import date, datetime

import lxml.etree

from crawler.canonical import canonical_url
from crawler.links import Link, Listing, newest_first, read_moment
from crawler.sections import looks_like_story
from crawler.xml_bounds import costly_xml

MAX_DEPTH = 3  # an index in an index in an index
MAX_CHILDREN = 20  # sitemaps followed from one index, newest first
MAX_LINKS = 1_000  # of one sitemap
MAX_BYTES = 50_000_000  # unpacked, the limit of the sitemap protocol
MAX_TAGS = 1_000_000  # its 50,000 addresses with ten elements each


class NotASitemapError(ValueError):
    """The document is no sitemap, or one that is built to exhaust its reader."""


def read_sitemap(body: bytes, url: str, since: date | None = None) -> Listing:
    """The links of the sitemap `body` fetched from `url`; for an index, the newest sitemaps it names.

    Entries that say that they are older than `since` are left out. Raises NotASitemapError.
    """
    root = _parse(_unpacked(body))
    kind = _local(root)
    if kind == "sitemapindex":
        return _index(root, url, since)
    if kind != "urlset":
        raise NotASitemapError(f"root element {kind[:60]!r}")
    links = [link for entry in _children(root, "url") if (link := _link(entry, url))]
    recent = [link for link in newest_first(links) if not _older(link, since)]
    return Listing(tuple(recent[:MAX_LINKS]), cut=len(recent) > MAX_LINKS)


def _index(root: lxml.etree._Element, url: str, since: date | None) -> Listing:
    children: list[tuple[datetime | None, str]] = []
    for entry in _children(root, "sitemap"):
        address = canonical_url(_text(entry, "loc"), url)
        changed = read_moment(_text(entry, "lastmod"))
        if address and not (since and changed and changed.date() < since):
            children.append((changed, address))
    children.sort(key=lambda child: -child[0].timestamp() if child[0] else 0.0)
    named = list(dict.fromkeys(address for _, address in children))
    return Listing(listings=tuple(named[:MAX_CHILDREN]), cut=len(named) > MAX_CHILDREN)


def _link(entry: lxml.etree._Element, url: str) -> Link | None:
    address = canonical_url(_text(entry, "loc"), url)
    if not address:
        return None
    changed = read_moment(_text(entry, "lastmod"))
    news = next(_children(entry, "news"), None)
    if news is None:  # a plain sitemap names every kind of page, and its lastmod says nothing of publication
        return Link(address, None, changed) if looks_like_story(address) else None
    published = read_moment(_text(news, "publication_date"))
    return Link(address, published.date() if published else None, changed, _text(news, "title")[:500])


def _older(link: Link, since: date | None) -> bool:
    newest = max((day for day in (link.published, link.updated and link.updated.date()) if day), default=None)
    return bool(since and newest and newest < since)


def _parse(text: bytes) -> lxml.etree._Element:
    if reason := costly_xml(text, MAX_TAGS):
        raise NotASitemapError(reason)
    parser = lxml.etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, recover=True
    )
    try:
        root = lxml.etree.fromstring(text.strip(), parser=parser)
    except (lxml.etree.LxmlError, ValueError) as error:
        raise NotASitemapError(str(error)[:200]) from error
    if root is None:
        raise NotASitemapError("no XML")
    return root


def _unpacked(body: bytes) -> bytes:
    if body[:2] != b"\x1f\x8b":
        return body
    reader = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        text = reader.decompress(body, MAX_BYTES)
    except zlib.error as error:
        raise NotASitemapError(f"broken gzip: {error}") from error
    if reader.unconsumed_tail:
        raise NotASitemapError(f"unpacks to more than {MAX_BYTES} bytes")
    return text


def _children(element: lxml.etree._Element, name: str):
    return (child for child in element if _local(child) == name)


def _text(element: lxml.etree._Element, name: str) -> str:
    child = next(_children(element, name), None)
    return (child.text or "").strip()[:2_000] if child is not None else ""


def _local(element: lxml.etree._Element) -> str:
    """The element's name without its namespace, which publishers often get wrong."""
    return lxml.etree.QName(element).localname if isinstance(element.tag, str) else ""
