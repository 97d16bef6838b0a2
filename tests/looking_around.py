"""Helpers for the tests of discovery: many hosts behind one small web, a look around in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from typing import Any

from data.records import Source
from tests.crawling import Answer, Reply

TODAY = date(2026, 11, 20)


def apart(work: Callable[..., Any], *arguments: Any, environment: dict[str, str] | None = None, **named: Any) -> Any:
    """What `work` gives in a process of its own (a reactor runs once), under these environment variables."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["crawler.discovery_run"])
    with ProcessPoolExecutor(1, mp_context=context, max_tasks_per_child=1) as pool:
        return pool.submit(_work, work, arguments, named, environment or {}).result(timeout=60)


def _work(
    work: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any], environment: dict[str, str]
) -> Any:
    os.environ.update(environment)
    return work(*arguments, **named)


def manners(**changes: Any) -> dict[str, Any]:
    """How the tests look around: at once, on loopback, on a fixed day."""
    given = {"contact": "desk@ferry.example", "delay": 0.0, "per_host": 4, "today": TODAY, "allow_loopback": True}
    return given | changes


def proxied(port: int, direct: str = "") -> dict[str, str]:
    """The environment in which every host but `direct` is reached through the small web at `port`."""
    return {"http_proxy": f"http://127.0.0.1:{port}", "https_proxy": f"http://127.0.0.1:{port}", "no_proxy": direct}


def site(host: str, pages: dict[str, Reply | Answer]) -> dict[str, Reply | Answer]:
    """The pages of one host (path -> answer) as the small web serves them to a proxy's client."""
    return {f"http://{host}{path}": reply for path, reply in pages.items()}


def home(head: str = "", body: str = "", *, name: str = "Ferry Herald", lang: str = "en-US") -> Reply:
    """A home page with a navigation."""
    links = "".join(f'<a href="/page-{number}">More</a> ' for number in range(6))
    named = f'<meta property="og:site_name" content="{name}">' if name else ""
    return Reply(f'<html lang="{lang}"><head><title>Home</title>{named}{head}</head><body>{links}{body}</body></html>')


def feed(
    *, stories: int = 8, age: int = 0, host: str = "", words: str = "news-from-the-county", title: str = "Ferry"
) -> Reply:
    """An RSS feed whose newest story is `age` days old, one story a day."""
    root = f"http://{host}" if host else ""
    items = "".join(
        f"<item><title>Story {number}</title><link>{root}/{words}-{number}</link>"
        f"<pubDate>{format_datetime(_moment(age + number))}</pubDate></item>"
        for number in range(stories)
    )
    text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{items}</channel></rss>'
    return Reply(text, headers={"Content-Type": "application/rss+xml"})


def news_sitemap(*, stories: int = 5, age: int = 0) -> Reply:
    """A news sitemap as Google describes it."""
    entries = "".join(
        f"<url><loc>/mapped-story-of-day-{number}</loc><news:news><news:publication_date>"
        f"{_moment(age).isoformat()}</news:publication_date><news:title>Story {number}</news:title></news:news></url>"
        for number in range(stories)
    )
    text = (
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{entries}</urlset>'
    )
    return Reply(text, headers={"Content-Type": "application/xml"})


def section(*, stories: int = 8) -> Reply:
    """A section page of so many teasers."""
    links = "".join(f'<a href="/county-board-story-number-{number}">Story {number}</a>' for number in range(stories))
    return Reply(f"<html><head><title>Local news</title></head><body>{links}</body></html>")


def moved(to: str, status: int = 301) -> Reply:
    """A redirect."""
    return Reply("", status, {"Location": to})


def outlet(host: str, **changes: Any) -> Source:
    """An outlet of the registry at `host`; feeds and sections are paths on it unless they are whole addresses."""
    given: dict[str, Any] = {"id": host.partition(".")[0], "name": "Ferry Herald", "domain": host, "city": "Ferry"}
    given |= {"county": "Alder", "state": "OR", "kind": "weekly", "feeds": ("/feed/",), **changes}
    for column in ("feeds", "sections"):
        given[column] = tuple(_whole(host, path) for path in given.get(column, ()))
    given["sitemap"] = _whole(host, given["sitemap"]) if given.get("sitemap") else ""
    return Source(**given)


def _whole(host: str, path: str) -> str:
    return path if "://" in path else f"http://{host}{path}"


def _moment(days_ago: int) -> datetime:
    return datetime.combine(TODAY - timedelta(days=days_ago), time(12), UTC)
