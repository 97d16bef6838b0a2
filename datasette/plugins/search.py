"""The search page."""

from typing import Any

from datasette import Request, Response, hookimpl
from datasette.app import Datasette
from datasette.database import QueryInterrupted

from data.site_database import published
from data.site_places import place_index
from data.site_search import (
    PAGE,
    Query,
    choices,
    found_events,
    found_officials,
    found_places,
    found_quotes,
    state_asked,
)


async def search(datasette: Datasette, request: Request) -> Response:
    database = published(datasette)
    query = Query.from_arguments({name: request.args.get(name) or "" for name in request.args})
    places = await place_index(database)
    state = places.state(state_asked(query.text) or "")
    if state and not query.filters and not request.args.get("all"):
        return Response.redirect(datasette.urls.path(state.url))
    context = {"query": query, "choices": await choices(database), "state": state, "interrupted": False}
    context |= {"page_size": PAGE, "place": places.get(query.filters.get("place"))}
    try:
        events, count = await found_events(database, query)
        context |= {"events": events, "count": count}
        wide = query.page == 1 and not query.filters
        context["places"] = await found_places(database, query.text) if wide else []
        context["officials"] = await found_officials(database, query.text) if wide else []
        context["quotes"] = await found_quotes(database, query.text) if wide else []
    except QueryInterrupted:
        context |= {"events": [], "count": 0, "places": [], "officials": [], "quotes": [], "interrupted": True}
    return Response.html(await datasette.render_template("search.html", context, request=request, view_name="search"))


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [(r"/search$", search)]
