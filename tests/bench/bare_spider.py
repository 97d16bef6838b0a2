"""The yardstick of the crawl: a Scrapy spider that downloads a list of addresses and does nothing with them.

`python -m tests.bench.bare_spider ADDRESSES.txt` with the pace that the environment's TRACKER_DELAY and
TRACKER_PER_HOST set; the same number of requests at a time, AutoThrottle and time limits as the tracker's crawl.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response

from crawler.settings import scrapy_settings
from data.settings import load_settings

SAME = ("CONCURRENT_", "DOWNLOAD_", "AUTOTHROTTLE_", "RETRY_TIMES", "TWISTED_REACTOR", "COOKIES_", "TELNET", "LOG_")


class BareSpider(Spider):
    """Downloads what the file lists, in its order."""

    name = "bare"

    def __init__(self, file: Path, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._file = file

    async def start(self) -> AsyncIterator[Request]:
        """One request a line."""
        for url in self._file.read_text(encoding="utf-8").split():
            yield Request(url, callback=self.parse, dont_filter=True)

    def parse(self, response: Response) -> None:
        """Nothing is done with a page."""


def main() -> None:
    """Download the addresses of the file named on the command line."""
    own = load_settings()
    ours = scrapy_settings(contact="bench@tracker.example", delay=own.delay, per_host=own.per_host, allow_loopback=True)
    settings = {name: value for name, value in ours.items() if name.startswith(SAME)}
    process = AsyncCrawlerProcess(settings)
    process.crawl(BareSpider, file=Path(sys.argv[1]))
    process.start()


if __name__ == "__main__":
    main()
