"""Everything the page of one outlet shows: what it is, what it reports, about where."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from data.site_database import PublishedDatabase
from data.site_events import event_url
from data.site_links import outlet_url, source_link
from data.site_places import place_index
from data.site_words import date_words, printable, word

REPORTS = 40
LATELY = 200  # newest reports whose places are counted
DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII | re.IGNORECASE)
Row = dict[str, Any]


async def outlet_page(database: PublishedDatabase, source_id: str, *, sample: bool) -> Row | None:
    """The context of `outlet.html`, None for an id that no outlet of the registry has."""
    outlet = await database.row(
        "select id, name, domain, city, county, state, kind, language, paywall, articles_count, last_article "
        "from sources where id = :id",
        {"id": source_id},
    )
    if outlet is None:
        return None
    places = await place_index(database)
    outlet["name"] = printable(outlet["name"]) or outlet["id"]
    outlet["url"] = outlet_url(outlet["id"])
    outlet["home"] = f"https://{outlet['domain']}/" if DOMAIN.fullmatch(outlet["domain"] or "") else None
    outlet["home_link"] = source_link(outlet["home"], sample=sample)
    outlet["kind_words"] = (outlet["kind"] or "").replace("_", " ")
    outlet["last_words"] = date_words(outlet["last_article"])
    reports = await _reports(database, source_id, sample)
    counts = Counter(report["place_id"] for report in reports)
    covered = [(place, count) for place_id, count in counts.most_common(16) if (place := places.get(place_id))]
    told = await database.row("select count(*) as n from reports where source_id = :id", {"id": source_id})
    return {
        "outlet": outlet,
        "state": places.state(outlet["state"] or ""),
        "reports": reports[:REPORTS],
        "reports_count": (told or {"n": 0})["n"],
        "lately": len(reports),
        "covered": covered,
        "kinds": Counter(report["type_label"] for report in reports).most_common(8),
    }


async def _reports(database: PublishedDatabase, source_id: str, sample: bool) -> list[Row]:
    """The outlet's newest reports, each with its event."""
    places = await place_index(database)
    rows = await database.rows(
        "select lately.event_id, lately.url, lately.archive_url, lately.headline, lately.published, "
        "lately.evidence, e.title, e.type, e.place_id, "
        "e.date, e.date_precision, e.status, e.first_seen, t.label as type_label, t.family "
        "from (select * from reports where source_id = :id order by published desc limit :n) lately "
        "join events e on e.id = lately.event_id left join event_types t on t.name = e.type "
        "order by lately.published desc, lately.id",
        {"id": source_id, "n": LATELY},
    )
    for row in rows:
        row["event_url"], row["place"] = event_url(row["event_id"]), places.get(row["place_id"])
        row["link"] = source_link(row["url"], sample=sample)
        row["archived"] = source_link(row["archive_url"], sample=False)
        row["title"], row["headline"] = printable(row["title"]), printable(row["headline"])
        row["evidence"] = printable(row["evidence"])
        row["type_label"] = row["type_label"] or word("families", row["type"])
        row["status_words"] = word("statuses", row["status"])
        row["published_words"] = date_words(row["published"])
        row["first"] = bool(row["published"]) and row["published"][:10] == (row["first_seen"] or "")[:10]
    return rows
