"""Visits are written many at a time: a commit waits for the disk, and of a hundred pages ninety-eight are irrelevant.

A kill loses the visits of the last moment, all of them together, which means that these pages are fetched again; a
story and what was noted before it are on the disk when `keep_article` returns. The order of writing is kept: the
validators of a listing never reach the disk before the visits of the stories that it named.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from scrapy.utils.asyncio import call_later

from crawler.archive import Archive, WarcPlace
from data.errors import StorageError
from data.records import Article, Visit

MOST = 200  # visits held back
SECONDS = 0.2  # after the first of them

_log = logging.getLogger(__name__)


class VisitBuffer:
    """Stands before the crawl's archive. `later(seconds, function)` calls back from the crawl's event loop."""

    def __init__(self, archive: Archive, later: Callable[[float, Callable[[], None]], Any] = call_later) -> None:
        self._archive = archive
        self._later = later
        self._held: list[Visit] = []
        self._newest: dict[str, Visit] = {}
        self._called = False
        self.refused: Callable[[StorageError], None] = lambda error: None  # told when our own disk refuses, in between

    def visit(self, url: str) -> Visit | None:
        """The last visit of the canonical `url`, written or held back."""
        return self._newest.get(url) or self._archive.visit(url)

    def record_visit(self, visit: Visit) -> None:
        """Note `visit`; it is written within `SECONDS`, or with the next story."""
        self._held.append(visit)
        self._newest[visit.url] = visit
        if len(self._held) >= MOST:
            self.flush()
        elif not self._called:
            self._called = True
            self._later(SECONDS, self._flush_later)

    def keep_article(self, article: Article, visit: Visit, *, raw: WarcPlace | None) -> int:
        """Write what is held back, then the story with its visit."""
        self.flush()
        return self._archive.keep_article(article, visit, raw=raw)

    def flush(self) -> None:
        """Write what is held back, in one transaction. What cannot be written stays held, and the error goes up."""
        if self._held:
            self._archive.record_visits(self._held)
            self._held, self._newest = [], {}

    def _flush_later(self) -> None:
        self._called = False
        try:
            self.flush()
        except StorageError as error:
            self.refused(error)
        except Exception:  # the event loop has nobody to tell; the next write, or the end of the crawl, tries again
            _log.exception("%d visits could not be written yet", len(self._held))
