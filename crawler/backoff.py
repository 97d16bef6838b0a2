"""Back-off from night to night: what keeps failing is asked ever less often, and never given up.

Failures are of three kinds. *Hard*: the address is gone (404, 410, 451 and other final answers), its name has not
resolved for several nights, or it points into a private network. *Soft*: something is broken (5xx, no answer, no feed
in the page). *Temporary*: the server asks for patience (429, 503, its robots.txt answers 5xx). Each kind has its row of
nights; the last figure stays, so a dead feed is still looked at every fortnight and comes back when it does.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from scrapy.exceptions import CannotResolveHostError
from twisted.internet.error import DNSLookupError
from twisted.python.failure import Failure

from crawler.addresses import PrivateAddressError
from crawler.robots import RobotsDownError
from crawler.visits import passes
from data.records import Rest

HARD, SOFT, TEMPORARY, UNKNOWN_NAME = "hard", "soft", "temporary", "unknown_name"
NIGHTS = {  # after the first, second ... failure in a row; 1 is asked again the next night
    HARD: (1, 2, 4, 8, 14),
    SOFT: (1, 1, 2, 4, 7),
    TEMPORARY: (1, 1, 1, 2),
}
MAX_NIGHTS = 14  # of a Retry-After too
NAME_NIGHTS = 3  # failures after which a name that does not resolve counts as gone: a zone may have a bad day
_SAME_NIGHT = timedelta(hours=12)  # a second crawl within it counts no second failure
_SLACK = timedelta(hours=6)  # the timer does not fire at the same minute every night


class RestStore(Protocol):
    """Where rests are kept. Every call is durable when it returns."""

    def rests(self) -> list[Rest]:
        """Every rest, over or not."""

    def store_rest(self, rest: Rest) -> None:
        """Store `rest`, replacing an earlier one of the same address."""

    def end_rest(self, url: str) -> None:
        """Forget the rest of `url`."""


class Backoff:
    """What is left alone tonight. Without a `store` it lasts for the run only.

    With `obeyed` false (outlets named by hand) nothing is passed over, and what fails is noted all the same. `clock`
    gives the present in UTC.
    """

    def __init__(
        self,
        store: RestStore | None = None,
        *,
        obeyed: bool = True,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store, self._obeyed, self._clock = store, obeyed, clock
        self._rests = {rest.url: rest for rest in store.rests()} if store else {}

    def resting(self, url: str) -> Rest | None:
        """The rest that `url` or its host is taking now, None where it may be asked."""
        if not self._obeyed:
            return None
        for key in (url, host_key(url)):
            rest = self._rests.get(key)
            if rest and self._clock() < datetime.fromisoformat(rest.until):
                return rest
        return None

    def failed(self, url: str, source_id: str, kind: str, *, status: int | None = None, detail: str = "") -> Rest:
        """Note that the listing at `url` failed; returns the rest that follows from it."""
        present, known = self._clock(), self._rests.get(url)
        again = known is not None and present - datetime.fromisoformat(known.noted) < _SAME_NIGHT
        failures = known.failures + (not again) if known else 1
        noted = datetime.fromisoformat(known.noted) if known and again else present
        if kind == UNKNOWN_NAME:
            kind = HARD if failures >= NAME_NIGHTS else SOFT
        row = NIGHTS[kind]
        until = noted + timedelta(days=row[min(failures, len(row)) - 1]) - _SLACK
        since = known.since if known else _stamp(present)
        return self._keep(
            Rest(url, source_id, kind, failures, since, _stamp(noted), _stamp(until), status, detail[:300] or None)
        )

    def rest_host(self, url: str, source_id: str, seconds: float) -> Rest:
        """Note that the host of `url` has asked to be left alone for `seconds` (fourteen nights at the most)."""
        present = self._clock()
        until = present + min(timedelta(days=MAX_NIGHTS), timedelta(seconds=min(seconds, 1e8)))
        key, stamp = host_key(url), _stamp(present)
        detail = f"asked for a rest of {seconds:.0f} seconds"
        return self._keep(Rest(key, source_id, TEMPORARY, 1, stamp, stamp, _stamp(until), detail=detail))

    def well(self, url: str) -> None:
        """Note that the listing at `url` could be read: its next failure is a first one."""
        for key in (url, host_key(url)):
            if self._rests.pop(key, None) and self._store:
                self._store.end_rest(key)

    def _keep(self, rest: Rest) -> Rest:
        self._rests[rest.url] = rest
        if self._store:
            self._store.store_rest(rest)
        return rest


def host_key(url: str) -> str:
    """The address under which a host's rest is kept: `//host`, with its port."""
    return f"//{urlsplit(url).netloc}"


def status_kind(status: int | None) -> str:
    """The kind of failure that an HTTP status tells; None and 200 are those of a page that is no listing."""
    if status in (429, 503):
        return TEMPORARY
    return SOFT if status is None or passes(status) else HARD


def failure_kind(failure: Failure) -> str:
    """The kind of a failure that brought no answer."""
    error = failure.value
    if isinstance(error, RobotsDownError):
        if error.cause is None:
            return TEMPORARY
        error = error.cause
    if isinstance(error, CannotResolveHostError | DNSLookupError):
        return UNKNOWN_NAME
    return HARD if isinstance(error, PrivateAddressError) else SOFT


def rest_words(rest: Rest) -> str:
    """Why and how long: `left alone until 2026-12-01 after 4 failures (HTTP 410)`."""
    times = f"{rest.failures} failure{'s' if rest.failures > 1 else ''}"
    return f"left alone until {rest.until[:10]} after {times} ({rest.detail or 'no reason told'})"


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
