"""Links to the articles: what may be linked, and where a sample outlet's pages are found."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

SAMPLE_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.example", re.ASCII)
CONTROLS = re.compile(r"[\x00-\x20\x7f]")


def source_link(url: str | None, *, sample: bool) -> str | None:
    """The address to link for an article, None for one that must not be linked (no http, a script, no host).

    While sample stories are loaded, the invented outlets' pages are served by the site itself under `/sample/`.
    """
    try:
        parts = urlsplit(url or "")
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"} or not host or CONTROLS.search(url or ""):
        return None
    if sample and SAMPLE_HOST.fullmatch(host):
        query = f"?{parts.query}" if parts.query else ""
        return f"/sample/{host}{quote(parts.path or '/', safe='/%:@!$&()*+,;=~-._')}{query}"
    return url


def host_words(url: str | None) -> str:
    """The host of an address without `www.`, for showing beside a link."""
    try:
        return (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:
        return ""
