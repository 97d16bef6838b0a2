"""A simulated country of local outlets on loopback, as a server of its own process.

A thousand outlets on hosts of their own (`paper-0001.example`, ...), reached through the server as their plain HTTP
proxy. One in twenty is broken, in one of the ways of `WAYS`. On the second night some have printed new stories, told
old ones anew, or carry one wire story.

`python -m tests.bench.country --outlets 1000 --pages 30` serves it for a look by hand.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import gc
import gzip
import http.client
import json
import os
import socket
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from data.sources import COLUMNS
from tests.bench.country_pages import Outlet, chrome, host_of, http_date, listing, story_page

ROOT = Path(__file__).resolve().parents[2]
CONTROL = "control.example"  # the host by which the server itself is spoken to
BROKEN_EVERY = 20
WAYS = (
    "no_such_host",  # the name does not resolve
    "refused",  # nobody listens where it should be
    "hang",  # takes the request and never answers
    "reset",  # hangs up on every request
    "error_500",
    "wall_403",
    "challenge",  # the feed is well; every story is a bot challenge with status 200
    "html_feed",  # a web page where the feed was
    "dead_links",  # a feed of stories that are gone
    "loop",  # redirects in a circle
    "bomb",  # a small gzip body of 64 MB
    "endless",  # a body that never ends
    "robots_500",
)
QUICK_WAYS = tuple(way for way in WAYS if way != "hang")  # without the one that a crawler waits minutes for
_BLOCK = b"10000\r\n" + b"<item>on and on</item> \n".ljust(0x10000, b".") + b"\r\n"


class Asked(NamedTuple):
    """One line of the server's log: when the answer was sent (seconds since the epoch), to what, which status."""

    at: float
    host: str
    path: str
    status: int

    @property
    def url(self) -> str:
        """The address asked for."""
        return f"http://{self.host}{self.path}"

    @property
    def is_story(self) -> bool:
        """Whether it was a story's page."""
        return self.path.startswith("/20")


class Answer(NamedTuple):
    """Status, headers and body."""

    status: int
    headers: dict[str, str]
    body: bytes = b""


