"""What one crawl is asked to do, handed to the spider as one object."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from crawler.archive import Archive
from crawler.counts import CrawlCounts
from crawler.warc import WarcStore
from data.records import Source

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
    counts: CrawlCounts = field(default_factory=CrawlCounts)
    progress: Callable[[CrawlCounts], None] | None = None

    def report(self) -> None:
        """Tell the caller how far the crawl is."""
        if self.progress:
            self.progress(self.counts)


def now() -> str:
    """The moment as the archive writes it: ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
