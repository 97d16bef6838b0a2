"""The explore page: one filter, its result as a list, a table, a map or a timeline, and the choices beside it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from data.site_charts import month_chart, month_words
from data.site_database import PublishedDatabase
from data.site_events import event_cards
from data.site_explore_answer import Answer, Page, answer_to, page_of, place_in_order
from data.site_explore_choices import chips, choices, known_values, loosenings, surer_choices, vocabulary
from data.site_explore_columns import EventColumns, event_columns
from data.site_explore_map import filtered_map
from data.site_explore_query import FORMATS, PATH, SORTS, VIEWS, Query, read_query, whole_day
from data.site_explore_text import found_officials, found_places, found_quotes, marked, tokens
from data.site_places import SitePlace, place_index
from data.site_words import explained, word

SIZES = {"list": 20, "table": 50, "timeline": 60, "map": 0}
EXCERPT = 280  # characters of a sentence on a card
FILE_TITLES = {"csv": "CSV", "json": "JSON", "geojson": "GeoJSON", "atom": "Feed (Atom)", "ics": "Calendar (ICS)"}
LIST_ROWS = "select e.id from json_each(:rows) j join events e on e.rowid = j.value order by j.key"
OTHERS = """
    select event_id, outlet, url, evidence from reports where event_id in (select value from json_each(:ids))
    order by event_id, id limit 400
"""
ACTORS = """
    select event_id, name, part from event_actors where event_id in (select value from json_each(:ids))
    order by event_id, id limit 400
"""
Row = dict[str, Any]


async def asked(database: PublishedDatabase, arguments: Sequence[tuple[str, str]]) -> Query:
    """The query of an address. Raises BadParameter, which names the parameter that cannot be answered."""
    return read_query(arguments, await known_values(database))


async def explore_page(database: PublishedDatabase, query: Query) -> Row:
    """The context of `explore.html`. Raises QueryInterrupted for a search that takes too long."""
    columns, told = await event_columns(database), await vocabulary(database)
    answer = await answer_to(database, query)
    context: Row = {
        "query": query,
        "answer": answer,
        "count": answer.count,
        "total": columns.size,
        "groups": choices(query, answer, told),
        "surer": surer_choices(query, answer),
        "chips": chips(query, told),
        "loosenings": loosenings(query, answer) if not answer.count else [],
        "clear": Query(view=query.view).url(),
        "views": [{"name": n, "label": label, "url": query.shown(view=n).url()} for n, label in VIEWS.items()],
        "sorts": [{"name": n, "label": label, "url": query.shown(sort=n).url()} for n, label in SORTS.items()],
        "files": [{"name": n, "label": FILE_TITLES[n], "url": query.first().url(f"{PATH}.{n}")} for n in FORMATS],
        "years": [
            {"year": y, "count": n, "url": query.between(f"{y:04d}-01-01", f"{y:04d}-12-31").url()}
            for y, n in sorted(answer.years.items(), reverse=True)[:12]
        ],
    }
    if query.view == "map":
        context["map"] = await result_map(database, columns, answer, query)
    if query.view in ("timeline", "map"):
        context["chart"] = result_chart(columns, answer, query)
    if SIZES[query.view]:
        shown = replace(query, sort="date") if query.view == "timeline" else query
        context |= await result_rows(database, columns, answer, shown)
    if query.view == "timeline":
        context["months"] = _by_month(context["events"], answer, query)
    if query.view == "list" and query.text and not (query.after or query.before):
        context |= await beside(database, query.text)
    return context


async def result_rows(database: PublishedDatabase, columns: EventColumns, answer: Answer, query: Query) -> Row:
    """The events of one page with their words marked, and the addresses of the pages before and after."""
    page = await page_of(database, answer, query, SIZES[query.view])
    events = await events_at(database, columns, page.positions)
    await _mark(database, events, query.text, quoted=query.view == "list")
    return {"events": events, **_beside(columns, page, events, query)}


async def events_at(database: PublishedDatabase, columns: EventColumns, positions: Sequence[int]) -> list[Row]:
    """The events at these positions, in their order, as cards show them."""
    rows = json.dumps([int(columns.rowids[at]) for at in positions])
    ids = [row["id"] for row in await database.rows(LIST_ROWS, {"rows": rows})]
    where, params = "e.id in (select value from json_each(:ids))", {"ids": json.dumps(ids)}
    cards = await event_cards(database, where, params, order="", limit=len(ids))
    found = {card["id"]: card for card in cards}
    return [found[i] for i in ids]


def _beside(columns: EventColumns, page: Page, events: list[Row], query: Query) -> Row:
    def told(at: int) -> str:
        return place_in_order(columns, query.sort, page.positions[at], events[at]["id"])

    first = query.first()
    pages: Row = {"first_url": first.url() if query.after or query.before else None}
    pages["next_url"] = replace(first, after=told(-1)).url() if page.after and events else None
    pages["previous_url"] = replace(first, before=told(0)).url() if page.before and events else None
    return pages


async def _mark(database: PublishedDatabase, events: list[Row], text: str, *, quoted: bool) -> None:
    """Add to each event its title, sentence and place as they are shown, and what else of it has the words."""
    places = [e["place"].label if e["place"] else "" for e in events]
    texts = [t for e, p in zip(events, places, strict=True) for t in (e["title"], _cut(e["summary"]), p)]
    marks = iter(marked(texts, text))
    for event in events:
        event["title_shown"], event["summary_shown"], event["place_shown"] = next(marks), next(marks), next(marks)
        event["review_words"] = word("reviews", event["review"] or "unreviewed")
        event["review_meaning"] = explained("reviews", event["review"] or "unreviewed")
        event["also"], event["named"] = [], []
    if text and quoted:
        await _mark_reports(database, events, text)


async def _mark_reports(database: PublishedDatabase, events: list[Row], text: str) -> None:
    """Where neither title nor sentence has a word, the report's sentence and the person who have it."""
    ids = {"ids": json.dumps([e["id"] for e in events])}
    told, named = defaultdict(list), defaultdict(list)
    reports, actors = await database.rows(OTHERS, ids), await database.rows(ACTORS, ids)
    for row, shown in zip(reports, marked([_cut(r["evidence"]) for r in reports], text), strict=True):
        told[row["event_id"]].append({"outlet": row["outlet"], "shown": shown, "plain": row["evidence"]})
    for row, shown in zip(actors, marked([a["name"] for a in actors], text), strict=True):
        if "<mark>" in shown:
            named[row["event_id"]].append({"shown": shown, "part": word("parts", row["part"])})
    for event in events:
        had = {w.lower() for w in _marked_words(event["summary_shown"]) | _marked_words(event["title_shown"])}
        for report in told[event["id"]]:
            if _marked_words(report["shown"]) - had and report["plain"] != event["summary"]:
                event["also"] = [report]
                break
        event["named"] = named[event["id"]][:2]


