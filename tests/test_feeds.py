"""Feeds: RSS, Atom and JSON Feed, as they are in the wild."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from crawler.feeds import MAX_ENTRIES, NotAFeedError, read_feed

URL = "https://ferry.example/feeds/news.xml"


def test_rss_with_dates_titles_and_tracking():
    body = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Ferry</title>
    <item><title>Older &amp; wiser</title><link>https://ferry.example/older?utm_source=rss</link>
      <pubDate>Mon, 02 Feb 2026 23:30:00 -0800</pubDate></item>
    <item><title>Newer</title><link> /newer#top </link><pubDate>Tue, 03 Feb 2026 10:00:00 GMT</pubDate></item>
    <item><title>No link</title></item></channel></rss>"""
    listing = read_feed(body, URL)
    assert [link.url for link in listing.links] == ["https://ferry.example/older", "https://ferry.example/newer"]
    older, newer = listing.links
    assert (older.title, older.published, older.updated) == ("Older & wiser", date(2026, 2, 3), None)
    assert (newer.title, newer.published) == ("Newer", date(2026, 2, 3))
    assert not listing.cut


def test_atom_tells_when_an_entry_changed():
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="html">A &lt;b&gt;vote&lt;/b&gt;</title>
    <link rel="alternate" href="https://ferry.example/a-vote"/><published>2026-02-01T08:00:00-08:00</published>
    <updated>2026-02-03T09:00:00-08:00</updated></entry></feed>"""
    (link,) = read_feed(body, URL).links
    assert link.published == date(2026, 2, 1)
    assert link.updated == datetime(2026, 2, 3, 17, tzinfo=UTC)


def test_json_feed():
    body = b"""{"version": "https://jsonfeed.org/version/1.1", "items": [
      {"id": "1", "url": "https://ferry.example/one", "title": "One", "date_published": "2026-02-01T23:00:00-08:00",
       "date_modified": "2026-02-02T23:00:00Z"},
      {"id": "2", "external_url": "https://ferry.example/two"}, {"id": "3"}, "junk"]}"""
    one, two = read_feed(body, URL, "application/feed+json").links
    assert (one.url, one.title, one.published) == ("https://ferry.example/one", "One", date(2026, 2, 2))
    assert one.updated == datetime(2026, 2, 2, 23, tzinfo=UTC)
    assert (two.url, two.published, two.updated) == ("https://ferry.example/two", None, None)


def test_address_behind_a_counting_service_is_preferred():
    body = b"""<rss version="2.0" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"><channel><item>
    <link>http://feeds.example/~r/1</link><feedburner:origLink>https://ferry.example/real</feedburner:origLink>
    </item></channel></rss>"""
    assert [link.url for link in read_feed(body, URL).links] == ["https://ferry.example/real"]


def test_feed_in_latin_1_and_with_a_broken_end_is_read_as_far_as_it_goes():
    text = '<?xml version="1.0" encoding="iso-8859-1"?><rss version="2.0"><channel>'
    text += "<item><title>Peña</title><link>https://ferry.example/p</link></item><item><title>cut"
    (link, *_) = read_feed(text.encode("latin-1"), URL).links
    assert link.title == "Peña"


def test_long_feed_is_cut_and_says_so():
    items = "".join(f"<item><link>https://ferry.example/{n}</link></item>" for n in range(MAX_ENTRIES + 1))
    listing = read_feed(f'<rss version="2.0"><channel>{items}</channel></rss>'.encode(), URL)
    assert (len(listing.links), listing.cut) == (MAX_ENTRIES, True)


def test_entities_are_not_expanded():
    bomb = '<!DOCTYPE r [<!ENTITY a "lol">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
    )
    body = f'{bomb}]><rss version="2.0"><channel><item><title>&j;</title><link>/x</link></item></channel></rss>'
    try:
        listing = read_feed(body.encode(), URL)
    except NotAFeedError:
        return
    assert all(len(link.title) < 1_000 for link in listing.links)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"<html><body>We moved</body></html>", "text/html"),
        (b"", ""),
        (b'{"items": ', "application/json"),
        (b"[1, 2]", "application/json"),
        (b'{"items": 3}', "application/json"),
        (b"{" * 200_000, "application/json"),
        (b"x" * 9_000_000, "application/rss+xml"),
    ],
)
def test_other_documents_are_refused(body, content_type):
    with pytest.raises(NotAFeedError):
        read_feed(body, URL, content_type)


@hypothesis_settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["", "application/json"]))
def test_junk_is_refused_or_read_but_raises_nothing_else(junk, content_type):
    try:
        read_feed(b"<rss><channel><item><link>" + junk, URL, content_type)
    except NotAFeedError:
        assert True
