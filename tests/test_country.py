"""The simulated country of the benchmarks: what it serves, a night over a small one, and kills in the middle of it."""

from __future__ import annotations

import http.client
import json
import zlib
from datetime import UTC, datetime

import pytest

from tests.bench.country import WAYS, serve_country, way_of
from tests.bench.country_pages import LISTINGS, Outlet
from tests.bench.country_runs import articles, disturbed_crawl, events, outcomes, read_and_link, run, stories

OUTLETS, PAGES = 60, 10
MOMENT = datetime(2026, 9, 1, 12, tzinfo=UTC)


def ask(country, url, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", country.port, timeout=5)
    connection.request("GET", url, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


@pytest.fixture(scope="module")
def country():
    with serve_country(80, PAGES, ("challenge", "dead_links", "bomb", "robots_500")) as served:
        yield served


def test_pages_are_of_a_real_pages_size_and_the_same_every_time(country):
    for number in range(1, 20):
        outlet = Outlet(number, PAGES, country.moment)
        url = f"http://{outlet.host}{outlet.story(3, 1).path}"
        body = ask(country, url, **{"Accept-Encoding": "identity"})[1]
        assert 6_000 < len(body) < 26_000
        assert body == ask(country, url, **{"Accept-Encoding": "identity"})[1]
        assert outlet.story(3, 1).paragraphs[-1].split(".")[0].encode() in body


def test_two_in_a_hundred_stories_are_relevant_and_all_listings_are_used():
    made = [Outlet(n, 30, MOMENT) for n in range(1, 1001)]
    assert {outlet.listing for outlet in made} == set(LISTINGS)
    country = [Outlet(n, 30, MOMENT) for n in range(1, 201)]
    share = sum(o.story(n, 1).relevant for o in country for n in range(30)) / 6000
    assert 0.015 < share < 0.026


def test_validators_are_answered_with_304_until_the_second_night(country):
    made = (Outlet(n, PAGES, country.moment) for n in range(1, 20))
    outlet = next(o for o in made if o.changes(2) and o.validators != "modified")
    url = f"http://{outlet.host}{outlet.listing_path}"
    answer, _ = ask(country, url)
    known = {"If-None-Match": answer.headers["ETag"]}
    assert ask(country, url, **known)[0].status == 304
    country.begin_night(2)
    assert ask(country, url, **known)[0].status == 200
    country.begin_night(1)


def test_each_broken_host_is_broken_in_its_way(country):
    challenge, dead, bomb, robots = (Outlet(n, PAGES, country.moment) for n in (20, 40, 60, 80))
    assert country.broken() == {20: "challenge", 40: "dead_links", 60: "bomb", 80: "robots_500"}
    assert b"Just a moment" in ask(country, f"http://{challenge.host}{challenge.story(1, 1).path}")[1]
    assert ask(country, f"http://{dead.host}{dead.story(1, 1).path}")[0].status == 404
    assert dead.story(1, 1).path.encode() in ask(country, f"http://{dead.host}/feed/")[1]
    body = ask(country, f"http://{bomb.host}/feed/")[1]
    assert len(body) < 100_000
    assert len(zlib.decompress(body, 31)) == 64_000_000
    assert ask(country, f"http://{robots.host}/robots.txt")[0].status == 500


def test_one_in_twenty_is_broken_in_more_than_ten_ways():
    broken = [way for n in range(1, 1001) if (way := way_of(n, WAYS))]
    assert len(broken) == 50
    assert set(broken) == set(WAYS)
    assert len(WAYS) >= 10


@pytest.mark.slow
def test_two_nights_over_a_small_country(tmp_path):
    ways = ("html_feed", "challenge", "error_500")
    with serve_country(OUTLETS, PAGES, ways) as served:
        registry = served.write_registry(tmp_path / "r.csv")
        first = run(tmp_path / "home", served, ["tracker", "crawl", "--registry", str(registry)])
        assert first.status == 0, first.output
        whole = (OUTLETS - 3) * PAGES
        assert len({asked.url for asked in stories(served.log()) if int(asked.host[6:10]) % 20}) == whole
        ended = outcomes(tmp_path / "home")
        assert ended["kept"] + ended["irrelevant"] == whole
        served.begin_night(2)
        second = run(tmp_path / "home", served, ["tracker", "nightly", "--registry", str(registry)])
        log = served.log()
    assert second.status == 3, second.output
    for number in (20, 40, 60):
        assert f"paper-{number:04d}" in second.output
    report = json.loads((tmp_path / "home" / "last-night.json").read_text())
    assert report["stages"]["crawl"]["counts"]["links"] > 0
    well = [Outlet(n, PAGES, served.moment) for n in range(1, OUTLETS + 1) if n % 20]
    new = sum(outlet.count(2) - PAGES for outlet in well)
    sent = {asked.url for asked in stories(log) if int(asked.host[6:10]) % 20}
    assert new <= len(sent) <= new + 20  # some relevant ones were told anew
    assert sum(asked.status == 304 for asked in log) >= OUTLETS / 3


@pytest.mark.slow
def test_eight_kills_change_nothing(tmp_path):
    with serve_country(OUTLETS, PAGES, ("html_feed", "loop", "reset")) as served:
        registry = served.write_registry(tmp_path / "r.csv")
        quiet = run(tmp_path / "quiet", served, ["tracker", "crawl", "--registry", str(registry)])
        assert quiet.status == 0, quiet.output
        struck, _ = disturbed_crawl(tmp_path / "killed", served, registry, 8, (0.3 * quiet.seconds, quiet.seconds), 287)
        for home in ("quiet", "killed"):
            read_and_link(tmp_path / home, served)
    assert struck >= 3, "the crawl was over before it could be killed: the test proves nothing"
    assert articles(tmp_path / "killed") == articles(tmp_path / "quiet")
    assert events(tmp_path / "killed") == events(tmp_path / "quiet")
    assert len(events(tmp_path / "quiet")) >= 3
