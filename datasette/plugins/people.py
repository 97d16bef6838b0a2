"""The pages of officials, and a feed of what each takes part in."""

from typing import Any
from urllib.parse import unquote

from datasette import NotFound, Request, Response, hookimpl
from datasette.app import Datasette

from data.site_database import facts, published
from data.site_feeds import atom_feed
from data.site_linked_data import json_ld, official_data
from data.site_links import official_url, report_error_link
from data.site_people import find_official, official_events, official_page

OPEN_TO_ALL = {"access-control-allow-origin": "*"}


async def found(datasette: Datasette, request: Request, ending: str = "") -> dict[str, Any] | Response:
    """The official of the address, or the way to the address as it is now."""
    address = unquote(request.url_vars["id"])
    official = await find_official(published(datasette), address)
    if official is None:
        raise NotFound("No official has this address.")
    url = official_url(official["id"], official["name"])
    if f"/official/{address}" != unquote(url):
        return Response.redirect(datasette.urls.path(url + ending), status=301)
    return official


async def page(datasette: Datasette, request: Request) -> Response:
    official = await found(datasette, request)
    if isinstance(official, Response):
        return official
    database = published(datasette)
    context = await official_page(database, official)
    address = datasette.absolute_url(request, datasette.urls.path(context["official"]["url"]))
    context |= {
        "address": address,
        "report_error": report_error_link((await facts(database)).get("contact"), official["name"], address),
        "linked_data": json_ld(official_data(context["official"], address)),
    }
    return Response.html(
        await datasette.render_template("official.html", context, request=request, view_name="official")
    )


async def feed(datasette: Datasette, request: Request) -> Response:
    official = await found(datasette, request, ".atom")
    if isinstance(official, Response):
        return official
    database = published(datasette)
    known = await facts(database)
    title = f"Sanctuary Tracker: {official['name']}"
    body = atom_feed(
        await official_events(database, official["id"], limit=50),
        title=f"[Invented samples] {title}" if known["sample"] else title,
        subtitle=", ".join(part for part in (official["role"], official["body"]) if part) or "Official",
        root=datasette.absolute_url(request, datasette.urls.path("/")).rstrip("/"),
        page=datasette.absolute_url(request, datasette.urls.path(official_url(official["id"], official["name"]))),
        feed=datasette.absolute_url(request, request.full_path),
        updated=known.get("built"),
    )
    return Response(body, headers=OPEN_TO_ALL, content_type="application/atom+xml; charset=utf-8")


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [(r"/official/(?P<id>[^/]+)\.atom$", feed), (r"/official/(?P<id>[^/]+)$", page)]
