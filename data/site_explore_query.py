"""What a reader asks the explore page for: the parameters of its address, read strictly and written again.

Every parameter is checked: one that is not known, or a value that can match nothing, raises BadParameter with its
name, so that a slip in an address is told and never quietly answered with something else.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlencode

from data.site_places import PlaceIndex, SitePlace
from data.site_words import printable, state_codes, words

PATH = "/explore"
CHOSEN = ("state", "place", "type", "family", "status", "agreement", "direction", "stance", "review", "outlet")
SORTS = {"date": "Newest event", "reported": "Newest report", "confidence": "Surest reading"}
VIEWS = {"list": "List", "table": "Table", "map": "Map", "timeline": "Timeline"}
FORMATS = ("csv", "json", "geojson", "atom", "ics")
SINGLE = ("q", "from", "to", "year", "confidence", "sort", "view", "after", "before")
LONGEST = 300  # characters of a value; what is longer is no name of anything
MOST_VALUES = 60  # of one parameter: every state and some
WORD = re.compile(r"\w+")
DAY = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", re.ASCII)


class BadParameter(ValueError):  # noqa: N818 - named as readers are told of it
    """A parameter of the address that cannot be answered; `name` is its name, the message says what is wrong."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


@dataclass(frozen=True, slots=True)
class Query:
    """A filter, and how its result is to be shown. `chosen` holds the values of each parameter of CHOSEN in use."""

    text: str = ""
    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    start: str = ""
    end: str = ""
    confidence: float = 0.0
    sort: str = "date"
    view: str = "list"
    after: str = ""
    before: str = ""

    @property
    def filters(self) -> tuple[str, ...]:
        """The names of the filters in use, as their parameters are called (the date range as `dates`)."""
        names = (["q"] if self.text else []) + list(self.chosen)
        names += ["dates"] if self.start or self.end else []
        return tuple(names + (["confidence"] if self.confidence else []))

    @property
    def key(self) -> tuple[Any, ...]:
        """What the filter is, without the way it is shown: equal keys have equal results."""
        return self.text, tuple(self.chosen.items()), self.start, self.end, self.confidence

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of this query, in the order of the form; what is as by default is left out."""
        told = [("q", self.text)]
        told += [(name, value) for name in CHOSEN for value in self.chosen.get(name, ())]
        told += [("from", self.start), ("to", self.end)]
        told += [("confidence", f"{self.confidence:g}" if self.confidence else "")]
        told += [("sort", "" if self.sort == "date" else self.sort), ("view", "" if self.view == "list" else self.view)]
        return [pair for pair in [*told, ("after", self.after), ("before", self.before)] if pair[1]]

    def url(self, path: str = PATH) -> str:
        """The address of this query. A file to download has no view."""
        pairs = [p for p in self.pairs() if path == PATH or p[0] != "view"]
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def first(self) -> Query:
        """The query at its first page."""
        return replace(self, after="", before="")

    def shown(self, **changed: str) -> Query:
        """The query with another `view` or `sort`, at its first page."""
        return replace(self.first(), **changed)

    def without(self, name: str, value: str | None = None) -> Query:
        """The query with one filter taken off, or one value of it; `name` is one of `filters`."""
        if name == "q":
            return replace(self.first(), text="")
        if name == "dates":
            return replace(self.first(), start="", end="")
        if name == "confidence":
            return replace(self.first(), confidence=0.0)
        kept = tuple(v for v in self.chosen.get(name, ()) if value is not None and v != value)
        others = {k: v for k, v in self.chosen.items() if k != name}
        return replace(self.first(), chosen=_ordered(others | ({name: kept} if kept else {})))

    def adding(self, name: str, value: str) -> Query:
        """The query with one value more of a parameter of CHOSEN."""
        values = (*(v for v in self.chosen.get(name, ()) if v != value), value)
        return replace(self.first(), chosen=_ordered(self.chosen | {name: values}))

    def between(self, start: str, end: str) -> Query:
        """The query with another range of dates."""
        return replace(self.first(), start=start, end=end)


@dataclass(frozen=True, slots=True)
class Known:
    """What the values of the parameters may be: for each parameter of a fixed choice its names, and the places."""

    names: Mapping[str, Mapping[str, str]]  # parameter -> value in lower case -> value as stored
    places: PlaceIndex


def read_query(arguments: Iterable[tuple[str, str]], known: Known) -> Query:
    """The query that an address asks for. Empty values are left out, as a form sends them.

    Raises BadParameter for a name that is not a parameter and for a value that cannot be.
    """
    given: dict[str, list[str]] = {}
    for name, value in arguments:
        if name not in CHOSEN and name not in SINGLE:
            raise BadParameter(name[:60], f"There is no such filter here. There are: {', '.join((*SINGLE, *CHOSEN))}.")
        if value.strip():
            given.setdefault(name, []).append(_clean(name, value))
    for name in SINGLE:
        if len(given.get(name, ())) > 1:
            raise BadParameter(name, "It is given more than once; it takes one value.")
    one = {name: given[name][0] for name in SINGLE if name in given}
    chosen = {name: _values(name, given[name], known) for name in CHOSEN if name in given}
    start, end = _range(one)
    if "after" in one and "before" in one:
        raise BadParameter("before", "It cannot stand beside “after”: a page begins or ends, not both.")
    return Query(
        one.get("q", ""),
        chosen,
        start,
        end,
        _confidence(one.get("confidence")),
        _one_of("sort", one.get("sort", "date"), SORTS),
        _one_of("view", one.get("view", "list"), VIEWS),
        _place_in_order("after", one.get("after", "")),
        _place_in_order("before", one.get("before", "")),
    )


def _ordered(chosen: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {name: chosen[name] for name in CHOSEN if name in chosen}


def _clean(name: str, value: str) -> str:
    if len(value) > LONGEST:
        if name != "q":
            raise BadParameter(name, f"Its value is longer than {LONGEST} characters.")
        value = value[:LONGEST]
    return " ".join(printable(value.encode("utf-8", "replace").decode("utf-8")).split())


def _values(name: str, given: list[str], known: Known) -> tuple[str, ...]:
    if len(given) > MOST_VALUES:
        raise BadParameter(name, f"It is given {len(given)} times; {MOST_VALUES} is the most.")
    found = [_place(value, known.places) if name == "place" else _named(name, value, known) for value in given]
    return tuple(dict.fromkeys(found))


def _named(name: str, value: str, known: Known) -> str:
    names = known.names[name]
    plain = state_codes().get(value.lower(), value).lower() if name == "state" else value.lower()
    stored = names.get(plain)
    if stored is not None:
        return stored
    near = get_close_matches(value.lower(), list(names)[:5000], n=3, cutoff=0.5)
    meant = [names[n] for n in near]
    if not meant and len(names) <= 12:
        meant = list(dict.fromkeys(names.values()))
    hint = f" Did you mean {_either(meant)}?" if meant else ""
    raise BadParameter(name, f"“{value[:80]}” is none of its values.{hint}")


def _place(value: str, places: PlaceIndex) -> str:
    """A place by its id, its address on the site or its name (`Oakland, CA`). Raises BadParameter for none or many."""
    path = value.lower().removeprefix("/").removeprefix("places/").removeprefix("place/")
    found = places.get(value) or places.by_url.get(f"/place/{path}") or places.by_url.get(f"/places/{path}")
    if found:
        return found.id
    meant = named_places(value, places)
    if len(meant) == 1:
        return meant[0].id
    labels = {p.label.lower(): p.label for p in places.by_id.values()}
    alike = [] if meant else get_close_matches(value.lower(), labels, n=3, cutoff=0.6)
    near = [p.label for p in meant[:4]] or [labels[label] for label in alike]
    hint = f" Did you mean {_either(near)}?" if near else ""
    told = "stands for more than one place" if meant else "is no place that is on record here"
    raise BadParameter("place", f"“{value[:80]}” {told}.{hint}")


def named_places(value: str, places: PlaceIndex) -> list[SitePlace]:
    """The places of exactly this name, with or without their state's (`Oakland`, `oakland, CA`, `Cook County`)."""
    plain = _plain(value)
    found = []
    for place in places.by_id.values():
        name = _plain(place.name)
        if plain.startswith(name) and plain in {name, _plain(f"{name} {place.state}"), _plain(place.label)}:
            found.append(place)
    return sorted(found, key=lambda p: (-p.events_count, p.id))


