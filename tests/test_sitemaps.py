"""Sitemaps and section pages: which stories they name."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime

import pytest

from crawler.markup import parse
from crawler.sections import looks_like_story, read_section
from crawler.sitemaps import MAX_CHILDREN, MAX_LINKS, NotASitemapError, read_sitemap

URL = "https://ferry.example/sitemap.xml"
NEWS = b"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
  <url><loc>https://ferry.example/a-vote-on-the-pact</loc><lastmod>2026-02-03T09:00:00-08:00</lastmod>
    <news:news><news:publication><news:name>Ferry</news:name><news:language>en</news:language></news:publication>
    <news:publication_date>2026-02-01</news:publication_date><news:title>A vote on the pact</news:title></news:news>
  </url>
  <url><loc>https://ferry.example/older</loc><news:news><news:publication_date>2026-01-01T10:00:00Z
    </news:publication_date><news:title>Older</news:title></news:news></url>
  <url><loc>mailto:desk@ferry.example</loc></url>
</urlset>"""


def test_news_sitemap_tells_title_day_and_change():
    vote, older = read_sitemap(NEWS, URL).links
    assert (vote.url, vote.title) == ("https://ferry.example/a-vote-on-the-pact", "A vote on the pact")
    assert (vote.published, vote.updated) == (date(2026, 2, 1), datetime(2026, 2, 3, 17, tzinfo=UTC))
    assert (older.published, older.updated) == (date(2026, 1, 1), None)


def test_entries_from_before_the_day_asked_for_are_left_out():
    assert [link.title for link in read_sitemap(NEWS, URL, date(2026, 1, 15)).links] == ["A vote on the pact"]


def test_plain_and_packed_sitemap_in_whatever_namespace():
    text = b'<urlset xmlns="https://wrong.example/"><url><loc>/a-vote-on-pacts</loc><lastmod>2026-02-03</lastmod></url></urlset>'
    for body in (text, gzip.compress(text), b"\n\n" + text):
        (link,) = read_sitemap(body, URL).links
        assert (link.url, link.published) == ("https://ferry.example/a-vote-on-pacts", None)
        assert link.updated == datetime(2026, 2, 3, tzinfo=UTC)


def test_plain_sitemap_gives_only_what_reads_like_a_story():
    paths = ["/", "/about-us", "/tag/ice", "/2026/02/03/a-vote/", "/news/"]
    body = "".join(f"<url><loc>{path}</loc></url>" for path in paths)
    listing = read_sitemap(f"<urlset>{body}</urlset>".encode(), URL)
    assert [link.url for link in listing.links] == ["https://ferry.example/2026/02/03/a-vote/"]


def test_index_names_its_newest_sitemaps():
    entries = "".join(
        f"<sitemap><loc>/{number}.xml</loc><lastmod>2026-01-{number:02d}</lastmod></sitemap>" for number in range(1, 31)
    )
    listing = read_sitemap(f"<sitemapindex>{entries}</sitemapindex>".encode(), URL)
    assert listing.listings[0] == "https://ferry.example/30.xml"
    assert (len(listing.listings), listing.cut, listing.links) == (MAX_CHILDREN, True, ())
    recent = read_sitemap(f"<sitemapindex>{entries}</sitemapindex>".encode(), URL, date(2026, 1, 29))
    assert recent.listings == ("https://ferry.example/30.xml", "https://ferry.example/29.xml")
    assert not recent.cut


def test_long_sitemap_is_cut_and_says_so():
    entries = "".join(f"<url><loc>/2026/02/{number}-x</loc></url>" for number in range(1000, 1000 + MAX_LINKS + 5))
    listing = read_sitemap(f"<urlset>{entries}</urlset>".encode(), URL)
    assert (len(listing.links), listing.cut) == (MAX_LINKS, True)


def test_entities_and_outside_files_are_not_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("/stolen")
    outside = f'<!DOCTYPE u [<!ENTITY f SYSTEM "{secret.as_uri()}">]><urlset><url><loc>&f;</loc></url></urlset>'
    assert read_sitemap(outside.encode(), URL).links == ()
    bomb = '<!DOCTYPE u [<!ENTITY a "0123456789">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
    )
    assert read_sitemap(f"{bomb}]><urlset><url><loc>&j;</loc></url></urlset>".encode(), URL).links == ()


@pytest.mark.parametrize(
    "body",
    [b"", b"<html><body>no</body></html>", b"plain text", gzip.compress(b"\0" * 60_000_000), b"\x1f\x8bbroken"],
)
def test_other_documents_are_refused(body):
    with pytest.raises(NotASitemapError):
        read_sitemap(body, URL)


@pytest.mark.parametrize(
    "path",
    [
        "/2026/02/03/vote/",
        "/news/2026-02-03/vote",
        "/news/local/county-board-ends-ice-pact",
        "/news/article_90ebf8dc-514f-5974-bca4-702d29b33a17.html",
        "/story/18241654",
        "/county-ends-pact-with-ice.html",
        "/story.asp?id=2231",
        "/?p=12",
        "/archive/2026/1022/team-wins.htm",
        "/news/2026/sheriff-k9-retires/",
        "/news/local/jail-beds-emptied",
        "/news/sheriff-signs-pact/c227ab51/",
    ],
)
def test_addresses_of_stories(path):
    assert looks_like_story(f"https://ferry.example{path}")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/news/",
        "/news/local",
        "/tag/board-of-county-supervisors",
        "/author/ines-okafor-of-the-herald",
        "/about-us",
        "/photos/2026/02/03/a.jpg",
        "/privacy-policy",
        "/category/news/page/2",
        "/obituaries/john-of-the-many-names-smith",
        "/subscribe-now",
        "/weather/five-day-forecast-for-ferry",
    ],
)
def test_addresses_of_other_pages(path):
    assert not looks_like_story(f"https://ferry.example{path}")


def test_section_page_gives_the_outlets_own_stories_in_order():
    html = """<html><head><base href="https://www.ferry.example/news/"></head><body>
    <a href="county-board-ends-ice-pact?utm_source=front">Board <b>ends</b> pact</a>
    <a href="https://news.ferry.example/2026/02/03/second">Second</a>
    <a href="/news/county-board-ends-ice-pact#comments">4 comments</a>
    <a href="https://elsewhere.example/2026/02/03/not-ours">Not ours</a>
    <a href="https://notferry.example/2026/02/03/not-ours">Nor this</a>
    <a rel="sponsored nofollow" href="/2026/02/03/an-advert">Advert</a>
    <a href="javascript:void(0)">x</a> <a href="/tag/ice/">ICE</a> <a href="http://[broken/2026/02/03/">y</a></body></html>"""
    listing = read_section(parse(html), "https://www.ferry.example/news/", "ferry.example")
    assert [(link.url, link.title) for link in listing.links] == [
        ("https://www.ferry.example/news/county-board-ends-ice-pact", "Board ends pact"),
        ("https://news.ferry.example/2026/02/03/second", "Second"),
    ]
