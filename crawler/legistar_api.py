"""The Legistar Web API: its addresses, and its answers as records.

Addresses and fields after the API's own help (https://webapi.legistar.com/Help) and examples
(https://webapi.legistar.com/Home/Examples): OData version 3 queries, at most 1,000 rows an answer, dates as
`2026-11-20T00:00:00` in the client's own time, `...LastModifiedUtc` in UTC.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from data.errors import TrackerError

BASE = "https://webapi.legistar.com/v1"
PAGE = 500  # rows asked for at a time: half of what the API gives at most, so that an answer stays within its bound
MAX_ROWS = 1_000
MAX_FIELD = 4_000  # characters of a field; only a matter's text is longer
MAX_TEXT = 200_000
_CLIENT = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")


class LegistarError(TrackerError):
    """An answer is not what the API promises; the message names its address, row and field."""


@dataclass(frozen=True, slots=True)
class Matter:
    """One piece of legislation. Dates are ISO dates, `modified` the API's own timestamp in UTC.

    `restricted` says that the client does not show it on its public site.
    """

    id: int
    modified: str
    file: str = ""
    title: str = ""
    name: str = ""
    type: str = ""
    status: str = ""
    body: str = ""
    version: str = ""
    restricted: bool = False
    introduced: str | None = None
    passed: str | None = None
    enacted: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One meeting of a body; `time` as told ("6:30 PM"), `url` its public page, `published` the agenda's last issue."""

    id: int
    date: str
    modified: str
    body: str = ""
    time: str = ""
    location: str = ""
    status: str = ""
    comment: str = ""
    published: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a meeting's agenda; `matter` is 0 where it stands for no matter."""

    id: int
    title: str = ""
    name: str = ""
    note: str = ""
    matter: int = 0


@dataclass(frozen=True, slots=True)
class Sponsor:
    """Who brought a matter in; `person` is 0 where it is a body."""

    name: str
    sequence: int = 0
    version: str = ""
    person: int = 0


@dataclass(frozen=True, slots=True)
class Action:
    """What a body did with a matter. `passed` is 1, 0, or -1 where no vote is told; `id` is the votes' agenda item."""

    id: int
    date: str | None = None
    name: str = ""
    body: str = ""
    tally: str = ""
    passed: int = -1


@dataclass(frozen=True, slots=True)
class Vote:
    """How one member voted: `value` in the client's word (Aye, Yes, Nay, Absent ...), empty where none is told."""

    person: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a matter's text: the key by which to ask for it, and its number or letter."""

    key: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """The words of one version of a matter."""

    plain: str = ""


Row = TypeVar("Row", Matter, Event, Item, Sponsor, Action, Vote, Version, Text)


@dataclass(frozen=True, slots=True)
class Api:
    """The addresses of one client's part of the API. `token` is the key that some clients ask for."""

    client: str
    base: str = BASE
    token: str = ""

    def __post_init__(self) -> None:
        if not _CLIENT.fullmatch(self.client):
            raise LegistarError(f"{self.client!r} is not the name of a Legistar client")

    def matters(self, since: str | None, skip: int) -> str:
        """Matters changed at `since` (ISO timestamp, whole seconds, UTC) or later, the longest unchanged first."""
        wanted = f"MatterLastModifiedUtc ge datetime'{since}'" if since else None
        return self._query("matters", wanted, "MatterLastModifiedUtc,MatterId", skip)

    def events(self, first: date, end: date, skip: int) -> str:
        """Meetings from `first` to the day before `end`."""
        wanted = f"EventDate ge datetime'{first.isoformat()}' and EventDate lt datetime'{end.isoformat()}'"
        return self._query("events", wanted, "EventDate,EventId", skip)

    def items(self, event: int) -> str:
        """The agenda of a meeting, notes included."""
        return self._url(f"events/{event}/eventitems", {"AgendaNote": "1"})

    def matter(self, matter: int, part: str = "") -> str:
        """A matter, or its `versions`, `texts/KEY`, `sponsors` or `histories`."""
        return self._url(f"matters/{matter}/{quote(part)}".rstrip("/"))

    def votes(self, item: int) -> str:
        """The roll call on an agenda item."""
        return self._url(f"eventitems/{item}/votes")

    def listing(self, kind: str) -> str:
        """The bare address of `matters` or `events`, under which their state is remembered."""
        return f"{self.base}/{self.client}/{kind}"

    def public(self, url: str) -> str:
        """`url` without the token, for logs and archives."""
        return re.sub(r"[?&]token=[^&]*$", "", url) if self.token else url

    def _query(self, path: str, wanted: str | None, order: str, skip: int) -> str:
        told = {"$filter": wanted} if wanted else {}
        return self._url(path, told | {"$orderby": order, "$top": str(PAGE), "$skip": str(skip)})

    def _url(self, path: str, query: Mapping[str, str] = MappingProxyType({})) -> str:
        told = dict(query) | ({"token": self.token} if self.token else {})
        url = self.listing(path)
        return f"{url}?{urlencode(told, safe='$,', quote_via=quote)}" if told else url


