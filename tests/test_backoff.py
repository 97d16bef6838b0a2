"""Back-off across nights: how long what fails is left alone, by kind, and that it comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import formatdate

import pytest
from scrapy.exceptions import CannotResolveHostError, DownloadTimeoutError
from twisted.python.failure import Failure

from crawler.addresses import PrivateAddressError
from crawler.backoff import HARD, SOFT, TEMPORARY, UNKNOWN_NAME, Backoff, failure_kind, rest_words, status_kind
from crawler.robots import RobotsDownError
from data.archive import Archive
from data.backoff_store import BackoffStore
from data.health import record_crawl, verdicts
from tests.crawling import MemoryArchive, Reply, crawl_apart, rss, small_web, source_at, story

FEED = "https://ferry.example/feed"
FIRST_NIGHT = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


class MemoryStore:
    """The store's form over a dictionary."""

    def __init__(self) -> None:
        self.kept = {}

    def rests(self):
        return list(self.kept.values())

    def store_rest(self, rest):
        self.kept[rest.url] = rest

    def end_rest(self, url):
        del self.kept[url]


class Nights:
    """A year of crawls at about the same hour, each with a Backoff of its own over one store."""

    def __init__(self, **given) -> None:
        self.store, self.present, self._given = MemoryStore(), FIRST_NIGHT, given

    def open(self) -> Backoff:
        return Backoff(self.store, clock=lambda: self.present, **self._given)

    def asked(self, count: int, kind: str) -> list[int]:
        """The numbers of the nights, from 0, of which the feed is asked when it fails each time."""
        nights = []
        for number in range(count):
            self.present = FIRST_NIGHT + timedelta(days=number, minutes=-7 * (number % 3))
            backoff = self.open()
            if not backoff.resting(FEED):
                nights.append(number)
                backoff.failed(FEED, "herald", kind, status=500, detail="HTTP 500")
        return nights


@pytest.mark.parametrize(
    ("kind", "nights"),
    [
        (HARD, [0, 1, 3, 7, 15, 29, 43, 57]),
        (SOFT, [0, 1, 2, 4, 8, 15, 22, 29, 36, 43, 50, 57]),
        (TEMPORARY, [0, 1, 2, 3, *range(5, 60, 2)]),
        (UNKNOWN_NAME, [0, 1, 2, 6, 14, 28, 42, 56]),
    ],
)
def test_what_keeps_failing_is_asked_ever_less_often_and_never_given_up(kind, nights):
    assert Nights().asked(60, kind) == nights


def test_success_makes_the_next_failure_a_first_one():
    nights = Nights()
    nights.asked(9, HARD)
    nights.open().well(FEED)
    assert nights.store.kept == {}
    assert nights.open().failed(FEED, "herald", HARD).failures == 1


def test_second_crawl_of_a_night_counts_no_second_failure():
    nights = Nights(obeyed=False)
    first = nights.open().failed(FEED, "herald", HARD)
    nights.present += timedelta(hours=2)
    second = nights.open().failed(FEED, "herald", HARD)
    assert (second.failures, second.until) == (1, first.until)


def test_outlets_asked_for_by_name_are_asked():
    nights = Nights()
    nights.asked(8, HARD)
    assert nights.open().resting(FEED)
    assert not Backoff(nights.store, obeyed=False, clock=lambda: nights.present).resting(FEED)


def test_host_is_left_alone_as_long_as_it_asked_and_no_longer_than_a_fortnight():
    nights = Nights()
    nights.open().rest_host(FEED, "", 2 * 86_400)
    for url in (FEED, "https://ferry.example/news/a-story"):
        assert nights.open().resting(url)
        assert not nights.open().resting(url.replace("ferry", "alder"))
    nights.present += timedelta(days=2, minutes=1)
    assert not nights.open().resting(FEED)
    nights.open().rest_host(FEED, "", 10.0**300)
    nights.present += timedelta(days=13, hours=23)
    assert nights.open().resting(FEED)
    nights.present += timedelta(hours=2)
    assert not nights.open().resting(FEED)


def test_kinds_of_answers():
    assert {status_kind(status) for status in (404, 410, 451, 400)} == {HARD}
    assert {status_kind(status) for status in (500, 502, 401, 403, 408, None)} == {SOFT}
    assert {status_kind(status) for status in (429, 503)} == {TEMPORARY}


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (CannotResolveHostError("ferry.example"), UNKNOWN_NAME),
        (DownloadTimeoutError("30 seconds"), SOFT),
        (PrivateAddressError("private address"), HARD),
        (RobotsDownError("HTTP 503", None), TEMPORARY),
        (RobotsDownError("timeout", DownloadTimeoutError("30 seconds")), SOFT),
        (RobotsDownError("no such name", CannotResolveHostError("ferry.example")), UNKNOWN_NAME),
    ],
)
def test_kinds_of_failures(error, kind):
    assert failure_kind(Failure(error)) == kind


