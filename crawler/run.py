"""One crawl from beginning to end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from scrapy.crawler import AsyncCrawlerProcess

from crawler.archive import Archive
from crawler.counts import CrawlCounts
from crawler.plan import Plan, Screen
from crawler.settings import scrapy_settings, user_agent
from crawler.spiders.outlets import OutletSpider
from crawler.warc import WarcStore
from data.records import Source


def crawl(
    sources: Sequence[Source],
    *,
    archive: Archive,
    screen: Screen,
    threshold: float,
    warc_dir: Path,
    contact: str,
    since: date | None,
    limit: int | None,
    delay: float,
    per_host: int,
    max_pages: int,
    progress: Callable[[CrawlCounts], None] | None = None,
    allow_loopback: bool = False,
) -> CrawlCounts:
    """Visit the outlets, keep what `screen(title, text)` scores at `threshold` or more, and say what was done.

    `archive` receives every visit and article, `warc_dir` the raw pages of kept ones. Stories that their listing dates
    before `since` are not fetched; at most `limit` story pages are fetched in all and `max_pages` of one outlet, and
    what is left over stays for the next run. `delay` is in seconds between requests to one host, `per_host` the
    number of requests at a time; `contact` is told to every server. `progress` is called after every page.
    `allow_loopback` lets the crawler fetch from private addresses. Hosts reached through the proxy that the
    environment names (`http_proxy`) are resolved by the proxy.

    The crawl may be killed at any moment and run again: what was done is in the archive, the rest is done then. It
    runs Scrapy's reactor, which a process can do only once. SIGINT and SIGTERM end it in good order. Raises what keeps
    the crawl from starting.
    """
    plan = Plan(
        sources=sources,
        archive=archive,
        screen=screen,
        threshold=threshold,
        warc=WarcStore(warc_dir, user_agent(contact)),
        since=since,
        limit=limit,
        max_pages=max_pages,
        progress=progress,
    )
    settings = scrapy_settings(contact=contact, delay=delay, per_host=per_host, allow_loopback=allow_loopback)
    process = AsyncCrawlerProcess(settings)
    for name in ("scrapy", "twisted"):  # a library has no business at the levels that Scrapy sets them to
        logging.getLogger(name).setLevel(logging.WARNING)
    crawler = process.create_crawler(OutletSpider)
    task = process.crawl(crawler, plan=plan)
    process.start(install_signal_handlers=threading.current_thread() is threading.main_thread())
    if task.done() and not task.cancelled() and (error := task.exception()):
        raise error
    plan.counts.interrupted = crawler.stats.get_value("finish_reason") != "finished"
    return plan.counts
