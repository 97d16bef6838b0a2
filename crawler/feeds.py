"""Feeds: RSS and Atom through feedparser, JSON Feed."""

from __future__ import annotations

import calendar
import json
from datetime import UTC, date, datetime
from time import struct_time
from typing import Any

import feedparser

from crawler.canonical import canonical_url
from crawler.links import Link, Listing, newest_first, read_moment
from crawler.xml_bounds import costly_xml

MAX_ENTRIES = 500  # of one feed
MAX_BYTES = 8_000_000
MAX_TAGS = 150_000  # of one feed; a very long one has 60,000


class NotAFeedError(ValueError):
    """The document is neither RSS, Atom nor JSON Feed."""


def read_feed(body: bytes, url: str, content_type: str = "") -> Listing:
    """The links of the feed `body` fetched from `url`. Raises NotAFeedError."""
    if len(body) > MAX_BYTES:
        raise NotAFeedError(f"{len(body)} bytes, the most is {MAX_BYTES}")
    if "json" in content_type or body.lstrip()[:1] == b"{":
        return _json_feed(body, url)
    if reason := costly_xml(body, MAX_TAGS):
        raise NotAFeedError(reason)
    parsed = feedparser.parse(  # the markup inside of entries is not looked at
        body, response_headers={"content-location": url}, sanitize_html=False, resolve_relative_uris=False
    )
    if not parsed.get("version") and not parsed.entries:
        raise NotAFeedError(str(parsed.get("bozo_exception") or "no entries and no feed element")[:200])
    return _listing([_entry(entry, url) for entry in parsed.entries[:MAX_ENTRIES]], len(parsed.entries))


def _entry(entry: Any, url: str) -> Link | None:
    address = canonical_url(entry.get("feedburner_origlink") or entry.get("link") or "", url)
    published = _moment(entry.get("published_parsed"))
    updated = _moment(entry["updated_parsed"]) if "updated_parsed" in entry else None  # get() gives published instead
    if not address:
        return None
    first = published or updated
    return Link(address, first.date() if first else None, updated, str(entry.get("title") or "")[:500])


def _moment(parsed: struct_time | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, OSError):
        return None


def _json_feed(body: bytes, url: str) -> Listing:
    try:
        feed = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotAFeedError(f"broken JSON: {error}"[:200]) from error
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        raise NotAFeedError("a JSON document without items")
    return _listing([_item(item, url) for item in items[:MAX_ENTRIES] if isinstance(item, dict)], len(items))


def _item(item: dict[str, Any], url: str) -> Link | None:
    address = canonical_url(str(item.get("url") or item.get("external_url") or ""), url)
    published = read_moment(str(item.get("date_published") or ""))
    updated = read_moment(str(item.get("date_modified") or ""))
    if not address:
        return None
    return Link(address, _day(published or updated), updated, str(item.get("title") or "")[:500])


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _listing(links: list[Link | None], told: int) -> Listing:
    return Listing(tuple(newest_first([link for link in links if link])), cut=told > MAX_ENTRIES)
