"""The last check before a request leaves: every request passes it, a robots.txt's and a redirected one too."""

from __future__ import annotations

from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest

from crawler.addresses import PRIVATE, PrivateAddressError, PublicResolver, is_private
from crawler.opt_out import OPTED_OUT, OptedOutError, OptOut
from crawler.refusals import LEAVE_ALONE, HostRefusedError


class LongAddressError(IgnoreRequest):
    """The address is longer than the bound; Scrapy's own check does not see where a redirect leads."""


class GateMiddleware:
    """Lets nothing out to a private address, to a host that has turned us away, or to one that has opted out."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._allow_loopback = crawler.settings.getbool("TRACKER_ALLOW_LOOPBACK")
        self._longest = crawler.settings.getint("URLLENGTH_LIMIT")
        self._opt_out = OptOut(crawler.settings.getlist("TRACKER_OPT_OUT"))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GateMiddleware:
        """As Scrapy builds it."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Refuse the request where it must not be sent. Names behind a proxy are the proxy's to resolve."""
        if len(request.url) > self._longest:
            raise LongAddressError(f"an address of {len(request.url)} characters")
        if self._opt_out.covers_url(request.url):
            raise OptedOutError(OPTED_OUT)
        if self._crawler.spider.refusals.is_left_alone(request.url):
            raise HostRefusedError(LEAVE_ALONE)
        parts = urlsplit(request.url)
        if parts.scheme not in ("http", "https"):
            raise PrivateAddressError(f"scheme {parts.scheme}")
        if is_private(parts.hostname or "", allow_loopback=self._allow_loopback):
            raise PrivateAddressError(PRIVATE)

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Tell a name that stands for a private address from one that does not resolve."""
        if isinstance(exception, CannotResolveHostError) and urlsplit(request.url).hostname in PublicResolver.refused:
            raise PrivateAddressError(PRIVATE) from exception
