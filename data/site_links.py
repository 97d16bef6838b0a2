"""Addresses of the record pages, and links to the articles: what may be linked, and where samples are found."""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode, urlsplit

from data.site_place_slugs import slug

SAMPLE_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.example", re.ASCII)
MAIL = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
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


def official_url(official_id: str, name: str | None) -> str:
    """The address of an official's page: the lasting id, then the name for readers."""
    return f"/official/{quote(official_id, safe=':')}-{slug(name or 'official')}"


def agreement_url(agreement_id: str) -> str:
    """The address of an agreement's page."""
    return f"/agreement/{quote(agreement_id, safe=':')}"


def outlet_url(source_id: str | None) -> str | None:
    """The address of an outlet's page, None for one that is not in the registry."""
    return f"/outlet/{quote(source_id, safe=':')}" if source_id else None


def report_error_link(contact: str | None, title: str, address: str) -> str | None:
    """Where a reader reports an error on the page `address`: the operator's page, or a letter begun; None without."""
    contact = (contact or "").strip()
    if MAIL.fullmatch(contact):
        letter = {"subject": f"Error in: {title[:120]}", "body": f"{address}\n\nWhat is wrong, and how do you know?\n"}
        return f"mailto:{contact}?{urlencode(letter, quote_via=quote)}"
    return source_link(contact, sample=False)