def test_rests_are_stored_replaced_and_ended(tmp_path):
    with Archive(tmp_path / "a.db") as archive:
        backoff = Backoff(BackoffStore(archive), clock=lambda: FIRST_NIGHT)
        rest = backoff.failed(FEED, "herald", HARD, status=410, detail="HTTP 410 \udcff")
        backoff.failed("https://b.example/", "b", SOFT)
    with Archive(tmp_path / "a.db") as archive:
        store = BackoffStore(archive)
        assert [r.url for r in store.rests()] == ["https://b.example/", FEED]
        assert replace(store.rests()[1], detail=rest.detail) == rest
        Backoff(store, clock=lambda: FIRST_NIGHT + timedelta(days=1)).failed(FEED, "herald", HARD)
        assert [r.failures for r in store.rests()] == [1, 2]
        store.end_rest(FEED)
        store.end_rest(FEED)
        assert [r.url for r in store.rests()] == ["https://b.example/"]


# the crawl


def test_resting_outlet_is_not_asked_and_still_told_as_broken(tmp_path):
    memory = MemoryArchive()
    later = datetime.now(UTC) + timedelta(days=5)
    store = MemoryStore()
    with small_web({"/gone": Reply("", 410), "/good": rss("/a-fine-little-story")}) as web:
        web.pages["/a-fine-little-story"] = story("Alder agreement")
        gone, good = source_at(web, id="gone", feeds=["/gone"]), source_at(web, id="good", feeds=["/good"])
        past = Backoff(store, clock=lambda: later - timedelta(days=6))
        for _ in range(2):
            rest = past.failed(gone.feeds[0], "gone", HARD, status=410, detail="HTTP 410")
        store.store_rest(replace(rest, failures=4, until=later.isoformat(timespec="seconds")))
        counts = crawl_apart([gone, good], memory, tmp_path, rests=store)
        assert web.requested() == ["/good", "/a-fine-little-story"]
    assert (counts.listings_resting, counts.listings_failed, counts.kept) == (1, 0, 1)
    with Archive(tmp_path / "a.db") as archive:
        archive.sync_sources([gone, good])
        with archive.run("crawl"):
            pass
        record_crawl(archive, counts.by_source, counts.listings_of)
        told = {verdict.source_id: verdict for verdict in verdicts(archive)}
    assert told["gone"].verdict == "failing"
    assert f"left alone until {later:%Y-%m-%d} after 4 failures (HTTP 410)" in told["gone"].reason
    assert told["good"].verdict == "new"


def test_crawl_notes_failures_and_successes(tmp_path):
    memory = MemoryArchive()
    with small_web({"/gone": Reply("", 410), "/odd": Reply("<p>no feed</p>"), "/good": rss("/2026/01/a")}) as web:
        source = source_at(web, feeds=["/gone", "/odd", "/good"])
        with Archive(tmp_path / "a.db") as archive:
            BackoffStore(archive).store_rest(
                Backoff(clock=lambda: FIRST_NIGHT).failed(source.feeds[2], "herald", SOFT, detail="HTTP 500")
            )
        crawl_apart([source], memory, tmp_path, rests=LateStore(tmp_path / "a.db"))
    with Archive(tmp_path / "a.db") as archive:
        kept = {rest.url: rest for rest in BackoffStore(archive).rests()}
    assert {url: (rest.kind, rest.failures) for url, rest in kept.items()} == {
        source.feeds[0]: (HARD, 1),
        source.feeds[1]: (SOFT, 1),
    }
    assert "1 failure (HTTP 410)" in rest_words(kept[source.feeds[0]])


@pytest.mark.parametrize("told", ["172800", formatdate(datetime.now(UTC).timestamp() + 172_800, usegmt=True)])
def test_long_retry_after_outlives_the_night(tmp_path, told):
    memory, file = MemoryArchive(), tmp_path / "a.db"
    paths = ["/busy-for-two-days", "/waits-for-the-host"]
    with small_web({"/feed": rss(*paths)} | {path: story(path[1:]) for path in paths}) as web:
        web.pages[paths[0]] = Reply("later", 503, {"Retry-After": told})
        source = source_at(web, feeds=["/feed"])
        crawl_apart([source], memory, tmp_path, rests=LateStore(file), per_host=1, delay=0.05)
        web.log.clear()
        counts = crawl_apart([source], memory, tmp_path, rests=LateStore(file))
        assert web.log == []
        assert counts.listings_resting == 1
        web.pages[paths[0]] = story("Open again")
        counts = crawl_apart([source], memory, tmp_path, rests=LateStore(file), obey_rests=False)
        assert counts.kept == 2


class LateStore:
    """A BackoffStore that opens its archive for each call, in whichever process."""

    def __init__(self, file) -> None:
        self.file = file

    def rests(self):
        with Archive(self.file) as archive:
            return BackoffStore(archive).rests()

    def store_rest(self, rest):
        with Archive(self.file) as archive:
            BackoffStore(archive).store_rest(rest)

    def end_rest(self, url):
        with Archive(self.file) as archive:
            BackoffStore(archive).end_rest(url)
