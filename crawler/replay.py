"""A crawl whose web is an archive: every request is answered out of WARC files, and nothing is asked of the network.

What a page goes through is what it goes through in a crawl: the spider, its middlewares and pipelines are the same.
Only what has to do with servers is not: no delay, no second try, no host left alone. A visit carries the day on which
the page was archived, so that what a crawl has learned since is not hidden by it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

from crawler.canonical import belongs, canonical_url, host_of
from crawler.domains import registrable_domain
from crawler.ledger import OpenListing
from crawler.links import Link
from crawler.pace import DomainDownloader
from crawler.plan import FETCHED, Plan, now
from crawler.refusals import Refusals
from crawler.spiders.outlets import OutletSpider, entries
from data.records import Source, Visit

NOT_ARCHIVED = "not in the archive"
_EXACT_ONLY = range(300, 400)  # a redirect answers for its own spelling only: often it leads to another one of the same


class NotArchivedError(IgnoreRequest):
    """The archive has no answer for this address. The network is not asked; another crawl may."""


class Record(Protocol):
    """A response record as the archive's index tells it; `kind` is "page" for an HTML page of status 200."""

    kind: str
    url: str
    status: int | None
    fetched: str
    offset: int
    number: int


class Answer(Protocol):
    """What the server answered; `body` is None where it is too large to be read."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes | None


class Recording(Protocol):
    """An archive: its response records, each with the number of its file, and the answers at their places."""

    def records(self) -> Iterator[tuple[int, Record]]:
        """Every response record in the archive's order."""

    def answer(self, file: int, offset: int, number: int) -> Answer | None:
        """The answer at the place that a record tells."""

    def close(self) -> None:
        """Close what is open."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer lies, and when and for which address it was given."""

    url: str
    fetched: str
    file: int
    offset: int
    number: int


class Tape:
    """The index of a recording by address. Of several answers for one address the newest counts.

    An address is looked up as it is asked for, then in its canonical form, then without scheme, `www.` and final
    slash. Other spellings than the archived one are only answered with pages, never with a redirect.
    """

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._exact: dict[str, Place] = {}
        self._loose: dict[str, Place] = {}
        self.pages: dict[str, Place] = {}  # canonical address -> place of a page, in the archive's order
        for file, record in recording.records():
            if record.status is not None and record.status != 304:
                self._take(file, record)

    def find(self, url: str) -> Place | None:
        """The place of the answer for `url`, None where there is none."""
        exact = self._exact.get(url.partition("#")[0])
        return exact or self._loose.get(canonical_url(url) or "") or self._loose.get(_loose_key(url))

    def answer(self, place: Place) -> Answer | None:
        """The answer itself."""
        return self._recording.answer(place.file, place.offset, place.number)

    def close(self) -> None:
        """Close the recording."""
        self._recording.close()

    def _take(self, file: int, record: Record) -> None:
        place = Place(record.url, record.fetched, file, record.offset, record.number)
        _put(self._exact, record.url.partition("#")[0], place)
        canonical = canonical_url(record.url)
        if canonical is None or record.status in _EXACT_ONLY:
            return
        if record.kind == "page":
            _put(self.pages, canonical, place)
        for key in (canonical, _loose_key(record.url)):
            _put(self._loose, key, place)


class ReplayHandler(BaseDownloadHandler):
    """Scrapy's way to the web, led to the spider's tape."""

    async def download_request(self, request: Request) -> Response:
        """The archived answer. Raises NotArchivedError where there is none; a robots.txt is then answered with 404,
        which forbids nothing."""
        tape: Tape = self.crawler.spider.tape
        place = tape.find(request.url)
        answer = tape.answer(place) if place else None
        if place is None or answer is None:
            if urlsplit(request.url).path == "/robots.txt":
                return Response(request.url, status=404)
            raise NotArchivedError(NOT_ARCHIVED)
        if answer.body is None or len(answer.body) > self.crawler.settings.getint("DOWNLOAD_MAXSIZE"):
            raise DownloadCancelledError("the archived page is too large")
        request.meta[FETCHED] = place.fetched
        headers = Headers([tuple(part.encode("latin-1", "replace") for part in header) for header in answer.headers])
        kind = responsetypes.from_args(headers=headers, url=place.url, body=answer.body)
        return kind(place.url, status=answer.status, headers=headers, body=answer.body)


