"""The front page and the page about the method."""

from datetime import UTC, datetime
from typing import Any

from datasette import Request, Response, hookimpl
from datasette.app import Datasette

from data.site_database import facts, published
from data.site_home import age_words, home_page, totals


async def home(datasette: Datasette, request: Request) -> Response:
    """Rendered once for each file and day: nothing on it depends on who asks."""
    database = published(datasette)
    old = age_words((await facts(database)).get("built"), datetime.now(UTC).date())

    async def make() -> str:
        context = {**await home_page(database), "old": old}
        return await datasette.render_template("home.html", context, request=request, view_name="home")

    return Response.html(await database.once(f"home page, {old}", make))


async def about(datasette: Datasette, request: Request) -> Response:
    database = published(datasette)

    async def make():
        return {
            "types": await database.rows(
                "select name, label, family, definition from event_types order by family, label"
            ),
            "agreement_types": await database.rows(
                "select name, label, definition from agreement_types order by label"
            ),
            "totals": await totals(database),
            "runs": await database.rows("select stage, started, finished, counts from runs order by id desc limit 8"),
        }

    context = await database.once("about", make)
    return Response.html(await datasette.render_template("about.html", context, request=request, view_name="about"))


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [(r"/$", home), (r"/about$", about)]
