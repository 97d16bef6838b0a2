"""Expressions of time and the days they mean: an ordered table of patterns, each with its reckoning.

A reckoning gets the match, the day of publication and the tense of the clause, and answers with the first day of the
range meant and its precision. Expressions that lean on the publication date mean nothing without one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

Told = tuple[date, str]  # first day of the range meant; "day", "week", "month" or "year"
Ahead = Callable[[], bool]  # whether the clause speaks of the future; asked only where the words leave it open

FAR_BACK, NEAR_AHEAD = 300, 60  # days: "June 14" told on June 10 is not last year's


@dataclass(frozen=True, slots=True)
class Telling:
    """When the story was told: its publication day, or the first of the month where only the month is known."""

    today: date
    exact: bool = True

    @classmethod
    def of(cls, published: str | None) -> Telling | None:
        """From an ISO day or month; None where there is none that can be read."""
        try:
            day = date.fromisoformat((published or "")[:10] if len(published or "") > 7 else f"{published}-01")
        except ValueError:
            return None
        return cls(day, len(published or "") > 7)

    def told(self, day: date) -> Told:
        """A day as precise as the publication date allows."""
        return (day, "day") if self.exact else (self.today.replace(day=1), "month")


@dataclass(frozen=True, slots=True)
class Found:
    """One expression in a text: its offsets, its meaning and the kind of rule that read it."""

    start: int
    end: int
    date: date
    precision: str
    rule: str


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    """`dates.toml`."""
    return tomllib.loads(files("nlp").joinpath("dates.toml").read_text(encoding="utf-8"))


def _any(names: Any) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


def add_months(day: date, months: int) -> date:
    """The first of the month that lies `months` from the month of `day`; clamped to the calendar's years."""
    index = max(12, min(day.year * 12 + day.month - 1 + months, 9999 * 12 - 1))
    return date(index // 12, index % 12 + 1, 1)


def add_days(day: date, days: int) -> date:
    """`day` moved by `days`, clamped to the calendar."""
    return date.fromordinal(max(1, min(day.toordinal() + days, date.max.toordinal())))


def monday(day: date) -> date:
    """The Monday of the week of `day`."""
    return add_days(day, -day.weekday())


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month(name: str) -> int:
    return words()["months"][name.rstrip(".")]


def _year(text: str) -> int:
    """A year in two or four digits; two digits mean the closest century's: 98 is 1998, 18 is 2018."""
    year = int(text)
    return year if year > 99 else year + (2000 if year < 70 else 1900)


# --- reckonings -----------------------------------------------------------------------------------------------------


def full_date(m: re.Match[str], telling: Telling | None, ahead: Ahead) -> Told | None:
    day = _day(int(m["year"]), _month(m["month"]), int(m["day"]))
    return (day, "day") if day else None


def iso_date(m: re.Match[str], telling: Telling | None, ahead: Ahead) -> Told | None:
    day = _day(int(m["year"]), int(m["number"]), int(m["day"]))
    return (day, "day") if day else None


def slashed_date(m: re.Match[str], telling: Telling | None, ahead: Ahead) -> Told | None:
    day = _day(_year(m["year"]), int(m["number"]), int(m["day"]))
    return (day, "day") if day else None


def month_day(m: re.Match[str], telling: Telling | None, ahead: Ahead) -> Told | None:
    return telling and closest_yearly(telling.today, _month(m["month"]), int(m["day"]), ahead)


def closest_yearly(today: date, month: int, number: int, ahead: Ahead) -> Told | None:
    """The occurrence of a yearly day that is meant: the last one, unless the clause looks ahead or it is soon."""
    days = [day for year in range(today.year - 4, today.year + 5) if (day := _day(year, month, number))]
    past = [day for day in days if day <= today]
    coming = [day for day in days if day >= today]
    if not past or not coming:
        return None
    soon = (today - past[-1]).days > FAR_BACK and (coming[0] - today).days < NEAR_AHEAD
    return (coming[0] if soon or ahead() else past[-1]), "day"


def month_year(m: re.Match[str], telling: Telling | None, ahead: Ahead) -> Told | None:
    return date(int(m["year"]), _month(m["month"]), 1), "month"


def month_alone(m: re.Match[str], telling: Telling | None, ahead: Ahead) -> Told | None:
    if telling is None or not (m["lead"] or m["which"] or _surely_month(m)):
        return None
    here, month = telling.today.replace(day=1), _month(m["month"])
    which, back = (m["which"] or "").lower(), (here.month - month) % 12
    if m["of_year"]:
        return date(here.year + {"last": -1, "this": 0, "next": 1}[m["of_year"].lower()], month, 1), "month"
    if which in ("last", "past"):
        return add_months(here, -(back or 12)), "month"
    return add_months(here, (-back) % 12 if which == "next" or ahead() else -back), "month"


def _surely_month(m: re.Match[str]) -> bool:
    """A month's name by itself: not a word of another meaning (May, March), not part of a person's name."""
    around = m.string[max(0, m.start() - 2) : m.start()].strip()[-1:], m.string[m.end() : m.end() + 2].strip()[:1]
    return m["month"] not in words()["clauses"]["months_of_other_meaning"] and not around[1].isupper()


def year_alone(m: re.Match[str], telling: Telling | None, ahead: Ahead) -> Told | None:
    return date(int(m["year"]), 1, 1), "year"


def weekday(m: re.Match[str], telling: Telling | None, ahead: Ahead) -> Told | None:
    if telling is None:
        return None
    number = words()["weekdays"][m["weekday"].rstrip(".")]
    which = (m["which"] or "").lower()
    back = (telling.today.weekday() - number) % 7
    week = (m["of_week"] or "").lower()
    if week:
        return telling.told(add_days(monday(telling.today), number + {"last": -7, "this": 0, "next": 7}[week]))
    if which in ("last", "past", "previous"):
        return telling.told(add_days(telling.today, -(back or 7)))
    if which in ("next", "coming"):
        return telling.told(add_days(telling.today, (-back) % 7 or 7))
    return telling.told(add_days(telling.today, (-back) % 7 if ahead() else -back))


def dated_weekday(m: re.Match[str], telling: Telling | None, ahead: Ahead) -> Told | None:
    if m["year"]:
        return full_date(m, telling, ahead)
    return month_day(m, telling, ahead)


DAY_WORDS = {"yesterday": -1, "last night": -1, "last evening": -1, "tomorrow": 1, "day before yesterday": -2}


def day_word(m: re.Match[str], telling: Telling | None, ahead: Ahead) -> Told | None:
    if telling is None:
        return None
    return telling.told(add_days(telling.today, DAY_WORDS.get(" ".join(m["word"].lower().split()), 0)))


def period(m: re.Match[str], telling: Telling | None, ahead: Ahead) -> Told | None:
    """This, last or next week, month, year or weekend."""
    if telling is None:
        return None
    which = m["which"].lower()
    shift = {"last": -1, "past": -1, "previous": -1, "next": 1, "coming": 1, "following": 1}.get(which, 0)
    unit, today = m["unit"].lower(), telling.today
    if unit == "year":
        return date(max(1, min(today.year + shift, 9999)), 1, 1), "year"
    if unit == "month" or not telling.exact:
        return add_months(today, shift if unit == "month" else 0), "month"
    if unit == "week":
        return add_days(monday(today), 7 * shift), "week"
    return _weekend(today, which, ahead), "week"


def _weekend(today: date, which: str, ahead: Ahead) -> date:
    """The Saturday of the weekend meant."""
    behind = (today.weekday() - 5) % 7
    if which in ("next", "coming") or (which in ("this", "the") and ahead()):
        return add_days(today, (-behind) % 7)
    return add_days(today, -behind)


def season(m: re.Match[str], telling: Telling | None, ahead: Ahead) -> Told | None:
    """A season is told to the year: its first and last day are nobody's matter."""
    if m["year"]:
        return date(int(m["year"]), 1, 1), "year"
    if telling is None:
        return None
    first = words()["seasons"][m["season"].lower()]
    which, today = m["which"].lower(), telling.today
    if which == "next" or (which in ("this", "in the") and ahead()):
        return date(today.year + (today.month > first), 1, 1), "year"
    if which == "last":
        begun = today.month >= first + 3 and first < 12
        return date(today.year if begun or (first == 12 and today.month > 2) else today.year - 1, 1, 1), "year"
    return date(today.year if today.month >= first or first == 12 else today.year - 1, 1, 1), "year"


def _count(text: str) -> int:
    text = " ".join(text.lower().split())
    return int(text.replace(",", "")) if text[0].isdigit() else words()["numbers"][text]


def ago(m: re.Match[str], telling: Telling | None, ahead: Ahead) -> Told | None:
    return telling and _shifted(telling, -_count(m["count"]), m["unit"].lower())


def hence(m: re.Match[str], telling: Telling | None, ahead: Ahead) -> Told | None:
    return telling and _shifted(telling, _count(m["count"]), m["unit"].lower())


def _shifted(telling: Telling, count: int, unit: str) -> Told:
    today, count = telling.today, max(-12000, min(count, 12000))
    if unit == "year":
        return date(max(1, min(today.year + count, 9999)), 1, 1), "year"
    if unit == "month":
        return add_months(today, count), "month"
    if not telling.exact:
        return add_months(today, 0), "month"
    if unit == "week":
        return add_days(monday(today), 7 * count), "week"
    return (add_days(today, count), "day") if unit == "day" else (today, "day")


def holiday(m: re.Match[str], telling: Telling | None, ahead: Ahead) -> Told | None:
    rule = words()["holidays"][m["holiday"].replace("’", "'")]
    years = (
        [int(m["year"])]
        if m["year"]
        else ([] if telling is None else range(telling.today.year - 1, telling.today.year + 2))
    )
    days = [day for year in years if (day := _holiday(year, rule))]
    if not days or m["year"]:
        return (days[0], "day") if days else None
    past = [day for day in days if day <= telling.today]
    coming = [day for day in days if day >= telling.today]
    return (coming[0] if ahead() and coming else past[-1]), "day"


def _holiday(year: int, rule: str | list[int]) -> date | None:
    if isinstance(rule, str):
        return _day(year, int(rule[:2]), int(rule[3:]))
    month, nth, number = rule
    first = _day(year, month, 1)
    if first is None:
        return None
    day = add_days(first, (number - first.weekday()) % 7 + 7 * (max(nth, 1) - 1))
    while nth == -1 and (later := add_days(day, 7)).month == month:
        day = later
    return day


def edge_of_period(m: re.Match[str], telling: Telling | None, ahead: Ahead) -> Told | None:
    """The end or beginning of the month or year that is running (or, for a deed done, of the one before)."""
    if telling is None:
        return None
    here = telling.today.replace(day=1)
    if m["unit"].lower() == "month":
        return here, "month"
    month = 12 if m["edge"].lower() in ("end", "close") else 1
    year = here.year if ahead() or month == 1 else here.year - (here.month < 12)
    return date(year, month, 1), "month"


def stretch(m: re.Match[str], telling: Telling | None, ahead: Ahead) -> Told | None:
    """For days, weeks or months up to now: the month, or for months the year, of the telling."""
    if telling is None:
        return None
    if m["unit"].lower().startswith("month"):
        return date(telling.today.year, 1, 1), "year"
    return telling.today.replace(day=1), "month"


# --- the table ------------------------------------------------------------------------------------------------------


STOP = r"(?:\.(?=[ ,\u00a0]+[\da-z]))?"  # an abbreviation's full stop, not the sentence's


def _fragments() -> dict[str, str]:
    """The pieces patterns are built of."""
    w, gap = words(), r"[ \u00a0]+"
    months, weekdays = _any(w["months"]), _any(w["weekdays"])
    return {
        "_": gap,
        "MONTH": rf"\b(?P<month>{months})\b{STOP}",
        "DAY": r"(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?\b(?!\.\d|,\d|{_}percent|%)".replace("{_}", gap),
        "RANGE": rf"(?:{gap}?(?:[-–—]|to|through|and){gap}?(?:(?:{months})\.?{gap})?\d{{1,2}}\b(?!\d|[-–:]\d))?",
        "YEAR": r"(?P<year>(?:19[4-9]|20[0-4])\d)(?![\d%]|,\d|\.\d|-\w)",
        "WEEKDAY": rf"\b(?P<weekday>{weekdays})\b{STOP}",
        "ANYDAY": rf"\b(?:{weekdays})\b{STOP}",
        "COUNT": rf"\b(?P<count>\d{{1,4}}|(?i:{_any(w['numbers'])}))",
        "UNIT": r"(?P<unit>day|week|month|year|hour)s?\b",
        "SEASON": rf"(?P<season>(?i:{_any(w['seasons'])}))\b",
        "HOLIDAY": rf"\b(?P<holiday>{_any(w['holidays'])})\b".replace("'", "['’]"),
        "YEAR_AFTER": rf"\b(?i:{_any(w['clauses']['year_after'])})",
        "MONTH_AFTER": rf"(?P<lead>(?i:{_any(w['clauses']['month_after'])}))",
        "NOT_AFTER": "".join(rf"(?<!\b{re.escape(name)} )" for name in w["clauses"]["weekday_not_after"]),
        "NOT_BEFORE": rf"(?!{gap}(?:{_any(w['clauses']['weekday_not_before'])})\b)",
        "WHICH": r"(?P<which>(?i:last|this|next|past|previous|coming))",
        "OF_YEAR": rf"(?:{gap}of{gap}(?P<of_year>last|this|next){gap}year)?",
    }


TABLE: tuple[tuple[str, str, Callable[[re.Match[str], Telling | None, Ahead], Told | None]], ...] = (
    ("day", r"\b(?P<year>(?:19|20)\d\d)-(?P<number>0[1-9]|1[0-2])-(?P<day>[0-3]\d)\b", iso_date),
    (
        "day",
        r"(?<![\d/])(?P<number>1[0-2]|0?[1-9])/(?P<day>[12]\d|3[01]|0?[1-9])/(?P<year>(?:19|20)?\d\d)(?![\d/])",
        slashed_date,
    ),
    ("day", r"{ANYDAY},?{_}(?:the{_})?{MONTH}{_}{DAY}{RANGE}(?:,?{_}{YEAR})?", dated_weekday),
    ("day", r"{MONTH}{_}{DAY}{RANGE},?{_}{YEAR}", full_date),
    ("day", r"\b(?:the{_})?{DAY}(?:{_}of)?{_}{MONTH},?{_}{YEAR}", full_date),
    ("day", r"{HOLIDAY}(?:,?{_}{YEAR})?", holiday),
    ("day", r"{MONTH}{_}{DAY}{RANGE}", month_day),
    ("day", r"\bthe{_}{DAY}{_}of{_}{MONTH}", month_day),
    ("month", r"{MONTH}(?:,|{_}of)?{_}{YEAR}", month_year),
    ("season", r"{SEASON}(?:{_}of)?{_}{YEAR}(?P<which>)", season),
    ("month", r"\b(?:{MONTH_AFTER}[ -])?(?:{WHICH}{_})?(?=[JFMASOND]){MONTH}(?!{_}\d){OF_YEAR}", month_alone),
    (
        "weekday",
        r"\b(?:{WHICH}{_})?(?=[MTWFS]){NOT_AFTER}{WEEKDAY}(?:{_}(?:of{_})?(?P<of_week>last|this|next){_}week\b(?!['’]s))?{NOT_BEFORE}",
        weekday,
    ),
    (
        "day word",
        r"\b(?P<word>(?i:day before yesterday|yesterday|today|tonight|tomorrow"
        r"|last{_}night|last{_}evening|this{_}(?:morning|afternoon|evening)))\b",
        day_word,
    ),
    (
        "period",
        r"\b(?P<which>(?i:last|this|next|past|previous|coming|following)){_}(?P<unit>weekend|week|month|year)\b(?!['’]s{_}(?:end|budget))",
        period,
    ),
    ("period", r"\b(?i:over){_}(?P<which>the){_}(?P<unit>weekend)\b", period),
    ("season", r"\b(?P<which>(?i:last|this|next|in{_}the)){_}{SEASON}(?P<year>(?!))?", season),
    ("ago", r"{COUNT}{_}{UNIT}{_}(?:ago|back|earlier)\b", ago),
    ("hence", r"\b(?:in|within)(?:{_}the{_}next)?{_}{COUNT}{_}{UNIT}(?!{_}of\b)", hence),
    (
        "edge",
        r"\b(?P<edge>(?i:end|close|start|beginning)){_}of{_}the{_}(?:calendar{_})?(?P<unit>month|year)\b",
        edge_of_period,
    ),
    (
        "stretch",
        r"\b(?i:for|after|amid|during|following|over){_}(?:several{_}|many{_}|the{_}past{_})?(?P<unit>days|weeks|months)\b(?!{_}(?:later|ahead))",
        stretch,
    ),
    ("stretch", r"\b(?P<unit>(?i:days|weeks|months)){_}of{_}", stretch),
    ("year", r"{YEAR_AFTER}(?:{_}(?:the{_})?(?:fiscal{_})?(?:year{_})?|-){YEAR}", year_alone),
    ("attribute", r"\b(?:a|an|the|its|his|her|their|that){_}{YEAR}(?={_}[a-z])", year_alone),
)


@lru_cache(maxsize=1)
def rules() -> tuple[tuple[str, re.Pattern[str], Callable[..., Told | None]], ...]:
    """The table with its patterns compiled, in order of precedence: an earlier rule's text is closed to later ones."""
    pieces = _fragments()
    fill = re.compile(r"\{([A-Z_]+)\}")
    return tuple(
        (name, re.compile(fill.sub(lambda m: pieces[m[1]], pattern)), reckon) for name, pattern, reckon in TABLE
    )


def find(text: str, published: str | None, ahead: Callable[[int, int], bool]) -> list[Found]:
    """Every expression of time in `text`, in order. `ahead(start, end)` tells the tense of the clause around one."""
    telling, taken, found = Telling.of(published), bytearray(len(text)), []
    for name, pattern, reckon in rules():
        for m in pattern.finditer(text):
            if any(taken[m.start() : m.end()]):
                continue
            told = reckon(m, telling, lambda m=m: ahead(m.start(), m.end()))
            if told is None:
                continue
            taken[m.start() : m.end()] = b"\x01" * (m.end() - m.start())
            found.append(Found(m.start(), m.end(), told[0], told[1], name))
    return sorted(found, key=lambda f: f.start)
