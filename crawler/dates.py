"""When a page was published, by order of trust: JSON-LD, meta elements, the URL, the visible text.

A stamp in UTC is moved to the day it was in the United States: an evening council vote stamped 02:30Z was told the
day before. No date lies in the future, none before the web.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from importlib.resources import files

import lxml.html
from htmldate import find_date

from crawler.linked_data import Item, text_of
from crawler.markup import oversized

EARLIEST = date(1994, 1, 1)
_EASTERN = timedelta(hours=-5)  # standard time of the eastern states: the latest day that any of them can have had
_STAMP = re.compile(
    r"(?P<y>\d{4})-?(?P<m>\d\d)-?(?P<d>\d\d)"
    r"(?:[T ]+(?P<H>\d{1,2}):(?P<M>\d\d)(?::(?P<S>\d\d))?(?:[.,]\d+)?\s*(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)?)?",
    re.IGNORECASE,
)
_URL_DATES = (
    re.compile(r"/(?P<y>(?:19|20)\d\d)[/-](?P<m>\d{1,2})[/-](?P<d>\d{1,2})(?:/|-|$|\b)"),
    re.compile(r"[/_-](?P<y>20\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?:\D|$)"),
)
_MONTH = r"(?P<month>[a-z]{3})[a-z]{0,6}\.?"
_WRITTEN = (
    re.compile(rf"\b{_MONTH} (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>\d{{4}})\b", re.IGNORECASE),
    re.compile(rf"\b(?P<d>\d{{1,2}})(?: de)? {_MONTH},?(?: del?)? (?P<y>\d{{4}})\b", re.IGNORECASE),
    re.compile(r"\b(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})\b"),
    re.compile(r"\b(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)\b"),
)
_NEAR = 15  # lines below the headline in which a dateline is looked for
_SHORT = 150  # characters; a longer line is prose


@lru_cache(maxsize=1)
def vocabulary() -> tuple[tuple[str, ...], tuple[str, ...], dict[str, int]]:
    """(names of publication, names of modification, month by its first three letters), from `dates.toml`."""
    raw = tomllib.loads(files("crawler").joinpath("dates.toml").read_text(encoding="utf-8"))
    months = {beginning: int(number) for number, names in raw["months"].items() for beginning in names.split()}
    return tuple(raw["published"]), tuple(raw["modified"]), months


@dataclass(frozen=True, slots=True)
class Dates:
    """ISO dates of publication and of the last change told after it."""

    published: str | None
    modified: str | None


def article_dates(
    tree: lxml.html.HtmlElement,
    item: Item,
    meta: dict[str, str],
    url: str,
    *,
    shown: list[str],
    title: str,
    today: date | None = None,
) -> Dates:
    """The dates of the article that `item` (JSON-LD) and `meta` (lower-case names) describe.

    `shown` are the page's visible lines and `title` is the headline, for pages that tell the date only to readers.
    `today` is the last acceptable day (now in UTC where left out).
    """
    limit = today or datetime.now(UTC).date()
    by_url = url_date(url, limit)
    published_names, modified_names, _ = vocabulary()
    stamps = [text_of(item.get("datePublished")), text_of(item.get("dateCreated"))]
    stamps += [meta[name] for name in published_names if name in meta]
    told = _first(stamps, limit, by_url) or by_url or _marked_up(tree, limit)
    published = told or _dateline(shown, title, limit) or _searched(tree, limit)
    changed = [text_of(item.get("dateModified")), *(meta[name] for name in modified_names if name in meta)]
    modified = _first(changed, limit, None)
    if modified and published and modified < published:
        modified = None
    return Dates(published and published.isoformat(), modified and modified.isoformat())


def read_stamp(text: str, limit: date) -> date | None:
    """The day of an ISO stamp or of a date written out, at most `limit`; None where there is none in `text`."""
    text = text.strip()[:200]
    found = _STAMP.match(text)
    day = _stamp_day(found) if found else _written_day(text)
    return day if day and EARLIEST <= day <= limit else None


def url_date(url: str, limit: date) -> date | None:
    """The full date in the path of `url` (`/2025/06/12/`, `/2025-06-12/`, `-20250612`), if it has one."""
    for pattern in _URL_DATES:
        found = pattern.search(url.partition("?")[0])
        day = _day(found) if found else None
        if day and EARLIEST <= day <= limit:
            return day
    return None


def _first(stamps: list[str], limit: date, by_url: date | None) -> date | None:
    """The first usable stamp; where that is in UTC, a date in the URL one day off settles the side of midnight."""
    for text in stamps:
        day = read_stamp(text, limit) if text else None
        if day:
            off_by_one = by_url and abs((day - by_url).days) == 1 and _in_utc(_STAMP.match(text.strip()))
            return by_url if off_by_one else day
    return None


def _day(found: re.Match[str]) -> date | None:
    try:
        return date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:
        return None


def _stamp_day(found: re.Match[str]) -> date | None:
    day = _day(found)
    if not day or not _in_utc(found):
        return day
    time = (int(found["H"]), int(found["M"]), int(found["S"] or 0))
    if time == (0, 0, 0) or time[0] > 23 or time[1] > 59:  # midnight to the second is a day, not a time
        return day
    return (datetime(day.year, day.month, day.day, time[0], time[1]) + _EASTERN).date()


def _in_utc(found: re.Match[str] | None) -> bool:
    return bool(found) and (found["zone"] or "").upper() in ("Z", "UTC", "GMT", "+00:00", "+0000")


def _written_day(text: str) -> date | None:
    """The first date written out in `text`, in words or figures."""
    for pattern in _WRITTEN:
        found = pattern.search(text)
        known = found.groupdict() if found else {}
        month = known.get("m") or vocabulary()[2].get((known.get("month") or "").lower())
        if month:
            try:
                return date(int(known["y"]), int(month), int(known["d"]))
            except ValueError:
                continue
    return None


def _dateline(shown: list[str], title: str, limit: date) -> date | None:
    """The date in a short line just above or below the headline, where readers look for it."""
    at = next((number for number, line in enumerate(shown) if line == title), None)
    if at is None:
        return None
    near = shown[at + 1 : at + _NEAR] + shown[max(0, at - 3) : at][::-1]
    days = (_written_day(line) for line in near if len(line) < _SHORT)
    return next((day for day in days if day and EARLIEST <= day <= limit), None)


def _marked_up(tree: lxml.html.HtmlElement, limit: date) -> date | None:
    """Microdata and `<time>`: the ones that say they are the publication first, then the earliest on the page."""
    said = tree.xpath("//*[contains(@itemprop, 'datePublished')]")
    said += tree.xpath("//time[@pubdate or contains(@class, 'publish') or contains(@class, 'entry-date')]")
    for group in (
        said,
        tree.xpath("//article//time[@datetime] | //main//time[@datetime]"),
        tree.xpath("//time[@datetime]"),
    ):
        days = [day for text in _time_texts(group) if (day := read_stamp(text, limit))]
        if days:
            return days[0]
    return None


def _time_texts(elements: list[lxml.html.HtmlElement]) -> Iterator[str]:
    for element in elements[:20]:
        yield element.get("datetime") or element.get("content") or " ".join((element.text_content() or "").split())


def _searched(tree: lxml.html.HtmlElement, limit: date) -> date | None:
    if oversized(tree):
        return None
    try:
        found = find_date(deepcopy(tree), original_date=True, min_date=EARLIEST.isoformat(), max_date=limit.isoformat())
    except (ValueError, TypeError, RecursionError, OverflowError):
        return None
    # the first of January is what a copyright year gives
    return read_stamp(found, limit) if found and not found.endswith("-01-01") else None