def _plain(text: str) -> str:
    return " ".join(WORD.findall(text.lower()))


def _range(one: Mapping[str, str]) -> tuple[str, str]:
    if "year" in one and ("from" in one or "to" in one):
        raise BadParameter("year", "It cannot stand beside “from” and “to”.")
    if "year" in one and not re.fullmatch(r"\d{4}", one["year"], re.ASCII):
        raise BadParameter("year", "A year has four digits.")
    start = whole_day("from", one.get("from", one.get("year", "")), last=False)
    end = whole_day("to", one.get("to", one.get("year", "")), last=True)
    if start and end and start > end:
        raise BadParameter("from", f"It is later than “to” ({end}).")
    return start, end


def whole_day(name: str, value: str, *, last: bool) -> str:
    """The day an end of the range stands for: the first or last of a month or year where only that is told."""
    if not value:
        return ""
    found = DAY.fullmatch(value)
    try:
        year, month, day = (int(part) if part else 0 for part in found.groups()) if found else (0, 0, 0)
        month = month or (12 if last else 1)
        return date(year, month, day or (monthrange(year, month)[1] if last else 1)).isoformat()
    except (ValueError, IndexError) as error:
        raise BadParameter(name, f"“{value[:40]}” is no date; write 2025-03-31, 2025-03 or 2025.") from error


def _confidence(value: str | None) -> float:
    if value is None:
        return 0.0
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise BadParameter("confidence", f"“{value[:40]}” is no number from 0 to 1.")
    return round(number, 4)


def _one_of(name: str, value: str, choices: Mapping[str, str]) -> str:
    if value not in choices:
        raise BadParameter(name, f"“{value[:40]}” is none of {_either(list(choices))}.")
    return value


def _place_in_order(name: str, value: str) -> str:
    """A page's beginning: the value that the result is sorted by, `_`, and the id of an event."""
    if value and not re.fullmatch(r"[0-9.-]{1,20}_\S{1,200}", value):
        raise BadParameter(name, "It is no page's beginning; it comes from the link to the next page.")
    return value


def _either(values: list[str]) -> str:
    quoted = [f"“{v[:60]}”" for v in values]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def fixed_names() -> dict[str, dict[str, str]]:
    """The values of those parameters that the site's words name."""
    groups = {"family": "families", "status": "statuses", "direction": "directions", "stance": "stances"}
    groups |= {"review": "reviews", "state": "state_names"}
    return {name: {value.lower(): value for value in words()[group]} for name, group in groups.items()}
