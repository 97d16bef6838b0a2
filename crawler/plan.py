"""What one crawl is asked to do, handed to the spider as one object."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from scrapy.http import Response

from crawler.archive import Archive
from crawler.backoff import Backoff
from crawler.counts import CrawlCounts
from crawler.warc import WarcStore
from data.errors import StorageError
from data.records import Source

FETCHED = "tracker_fetched"  # in a request's meta: the moment at which its answer was archived
Screen = Callable[[str, str], float]  # (title, text) -> how relevant, 0 to 1


@dataclass(slots=True)
class Plan:
    """See `crawler.run.crawl`, whose arguments these are."""

    sources: Sequence[Source]
    archive: Archive
    screen: Screen
    threshold: float
    warc: WarcStore
    since: date | None
    limit: int | None
    max_pages: int
    mentions: Callable[[str], bool] | None = None
    backoff: Backoff = field(default_factory=Backoff)
    counts: CrawlCounts = field(default_factory=CrawlCounts)
    progress: Callable[[CrawlCounts], None] | None = None
    refused: StorageError | None = None  # what our own disk said, which ends the crawl

    def report(self) -> None:
        """Tell the caller how far the crawl is."""
        if self.progress:
            self.progress(self.counts)


def fetched_at(response: Response) -> str:
    """When the page was fetched: now, or when it was archived where a replay says so."""
    return response.meta.get(FETCHED) or now()


def now() -> str:
    """The moment as the archive writes it: ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
