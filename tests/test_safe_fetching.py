"""Safe fetching: our own network is out of reach, and every bound holds against a server that breaks it."""

from __future__ import annotations

import gzip
import multiprocessing
import os
import pickle
import resource
import socket
import socketserver
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import brotli
import pytest
from backports import zstd

from crawler.addresses import is_private
from crawler.bounds import MAX_HEAD, Bounds
from crawler.feeds import MAX_TAGS, NotAFeedError, read_feed
from crawler.sitemaps import MAX_DEPTH, NotASitemapError, read_sitemap
from data.records import Source
from tests.crawling import Reply, _crawl, crawl_apart, rss, source_at, story

ZEROS = b"\0" * 40_000_000
BOUNDS = Bounds(seconds=2, body_bytes=1_000_000, retries=0)
Rude = Callable[[socket.socket], None]


# our own network


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


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("127.0.0.1", True),
        ("10.1.2.3", True),
        ("169.254.169.254", True),
        ("0.0.0.0", True),
        ("[::1]", True),
        ("::ffff:192.168.0.1", True),
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
        ("fd00::1", True),
        ("fec0::1", True),
        ("ff02::1", True),
        ("224.0.0.251", True),
        ("240.0.0.1", True),
        ("255.255.255.255", True),
        ("100.64.0.1", True),
        ("198.18.0.1", True),
        ("::ffff:169.254.169.254", True),
        ("::127.0.0.1", True),
        ("64:ff9b::7f00:1", True),
        ("2002:7f00:1::", True),
        ("0177.0.0.1", True),
        ("0x7f.0.0.1", True),
        ("127.0.0.1.", True),
        ("localhost.localdomain.localhost", True),
    ],
)
def test_private_addresses(host, private):
    assert is_private(host) is private


def test_loopback_allowed_opens_no_other_private_address():
    assert not any(is_private(host, allow_loopback=True) for host in ("127.0.0.1", "127.9.9.9", "::1", "localhost"))
    assert not is_private("::ffff:127.0.0.1", allow_loopback=True)
    others = ("10.0.0.1", "169.254.169.254", "0.0.0.0", "db.internal", "127.1", "2130706433", "100.64.0.1", "")
    assert all(is_private(host, allow_loopback=True) for host in others)


SPELLINGS = [
    "http://169.254.169.254/latest/meta-data/",
    "http://10.0.0.1/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://0251.0376.0251.0376/",
    "http://[::ffff:10.0.0.1]/",
    "http://[fe80::1]/",
    "http://①⓪.0.0.1/",
    "http://user@10.0.0.1:80/",
    "//192.168.0.1/router",
]


def test_no_redirect_leads_into_a_private_network(web, archive, tmp_path):
    paths = [f"/the-story-number-{number}" for number in range(len(SPELLINGS))]
    for path, target in zip(paths, SPELLINGS, strict=True):
        web.pages[path] = Reply(status=302, headers={"Location": target.encode().decode("latin-1")})
    web.pages["/feed"] = rss(*paths)
    crawl_apart([source_at(web, feeds=["/feed"])], archive, tmp_path, bounds=BOUNDS)
    for path, target in zip(paths, SPELLINGS, strict=True):
        assert archive.visits[web.root + path].detail == "private address", target


def test_no_outside_page_leads_to_this_machine(web, archive, tmp_path):
    """The outlet is reached through a proxy, as loopback is refused; the proxy is not asked for our own network."""
    root = "http://ferry.example"
    targets = {f"{root}/the-first-of-stories": web.root, f"{root}/the-second-of-stories": "http://localhost"}
    for url, target in targets.items():
        web.pages[url] = Reply(status=301, headers={"Location": f"{target}/secret"})
        web.pages[f"{target}/secret"] = story("Secret agreement")
    web.pages |= {f"{root}/feed": rss(*targets), f"{root}/robots.txt": Reply(""), "/secret": story("Secret agreement")}
    source = replace(source_at(web, domain="ferry.example"), feeds=(f"{root}/feed",))
    given = {"allow_loopback": False, "environment": {"http_proxy": web.root, "no_proxy": ""}}
    crawl_apart([source], archive, tmp_path, **given)
    assert not [path for path, _ in web.log if "secret" in path]
    assert {archive.visits[url].detail for url in targets} == {"private address"}


