"""Dates of Spanish stories: days, weekdays, months and the commonest words of time."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache

from spacy.language import Language
from spacy.tokens import Doc

from nlp.date_rules import Telling, Told, add_days, add_months, closest_yearly, monday, words
from nlp.dates import DateMention

_AHEAD = re.compile(
    r"(?i)\b(?:\w+(?:rá|rán)|va a|van a|programad[oa]s? para|previst[oa]s? para|próxim[oa])\b[^.!?\n]*$"
)
LOOK_BACK = 80  # characters before a date that tell its tense


class SpanishDates:
    """spaCy component: sets `doc._.dates` of a Spanish story."""

    def __call__(self, doc: Doc) -> Doc:
        telling = Telling.of(doc._.article.published if doc._.article else None)
        doc._.dates = find(doc.text, telling)
        return doc


def find(text: str, telling: Telling | None) -> list[DateMention]:
    """The expressions of time of a Spanish text, in order."""
    taken, found = bytearray(len(text)), []
    for pattern, reckon in _rules():
        for match in pattern.finditer(text):
            if any(taken[match.start() : match.end()]):
                continue
            before = text[max(0, match.start() - LOOK_BACK) : match.start()]
            told = reckon(match, telling, bool(_AHEAD.search(before)))
            if told is None:
                continue
            taken[match.start() : match.end()] = b"\x01" * (match.end() - match.start())
            future = telling is not None and told[0] > telling.today
            found.append(DateMention(match.start(), match.end(), told[0].isoformat(), told[1], future))
    return sorted(found, key=lambda m: m.start)


def _full(m: re.Match[str], telling: Telling | None, ahead: bool) -> Told | None:
    try:
        return date(int(m["year"]), _month(m), int(m["day"])), "day"
    except ValueError:
        return None


def _day_of_month(m: re.Match[str], telling: Telling | None, ahead: bool) -> Told | None:
    return telling and closest_yearly(telling.today, _month(m), int(m["day"]), lambda: ahead)


def _month_year(m: re.Match[str], telling: Telling | None, ahead: bool) -> Told | None:
    return date(int(m["year"]), _month(m), 1), "month"


def _month_alone(m: re.Match[str], telling: Telling | None, ahead: bool) -> Told | None:
    if telling is None:
        return None
    back = (telling.today.month - _month(m)) % 12
    return add_months(telling.today, (-back) % 12 if ahead else -back), "month"


def _weekday(m: re.Match[str], telling: Telling | None, ahead: bool) -> Told | None:
    if telling is None:
        return None
    number = words()["spanish"]["weekdays"][m["weekday"].lower()]
    back = (telling.today.weekday() - number) % 7
    if m["last"]:
        return telling.told(add_days(telling.today, -(back or 7)))
    return telling.told(add_days(telling.today, (-back) % 7 if ahead or m["next"] else -back))


def _near_day(m: re.Match[str], telling: Telling | None, ahead: bool) -> Told | None:
    return telling and telling.told(add_days(telling.today, words()["spanish"]["days"][m["word"].lower()]))


def _period(m: re.Match[str], telling: Telling | None, ahead: bool) -> Told | None:
    if telling is None:
        return None
    told, unit = m[0].lower(), m["unit"].lower()
    shift = -1 if "pasad" in told else 1 if "próxim" in told or "que viene" in told else 0
    if unit == "año":
        return date(max(1, min(telling.today.year + shift, 9999)), 1, 1), "year"
    if unit == "mes" or not telling.exact:
        return add_months(telling.today, shift if unit == "mes" else 0), "month"
    return add_days(monday(telling.today), 7 * shift), "week"


def _year(m: re.Match[str], telling: Telling | None, ahead: bool) -> Told | None:
    return date(int(m["year"]), 1, 1), "year"


def _month(m: re.Match[str]) -> int:
    return words()["spanish"]["months"][m["month"].lower()]


Reckoning = Callable[[re.Match[str], Telling | None, bool], Told | None]


@lru_cache(maxsize=1)
def _rules() -> tuple[tuple[re.Pattern[str], Reckoning], ...]:
    spanish = words()["spanish"]
    month = rf"(?P<month>{'|'.join(spanish['months'])})\b"
    day, year = r"\b(?P<day>[12]\d|3[01]|0?[1-9])(?:º|ro)?", r"(?P<year>(?:19[4-9]|20[0-4])\d)\b"
    weekday = rf"(?P<weekday>{'|'.join(spanish['weekdays'])})\b"
    table: tuple[tuple[str, Reckoning], ...] = (
        (rf"{day} de {month},? (?:de|del) {year}", _full),
        (rf"{day} de {month}", _day_of_month),
        (rf"\b{month},? (?:de|del) {year}", _month_year),
        (rf"\b(?:el|este) (?:(?P<last>pasado) |(?P<next>próximo) )?{weekday}(?: pasado)?", _weekday),
        (rf"\b(?P<word>{'|'.join(spanish['days'])})\b(?! (?:siguiente|por))", _near_day),
        (
            r"\b(?:la|el|est[ea]) (?:pasad[oa] |próxim[oa] )?(?P<unit>semana|mes|año)(?: pasad[oa]| que viene)?\b",
            _period,
        ),
        (rf"\b(?:en|desde|hasta|a principios de|a finales de) {month}", _month_alone),
        (rf"\b(?:en|desde|de|hasta) {year}", _year),
    )
    return tuple((re.compile(pattern, re.IGNORECASE), reckon) for pattern, reckon in table)


@Language.factory("tracker_spanish_dates")
def make_spanish_dates(nlp: Language, name: str) -> SpanishDates:
    """The component as spaCy's configuration builds it."""
    return SpanishDates()
