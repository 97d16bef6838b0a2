"""Pages for researchers: how the tracker reads and how well, and what every column means."""

from typing import Any

from datasette import Request, Response, hookimpl
from datasette.app import Datasette

from data.public_schema import public_tables
from data.site_database import published
from data.site_methods import figures, share


async def methodology(datasette: Datasette, request: Request) -> Response:
    """The evaluation's figures, and what an event is."""
    database = published(datasette)

    async def make() -> dict[str, Any]:
        types = await database.rows("select name, label, family, definition from event_types order by family, label")
        return {"types": types, "told": figures({t["name"]: t["label"] for t in types}), "share": share}

    context = await database.once("methodology", make)
    page = await datasette.render_template("methodology.html", context, request=request, view_name="methodology")
    return Response.html(page)


async def dictionary(datasette: Datasette, request: Request) -> Response:
    """Every table and column, as the schema declares them."""
    context = {"tables": public_tables()}
    page = await datasette.render_template("dictionary.html", context, request=request, view_name="dictionary")
    return Response.html(page)


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [(r"/methodology$", methodology), (r"/dictionary$", dictionary)]
