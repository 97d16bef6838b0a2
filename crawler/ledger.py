"""Which listings wait for which articles.

A feed's validators (ETag, Last-Modified) may only be stored once every link it named has been dealt with: otherwise a
crawl killed half way would be told "304, nothing new" the next time and lose the rest. The ledger holds each listing's
visit back until its last link is settled, and drops it where one link must be tried again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from data.records import Visit


@dataclass(slots=True, eq=False)
class OpenListing:
    """A listing being worked through; `visit` is what is stored of it at the end."""

    visit: Visit
    pending: set[str] = field(default_factory=set)
    complete: bool = True  # every link named was taken up and came to an end that stands
    closed: bool = False  # no more links will be added


class Ledger:
    """The open listings and the links they wait for. `store` is called with each listing's visit when it is done."""

    def __init__(self, store: Callable[[Visit], None]) -> None:
        self._store = store
        self._waiting: dict[str, list[OpenListing]] = {}
        self._settled: dict[str, bool] = {}

    def knows(self, key: str) -> bool:
        """Whether the link was taken up in this run, by whichever listing."""
        return key in self._waiting or key in self._settled

    def expect(self, listing: OpenListing, key: str) -> None:
        """Let `listing` wait for the link `key`; a link settled in this run counts at once."""
        if key in self._settled:
            listing.complete &= self._settled[key]
            return
        listing.pending.add(key)
        self._waiting.setdefault(key, []).append(listing)

    def settle(self, key: str, *, stands: bool) -> None:
        """The link came to an end; `stands` is false where the next run must try it again."""
        self._settled[key] = self._settled.get(key, True) and stands
        for listing in self._waiting.pop(key, []):
            listing.pending.discard(key)
            listing.complete &= stands
            self._finish(listing)

    def close(self, listing: OpenListing) -> None:
        """All links of `listing` were taken up."""
        listing.closed = True
        self._finish(listing)

    def _finish(self, listing: OpenListing) -> None:
        if listing.closed and listing.complete and not listing.pending:
            listing.complete = False  # stored once
            self._store(listing.visit)
