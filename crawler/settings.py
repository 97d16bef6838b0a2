"""The Scrapy project's settings: everything that does not differ from crawl to crawl."""

from __future__ import annotations

from typing import Any

AGENT = "SanctuaryTracker"
VERSION = "0.1"


def user_agent(contact: str) -> str:
    """The name told to every server, with the one who answers for the crawler."""
    return f"{AGENT}/{VERSION} (+{contact})" if contact else f"{AGENT}/{VERSION}"


def scrapy_settings(*, contact: str, delay: float, per_host: int, allow_loopback: bool) -> dict[str, Any]:
    """Settings of one crawl. `delay` is in seconds between requests to a host, `per_host` requests at a time."""
    return {
        "BOT_NAME": AGENT,
        "USER_AGENT": user_agent(contact),
        "ROBOTSTXT_USER_AGENT": AGENT,
        "ROBOTSTXT_OBEY": True,
        "TRACKER_ALLOW_LOOPBACK": allow_loopback,
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
        "TWISTED_DNS_RESOLVER": "scrapy.resolver.CachingThreadedResolver"
        if allow_loopback
        else "crawler.manners.PublicResolver",
        # pace
        "CONCURRENT_REQUESTS": 64,  # also counts those that wait for their host's delay
        "CONCURRENT_REQUESTS_PER_DOMAIN": per_host,
        "DOWNLOAD_DELAY": delay,
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": delay,
        "AUTOTHROTTLE_MAX_DELAY": 60.0,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": float(per_host),
        # a page is hostile
        "DOWNLOAD_TIMEOUT": 30,
        "DNS_TIMEOUT": 15,
        "DOWNLOAD_MAXSIZE": 10_000_000,
        "DOWNLOAD_WARNSIZE": 0,
        "REDIRECT_MAX_TIMES": 5,
        "RETRY_TIMES": 2,
        "RETRY_GIVE_UP_LOG_LEVEL": "INFO",
        "URLLENGTH_LIMIT": 2_000,
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
            "crawler.manners.RobotsMiddleware": 100,
            "crawler.manners.RetryAfterMiddleware": 550,
            "crawler.validators.ConditionalGetMiddleware": 610,
            "crawler.manners.AddressMiddleware": 900,  # after the proxy was chosen
        },
        "ITEM_PIPELINES": {"crawler.pipelines.ScreenPipeline": 300, "crawler.pipelines.ArchivePipeline": 800},
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",  # newest first, as the listings are read
        "LOG_LEVEL": "WARNING",
        "LOG_INSTALL_ROOT_HANDLER": False,
    }
