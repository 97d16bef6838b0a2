"""Reports into events: the same event in many articles is one event, and it keeps its id for ever.

Reports are joined afresh on every pass, place by place, so that nothing depends on the order in which stories came
in; then each event takes the id that most of its reports had before. The codebook decides what is the same: same
place, same type, same agreement, dates that agree within their precision. `linking.toml` holds the days.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import fields
from hashlib import sha256
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from data.agreements import group_agreements
from data.archive_rows import report_from_row
from data.event_dates import EVER, parse_day
from data.event_history import record_merges
from data.events import Event, Told, merge_reports
from data.linking_rules import load_rules
from data.linking_sets import same_events
from data.near_duplicates import group_articles

if TYPE_CHECKING:
    from data.archive import Archive

_EVENT_COLUMNS = tuple(f.name for f in fields(Event) if f.name != "members")
ID_LENGTH = 10


def link(archive: Archive) -> dict[str, int]:
    """Group near-duplicates, join reports into events, events into agreements; all or nothing.

    Returns counts: articles newly compared for near-duplicates, reports, placeless reports (they join no event),
    events, events that are new, events that lost their last report, agreements.
    """
    compared = group_articles(archive)
    with archive.writing():
        before = _stored_events(archive)
        events = list(_events(archive))
        _name_events(events, archive, before)
        agreements = _name_agreements(events, archive, before)
        record_merges(archive.db, events, before)
        _write(archive, events, agreements, before)
    alive = {event_id for event_id, row in before.items() if row["reports_count"]}
    return {
        "articles_compared": compared,
        "reports": sum(len(event.members) for event in events),
        "reports_without_place": archive.db["reports"].count_where("place_id IS NULL"),
        "events": len(events),
        "events_new": len({event.id for event in events} - set(before)),
        "events_gone": len(alive - {event.id for event in events}),
        "agreements": len(agreements),
    }


def _stored_events(archive: Archive) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in archive.db["events"].rows}


def _events(archive: Archive) -> Iterator[Event]:
    """The events of all places, without ids yet."""
    rules = load_rules()
    for _, told in groupby(reports_by_place(archive), key=lambda t: t.report.place_id):
        for members in same_events(list(told), rules):
            yield merge_reports(members, lasting=rules.lasting)


def reports_by_place(archive: Archive) -> Iterator[Told]:
    """Every report that has a place, sorted by place, article, order in the article."""
    query = """
        SELECT reports.*, articles.url, coalesce(articles.published, articles.first_fetched) AS told_on,
               coalesce(nullif(articles.source_id, ''), articles.outlet) AS teller,
               coalesce(articles.wire_group, articles.id) AS text_group, articles.kind = 'record' AS record
        FROM reports JOIN articles ON articles.id = reports.article_id
        WHERE reports.place_id IS NOT NULL ORDER BY reports.place_id, reports.article_id, reports.ordinal
    """
    for _, rows in groupby(archive.db.query(query), key=lambda row: (row["place_id"], row["article_id"])):
        counted: Counter[str] = Counter()
        for row in rows:
            yield _told(row, counted[row["type"]])
            counted[row["type"]] += 1


def _told(row: dict[str, Any], nth: int) -> Told:
    return Told(
        id=row["id"],
        article_id=row["article_id"],
        url=row["url"],
        published=parse_day(row["told_on"]) or EVER,
        outlet=row["teller"] or urlsplit(row["url"]).hostname or row["url"],
        group=row["text_group"],
        nth=nth,
        report=report_from_row(row),
        record=bool(row["record"]),
    )


# --- names that last ---------------------------------------------------------------------------------------------


def keep_names(claims: list[Counter[str]], births: list[str], taken: Iterable[str]) -> list[str]:
    """One id for each group: the one it has most claims on, else a new one made of its birth text.

    `claims[n]` counts how often the members of group n had an id before; `births[n]` is the same for the same group
    whatever else the archive holds; `taken` are all ids ever given, which a newborn group never gets. Where two groups
    claim one id the larger claim wins, then the earlier birth text.
    """
    wishes = sorted((-count, births[n], name, n) for n, had in enumerate(claims) for name, count in had.items())
    names: dict[int, str] = {}
    given: set[str] = set()
    for _, _, name, n in wishes:
        if n not in names and name not in given:
            names[n] = name
            given.add(name)
    used = given | set(taken)
    for n in sorted(set(range(len(claims))) - set(names), key=lambda n: births[n]):
        names[n] = _new_name(births[n], used)
        used.add(names[n])
    return [names[n] for n in range(len(claims))]


def _new_name(birth: str, used: set[str]) -> str:
    """The first ten hex characters of SHA-256 over the birth text, with a number behind it where those are taken."""
    attempt = 0
    while True:
        text = f"{birth}|{attempt}" if attempt else birth
        name = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:ID_LENGTH]
        if name not in used:
            return name
        attempt += 1


def _name_events(events: list[Event], archive: Archive, before: dict[str, dict[str, Any]]) -> None:
    had = dict(archive.db.execute("SELECT id, event_id FROM reports WHERE event_id IS NOT NULL").fetchall())
    claims, births = [], []
    births_of = _births(archive)
    for event in events:
        claim = Counter(had[report] for report in event.members if report in had)
        for name in claim:  # of equal claims, the group that is still the same kind of event at the same place
            row = before.get(name)
            claim[name] = 2 * claim[name] + bool(row and (row["type"], row["place_id"]) == (event.type, event.place_id))
        claims.append(claim)
        births.append("|".join((births_of[event.members[0]], event.type, event.place_id)))
    for event, name in zip(events, keep_names(claims, births, before), strict=True):
        event.id = name


def _births(archive: Archive) -> dict[int, str]:
    """Report id -> URL of its article and its place among that article's reports of the same type and place."""
    query = """
        SELECT reports.id, articles.url || '|' || (row_number() OVER (
            PARTITION BY reports.article_id, reports.type, reports.place_id ORDER BY reports.ordinal) - 1)
        FROM reports JOIN articles ON articles.id = reports.article_id
    """
    return dict(archive.db.execute(query).fetchall())


