"""The page of one event, and the same as JSON."""

from typing import Any
from urllib.parse import unquote

from datasette import NotFound, Request, Response, hookimpl
from datasette.app import Datasette

from data.site_database import facts, published
from data.site_events import event_json, event_page
from data.site_place import place_map
from data.site_places import place_index


async def found(datasette: Datasette, request: Request) -> dict[str, Any]:
    event = await event_page(published(datasette), unquote(request.url_vars["id"]))
    if event is None:
        raise NotFound("No event has this address.")
    return event


async def page(datasette: Datasette, request: Request) -> Response:
    event = await found(datasette, request)
    places = await place_index(published(datasette))
    context = {
        "event": event,
        "address": datasette.absolute_url(request, datasette.urls.path(event["url"])),
        "map": place_map(places, event["place"]) if event["place"] else None,
    }
    return Response.html(await datasette.render_template("event.html", context, request=request, view_name="event"))


async def as_json(datasette: Datasette, request: Request) -> Response:
    database, event = published(datasette), await found(datasette, request)
    body = event_json(event, await place_index(database), sample=(await facts(database))["sample"])
    headers = {"access-control-allow-origin": "*"}
    return Response(body, content_type="application/json; charset=utf-8", headers=headers)


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [(r"/event/(?P<id>[^/]+)\.json$", as_json), (r"/event/(?P<id>[^/]+)$", page)]
