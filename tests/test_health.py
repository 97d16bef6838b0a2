"""How outlets fare: what a crawl writes down of each, and the verdict on it against its own last fourteen days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import sqlite_utils

from data.archive import Archive
from data.health import SourceCrawl, judge, record_crawl, source_crawl, verdicts
from data.migrations import archive_migrations
from tests.crawling import MemoryArchive, Reply, conditional, crawl_apart, rss, small_web, source_at, story
from tests.factories import make_source

TODAY = datetime(2026, 9, 30, 2, 30, tzinfo=UTC)


@dataclass
class Listings:
    """The crawler's figures for one outlet."""

    read: int = 0
    unchanged: int = 0
    broken: int = 0
    resting: int = 0
    refused: int = 0
    links: int = 0
    pages_refused: int = 0
    trouble: str = ""


WELL = Listings(read=1, links=20)


def night(days_ago: int, outcome: str = "read", articles: int = 4, **changes) -> SourceCrawl:
    at = (TODAY - timedelta(days=days_ago)).isoformat(timespec="seconds")
    links = 20 if outcome == "read" else 0
    return SourceCrawl("ledger", at, outcome, **{"links": links, "articles": articles, "fetched": articles} | changes)


def nights(first: int, last: int, **changes) -> list[SourceCrawl]:
    """One crawl a night, from `first` to `last` days ago."""
    return [night(days_ago, **changes) for days_ago in range(first, last - 1, -1)]


# what one crawl amounts to


@pytest.mark.parametrize(
    ("pages", "listings", "outcome", "detail"),
    [
        ({"kept": 1, "irrelevant": 3}, WELL, "read", None),
        ({}, Listings(unchanged=1), "unchanged", None),
        ({}, Listings(read=1), "empty", None),
        ({}, Listings(broken=1, trouble="/feed: HTTP 404"), "failed", "/feed: HTTP 404"),
        ({}, Listings(resting=1, trouble="/feed: left alone"), "failed", "/feed: left alone"),
        ({}, Listings(resting=1, refused=1, trouble="/feed: left alone"), "refused", "/feed: left alone"),
        ({}, Listings(broken=1, refused=1, trouble="/feed: HTTP 403"), "refused", "/feed: HTTP 403"),
        ({"kept": 2}, Listings(read=1, broken=1, links=9, trouble="/b: HTTP 500"), "read", "/b: HTTP 500"),
        ({"robots": 8}, WELL, "refused", "all 8 story pages refused: robots.txt forbids them"),
        ({"http_error": 6}, Listings(read=1, links=9, pages_refused=6), "refused", "turned away or shown a wall"),
        ({"no_article": 9, "failed": 1}, WELL, "failed", "none of 10 story pages gave a story: 1 failed, 9 no article"),
        ({"http_error": 2}, WELL, "read", None),  # two broken links prove nothing
        ({"not_modified": 30, "http_error": 2}, WELL, "read", None),
        ({"http_error": 40, "kept": 1}, WELL, "read", None),
    ],
)
def test_one_crawl_at_one_outlet(pages, listings, outcome, detail):
    crawl = source_crawl("ledger", night(0).at, pages, listings)
    assert crawl.outcome == outcome
    assert crawl.detail == detail or detail in crawl.detail


def test_figures_of_a_crawl():
    pages = {"kept": 2, "irrelevant": 5, "http_error": 3, "failed": 1, "robots": 1}
    listings = Listings(read=2, broken=1, links=30, pages_refused=3, trouble="x")
    crawl = source_crawl("ledger", night(0).at, pages, listings)
    assert (crawl.links, crawl.fetched, crawl.articles, crawl.kept) == (30, 12, 7, 2)
    assert (crawl.failures, crawl.refused) == (5, 4)


def test_an_outlet_that_was_not_reached_has_no_figures():
    assert source_crawl("ledger", night(0).at, {}, Listings()) is None


# the verdict


