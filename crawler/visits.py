"""What an earlier visit of an address means for this run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

from crawler.archive import Archive
from crawler.links import read_moment
from data.records import Visit

# These may succeed another day; any other status of 400 and above is the server's last word.
PASSING_STATUS = frozenset({401, 403, 408, 425, 429, *range(500, 600)})
_MAX_HOPS = 5


@dataclass(frozen=True, slots=True)
class Prospect:
    """What to do about a link: `url` is where it is known to lead, `visit` the last visit there."""

    url: str
    visit: Visit | None
    wanted: bool


def prospect(archive: Archive, url: str, updated: datetime | None) -> Prospect:
    """Whether `url` is worth a request now, redirects of earlier runs followed.

    Not again: irrelevant pages and final errors. Again: what failed. Stories and pages without one: only when the
    feed or sitemap tells of a change (`updated`) after the last visit.
    """
    visit = archive.visit(url)
    for _ in range(_MAX_HOPS):
        if visit is None or visit.outcome != "redirect" or not visit.detail or visit.detail == url:
            break
        url = visit.detail
        visit = archive.visit(url)
    return Prospect(url, visit, visit is None or _wanted_again(visit, updated))


def passes(status: int) -> bool:
    """Whether an answer of this HTTP status, not a page, may be another the next time. So may an odd one below 400."""
    return status < 400 or status in PASSING_STATUS


def is_settled(visit: Visit | None) -> bool:
    """Whether an earlier visit came to an end that stands until the page changes."""
    return visit is not None and not _wanted_again(visit, None)


def covers(visit: Visit | None, since: date | None) -> bool:
    """Whether the listing's last full reading reached at least as far back as `since`, so that a 304 loses nothing."""
    if visit is None or visit.outcome not in ("no_article", "not_modified"):
        return False
    told = (visit.detail or "").partition("since=")[2].split()
    if not told:
        return True
    return since is not None and told[0] <= since.isoformat()


def listing_detail(links: int, since: date | None) -> str:
    """What a fully read listing's visit says: how many links, and how far back it was read."""
    return f"listing of {links}" + (f" since={since.isoformat()}" if since else "")


def _wanted_again(visit: Visit, updated: datetime | None) -> bool:
    if visit.outcome in ("failed", "robots"):
        return True
    if visit.outcome == "http_error":
        return passes(visit.status or 0)
    if visit.outcome in ("irrelevant", "redirect"):
        return False
    known = _known_state(visit)
    return bool(updated and known and updated > known)


def _known_state(visit: Visit) -> datetime | None:
    """The moment up to which we know the page: by the server's own clock where it told one, else by ours.

    Once the server has answered "not modified", its Last-Modified has had its say: a feed that tells a later change for
    ever would otherwise have the page asked for every night.
    """
    told = _http_moment(visit.last_modified) if visit.outcome != "not_modified" else None
    return told or read_moment(visit.fetched)


def _http_moment(text: str | None) -> datetime | None:
    """An HTTP date (RFC 9110, section 5.6.7) as a moment; None where it is none."""
    try:
        moment = parsedate_to_datetime(text or "")
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
