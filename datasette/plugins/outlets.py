"""The pages of the outlets that are read."""

from typing import Any
from urllib.parse import unquote

from datasette import NotFound, Request, Response, hookimpl
from datasette.app import Datasette

from data.site_database import facts, published
from data.site_linked_data import json_ld, outlet_data
from data.site_outlets import outlet_page


async def page(datasette: Datasette, request: Request) -> Response:
    database = published(datasette)
    sample = (await facts(database))["sample"]
    context = await outlet_page(database, unquote(request.url_vars["id"]), sample=sample)
    if context is None:
        raise NotFound("No outlet has this address.")
    address = datasette.absolute_url(request, datasette.urls.path(context["outlet"]["url"]))
    context |= {"address": address, "linked_data": json_ld(outlet_data(context["outlet"], address))}
    return Response.html(await datasette.render_template("outlet.html", context, request=request, view_name="outlet"))


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [(r"/outlet/(?P<id>[^/]+)$", page)]