def crawl_with_names(names: dict[str, list[str]], sources, archive, folder: Path, **changes) -> dict[str, int]:
    """A crawl in which each name resolves to its addresses one after the other, the last one for ever; returns how
    often each was looked up."""
    folder.mkdir(parents=True, exist_ok=True)
    result, asked = folder / "result.pickle", folder / "asked.pickle"
    given = (names, asked, sources, archive, folder, changes, result)
    process = multiprocessing.get_context("forkserver").Process(target=_crawl_names, args=given)
    process.start()
    process.join(40)
    assert process.exitcode == 0
    _, after, error = pickle.loads(result.read_bytes())
    assert error is None, error
    archive.__dict__.update(after.__dict__)
    return pickle.loads(asked.read_bytes())


def _crawl_names(names, asked, *given) -> None:
    looked_up: dict[str, int] = {}

    def resolve(name: str) -> str:
        looked_up[name] = looked_up.get(name, 0) + 1
        return names[name][min(looked_up[name], len(names[name])) - 1]

    socket.gethostbyname = resolve
    _crawl(*given)
    asked.write_bytes(pickle.dumps(looked_up))


def named_outlet(web, name: str) -> Source:
    return replace(source_at(web, id=name, domain=name), feeds=(f"http://{name}:{web.port}/feed",))


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1"])
def test_name_of_a_private_address_is_refused_even_where_loopback_is_allowed(web, archive, tmp_path, address):
    source = named_outlet(web, "inside.example")
    crawl_with_names({"inside.example": [address]}, [source], archive, tmp_path, bounds=BOUNDS)
    assert "private address" in archive.visits[source.feeds[0]].detail


def test_address_that_was_checked_is_the_one_connected_to(web, archive, tmp_path):
    web.pages |= {"/feed": rss("/a-fine-little-story"), "/a-fine-little-story": story("Alder agreement")}
    names = {"good.example": ["127.0.0.1", "10.0.0.1"], "turncoat.example": ["93.184.215.14", "127.0.0.1"]}
    outlets = [named_outlet(web, name) for name in names]
    asked = crawl_with_names(names, outlets[:1], archive, tmp_path / "a", bounds=BOUNDS)
    assert asked == {"good.example": 1}, "robots.txt, feed and story go to the one address that was checked"
    assert [path for path, _ in web.log] == ["/robots.txt", "/feed", "/a-fine-little-story"]
    web.log.clear()
    crawl_with_names(names, outlets[1:], archive, tmp_path / "b", bounds=BOUNDS, allow_loopback=False)
    assert web.log == []
    assert archive.visits[outlets[1].feeds[0]].outcome == "failed"


# servers that break a bound


