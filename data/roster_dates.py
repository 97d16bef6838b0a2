"""When a row of a federal list came, or went: as exactly as the lists allow to say it, and no more."""

from __future__ import annotations

import re
from datetime import date, timedelta

from data.event_dates import parse_day, span_of

LISTED_LATE = 90  # days after which a signing that only now is listed may be a slip of the year
_IN_DOCUMENT = re.compile(r"(?<!\d)(\d\d)[-._]?(\d\d)[-._]?(20\d\d|\d\d)(?!\d)")

Dated = tuple[str | None, str]  # ISO date or None, and its precision: day, week, month, year, unknown


def between(before: str | None, dated: str) -> Dated:
    """Some day after the issue of `before` (None: no issue is known), up to that of `dated`.

    The finest precision whose span holds all those days; no date at all where none does.
    """
    last = date.fromisoformat(dated)
    if before is None:
        return None, "unknown"
    first = min(date.fromisoformat(before) + timedelta(days=1), last)
    if first == last:
        return dated, "day"
    if (last - first).days < 7:
        return first.isoformat(), "week"
    for precision in ("month", "year"):
        begin, end = span_of(last, precision)
        if begin <= first <= end:
            return dated, precision
    return None, "unknown"


def signing(signed: str | None, moa: str | None, before: str | None, dated: str) -> Dated:
    """When an agreement was signed that the issue of `dated` lists, and that of `before` did not.

    The day that the sheet tells; where it lies after the issue itself the sheet is wrong, and so it is where it lies
    long before the last issue and the document's own name has the same day in a year that fits.
    """
    told, issued = parse_day(signed), date.fromisoformat(dated)
    if told is None or told > issued + timedelta(days=1):
        return between(before, dated)
    last = parse_day(before)
    if last and told < last - timedelta(days=LISTED_LATE):
        meant = _day_of_document(moa)
        if meant and (meant.month, meant.day) == (told.month, told.day) and told < meant <= issued:
            return meant.isoformat(), "day"
    return told.isoformat(), "day"


def _day_of_document(moa: str | None) -> date | None:
    """The date in the name of an agreement document (..._TFM_MOA_03192026.pdf)."""
    for month, day, year in _IN_DOCUMENT.findall((moa or "").rsplit("/", 1)[-1]):
        try:
            return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
        except ValueError:
            continue
    return None
