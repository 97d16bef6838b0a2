"""Rows of the public tables out of the archive: evidence sentences and links, never an article's text."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import groupby
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from data.agreements import agreement_state, kind_of
from data.event_titles import event_title
from data.events import Event
from data.publish_people import People, actor_rows, gather_people, named_actors, quote_row
from data.records import Place

if TYPE_CHECKING:
    from data.archive import Archive

Row = dict[str, Any]
LONGEST_EXCERPT = 600  # characters of an evidence sentence or a quotation
_EVENT_FIELDS = tuple(f.name for f in fields(Event) if f.name != "members")
_PUBLIC_EVENT_FIELDS = tuple(f for f in _EVENT_FIELDS if f != "best_report")


class Gazetteer(Protocol):
    """What publishing needs to know of places."""

    def get(self, place_id: str) -> Place | None:
        """The place of that id."""
        ...

    def state_name(self, postal: str) -> str | None:
        """Name of the state of that postal code."""
        ...


class PublicRows:
    """Everything that will be published, computed in one pass over an archive that is not being changed."""

    def __init__(self, archive: Archive, gazetteer: Gazetteer) -> None:
        self._archive = archive
        self._gazetteer = gazetteer
        self._places: dict[str, Place | None] = {}
        self.source_ids = {source.id for source in archive.sources()}
        self.linked = 0
        self.events: list[Row] = []
        self.reports: list[Row] = []
        self.actors: list[Row] = []
        self.people: People = gather_people(self._persons(), self.place)
        self._build_events()
        self.agreements = list(self._agreement_rows())
        self.quotes = self._quote_rows()
        self._leave_out_unused_people()

    def place(self, place_id: str) -> Place | None:
        """The US place of that id; None for an unknown or a foreign one."""
        if place_id not in self._places:
            found = self._gazetteer.get(place_id)
            self._places[place_id] = found if found and found.kind != "foreign" else None
        return self._places[place_id]

    # --- events, their reports and actors -----------------------------------------------------------------------

    def _persons(self) -> Iterator[Row]:
        return self._archive.db.query("""
            SELECT persons.*, articles.url, articles.published FROM persons
            JOIN articles ON articles.id = persons.article_id
            WHERE articles.id IN (SELECT article_id FROM reports WHERE event_id IS NOT NULL)
            ORDER BY articles.url, persons.ordinal
        """)

    def _build_events(self) -> None:
        stored = {row["id"]: row for row in self._archive.db["events"].rows_where("reports_count > 0")}
        self.linked = len(stored)
        self._central: dict[int, tuple[tuple, str]] = {}
        for event_id, reports in groupby(self._reports(), key=lambda row: row["event_id"]):
            row = stored[event_id]
            place = self.place(row["place_id"])
            if place is not None:
                self._build_event(Event(**{name: row[name] for name in _EVENT_FIELDS}), place, list(reports))
        self.events.sort(key=lambda e: (e["date"] or e["first_seen"], e["id"]))
        self.reports.sort(key=lambda r: (r["published"] or "", r["url"], r["event_id"]))
        self._keep_shared_groups()

    def _reports(self) -> Iterator[Row]:
        return self._archive.db.query("""
            SELECT reports.*, articles.url, articles.title, articles.outlet, articles.source_id, articles.published,
                   articles.wire_group, sources.name AS source_name, archive_links.archive_url
            FROM reports JOIN articles ON articles.id = reports.article_id
            LEFT JOIN archive_links ON archive_links.url = articles.url
            LEFT JOIN sources ON sources.id = articles.source_id
            WHERE reports.event_id IS NOT NULL
            ORDER BY reports.event_id, articles.published, articles.url, reports.ordinal
        """)

    def _build_event(self, event: Event, place: Place, reports: list[Row]) -> None:
        actors = actor_rows(event.id, [(r["article_id"], json.loads(r["actors"])) for r in reports], self.people, place)
        best = next((r for r in reports if r["id"] == event.best_report), reports[0])
        self.events.append(
            {name: getattr(event, name) for name in _PUBLIC_EVENT_FIELDS}
            | {
                "title": event_title(event, place, named_actors(actors)),
                "state": place.state,
                "summary": excerpt(best["evidence"]),
                "review": "unreviewed",
                "latitude": place.lat,
                "longitude": place.lon,
            }
        )
        self.actors += [actor | {"date": event.date} for actor in actors]
        self.reports += [self._report_row(r) for r in reports]
        for r in reports:
            worth = (r["status"] == "background", r["evidence_where"] != "title", -r["confidence"], r["ordinal"])
            self._central[r["article_id"]] = min(
                self._central.get(r["article_id"], (worth, event.id)), (worth, event.id)
            )

    def _report_row(self, row: Row) -> Row:
        return {
            "event_id": row["event_id"],
            "url": row["url"],
            "archive_url": row["archive_url"],
            "headline": row["title"],
            "outlet": outlet_name(row),
            "source_id": row["source_id"] if row["source_id"] in self.source_ids else None,
            "published": row["published"],
            "status": row["status"],
            "date": row["date"],
            "date_precision": row["date_precision"],
            "evidence": excerpt(row["evidence"]),
            "evidence_where": row["evidence_where"],
            "evidence_start": row["evidence_start"],
            "evidence_end": row["evidence_end"],
            "confidence": round(row["confidence"], 4),
            "wire_group": row["wire_group"],
        }

    def _keep_shared_groups(self) -> None:
        """Keep a group's number only where two published articles share it."""
        urls: dict[int | None, set[str]] = {}
        for row in self.reports:
            urls.setdefault(row["wire_group"], set()).add(row["url"])
        for row in self.reports:
            if len(urls[row["wire_group"]]) < 2:
                row["wire_group"] = None

    # --- what hangs on the events -------------------------------------------------------------------------------

    def _agreement_rows(self) -> Iterator[Row]:
        acting = sorted((e for e in self.events if e["agreement_id"]), key=lambda e: e["agreement_id"])
        for agreement_id, group in groupby(acting, key=lambda e: e["agreement_id"]):
            rows = list(group)
            events = [Event(**{name: row.get(name) for name in _EVENT_FIELDS}) for row in rows]
            state = agreement_state(events)
            yield {
                "id": agreement_id,
                "place_id": rows[0]["place_id"],
                "agreement_type": _agreement_type(events),
                "name": _most(e.agreement_name for e in events),
                "counterparty": _most(e.counterparty for e in events),
                "state": state.name,
                "since": state.since,
                "event_id": state.event_id,
                "events_count": len(rows),
            }

    def _quote_rows(self) -> list[Row]:
        """Each statement once: five outlets of one wire story print one quotation."""
        places = {e["id"]: self.place(e["place_id"]) for e in self.events}
        found: dict[tuple[str, str, str], Row] = {}
        for row in self._quotes():
            if row["article_id"] not in self._central:
                continue
            event_id = self._central[row["article_id"]][1]
            public = quote_row(row, event_id, self.people, places[event_id])
            if public:
                source = {"url": row["url"], "outlet": outlet_name(row), "published": row["published"]}
                words = " ".join(public["text"].split())
                public["text"] = excerpt(public["text"])
                found.setdefault((event_id, public["speaker"], words), public | source)
        return list(found.values())

    def _quotes(self) -> Iterator[Row]:
        return self._archive.db.query("""
            SELECT quotes.*, articles.url, articles.outlet, articles.published, sources.name AS source_name
            FROM quotes JOIN articles ON articles.id = quotes.article_id
            LEFT JOIN sources ON sources.id = articles.source_id
            ORDER BY articles.published, articles.url, quotes.ordinal
        """)

    def _leave_out_unused_people(self) -> None:
        """Officials only of articles whose events are all left out are left out with them."""
        used = {i for (article, _), i in self.people.official_ids.items() if article in self._central}
        self.people.rows = [row for row in self.people.rows if row["id"] in used]

    def source_rows(self) -> Iterator[Row]:
        """Rows of `sources` with how many relevant articles each outlet has."""
        query = "SELECT source_id, count(*), max(published) FROM articles WHERE relevant = 1 GROUP BY source_id"
        kept = {source_id: (count, newest) for source_id, count, newest in self._archive.db.execute(query)}
        names = ("id", "name", "domain", "city", "county", "state", "kind", "language", "paywall")
        for source in self._archive.sources():
            count, newest = kept.get(source.id, (0, None))
            row = {name: getattr(source, name) for name in names}
            yield row | {"articles_count": count, "last_article": newest}

    def place_rows(self) -> Iterator[Row]:
        """The places of events, agreements and officials, and the states above them, by id."""
        counted = Counter(e["place_id"] for e in self.events)
        ids = set(counted) | {row["place_id"] for row in self.people.rows if row["place_id"]}
        ids |= {f"state:{self.place(i).state}" for i in ids}
        for place in sorted(filter(None, map(self.place, ids)), key=lambda p: p.id):
            yield {
                "id": place.id,
                "name": place.name,
                "kind": place.kind,
                "state": place.state,
                "state_name": self._gazetteer.state_name(place.state) or place.state,
                "county_fips": place.county_fips,
                "population": place.population,
                "latitude": place.lat,
                "longitude": place.lon,
                "events_count": counted[place.id],
            }

    def county_name(self, fips: str) -> str | None:
        """Name of the county of that FIPS code, None for an unknown one."""
        county = self.place(f"fips:{fips}")
        return county.name if county else None

    def run_rows(self) -> Iterator[Row]:
        """The passes so far; one that publishes now, and the night it belongs to, are not over and are left out."""
        condition = "NOT (stage IN ('publish', 'night') AND status = 'running')"
        for row in self._archive.db["runs"].rows_where(condition, order_by="id"):
            yield {name: row[name] for name in ("stage", "started", "finished", "counts")}

    def last_change(self) -> str:
        """When the archive last changed, as far as a reader can tell: the end of its last pass or its last fetch."""
        query = """
            SELECT max(moment) FROM (SELECT max(finished) AS moment FROM runs WHERE stage NOT IN ('publish', 'night')
                                     UNION ALL SELECT max(fetched) FROM articles)
        """
        return self._archive.db.execute(query).fetchone()[0] or ""


def numbered(rows: Iterable[Mapping[str, Any]]) -> Iterator[Row]:
    """The rows with an `id` counting from 1."""
    for number, row in enumerate(rows, start=1):
        yield {"id": number, **row}


def excerpt(text: str) -> str:
    """`text`, cut after a word where it is longer than what may be shown of a story."""
    if len(text) <= LONGEST_EXCERPT:
        return text
    cut = text[: LONGEST_EXCERPT - 1]
    return (cut.rsplit(None, 1)[0] or cut) + "…"


def outlet_name(row: Row) -> str:
    """The outlet as the registry calls it, else as the page does, else its host."""
    return row["source_name"] or row["outlet"] or urlsplit(row["url"]).hostname or row["url"]


def _agreement_type(events: Sequence[Event]) -> str | None:
    kinds = [kind_of(e) for e in events]
    return _most(k for k in kinds if k != "287g") or _most(kinds)


def _most(values: Iterable[str | None]) -> str | None:
    counts = Counter(v for v in values if v)
    return min(counts, key=lambda v: (-counts[v], len(v), v), default=None)