@contextmanager
def rude_servers(rude: dict[str, Rude]) -> Iterator[tuple[int, dict[str, str]]]:
    """One outlet an entry, each on a loopback address of its own (name -> address): a proper feed names its story,
    and the story is answered by the entry."""
    address_of = {name: f"127.0.1.{number}" for number, name in enumerate(rude, start=1)}
    name_of = {address: name for name, address in address_of.items()}

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):  # the crawler hangs up
                head = b""
                while b"\r\n\r\n" not in head:
                    if not (more := self.request.recv(4096)):
                        return
                    head += more
                path = head.split()[1].decode()
                if path == "/feed":
                    self.request.sendall(_plain(rss("/the-story-of-this-server").body.encode()))
                elif path == "/robots.txt":
                    self.request.sendall(_plain(b""))
                else:
                    rude[name_of[self.request.getsockname()[0]]](self.request)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address, daemon_threads, block_on_close = True, True, False

    with Server(("0.0.0.0", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server.server_address[1], address_of
        server.shutdown()


def _plain(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def says(*lines: str, body: bytes = b"") -> Rude:
    """An answer whole at once."""
    return lambda peer: peer.sendall("\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode() + body)


def endless(begin: bytes, piece: bytes, *, pause: float = 0.0) -> Rude:
    """An answer that goes on for ever."""

    def answer(peer: socket.socket) -> None:
        peer.sendall(begin)
        while True:
            peer.sendall(piece)
            time.sleep(pause)

    return answer


def packed(encoding: str, body: bytes) -> Rude:
    return says(f"Content-Encoding: {encoding}", "Content-Type: text/html", f"Content-Length: {len(body)}", body=body)


def leads_to(target: str) -> Rude:
    answer = f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode()
    return lambda peer: peer.sendall(answer)


OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
PAGE = story("Torn agreement").body.encode() * 20
RUDE: dict[str, tuple[Rude, str]] = {
    "declares-too-much": (says("Content-Length: 50000000"), "DownloadCancelledError"),
    "declares-nothing": (endless(OK + b"\r\n", b"x" * 65_536), "DownloadCancelledError"),
    "chunks-without-end": (
        endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65_536 + b"\r\n"),
        "DownloadCancelledError",
    ),
    "chunk-that-lies": (says("Transfer-Encoding: chunked", body=b"zz\r\nabc"), "ResponseDataLossError"),
    "gzip-bomb": (packed("gzip", gzip.compress(ZEROS)), "unpacks to more than"),
    "deflate-bomb": (packed("deflate", zlib.compress(ZEROS)), "unpacks to more than"),
    "brotli-bomb": (packed("br", brotli.compress(ZEROS, quality=1)), "unpacks to more than"),
    "zstd-bomb": (packed("zstd", zstd.compress(ZEROS)), "unpacks to more than"),
    "bomb-in-a-bomb": (packed("gzip, gzip", gzip.compress(gzip.compress(ZEROS))), "unpacks to more than"),
    "many-layers": (packed("gzip," * 9 + "gzip", b"x"), "layers"),
    "torn-gzip": (packed("gzip", gzip.compress(PAGE)[:-30]), "ends in the middle"),
    "torn-brotli": (packed("br", brotli.compress(PAGE)[:-9]), "ends in the middle"),
    "torn-zstd": (packed("zstd", zstd.compress(PAGE)[:-9]), "ends in the middle"),
    "not-packed-at-all": (packed("gzip", PAGE), "body is broken"),
    "many-headers": (endless(OK, b"X-One: more\r\n" * 5_000), "bytes of headers"),
    "long-header": (endless(OK + b"X-Long: ", b"x" * 65_536), "DownloadFailedError"),
    "interim-answers": (endless(b"", b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n" * 2_000), "bytes of headers"),
    "no-http": (lambda peer: peer.sendall(b"SSH-2.0-ferry\r\n\r\n"), "DownloadFailedError"),
    "hangs-up": (lambda peer: peer.close(), "Failed"),
    "less-than-declared": (says("Content-Length: 900", body=b"<p>short"), "ResponseDataLossError"),
    "never-answers": (lambda peer: time.sleep(20), "DownloadTimeoutError"),
    "drips-its-body": (endless(OK + b"\r\n", b"x", pause=0.1), "DownloadTimeoutError"),
    "drips-its-headers": (endless(OK + b"X-Slow: ", b"x", pause=0.1), "DownloadTimeoutError"),
    "circles": (leads_to("/the-story-of-this-server"), "max redirections reached"),
    "to-a-file": (leads_to("file:///etc/passwd"), "HTTP 302"),
    "to-ftp": (leads_to("ftp://127.0.0.1/x"), "HTTP 302"),
    "to-data": (leads_to("data:text/html,hello"), "HTTP 302"),
    "to-a-long-address": (leads_to("/" + "long-" * 1_000), "an address of"),
    "refreshes-for-ever": (
        says(body=b"<html><meta http-equiv=refresh content='0; url=/the-story-of-this-server'><p>One moment</p>"),
        "no_article",
    ),
    "deep-nesting": (says(body=b"<html><body>" + b"<div>" * 150_000 + b"x"), "no_article"),
    "one-huge-attribute": (says(body=b"<html><body class='" + b"a-" * 400_000 + b"'><p>x</p>"), "no_article"),
    "for-the-patterns": (
        says(body=b"<html><title>" + b"a - " * 100_000 + b"</title><p>" + b"By A. " * 60_000 + b"</p>"),
        "no_article",
    ),
}


def note_memory(_: object) -> None:
    Path(os.environ["MEMORY_FILE"]).write_text(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024))


def test_every_bound_holds_and_spoils_nothing_else(web, archive, tmp_path):
    web.pages |= {"/feed": rss("/a-fine-little-story"), "/a-fine-little-story": story("Alder agreement")}
    memory = tmp_path / "memory"
    given = {"environment": {"MEMORY_FILE": str(memory)}, "progress": note_memory, "bounds": BOUNDS}
    begun = time.monotonic()
    with rude_servers({name: answer for name, (answer, _) in RUDE.items()}) as (port, addresses):
        roots = {name: f"http://{address}:{port}" for name, address in addresses.items()}
        outlets = [
            Source(name, name, addresses[name], "Ferry", "Alder", "OR", "weekly", feeds=(f"{root}/feed",))
            for name, root in roots.items()
        ]
        counts = crawl_apart([*outlets, source_at(web, feeds=["/feed"])], archive, tmp_path, **given)
    assert time.monotonic() - begun < 25
    told = {name: archive.visits[f"{root}/the-story-of-this-server"] for name, root in roots.items()}
    for name, (_, reason) in RUDE.items():
        assert reason in f"{told[name].outcome} {told[name].detail}", (name, told[name])
    assert (counts.kept, list(archive.articles)) == (1, [f"{web.root}/a-fine-little-story"])
    assert not counts.interrupted
    assert int(memory.read_text()) < 350, "megabytes"


# listings


def test_circle_of_sitemaps_ends(web, archive, tmp_path):
    def index(path: str, _: dict) -> Reply:
        deeper = int(path.removeprefix("/map").removesuffix(".xml")) + 1
        return Reply(f"<sitemapindex><sitemap><loc>/map{deeper}.xml</loc></sitemap></sitemapindex>")

    web.pages |= {f"/map{number}.xml": index for number in range(30)}
    crawl_apart([source_at(web, sitemap="/map0.xml")], archive, tmp_path)
    assert web.requested() == [f"/map{number}.xml" for number in range(MAX_DEPTH + 1)]


@pytest.mark.parametrize(
    "text",
    [
        "<a>" * 1_000_000,
        "<item/>" * 500_000,
        "<item>" + "<" * 3_000_000,
        "<item " + " ".join(f"a{number}='1'" for number in range(300_000)) + ">",
    ],
    ids=["deep", "many", "brackets", "attributes"],
)
def test_feed_and_sitemap_built_to_exhaust_are_refused_before_they_are_parsed(text):
    begun = time.process_time()
    with pytest.raises(NotAFeedError, match=r"tags, the most is|a tag of more"):
        read_feed(f'<rss version="2.0"><channel>{text}'.encode(), "https://ferry.example/feed")
    with pytest.raises(NotASitemapError, match=r"tags, the most is|a tag of more"):
        read_sitemap(f"<urlset>{text}{text}".encode(), "https://ferry.example/map.xml")
    assert time.process_time() - begun < 1


def test_markup_inside_of_a_feeds_entries_is_not_counted():
    page = "<p>word</p>" * 600
    items = "".join(f"<item><link>/{n}</link><description><![CDATA[{page}]]></description></item>" for n in range(150))
    assert page.count("<") * 150 > MAX_TAGS
    listing = read_feed(f'<rss version="2.0"><channel>{items}</channel></rss>'.encode(), "https://ferry.example/feed")
    assert len(listing.links) == 150


@pytest.mark.parametrize("encoding", ["utf-7", "UTF_7", "cp037"])
def test_feed_in_an_encoding_that_hides_its_tags_is_refused(encoding):
    body = f'<?xml version="1.0" encoding="{encoding}"?>'.encode() + "<rss/>".encode(encoding.lower().replace("_", "-"))
    with pytest.raises(NotAFeedError, match="encoding"):
        read_feed(body, "https://ferry.example/feed")


def test_bound_on_headers_is_above_what_one_read_brings():
    assert MAX_HEAD >= 4 * 65_536, "the first read may hold a good part of the body too"
