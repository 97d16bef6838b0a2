"""robots.txt obeyed (RFC 9309), the pace it asks for included.

A file that cannot be read, for whatever fault of the server or the network, means "stay out for now"; one that is not
there (4xx) or leads in circles forbids nothing. The first 500 KiB of a longer one count.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import RobotParser

from crawler.addresses import PrivateAddressError
from crawler.opt_out import OptedOutError
from crawler.refusals import HostRefusedError

ROBOTS_DOWN = "robots.txt could not be read"
MAX_ROBOTS = 500 * 1024  # bytes; RFC 9309, section 2.5 asks for as much
_OWN_REFUSALS = (PrivateAddressError, HostRefusedError, OptedOutError)  # they end the page's request themselves
_CIRCLES = "max redirections reached"


class RobotsDownError(IgnoreRequest):
    """The host's robots.txt cannot be read; `cause` is the network's error, None where the server answered 5xx."""

    def __init__(self, reason: str, cause: Exception | None) -> None:
        super().__init__(f"{ROBOTS_DOWN}: {reason}")
        self.cause = cause


class RobotsMiddleware(RobotsTxtMiddleware):
    """Refuses what robots.txt refuses, and sets the pace of the domain to what it asks for."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._down: dict[str, tuple[str, Exception | None]] = {}  # host -> reason, cause

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500:
            self._down[netloc] = (f"HTTP {response.status}", None)
        rules = response.body[:MAX_ROBOTS] if response.status < 300 else b""
        await super()._parse_robots(response.replace(body=rules), netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        if not isinstance(exc, _OWN_REFUSALS) and _CIRCLES not in str(exc):
            self._down[netloc] = (f"{type(exc).__name__}: {exc}", exc)
        super()._robots_error(exc, netloc)

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Refuse what robots.txt refuses, then set the domain's pace."""
        if down := self._down.get(urlsplit(request.url).netloc):
            raise RobotsDownError(*down)
        super().process_request_2(rp, request)
        downloader = self.crawler.engine.downloader
        if wish := _wished_delay(rp, self._robotstxt_useragent or self._default_useragent):
            downloader.slow_down(request, wish)
        if downloader.keeps_wish(request):
            request.meta["autothrottle_dont_adjust_delay"] = True


def _wished_delay(rp: RobotParser | None, agent: str) -> float:
    """Seconds between requests by Crawl-delay or Request-rate, 0 where robots.txt says neither."""
    rules = getattr(rp, "rp", None)
    if rules is None:
        return 0.0
    rate = rules.request_rate(agent)
    by_rate = rate.seconds / rate.requests if rate and rate.requests else 0.0
    return max(float(rules.crawl_delay(agent) or 0.0), by_rate)
