"""iCalendar files of meetings and announced dates (RFC 5545), as calendar programs subscribe to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from data.site_words import parse_day

MOST_OCTETS = 75  # of a content line without its break (RFC 5545, section 3.1)
PRODUCT = "-//Sanctuary Tracker//Events//EN"
UID_HOST = "sanctuary-tracker"  # not the site's address: a calendar must know an event again on another host
NOT_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
LENGTHS = {"day": 1, "week": 7}  # days that an event of this precision is shown on; coarser ones have no place here
STATUSES = {"denied": "CANCELLED", "announced": "CONFIRMED", "occurred": "CONFIRMED", "ongoing": "CONFIRMED"}
# A calendar has at least one component (section 3.6): one without events tells its time zone.
NO_EVENTS = ("BEGIN:VTIMEZONE", "TZID:UTC", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0000")
NO_EVENTS += ("TZOFFSETTO:+0000", "END:STANDARD", "END:VTIMEZONE")
Row = dict[str, Any]


def calendar(events: Iterable[Row], *, title: str, root: str, page: str, stamp: str | None = None) -> bytes:
    """A calendar of the events whose day or week is known, each an all-day entry.

    `events` are those of `data.site_events.event_cards`; `root` is the site's absolute address without a slash,
    `page` that of the page with the same events, `stamp` the ISO moment told for events that have no date of report.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN"]
    lines += [f"NAME:{escaped(title)}", f"X-WR-CALNAME:{escaped(title)}", f"URL:{_address(page)}"]
    lines += ["REFRESH-INTERVAL;VALUE=DURATION:P1D"]
    entries = [line for event in events for line in _entry(event, root, stamp)]
    whole = [*lines, *(entries or NO_EVENTS), "END:VCALENDAR"]
    return "".join(map(folded, whole)).encode("utf-8")


def _entry(event: Row, root: str, stamp: str | None) -> Iterator[str]:
    day, length = parse_day(event["date"]), LENGTHS.get(event["date_precision"] or "")
    if day is None or length is None:
        return
    address, place = root + event["url"], event["place"]
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(event['id'])}@{UID_HOST}"
    yield f"DTSTAMP:{_moment(event['last_seen'] or event['first_seen'] or stamp)}"
    yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{_after(day, length):%Y%m%d}"
    yield f"SUMMARY:{escaped(event['title'])}"
    told = [f"{event['type_label']} ({event['status_words'].lower()}).", event["summary"] or "", address]
    yield f"DESCRIPTION:{escaped(chr(10).join(part for part in told if part))}"
    yield f"URL:{_address(address)}"
    yield f"CATEGORIES:{escaped(event['type_label'])}"
    if place:
        yield f"LOCATION:{escaped(place.label)}"
        if place.latitude is not None and place.longitude is not None:
            yield f"GEO:{place.latitude:.6f};{place.longitude:.6f}"
    yield f"STATUS:{STATUSES.get(event['status'], 'TENTATIVE')}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _after(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return day


def escaped(text: str | None) -> str:
    """A TEXT value (RFC 5545, section 3.3.11): backslash, semicolon, comma and break escaped, controls left out."""
    plain = (text or "").encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    plain = NOT_TEXT.sub("", plain)
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> str:
    """The line with its break, folded before every octet past MOST_OCTETS; no character is cut in two."""
    pieces, size = [""], 0
    for character in line:
        octets = len(character.encode("utf-8"))
        if size + octets > MOST_OCTETS:
            pieces.append("")
            size = 1  # the space that begins a continued line
        pieces[-1] += character
        size += octets
    return "\r\n ".join(pieces) + "\r\n"


def _address(url: str) -> str:
    """A URI value: nothing in it may break a line."""
    return re.sub(r"[\x00-\x20\x7f]", "", url)


def _moment(day: str | None) -> str:
    found = parse_day(day)
    return f"{found:%Y%m%d}T000000Z" if found else "19700101T000000Z"
