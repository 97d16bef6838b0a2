"""How fast the crawler asks: one budget for each registrable domain, and Retry-After waited for."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime

from scrapy import Request
from scrapy.core.downloader import Downloader
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from crawler.domains import registrable_domain

MAX_CRAWL_DELAY = 120.0  # seconds; a longer wish is answered with this
MAX_RETRY_AFTER = 120.0  # seconds; a server that asks for longer is left alone for this run, and until then


class DomainDownloader(Downloader):
    """Scrapy's downloader with one slot, and so one delay, for all hosts of a registrable domain.

    The slot is told from the address each time: a request that was redirected takes its turn where it now leads.
    """

    def get_slot_key(self, request: Request) -> str:
        """The registrable domain of the request's host."""
        return registrable_domain(urlparse_cached(request).hostname or "")

    def slow_down(self, request: Request, seconds: float) -> None:
        """Let at least `seconds` pass between two requests to the domain of `request`; the longest wish counts."""
        key = self.get_slot_key(request)
        known = self.per_slot_settings.get(key, {}).get("delay", 0.0)
        delay = max(min(seconds, MAX_CRAWL_DELAY), known, self.settings.getfloat("DOWNLOAD_DELAY"))
        self.per_slot_settings[key] = {"delay": delay, "concurrency": 1, "jitter": 0.0}
        if slot := self.slots.get(key):
            slot.delay, slot.concurrency, slot.jitter = delay, 1, 0.0

    def keeps_wish(self, request: Request) -> bool:
        """Whether a host of the domain has asked for a pace, which AutoThrottle must not change then."""
        return self.get_slot_key(request) in self.per_slot_settings

    def pause(self, request: Request, seconds: float) -> None:
        """Send the domain of `request` nothing for so long."""
        if slot := self.slots.get(self.get_slot_key(request)):
            slot.lastseen = max(slot.lastseen, time.monotonic() + seconds)
            slot.delay = slot.delay or 0.01  # only slots that have a delay look at `lastseen`


class RetryAfterMiddleware(RetryMiddleware):
    """Retries as Scrapy does; a told Retry-After pauses the whole domain for that long first."""

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """The response, or the request to send again."""
        wait = retry_after(response) if response.status in (429, 503) else None
        if wait is None:
            return super().process_response(request, response)
        if wait > MAX_RETRY_AFTER:
            self.crawler.spider.refusals.leave_alone(request.url, wait)
            return response
        again = super().process_response(request, response)
        if isinstance(again, Request):
            self.crawler.engine.downloader.pause(request, wait)
        return again


def retry_after(response: Response) -> float | None:
    """Seconds that the Retry-After header asks for (RFC 9110, section 10.2.3: a number or a date); None for neither."""
    told = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if told.isdigit():
        return float(told[:9])
    try:
        return max(0.0, parsedate_to_datetime(told).timestamp() - time.time()) if told else None
    except (ValueError, TypeError, OverflowError):
        return None
