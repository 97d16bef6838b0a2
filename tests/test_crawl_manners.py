"""Manners towards servers and towards our own network, over real HTTP."""

from __future__ import annotations

import socket
import time
from dataclasses import replace
from email.utils import formatdate
from itertools import pairwise

import pytest

from crawler.manners import MAX_REFUSALS, Refusals, is_private, retry_after
from tests.crawling import MemoryArchive, Reply, crawl_apart, rss, small_web, source_at, story


@pytest.fixture
def web():
    with small_web({}) as served:
        yield served


@pytest.fixture
def archive():
    return MemoryArchive()


def timed(pages: dict, times: list[float]) -> dict:
    """`pages` (path -> Reply), each noting in `times` when it was asked for."""

    def answer(reply):
        def give(*_):
            times.append(time.monotonic())
            return reply

        return give

    return {path: answer(reply) for path, reply in pages.items()}


def robots(text: str) -> Reply:
    return Reply(text, headers={"Content-Type": "text/plain"})


@pytest.mark.parametrize("wish", ["Crawl-delay: 0.6", "Request-rate: 10/6"])
def test_pace_asked_for_in_robots_is_kept(web, archive, tmp_path, wish):
    times: list[float] = []
    paths = [f"/the-story-number-{number}" for number in range(3)]
    web.pages |= timed({path: story(path[1:]) for path in paths}, times)
    web.pages |= {"/robots.txt": robots(f"User-agent: *\n{wish}\n"), "/feed": rss(*paths)}
    crawl_apart([source_at(web, feeds=["/feed"])], archive, tmp_path)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert len(gaps) == 2 and min(gaps) > 0.55, gaps


def test_no_pace_asked_for_means_the_settings_own(web, archive, tmp_path):
    times: list[float] = []
    paths = [f"/the-story-number-{number}" for number in range(3)]
    web.pages |= timed({path: story(path[1:]) for path in paths}, times)
    web.pages |= {"/feed": rss(*paths)}
    crawl_apart([source_at(web, feeds=["/feed"])], archive, tmp_path, delay=0.4, per_host=1)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert min(gaps) > 0.19, gaps  # the delay varies by half


def test_retry_after_is_waited_for_by_the_whole_host(web, archive, tmp_path):
    asked: list[tuple[str, float]] = []

    def busy(path, _):
        asked.append((path, time.monotonic()))
        first = sum(known == path for known, _ in asked) == 1
        return Reply("busy", 429, {"Retry-After": "1"}) if first and path == "/is-busy-at-first" else story(path[1:])

    paths = ["/is-busy-at-first", "/comes-right-after-that", "/and-another-one-then"]
    web.pages |= {"/feed": rss(*paths)} | dict.fromkeys(paths, busy)
    counts = crawl_apart([source_at(web, feeds=["/feed"])], archive, tmp_path, per_host=1, delay=0.05)
    assert counts.kept == 3
    assert asked[0][0] == "/is-busy-at-first"
    assert asked[1][1] - asked[0][1] > 0.9, "nothing is sent to the host before the time it named"


def test_host_that_wants_a_long_rest_gets_it(web, archive, tmp_path):
    paths = [f"/the-story-number-{number}" for number in range(4)]
    web.pages |= {"/feed": rss(*paths, etag='"f"')} | {path: story(path[1:]) for path in paths}
    web.pages[paths[0]] = Reply("later", 503, {"Retry-After": "86400"})
    counts = crawl_apart([source_at(web, feeds=["/feed"])], archive, tmp_path, per_host=1, delay=0.05)
    assert web.requested() == ["/feed", paths[0]]
    assert (counts.http_error, counts.postponed) == (1, 3)
    web.pages[paths[0]] = story("Open again")
    assert crawl_apart([source_at(web, feeds=["/feed"])], archive, tmp_path).kept == 4


def test_host_that_turns_us_away_is_left_alone(web, archive, tmp_path):
    paths = [f"/the-story-number-{number}" for number in range(MAX_REFUSALS + 4)]
    web.pages |= {"/feed": rss(*paths)} | {path: Reply("go away", 403) for path in paths}
    counts = crawl_apart([source_at(web, feeds=["/feed"])], archive, tmp_path, per_host=1)
    assert counts.http_error < len(paths)
    assert counts.http_error + counts.postponed == len(paths)
    assert f"{web.root}/feed" not in archive.visits


def test_robots_that_cannot_be_read_means_stay_out(web, archive, tmp_path):
    web.pages |= {"/robots.txt": Reply("down", 500), "/feed": rss("/a-fine-little-story")}
    counts = crawl_apart([source_at(web, feeds=["/feed"])], archive, tmp_path)
    assert web.requested() == []
    assert counts.listings_failed == 1
    assert "robots.txt could not be read" in archive.visits[f"{web.root}/feed"].detail


