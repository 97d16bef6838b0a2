"""What a crawl did, in figures."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class CrawlCounts:
    """Pages by outcome, and what was passed over. `by_source` has the same outcomes for each source id."""

    listings: int = 0  # feeds, sitemaps and section pages read
    listings_unchanged: int = 0  # of which the server said that nothing is new
    listings_failed: int = 0
    links: int = 0  # article links found, each once
    seen: int = 0  # of which visited before, with nothing new
    old: int = 0  # of which older than the day asked for
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

    def add(self, source_id: str, outcome: str) -> None:
        """Count one page's outcome."""
        setattr(self, outcome, getattr(self, outcome) + 1)
        own = self.by_source.setdefault(source_id, {})
        own[outcome] = own.get(outcome, 0) + 1
