"""When our own disk refuses: the crawl ends at once, in good order, and says why.

Nothing that came in can be noted then, so nothing is: the pages in hand are the next run's. Without this every page
under way would wait for the lock of the database, or find no room, one after another, and be told as a fault of its
own.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from scrapy.http import Response
from scrapy.logformatter import LogFormatter
from twisted.python.failure import Failure

from data.errors import StorageError
from data.records import Visit

if TYPE_CHECKING:
    from scrapy import Request, Spider

    from crawler.archive import Archive
    from crawler.plan import Plan

_NOTHING = {"level": logging.DEBUG, "msg": "storage: %(error)s"}


class RefusedArchive:
    """Stands in the archive's place once it has failed: storing anything fails at once, with the first error."""

    def __init__(self, error: StorageError) -> None:
        self._error = error

    def visit(self, url: str) -> Visit | None:
        """Nothing is known any more, nor needed: no request leaves after this."""
        return None

    def __getattr__(self, name: str) -> Any:
        raise self._error


def stop_for(error: StorageError, spider: Spider) -> None:
    """End the crawl of `spider` for this error, which `crawler.run.crawl` raises when all is closed."""
    plan: Plan = spider.plan
    if plan.refused is not None:
        return
    plan.refused = error
    refused: Archive = RefusedArchive(error)
    plan.archive = refused
    _closing.add(task := asyncio.ensure_future(spider.crawler.engine.close_spider_async(reason="storage")))
    task.add_done_callback(_closing.discard)


_closing: set[asyncio.Future[None]] = set()  # the event loop keeps only weak references to its tasks


class StorageLogFormatter(LogFormatter):
    """Scrapy's words, but none for what a refusing disk makes fail: the crawl's own error says it, once."""

    def item_error(self, item: Any, exception: BaseException, response: Any, spider: Spider | None = None) -> dict:
        """For an exception in a pipeline."""
        if isinstance(exception, StorageError):
            return _NOTHING | {"args": {"error": exception}}
        return super().item_error(item, exception, response, spider)

    def spider_error(
        self, failure: Failure, request: Request, response: Response | Failure, spider: Spider | None = None
    ) -> dict:
        """For an exception in a callback of the spider."""
        if failure.check(StorageError):
            return _NOTHING | {"args": {"error": failure.value}}
        return super().spider_error(failure, request, response, spider)