class ReplayDownloader(DomainDownloader):
    """One slot for the whole archive, and no pace: a Crawl-delay was obeyed when the pages were fetched."""

    def get_slot_key(self, request: Request) -> str:
        """The same for every request."""
        return "archive"

    def slow_down(self, request: Request, seconds: float) -> None:
        """Nobody waits for an archive."""

    def pause(self, request: Request, seconds: float) -> None:
        """Nobody waits for an archive."""

    def keeps_wish(self, request: Request) -> bool:
        """No server has a wish here."""
        return False


class ReplaySpider(OutletSpider):
    """The outlets' spider before a tape.

    An outlet whose listings are archived is read by them. Of any other every archived page is taken, as if the archive
    were its listing; with `strangers`, and no archived listing at all, the pages of sites that no outlet owns too.
    """

    name = "replay"

    def __init__(self, plan: Plan, tape: Tape, strangers: bool = False, **kwargs: Any) -> None:
        super().__init__(plan, **kwargs)
        self.tape = tape
        self.strangers = strangers
        self.refusals = _NoRefusals(lambda host: None)

    async def start(self) -> AsyncIterator[Request]:
        """The archived listings, then the pages, no faster than they are read."""
        listed: set[str] = set()
        for source in self.plan.sources:
            for url, kind in entries(source):
                if self.tape.find(url):
                    listed.add(source.id)
                    yield self._listing_request(url, source, kind)
        for request in self._page_requests(listed):
            if self.crawler.engine.needs_backout():
                await self.crawler.signals.wait_for(signals.scheduler_empty)
            yield request

    def _page_requests(self, listed: set[str]) -> Iterator[Request]:
        owners = {host_of(f"//{source.domain}"): source for source in self.plan.sources}
        strangers = self.strangers and not listed
        archive = OpenListing(Visit("", "", now(), "no_article"), complete=False)  # nothing to be stored of it
        for url in list(self.tape.pages):
            source = _owner(url, owners) or (_stranger(url) if strangers else None)
            if source and source.id not in listed:
                yield from self._consider(Link(url), source, archive)


class _NoRefusals(Refusals):
    """An archive turns nobody away, though the servers may have done so when it was made."""

    def leave_alone(self, url: str, seconds: float | None = None) -> None:
        """Go on."""


def replay_settings() -> dict[str, Any]:
    """What a replay sets otherwise than a crawl. One request at a time, so that files are read from front to back."""
    return {
        "DOWNLOAD_HANDLERS": dict.fromkeys(("http", "https"), "crawler.replay.ReplayHandler")
        | dict.fromkeys(("data", "file", "ftp", "s3")),
        "DOWNLOADER": "crawler.replay.ReplayDownloader",
        "SCHEDULER_PRIORITY_QUEUE": "scrapy.pqueues.ScrapyPriorityQueue",  # first in, first out, whatever the host
        "CONCURRENT_REQUESTS": 1,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": 0,
        "AUTOTHROTTLE_ENABLED": False,
        "RETRY_ENABLED": False,
        "HTTPPROXY_ENABLED": False,
    }


def _put(index: dict[str, Place], key: str, place: Place) -> None:
    known = index.get(key)
    if known is None or place.fetched >= known.fetched:
        index[key] = place


def _loose_key(url: str) -> str:
    """`url` in the form in which it stands for its other spellings; no address begins like it."""
    parts = (canonical_url(url) or url).partition("://")[2]
    return f"//{parts.removeprefix('www.').rstrip('/')}"


def _owner(url: str, owners: Mapping[str, Source]) -> Source | None:
    """The outlet on whose domain, or below it, `url` lies; the nearest where one lies below the other."""
    host = host_of(url)
    while host:
        if host in owners and belongs(url, owners[host].domain):
            return owners[host]
        host = host.partition(".")[2]
    return None


def _stranger(url: str) -> Source:
    """A site that no registry knows, as an outlet without an id."""
    domain = registrable_domain(host_of(url))
    return Source("", domain, domain, city="", county="", state="", kind="")
