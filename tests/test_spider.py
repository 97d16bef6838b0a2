"""The spider over real HTTP: what it fetches, what it keeps, what it remembers, and what a kill cannot spoil."""

from __future__ import annotations

import gzip
import os
import signal
from datetime import date
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

from tests.crawling import (
    DiskArchive,
    Reply,
    conditional,
    crawl_apart,
    rss,
    source_at,
    story,
)


def outcomes(web, archive):
    return {url.removeprefix(web.root): visit.outcome for url, visit in archive.visits.items()}


def test_feed_is_read_screened_kept_and_not_fetched_again(web, archive, tmp_path):
    web.pages |= {
        "/robots.txt": Reply("User-agent: *\nDisallow: /closed/\n", headers={"Content-Type": "text/plain"}),
        "/feed": conditional(rss("/ends-pact?utm_source=rss#top", "/bake-sale", "/closed/draft", etag='"f1"')),
        "/ends-pact": story("Alder ends pact", etag='"s1"'),
        "/bake-sale": story("Bake sale draws crowd", word="cake"),
        "/closed/draft": story("Draft of a secret agreement"),
    }
    source = source_at(web, feeds=["/feed"])
    counts = crawl_apart([source], archive, tmp_path)
    assert outcomes(web, archive) == {
        "/feed": "no_article",
        "/ends-pact": "kept",
        "/bake-sale": "irrelevant",
        "/closed/draft": "robots",
    }
    assert (counts.links, counts.fetched, counts.kept, counts.irrelevant, counts.robots) == (3, 3, 1, 1, 1)
    assert counts.by_source == {"herald": {"kept": 1, "irrelevant": 1, "robots": 1}}
    assert not counts.interrupted
    kept = archive.articles[f"{web.root}/ends-pact"]
    assert (kept.title, kept.source_id, kept.source.city) == ("Alder ends pact", "herald", "Ferry")
    assert archive.visits[f"{web.root}/ends-pact"].screen == 0.9
    assert archive.visits[f"{web.root}/ends-pact"].etag == '"s1"'
    assert "/closed/draft" not in web.requested()
    assert {headers["user-agent"] for _, headers in web.log} == {"SanctuaryTracker/0.1 (+desk@ferry.example)"}
    assert not any("cookie" in headers or "referer" in headers for _, headers in web.log)

    web.log.clear()
    counts = crawl_apart([source], archive, tmp_path)
    assert web.requested() == ["/feed"]
    assert (counts.listings_unchanged, counts.fetched) == (1, 0)


def test_raw_page_lies_in_the_warc_where_the_archive_says(web, archive, tmp_path):
    body = story("Alder ends pact").body.encode()
    packed = Reply(gzip.compress(body), headers={"Content-Encoding": "gzip", "X-Paper": "yes", "Set-Cookie": "a=b"})
    web.pages |= {"/feed": rss("/one-of-two", "/two-of-two"), "/one-of-two": packed, "/two-of-two": story("Second")}
    crawl_apart([source_at(web, feeds=["/feed"])], archive, tmp_path)
    name, offset = archive.raw[f"{web.root}/one-of-two"]
    with (tmp_path / "warc" / name).open("rb") as file:
        file.seek(offset)
        record = next(iter(ArchiveIterator(file)))
        assert record.rec_headers.get_header("WARC-Target-URI") == f"{web.root}/one-of-two"
        assert record.content_stream().read() == body
        assert record.http_headers.get_header("X-Paper") == "yes"
        assert record.http_headers.get_header("Set-Cookie") is None
    assert archive.raw[f"{web.root}/two-of-two"][0] == name


def test_every_kind_of_listing_is_read_and_a_story_in_all_is_fetched_once(web, archive, tmp_path):
    index = f"<sitemapindex><sitemap><loc>{web.root}/news.xml.gz</loc></sitemap></sitemapindex>"
    news = "<urlset><url><loc>/in-all-the-listings</loc></url><url><loc>/only-in-the-sitemap</loc></url></urlset>"
    links = ["/in-all-the-listings?utm_medium=web", "/only-in-the-section-page", "/news/"]
    section = " ".join(f'<a href="{link}">x</a>' for link in links)
    feed = '{"version": "x", "items": [{"url": "/in-all-the-listings"}, {"url": "/in-the-json-feed"}]}'
    atom = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="/in-the-atom-feed"/></entry></feed>'
    web.pages |= {
        "/index.xml": Reply(index, headers={"Content-Type": "application/xml"}),
        "/news.xml.gz": Reply(gzip.compress(news.encode()), headers={"Content-Type": "application/gzip"}),
        "/news/": Reply(f"<html><body>{section}</body></html>"),
        "/feed.json": Reply(feed, headers={"Content-Type": "application/feed+json"}),
        "/atom": Reply(atom, headers={"Content-Type": "application/atom+xml"}),
    }
    stories = [
        "in-all-the-listings",
        "only-in-the-sitemap",
        "only-in-the-section-page",
        "in-the-json-feed",
        "in-the-atom-feed",
    ]
    web.pages |= {f"/{name}": story(name) for name in stories}
    source = source_at(web, feeds=["/feed.json", "/atom"], sitemap="/index.xml", sections=["/news/"])
    counts = crawl_apart([source], archive, tmp_path)
    assert sorted(archive.articles) == sorted(f"{web.root}/{name}" for name in stories)
    assert sorted(web.requested()) == sorted(
        ["/index.xml", "/news.xml.gz", "/news/", "/feed.json", "/atom", *(f"/{name}" for name in stories)]
    )
    assert (counts.listings, counts.links) == (5, 5)


