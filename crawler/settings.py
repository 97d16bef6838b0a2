"""The Scrapy project's settings: everything that does not differ from crawl to crawl."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from crawler.bounds import Bounds

AGENT = "SanctuaryTracker"
VERSION = "0.1"


def user_agent(contact: str) -> str:
    """The name told to every server, with the one who answers for the crawler."""
    return f"{AGENT}/{VERSION} (+{contact})" if contact else f"{AGENT}/{VERSION}"


def scrapy_settings(
    *,
    contact: str,
    delay: float,
    per_host: int,
    allow_loopback: bool,
    opt_out: Collection[str] = (),
    bounds: Bounds | None = None,
) -> dict[str, Any]:
    """Settings of one crawl. `delay` is in seconds between requests to a registrable domain, `per_host` requests at a
    time; `opt_out` names the domains to keep away from."""
    bounds = bounds or Bounds()
    return {
        "BOT_NAME": AGENT,
        "USER_AGENT": user_agent(contact),
        "ROBOTSTXT_USER_AGENT": AGENT,
        "ROBOTSTXT_OBEY": True,
        "TRACKER_ALLOW_LOOPBACK": allow_loopback,
        "TRACKER_OPT_OUT": sorted(opt_out),
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
        "TWISTED_DNS_RESOLVER": "crawler.addresses.PublicResolver",
        "REACTOR_THREADPOOL_MAXSIZE": 32,  # names are resolved there, and dead ones take their time
        # pace
        "DOWNLOADER": "crawler.pace.DomainDownloader",
        "CONCURRENT_REQUESTS": 64,  # also counts those that wait for their host's delay
        "CONCURRENT_REQUESTS_PER_DOMAIN": per_host,
        "DOWNLOAD_DELAY": delay,
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": delay,
        "AUTOTHROTTLE_MAX_DELAY": 60.0,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": float(per_host),
        "CONCURRENT_ITEMS": 1,  # the pipelines do not wait, and Scrapy makes as many tasks for each page
        # a page is hostile
        "DOWNLOAD_HANDLERS": dict.fromkeys(("http", "https"), "crawler.bounds.BoundedDownloadHandler")
        | dict.fromkeys(("data", "file", "ftp", "s3")),
        "DOWNLOAD_TIMEOUT": bounds.seconds,
        "DNS_TIMEOUT": 15,
        "DOWNLOAD_MAXSIZE": bounds.body_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "REDIRECT_MAX_TIMES": bounds.redirects,
        "RETRY_TIMES": bounds.retries,
        "RETRY_GIVE_UP_LOG_LEVEL": "INFO",
        "URLLENGTH_LIMIT": bounds.url_chars,
        "METAREFRESH_ENABLED": False,
        "COOKIES_ENABLED": False,
        "REFERER_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "HTTPERROR_ALLOW_ALL": True,  # the spider notes every answer
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",  # the ledger knows every link, redirects included
        "DEFAULT_REQUEST_HEADERS": {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5"},
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
            "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
            "crawler.robots.RobotsMiddleware": 100,
            "crawler.pace.RetryAfterMiddleware": 550,
            "crawler.compression.BoundedCompressionMiddleware": 590,
            "crawler.validators.ConditionalGetMiddleware": 610,
            "crawler.gate.GateMiddleware": 900,  # after the proxy was chosen
        },
        "ITEM_PIPELINES": {"crawler.pipelines.ScreenPipeline": 300, "crawler.pipelines.ArchivePipeline": 800},
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",  # newest first, as the listings are read
        "LOG_LEVEL": "WARNING",
        "LOG_FORMATTER": "crawler.storage.StorageLogFormatter",
        "LOG_INSTALL_ROOT_HANDLER": False,
    }
