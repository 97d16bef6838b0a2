"""One crawl from beginning to end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from pathlib import Path

from scrapy.crawler import AsyncCrawlerProcess, Crawler

from crawler.archive import Archive
from crawler.backoff import Backoff, RestStore
from crawler.bounds import Bounds
from crawler.counts import CrawlCounts
from crawler.crews import crews_of, replay_crew
from crawler.opt_out import OptOut
from crawler.plan import Plan, Screen
from crawler.rendering import leave_out_unseen, rendering_settings
from crawler.replay import Recording, Tape, replay_settings
from crawler.settings import scrapy_settings, user_agent
from crawler.spiders.rosters import Keep
from crawler.storage import stop_for
from crawler.visit_buffer import VisitBuffer
from crawler.warc import WarcStore
from crawler.warc_mending import mend
from data.errors import StorageError
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
    mentions: Callable[[str], bool] | None = None,
    progress: Callable[[CrawlCounts], None] | None = None,
    allow_loopback: bool = False,
    rests: RestStore | None = None,
    obey_rests: bool = True,
    opt_out: Collection[str] = (),
    bounds: Bounds | None = None,
    recording: Recording | None = None,
    strangers: bool = False,
    keep_roster: Keep | None = None,
    legistar_tokens: Mapping[str, str] | None = None,
) -> CrawlCounts:
    """Visit the outlets, keep what `screen(title, text)` scores at `threshold` or more, and say what was done.

    `archive` receives every visit and article, `warc_dir` the raw pages of kept ones. Stories that their listing dates
    before `since` are not fetched; at most `limit` story pages are fetched in all and `max_pages` of one outlet, and
    what is left over stays for the next run. `delay` is in seconds between requests to one host, `per_host` the
    number of requests at a time; `contact` is told to every server. `progress` is called after every page.
    `mentions(markup)` false says of a page's markup that no text in it could pass the screen; it is not parsed then.
    `allow_loopback` lets the crawler fetch from this machine. Hosts reached through the proxy that the environment
    names (`http_proxy`) are resolved by the proxy.

    `rests` remembers from night to night which listings and hosts are left alone, and for how long; `obey_rests` false
    asks them all the same. The domains of `opt_out` and what lies below them are never sent a request. `bounds` are
    those of one request.

    `keep_roster` takes each federal list with its visit and its place in the WARC store (see
    `crawler.spiders.rosters`); without it these lists are not asked for. `legistar_tokens` are the keys of those
    Legistar clients that want one.

    With a `recording` the network is not asked at all: see `crawler.replay`, where `strangers` is told too.

    The crawl may be killed at any moment and run again: what was done is in the archive, the rest is done then. It
    runs Scrapy's reactor, which a process can do only once. SIGINT and SIGTERM end it in good order. Raises what keeps
    the crawl from starting, and StorageError where our own disk ends it.
    """
    away = OptOut(opt_out)
    wanted = [source for source in sources if not away.covers(source.domain)]
    counts = CrawlCounts(outlets_opted_out=len(sources) - len(wanted))
    asked = wanted if recording else leave_out_unseen(wanted, counts)
    plan = Plan(
        sources=asked,
        counts=counts,
        archive=(visits := VisitBuffer(archive)),
        screen=screen,
        threshold=threshold,
        warc=WarcStore(warc_dir, user_agent(contact)),
        since=since,
        limit=limit,
        max_pages=max_pages,
        mentions=mentions,
        progress=progress,
        backoff=Backoff(rests, obeyed=obey_rests),
    )
    settings = scrapy_settings(
        contact=contact,
        delay=delay,
        per_host=per_host,
        allow_loopback=allow_loopback,
        opt_out=opt_out,
        bounds=bounds,
    )
    tape = Tape(recording) if recording else None
    settings |= replay_settings() if tape else rendering_settings(asked)
    mend(warc_dir)
    process = AsyncCrawlerProcess(settings)
    for name in ("scrapy", "twisted"):  # a library has no business at the levels that Scrapy sets them to
        logging.getLogger(name).setLevel(logging.WARNING)
    crews = (
        replay_crew(plan, tape, strangers=strangers)
        if tape
        else crews_of(plan, keep_roster=keep_roster, tokens=legistar_tokens or {})
    )
    crawlers = [process.create_crawler(crew.spider) for crew in crews]
    visits.refused = lambda error: _stop_all(crawlers, error)
    tasks = [
        process.crawl(crawler, plan=crew.plan, **crew.extras) for crawler, crew in zip(crawlers, crews, strict=True)
    ]
    process.start(install_signal_handlers=threading.current_thread() is threading.main_thread())
    plan.warc.close()
    for task in tasks:
        if task.done() and not task.cancelled() and (error := task.exception()):
            raise error
    if refused := next((crew.plan.refused for crew in crews if crew.plan.refused), None):
        raise refused
    visits.flush()
    counts.interrupted = any(crawler.stats.get_value("finish_reason") != "finished" for crawler in crawlers)
    return counts


def _stop_all(crawlers: Sequence[Crawler], error: StorageError) -> None:
    """What our own disk refuses to one spider it refuses to all."""
    for crawler in crawlers:
        if crawler.spider:
            stop_for(error, crawler.spider)
