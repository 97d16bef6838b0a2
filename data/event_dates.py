"""Days and spans of days: what a told date with its precision can mean."""

from __future__ import annotations

import re
from datetime import date, timedelta

Span = tuple[date, date]
EVER = date.min
_ISO = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")


def parse_day(text: str | None) -> date | None:
    """The day of an ISO date (or timestamp); the first day of `2018-07` and `2018`; None for anything else."""
    found = _ISO.match(text or "")
    if not found:
        return None
    try:
        return date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        return None


def span_of(day: date, precision: str) -> Span:
    """First and last day that a date of this precision (day, week, month, year) can mean."""
    if precision == "year":
        return date(day.year, 1, 1), date(day.year, 12, 31)
    if precision == "month":
        first = day.replace(day=1)
        return first, _next_month(first) - timedelta(days=1)
    if precision == "week":
        return day, shifted(day, 6)
    return day, day


def gap(first: Span, second: Span) -> int:
    """Days between two spans; 0 where they touch or overlap."""
    return max((second[0] - first[1]).days, (first[0] - second[1]).days, 0)


def hull(first: Span, second: Span) -> Span:
    """The span from the earlier beginning to the later end."""
    return min(first[0], second[0]), max(first[1], second[1])


def shifted(day: date, days: int) -> date:
    """`day` moved by `days`, held within the calendar."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))


def _next_month(first: date) -> date:
    if first.year == date.max.year and first.month == 12:
        return date.max
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)
