"""Manners towards servers, over real HTTP: pace, robots.txt, Retry-After, opt-out."""

from __future__ import annotations

import time
from dataclasses import replace
from email.utils import formatdate
from itertools import pairwise

import pytest

from crawler.bounds import Bounds
from crawler.domains import registrable_domain
from crawler.opt_out import OptOut
from crawler.pace import retry_after
from crawler.refusals import MAX_REFUSALS, Refusals
from data.opt_out import OptOutError, load_opt_out
from tests.crawling import Reply, crawl_apart, rss, source_at, story


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


def test_host_that_does_not_answer_is_left_alone(web, archive, tmp_path):
    paths = [f"/the-story-number-{number}" for number in range(MAX_REFUSALS + 4)]
    web.pages |= {"/feed": rss(*paths)} | {path: lambda *_: time.sleep(2) or story("Late") for path in paths}
    bounds = Bounds(seconds=0.3, retries=0)
    counts = crawl_apart([source_at(web, feeds=["/feed"])], archive, tmp_path, per_host=1, bounds=bounds)
    assert MAX_REFUSALS <= counts.failed <= MAX_REFUSALS + 1  # the next one may be on its way already
    assert counts.failed + counts.postponed == len(paths)
    assert len(web.requested()) == 1 + counts.failed


def test_robots_that_cannot_be_read_means_stay_out(web, archive, tmp_path):
    web.pages |= {"/robots.txt": Reply("down", 500), "/feed": rss("/a-fine-little-story")}
    counts = crawl_apart([source_at(web, feeds=["/feed"])], archive, tmp_path)
    assert web.requested() == []
    assert counts.listings_failed == 1
    assert "robots.txt could not be read: HTTP 500" in archive.visits[f"{web.root}/feed"].detail


def test_robots_that_never_comes_means_stay_out_and_takes_its_time_once(web, archive, tmp_path):
    web.pages |= {"/robots.txt": lambda *_: time.sleep(3) or robots(""), "/feed": rss("/a-fine-little-story")}
    begun = time.monotonic()
    source = source_at(web, feeds=["/feed"], sections=["/news"])
    counts = crawl_apart([source], archive, tmp_path, bounds=Bounds(seconds=0.5, retries=1))
    assert time.monotonic() - begun < 8
    assert (web.requested(), counts.listings_failed) == ([], 2)
    assert [path for path, _ in web.log] == ["/robots.txt"] * 2
    assert "robots.txt could not be read: DownloadTimeoutError" in archive.visits[f"{web.root}/feed"].detail


def test_robots_that_leads_in_circles_forbids_nothing(web, archive, tmp_path):
    web.pages |= {"/robots.txt": Reply(status=302, headers={"Location": "/robots.txt"})}
    web.pages |= {"/feed": rss("/a-fine-little-story"), "/a-fine-little-story": story("Alder agreement")}
    assert crawl_apart([source_at(web, feeds=["/feed"])], archive, tmp_path).kept == 1


def test_of_an_endless_robots_the_beginning_counts(web, archive, tmp_path):
    rules = "User-agent: *\nDisallow: /no/\n" + "".join(f"Disallow: /{n}*a*a*a*b\n" for n in range(300_000))
    paths = ["/no/not-this-one-please", f"/yes/{'a' * 900}-story-with-a-name"]
    web.pages |= {"/robots.txt": robots(rules), "/feed": rss(*paths), paths[1]: story("Alder agreement")}
    counts = crawl_apart([source_at(web, feeds=["/feed"])], archive, tmp_path)
    assert (counts.robots, counts.kept) == (1, 1)


def test_robots_over_the_bound_on_a_body_means_stay_out(web, archive, tmp_path):
    web.pages |= {"/robots.txt": robots("#" * 200_000), "/feed": rss("/a-fine-little-story")}
    crawl_apart([source_at(web, feeds=["/feed"])], archive, tmp_path, bounds=Bounds(body_bytes=100_000))
    assert web.requested() == []
    assert "robots.txt could not be read" in archive.visits[f"{web.root}/feed"].detail


def test_error_page_in_place_of_robots_forbids_nothing(web, archive, tmp_path):
    web.pages |= {"/robots.txt": Reply("User-agent: *\nDisallow: /\n", 404), "/feed": rss("/a-fine-little-story")}
    web.pages["/a-fine-little-story"] = story("Alder agreement")
    assert crawl_apart([source_at(web, feeds=["/feed"])], archive, tmp_path).kept == 1


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


# one budget a registrable domain


