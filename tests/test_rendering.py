"""Outlets that only a browser sees: their links and stories come, within the bounds of every other request."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest

from crawler.bounds import Bounds
from crawler.counts import CrawlCounts
from crawler.guarded_proxy import GuardedProxy, RefusedError, Rules, read_head
from crawler.opt_out import OptOut
from crawler.rendering import MISSING, RenderingError, leave_out_unseen, rendering_meta, rendering_settings
from data.records import Visit
from tests.conftest import chromium_path
from tests.crawling import Reply, conditional, crawl_apart, source_at, story

needs_browser = pytest.mark.browser
HOME = """<html><title>Ferry</title><body><div id=list>Loading</div><img src=/photo.png><link rel=icon href=/icon.png>
<script>fetch('/links.json').then(a => a.json()).then(links => {
  document.getElementById('list').innerHTML = links.map(l => `<a href="${l}">story</a>`).join('')})</script>"""


def shell(title: str, words: str = "agreement") -> Reply:
    """A page whose story is written by a script."""
    text = story(title, word=words).body.split("<body>")[1].split("</body>")[0].replace("'", "\\'")
    return Reply(f"<html><head><title>{title}</title></head><body><script>document.body.innerHTML='{text}'</script>")


def answers(web, *links: str) -> None:
    listed = ", ".join(f'"{link}"' for link in links)
    web.pages |= {"/": Reply(HOME, headers={"ETag": '"shell"'})}
    web.pages |= {"/links.json": Reply(f"[{listed}]", headers={"Content-Type": "application/json"})}


@needs_browser
def test_links_and_stories_that_only_scripts_bring_are_read(web, archive, tmp_path):
    answers(web, "/the-county-ends-its-pact", "/no/not-this-one-please")
    web.pages |= {"/robots.txt": Reply("User-agent: *\nDisallow: /no/\n")}
    web.pages |= {"/the-county-ends-its-pact": shell("County agreement")}
    source = source_at(web, sections=["/"], render="javascript")
    web.pages["/"] = conditional(web.pages["/"])  # the shell stays as it was while what scripts bring is new
    seen = Visit(f"{web.root}/", source.id, "2026-01-01T00:00:00+00:00", "no_article", 200, '"shell"')
    archive.record_visit(seen)
    counts = crawl_apart([source], archive, tmp_path)
    assert (counts.kept, counts.robots) == (1, 1)
    assert archive.articles[f"{web.root}/the-county-ends-its-pact"].title == "County agreement"
    assert not {"/photo.png", "/icon.png", "/no/not-this-one-please"} & set(web.requested())
    assert {headers["user-agent"] for _, headers in web.log} == {"SanctuaryTracker/0.1 (+desk@ferry.example)"}


@needs_browser
def test_hostile_pages_end_within_the_bounds_and_reach_no_private_address(web, archive, tmp_path):
    paths = ["/runs-for-ever-and-ever", "/grows-for-ever-and-ever", "/asks-for-our-own-network", "/is-a-fine-story"]
    paths.append("/leads-to-our-own-network")
    answers(web, *paths)
    reach = "".join(
        f"fetch('{url}', {{mode: 'no-cors'}}).then(() => fetch('/reached?{number}'));"
        for number, url in enumerate(["http://10.0.0.1/", "http://ferry.invalid/", "/away", "http://birch.localhost/"])
    )
    web.pages |= {
        paths[0]: Reply("<html><body><p>x</p><script>while (true) {}</script>"),
        paths[1]: Reply("<html><body><p>x</p><script>document.body.innerText = 'x'.repeat(3e6)</script>"),
        paths[2]: Reply(f"<html><body><p>x</p><script>{reach}</script>"),
        "/away": Reply(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data/"}),
        paths[3]: shell("Fine agreement"),
        paths[4]: Reply(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data/"}),
    }
    source = source_at(web, sections=["/"], render="javascript")
    begun = time.monotonic()
    bounds = Bounds(seconds=5, body_bytes=2_000_000, retries=0)
    counts = crawl_apart([source], archive, tmp_path, bounds=bounds, opt_out={"birch.localhost"})
    assert time.monotonic() - begun < 25
    told = {path: archive.visits[web.root + path] for path in paths}
    assert "DownloadTimeoutError" in told[paths[0]].detail
    assert "the page grew to 3" in told[paths[1]].detail
    assert told[paths[2]].outcome == "no_article"
    assert (counts.kept, told[paths[3]].outcome) == (1, "kept")
    assert told[paths[4]].outcome == "failed"
    assert "/away" in web.requested()
    assert not [path for path in web.requested() if path.startswith("/reached")]


@needs_browser
def test_plain_outlets_of_the_same_crawl_see_no_browser(web, archive, tmp_path):
    answers(web, "/the-county-ends-its-pact")
    web.pages |= {
        "/the-county-ends-its-pact": story("County agreement"),
        "/plain": Reply("<a href=/a-second-story-here>x"),
    }
    web.pages |= {"/a-second-story-here": shell("Second agreement")}
    plain = source_at(web, id="plain", sections=["/plain"])
    counts = crawl_apart([source_at(web, sections=["/"], render="javascript"), plain], archive, tmp_path)
    assert (counts.kept, counts.no_article) == (1, 1)


def test_only_outlets_that_ask_for_it_get_a_browser(web):
    plain = source_at(web, feeds=["/feed"])
    assert rendering_settings([plain]) == {}
    assert rendering_meta(plain) == {}
    assert rendering_meta(replace(plain, render="javascript")) == {"playwright": True}


def test_missing_package_is_told_with_the_outlets_and_the_command(web, monkeypatch):
    monkeypatch.setattr("crawler.rendering.find_spec", lambda _: None)
    counts = CrawlCounts()
    seen, plain = source_at(web, render="javascript"), source_at(web, id="plain")
    assert leave_out_unseen([seen, plain], counts) == [plain], "one outlet does not keep the others from a crawl"
    assert (counts.listings_failed, counts.of("herald").broken) == (1, 1)
    assert counts.of("herald").trouble == MISSING
    with pytest.raises(RenderingError, match=r"^herald: .*pip install 'sanctuary-tracker\[browser\]'"):
        leave_out_unseen([seen], counts)


# the proxy


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"CONNECT ferry.example:443 HTTP/1.1\r\nHost: x\r\n\r\n", ("ferry.example", 443, b"")),
        (
            b"GET http://ferry.example/a?b=1 HTTP/1.1\r\nHost: ferry.example\r\nProxy-Connection: keep-alive\r\n\r\n",
            ("ferry.example", 80, b"GET /a?b=1 HTTP/1.1\r\nHost: ferry.example\r\nConnection: close\r\n\r\n"),
        ),
        (b"GET http://[::1]:81 HTTP/1.1\r\n\r\n", ("::1", 81, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")),
    ],
)
def test_heads_of_requests_to_a_proxy(head, expected):
    assert read_head(head) == expected


@pytest.mark.parametrize(
    "line", ["GET /a HTTP/1.1", "GET ftp://f.example/ HTTP/1.1", "nonsense", "GET http://a:b/ HTTP/1.1"]
)
def test_other_heads_are_refused(line):
    with pytest.raises(RefusedError):
        read_head(f"{line}\r\n\r\n".encode())


async def through_proxy(rules: Rules, head: str) -> bytes:
    proxy = GuardedProxy(rules)
    reader, writer = await asyncio.open_connection("127.0.0.1", await proxy.start())
    writer.write(f"{head}\r\n\r\n".encode())
    answer = await reader.read(-1)
    writer.close()
    await proxy.stop()
    return answer


def rules(**changes) -> Rules:
    return Rules(**{"opt_out": OptOut(), "allow_loopback": True, "max_bytes": 10_000, "seconds": 1.0} | changes)


@pytest.mark.parametrize(
    ("target", "changes"),
    [
        ("10.0.0.1:80", {}),
        ("169.254.169.254:80", {}),
        ("[::ffff:10.0.0.1]:80", {}),
        ("2130706433:80", {}),
        ("127.0.0.1:80", {"allow_loopback": False}),
        ("localhost:80", {"allow_loopback": False}),
        ("www.birch.example:443", {"opt_out": OptOut({"birch.example"})}),
    ],
)
def test_proxy_refuses_what_the_crawler_refuses(target, changes):
    answer = asyncio.run(through_proxy(rules(**changes), f"CONNECT {target} HTTP/1.1"))
    assert answer.startswith(b"HTTP/1.1 403 ")


def test_proxy_resolves_names_itself_and_refuses_private_answers(monkeypatch):
    async def inside(*_: object, **__: object):
        return [(2, 1, 6, "", ("10.0.0.7", 443))]

    async def ask() -> bytes:
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", inside, raising=False)
        return await through_proxy(rules(), "CONNECT turncoat.example:443 HTTP/1.1")

    assert asyncio.run(ask()).startswith(b"HTTP/1.1 403 ")


def test_proxy_passes_an_answer_on_up_to_its_bounds(web):
    web.pages |= {"/short": Reply("x" * 500), "/long": Reply("x" * 500_000)}
    web.pages |= {"/late": lambda *_: time.sleep(3) or Reply("late")}
    short = asyncio.run(through_proxy(rules(), f"GET {web.root}/short HTTP/1.1\r\nHost: x"))
    assert short.endswith(b"\r\n\r\n" + b"x" * 500)
    assert 10_000 <= len(asyncio.run(through_proxy(rules(), f"GET {web.root}/long HTTP/1.1\r\nHost: x"))) < 80_000
    begun = time.monotonic()
    assert asyncio.run(through_proxy(rules(), f"GET {web.root}/late HTTP/1.1\r\nHost: x")) == b""
    assert time.monotonic() - begun < 2.5


def test_proxy_goes_on_to_the_one_that_the_environment_names(web, monkeypatch):
    monkeypatch.setenv("http_proxy", web.root.replace("//", "//desk:p%40ss@"))
    monkeypatch.setenv("no_proxy", "")
    web.pages["http://ferry.example/a"] = Reply("through both")
    request = "GET http://ferry.example/a HTTP/1.1\r\nHost: ferry.example\r\nProxy-Connection: keep-alive"
    assert asyncio.run(through_proxy(rules(), request)).endswith(b"through both")
    ((path, headers),) = web.log
    assert path == "http://ferry.example/a"
    assert headers["proxy-authorization"] == "Basic ZGVzazpwQHNz"
    assert (headers["connection"], headers.get("proxy-connection")) == ("close", None)
    assert asyncio.run(through_proxy(rules(), "GET http://10.0.0.1/ HTTP/1.1\r\nHost: x")) == b""
    assert len(web.log) == 1


def test_a_browser_is_found_where_the_other_browser_tests_run():
    from crawler.browser import launch_options

    told = launch_options(4711)
    assert told["proxy"] == {"server": "http://127.0.0.1:4711"}
    assert chromium_path() is None or told.get("executable_path", chromium_path()) == chromium_path()