@pytest.mark.parametrize(
    ("history", "verdict", "reason"),
    [
        (nights(14, 0), "ok", "20 links, 4 pages"),
        (nights(2, 0), "new", "3 crawls so far"),
        (nights(0, 0), "new", "1 crawl so far"),
        ([night(0, "failed", detail="DNS")], "failing", r"DNS \(the first crawl\)"),
        ([*nights(5, 1), night(0, "failed", detail="DNS")], "failing", r"DNS \(5 of 5 crawls before went well\)"),
        ([*nights(20, 1), night(0, "refused", detail="HTTP 403")], "blocked", r"HTTP 403 \(14 of 14 crawls"),
        ([*nights(9, 1, outcome="failed"), night(0)], "ok", ""),  # dead feeds come back
        # dead links are asked for once: a night without any says nothing of them
        ([night(2, "failed", 0, fetched=30, detail="none of 30"), *nights(1, 0, articles=0)], "failing", "none of 30"),
        ([*nights(9, 3), night(2, "failed", 0, fetched=30), *nights(1, 1, articles=0), night(0)], "ok", ""),
        ([*nights(9, 3), night(2, "failed", 0), *nights(1, 0, articles=0)], "ok", ""),  # it was the feed, and is back
        ([*nights(9, 1), night(0, "empty", 0)], "silent", "name no stories, where 9 of 9 crawls found some"),
        ([*nights(9, 1, outcome="unchanged"), night(0, "empty", 0)], "silent", "9 of 9"),
        # a weekly whose sitemap holds two days is empty on most nights
        ([n for d in range(13, -1, -1) for n in [night(d, "read" if d in (4, 11) else "empty")]], "ok", ""),
    ],
)
def test_verdicts(history, verdict, reason):
    import re

    assert judge(history)[0] == verdict, judge(history)
    assert re.search(reason, judge(history)[1])


def test_a_frozen_feed_is_silent_once_chance_is_ruled_out():
    busy = nights(30, 10)
    quiet = [night(days_ago, articles=0) for days_ago in (9, 8, 7)]
    assert judge([*busy, *quiet[:1]])[0] == "ok"
    assert judge([*busy, *quiet]) == (
        "silent",
        "no new story in 3 crawls, where 14 of 14 before found some",
    )
    long_ago = [*busy, *(night(d, "unchanged", articles=0) for d in range(9, -1, -1))]
    assert judge(long_ago)[0] == "silent", "a quiet spell does not become the baseline it is judged by"


def test_a_weekly_and_a_weekend_are_not_silence():
    weekly = [night(d, articles=9 if d % 7 == 6 else 0) for d in range(27, -1, -1)]
    assert judge(weekly)[0] == "ok"
    weekdays = [night(d, articles=0 if d % 7 < 2 else 5) for d in range(20, -1, -1)]
    assert judge(weekdays)[0] == "ok"


def test_crawls_that_failed_say_nothing_about_silence():
    history = [*nights(20, 6), *nights(5, 1, outcome="failed", articles=0), night(0, articles=0)]
    assert judge(history)[0] == "ok"


# the archive


@pytest.fixture
def archive(tmp_path):
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


def crawled(archive, days_ago, pages, listings, **options):
    with archive.run("crawl"):
        return record_crawl(archive, pages, listings, at=night(days_ago).at, **options)


def test_verdicts_of_an_archive_tell_since_when(archive):
    archive.sync_sources([make_source(id=name, name=name.title()) for name in ("fine", "gone", "lately", "never")])
    broken = Listings(broken=1, trouble="https://x.example/feed: HTTP 404")
    pages = {"fine": {"kept": 1, "irrelevant": 3}, "gone": {"irrelevant": 4}, "lately": {"irrelevant": 2}}
    for days_ago in range(10, -1, -1):
        listings = {"fine": WELL, "gone": broken if days_ago < 4 else WELL, "lately": WELL if days_ago else broken}
        told = {name: own for name, own in pages.items() if not listings[name].broken}
        assert crawled(archive, days_ago, told, listings) == 3
    found = {v.source_id: v for v in verdicts(archive)}
    assert {name: v.verdict for name, v in found.items()} == {
        "fine": "ok",
        "gone": "failing",
        "lately": "failing",
        "never": "unvisited",
    }
    assert (found["gone"].since, found["gone"].fresh) == (night(3).at, False)
    assert (found["lately"].since, found["lately"].fresh) == (night(0).at, True)
    assert found["lately"].reason == "https://x.example/feed: HTTP 404 (10 of 10 crawls before went well)"
    assert found["lately"].name == "Lately"


