"""The invented outlets' pages, while sample stories are loaded and at no other time."""

from typing import Any

from datasette import NotFound, Request, Response, hookimpl
from datasette.app import Datasette

from data.site_database import facts, published
from data.site_links import SAMPLE_HOST
from data.site_sample import shown


async def page(datasette: Datasette, request: Request) -> Response:
    host = request.url_vars["host"].lower()
    if not (await facts(published(datasette)))["sample"] or not SAMPLE_HOST.fullmatch(host):
        raise NotFound("No such page.")
    from data.sample.site import respond  # the sample stories are read only where they are shown

    path = request.url_vars["path"] + (f"?{request.query_string}" if request.query_string else "")
    told = respond(host, path, dict(request.headers))
    status, headers, kind, body = shown(told.status, dict(told.headers), told.body, host)
    return Response(body, status=status, headers=headers, content_type=kind)


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [(r"/sample/(?P<host>[^/]+)(?P<path>/.*)$", page)]