def proxied_outlets(web, hosts, times, *, stories=2):
    """Outlets behind the small web as their proxy, every page of theirs noted in `times` under its host."""
    for host in hosts:
        root = f"http://{host}"
        paths = [f"{root}/the-story-number-{number}" for number in range(stories)]
        pages = {path: story(path) for path in paths} | {f"{root}/feed": rss(*paths), f"{root}/robots.txt": robots("")}
        web.pages |= timed(pages, times.setdefault(host, []))
    return [replace(source_at(web, id=host, domain=host), feeds=(f"http://{host}/feed",)) for host in hosts]


def test_outlets_of_one_domain_keep_its_pace_together(web, archive, tmp_path):
    hosts = ["alder.ferry.example", "birch.ferry.example", "cedar.ferry.example", "quick.example"]
    times: dict[str, list[float]] = {}
    sources = proxied_outlets(web, hosts, times)
    proxied = {"http_proxy": web.root, "no_proxy": ""}
    counts = crawl_apart(sources, archive, tmp_path, delay=0.3, per_host=1, environment=proxied)
    assert counts.kept == 8
    shared = sorted(moment for host in hosts[:3] for moment in times[host])
    gaps = [later - earlier for earlier, later in pairwise(shared)]
    assert len(gaps) == 11
    assert min(gaps) > 0.14, gaps  # the delay varies by half
    assert sum(gaps) / len(gaps) > 0.22, gaps
    alone = max(times["quick.example"]) - min(times["quick.example"])
    assert alone < (shared[-1] - shared[0]) / 2, "another domain is not held up by it"


def test_slowest_wish_of_a_domains_hosts_is_kept_by_all(web, archive, tmp_path):
    times: dict[str, list[float]] = {}
    sources = proxied_outlets(web, ["alder.ferry.example", "birch.ferry.example"], times, stories=1)
    web.pages["http://alder.ferry.example/robots.txt"] = robots("User-agent: *\nCrawl-delay: 0.7\n")
    proxied = {"http_proxy": web.root, "no_proxy": ""}
    assert crawl_apart(sources, archive, tmp_path, environment=proxied).kept == 2
    stories = sorted(moments[-1] for moments in times.values())
    assert stories[1] - stories[0] > 0.65


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.ferryherald.com", "ferryherald.com"),
        ("news.ferry.co.uk.", "ferry.co.uk"),
        ("WWW.Ferry.CA.US", "ferry.ca.us"),
        ("alder.legistar.com", "legistar.com"),
        ("alder.wordpress.com", "wordpress.com"),
        ("alder.blogspot.com", "blogspot.com"),
        ("a.b.alder.example", "alder.example"),
        ("localhost", "localhost"),
        ("192.168.0.1", "192.168.0.1"),
        ("[2606:4700::1111]", "2606:4700::1111"),
        ("com", "com"),
        ("", ""),
    ],
)
def test_registrable_domains(host, domain):
    assert registrable_domain(host) == domain


# opt-out


def test_domain_on_the_opt_out_list_is_never_asked(web, archive, tmp_path):
    hosts = ["alder.example", "news.birch.example", "cedar.example"]
    sources = proxied_outlets(web, hosts, {}, stories=1)
    web.pages["http://cedar.example/the-story-number-0"] = Reply(
        status=301, headers={"Location": "http://www.birch.example/the-story-number-0"}
    )
    counts = crawl_apart(
        sources,
        archive,
        tmp_path,
        opt_out={"birch.example"},
        environment={"http_proxy": web.root, "no_proxy": ""},
    )
    assert not [path for path, _ in web.log if "birch" in path]
    assert (counts.outlets_opted_out, counts.kept, counts.failed) == (1, 1, 1)
    assert archive.visits["http://cedar.example/the-story-number-0"].detail == "on the opt-out list"


def test_opt_out_covers_what_lies_below_and_nothing_beside():
    away = OptOut({"WWW.Ferry.example", "co.alder.or.us"})
    assert away.covers("ferry.example") and away.covers("a.b.FERRY.example.") and away.covers("ferry.example:8080")
    assert away.covers_url("https://www.co.alder.or.us/news")
    assert not away.covers("otherferry.example") and not away.covers("example") and not away.covers("alder.or.us")
    assert not OptOut().covers("ferry.example")


def test_opt_out_lists_are_read_whole_or_not_at_all(tmp_path):
    own = tmp_path / "away.txt"
    own.write_text("# ours\n\nFerry.example   # 2026-03-02, the publisher\nco.alder.or.us\n", encoding="utf-8")
    assert load_opt_out(own) == load_opt_out() | {"ferry.example", "co.alder.or.us"}
    own.write_text("ferry.example\nhttps://birch.example/\nalder\n", encoding="utf-8")
    with pytest.raises(OptOutError, match=r"away\.txt:2: 'https://birch\.example/'.*\n.*away\.txt:3: 'alder'"):
        load_opt_out(own)
    with pytest.raises(OptOutError, match=r"gone\.txt: No such file"):
        load_opt_out(tmp_path / "gone.txt")
