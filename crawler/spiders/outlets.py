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

from crawler.addresses import PrivateAddressError
from crawler.backoff import failure_kind, rest_words, status_kind
from crawler.canonical import belongs, canonical_url
from crawler.dates import url_date
from crawler.feeds import NotAFeedError, read_feed
from crawler.glance import read_where_mentioned
from crawler.ledger import Ledger, OpenListing
from crawler.links import Link, Listing
from crawler.markup import decode, parse
from crawler.opt_out import OptedOutError
from crawler.pages import may_pass
from crawler.pipelines import Story
from crawler.plan import Plan, fetched_at, now
from crawler.refusals import HostRefusedError, Refusals, drop_waiting
from crawler.rendering import rendering_meta
from crawler.sections import read_section
from crawler.sitemaps import MAX_DEPTH, NotASitemapError, read_sitemap
from crawler.storage import stop_for
from crawler.titles_screen import plainly_unrelated
from crawler.validators import META, response_validators
from crawler.visits import covers, is_settled, listing_detail, passes, prospect
from data.errors import StorageError
from data.records import Article, Outlet, Source, Visit

REFUSED = frozenset({401, 403, 429})
_LISTING_PRIORITY = 10  # listings first: they are few, and say what there is to do


class OutletSpider(Spider):
    """One run over the outlets of a `Plan`. All that it learns it hands to the plan's archive at once."""

    name = "outlets"

    def __init__(self, plan: Plan, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.ledger = Ledger(lambda visit: plan.archive.record_visit(visit))
        self.refusals = Refusals(
            lambda host: drop_waiting(self.crawler, host),
            lambda url, seconds: plan.backoff.rest_host(url, "", seconds),
        )
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
            for url, kind in entries(source):
                if not self._is_resting(url, source):
                    yield self._listing_request(url, source, kind)

    # listings

    def _listing_request(self, url: str, source: Source, kind: str, depth: int = 0) -> Request:
        self._listings.add(url)
        visit = self.plan.archive.visit(url)
        rendered = rendering_meta(source) if kind == "section" else {}  # no browser shows a feed as it is
        return Request(
            url,
            callback=self.parse_listing,
            errback=self.listing_failed,
            priority=_LISTING_PRIORITY,
            meta={META: visit if covers(visit, self.plan.since) and not rendered else None, **rendered},
            cb_kwargs={"url": url, "source": source, "kind": kind, "depth": depth},
        )

    def _is_resting(self, url: str, source: Source) -> bool:
        """Whether the listing is left alone tonight, which the outlet's health tells like a failure."""
        rest = self.plan.backoff.resting(url)
        if rest is None:
            return False
        self.plan.counts.listings_resting += 1
        own = self.plan.counts.of(source.id)
        own.resting, own.trouble = own.resting + 1, f"{url}: {rest_words(rest)}"[:300]
        own.refused += rest.status in REFUSED
        return True

    def parse_listing(self, response: Response, url: str, source: Source, kind: str, depth: int) -> Iterator[Request]:
        """Take up the links of a feed, a sitemap or a section page."""
        self.plan.counts.listings += 1
        known = response.request.meta.get(META)
        self.refusals.note(response.url, refused=response.status in REFUSED)
        if response.status == 304 and known:
            self.plan.backoff.well(url)
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
        self.plan.backoff.well(url)
        self.plan.counts.of(source.id).read += 1
        etag, modified = response_validators(response)
        detail = listing_detail(len(listing.links), self.plan.since)
        visit = Visit(url, source.id, fetched_at(response), "no_article", 200, etag, modified, detail=detail)
        opened = OpenListing(visit)
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
        self._note_silence(failure)
        kind = None if failure.check(HostRefusedError) else failure_kind(failure)  # None: nothing was asked
        self._listing_broken(kwargs["url"], kwargs["source"], outcome, detail, None, kind)

    def _listing_broken(
        self, url: str, source: Source, outcome: str, detail: str, status: int | None, kind: str | None = ""
    ) -> None:
        """`kind` of failure: see `crawler.backoff`; by the status where it is not told, no back-off where None."""
        if kind is not None:
            self.plan.backoff.failed(url, source.id, kind or status_kind(status), status=status, detail=detail)
        self.plan.counts.listings_failed += 1
        own = self.plan.counts.of(source.id)
        own.broken, own.trouble = own.broken + 1, f"{url}: {detail}"[:300]
        own.refused += status in REFUSED or outcome == "robots"
        self.plan.archive.record_visit(Visit(url, source.id, now(), outcome, status, detail=detail[:300]))
        self.logger.warning("%s: %s: %s", source.id, url, detail)
        self.plan.report()

    # stories

    def _consider(self, link: Link, source: Source, listing: OpenListing) -> Iterator[Request]:
        """Request the story behind `link` unless taken up, seen, old, plainly unrelated, or more than may be done."""
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
        if plainly_unrelated(link.title, link.url):
            self.plan.counts.unrelated += first
            return
        found = prospect(self.plan.archive, link.url, link.updated)
        if not found.wanted:
            self.plan.counts.seen += first
            return
        spared = self.refusals.is_left_alone(found.url) or self.plan.backoff.resting(found.url)
        if self._is_full(source) or spared:
            self.plan.counts.postponed += first
            listing.complete = False
            return
        self._pages[source.id] += 1
        self.plan.counts.fetched += 1
        self._source_of[link.url] = source
        self.ledger.expect(listing, link.url)
        yield self._story_request(found.url, link.url, found.visit)

    def _story_request(self, url: str, key: str, visit: Visit | None) -> Request:
        rendered = rendering_meta(self._source_of[key])
        return Request(
            url,
            callback=self.parse_story,
            errback=self.story_failed,
            meta={META: visit if is_settled(visit) and not rendered else None, **rendered},
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
        visit = Visit(asked, source.id, fetched_at(response), "failed", response.status, etag, modified)
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
        reading = read_where_mentioned(_text(response), response.url, self.plan.mentions)
        self._note_refusal(response.url, source, refused=reading.reason == "blocked")
        if may_pass(reading.reason):
            self.settle(key, replace(visit, detail=reading.reason), stands=False)
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
        if reading.reason == "irrelevant":
            self.settle(key, replace(visit, outcome="irrelevant", screen=0.0), stands=True)
            return
        if reading.article is None:
            self.settle(key, replace(visit, outcome="no_article", detail=reading.reason), stands=True)
            return
        yield Story(key, replace(_as_told_by(source, reading.article), url=address), visit, response)

    def _note_refusal(self, url: str, source: Source, *, refused: bool) -> None:
        self.refusals.note(url, refused=refused)
        self.plan.counts.of(source.id).pages_refused += refused

    def _note_silence(self, failure: Failure) -> None:
        """A host that does not answer several times in a row is left alone too: each try takes its full time."""
        if not failure.check(IgnoreRequest):
            self.refusals.note(failure.request.url, refused=True)

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
        self._note_silence(failure)
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
        """A fault of ours while reading a page: the page is noted as failed and tried again in the next run.

        Where our own disk refuses, nothing can be noted, and the crawl ends.
        """
        if failure.check(StorageError):
            stop_for(failure.value, self)
            return
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


def _as_told_by(source: Source, article: Article) -> Article:
    """`article` as a story of the outlet; where that is no outlet of the registry's it keeps what it says of itself."""
    if not source.id:
        return article
    home = Outlet(source.name, source.city, source.state)
    release = source.kind == "government" and article.kind == "news"
    kind = "press_release" if release else article.kind
    return replace(article, outlet=source.name, source=home, source_id=source.id, kind=kind)


def entries(source: Source) -> Iterator[tuple[str, str]]:
    """The outlet's listings with their kinds."""
    yield from ((url, "feed") for url in source.feeds)
    if source.sitemap:
        yield source.sitemap, "sitemap"
    sections = source.sections or (() if source.feeds or source.sitemap else (f"https://{source.domain}/",))
    yield from ((url, "section") for url in sections)


def _text(response: Response) -> str:
    """The body as text; the charset of the Content-Type header counts where the bytes are not UTF-8."""
    content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
    return decode(response.body, http_content_type_encoding(content_type))


def _ending(failure: Failure) -> tuple[str, str, bool]:
    """(outcome, detail, whether it stands) of a request that brought no response."""
    if failure.check(PrivateAddressError, OptedOutError):
        return "failed", str(failure.value), True
    if failure.check(IgnoreRequest) and "robots.txt" in str(failure.value) and "Forbidden" in str(failure.value):
        return "robots", "disallowed by robots.txt", True
    return "failed", f"{failure.type.__name__}: {failure.getErrorMessage()}", False
