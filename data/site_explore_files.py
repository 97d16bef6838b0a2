"""The result of a filter as files: CSV, JSON, GeoJSON, Atom and iCalendar, each up to a bound that the answer tells."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from data.site_calendar import calendar
from data.site_database import PublishedDatabase, facts
from data.site_events import event_url
from data.site_explore import events_at
from data.site_explore_answer import Answer, answer_to, page_of, place_in_order
from data.site_explore_choices import chips, vocabulary
from data.site_explore_columns import event_columns
from data.site_explore_query import PATH, Query
from data.site_feeds import atom_feed
from data.site_places import place_index
from data.site_words import printable

BOUNDS = {"csv": 50_000, "json": 2_000, "geojson": 2_000, "atom": 50, "ics": 1_000}  # events in one answer
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "geojson": "application/geo+json; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
}
COLUMNS = (
    *("id", "title", "type", "status", "date", "date_precision", "place_id", "state", "agreement_id", "agreement_type"),
    *("agreement_name", "counterparty", "direction", "stance", "form", "votes_for", "votes_against", "crowd_low"),
    *("crowd_high", "summary", "confidence", "review", "reports_count", "outlets_count", "first_seen", "last_seen"),
    *("latitude", "longitude"),
)
ROWS = (
    f"select {', '.join('e.' + c for c in COLUMNS)} from json_each(:rows) j join events e on e.rowid = j.value "
    "order by j.key"
)
CHUNK = 500
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would take as the beginning of a formula
ON_CALENDAR = "public_meeting"  # besides every event that is announced
SUBTITLE = "How US cities, counties and states deal with federal immigration enforcement"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class File:
    """One answer: the positions of its events, how many the filter has, and the address of what follows, if any."""

    format: str
    query: Query
    positions: list[int]
    total: int
    following: str | None

    @property
    def name(self) -> str:
        """The name under which a browser keeps it; a part says so."""
        part = f"-{len(self.positions)}-of-{self.total}" if len(self.positions) < self.total else ""
        return f"events{part}.{self.format}"


async def chosen_file(database: PublishedDatabase, query: Query, kind: str) -> File:
    """Which events the answer holds. A feed has the newest news; a calendar meetings and announced dates alone."""
    answer, columns = await answer_to(database, query), await event_columns(database)
    if kind == "atom":
        query = replace(query, sort="reported")
    if kind == "ics":
        answer = await _on_calendar(database, answer)
    page = await page_of(database, answer, query, BOUNDS[kind])
    following = None
    if page.after and page.positions:
        last = page.positions[-1]
        row = await database.row("select id from events where rowid = :r", {"r": int(columns.rowids[last])})
        place = place_in_order(columns, query.sort, last, (row or {"id": ""})["id"])
        following = replace(query.first(), after=place).url(f"{PATH}.{kind}")
    return File(kind, query, page.positions, answer.count, following)


async def _on_calendar(database: PublishedDatabase, answer: Answer) -> Answer:
    columns = await event_columns(database)
    dated = columns.coded["date_precision"].having(["day", "week"]) & (columns.days["date"] > 0)
    wanted = columns.coded["type"].having([ON_CALENDAR]) | columns.coded["status"].having(["announced"])
    mask = answer.mask & dated & wanted
    return replace(answer, mask=mask, count=int(mask.sum()))


async def csv_lines(database: PublishedDatabase, file: File) -> AsyncIterator[str]:
    """The file as CSV, some hundred rows at a time.

    A text that a spreadsheet would run as a formula has an apostrophe before it, as OWASP recommends.
    """
    yield _line([*COLUMNS, "place", "page"])
    places = await place_index(database)
    async for rows in _chunks(database, file.positions):
        lines = []
        for row in rows:
            place = places.get(row["place_id"])
            told = [*(row[c] for c in COLUMNS), place.label if place else "", event_url(row["id"])]
            lines.append(_line([_safe(value) for value in told]))
        yield "".join(lines)


def _line(values: Sequence[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(values)
    return text.getvalue()


def _safe(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    value = printable(value)
    return f"'{value}" if value.startswith(FORMULA) else value


async def _chunks(database: PublishedDatabase, positions: list[int]) -> AsyncIterator[list[Row]]:
    columns = await event_columns(database)
    for start in range(0, len(positions), CHUNK):
        rowids = [int(columns.rowids[at]) for at in positions[start : start + CHUNK]]
        yield await database.rows(ROWS, {"rows": json.dumps(rowids)})


async def as_json(database: PublishedDatabase, file: File, root: str) -> str:
    """The events as an object: `count` of the filter, `shown` here, `next` and `downloads` where that is not all."""
    events = [row | _addresses(row, root) async for rows in _chunks(database, file.positions) for row in rows]
    return json.dumps({**await _told(database, file, root), "events": events}, ensure_ascii=False)


async def as_geojson(database: PublishedDatabase, file: File, root: str) -> str:
    """The events as a FeatureCollection (RFC 7946); one whose place has no coordinates has no geometry."""
    features = []
    async for rows in _chunks(database, file.positions):
        for row in rows:
            point = [row.pop("longitude"), row.pop("latitude")]
            geometry = {"type": "Point", "coordinates": point} if None not in point else None
            properties = row | _addresses(row, root)
            features.append({"type": "Feature", "id": row["id"], "geometry": geometry, "properties": properties})
    told = {"type": "FeatureCollection", **await _told(database, file, root)}
    return json.dumps({**told, "features": features}, ensure_ascii=False)


def _addresses(row: Row, root: str) -> Row:
    return {"page": root + event_url(row["id"])}


async def _told(database: PublishedDatabase, file: File, root: str) -> Row:
    known = await facts(database)
    told: Row = {"count": file.total, "shown": len(file.positions), "bound": BOUNDS[file.format]}
    told |= {"built": known.get("built"), "page": root + file.query.first().url(), "next": None}
    if file.following:
        told |= {"next": root + file.following, "downloads": f"{root}/downloads"}
    return told | ({"sample": "invented samples"} if known["sample"] else {})


async def as_atom(database: PublishedDatabase, file: File, root: str, address: str) -> bytes:
    """The newest news of the filter as an Atom feed; `address` is the feed's own."""
    columns, known = await event_columns(database), await facts(database)
    return atom_feed(
        await events_at(database, columns, file.positions),
        title=await file_title(database, file.query),
        subtitle=SUBTITLE,
        root=root,
        page=root + replace(file.query, sort="date").first().url(),
        feed=address,
        updated=known.get("built"),
    )


async def as_calendar(database: PublishedDatabase, file: File, root: str) -> bytes:
    """The meetings and announced dates of the filter as a calendar."""
    columns, known = await event_columns(database), await facts(database)
    events = []
    for start in range(0, len(file.positions), CHUNK):
        events += await events_at(database, columns, file.positions[start : start + CHUNK])
    title, page = (
        await file_title(database, file.query, "meetings and announced dates"),
        root + file.query.first().url(),
    )
    return calendar(events, title=title, root=root, page=page, stamp=known.get("built"))


async def file_title(database: PublishedDatabase, query: Query, otherwise: str = "newest events") -> str:
    """What the feed or the calendar is called: the filters in use, or `otherwise` where there is none."""
    used = [chip["label"] for chip in chips(query, await vocabulary(database))]
    title = f"Sanctuary Tracker: {', '.join(used) if used else otherwise}"
    return f"[Invented samples] {title}" if (await facts(database))["sample"] else title
