"""The verdict on sources of the registry, over real HTTP: twenty outlets at once, each broken in its own way."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from crawler.discovery_check import home_addresses, listing_leads, stale_days
from crawler.discovery_run import check_sources
from tests.crawling import Reply, rss, small_web
from tests.looking_around import apart, feed, home, manners, moved, news_sitemap, outlet, proxied, section, site

WALL = Reply("<html><head><title>Attention Required! | Shield</title></head><body>Checking</body></html>")
LOST = Reply("<html><head><title>Page not found</title></head><body>Sorry</body></html>")
ROBOTS = Reply("User-agent: *\nDisallow: /", headers={"Content-Type": "text/plain"})


def check(pages, *sources, direct="", **changes):
    with small_web(pages) as web:
        given = manners(**changes)
        return apart(check_sources, list(sources), **given, environment=proxied(web.port, direct)), web


COUNTRY = {  # host -> (its pages, what its registry line has, the verdict, words of the reason)
    "well.example": ({"/": home(), "/feed/": feed()}, {}, "ok", "8 stories, newest 2026-11-20"),
    "mapped.example": ({"/": home(), "/n.xml": news_sitemap()}, {"feeds": (), "sitemap": "/n.xml"}, "ok", "5 stories"),
    "front.example": ({"/": home(), "/news": section()}, {"feeds": (), "sections": ("/news",)}, "ok", "8 stories"),
    "lame.example": (
        {"/": home(), "/feed/": feed(), "/gone": Reply("", 410)},
        {"feeds": ("/feed/", "/gone")},
        "ok",
        "/gone: dead, HTTP 410",
    ),
    "hop.example": ({"/": home(), "/feed/": moved("/rss.xml"), "/rss.xml": feed()}, {}, "moved", "hop.example/rss.xml"),
    "loose.example": ({"/": home(), "/feed/": moved("/tmp.xml", 302), "/tmp.xml": feed()}, {}, "ok", "8 stories"),
    "slash.example": ({"/": home(), "/feed": moved("/feed/"), "/feed/": feed()}, {"feeds": ("/feed",)}, "ok", "8"),
    "sold.example": ({"/": moved("http://bought.example/"), "/feed/": Reply("", 404)}, {}, "moved", "bought.example"),
    "shut.example": ({"/": home(), "/feed/": Reply("", 403)}, {}, "blocked", "HTTP 403"),
    "busy.example": ({"/": home(), "/feed/": Reply("", 429)}, {}, "blocked", "HTTP 429"),
    "polite.example": ({"/": home(), "/feed/": feed(), "/robots.txt": ROBOTS}, {}, "blocked", "robots.txt forbids"),
    "walled.example": ({"/": WALL, "/feed/": WALL}, {}, "blocked", "blocked page"),
    "bare.example": ({"/": home(), "/feed/": feed(stories=0)}, {}, "empty", "names no stories"),
    "wire.example": ({"/": home(), "/feed/": feed(host="agency.example")}, {}, "empty", "agency.example"),
    "thin.example": (
        {"/": home(), "/news": section(stories=0)},
        {"feeds": (), "sections": ("/news",)},
        "empty",
        "names no",
    ),
    "sleepy.example": ({"/": home(), "/feed/": feed(age=90)}, {}, "stale", "newest story 2026-08-22"),
    "lost.example": ({"/": home(), "/feed/": LOST}, {}, "dead", "not_found page"),
    "plain.example": ({"/": home(), "/feed/": home()}, {}, "dead", "not a feed"),
    "down.example": ({"/": Reply("", 503), "/feed/": Reply("", 503)}, {}, "dead", "HTTP 503"),
    "missing.example": ({"/": home()}, {}, "dead", "HTTP 404"),
}


@pytest.fixture(scope="module")
def country():
    """All of COUNTRY checked in one run: verdicts by host, how far the progress said it was, seconds."""
    pages = {}
    for host, (own, *_) in COUNTRY.items():
        pages |= site(host, own)
    pages |= site("bought.example", {"/": home(name="Lucky Casino")})
    sources = [outlet(host, **changes) for host, (_, changes, *_) in COUNTRY.items()]
    began = time.monotonic()
    with small_web(pages) as web:
        verdicts, steps = apart(_check_with_progress, sources, environment=proxied(web.port))
    return {v.source.domain: v for v in verdicts}, steps, time.monotonic() - began


def _check_with_progress(sources):
    steps = []
    verdicts = check_sources(sources, **manners(), progress=lambda done, total: steps.append((done, total)))
    return verdicts, steps


@pytest.mark.parametrize("host", COUNTRY)
def test_verdict(country, host):
    verdict = country[0][host]
    _, _, state, words = COUNTRY[host]
    assert (verdict.state, words in verdict.reason) == (state, True), verdict.reason


def test_all_sources_are_looked_at_together_and_in_order(country):
    verdicts, steps, seconds = country
    assert list(verdicts) == list(COUNTRY)
    assert steps == [(done, len(COUNTRY)) for done in range(1, len(COUNTRY) + 1)]
    assert seconds < 30


def test_hosts_that_cannot_be_reached_are_dead():
    nameless = outlet("nowhere.invalid")
    closed = replace(outlet("closed.example"), domain="127.0.0.1", feeds=("http://127.0.0.1:9/feed/",))
    verdicts, _ = check({}, nameless, closed, direct="nowhere.invalid,127.0.0.1")
    assert [v.state for v in verdicts] == ["dead", "dead"]
    assert "DNS" in verdicts[0].reason or "resolve" in verdicts[0].reason.lower()
    assert "efused" in verdicts[1].reason


def test_private_addresses_are_not_asked_without_leave():
    with small_web({"/feed/": feed(), "/": home()}) as web:
        source = replace(outlet("inside.example"), domain="127.0.0.1", feeds=(f"{web.root}/feed/",))
        [verdict] = apart(check_sources, [source], **manners(allow_loopback=False))
        assert verdict.state == "dead"
        assert "private address" in verdict.reason
        assert web.log == []


def test_who_has_opted_out_is_not_asked():
    [verdict], web = check(site("away.example", {"/feed/": feed()}), outlet("away.example"), opt_out=["away.example"])
    assert verdict.state == "blocked"
    assert web.log == []


def test_how_old_is_stale_goes_by_kind_or_as_asked():
    pages = site("slow.example", {"/": home(), "/feed/": feed(age=40)})
    slow = outlet("slow.example")
    by_kind = [check(pages, replace(slow, kind=kind))[0][0].state for kind in ("weekly", "government")]
    assert by_kind == ["stale", "ok"]
    assert check(pages, slow, stale=60)[0][0].state == "ok"
    assert stale_days("daily") < stale_days("weekly") < stale_days("government")


def test_a_date_in_the_future_does_not_make_a_feed_fresh():
    future = "<title>x</title><link>/story-of-the-year-2099</link><pubDate>Thu, 01 Jan 2099 00:00:00 GMT</pubDate>"
    past = "<title>x</title><link>/story-of-the-year-2019</link><pubDate>Tue, 01 Jan 2019 00:00:00 GMT</pubDate>"
    [verdict], _ = check(site("odd.example", {"/": home(), "/feed/": rss(future, past)}), outlet("odd.example"))
    assert (verdict.state, verdict.reason[:23]) == ("stale", "http://odd.example/feed")


def test_what_is_found_takes_the_place_of_what_is_broken():
    head = '<link rel="alternate" type="application/rss+xml" href="/new.xml">'
    pages = {"/": home(head), "/new.xml": feed(), "/ok.xml": feed(words="another-story-of-day")}
    source = outlet("herald.example", feeds=("/ok.xml", "/dead.xml"))
    [verdict], _ = check(site("herald.example", pages), source)
    assert verdict.changes == {"feeds": "http://herald.example/ok.xml http://herald.example/new.xml"}


def test_a_dead_feed_gives_way_to_a_sitemap_where_that_is_what_there_is():
    pages = {"/": home(), "/news-sitemap.xml": news_sitemap()}
    [verdict], _ = check(site("herald.example", pages), outlet("herald.example"))
    assert verdict.changes == {"feeds": "", "sitemap": "http://herald.example/news-sitemap.xml"}
    assert verdict.as_dict()["found"][0]["stories"] == 5


def test_nothing_is_changed_where_nothing_better_is_found():
    [verdict], _ = check(site("herald.example", {"/": home()}), outlet("herald.example", sections=("/news",)))
    assert (verdict.state, verdict.changes) == ("dead", {})


def test_a_moved_feed_is_changed_and_a_blocked_one_is_left():
    pages = {"/": home(), "/feed/": moved("/rss.xml", 308), "/rss.xml": feed(), "/shut": Reply("", 403)}
    source = outlet("herald.example", feeds=("/feed/", "/shut"))
    [verdict], _ = check(site("herald.example", pages), source)
    assert verdict.changes == {"feeds": "http://herald.example/rss.xml http://herald.example/shut"}


@pytest.mark.parametrize(("name", "changed"), [("The Ferry Herald", True), ("Lucky Casino", False)])
def test_a_new_domain_is_taken_over_only_with_the_outlets_name(name, changed):
    pages = site("old.example", {"/": moved("http://new.example/"), "/feed/": moved("http://new.example/feed/")})
    pages |= site("new.example", {"/": home(name=name), "/feed/": feed()})
    [verdict], _ = check(pages, outlet("old.example"))
    assert verdict.state == "moved"
    wanted = {"domain": "new.example", "feeds": "http://new.example/feed/"}
    assert verdict.changes == (wanted if changed else {})


def test_an_outlet_without_listings_is_entered_by_its_home_page():
    [lead] = listing_leads(outlet("herald.example", feeds=()))
    assert (lead.kind, lead.url) == ("section", "https://herald.example/")


def test_addresses_of_an_interface_need_only_answer():
    pages = site("api.example", {"/v1/ferry/matters": Reply("[]", headers={"Content-Type": "application/json"})})
    good = outlet("api.example", id="good", kind="agenda", feeds=("/v1/ferry/matters",))
    verdicts, _ = check(pages, good, outlet("api.example", id="bad", kind="agenda", feeds=("/v1/none",)))
    assert [v.state for v in verdicts] == ["ok", "dead"]


def test_the_home_page_is_looked_for_where_the_listings_are():
    assert home_addresses(outlet("a.example"))[0] == "http://a.example/"
    assert home_addresses(outlet("a.example", feeds=("https://feeds.example/x",)))[0] == "https://a.example/"
