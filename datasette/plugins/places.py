"""The pages of states, counties and cities."""

from typing import Any
from urllib.parse import unquote

from datasette import NotFound, Request, Response, hookimpl
from datasette.app import Datasette

from data.site_database import published
from data.site_home import home_page
from data.site_place import place_page
from data.site_places import place_index


async def by_id(datasette: Datasette, request: Request) -> Response:
    """The lasting address of a place, whatever its name becomes."""
    place = (await place_index(published(datasette))).get(unquote(request.url_vars["id"]))
    if place is None:
        raise NotFound("No place has this number here.")
    return Response.redirect(datasette.urls.path(place.url))


async def page(datasette: Datasette, request: Request) -> Response:
    database = published(datasette)
    path = request.path.removeprefix(datasette.setting("base_url").rstrip("/"))
    place = (await place_index(database)).by_url.get(path.lower())
    if place is None:
        raise NotFound("No place has this address. It may have no events yet.")
    if path != place.url:
        return Response.redirect(datasette.urls.path(place.url), status=301)
    context = await place_page(database, place)
    return Response.html(await datasette.render_template("place.html", context, request=request, view_name="place"))


async def every_state(datasette: Datasette, request: Request) -> Response:
    database = published(datasette)
    index = await place_index(database)
    events = {row["code"]: row["events"] for row in (await home_page(database))["states"]}
    states = [{"place": s, "within": len(index.within(s)), "events": events.get(s.state, 0)} for s in index.states()]
    return Response.html(await datasette.render_template("places.html", {"states": states}, request=request))


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [
        (r"/place/(?P<id>[^/]+)$", by_id),
        (r"/places$", every_state),
        (r"/places/(?P<state>[^/.]+)$", page),
        (r"/places/(?P<state>[^/.]+)/(?P<slug>[^/.]+)$", page),
    ]
