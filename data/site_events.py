"""The site's queries over events: lists of cards, and everything that is known of one."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from data.site_database import PublishedDatabase, facts
from data.site_event_record import event_history, related_events
from data.site_links import agreement_url, host_words, official_url, outlet_url, source_link
from data.site_places import PlaceIndex, place_index
from data.site_words import confidence_words, date_words, explained, printable, word

CARD = """
    e.id, e.title, e.type, t.label as type_label, t.family, e.status, e.date, e.date_precision, e.place_id, e.state,
    e.agreement_id, e.agreement_type, e.agreement_name, e.direction, e.stance, e.form, e.votes_for, e.votes_against,
    e.crowd_low, e.crowd_high, e.summary, e.confidence, e.reports_count, e.outlets_count, e.first_seen, e.last_seen,
    e.review
"""
FROM = "from events e left join event_types t on t.name = e.type"
NEWEST = "order by e.date desc, e.id"
TOLD = (
    "select event_id, url, headline, outlet, published, evidence, confidence from reports where event_id in ({marks})"
)
Row = dict[str, Any]


def event_url(event_id: str) -> str:
    """The address of an event's page."""
    return f"/event/{quote(event_id, safe=':')}"


async def event_cards(
    database: PublishedDatabase, where: str, params: Row, *, order: str = NEWEST, limit: int = 20, offset: int = 0
) -> list[Row]:
    """Events as the site's cards show them. `where` is SQL over `e` (events) and `t` (event_types), or empty."""
    clause = f"where {where}" if where else ""
    rows = await database.rows(
        f"select {CARD} {FROM} {clause} {order} limit :_limit offset :_offset",
        {**params, "_limit": limit, "_offset": offset},
    )
    return await dressed(database, rows)


async def dressed(database: PublishedDatabase, rows: list[Row]) -> list[Row]:
    """Add to each event its place, its words for readers and the source of its evidence sentence."""
    places, told = await place_index(database), await facts(database)
    sources = await _best_reports(database, rows)
    for row in rows:
        row["url"] = event_url(row["id"])
        row["place"] = places.get(row["place_id"])
        row["title"] = printable(row["title"]) or row["type_label"] or row["type"]
        row["summary"] = printable(row["summary"])
        row["type_label"] = row["type_label"] or word("families", row["type"])
        row["date_words"] = date_words(row["date"], row["date_precision"])
        row["status_words"] = word("statuses", row["status"])
        row["status_meaning"] = explained("statuses", row["status"])
        row["confidence_words"] = confidence_words(row["confidence"])
        row["source"] = sources.get(row["id"])
        if row["source"]:
            row["source"]["link"] = source_link(row["source"]["url"], sample=told["sample"])
    return rows


async def _best_reports(database: PublishedDatabase, rows: list[Row]) -> dict[str, Row]:
    """For each event the report whose sentence is its summary, else the surest."""
    if not rows:
        return {}
    summaries = {row["id"]: row["summary"] for row in rows}
    best: dict[str, tuple[tuple[bool, float], Row]] = {}
    for report in await database.rows(TOLD.format(marks=", ".join("?" * len(rows))), list(summaries)):
        event = report["event_id"]
        rank = (report["evidence"] == summaries[event], report["confidence"] or 0.0)
        if event not in best or rank > best[event][0]:
            best[event] = (rank, report)
    return {event: report for event, (_, report) in best.items()}


async def event_page(database: PublishedDatabase, event_id: str) -> Row | None:
    """Everything the page of one event shows, or None for an id that no event has."""
    rows = await database.rows(
        f"select {CARD}, e.counterparty, e.latitude, e.longitude, t.definition as type_definition, "
        f"a.label as agreement_label {FROM} left join agreement_types a on a.name = e.agreement_type where e.id = :id",
        {"id": event_id},
    )
    if not rows:
        return None
    (event,) = await dressed(database, rows)
    sample = (await facts(database))["sample"]
    event["actors"] = await _actors(database, event_id)
    event["stories"] = await _stories(database, event_id, sample)
    event["quotes"] = await quotes(database, "q.event_id = :id", {"id": event_id}, limit=60)
    event["agreement"] = await _agreement(database, event["agreement_id"])
    event["related"] = await related_events(database, event)
    event["history"] = await event_history(database, event_id)
    event["review_words"] = word("reviews", event["review"] or "unreviewed")
    event["review_meaning"] = explained("reviews", event["review"] or "unreviewed")
    return event


async def _actors(database: PublishedDatabase, event_id: str) -> list[Row]:
    rows = await database.rows(
        "select a.name, a.part, a.official_id, o.role, o.body from event_actors a "
        "left join officials o on o.id = a.official_id where a.event_id = ? order by a.id limit 200",
        [event_id],
    )
    return [{**row, "part_words": word("parts", row["part"]), "url": _official(row)} for row in rows]


def _official(row: Row) -> str | None:
    return official_url(row["official_id"], row.get("name") or row.get("speaker")) if row["official_id"] else None