def test_error_page_in_place_of_robots_forbids_nothing(web, archive, tmp_path):
    web.pages |= {"/robots.txt": Reply("User-agent: *\nDisallow: /\n", 404), "/feed": rss("/a-fine-little-story")}
    web.pages["/a-fine-little-story"] = story("Alder agreement")
    assert crawl_apart([source_at(web, feeds=["/feed"])], archive, tmp_path).kept == 1


def test_loopback_is_refused_unless_allowed(web, archive, tmp_path):
    web.pages |= {"/feed": rss("/a-fine-little-story")}
    by_name = source_at(web, id="named", domain="localhost")
    by_name = type(by_name)(
        **{f: getattr(by_name, f) for f in by_name.__slots__} | {"feeds": ("http://localhost/feed",)}
    )
    counts = crawl_apart([source_at(web, feeds=["/feed"]), by_name], archive, tmp_path, allow_loopback=False)
    assert web.log == []
    assert counts.listings_failed == 2
    assert archive.visits[f"{web.root}/feed"].detail == "private address"


def test_name_that_resolves_to_a_private_address_is_refused(web, archive, tmp_path):
    name = socket.gethostname()
    if "." in name or not is_private(socket.gethostbyname(name)):
        pytest.skip("this machine's name does not stand for a private address")
    source = source_at(web, domain=name)
    source = replace(source, feeds=(f"http://{name}:{web.port}/feed",))
    crawl_apart([source], archive, tmp_path, allow_loopback=False)
    assert web.log == []
    assert archive.visits[source.feeds[0]].outcome == "failed"


def test_hosts_behind_a_proxy_are_reached_through_it_each_at_its_own_pace(web, archive, tmp_path):
    hosts = ["alder.example", "birch.example"]
    times: list[float] = []
    for host in hosts:
        root = f"http://{host}"
        paths = [f"{root}/the-story-number-{number}" for number in range(2)]
        web.pages[f"{root}/robots.txt"] = robots("User-agent: *\nCrawl-delay: 0.8\nDisallow: /no/\n")
        web.pages[f"{root}/feed"] = rss(*paths, f"{root}/no/not-this-one-please")
        web.pages |= timed({path: story(path) for path in paths}, times)
    sources = [replace(source_at(web, id=host, domain=host), feeds=(f"http://{host}/feed",)) for host in hosts]
    proxied = {"http_proxy": web.root, "no_proxy": ""}
    counts = crawl_apart(sources, archive, tmp_path, allow_loopback=False, environment=proxied)
    asked = sorted(path for path, _ in web.log if path.endswith("robots.txt"))
    assert asked == [f"http://{host}/robots.txt" for host in hosts]
    assert all(path.startswith("http://") for path, _ in web.log)
    assert (counts.kept, counts.robots) == (4, 2)
    assert times[1] - times[0] < 0.5, "one host's pace is not the other's"


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("127.0.0.1", True),
        ("10.1.2.3", True),
        ("169.254.169.254", True),
        ("0.0.0.0", True),
        ("[::1]", True),
        ("::ffff:192.168.0.1", True),
        ("fd00::1", True),
        ("fe80::1%eth0", True),
        ("127.1", True),
        ("2130706433", True),
        ("0x7f000001", True),
        ("localhost.", True),
        ("db.internal", True),
        ("", True),
        ("93.184.215.14", False),
        ("2606:4700::1111", False),
        ("ferryherald.example", False),
        ("9news.example", False),
    ],
)
def test_private_addresses(host, private):
    assert is_private(host) is private


def test_retry_after_in_both_forms():
    from scrapy.http import Response

    def told(value):
        return retry_after(Response("http://f.example/", headers={"Retry-After": value}))

    assert told("7") == 7
    assert told(formatdate(time.time() + 30, usegmt=True)) == pytest.approx(30, abs=3)
    assert told(formatdate(time.time() - 30, usegmt=True)) == 0
    assert told("soon") is None
    assert told("") is None


def test_one_good_answer_ends_a_row_of_refusals():
    dropped: list[str] = []
    refusals = Refusals(dropped.append)
    for _ in range(3):
        for _ in range(MAX_REFUSALS - 1):
            refusals.note("http://f.example/a", refused=True)
        refusals.note("http://f.example/b", refused=False)
    assert not refusals.is_left_alone("http://f.example/c")
    for _ in range(MAX_REFUSALS + 2):
        refusals.note("http://f.example/a", refused=True)
    assert refusals.is_left_alone("http://f.example/c")
    assert not refusals.is_left_alone("http://g.example/c")
    assert dropped == ["f.example"]
