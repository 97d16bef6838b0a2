"""What the crawler needs of the archive. Whoever starts a crawl hands in something of this form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from data.records import Article, Visit

WarcPlace = tuple[str, int]  # name of the WARC file, offset of the record in it, bytes from 0


class Archive(Protocol):
    """Where visits and kept articles go. Every call is durable when it returns."""

    def visit(self, url: str) -> Visit | None:
        """The last visit of the canonical `url`, or None."""

    def record_visit(self, visit: Visit) -> None:
        """Store `visit`, replacing an earlier one of the same URL."""

    def record_visits(self, visits: Iterable[Visit]) -> None:
        """Store several, in their order, all or none."""

    def keep_article(self, article: Article, visit: Visit, *, raw: WarcPlace | None) -> int:
        """Store an article and its visit together; a changed text under a known URL is a new version of it."""
