"""The spider: for every outlet its feeds, sitemap and section pages, then the stories that they name."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response, TextResponse
from twisted.python.failure import Failure
from w3lib.encoding import http_content_type_encoding

from crawler.articles import read_page
from crawler.canonical import belongs, canonical_url
from crawler.dates import url_date
from crawler.feeds import NotAFeedError, read_feed
from crawler.ledger import Ledger, OpenListing
from crawler.links import Link, Listing
from crawler.manners import HostRefusedError, PrivateAddressError, Refusals, drop_waiting
from crawler.markup import decode, parse
from crawler.pipelines import Story
from crawler.plan import Plan, now
from crawler.sections import read_section
from crawler.sitemaps import MAX_DEPTH, NotASitemapError, read_sitemap
from crawler.validators import META, response_validators
from crawler.visits import covers, is_settled, listing_detail, passes, prospect
from data.records import Outlet, Source, Visit

REFUSED = frozenset({401, 403, 429})
_LISTING_PRIORITY = 10  # listings first: they are few, and say what there is to do


class OutletSpider(Spider):
    """One run over the outlets of a `Plan`. All that it learns it hands to the plan's archive at once."""

    name = "outlets"

    def __init__(self, plan: Plan, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.ledger = Ledger(plan.archive.record_visit)
        self.refusals = Refusals(lambda host: drop_waiting(self.crawler, host))
        self._source_of: dict[str, Source] = {}  # link -> outlet
        self._pages: Counter[str] = Counter()  # outlet id -> stories requested
        self._claimed: set[str] = set()  # pages dealt with in this run, under their final address
        self._listings: set[str] = set()
        self._met: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> OutletSpider:
        """As Scrapy builds it."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.note_error, signal=signals.spider_error)
        crawler.signals.connect(spider.note_error, signal=signals.item_error)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """The listings of every outlet; an outlet without any is entered by its home page."""
        for source in self.plan.sources:
            for url in source.feeds:
                yield self._listing_request(url, source, "feed")
            if source.sitemap:
                yield self._listing_request(source.sitemap, source, "sitemap")
            sections = source.sections or (() if source.feeds or source.sitemap else (f"https://{source.domain}/",))
            for url in sections:
                yield self._listing_request(url, source, "section")

    # listings

    def _listing_request(self, url: str, source: Source, kind: str, depth: int = 0) -> Request:
        self._listings.add(url)
        visit = self.plan.archive.visit(url)
        return Request(
            url,
            callback=self.parse_listing,
            errback=self.listing_failed,
            priority=_LISTING_PRIORITY,
            meta={META: visit if covers(visit, self.plan.since) else None},
            cb_kwargs={"url": url, "source": source, "kind": kind, "depth": depth},
        )

    def parse_listing(self, response: Response, url: str, source: Source, kind: str, depth: int) -> Iterator[Request]:
        """Take up the links of a feed, a sitemap or a section page."""
        self.plan.counts.listings += 1
        known = response.request.meta.get(META)
        self.refusals.note(response.url, refused=response.status in REFUSED)
        if response.status == 304 and known:
            self.plan.counts.listings_unchanged += 1
            self.plan.counts.of(source.id).unchanged += 1
            self.plan.archive.record_visit(replace(known, outcome="not_modified", status=304, fetched=now()))
            return
        if response.status != 200:
            return self._listing_broken(url, source, "http_error", f"HTTP {response.status}", response.status)
        try:
            listing = self._read_listing(response, source, kind)
        except (NotAFeedError, NotASitemapError) as error:
            return self._listing_broken(url, source, "failed", f"not a {kind}: {error}", response.status)
        yield from self._take_up(listing, url, source, response, depth)

    def _read_listing(self, response: Response, source: Source, kind: str) -> Listing:
        if kind == "feed":
            content_type = (response.headers.get("Content-Type") or b"").decode("latin-1").lower()
            return read_feed(response.body, response.url, content_type)
        if kind == "sitemap":
            return read_sitemap(response.body, response.url, self.plan.since)
        tree = parse(_text(response))
        return read_section(tree, response.url, source.domain) if tree is not None else Listing()

    def _take_up(self, listing: Listing, url: str, source: Source, response: Response, depth: int) -> Iterator[Request]:
        self.plan.counts.of(source.id).read += 1
        etag, modified = response_validators(response)
        detail = listing_detail(len(listing.links), self.plan.since)
        opened = OpenListing(Visit(url, source.id, now(), "no_article", 200, etag, modified, detail=detail))
        opened.complete = not listing.cut and not listing.listings  # an index is read again every time
        if depth < MAX_DEPTH:
            fresh = [child for child in listing.listings if child not in self._listings]
            yield from (self._listing_request(child, source, "sitemap", depth + 1) for child in fresh)
        for link in listing.links:
            if belongs(link.url, source.domain):
                yield from self._consider(link, source, opened)
        self.ledger.close(opened)
        self.plan.report()

    def listing_failed(self, failure: Failure) -> None:
        """Note a listing that could not be read."""
        kwargs = failure.request.cb_kwargs
        outcome, detail, _ = _ending(failure)
        self._listing_broken(kwargs["url"], kwargs["source"], outcome, detail, None)

    def _listing_broken(self, url: str, source: Source, outcome: str, detail: str, status: int | None) -> None:
        self.plan.counts.listings_failed += 1
        own = self.plan.counts.of(source.id)
        own.broken, own.trouble = own.broken + 1, f"{url}: {detail}"[:300]
        own.refused += status in REFUSED or outcome == "robots"
        self.plan.archive.record_visit(Visit(url, source.id, now(), outcome, status, detail=detail[:300]))
        self.logger.warning("%s: %s: %s", source.id, url, detail)
        self.plan.report()

    # stories

    def _consider(self, link: Link, source: Source, listing: OpenListing) -> Iterator[Request]:
        """Request the story behind `link` unless it is taken up, seen, too old, or more than this run may do."""
        if self.ledger.knows(link.url):
            self.ledger.expect(listing, link.url)
            return
        first = link.url not in self._met  # the same link in two listings is counted once
        self._met.add(link.url)
        self.plan.counts.links += first
        self.plan.counts.of(source.id).links += first
        if self._is_old(link):
            self.plan.counts.old += first
            return
        found = prospect(self.plan.archive, link.url, link.updated)
        if not found.wanted:
            self.plan.counts.seen += first
            return
        if self._is_full(source) or self.refusals.is_left_alone(found.url):
            self.plan.counts.postponed += first
            listing.complete = False
            return
        self._pages[source.id] += 1
        self.plan.counts.fetched += 1
        self._source_of[link.url] = source
        self.ledger.expect(listing, link.url)
        yield self._story_request(found.url, link.url, found.visit)

    def _story_request(self, url: str, key: str, visit: Visit | None) -> Request:
        return Request(
            url,
            callback=self.parse_story,
            errback=self.story_failed,
            meta={META: visit if is_settled(visit) else None},
            cb_kwargs={"key": key, "asked": url},
        )

    def _is_old(self, link: Link) -> bool:
        told = [day for day in (link.published, link.updated and link.updated.date()) if day]
        newest = max(told, default=None) or url_date(link.url, date.max)
        return bool(self.plan.since and newest and newest < self.plan.since)

    def _is_full(self, source: Source) -> bool:
        limit = self.plan.limit
        return self._pages[source.id] >= self.plan.max_pages or (limit is not None and self._pages.total() >= limit)

    def parse_story(self, response: Response, key: str, asked: str) -> Iterator[Story]:
        """Read a story's page; what it gives goes to the pipelines, any other end is noted here."""
        source = self._source_of[key]
        known = response.request.meta.get(META)
        if response.status == 304 and known:
            self.settle(key, replace(known, outcome="not_modified", status=304, fetched=now()), stands=True)
            return
        etag, modified = response_validators(response)
        visit = Visit(asked, source.id, now(), "failed", response.status, etag, modified)
        if response.status != 200:
            self._note_refusal(response.url, source, refused=response.status in REFUSED)
            error = replace(
                visit, outcome="http_error", etag=None, last_modified=None, detail=f"HTTP {response.status}"
            )
            self.settle(key, error, stands=not passes(response.status))
            return
        if not isinstance(response, TextResponse):
            self.settle(key, replace(visit, outcome="no_article", detail="not a web page"), stands=True)
            return
        yield from self._read_story(response, key, asked, source, visit)

    def _read_story(
        self, response: TextResponse, key: str, asked: str, source: Source, visit: Visit
    ) -> Iterator[Story]:
        reading = read_page(_text(response), response.url)
        self._note_refusal(response.url, source, refused=reading.reason == "blocked")
        if reading.reason == "blocked":
            self.settle(key, replace(visit, detail="blocked"), stands=False)
            return
        address = story_address(response.url, reading.canonical, source)
        if address is None:
            self.settle(key, replace(visit, outcome="no_article", detail="leads to another site"), stands=True)
            return
        self._note_redirects(address, {key, asked, canonical_url(response.url) or asked}, source)
        if not self._claim(address, asked):
            self._settle_redirect(key, source)
            return
        visit = replace(visit, url=address)
        if reading.article is None:
            self.settle(key, replace(visit, outcome="no_article", detail=reading.reason), stands=True)
            return
        outlet = Outlet(source.name, source.city, source.state)
        article = replace(reading.article, url=address, outlet=source.name, source=outlet, source_id=source.id)
        yield Story(key, article, visit, response)

    def _note_refusal(self, url: str, source: Source, *, refused: bool) -> None:
        self.refusals.note(url, refused=refused)
        self.plan.counts.of(source.id).pages_refused += refused

    def _claim(self, address: str, asked: str) -> bool:
        """Whether the page at `address` is still to be dealt with: not in this run, nor in an earlier one."""
        if address in self._claimed:
            return False
        self._claimed.add(address)
        return address == asked or not is_settled(self.plan.archive.visit(address))

    def _note_redirects(self, target: str, addresses: set[str], source: Source) -> None:
        """Store where `addresses` lead before the target itself is stored: a crawl cut off in between loses nothing."""
        for url in addresses - {target}:
            self.plan.archive.record_visit(Visit(url, source.id, now(), "redirect", detail=target))

    def _settle_redirect(self, key: str, source: Source) -> None:
        self.plan.counts.add(source.id, "redirect")
        self.ledger.settle(key, stands=True)
        self.plan.report()

    def story_failed(self, failure: Failure) -> None:
        """Note a story that could not be fetched."""
        kwargs = failure.request.cb_kwargs
        source = self._source_of[kwargs["key"]]
        outcome, detail, stands = _ending(failure)
        if failure.check(HostRefusedError):  # nothing was asked, so nothing is noted
            self.plan.counts.postponed += 1
            self.plan.counts.fetched -= 1
            self.ledger.settle(kwargs["key"], stands=False)
            return
        self.settle(
            kwargs["key"], Visit(kwargs["asked"], source.id, now(), outcome, detail=detail[:300]), stands=stands
        )

    def settle(self, key: str, visit: Visit, *, stands: bool, stored: bool = False) -> None:
        """Store how the page behind the link `key` ended, count it, and let the listings know that wait for it."""
        if not stored:
            self.plan.archive.record_visit(visit)
        self.plan.counts.add(visit.source_id, visit.outcome)
        self.ledger.settle(key, stands=stands)
        self.plan.report()

    def note_error(self, failure: Failure, response: Response | None = None) -> None:
        """A fault of ours while reading a page: the page is noted as failed and tried again in the next run."""
        kwargs = response.request.cb_kwargs if response is not None else {}
        source = self._source_of.get(kwargs.get("key", ""))
        if source:
            visit = Visit(kwargs["asked"], source.id, now(), "failed", detail=f"{failure.type.__name__}"[:300])
            self.settle(kwargs["key"], visit, stands=False)


def story_address(url: str, named: str | None, source: Source) -> str | None:
    """The address of the story at `url`: the one that the page names where that lies on the outlet's own domain and is
    no front page, else its own. None where the page is not the outlet's."""
    own = canonical_url(url)
    if own is None or not belongs(own, source.domain):
        return None
    told = canonical_url(named, url) if named else None
    if told and belongs(told, source.domain) and told.rstrip("/").count("/") > 2:
        return told
    return own


def _text(response: Response) -> str:
    """The body as text; the charset of the Content-Type header counts where the bytes are not UTF-8."""
    content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
    return decode(response.body, http_content_type_encoding(content_type))


def _ending(failure: Failure) -> tuple[str, str, bool]:
    """(outcome, detail, whether it stands) of a request that brought no response."""
    if failure.check(PrivateAddressError):
        return "failed", str(failure.value), True
    if failure.check(IgnoreRequest) and "robots.txt" in str(failure.value) and "Forbidden" in str(failure.value):
        return "robots", "disallowed by robots.txt", True
    return "failed", f"{failure.type.__name__}: {failure.getErrorMessage()}", False