def _name_agreements(
    events: list[Event], archive: Archive, before: dict[str, dict[str, Any]]
) -> list[tuple[str, list[Event]]]:
    rules = load_rules()
    in_order = sorted(events, key=lambda e: (e.place_id, e.first_seen, e.id))
    groups = [
        group
        for _, at_place in groupby(in_order, key=lambda e: e.place_id)
        for group in group_agreements(list(at_place), named=rules.named)
    ]
    former = {event_id: row["agreement_id"] for event_id, row in before.items() if row["agreement_id"]}
    claims = [Counter(former[e.id] for e in group if e.id in former) for group in groups]
    births = ["agreement|" + min(group, key=lambda e: (e.first_seen, e.id)).id for group in groups]
    taken = [row[0] for row in archive.db.execute("SELECT id FROM agreements")]
    names = keep_names(claims, births, taken)
    for name, group in zip(names, groups, strict=True):
        for event in group:
            event.agreement_id = name
    return list(zip(names, groups, strict=True))


def _write(
    archive: Archive,
    events: list[Event],
    agreements: list[tuple[str, list[Event]]],
    before: dict[str, dict[str, Any]],
) -> None:
    db = archive.db
    places = ({"id": name, "place_id": group[0].place_id} for name, group in agreements)
    db["agreements"].insert_all(places, ignore=True)
    db["events"].upsert_all(({name: getattr(e, name) for name in _EVENT_COLUMNS} for e in events), pk="id")
    db.execute("UPDATE reports SET event_id = NULL WHERE place_id IS NULL")
    for report, name in _changed(archive, events):
        db.execute("UPDATE reports SET event_id = ? WHERE id = ?", [name, report])
    for name in sorted(set(before) - {e.id for e in events}):
        db.execute("UPDATE events SET reports_count = 0, agreement_id = NULL, best_report = NULL WHERE id = ?", [name])


def _changed(archive: Archive, events: list[Event]) -> list[tuple[int, str]]:
    had = dict(archive.db.execute("SELECT id, event_id FROM reports").fetchall())
    return [(report, e.id) for e in events for report in e.members if had[report] != e.id]