def test_kill_at_any_write_loses_nothing_and_repeats_nothing(web, tmp_path):
    stories = [f"/the-story-number-{number}" for number in range(4)]
    web.pages |= {"/feed": conditional(rss(*stories, etag='"f"'))} | {path: story(path[1:]) for path in stories}
    source = source_at(web, feeds=["/feed"])
    for die_at in (1, 3, 5):  # the first article, one in the middle, the feed's own visit
        web.log.clear()
        archive = DiskArchive(file=tmp_path / f"archive-{die_at}", die_at=die_at)
        assert crawl_apart([source], archive, tmp_path / str(die_at)) is None, "the crawl was not killed"
        archive.reload()
        assert f"{web.root}/feed" not in archive.visits, "a feed counts as read only when all its stories are"
        before = set(archive.articles)
        archive.die_at, asked = None, len(web.log)
        crawl_apart([source], archive, tmp_path / str(die_at))
        assert set(archive.articles) == {web.root + path for path in stories}
        again = {web.root + path for path, _ in web.log[asked:]}
        assert not before & again, "what was kept is not fetched again"
        assert archive.visits[f"{web.root}/feed"].etag == '"f"'


def test_limits_leave_the_rest_for_the_next_run(web, archive, tmp_path):
    stories = [f"/the-story-number-{number}" for number in range(5)]
    web.pages |= {"/feed": conditional(rss(*stories, etag='"f"'))} | {path: story(path[1:]) for path in stories}
    source = source_at(web, feeds=["/feed"])
    first = crawl_apart([source], archive, tmp_path, limit=2)
    assert (first.kept, first.postponed) == (2, 3)
    second = crawl_apart([source], archive, tmp_path, max_pages=2)
    assert (second.kept, second.seen, second.postponed) == (2, 2, 1)
    third = crawl_apart([source], archive, tmp_path)
    assert (third.kept, third.postponed) == (1, 0)
    assert crawl_apart([source], archive, tmp_path).listings_unchanged == 1


def test_errors_that_pass_are_tried_again_and_others_are_not(web, archive, tmp_path):
    pages = {"/is-gone-for-good-now": Reply("gone", 404), "/is-broken-for-a-while": Reply("broken", 500)}
    web.pages |= {"/feed": conditional(rss(*pages, etag='"f"')), **pages}
    source = source_at(web, feeds=["/feed"])
    counts = crawl_apart([source], archive, tmp_path)
    assert counts.http_error == 2
    assert f"{web.root}/feed" not in archive.visits
    assert archive.visits[f"{web.root}/is-broken-for-a-while"].status == 500
    web.log.clear()
    web.pages["/is-broken-for-a-while"] = story("Mended agreement")
    crawl_apart([source], archive, tmp_path)
    assert web.requested() == ["/feed", "/is-broken-for-a-while"]
    assert outcomes(web, archive) == {
        "/feed": "no_article",
        "/is-gone-for-good-now": "http_error",
        "/is-broken-for-a-while": "kept",
    }


def test_redirects_and_canonical_links_lead_to_one_article(web, archive, tmp_path):
    named = story("Alder ends pact", head='<link rel="canonical" href="/2026/02/alder-ends-pact/">')
    web.pages |= {
        "/feed": rss("/r/1", "/alder-ends-pact.amp", "/copied-from-elsewhere", "/to-another-site"),
        "/r/1": Reply(status=302, headers={"Location": "/r/2"}),
        "/r/2": Reply(status=301, headers={"Location": "/old-address-of-it"}),
        "/old-address-of-it": named,
        "/alder-ends-pact": named,
        "/copied-from-elsewhere": story(
            "Wire agreement", head='<link rel="canonical" href="http://wire.example/a-b-c">'
        ),
        "/to-another-site": Reply(status=302, headers={"Location": f"http://localhost:{web.port}/elsewhere"}),
        "/elsewhere": story("Not ours"),
    }
    source = source_at(web, feeds=["/feed"])
    counts = crawl_apart([source], archive, tmp_path)
    address = f"{web.root}/2026/02/alder-ends-pact/"
    assert sorted(archive.articles) == sorted([address, f"{web.root}/copied-from-elsewhere"])
    assert archive.visits[f"{web.root}/r/1"].detail == address
    assert archive.visits[f"{web.root}/to-another-site"].detail == "leads to another site"
    assert (counts.kept, counts.redirect, counts.no_article) == (2, 1, 1)
    web.log.clear()
    assert crawl_apart([source], archive, tmp_path).fetched == 0


