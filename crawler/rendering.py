"""Outlets whose pages only a browser sees (`render` is "javascript" in the registry), through scrapy-playwright.

The package is an extra; it is needed, and a browser started, only where such an outlet is crawled.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from crawler.counts import CrawlCounts
from data.errors import TrackerError
from data.records import Source

log = logging.getLogger(__name__)

RENDER = "javascript"
MISSING = (
    "only a browser sees its pages; install one with: "
    "pip install 'sanctuary-tracker[browser]' && playwright install chromium"
)
PAGES = 4  # open at a time; each is a process of up to some hundred megabytes


class RenderingError(TrackerError):
    """Outlets need a browser, and what drives one is not installed; the message names both."""


def leave_out_unseen(sources: Sequence[Source], counts: CrawlCounts) -> list[Source]:
    """The outlets that can be crawled here. Where no browser can be driven, those that need one are counted as broken,
    with the command that helps, and the others are crawled. Raises RenderingError where no other is left.
    """
    unseen = [source for source in sources if source.render == RENDER]
    if not unseen or find_spec("scrapy_playwright") is not None:
        return list(sources)
    if len(unseen) == len(sources):
        raise RenderingError(f"{', '.join(source.id for source in unseen[:5])}: {MISSING}")
    for source in unseen:
        counts.listings_failed += 1
        own = counts.of(source.id)
        own.broken, own.trouble = own.broken + 1, MISSING
        log.warning("%s: %s", source.id, MISSING)
    return [source for source in sources if source.render != RENDER]


def rendering_settings(sources: Sequence[Source]) -> dict[str, Any]:
    """The settings to add for these outlets; none where no outlet needs a browser."""
    if not any(source.render == RENDER for source in sources):
        return {}
    handler = dict.fromkeys(("http", "https"), "crawler.browser.BrowserDownloadHandler")
    return {
        "DOWNLOAD_HANDLERS": handler | dict.fromkeys(("data", "file", "ftp", "s3")),
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": PAGES,
        "PLAYWRIGHT_ABORT_REQUEST": "crawler.browser.is_unneeded",
    }


def rendering_meta(source: Source) -> dict[str, Any]:
    """What a request to the outlet carries so that a browser answers it; empty where none is needed.

    Such a request must show no validators: the page around the content stays the same while the content changes, and
    "304, nothing new" would be told for ever.
    """
    return {"playwright": True} if source.render == RENDER else {}
