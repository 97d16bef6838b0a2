"""What surrounds an event's record: how it came to be as it is, what is related to it, and what its id has become."""

from __future__ import annotations

from typing import Any

from data.site_database import PublishedDatabase
from data.site_places import place_index
from data.site_words import count_words, date_words, printable, word

CHANGES_SHOWN = 100
BESIDE = 4
SAME_AGREEMENT = 6
RELATED = "select e.id, e.title, e.date, e.date_precision, e.status from events e where "
Row = dict[str, Any]


async def event_redirect(database: PublishedDatabase, event_id: str) -> str | None:
    """The id of the event that a former id leads to, None where it leads nowhere."""
    row = await database.row("select event_id from event_redirects where id = :id", {"id": event_id})
    return row["event_id"] if row else None


async def event_history(database: PublishedDatabase, event_id: str) -> list[Row]:
    """The changes of an event's record, oldest first, each with the sentence that tells it."""
    rows = await database.rows(
        "select at, change, field, before, after, detail from event_changes where event_id = :id order by id limit :n",
        {"id": event_id, "n": CHANGES_SHOWN},
    )
    places = await place_index(database)

    def shown(field: str, value: str | None) -> str:
        if field == "status":
            return word("statuses", value)
        if field == "date":
            return date_words(value)
        place = places.get(value) if field == "place_id" else None
        return place.label if place else printable((value or "none").replace("_", " "))[:200]

    for row in rows:
        row["at_words"] = date_words(row["at"])
        row["told"] = _told(row, shown)
    return rows


def _told(row: Row, shown: Any) -> str:
    outlets = f" ({printable(row['detail'])[:400]})" if row["detail"] else ""
    before, after = _number(row["before"]), _number(row["after"])
    if row["change"] == "first_seen":
        return f"Entered the record with {count_words(after, 'report')}{outlets}."
    if row["change"] == "reports_added":
        return f"{count_words(after - before, 'report')} added{outlets}."
    if row["change"] == "reports_removed":
        return f"{count_words(before - after, 'report')} taken out; {after:,} left."
    if row["change"] == "joined":
        return f"Event {printable(row['before'])[:60]} was found to be the same and is part of this one now."
    if row["change"] == "withdrawn":
        return "Left the record: no report told it any more."
    if row["change"] == "returned":
        return "Returned to the record."
    field = row["field"] or ""
    if field == "title":
        return f"Title reworded to “{printable(row['after'])[:200]}”."
    return f"{word('changes', field)} changed from {shown(field, row['before'])} to {shown(field, row['after'])}."


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 10 else 0


async def related_events(database: PublishedDatabase, event: Row) -> Row:
    """The events `same` (about its agreement, by date), `before` (at its place, newest first) and `after`."""
    from_agreement = await database.rows(
        f"{RELATED} e.agreement_id = :deal and e.id != :id order by e.date desc, e.id limit :n",
        {"deal": event["agreement_id"], "id": event["id"], "n": SAME_AGREEMENT},
    )
    before, after = await _beside(database, event)
    told = {row["id"] for row in from_agreement}
    for row in (*from_agreement, *before, *after):
        row["url"], row["title"] = f"/event/{row['id']}", printable(row["title"])
        row["date_words"] = date_words(row["date"], row["date_precision"])
        row["status_words"] = word("statuses", row["status"])
    return {
        "same": from_agreement,
        "before": before,
        "after": after,
        "others": [row for row in (*reversed(after), *before) if row["id"] not in told],
    }


async def _beside(database: PublishedDatabase, event: Row) -> tuple[list[Row], list[Row]]:
    """The events before and after this one at the same place, the nearest first, by date and then id."""
    if not event["place_id"] or not event["date"]:
        return [], []
    key = {"place": event["place_id"], "date": event["date"], "id": event["id"], "n": BESIDE}
    near = f"{RELATED} e.place_id = :place and e.date "
    before = await database.rows(
        f"{near} <= :date and (e.date < :date or e.id < :id) order by e.date desc, e.id desc limit :n", key
    )
    after = await database.rows(
        f"{near} >= :date and (e.date > :date or e.id > :id) order by e.date, e.id limit :n", key
    )
    return before, after
