"""The spider for federal lists: the page that links them, then each file that was not seen before.

A source of kind `records` names the page among its sections. Only files whose name tells list and day are taken, from
the source's own domain. The file goes to the WARC store first, then its rows are handed over with its visit, so a
crawl killed in between fetches the file again and loses nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from twisted.python.failure import Failure
from w3lib.encoding import http_content_type_encoding

from crawler.archive import WarcPlace
from crawler.backoff import failure_kind, rest_words, status_kind
from crawler.canonical import belongs
from crawler.ledger import Ledger, OpenListing
from crawler.markup import decode, parse
from crawler.plan import Plan, now
from crawler.refusals import HostRefusedError, Refusals, drop_waiting
from crawler.roster_files import RosterName, roster_links
from crawler.rosters import RosterError, read_roster
from crawler.storage import stop_for
from crawler.validators import META, response_validators
from crawler.visits import is_settled, passes
from data.errors import StorageError
from data.records import Roster, Source, Visit

KIND = "records"
REFUSED = frozenset({401, 403, 429})
_PAGE_PRIORITY = 10


class Kept(Protocol):
    """What whoever keeps a list says became of it; `problem` is for the log, None where there is none."""

    outcome: str
    problem: str | None


Keep = Callable[[Roster, Visit, WarcPlace], Kept]


class RosterSpider(Spider):
    """One run over the sources of kind `records` of a `Plan`. Each list goes to `keep` with its visit and its place in
    the WARC store, and is on the disk when that returns."""

    name = "rosters"

    def __init__(self, plan: Plan, keep: Keep, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.keep = keep
        self.ledger = Ledger(plan.archive.record_visit)
        self.refusals = Refusals(
            lambda host: drop_waiting(self.crawler, host),
            lambda url, seconds: plan.backoff.rest_host(url, "", seconds),
        )
        self._waiting: dict[str, list[Request]] = {}  # list -> those to be fetched after it

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> RosterSpider:
        """As Scrapy builds it."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.note_error, signal=signals.spider_error)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """The pages of every source of kind `records`."""
        for source in self.plan.sources:
            for url in source.sections if source.kind == KIND else ():
                if rest := self.plan.backoff.resting(url):
                    self.plan.counts.listings_resting += 1
                    own = self.plan.counts.of(source.id)
                    own.resting, own.trouble = own.resting + 1, f"{url}: {rest_words(rest)}"[:300]
                    continue
                yield Request(
                    url,
                    callback=self.parse_page,
                    errback=self.page_failed,
                    priority=_PAGE_PRIORITY,
                    meta={META: self._page_visit(url)},
                    cb_kwargs={"url": url, "source": source},
                )

    def _page_visit(self, url: str) -> Visit | None:
        """The page's validators, if all that it linked was dealt with."""
        visit = self.plan.archive.visit(url)
        return visit if visit and visit.outcome in ("no_article", "not_modified") else None

    # the page

    def parse_page(self, response: Response, url: str, source: Source) -> Iterator[Request]:
        """Request the lists that the page links, the oldest first, so that each is compared with the one before."""
        self.plan.counts.listings += 1
        self.refusals.note(response.url, refused=response.status in REFUSED)
        known = response.request.meta.get(META)
        own = self.plan.counts.of(source.id)
        if response.status == 304 and known:
            self.plan.backoff.well(url)
            self.plan.counts.listings_unchanged += 1
            own.unchanged += 1
            self.plan.archive.record_visit(replace(known, outcome="not_modified", status=304, fetched=now()))
            return
        if response.status != 200:
            self._page_broken(url, source, "http_error", f"HTTP {response.status}", response.status)
            return
        links = _links(response, source)
        if not links:
            self._page_broken(url, source, "failed", "links no list of agencies", 200)
            return
        self.plan.backoff.well(url)
        own.read += 1
        etag, modified = response_validators(response)
        detail = f"listing of {len(links)}"
        listing = OpenListing(Visit(url, source.id, now(), "no_article", 200, etag, modified, detail=detail))
        oldest_first = sorted(links, key=lambda found: found[1])
        wanted = [r for link, name in oldest_first if (r := self._consider(link, name, source, listing))]
        self.ledger.close(listing)
        self.plan.report()
        if wanted:
            self._waiting[wanted[0].cb_kwargs["url"]] = wanted[1:]
            yield wanted[0]

    def page_failed(self, failure: Failure) -> None:
        """Note a page that could not be read."""
        kwargs = failure.request.cb_kwargs
        kind = None if failure.check(HostRefusedError) else failure_kind(failure)  # None: nothing was asked
        outcome, detail = _ending(failure)
        self._page_broken(kwargs["url"], kwargs["source"], outcome, detail, None, kind)

    def _page_broken(
        self, url: str, source: Source, outcome: str, detail: str, status: int | None, kind: str | None = ""
    ) -> None:
        """`kind` as in `crawler.backoff`: by the status where it is empty, no back-off where it is None."""
        if kind is not None:
            self.plan.backoff.failed(url, source.id, kind or status_kind(status), status=status, detail=detail)
        self.plan.counts.listings_failed += 1
        own = self.plan.counts.of(source.id)
        own.broken, own.trouble = own.broken + 1, f"{url}: {detail}"[:300]
        own.refused += status in REFUSED or outcome == "robots"
        self.plan.archive.record_visit(Visit(url, source.id, now(), outcome, status, detail=detail[:300]))
        self.logger.warning("%s: %s: %s", source.id, url, detail)
        self.plan.report()

    # the lists

    def _consider(self, url: str, name: RosterName, source: Source, listing: OpenListing) -> Request | None:
        """The request for a list, None where it was seen and cannot have changed, or is taken up already."""
        if self.ledger.knows(url):
            self.ledger.expect(listing, url)
            return None
        self.plan.counts.links += 1
        self.plan.counts.of(source.id).links += 1
        visit = self.plan.archive.visit(url)
        if is_settled(visit) and not (visit.etag or visit.last_modified):
            self.plan.counts.seen += 1
            return None
        self.plan.counts.fetched += 1
        self.ledger.expect(listing, url)
        return Request(
            url,
            callback=self.parse_file,
            errback=self.file_failed,
            meta={META: visit if is_settled(visit) else None},
            cb_kwargs={"url": url, "name": name, "source": source},
        )

    def _next(self, url: str) -> Iterator[Request]:
        """The list to be fetched after that at `url`: one at a time, or a later one might be read first."""
        waiting = self._waiting.pop(url, [])
        if waiting:
            self._waiting[waiting[0].cb_kwargs["url"]] = waiting[1:]
            yield waiting[0]

    def parse_file(self, response: Response, url: str, name: RosterName, source: Source) -> Iterator[Request]:
        """Store the file, hand its rows over, go on to the next."""
        self._take_in(response, url, name, source)
        yield from self._next(url)

    def _take_in(self, response: Response, url: str, name: RosterName, source: Source) -> None:
        known = response.request.meta.get(META)
        self.refusals.note(response.url, refused=response.status in REFUSED)
        if response.status == 304 and known:
            self._settle(url, replace(known, outcome="not_modified", status=304, fetched=now()), stands=True)
            return
        etag, modified = response_validators(response)
        visit = Visit(url, source.id, now(), "kept", response.status, etag, modified)
        if response.status != 200:
            detail = f"HTTP {response.status}"
            error = replace(visit, outcome="http_error", etag=None, last_modified=None, detail=detail)
            self._settle(url, error, stands=not passes(response.status))
            return
        try:
            roster = read_roster(response.body, url, name)
        except RosterError as error:
            self._file_broken(url, source, visit, str(error))
            return
        place = self.plan.warc.write(response, datetime.fromisoformat(visit.fetched))
        kept = self.keep(roster, visit, place)
        for problem in (*roster.problems, *filter(None, (kept.problem,))):
            self.logger.warning("%s: %s", source.id, problem)
        if kept.problem:
            self.plan.counts.of(source.id).trouble = f"{url}: {kept.problem}"[:300]
        self._settle(url, visit, stands=True, stored=True)

    def _file_broken(self, url: str, source: Source, visit: Visit, detail: str) -> None:
        own = self.plan.counts.of(source.id)
        own.broken, own.trouble = own.broken + 1, f"{url}: {detail}"[:300]
        self.logger.warning("%s: %s: %s", source.id, url, detail)
        failed = replace(visit, outcome="failed", etag=None, last_modified=None, detail=detail[:300])
        self._settle(url, failed, stands=False)

    def file_failed(self, failure: Failure) -> Iterator[Request]:
        """Note a list that could not be fetched, and go on to the next."""
        self._note_failure(failure)
        yield from self._next(failure.request.cb_kwargs["url"])

    def _note_failure(self, failure: Failure) -> None:
        kwargs = failure.request.cb_kwargs
        if failure.check(HostRefusedError):  # nothing was asked, so nothing is noted
            self.plan.counts.postponed += 1
            self.plan.counts.fetched -= 1
            self.ledger.settle(kwargs["url"], stands=False)
            return
        outcome, detail = _ending(failure)
        visit = Visit(kwargs["url"], kwargs["source"].id, now(), outcome, detail=detail[:300])
        self._settle(kwargs["url"], visit, stands=outcome == "robots")

    def _settle(self, url: str, visit: Visit, *, stands: bool, stored: bool = False) -> None:
        if not stored:
            self.plan.archive.record_visit(visit)
        self.plan.counts.add(visit.source_id, visit.outcome)
        self.ledger.settle(url, stands=stands)
        self.plan.report()

    def note_error(self, failure: Failure, response: Response | None = None) -> None:
        """A fault of ours while reading a list: it is noted as failed and tried again in the next run. Where our own
        disk is at fault the crawl ends."""
        if isinstance(failure.value, StorageError):
            stop_for(failure.value, self)
            return
        kwargs = response.request.cb_kwargs if response is not None else {}
        if "name" in kwargs:
            visit = Visit(kwargs["url"], kwargs["source"].id, now(), "failed", detail=failure.type.__name__[:300])
            self._settle(kwargs["url"], visit, stands=False)
            for request in self._next(kwargs["url"]):
                self.crawler.engine.crawl(request)


def _links(response: Response, source: Source) -> list[tuple[str, RosterName]]:
    content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
    tree = parse(decode(response.body, http_content_type_encoding(content_type)))
    if tree is None:
        return []
    return [(url, name) for url, name in roster_links(tree, response.url) if belongs(url, source.domain)]


def _ending(failure: Failure) -> tuple[str, str]:
    """(outcome, detail) of a request that brought no response."""
    if failure.check(IgnoreRequest) and "robots.txt" in str(failure.value) and "Forbidden" in str(failure.value):
        return "robots", "disallowed by robots.txt"
    return "failed", f"{failure.type.__name__}: {failure.getErrorMessage()}"
