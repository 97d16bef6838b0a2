"""How the crawler behaves towards servers, and towards our own network.

Crawl-delay and Request-rate of robots.txt set the pace of a host (Scrapy reads them and does nothing), Retry-After
is waited for, a host that turns us away several times in a row is left alone for the run, and no outside page can
send the crawler to a private address.
"""

from __future__ import annotations

import ipaddress
import time
from collections import Counter
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.resolver import CachingThreadedResolver
from scrapy.robotstxt import RobotParser
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

MAX_CRAWL_DELAY = 120.0  # seconds; a longer wish is answered with this
MAX_RETRY_AFTER = 120.0  # seconds; a server that asks for longer is left alone for this run
MAX_REFUSALS = 5  # answers in a row of 401, 403, 429 or a wall, after which a host is left alone
LEAVE_ALONE = "host left alone for this run"
ROBOTS_DOWN = "robots.txt could not be read"
PRIVATE = "private address"


class RobotsDownError(IgnoreRequest):
    """The host's robots.txt answered with a server error: RFC 9309 reads that as "stay out for now"."""


class PrivateAddressError(IgnoreRequest):
    """The address lies in our own network."""


class HostRefusedError(IgnoreRequest):
    """The host turned us away too often in this run."""


class RobotsMiddleware(RobotsTxtMiddleware):
    """robots.txt obeyed, the pace it asks for included."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._down: set[str] = set()

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500:
            self._down.add(netloc)
        usable = response if response.status < 300 else response.replace(body=b"")
        await super()._parse_robots(usable, netloc, request)

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Refuse what robots.txt refuses, then set the host's pace."""
        if urlsplit(request.url).netloc in self._down:
            raise RobotsDownError(ROBOTS_DOWN)
        super().process_request_2(rp, request)
        wish = _wished_delay(rp, self._robotstxt_useragent or self._default_useragent)
        if wish:
            self._slow_down(request, min(wish, MAX_CRAWL_DELAY))

    def _slow_down(self, request: Request, wish: float) -> None:
        downloader = self.crawler.engine.downloader
        delay = max(wish, self.crawler.settings.getfloat("DOWNLOAD_DELAY"))
        key = downloader.get_slot_key(request)
        downloader.per_slot_settings[key] = {"delay": delay, "concurrency": 1, "jitter": 0.0}
        request.meta["autothrottle_dont_adjust_delay"] = True
        if slot := downloader.slots.get(key):
            slot.delay, slot.concurrency, slot.jitter = delay, 1, 0.0


class RetryAfterMiddleware(RetryMiddleware):
    """Retries as Scrapy does; a told Retry-After pauses the whole host for that long first."""

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """The response, or the request to send again."""
        wait = retry_after(response) if response.status in (429, 503) else None
        if wait is None:
            return super().process_response(request, response)
        if wait > MAX_RETRY_AFTER:
            self.crawler.spider.refusals.leave_alone(request.url)
            return response
        again = super().process_response(request, response)
        if isinstance(again, Request):
            self._pause(request, wait)
        return again

    def _pause(self, request: Request, wait: float) -> None:
        downloader = self.crawler.engine.downloader
        if slot := downloader.slots.get(downloader.get_slot_key(request)):
            slot.lastseen = max(slot.lastseen, time.monotonic() + wait)
            slot.delay = slot.delay or 0.01  # the downloader only looks at `lastseen` of slots that have a delay


class AddressMiddleware:
    """Stands last before the network: no private address, and no host that has turned us away."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._guarded = not crawler.settings.getbool("TRACKER_ALLOW_LOOPBACK")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> AddressMiddleware:
        """As Scrapy builds it."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Refuse the request where it must not be sent. A proxied host is the proxy's to resolve."""
        if self._crawler.spider.refusals.is_left_alone(request.url):
            raise HostRefusedError(LEAVE_ALONE)
        parts = urlsplit(request.url)
        if parts.scheme not in ("http", "https"):
            raise PrivateAddressError(f"scheme {parts.scheme}")
        if self._guarded and not request.meta.get("proxy") and is_private(parts.hostname or ""):
            raise PrivateAddressError(PRIVATE)