def way_of(number: int, ways: tuple[str, ...]) -> str | None:
    """How the outlet of that number is broken, None where it is well."""
    if not ways or number % BROKEN_EVERY:
        return None
    return ways[(number // BROKEN_EVERY - 1) % len(ways)]


# --- the crawler's side --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Country:
    """A running country."""

    port: int
    outlets: int
    pages: int
    ways: tuple[str, ...]
    moment: datetime  # when its first night began

    def environment(self) -> dict[str, str]:
        """Variables by which a crawler reaches it; https is proxied by a port that nobody listens on."""
        nowhere = [host_of(n) for n, way in self.broken().items() if way == "no_such_host"]
        return {
            "http_proxy": f"http://127.0.0.1:{self.port}",
            "https_proxy": f"http://127.0.0.1:{_closed_port()}",
            "no_proxy": ",".join(nowhere),
        }

    def broken(self) -> dict[int, str]:
        """Number and way of every broken outlet."""
        found = {n: way_of(n, self.ways) for n in range(1, self.outlets + 1)}
        return {n: way for n, way in found.items() if way}

    def write_registry(self, file: Path) -> Path:
        """The outlets as a registry file."""
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, COLUMNS, restval="")
            writer.writeheader()
            for n in range(1, self.outlets + 1):
                writer.writerow(_registry_row(n, way_of(n, self.ways)))
        return file

    def begin_night(self, night: int) -> None:
        """Print what is new in that night (1 or 2), and begin a new log."""
        self._ask(f"/night/{night}")

    def log(self) -> list[Asked]:
        """What was asked since the night began."""
        return [Asked(*row) for row in json.loads(self._ask("/log"))]

    def _ask(self, path: str) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", f"http://{CONTROL}{path}")
            return connection.getresponse().read()
        finally:
            connection.close()


@contextmanager
def serve_country(outlets: int, pages: int, ways: tuple[str, ...] = WAYS, *, slow: bool = False) -> Iterator[Country]:
    """Serve the country from a process of its own while the block runs; `slow` with the latency of far servers."""
    command = [sys.executable, "-m", "tests.bench.country", "--outlets", str(outlets), "--pages", str(pages)]
    command += ["--ways", ",".join(ways), *(["--slow"] if slow else [])]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            port, moment = process.stdout.readline().split()
            yield Country(int(port), outlets, pages, ways, datetime.fromisoformat(moment))
        finally:
            process.terminate()


def _closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def _registry_row(number: int, way: str | None) -> dict[str, str]:
    outlet = Outlet(number, 0, datetime.now(UTC))
    county, state, town = outlet.home
    address = f"{'https' if way == 'refused' else 'http'}://{outlet.host}{listing_path(outlet, way)}"
    kind = "rss" if way else outlet.listing
    column = {"news": "sitemap", "section": "sections"}.get(kind, "feeds")
    told = {"id": f"paper-{number:04d}", "name": outlet.name, "domain": outlet.host, "city": town, "county": county}
    return told | {"state": state, "kind": "weekly", column: address}


def listing_path(outlet: Outlet, way: str | None) -> str:
    """Where the outlet's listing is; the broken ones have feeds."""
    return "/feed/" if way else outlet.listing_path


# --- the server's side ---------------------------------------------------------------------------------------------


class CountryServer:
    """Answers by host and path. The moment is fixed when it starts, so that pages stay the same."""

    def __init__(self, outlets: int, pages: int, ways: tuple[str, ...], *, slow: bool) -> None:
        self.moment = datetime.now(UTC).replace(microsecond=0, second=0)
        self.outlets = {host_of(n): Outlet(n, pages, self.moment) for n in range(1, outlets + 1)}
        self.ways = ways
        self.slow = slow
        self.night = 1
        self.log: list[Asked] = []

    def wait(self, host: str) -> float:
        """Seconds before an answer of that host is sent."""
        return self.outlets[host].latency if self.slow and host in self.outlets else 0.0

    def answer(self, host: str, path: str, headers: Mapping[str, str]) -> Answer | str:
        """The answer, or the way in which there is none (hang, reset, endless)."""
        if host == CONTROL:
            return self._control(path)
        outlet = self.outlets.get(host)
        if outlet is None:
            return Answer(502, {}, b"no such host")
        way = way_of(outlet.number, self.ways)
        spoilt = self._spoil(outlet, way, path) if way else None
        return spoilt if spoilt is not None else self._well(outlet, way, path, headers)

    def _control(self, path: str) -> Answer:
        if path.startswith("/night/"):
            self.night, self.log = int(path.rsplit("/", 1)[1]), []
            _listing.cache_clear()
        return Answer(200, {"Content-Type": "application/json"}, json.dumps(self.log).encode())

    def _spoil(self, outlet: Outlet, way: str, path: str) -> Answer | str | None:
        if path == "/robots.txt":
            return Answer(500, {}, b"error") if way == "robots_500" else None
        if way in ("hang", "reset", "endless"):
            return way
        if way == "challenge":
            return Answer(200, _HTML, _challenge(outlet)) if path != "/feed/" else None
        if way == "dead_links":
            return Answer(404, _HTML, b"<html><body><h1>Not found</h1></body></html>") if path != "/feed/" else None
        return {
            "error_500": Answer(500, _HTML, b"<html><body>Internal error</body></html>"),
            "wall_403": Answer(403, _HTML, b"<html><body>Forbidden</body></html>"),
            "html_feed": Answer(200, _HTML, _front(outlet)),
            "loop": Answer(302, {"Location": "/feed/a" if path.endswith("/") else "/feed/"}),
            "bomb": Answer(200, {"Content-Type": "application/rss+xml", "Content-Encoding": "gzip"}, _bomb()),
        }.get(way)

    def _well(self, outlet: Outlet, way: str | None, path: str, headers: Mapping[str, str]) -> Answer:
        if path == "/robots.txt":
            return Answer(200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /subscribe/\n")
        if path == listing_path(outlet, way):
            night = self.night if outlet.changes(self.night) else 1
            kind, body = _listing(outlet, night) if not way else _broken_feed(outlet)
            stamp = http_date(outlet.story(outlet.count(night) - 1, night).touched)
            return _conditional(outlet, f"l{night}", stamp, headers, {"Content-Type": kind}, body)
        found = outlet.by_path(path, self.night)
        if found is None:
            return Answer(404, _HTML, b"<html><body><h1>Not found</h1></body></html>")
        n, story = found
        stamp, tag = http_date(story.touched), f"s{n}-{story.touched:%d%H%M}"
        return _conditional(outlet, tag, stamp, headers, _HTML, lambda: story_page(outlet, story, self.night).encode())


_HTML = {"Content-Type": "text/html; charset=utf-8"}


def _conditional(
    outlet: Outlet, tag: str, stamp: str, asked: Mapping[str, str], headers: dict[str, str], body: object
) -> Answer:
    """The answer with the outlet's validators, or 304; `body` is bytes or makes them."""
    tag = f'"{outlet.number}-{tag}"'
    own = {"ETag": tag} if outlet.validators != "modified" else {}
    own |= {"Last-Modified": stamp} if outlet.validators != "etag" else {}
    same = asked.get("if-none-match") == tag if "ETag" in own else asked.get("if-modified-since") == stamp
    if same:
        return Answer(304, own)
    made = body if isinstance(body, bytes) else body()
    if outlet.number % 10 == 3 and "gzip" in asked.get("accept-encoding", ""):
        return Answer(200, headers | own | {"Content-Encoding": "gzip"}, gzip.compress(made, 1, mtime=0))
    return Answer(200, headers | own, made)


@lru_cache(maxsize=64)
def _listing(outlet: Outlet, night: int) -> tuple[str, bytes]:
    kind, text = listing(outlet, night)
    return kind, text.encode()


def _broken_feed(outlet: Outlet) -> tuple[str, bytes]:
    stories = [outlet.story(n, 1) for n in range(outlet.count(1))]
    items = "".join(f"<item><link>http://{outlet.host}{s.path}</link></item>" for s in stories)
    return "application/rss+xml", f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'.encode()


def _front(outlet: Outlet) -> bytes:
    around = chrome(outlet.number, outlet.name)
    return f"<!doctype html><html><head>{around.head}</head><body>{around.top}{around.foot}</body></html>".encode()


def _challenge(outlet: Outlet) -> bytes:
    return (
        "<!doctype html><html><head><title>Just a moment...</title></head><body><div id='challenge-form'>"
        f"<h1>{outlet.host}</h1><p>Checking your browser before accessing the site. Enable JavaScript and cookies to "
        "continue.</p></div><script src='/cdn-cgi/challenge-platform/h/g/orchestrate'></script></body></html>"
    ).encode()


@lru_cache(maxsize=1)
def _bomb() -> bytes:
    packer = zlib.compressobj(6, wbits=31)
    zeros = bytes(1_000_000)
    return b"".join([*(packer.compress(zeros) for _ in range(64)), packer.flush()])


class _Connection(asyncio.Protocol):
    """One connection of a crawler: requests without bodies, answered in turn."""

    def __init__(self, server: CountryServer) -> None:
        self._server = server
        self._read = b""
        self._transport: asyncio.Transport | None = None
        self._may_write = asyncio.Event()
        self._may_write.set()
        self._endless: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """As asyncio calls it."""
        self._transport = transport

    def pause_writing(self) -> None:
        """As asyncio calls it."""
        self._may_write.clear()

    def resume_writing(self) -> None:
        """As asyncio calls it."""
        self._may_write.set()

    def connection_lost(self, error: Exception | None) -> None:
        """As asyncio calls it."""
        if self._endless:
            self._endless.cancel()

    def data_received(self, data: bytes) -> None:
        """As asyncio calls it."""
        self._read += data
        while b"\r\n\r\n" in self._read:
            head, self._read = self._read.split(b"\r\n\r\n", 1)
            self._reply(head.decode("latin-1"))

    def _reply(self, head: str) -> None:
        line, *rest = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (row.partition(":") for row in rest)}
        target = line.split(" ")[1]
        parts = urlsplit(target)
        host = parts.hostname or headers.get("host", "").split(":")[0]
        answer = self._server.answer(host, parts.path or "/", headers)
        status = answer if isinstance(answer, str) else answer.status
        if host != CONTROL:
            self._server.log.append(Asked(time.time(), host, parts.path, status if isinstance(status, int) else 0))
        if isinstance(answer, Answer):
            asyncio.get_running_loop().call_later(self._server.wait(host), self._send, answer)
        elif answer == "reset":
            self._reset()
        elif answer == "endless":
            self._endless = asyncio.get_running_loop().create_task(self._run_on())

    def _send(self, answer: Answer) -> None:
        if self._transport.is_closing():
            return
        length = {} if answer.status == 304 else {"Content-Length": str(len(answer.body))}
        lines = "".join(f"{name}: {value}\r\n" for name, value in (answer.headers | length).items())
        self._transport.write(f"HTTP/1.1 {answer.status} -\r\n{lines}\r\n".encode() + answer.body)

    def _reset(self) -> None:
        lingering = struct.pack("ii", 1, 0)  # closed at once, with RST
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, lingering)
        self._transport.abort()

    async def _run_on(self) -> None:
        head = "HTTP/1.1 200 -\r\nContent-Type: application/rss+xml\r\nTransfer-Encoding: chunked\r\n\r\n"
        self._transport.write(head.encode())
        while not self._transport.is_closing():
            await self._may_write.wait()
            self._transport.write(_BLOCK)
            await asyncio.sleep(0)


async def _serve(server: CountryServer, port: int) -> None:
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: _Connection(server), "127.0.0.1", port, backlog=1024)
    print(listening.sockets[0].getsockname()[1], server.moment.isoformat(), flush=True)
    async with listening:
        await listening.serve_forever()


def main() -> None:
    """Serve until the process is ended; the first line printed is the port and the moment of the first night."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--outlets", type=int, default=1000)
    parser.add_argument("--pages", type=int, default=30)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--slow", action="store_true", help="answer as late as servers some way off do")
    given = parser.parse_args()
    server = CountryServer(given.outlets, given.pages, tuple(filter(None, given.ways.split(","))), slow=given.slow)
    gc.freeze()
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(server, given.port))


if __name__ == "__main__":
    sys.path.insert(0, os.fspath(ROOT))
    main()
