"""The Atom feed of a place; and robots.txt. The feed of any filter is the explore page's."""

from typing import Any

from datasette import NotFound, Request, Response, hookimpl
from datasette.app import Datasette

from data.site_database import facts, published
from data.site_explore import events_at
from data.site_explore_columns import event_columns
from data.site_explore_files import SUBTITLE, TYPES, chosen_file
from data.site_explore_query import Query
from data.site_feeds import atom_feed
from data.site_place import former_address
from data.site_places import place_index


async def place(datasette: Datasette, request: Request) -> Response:
    database = published(datasette)
    path = f"/place/{request.url_vars['path']}"
    found = (await place_index(database)).at(path) or await former_address(database, path)
    if found is None:
        raise NotFound("No place has this address.")
    chosen = {"state": (found.state,)} if found.kind == "state" else {"place": (found.id,)}
    file = await chosen_file(database, Query(chosen=chosen), "atom")
    known, title = await facts(database), f"Sanctuary Tracker: {found.label}"
    body = atom_feed(
        await events_at(database, await event_columns(database), file.positions),
        title=f"[Invented samples] {title}" if known["sample"] else title,
        subtitle=SUBTITLE,
        root=datasette.absolute_url(request, datasette.urls.path("/")).rstrip("/"),
        page=datasette.absolute_url(request, datasette.urls.path(found.url)),
        feed=datasette.absolute_url(request, request.full_path),
        updated=known.get("built"),
    )
    return Response(body, content_type=TYPES["atom"])


def robots() -> Response:
    disallowed = ("/explore?", "/search", "/sample/", "/-/")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in disallowed), "Crawl-delay: 1"]
    return Response.text("\n".join(lines) + "\n")


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [(r"/places?/(?P<path>[^.]+)\.atom$", place), (r"/robots\.txt$", robots)]
