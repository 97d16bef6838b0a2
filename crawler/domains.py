"""Who stands behind a host: its registrable domain, by the Public Suffix List.

The list is the copy that tldextract ships; nothing is fetched. Only its ICANN part counts: a platform that lends out
names (`*.wordpress.com`, `*.blogspot.com`, `*.legistar.com`) runs one set of servers, counts the requests of one
client over all of them, and so has one budget.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from tldextract import TLDExtract

_HOSTS = 20_000  # remembered at a time


def registrable_domain(host: str) -> str:
    """The name under a public suffix that `host` belongs to (`news.ferry.co.uk`: `ferry.co.uk`), in lower case.

    An address stands for itself, and so does a name without a dot. Under an unknown top-level domain the last two
    labels count, as the list's own rule `*` has it (https://publicsuffix.org/list/).
    """
    return _of(host.strip("[]").rstrip(".").lower())


@lru_cache(maxsize=_HOSTS)
def _of(name: str) -> str:
    if _is_address(name):
        return name
    return _suffixes()(name).top_domain_under_public_suffix or ".".join(name.split(".")[-2:])


@lru_cache(maxsize=1)
def _suffixes() -> TLDExtract:
    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=False)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True
