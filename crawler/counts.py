"""What a crawl did, in figures."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class ListingCounts:
    """How one outlet received us: its listings, and how often its story pages were refused.

    Refused is an answer of 401, 403 or 429, a robots.txt that forbids, or a wall in the page's place.
    """

    read: int = 0
    unchanged: int = 0  # answered with "nothing is new"
    broken: int = 0
    refused: int = 0  # of the broken ones
    resting: int = 0  # not asked tonight, as they failed before; `trouble` says so
    links: int = 0  # to stories, each once
    pages_refused: int = 0
    trouble: str = ""  # the last broken listing: address and reason


@dataclass(slots=True)
class CrawlCounts:
    """Pages by outcome, and what was passed over. `by_source` has the same outcomes for each source id, `listings_of`
    what each source's listings gave."""

    listings: int = 0  # feeds, sitemaps and section pages read
    listings_unchanged: int = 0  # of which the server said that nothing is new
    listings_failed: int = 0
    listings_resting: int = 0  # left alone tonight after earlier failures
    outlets_opted_out: int = 0  # left out, as their owners wish
    links: int = 0  # article links found, each once
    seen: int = 0  # of which visited before, with nothing new
    old: int = 0  # of which older than the day asked for
    unrelated: int = 0  # of which told by title or section to be of no interest
    postponed: int = 0  # of which left for the next run: limit reached, or the host turned us away
    fetched: int = 0  # article pages requested
    kept: int = 0
    irrelevant: int = 0
    no_article: int = 0
    not_modified: int = 0
    redirect: int = 0
    http_error: int = 0
    robots: int = 0
    failed: int = 0
    interrupted: bool = False  # stopped by a signal; the next run goes on
    by_source: dict[str, dict[str, int]] = field(default_factory=dict)
    listings_of: dict[str, ListingCounts] = field(default_factory=dict)

    def add(self, source_id: str, outcome: str) -> None:
        """Count one page's outcome."""
        setattr(self, outcome, getattr(self, outcome) + 1)
        own = self.by_source.setdefault(source_id, {})
        own[outcome] = own.get(outcome, 0) + 1

    def of(self, source_id: str) -> ListingCounts:
        """The outlet's own figures."""
        return self.listings_of.setdefault(source_id, ListingCounts())
