"""Which addresses the crawler may talk to: none of a private network, whatever name or spelling stands for it.

Names are checked where they are resolved, and the address that passed is the one connected to, so a name whose answer
changes between a check and the connection gains nothing by it.
"""

from __future__ import annotations

import ipaddress
from typing import ClassVar
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

PRIVATE = "private address"
_OWN_NAMES = (".localhost", ".local", ".internal", ".home.arpa")
_SIX_TO_FOUR = ipaddress.ip_network("2002::/16")  # RFC 3056: holds an IPv4 address, which may be private

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class PrivateAddressError(IgnoreRequest):
    """The address lies in our own network."""


class PublicResolver(CachingThreadedResolver):
    """Resolves names to public addresses only, so that no name can stand for a machine of ours.

    The names of the proxies in the environment are exempt. With `TRACKER_ALLOW_LOOPBACK` this machine is allowed too.
    """

    allow_loopback = False
    refused: ClassVar[set[str]] = set()  # names that stand for private addresses; Twisted hands on no reason

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> PublicResolver:
        """As Scrapy builds it."""
        resolver = super().from_crawler(crawler, reactor)
        resolver.allow_loopback = crawler.settings.getbool("TRACKER_ALLOW_LOOPBACK")
        return resolver

    def getHostByName(self, name: str, timeout: tuple[float, ...] = ()) -> Deferred[str]:  # noqa: N802 - Twisted's
        """The IPv4 address of `name`; fails with DNSLookupError."""
        found = super().getHostByName(name, timeout)
        return found if name in proxy_hosts() else found.addCallback(self._public_only, name)

    def _public_only(self, address: str, name: str) -> str:
        if is_private(address, allow_loopback=self.allow_loopback):
            self.refused.add(name)
            raise DNSLookupError(PRIVATE)
        return address


def is_private(host: str, *, allow_loopback: bool = False) -> bool:
    """Whether `host` is a literal address that no outside server has, or a name for a machine of our own network.

    Private, loopback, link-local (the cloud's metadata service is one), shared (RFC 6598), multicast and reserved
    addresses, IPv4 ones wrapped in IPv6, and spellings of an IPv4 address that a resolver would take for one
    (`127.1`, `0x7f000001`, `0177.0.0.1`, `2130706433`). With `allow_loopback` this machine counts as outside.
    """
    name = host.strip("[]").rstrip(".").lower()
    if not name:
        return True
    if name == "localhost" or name.endswith(_OWN_NAMES):
        return not (allow_loopback and (name == "localhost" or name.endswith(".localhost")))
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return _is_numeric(name)
    address = getattr(address, "ipv4_mapped", None) or address
    return not (address.is_loopback and allow_loopback) and not _is_public(address)


def proxy_hosts() -> set[str]:
    """The host names of the proxies that the environment names."""
    return {urlsplit(url if "//" in url else f"//{url}").hostname or "" for url in getproxies().values()}


def _is_public(address: Address) -> bool:
    """Whether a server of the public Internet can have the address (IANA's special-purpose registries, RFC 6890).

    IPv6 forms that only wrap an IPv4 address (6to4, NAT64, IPv4-compatible) are nobody's to publish.
    """
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return True
    return not address.is_site_local and address not in _SIX_TO_FOUR


def _is_numeric(name: str) -> bool:
    """Short, octal, decimal and hexadecimal spellings of addresses: no real host has a number for its last label."""
    last = name.rsplit(".", 1)[-1]
    return last.isdigit() or last.startswith("0x")