def read_rows(kind: type[Row], body: bytes, url: str) -> list[Row]:
    """The records of an answer that must be a list. Raises LegistarError for anything else."""
    found = _load(body, url)
    if not isinstance(found, list):
        raise LegistarError(f"{url}: a list was expected, not {_named(found)}")
    if len(found) > MAX_ROWS:
        raise LegistarError(f"{url}: {len(found)} rows, more than the API's limit of {MAX_ROWS}")
    return [_record(kind, row, f"{url}: row {number}") for number, row in enumerate(found, 1)]


def read_one(kind: type[Row], body: bytes, url: str) -> Row:
    """The record of an answer that must be a single object. Raises LegistarError for anything else."""
    return _record(kind, _load(body, url), url)


def _load(body: bytes, url: str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise LegistarError(f"{url}: not JSON: {str(error)[:100]}") from error


def _record(kind: type[Row], row: Any, where: str) -> Row:
    if not isinstance(row, dict):
        raise LegistarError(f"{where}: an object was expected, not {_named(row)}")
    told: dict[str, Any] = {}
    for attribute, (key, read) in _FIELDS[kind].items():
        try:
            told[attribute] = read(row.get(key))
        except ValueError as error:
            raise LegistarError(f"{where}: {key}: {error}") from error
    return kind(**told)


def _named(found: Any) -> str:
    return {dict: "an object", list: "a list", str: "a string", type(None): "null"}.get(type(found), "a number")


# How a field is read. What a record cannot do without raises ValueError; of the rest an odd value counts as none.


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**53:
        raise ValueError(f"a positive number was expected, not {str(value)[:40]!r}")
    return value


def _count(value: Any) -> int:
    return value if isinstance(value, int) and 0 <= value < 2**53 else 0


def _flag(value: Any) -> int:
    return int(value) if isinstance(value, int) and value in (0, 1) else -1


def _words(value: Any) -> str:
    return " ".join(str(value)[:MAX_FIELD].split()) if isinstance(value, str | int | float) else ""


def _needed(value: Any) -> str:
    if not (told := _words(value)):
        raise ValueError("missing")
    return told


def _moment(value: Any) -> str:
    try:
        moment = datetime.fromisoformat(_needed(value).removesuffix("Z"))
    except ValueError as error:
        raise ValueError(f"a timestamp was expected, not {str(value)[:40]!r}") from error
    return (moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment).isoformat()


def _maybe_day(value: Any) -> str | None:
    try:
        return _moment(value)[:10]
    except ValueError:
        return None


def _day(value: Any) -> str:
    return _moment(value)[:10]


def _long(value: Any) -> str:
    return value[:MAX_TEXT] if isinstance(value, str) else ""


_FIELDS: Mapping[type, Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    Matter: {
        "id": ("MatterId", _number),
        "modified": ("MatterLastModifiedUtc", _moment),
        "file": ("MatterFile", _words),
        "title": ("MatterTitle", _words),
        "name": ("MatterName", _words),
        "type": ("MatterTypeName", _words),
        "status": ("MatterStatusName", _words),
        "body": ("MatterBodyName", _words),
        "version": ("MatterVersion", _words),
        "restricted": ("MatterRestrictViewViaWeb", bool),
        "introduced": ("MatterIntroDate", _maybe_day),
        "passed": ("MatterPassedDate", _maybe_day),
        "enacted": ("MatterEnactmentDate", _maybe_day),
    },
    Event: {
        "id": ("EventId", _number),
        "date": ("EventDate", _day),
        "modified": ("EventLastModifiedUtc", _moment),
        "body": ("EventBodyName", _words),
        "time": ("EventTime", _words),
        "location": ("EventLocation", _words),
        "status": ("EventAgendaStatusName", _words),
        "comment": ("EventComment", _words),
        "published": ("EventAgendaLastPublishedUTC", _words),
        "url": ("EventInSiteURL", _words),
    },
    Item: {
        "id": ("EventItemId", _number),
        "title": ("EventItemTitle", _words),
        "name": ("EventItemMatterName", _words),
        "note": ("EventItemAgendaNote", _words),
        "matter": ("EventItemMatterId", _count),
    },
    Sponsor: {
        "name": ("MatterSponsorName", _words),
        "sequence": ("MatterSponsorSequence", _count),
        "version": ("MatterSponsorMatterVersion", _words),
        "person": ("MatterSponsorNameId", _count),
    },
    Action: {
        "id": ("MatterHistoryId", _number),
        "date": ("MatterHistoryActionDate", _maybe_day),
        "name": ("MatterHistoryActionName", _words),
        "body": ("MatterHistoryActionBodyName", _words),
        "tally": ("MatterHistoryTally", _words),
        "passed": ("MatterHistoryPassedFlag", _flag),
    },
    Vote: {"person": ("VotePersonName", _words), "value": ("VoteValueName", _words)},
    Version: {"key": ("Key", _needed), "value": ("Value", _words)},
    Text: {"plain": ("MatterTextPlain", _long)},
}
