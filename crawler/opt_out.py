"""Domains whose owners have asked not to be visited: neither they nor any host below them is sent a request."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest

OPTED_OUT = "on the opt-out list"


class OptedOutError(IgnoreRequest):
    """The owner of the domain does not want the crawler."""


class OptOut:
    """The domains to keep away from, in lower case and without a port."""

    def __init__(self, domains: Iterable[str] = ()) -> None:
        self._domains = frozenset(domain.lower().removeprefix("www.").rstrip(".") for domain in domains)

    def covers(self, host: str) -> bool:
        """Whether `host` (a port may follow) is one of the domains or lies below one."""
        labels = host.partition(":")[0].rstrip(".").lower().split(".")
        return any(".".join(labels[start:]) in self._domains for start in range(len(labels)))

    def covers_url(self, url: str) -> bool:
        """Whether the host of `url` is covered."""
        return self.covers(urlsplit(url).hostname or "")
