"""When a page was published, by order of trust: JSON-LD, meta elements, the URL, the visible text.

A stamp with an offset tells the outlet's own day, which is kept. A stamp in UTC is moved to the day it was in the
United States: an evening council vote stamped 02:30Z was told the day before. No date lies in the future, none before
the web.
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

from crawler.linked_data import Item, text_of, types_of
from crawler.markup import VisibleLines, oversized

EARLIEST = date(1994, 1, 1)
_NONE = timedelta(0)
_EASTERN = timedelta(hours=-5)  # standard time of the eastern states: the latest day that any of them can have had
_STAMP = re.compile(
    r"(?P<y>\d{4})-?(?P<m>\d\d)-?(?P<d>\d\d)"
    r"(?:[T ]+(?P<H>\d{1,2}):(?P<M>\d\d)(?::(?P<S>\d\d))?(?:[.,]\d+)?\s*(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)?)?",
    re.IGNORECASE,
)
_EPOCH = re.compile(r"(\d{10})(?:\d{3})?$")  # seconds or milliseconds since 1970
_CLOCK = re.compile(r"\b(?P<H>\d{1,2}):(?P<M>\d\d)(?::(?P<S>\d\d))?\s*(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)(?![\w:])")
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
_PIECES = 4
_SHORT = 150  # characters; a longer line is prose


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names of dates in `dates.toml`; `months` are numbers by the first three letters."""

    published: tuple[str, ...]
    modified: tuple[str, ...]
    page_types: frozenset[str]
    page_dates: tuple[str, ...]
    shown_published: re.Pattern[str]
    shown_modified: re.Pattern[str]
    months: dict[str, int]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The words of `dates.toml`, read once."""
    raw = tomllib.loads(files("crawler").joinpath("dates.toml").read_text(encoding="utf-8"))
    return Vocabulary(
        tuple(raw["published"]),
        tuple(raw["modified"]),
        frozenset(raw["page_types"].split()),
        tuple(raw["page_dates"].split()),
        re.compile(raw["shown_published"], re.IGNORECASE),
        re.compile(raw["shown_modified"], re.IGNORECASE),
        {beginning: int(number) for number, names in raw["months"].items() for beginning in names.split()},
    )


@dataclass(frozen=True, slots=True)
class Dates:
    """ISO dates of publication and of the last change told after it."""

    published: str | None
    modified: str | None


def article_dates(
    tree: lxml.html.HtmlElement,
    items: list[Item],
    item: Item,
    meta: dict[str, str],
    url: str,
    *,
    shown: VisibleLines,
    title: str,
    today: date | None = None,
) -> Dates:
    """The dates of the article that `item` (JSON-LD) and `meta` (lower-case names) describe.

    `items` are all of the page's JSON-LD, asked where no item describes the article. `shown` are the page's visible
    lines and `title` is the headline, for pages that tell the date only to readers. `today` is the last acceptable day
    (now in UTC where left out; a stamp from east of Greenwich, as Guam's, may be a day ahead of it).
    """
    limit = today or datetime.now(UTC).date()
    known = vocabulary()
    by_url = url_date(url, limit)
    stamps = [text_of(item.get("datePublished")), text_of(item.get("dateCreated"))]
    stamps += [meta[name] for name in known.published if name in meta]
    changes = [text_of(item.get("dateModified")), *(meta[name] for name in known.modified if name in meta)]
    published, modified = _first(stamps, limit, by_url) or by_url, _first(changes, limit)
    if not published:
        published = _marked_up(tree, limit) or (None if item else _first(_page_stamps(items), limit))
    if not published:
        printed, changed = _datelines(shown.all(), title, limit)
        published, modified = printed or _searched(tree, limit), modified or changed
    if modified and published and modified < published:
        modified = None
    return Dates(published and published.isoformat(), modified and modified.isoformat())


def read_stamp(text: str, limit: date) -> date | None:
    """The day of an ISO stamp, of seconds or milliseconds since 1970, or of a date written out; None where there is
    none in `text` or where it lies after `limit`."""
    text = text.strip()[:200]
    found, ticks = _STAMP.match(text), _EPOCH.match(text)
    if ticks:
        return _within(datetime.fromtimestamp(int(ticks[1]), UTC) + _EASTERN, limit)
    day = _day(found) if found else _written_day(text)
    clock = found if found and found["H"] else _CLOCK.search(text)
    offset = _offset(clock["zone"]) if day and clock and clock["zone"] else None
    if not day or offset is None:
        return _within(day, limit)
    hour, minute, second = int(clock["H"]), int(clock["M"]), int(clock["S"] or 0)
    if hour > 23 or minute > 59 or (offset == _NONE and not (hour or minute or second)):
        return _within(day, limit)  # midnight to the second in UTC is a day, not a time
    moment = datetime(day.year, day.month, day.day, hour, minute)
    if offset == _NONE:
        return _within(moment + _EASTERN, limit)
    return day if _within(moment - offset, limit) and day >= EARLIEST else None


def url_date(url: str, limit: date) -> date | None:
    """The full date in the path of `url` (`/2025/06/12/`, `/2025-06-12/`, `-20250612`), if it has one."""
    for pattern in _URL_DATES:
        found = pattern.search(url.partition("?")[0])
        day = _day(found) if found else None
        if day and EARLIEST <= day <= limit:
            return day
    return None


def _page_stamps(items: list[Item]) -> list[str]:
    known = vocabulary()
    pages = [item for item in items if types_of(item) & known.page_types]
    return [text for item in pages[:5] for name in known.page_dates if (text := text_of(item.get(name)))]


def _within(day: date | datetime | None, limit: date) -> date | None:
    day = day.date() if isinstance(day, datetime) else day
    return day if day and EARLIEST <= day <= limit else None


def _offset(zone: str) -> timedelta | None:
    if zone.upper() in ("Z", "UTC", "GMT"):
        return _NONE
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > 14 or minutes > 59:
        return None
    return (1 if zone[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes)


def _first(stamps: list[str], limit: date, by_url: date | None = None) -> date | None:
    """The first usable stamp; where that is in UTC, a date in the URL one day off settles the side of midnight."""
    for text in stamps:
        day = read_stamp(text, limit) if text else None
        if day:
            off_by_one = by_url and abs((day - by_url).days) == 1 and _in_utc(text)
            return by_url if off_by_one else day
    return None


def _day(found: re.Match[str]) -> date | None:
    try:
        return date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:
        return None


def _in_utc(text: str) -> bool:
    found = _STAMP.match(text.strip())
    return bool(found and found["zone"]) and _offset(found["zone"]) == _NONE


def _written_day(text: str) -> date | None:
    """The first date written out in `text`, in words or figures."""
    for pattern in _WRITTEN:
        found = pattern.search(text)
        known = found.groupdict() if found else {}
        month = known.get("m") or vocabulary().months.get((known.get("month") or "").lower())
        if month:
            try:
                return date(int(known["y"]), int(month), int(known["d"]))
            except ValueError:
                continue
    return None


def _datelines(shown: list[str], title: str, limit: date) -> tuple[date | None, date | None]:
    """(published, modified) in short lines just below or above the headline, where readers look for them."""
    at = next((number for number, line in enumerate(shown) if line == title), None)
    if at is None:
        return None, None
    below = [line for line in shown[at + 1 : at + _NEAR] if len(line) < _SHORT]
    near = below + [line for line in shown[max(0, at - 3) : at][::-1] if len(line) < _SHORT]
    near.append(" ".join(below[:_PIECES]))  # a month, a day and a year, each in an element of its own
    published = modified = None
    for line in near:
        for role, day in _dates_in(line, limit):
            if role == "modified":
                modified = modified or day
            else:
                published = published or day
    return published, modified


def _dates_in(line: str, limit: date) -> Iterator[tuple[str, date]]:
    """(role, day) for the first date after each word of publication or change in a line, or for its first date."""
    known = vocabulary()
    published, modified = known.shown_published.search(line), known.shown_modified.search(line)
    if modified and (day := _within(_written_day(line[modified.end() :]), limit)):
        yield "modified", day
    start = published.end() if published else 0
    end = modified.start() if modified and modified.start() > start else len(line)
    if (published or not modified or modified.start() > start) and (
        day := _within(_written_day(line[start:end]), limit)
    ):
        yield "published", day


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
    changes = frozenset(vocabulary().modified)
    page = deepcopy(tree)
    for element in list(page.iter("meta")):  # htmldate takes a change for the publication where it knows no other date
        if (element.get("property") or element.get("name") or element.get("itemprop") or "").lower() in changes:
            element.drop_tree()
    try:
        found = find_date(page, original_date=True, min_date=EARLIEST.isoformat(), max_date=limit.isoformat())
    except (ValueError, TypeError, RecursionError, OverflowError):
        return None
    # the first of January is what a copyright year gives
    return read_stamp(found, limit) if found and not found.endswith("-01-01") else None
