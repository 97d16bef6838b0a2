"""Helpers for the crawler's tests: a small web on loopback, an archive in memory, a crawl in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from data.records import Article, Source, Visit


@dataclass
class Reply:
    """What the small web answers."""

    body: bytes | str = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Answer = Callable[[str, dict[str, str]], Reply]  # (path, request headers in lower case)


@dataclass
class Web:
    """A server on loopback. `pages` maps a path to a Reply or to a function; `log` holds (path, headers)."""

    port: int
    pages: dict[str, Reply | Answer]
    log: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def requested(self) -> list[str]:
        """Paths asked for, robots.txt left out."""
        return [path for path, _ in self.log if not path.endswith("/robots.txt")]


@contextmanager
def small_web(pages: dict[str, Reply | Answer]) -> Iterator[Web]:
    """Serve `pages`; any other path is 404. Absolute request lines (a proxy's) are looked up whole."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            web.log.append((self.path, headers))
            found = web.pages.get(self.path, Reply("nothing here", 404))
            reply = found(self.path, headers) if callable(found) else found
            body = reply.body.encode() if isinstance(reply.body, str) else reply.body
            self.send_response(reply.status)
            told = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body)), **reply.headers}
            for name, value in told.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    web = Web(server.server_address[1], pages)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class MemoryArchive:
    """The archive's form over dictionaries; `kept` counts the calls for each address, `texts` its versions."""

    visits: dict[str, Visit] = field(default_factory=dict)
    articles: dict[str, Article] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    raw: dict[str, tuple[str, int]] = field(default_factory=dict)

    def visit(self, url: str) -> Visit | None:
        return self.visits.get(url)

    def record_visit(self, visit: Visit) -> None:
        self.visits[visit.url] = visit

    def record_visits(self, visits: Iterable[Visit]) -> None:
        for visit in visits:
            self.record_visit(visit)

    def keep_article(self, article: Article, visit: Visit, *, raw: tuple[str, int] | None) -> int:
        versions = self.texts.setdefault(article.url, [])
        if not versions or versions[-1] != article.text:
            versions.append(article.text)
        self.articles[article.url] = article
        self.visits[visit.url] = visit
        if raw:
            self.raw[article.url] = raw
        return len(self.articles)


@dataclass
class DiskArchive(MemoryArchive):
    """Also written to `file` on every call, and the process kills itself at the call number `die_at`."""

    file: Path | None = None
    die_at: int | None = None
    calls: int = 0

    def record_visit(self, visit: Visit) -> None:
        self._step(lambda: MemoryArchive.record_visit(self, visit))

    def keep_article(self, article: Article, visit: Visit, *, raw: tuple[str, int] | None) -> int:
        self._step(lambda: MemoryArchive.keep_article(self, article, visit, raw=raw))
        return 0

    def _step(self, write: Callable[[], object]) -> None:
        self.calls += 1
        if self.calls == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        write()
        aside = self.file.with_suffix(".new")
        aside.write_bytes(pickle.dumps((self.visits, self.articles, self.texts, self.raw)))
        aside.replace(self.file)

    def reload(self) -> None:
        """What is on the disk."""
        if self.file.exists():
            self.visits, self.articles, self.texts, self.raw = pickle.loads(self.file.read_bytes())


def says_agreement(title: str, text: str) -> float:
    """A screen for the tests."""
    return 0.9 if "agreement" in f"{title} {text}".lower() else 0.1


def source_at(web: Web, **changes: Any) -> Source:
    """An outlet on the small web, its addresses relative to the web's root."""
    feeds = tuple(web.root + path for path in changes.pop("feeds", ()))
    sections = tuple(web.root + path for path in changes.pop("sections", ()))
    sitemap = web.root + changes.pop("sitemap") if "sitemap" in changes else ""
    given = {"id": "herald", "name": "Ferry Herald", "domain": "127.0.0.1", "city": "Ferry", "county": "Alder"}
    given |= {"state": "OR", "kind": "weekly", **changes}
    return Source(feeds=feeds, sections=sections, sitemap=sitemap, **given)


def crawl_apart(sources: list[Source], archive: MemoryArchive, folder: Path, **changes: Any) -> Any:
    """Run a crawl in a process of its own (a reactor runs once), bring `archive` up to date, return the counts.

    None where the process was killed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["crawler.run"])
    result = folder / "result.pickle"
    process = context.Process(target=_crawl, args=(sources, archive, folder, changes, result))
    process.start()
    process.join(60)
    if process.is_alive():
        process.kill()
        raise AssertionError("the crawl did not end within a minute")
    if process.exitcode == -signal.SIGKILL:
        return None
    counts, after, error = pickle.loads(result.read_bytes())
    assert error is None, error
    archive.__dict__.update(after.__dict__)
    return counts


def _crawl(sources: list[Source], archive: MemoryArchive, folder: Path, changes: dict[str, Any], result: Path) -> None:
    from crawler.run import crawl  # the reactor belongs to this process

    given = {"screen": says_agreement, "threshold": 0.5, "warc_dir": folder / "warc", "contact": "desk@ferry.example"}
    given |= {"since": None, "limit": None, "delay": 0.0, "per_host": 4, "max_pages": 50, "allow_loopback": True}
    os.environ.update(changes.pop("environment", {}))
    try:
        counts, error = crawl(sources, archive=archive, **(given | changes)), None
    except Exception:
        counts, error = None, traceback.format_exc()
    result.write_bytes(pickle.dumps((counts, archive, error)))


def always(title: str, text: str) -> float:
    """A screen that keeps everything."""
    return 1.0


def rss(*items: str, etag: str = "") -> Reply:
    """A feed of `items` (each the inside of an item element, or just a path)."""
    entries = "".join(f"<item>{item if '<' in item else f'<link>{item}</link>'}</item>" for item in items)
    text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Ferry</title>{entries}</channel></rss>'
    headers = {"Content-Type": "application/rss+xml"}
    return Reply(text, headers=headers | ({"ETag": etag} if etag else {}))


def conditional(reply: Reply) -> Answer:
    """`reply`, or 304 to whoever shows its ETag."""

    def answer(_: str, headers: dict[str, str]) -> Reply:
        known = headers.get("if-none-match") == reply.headers["ETag"]
        return Reply(status=304, headers={"ETag": reply.headers["ETag"]}) if known else reply

    return answer


def story(title: str, *, word: str = "agreement", head: str = "", etag: str = "") -> Reply:
    """A story's page; with the word "agreement" it passes the tests' screen."""
    text = "".join(
        f"<p>The commissioners spoke at length about the {word} in part {number} of their meeting on {title}, and the "
        "clerk wrote all of it down for those who could not come.</p>"
        for number in range(4)
    )
    page = (
        f"<html><head><title>{title} | Ferry Herald</title>{head}</head><body><article><h1>{title}</h1>{text}</article>"
    )
    return Reply(f"{page}</body></html>", headers={"ETag": etag} if etag else {})
