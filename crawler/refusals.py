"""Hosts that turn the crawler away, or do not answer, are left alone for the rest of the run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

MAX_REFUSALS = 5  # answers in a row of 401, 403, 429 or a wall, or none at all, after which a host is left alone
LEAVE_ALONE = "host left alone for this run"


class HostRefusedError(IgnoreRequest):
    """The host turned us away too often in this run."""


class Refusals:
    """Hosts that turn us away: after MAX_REFUSALS in a row a host is not asked again in this run.

    `drop` is called with the host (and port) that is to be spared from now on, `rest` with an address on it and the
    seconds for which the host itself asked to be.
    """

    def __init__(
        self, drop: Callable[[str], None], rest: Callable[[str, float], None] = lambda url, seconds: None
    ) -> None:
        self._drop, self._rest = drop, rest
        self._in_a_row: Counter[str] = Counter()
        self._left_alone: set[str] = set()

    def note(self, url: str, *, refused: bool) -> None:
        """Count one answer of the host, or that there was none."""
        host = urlsplit(url).netloc
        self._in_a_row[host] = self._in_a_row[host] + 1 if refused else 0
        if self._in_a_row[host] >= MAX_REFUSALS:
            self.leave_alone(url)

    def leave_alone(self, url: str, seconds: float | None = None) -> None:
        """Send the host of `url` nothing more in this run, nor for the `seconds` that it asked for."""
        host = urlsplit(url).netloc
        if host in self._left_alone:
            return
        self._left_alone.add(host)
        self._drop(host)
        if seconds is not None:
            self._rest(url, seconds)

    def is_left_alone(self, url: str) -> bool:
        """Whether the host of `url` is to be spared."""
        return urlsplit(url).netloc in self._left_alone


def drop_waiting(crawler: Crawler, host: str) -> None:
    """End the requests to `host` that wait in the downloader for their turn with HostRefusedError."""
    if crawler.engine is None or not hasattr(crawler.engine, "downloader"):
        return  # before the first request there is none to drop
    for slot in crawler.engine.downloader.slots.values():
        ours = [waiting for waiting in slot.queue if urlsplit(waiting[0].url).netloc == host]
        for waiting in ours:
            slot.queue.remove(waiting)
            waiting[1].errback(HostRefusedError(LEAVE_ALONE))