def test_validators_of_one_address_are_not_shown_to_another(web, archive, tmp_path):
    web.pages |= {"/feed": rss("/a-story-that-will-move", etag='"f"'), "/a-story-that-will-move": story("Agreement")}
    source = source_at(web, feeds=["/feed"])
    crawl_apart([source], archive, tmp_path)
    web.pages["/feed"] = Reply(status=301, headers={"Location": "/new-feed"})
    web.pages["/new-feed"] = conditional(rss("/only-in-the-new-feed", etag='"f"'))
    web.pages["/only-in-the-new-feed"] = story("Another agreement")
    web.log.clear()
    assert crawl_apart([source], archive, tmp_path).kept == 1
    asked = {path: headers.get("if-none-match") for path, headers in web.log}
    assert (asked["/feed"], asked["/new-feed"]) == ('"f"', None)


def test_updated_story_is_read_again_and_an_irrelevant_one_never(web, archive, tmp_path):
    def entry(path: str, stamp: str) -> str:
        return (
            f"<link>{path}</link><pubDate>Mon, 02 Feb 2026 10:00:00 GMT</pubDate><atom:updated>{stamp}</atom:updated>"
        )

    def feed(stamp: str) -> Reply:
        reply = rss(
            entry("/changes-its-text-later", stamp), entry("/stays-as-it-was", stamp), entry("/a-bake-sale", stamp)
        )
        reply.body = reply.body.replace("<rss ", '<rss xmlns:atom="http://www.w3.org/2005/Atom" ')
        return reply

    web.pages |= {
        "/feed": feed("2026-02-02T10:00:00Z"),
        "/changes-its-text-later": conditional(story("First agreement", etag='"v1"')),
        "/stays-as-it-was": conditional(story("Steady agreement", etag='"s"')),
        "/a-bake-sale": story("Bake sale", word="cake"),
    }
    source = source_at(web, feeds=["/feed"])
    assert crawl_apart([source], archive, tmp_path).kept == 2
    assert crawl_apart([source], archive, tmp_path).fetched == 0, "nothing was changed since"

    web.pages["/feed"] = feed("2999-01-01T00:00:00Z")
    web.pages["/changes-its-text-later"] = conditional(story("Second agreement", etag='"v2"'))
    web.log.clear()
    counts = crawl_apart([source], archive, tmp_path)
    assert sorted(web.requested()) == ["/changes-its-text-later", "/feed", "/stays-as-it-was"]
    assert (counts.kept, counts.not_modified) == (1, 1)
    assert len(archive.texts[f"{web.root}/changes-its-text-later"]) == 2
    assert archive.visits[f"{web.root}/stays-as-it-was"].etag == '"s"'
    assert archive.visits[f"{web.root}/changes-its-text-later"].etag == '"v2"'


def test_stories_before_the_day_asked_for_wait_for_an_earlier_day(web, archive, tmp_path):
    dated = "<link>{}</link><pubDate>{} 10:00:00 GMT</pubDate>"
    items = [dated.format("/new-enough", "10 Feb 2026"), dated.format("/old", "10 Jan 2026"), "/2025/01/02/x"]
    web.pages |= {"/feed": conditional(rss(*items, etag='"f"'))}
    web.pages |= {path: story(f"Agreement {path}") for path in ("/new-enough", "/old", "/2025/01/02/x")}
    source = source_at(web, feeds=["/feed"])
    counts = crawl_apart([source], archive, tmp_path, since=date(2026, 2, 1))
    assert (counts.kept, counts.old) == (1, 2)
    assert crawl_apart([source], archive, tmp_path, since=date(2026, 2, 3)).listings_unchanged == 1
    counts = crawl_apart([source], archive, tmp_path, since=date(2026, 1, 1))
    assert (counts.listings_unchanged, counts.kept, counts.old) == (0, 1, 1)


