"""The pages of states, counties and cities, and their calendars."""

from typing import Any
from urllib.parse import quote, unquote

from datasette import NotFound, Request, Response, hookimpl
from datasette.app import Datasette

from data.site_calendar import calendar
from data.site_database import PublishedDatabase, facts, published
from data.site_linked_data import json_ld, page_data, place_data
from data.site_place import coming_events, former_address, place_condition, place_page, state_totals
from data.site_places import SitePlace, place_index

OPEN_TO_ALL = {"access-control-allow-origin": "*"}
LONG_AGO = "0000"  # a calendar keeps the dates that have passed


def path_of(datasette: Datasette, request: Request) -> str:
    return request.path.removeprefix(datasette.setting("base_url").rstrip("/"))


def moved(datasette: Datasette, request: Request, path: str, ending: str = "") -> Response:
    """301 to an address of the site, the query string kept."""
    query = f"?{request.query_string}" if request.query_string else ""
    return Response.redirect(datasette.urls.path(quote(path, safe="/:") + ending) + query, status=301)


async def by_id(datasette: Datasette, request: Request) -> Response:
    """The lasting address of a place, whatever its name becomes."""
    place = (await place_index(published(datasette))).get(unquote(request.url_vars["id"]))
    if place is None:
        raise NotFound("No place has this number here.")
    return moved(datasette, request, place.url)


async def found(database: PublishedDatabase, path: str) -> SitePlace:
    place = (await place_index(database)).at(path) or await former_address(database, path)
    if place is None:
        raise NotFound("No place has this address. It may have no events yet.")
    return place


async def page(datasette: Datasette, request: Request) -> Response:
    database, path = published(datasette), path_of(datasette, request)
    place = await found(database, path)
    if path != place.url:
        return moved(datasette, request, place.url)
    address = datasette.absolute_url(request, datasette.urls.path(place.url))
    context = await place_page(database, place)
    data = page_data("WebPage", place.label, address, place_data(place))
    context |= {"address": address, "linked_data": json_ld(data)}
    return Response.html(await datasette.render_template("place.html", context, request=request, view_name="place"))


async def dates(datasette: Datasette, request: Request) -> Response:
    """Meetings and announced dates of the place, past and to come, as a calendar."""
    database, path = published(datasette), path_of(datasette, request).removesuffix(".ics")
    place = await found(database, path)
    if path != place.url:
        return moved(datasette, request, place.url, ".ics")
    where, params = place_condition(place)
    told = f"{where} and (e.type = 'public_meeting' or e.status = 'announced')"
    root = datasette.absolute_url(request, datasette.urls.path("/")).rstrip("/")
    known = await facts(database)
    title = f"Sanctuary Tracker: {place.label}"
    body = calendar(
        await coming_events(database, told, {**params, "today": LONG_AGO}, newest=True, limit=200),
        title=f"[Invented samples] {title}" if known["sample"] else title,
        root=root,
        page=datasette.absolute_url(request, datasette.urls.path(place.url)),
        stamp=known.get("built"),
    )
    return Response(body, headers=OPEN_TO_ALL, content_type="text/calendar; charset=utf-8")


async def every_state(datasette: Datasette, request: Request) -> Response:
    database = published(datasette)
    index = await place_index(database)
    totals = await state_totals(database)
    states = [
        {"place": s, "within": len(index.inside(s.state)), "events": totals.get(s.state, {"events": 0})["events"]}
        for s in index.states()
    ]
    return Response.html(await datasette.render_template("places.html", {"states": states}, request=request))


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [
        (r"/place/(?P<id>[^/.]*(?::|%3A|~3A)[^/]*)$", by_id),
        (r"/places/?$", every_state),
        (r"/places?/(?P<state>[^/.]+)\.ics$", dates),
        (r"/places?/(?P<state>[^/.]+)/(?P<slug>[^/.]+)\.ics$", dates),
        (r"/places?/(?P<state>[^/.]+)/?$", page),
        (r"/places?/(?P<state>[^/.]+)/(?P<slug>[^/.]+)/?$", page),
    ]
