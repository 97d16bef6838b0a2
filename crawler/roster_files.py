"""The names of the federal lists of 287(g) agencies: which list, of which day.

The page links the newest file only, and only its name tells the day: `participatingAgencies05182026am.xlsx`. The form
has varied, so any of the usual orders and separators is read.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from lxml.html import HtmlElement

MAX_FILES = 40  # lists taken from one page
LONGEST_URL = 1_000  # characters
_FIRST, _LAST = date(2006, 1, 1), date(2099, 12, 31)
_DATED = re.compile(
    r"(?<!\d)(?:(?P<y1>\d{4})[-_. ](?P<m1>\d{1,2})[-_. ](?P<d1>\d{1,2})"
    r"|(?P<m2>\d{1,2})[-_. ](?P<d2>\d{1,2})[-_. ](?P<y2>\d{4}|\d{2})"
    r"|(?P<m3>\d\d)(?P<d3>\d\d)(?P<y3>\d{4})|(?P<y4>20\d\d)(?P<m4>\d\d)(?P<d4>\d\d)|(?P<m5>\d\d)(?P<d5>\d\d)(?P<y5>\d\d))"
    r"(?!\d)[-_. ]*(?P<edition>am|pm)?",
    re.IGNORECASE,
)
_EIGHT = re.compile(r"(?<!\d)(20\d\d)(\d\d)(\d\d)(?!\d)[-_. ]*(am|pm)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class RosterName:
    """`dated` is an ISO date, `edition` "am", "pm" or empty, `status` participating or pending; sorts by age."""

    dated: str
    edition: str
    status: str


def read_roster_name(name: str) -> RosterName | None:
    """What a file's name or address tells of it, None where it is no list or tells no day.

    Eight digits are month, day, year where that makes a date, else year, month, day.
    """
    plain = unquote(urlsplit(name).path).rsplit("/", 1)[-1]
    stem, _, ending = plain.rpartition(".")
    status = _status(stem)
    if ending.lower() != "xlsx" or status is None:
        return None
    for found in (*_DATED.finditer(stem), *_EIGHT.finditer(stem)):
        day = _day(found)
        if day:
            return RosterName(day.isoformat(), (found[found.re.groups] or "").lower(), status)
    return None


def roster_links(tree: HtmlElement, base: str) -> Iterator[tuple[str, RosterName]]:
    """The lists that a page links, each address once without fragment, in the page's order."""
    seen: set[str] = set()
    for href in tree.xpath("//a/@href"):
        try:
            url = urldefrag(urljoin(base, href.strip())).url
            name = read_roster_name(url) if urlsplit(url).scheme in ("http", "https") else None
        except ValueError:  # an address that is none
            continue
        if name is None or url in seen or len(url) > LONGEST_URL:
            continue
        seen.add(url)
        yield url, name
        if len(seen) >= MAX_FILES:
            return


def _status(stem: str) -> str | None:
    """The list that the name speaks of first."""
    words = _words()
    at = {status: min((i for w in told if (i := stem.lower().find(w)) >= 0), default=-1) for status, told in words}
    found = [status for status, i in at.items() if i >= 0]
    return min(found, key=at.__getitem__, default=None)


def _day(found: re.Match[str]) -> date | None:
    if found.re is _EIGHT:
        year, month, day = found[1], found[2], found[3]
    else:
        n = next(n for n in "12345" if found[f"y{n}"])
        year, month, day = found[f"y{n}"], found[f"m{n}"], found[f"d{n}"]
    try:
        told = date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None
    return told if _FIRST <= told <= _LAST else None


@lru_cache(maxsize=1)
def _words() -> tuple[tuple[str, tuple[str, ...]], ...]:
    table = tomllib.loads(files("crawler").joinpath("roster.toml").read_text(encoding="utf-8"))
    return tuple((status, tuple(words)) for status, words in table["names"].items())
