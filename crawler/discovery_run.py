"""Looking around at outlets, from beginning to end: a new one, or all of the registry."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess

from crawler.discovery import Answer, Choice, trouble, wall
from crawler.discovery_check import Verdict
from crawler.discovery_home import Home, vocabulary
from crawler.settings import scrapy_settings
from crawler.spiders.discovery import DiscoverySpider
from data.records import Source


@dataclass(frozen=True, slots=True)
class Finding:
    """What discovery found at an address: the home page (None where it could not be read, `trouble` says why) and the
    listings worth a registry line."""

    address: str
    home: Home | None
    choice: Choice
    trouble: str = ""

    @property
    def systems(self) -> str:
        """The publishing system's name, "" where it was not recognised."""
        keys = self.home.systems if self.home else ()
        return vocabulary().systems[keys[0]].name if keys else ""


def discover_site(
    address: str,
    *,
    contact: str,
    delay: float,
    per_host: int,
    opt_out: Collection[str] = (),
    stale: int | None = None,
    today: date | None = None,
    allow_loopback: bool = False,
) -> Finding:
    """Look around at one site (a URL or a bare host) and choose the listings worth reading.

    `contact` is told to the server, `delay` is in seconds between requests, `per_host` the number of requests at a
    time; `opt_out` names domains to keep away from, and a listing whose newest story is older than `stale` days (by
    default by the outlet's kind, see `discovery.toml`) is not chosen. Runs Scrapy's reactor, which a process can do
    only once. What is wrong with the site is in the Finding.
    """
    found: dict[str, tuple[Answer, Home | None, Choice]] = {}
    settings = scrapy_settings(
        contact=contact, delay=delay, per_host=per_host, allow_loopback=allow_loopback, opt_out=opt_out
    )
    _run(settings, sites=[address], done=found.__setitem__, today=today or date.today(), stale=stale)
    if address not in found:
        return Finding(address, None, Choice(), "interrupted")
    answer, home, choice = found[address]
    wrong = trouble(answer) or (wall(answer) if home is None else None)
    return Finding(address, home, choice, f"{answer.asked}: {wrong[1]}" if wrong else "")


def check_sources(
    sources: Sequence[Source],
    *,
    contact: str,
    delay: float,
    per_host: int,
    opt_out: Collection[str] = (),
    stale: int | None = None,
    today: date | None = None,
    progress: Callable[[int, int], None] | None = None,
    allow_loopback: bool = False,
) -> list[Verdict]:
    """The verdict on every source, in the given order; those that an interrupt kept from being looked at are missing.

    `stale` is the age in days of the newest story from which an outlet counts as stale (by default by its kind, see
    `discovery.toml`). `progress(done, total)` is called after every outlet. Other arguments as of `discover_site`.
    """
    found: dict[str, Verdict] = {}

    def done(source: Source, verdict: Verdict) -> None:
        found[source.id] = verdict
        if progress:
            progress(len(found), len(sources))

    settings = scrapy_settings(
        contact=contact, delay=delay, per_host=per_host, allow_loopback=allow_loopback, opt_out=opt_out
    )
    _run(settings, sites=sources, done=done, today=today or date.today(), stale=stale)
    return [found[source.id] for source in sources if source.id in found]


def _run(settings: dict[str, Any], **given: Any) -> None:
    process = AsyncCrawlerProcess(settings)
    for name in ("scrapy", "twisted"):  # as in a crawl: a library has no business at the levels Scrapy sets them to
        logging.getLogger(name).setLevel(logging.WARNING)
    task = process.crawl(process.create_crawler(DiscoverySpider), **given)
    process.start(install_signal_handlers=threading.current_thread() is threading.main_thread())
    if task.done() and not task.cancelled() and (error := task.exception()):
        raise error
