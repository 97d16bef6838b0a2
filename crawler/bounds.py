"""How much of a server the crawler puts up with. Whatever goes over a bound fails, and only it does."""

from __future__ import annotations

from dataclasses import dataclass

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS, HTTP11ClientProtocol
from twisted.web.iweb import IResponse

MAX_HEAD = 256 * 1024  # bytes of status line and headers; browsers stop at as much


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds of one request. `seconds` is for the whole answer, from the connection to the last byte.

    `body_bytes` holds on the wire and again unpacked. The bounds of a feed's entries, a sitemap's depth and links and
    a page's markup stand with their readers.
    """

    seconds: float = 30.0
    body_bytes: int = 10_000_000
    redirects: int = 5
    retries: int = 2
    url_chars: int = 2_000


class HeadTooLongError(IgnoreRequest):
    """The answer has more headers than any real one."""


class BoundedHeads:
    """Makes a download handler give up an answer whose status line and headers go over MAX_HEAD.

    Twisted bounds a single header line (16 KiB) and not their number; Scrapy sees the headers when all have come.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _BoundedFactory


class BoundedDownloadHandler(BoundedHeads, HTTP11DownloadHandler):
    """Scrapy's handler of http and https with bounded headers."""


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    """Counts what comes while the parser has not reached the body; interim answers (1xx) are counted too."""

    _head = 0

    def request(self, request: object) -> Deferred[IResponse]:
        self._head = 0
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's
        if self._parser is not None and self._parser.state in (STATUS, HEADER):
            self._head += len(data)
            if self._head > MAX_HEAD:
                self._giveUp(Failure(HeadTooLongError(f"more than {MAX_HEAD} bytes of headers")))
                return
        super().dataReceived(data)


class _BoundedFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: IAddress | None) -> HTTP11ClientProtocol:  # noqa: N802 - Twisted's
        return _BoundedProtocol(self._quiescentCallback)
