"""The browser that sees pages as readers do: bounded in time and size, and kept out of our own network.

Every connection of the browser, whatever a page's scripts ask for, goes through `GuardedProxy`, which holds the same
rules as the crawler's own requests. Import only where scrapy-playwright is installed.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
from contextlib import suppress
from typing import Any

from playwright.async_api import Page
from playwright.async_api import Request as SubRequest
from playwright.async_api import TimeoutError as PlaywrightTimeoutError
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError
from scrapy.http import Response
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler
from scrapy_playwright.page import PageMethod

from crawler.bounds import BoundedHeads
from crawler.guarded_proxy import GuardedProxy, Rules
from crawler.opt_out import OptOut

SETTLE = 5.0  # seconds that a loaded page is given to fetch what its scripts ask for
_UNNEEDED = frozenset({"image", "media", "font", "texttrack", "eventsource", "websocket", "manifest", "ping"})
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_SWITCHES = (
    "--disable-gpu",
    "--disable-quic",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",  # else a script could send datagrams past the proxy
    "--js-flags=--max-old-space-size=256",
)


def is_unneeded(request: SubRequest) -> bool:
    """Whether a sub-request brings no text."""
    return request.resource_type in _UNNEEDED


class BrowserDownloadHandler(BoundedHeads, ScrapyPlaywrightDownloadHandler):
    """scrapy-playwright's handler behind a GuardedProxy; requests without `playwright` in their meta go past both."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        logging.getLogger("scrapy-playwright").setLevel(logging.ERROR)  # the spider tells of failed pages, in one line
        settings = crawler.settings
        self._seconds = settings.getfloat("DOWNLOAD_TIMEOUT")
        self._max_size = settings.getint("DOWNLOAD_MAXSIZE")
        self._agent = settings["USER_AGENT"]
        self._proxy = GuardedProxy(
            Rules(
                opt_out=OptOut(settings.getlist("TRACKER_OPT_OUT")),
                allow_loopback=settings.getbool("TRACKER_ALLOW_LOOPBACK"),
                max_bytes=4 * self._max_size,
                seconds=self._seconds,
            )
        )

    async def _launch(self) -> None:
        port = await self._proxy.start()
        self.config.launch_options |= launch_options(port)
        await super()._launch()

    async def _close(self) -> None:
        await super()._close()
        await self._proxy.stop()

    async def _download_request(self, request: Request, spider: Spider | None = None) -> Response:
        request.meta["playwright_context_kwargs"] = {
            "user_agent": self._agent,
            "service_workers": "block",
            "accept_downloads": False,
        }
        request.meta["playwright_page_goto_kwargs"] = {"wait_until": "load", "timeout": 1_000 * self._seconds}
        request.meta["playwright_page_methods"] = [PageMethod(self._settled)]
        try:
            return await super()._download_request(request, spider)
        except PlaywrightTimeoutError as error:
            raise DownloadTimeoutError(f"{request.url} took longer than {self._seconds:g} seconds") from error
        finally:
            for name in ("playwright_page_methods", "playwright_page_goto_kwargs", "playwright_context_kwargs"):
                request.meta.pop(name, None)  # what is left is what can be stored and compared

    async def _download_request_with_page(self, request: Request, page: Page, spider: Spider) -> Response:
        try:
            async with asyncio.timeout(self._seconds):
                return await super()._download_request_with_page(request, page, spider)
        except TimeoutError as error:
            raise DownloadTimeoutError(f"{request.url} took longer than {self._seconds:g} seconds") from error

    async def _settled(self, page: Page) -> None:
        """Wait until the page's scripts have what they asked for; refuse a page that grew over the bound."""
        with suppress(PlaywrightTimeoutError):
            await page.wait_for_load_state("networkidle", timeout=1_000 * min(SETTLE, self._seconds / 2))
        size = await page.evaluate("document.documentElement ? document.documentElement.outerHTML.length : 0")
        if size > self._max_size:
            raise DownloadCancelledError(f"the page grew to {size} characters, the most is {self._max_size}")


def launch_options(proxy_port: int) -> dict[str, Any]:
    """How Playwright starts the browser: the system's where there is one, everything through the proxy."""
    system = next(filter(None, map(shutil.which, _BROWSERS)), None)
    switches = [*_SWITCHES, *(["--no-sandbox"] if os.geteuid() == 0 else [])]  # Chromium has no sandbox for root
    options = {"args": switches, "headless": True, "proxy": {"server": f"http://127.0.0.1:{proxy_port}"}}
    return options | ({"executable_path": system} if system else {})