def test_pages_that_are_no_stories_are_noted_with_the_reason(web, archive, tmp_path):
    web.pages |= {
        "/feed": rss(
            "/is-really-a-pdf", "/is-a-soft-error", "/is-much-too-large", "/is-a-gzip-bomb", "/goes-in-circles"
        ),
        "/is-really-a-pdf": Reply(b"%PDF-1.4 \x00\x01", headers={"Content-Type": "application/pdf"}),
        "/is-a-soft-error": Reply("<html><title>Page not found</title><body><h1>Page not found</h1></body></html>"),
        "/is-much-too-large": Reply(b"<html>" + b"x" * 10_500_000),
        "/is-a-gzip-bomb": Reply(gzip.compress(b"\0" * 60_000_000), headers={"Content-Encoding": "gzip"}),
        "/goes-in-circles": Reply(status=302, headers={"Location": "/goes-in-circles?again"}),
        "/goes-in-circles?again=": Reply(status=302, headers={"Location": "/goes-in-circles"}),
        "/goes-in-circles?again": Reply(status=302, headers={"Location": "/goes-in-circles"}),
    }
    crawl_apart([source_at(web, feeds=["/feed"])], archive, tmp_path)
    found = {url.removeprefix(web.root): (visit.outcome, visit.detail) for url, visit in archive.visits.items()}
    assert found["/is-really-a-pdf"] == ("no_article", "not a web page")
    assert found["/is-a-soft-error"] == ("no_article", "not_found")
    assert found["/is-much-too-large"][0] == found["/is-a-gzip-bomb"][0] == found["/goes-in-circles"][0] == "failed"
    assert archive.articles == {}


def test_listing_that_is_none_is_noted_and_spoils_nothing(web, archive, tmp_path):
    web.pages |= {
        "/feed": Reply("<html><body>We moved our feeds</body></html>"),
        "/map.xml": Reply('<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'),
        "/gone": Reply("", 410),
        "/good": rss("/in-the-good-feed"),
        "/in-the-good-feed": story("Alder agreement"),
    }
    source = source_at(web, feeds=["/feed", "/gone", "/good"], sitemap="/map.xml")
    counts = crawl_apart([source], archive, tmp_path)
    assert (counts.listings_failed, counts.kept) == (3, 1)
    assert "not a feed" in archive.visits[f"{web.root}/feed"].detail
    assert "not a sitemap" in archive.visits[f"{web.root}/map.xml"].detail
    assert archive.visits[f"{web.root}/gone"].status == 410


def test_a_fault_of_ours_costs_one_page_not_the_crawl(web, archive, tmp_path):
    web.pages |= {"/feed": conditional(rss("/makes-the-screen-fail", "/is-all-right", etag='"f"'))}
    web.pages |= {"/makes-the-screen-fail": story("Poison agreement"), "/is-all-right": story("Good agreement")}
    counts = crawl_apart([source_at(web, feeds=["/feed"])], archive, tmp_path, screen=fails_on_poison)
    assert (counts.kept, counts.failed) == (1, 1)
    assert archive.visits[f"{web.root}/makes-the-screen-fail"].detail == "ZeroDivisionError"
    assert f"{web.root}/feed" not in archive.visits


def test_stop_signal_ends_the_crawl_in_order_and_the_next_goes_on(web, archive, tmp_path):
    stories = [f"/the-story-number-{number}" for number in range(6)]
    web.pages |= {"/feed": conditional(rss(*stories, etag='"f"'))} | {path: story(path[1:]) for path in stories}
    source = source_at(web, feeds=["/feed"])
    counts = crawl_apart([source], archive, tmp_path, screen=stops_the_process, per_host=1, delay=0.3)
    assert counts.interrupted
    assert 0 < counts.kept < len(stories)
    assert f"{web.root}/feed" not in archive.visits
    assert not crawl_apart([source], archive, tmp_path).interrupted
    assert len(archive.articles) == len(stories)


def test_progress_is_told_page_by_page(web, archive, tmp_path):
    stories = [f"/the-story-number-{number}" for number in range(3)]
    web.pages |= {"/feed": rss(*stories)} | {path: story(path[1:]) for path in stories}
    told = {"PROGRESS_FILE": str(tmp_path / "progress")}
    crawl_apart([source_at(web, feeds=["/feed"])], archive, tmp_path, progress=note_progress, environment=told)
    lines = (tmp_path / "progress").read_text().split()
    assert lines[-1] == "3"
    assert lines == sorted(lines) and {"1", "2"} < set(lines)


def note_progress(counts) -> None:
    with Path(os.environ["PROGRESS_FILE"]).open("a") as file:
        file.write(f"{counts.kept}\n")


def stops_the_process(title: str, text: str) -> float:
    os.kill(os.getpid(), signal.SIGTERM)
    return 1.0


def fails_on_poison(title: str, _: str) -> float:
    return 1 / 0 if "Poison" in title else 1.0