class PublicResolver(CachingThreadedResolver):
    """Resolves names to public addresses only, so that no name can stand for a machine of ours.

    The names of the proxies in the environment are exempt.
    """

    def getHostByName(self, name: str, timeout: tuple[float, ...] = ()) -> Deferred[str]:  # noqa: N802 - Twisted's
        """The IPv4 address of `name`; fails with DNSLookupError."""
        found = super().getHostByName(name, timeout)
        return found if name in proxy_hosts() else found.addCallback(_public_only)


class Refusals:
    """Hosts that turn us away: after MAX_REFUSALS in a row a host is not asked again in this run.

    `drop` is called with the host (and port) that is to be spared from now on.
    """

    def __init__(self, drop: Callable[[str], None]) -> None:
        self._drop = drop
        self._in_a_row: Counter[str] = Counter()
        self._left_alone: set[str] = set()

    def note(self, url: str, *, refused: bool) -> None:
        """Count one answer of the host."""
        host = urlsplit(url).netloc
        self._in_a_row[host] = self._in_a_row[host] + 1 if refused else 0
        if self._in_a_row[host] >= MAX_REFUSALS:
            self.leave_alone(url)

    def leave_alone(self, url: str) -> None:
        """Send the host of `url` nothing more in this run."""
        host = urlsplit(url).netloc
        if host not in self._left_alone:
            self._left_alone.add(host)
            self._drop(host)

    def is_left_alone(self, url: str) -> bool:
        """Whether the host of `url` is to be spared."""
        return urlsplit(url).netloc in self._left_alone


def drop_waiting(crawler: Crawler, host: str) -> None:
    """End the requests to `host` that wait in the downloader for their turn with HostRefusedError."""
    for slot in crawler.engine.downloader.slots.values():
        ours = [waiting for waiting in slot.queue if urlsplit(waiting[0].url).netloc == host]
        for waiting in ours:
            slot.queue.remove(waiting)
            waiting[1].errback(HostRefusedError(LEAVE_ALONE))


def retry_after(response: Response) -> float | None:
    """Seconds that the Retry-After header asks for (a number or a date), None where there is none to be read."""
    told = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if told.isdigit():
        return float(told[:9])
    try:
        return max(0.0, parsedate_to_datetime(told).timestamp() - time.time()) if told else None
    except (ValueError, TypeError, OverflowError):
        return None


def is_private(host: str) -> bool:
    """Whether `host` is a literal private, loopback or otherwise not global address, or a name for this machine."""
    name = host.strip("[]").rstrip(".").lower()
    if not name or name == "localhost" or name.endswith((".localhost", ".local", ".internal", ".home.arpa")):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return _is_numeric(name)
    mapped = getattr(address, "ipv4_mapped", None)
    return not (mapped or address).is_global


def proxy_hosts() -> set[str]:
    """The host names of the proxies that the environment names."""
    return {urlsplit(url if "//" in url else f"//{url}").hostname or "" for url in getproxies().values()}


def _is_numeric(name: str) -> bool:
    """Short, octal and hexadecimal spellings of addresses (`127.1`, `0x7f000001`): no real host is named so."""
    last = name.rsplit(".", 1)[-1]
    return last.isdigit() or last.startswith("0x")


def _public_only(address: str) -> str:
    if is_private(address):
        raise DNSLookupError(PRIVATE)
    return address


def _wished_delay(rp: RobotParser | None, agent: str) -> float:
    """Seconds between requests by Crawl-delay or Request-rate, 0 where robots.txt says neither."""
    rules = getattr(rp, "rp", None)
    if rules is None:
        return 0.0
    rate = rules.request_rate(agent)
    by_rate = rate.seconds / rate.requests if rate and rate.requests else 0.0
    return max(float(rules.crawl_delay(agent) or 0.0), by_rate)
