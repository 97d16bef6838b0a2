"""The page of one event, the same as JSON, and where the ids of merged events lead."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from datasette import NotFound, Request, Response, hookimpl
from datasette.app import Datasette

from data.site_citations import cite
from data.site_database import facts, published
from data.site_event_record import event_redirect
from data.site_events import event_json, event_page, event_url
from data.site_linked_data import event_data, json_ld
from data.site_links import report_error_link
from data.site_place import place_map
from data.site_places import place_index


async def found(datasette: Datasette, request: Request, ending: str = "") -> dict[str, Any] | Response:
    """The event of the address, or the way to the one that it has become."""
    database, event_id = published(datasette), unquote(request.url_vars["id"])
    event = await event_page(database, event_id)
    if event is None:
        now = await event_redirect(database, event_id)
        if now is None:
            raise NotFound("No event has this address.")
        return Response.redirect(datasette.urls.path(event_url(now) + ending), status=301)
    return event


async def page(datasette: Datasette, request: Request) -> Response:
    event = await found(datasette, request)
    if isinstance(event, Response):
        return event
    known, places = await facts(published(datasette)), await place_index(published(datasette))
    address = datasette.absolute_url(request, datasette.urls.path(event["url"]))
    context = {
        "event": event,
        "address": address,
        "map": place_map(places, event["place"]) if event["place"] else None,
        "citation": cite(
            key=f"event {event['id']}",
            title=event["title"],
            address=address,
            accessed=datetime.now(UTC).date(),
            built=known.get("built"),
            place=event["place"].label if event["place"] else "",
            when=event["date_words"],
        ),
        "report_error": report_error_link(known.get("contact"), event["title"], address),
        "linked_data": json_ld(event_data(event, address)),
    }
    return Response.html(await datasette.render_template("event.html", context, request=request, view_name="event"))


async def as_json(datasette: Datasette, request: Request) -> Response:
    database, event = published(datasette), await found(datasette, request, ".json")
    if isinstance(event, Response):
        return event
    body = event_json(event, await place_index(database), sample=(await facts(database))["sample"])
    headers = {"access-control-allow-origin": "*"}
    return Response(body, headers=headers, content_type="application/json; charset=utf-8")


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [(r"/event/(?P<id>[^/]+)\.json$", as_json), (r"/event/(?P<id>[^/]+)$", page)]