def _marked_words(shown: str) -> set[str]:
    return {part.partition("</mark>")[0].lower() for part in str(shown).split("<mark>")[1:]}


def _cut(text: str | None) -> str:
    """A sentence cut after a word, for a card."""
    text = text or ""
    return text if len(text) <= EXCERPT else text[: EXCERPT - 1].rsplit(None, 1)[0] + "…"


def result_chart(columns: EventColumns, answer: Answer, query: Query) -> Row | None:
    """Events of the filter by month and family of kinds, each bar with the address of its events."""
    chart = month_chart(answer.months, list(columns.coded["family"].values))
    for bar in chart["bars"] if chart else ():
        start, end = _whole_range(bar["from"], bar["to"])
        bar["url"] = query.between(start, end).url()
    return chart


def _whole_range(first: str, last: str) -> tuple[str, str]:
    return whole_day("from", first, last=False), whole_day("to", last, last=True)


async def result_map(database: PublishedDatabase, columns: EventColumns, answer: Answer, query: Query) -> Row:
    """The map of the filter's events, and the table of the same numbers."""
    places = await place_index(database)
    mask = None if answer.count == columns.size else answer.mask
    states = columns.coded["state"].counted(mask)
    counts = columns.coded["place_id"].counted(mask)
    chosen = query.chosen.get("state", ())
    one = chosen[0] if len(chosen) == 1 else None

    begun = {name: query.without(name).pairs() for name in ("state", "place")}

    def address(place: SitePlace) -> str:
        name, value = ("state", place.state) if place.kind == "state" else ("place", place.id)
        return f"{PATH}?{urlencode([*begun[name], (name, value)])}"

    drawn = filtered_map(places, states, counts, address, one)
    if one:
        shown = [p for i in counts if (p := places.get(i))]
        ranked = sorted(shown, key=lambda p: (-counts[p.id], p.name))[:60]
        rows = [{"name": p.name, "url": address(p), "events": counts[p.id]} for p in ranked]
    else:
        ranked = sorted((p for code in states if (p := places.state(code))), key=lambda p: (-states[p.state], p.name))
        rows = [{"name": p.name, "url": address(p), "events": states[p.state]} for p in ranked]
    return {**drawn, "rows": rows, "of": "place" if one else "state"}


def _by_month(events: list[Row], answer: Answer, query: Query) -> list[Row]:
    """The page's events under their months, each with how many the whole month has."""
    totals = {month: sum(found.values()) for month, found in answer.months.items()}
    months = []
    for day, group in groupby(events, key=lambda e: (e["date"] or "")[:7]):
        month = int(day[:4]) * 12 + int(day[5:7]) - 1 if day else None
        months.append(
            {
                "label": month_words(month) if month is not None else "Date not told",
                "count": totals.get(month, 0) if month is not None else 0,
                "url": query.between(*_whole_range(day, day)).shown(view="list").url() if day else None,
                "events": list(group),
            }
        )
    return months


async def beside(database: PublishedDatabase, text: str) -> Row:
    """What else a search finds: places, officials and quotations."""
    if not tokens(text):
        return {"places": [], "officials": [], "quotes": []}
    return {
        "places": await found_places(database, text),
        "officials": await found_officials(database, text),
        "quotes": await found_quotes(database, text),
    }
