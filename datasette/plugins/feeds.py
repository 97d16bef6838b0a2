"""Atom feeds: the newest events, those of a search, those of a place; and robots.txt."""

from typing import Any

from datasette import NotFound, Request, Response, hookimpl
from datasette.app import Datasette

from data.site_database import facts, published
from data.site_events import event_cards
from data.site_feeds import atom_feed
from data.site_place import place_condition
from data.site_places import place_index
from data.site_search import Query, event_conditions

SHOWN = 50
NEWS_ORDER = "order by e.last_seen desc, e.date desc, e.id"


async def events(datasette: Datasette, request: Request) -> Response:
    query = Query.from_arguments({name: request.args.get(name) or "" for name in request.args})
    where, params = event_conditions(query)
    title = "Sanctuary Tracker: newest events" + (f" for “{query.text}”" if query.text else "")
    return await answer(datasette, request, title, query.url() if where else "/", where, params)


async def place(datasette: Datasette, request: Request) -> Response:
    path = f"/places/{request.url_vars['path']}"
    found = (await place_index(published(datasette))).by_url.get(path.lower())
    if found is None:
        raise NotFound("No place has this address.")
    where, params = place_condition(found)
    return await answer(datasette, request, f"Sanctuary Tracker: {found.label}", found.url, where, params)


async def answer(
    datasette: Datasette, request: Request, title: str, page: str, where: str, params: dict[str, Any]
) -> Response:
    database = published(datasette)
    sample = (await facts(database))["sample"]
    # A whole table is not sorted by the day of the news: the newest by date are, through its index.
    cards = await event_cards(
        database, where, params, order=NEWS_ORDER if where else "order by e.date desc", limit=SHOWN
    )
    body = atom_feed(
        cards,
        title=f"[Invented samples] {title}" if sample else title,
        subtitle="How US cities, counties and states deal with federal immigration enforcement",
        root=datasette.absolute_url(request, datasette.urls.path("/")).rstrip("/"),
        page=datasette.absolute_url(request, datasette.urls.path(page)),
        feed=datasette.absolute_url(request, request.full_path),
    )
    return Response(body, content_type="application/atom+xml; charset=utf-8")


def robots() -> Response:
    return Response.text("User-agent: *\nDisallow: /search\nDisallow: /sample/\nDisallow: /-/\nCrawl-delay: 1\n")


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [(r"/events\.atom$", events), (r"/places/(?P<path>[^.]+)\.atom$", place), (r"/robots\.txt$", robots)]
