"""The site's words for readers: statuses, dates, confidence and numbers said as a newspaper would."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
MONTHS = ["January", "February", "March", "April", "May", "June"]
MONTHS += ["July", "August", "September", "October", "November", "December"]
MONTHS += ["July", "August", "September", "October", "November", "December"]


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    """The vocabulary of `site_words.toml`."""
    return tomllib.loads(files("data").joinpath("site_words.toml").read_text(encoding="utf-8"))


def word(group: str, name: str | None) -> str:
    """The reader's word for `name`; a name the vocabulary lacks is shown plainly, underscores as spaces."""
    known = words()[group].get(name or "")
    if known is None:
        return (name or "").replace("_", " ").capitalize()
    return known[0] if isinstance(known, list) else known


def explained(group: str, name: str | None) -> str:
    """The sentence that says what a badge of `group` means, empty where there is none."""
    known = words()[group].get(name or "")
    return known[1] if isinstance(known, list) else ""


def confidence_words(probability: float | None) -> str:
    """A probability (0 to 1) in words."""
    if probability is None:
        return "Not measured"
    return next((b["words"] for b in words()["confidence"] if probability >= b["floor"]), "Doubtful")


def parse_day(value: str | None) -> date | None:
    """An ISO date, or None for anything else (the tables are built by machines, so nothing is assumed)."""
    try:
        return date.fromisoformat((value or "")[:10])
    except ValueError:
        return None


def date_words(value: str | None, precision: str | None = "day") -> str:
    """The date of an event with no more precision than its reports gave."""
    day = parse_day(value)
    if day is None:
        return "date not told"
    month = MONTHS[day.month - 1]
    exact = f"{month} {day.day}, {day.year}"
    if precision == "year":
        return str(day.year)
    if precision == "month":
        return f"{month} {day.year}"
    if precision == "week":
        return f"week of {exact}"
    return f"around {exact}" if precision == "unknown" else exact


def precision_words(precision: str | None) -> str:
    """How exactly the date is known, as a sentence."""
    return {
        "day": "The reports give the day.",
        "week": "The reports give the week, not the day.",
        "month": "The reports give the month, not the day.",
        "year": "The reports give the year alone.",
    }.get(precision or "", "The reports give no date; it is reckoned from when they appeared.")


def printable(text: str | None) -> str:
    """The text without control characters, which no article means to show."""
    return CONTROLS.sub(" ", text or "").strip()


def count_words(number: int | None, singular: str, plural: str = "") -> str:
    """`1 event`, `1,204 events`."""
    number = number or 0
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def crowd_words(low: int | None, high: int | None) -> str:
    """A crowd as told: one figure, or the bounds of a phrase such as "hundreds"."""
    if low is None and high is None:
        return ""
    if low is None or high is None:
        return f"{'up to' if low is None else 'at least'} {(high if low is None else low):,} people"
    return count_words(low, "person", "people") if low == high else f"{low:,} to {high:,} people"


def votes_words(votes_for: int | None, votes_against: int | None) -> str:
    """A vote as recorded, empty where no number was told."""
    if votes_for is None and votes_against is None:
        return ""
    return f"{'?' if votes_for is None else votes_for} for, {'?' if votes_against is None else votes_against} against"


@lru_cache(maxsize=1)
def state_codes() -> dict[str, str]:
    """Lower-case state names and postal codes, each to its postal code."""
    names = words()["state_names"]
    return {name.lower(): code for code, name in names.items()} | {code.lower(): code for code in names}