def test_a_crawl_that_was_stopped_tells_only_of_what_it_got_through(archive):
    listings = {"a": WELL, "b": WELL, "c": Listings(broken=1, trouble="x"), "d": Listings()}
    assert crawled(archive, 0, {"a": {"irrelevant": 3}}, listings, complete=False) == 2
    assert [r["source_id"] for r in archive.db["source_health"].rows] == ["a", "c"]


def test_health_belongs_to_a_crawl(archive):
    with pytest.raises(ValueError, match="no crawl"):
        record_crawl(archive, {}, {"a": WELL})
    crawled(archive, 1, {}, {"a": WELL})
    crawled(archive, 0, {}, {"a": WELL})
    assert [r["run_id"] for r in archive.db["source_health"].rows] == [1, 2]


def test_an_archive_from_before_gets_the_table_and_keeps_its_runs(tmp_path):
    old = sqlite_utils.Database(tmp_path / "old.db")
    archive_migrations.apply(old, stop_before="m004_health")
    old["runs"].insert({"stage": "crawl", "started": night(1).at, "status": "done", "counts": '{"kept": 7}'})
    old["sources"].insert(
        {"id": "ledger", "name": "The Ledger", "domain": "ledger.example", "state": "CA", "feeds": "", "sections": ""}
    )
    assert not old["source_health"].exists()
    old.close()
    with Archive(tmp_path / "old.db") as archive:
        assert archive.last_run("crawl")["counts"] == {"kept": 7}
        assert verdicts(archive)[0].verdict == "unvisited"
        crawled(archive, 0, {"ledger": {"kept": 1}}, {"ledger": WELL})
        assert [r["run_id"] for r in archive.db["source_health"].rows] == [2]


# the crawler's side


def test_the_crawler_tells_how_each_outlet_received_it(tmp_path):
    stories = [f"/the-story-number-{number}" for number in range(3)]
    with small_web({}) as web:
        web.pages |= {
            "/feed": conditional(rss(*stories, etag='"f"')),
            "/walled": rss("/the-walled-story-of-today"),
            "/the-walled-story-of-today": Reply("no", 403),
            "/forbidden": Reply("no", 403),
            "/page-instead-of-a-feed": Reply("<html><body>We have moved</body></html>"),
            "/empty": rss(),
        } | {path: story(path[1:]) for path in stories}
        outlets = {"good": "/feed", "walled": "/walled", "shut": "/forbidden", "moved": "/gone", "none": "/empty"}
        outlets["html"] = "/page-instead-of-a-feed"
        sources = [source_at(web, id=name, feeds=[path]) for name, path in outlets.items()]
        archive = MemoryArchive()
        first = crawl_apart(sources, archive, tmp_path)
        again = crawl_apart(sources[:1], archive, tmp_path)
    found = {name: source_crawl(name, night(0).at, first.by_source.get(name, {}), first.of(name)) for name in outlets}
    assert {name: crawl.outcome for name, crawl in found.items()} == {
        "good": "read",
        "walled": "read",
        "shut": "refused",
        "moved": "failed",
        "none": "empty",
        "html": "failed",
    }
    assert (found["good"].links, found["good"].kept, found["walled"].refused) == (3, 3, 1)
    assert found["moved"].detail == f"{web.root}/gone: HTTP 404"
    assert again.of("good").unchanged == 1