async def _stories(database: PublishedDatabase, event_id: str, sample: bool) -> list[Row]:
    """The event's reports, newest first; those of one wire story stand together under the first of them."""
    rows = await database.rows(
        "select id, url, archive_url, headline, outlet, source_id, published, status, date, date_precision, evidence, "
        "evidence_where, confidence, wire_group from reports where event_id = ? order by published desc, id limit 300",
        [event_id],
    )
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        row["link"], row["host"] = source_link(row["url"], sample=sample), host_words(row["url"])
        row["outlet_url"] = outlet_url(row["source_id"])
        row["archived"] = source_link(row["archive_url"], sample=False)
        row["headline"], row["evidence"] = printable(row["headline"]), printable(row["evidence"])
        row["published_words"] = date_words(row["published"])
        row["status_words"] = word("statuses", row["status"])
        row["confidence_words"] = confidence_words(row["confidence"])
        group = ("wire", row["wire_group"]) if row["wire_group"] is not None else ("report", row["id"])
        groups[group].append(row)
    return [{**lead, "others": others} for lead, *others in groups.values()]


async def quotes(database: PublishedDatabase, where: str, params: Row, *, limit: int) -> list[Row]:
    """Statements, newest first, each told once however many outlets print it. `where` is SQL over `q` (quotes)."""
    sample = (await facts(database))["sample"]
    rows = await database.rows(
        "select q.id, q.event_id, q.official_id, q.speaker, q.role, q.organization, q.text, q.direct, q.url, q.outlet, "
        "q.published "
        f"from quotes q where {where} order by q.published desc, q.id limit :_limit",
        {**params, "_limit": limit},
    )
    unique = {(row["speaker"], " ".join((row["text"] or "").split()).lower()): row for row in reversed(rows)}
    for row in unique.values():
        row["link"] = source_link(row["url"], sample=sample)
        row["event_url"] = event_url(row["event_id"]) if row["event_id"] else None
        row["speaker_url"] = _official(row)
        row["published_words"] = date_words(row["published"])
    return list(reversed(unique.values()))


AGREEMENT = """
    select a.id, a.place_id, a.agreement_type, a.name, a.counterparty, a.state, a.since, a.event_id, a.events_count,
        t.label as type_label, t.definition, e.title as event_title, e.date_precision
    from agreements a left join agreement_types t on t.name = a.agreement_type left join events e on e.id = a.event_id
"""


async def agreements(database: PublishedDatabase, where: str, params: Row, *, limit: int = 200) -> list[Row]:
    """Agreements with the event that set their state, those in force first. `where` is SQL over `a`."""
    rows = await database.rows(
        f"{AGREEMENT} where {where} order by a.state = 'active' desc, a.since desc, a.id limit :_limit",
        {**params, "_limit": limit},
    )
    places = await place_index(database)
    for row in rows:
        row["place"], row["url"] = places.get(row["place_id"]), agreement_url(row["id"])
        row["type_label"] = row["type_label"] or word("families", row["agreement_type"])
        row["called"] = printable(row["name"]) or row["type_label"]
        row["state_words"], row["state_meaning"] = word("states", row["state"]), explained("states", row["state"])
        row["since_words"] = date_words(row["since"], row["date_precision"] or "day")
        row["event_url"] = event_url(row["event_id"]) if row["event_id"] else None
    return rows


async def _agreement(database: PublishedDatabase, agreement_id: str | None) -> Row | None:
    found = await agreements(database, "a.id = :id", {"id": agreement_id}, limit=1) if agreement_id else []
    return found[0] if found else None


def by_year(events: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """Events grouped by the year they stand under, in the order given; undated ones under the last heading."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for event in events:
        groups[(event["date"] or "")[:4] or "Date not told"].append(event)
    undated = groups.pop("Date not told", None)
    return [*groups.items(), *([("Date not told", undated)] if undated else [])]


REPORT_KEYS = (
    *("url", "archive_url", "headline", "outlet", "published", "status", "evidence", "confidence"),
    "wire_group",
)
ACTOR_KEYS = ("name", "part", "official_id", "role", "body")
CHANGE_KEYS = ("at", "change", "field", "before", "after", "detail")
QUOTE_KEYS = ("speaker", "role", "organization", "text", "direct", "url", "outlet", "published")


def event_json(event: Row, places: PlaceIndex, *, sample: bool) -> str:
    """One event with its reports, actors and quotes as JSON: names as in the tables, no words for readers."""
    columns = [c.strip().partition(".")[2].split(" as ")[-1] for c in CARD.split(",")]
    place = places.get(event["place_id"])
    told = {name: event[name] for name in columns}
    stories = [story for lead in event["stories"] for story in (lead, *lead["others"])]
    return json.dumps(
        {
            **told,
            **({"sample": "an invented sample"} if sample else {}),
            "counterparty": event["counterparty"],
            "place": {"id": place.id, "name": place.name, "kind": place.kind, "state": place.state} if place else None,
            "reports": [_only(story, REPORT_KEYS) for story in stories],
            "actors": [_only(actor, ACTOR_KEYS) for actor in event["actors"]],
            "quotes": [_only(statement, QUOTE_KEYS) for statement in event["quotes"]],
            "history": [_only(change, CHANGE_KEYS) for change in event["history"]],
            "related": [row["id"] for row in (*event["related"]["same"], *event["related"]["others"])],
        },
        indent=1,
        ensure_ascii=False,
    )


def _only(row: Row, names: tuple[str, ...]) -> Row:
    return {name: row[name] for name in names}
