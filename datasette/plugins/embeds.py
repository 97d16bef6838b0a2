"""Small cards of a place and of a chart, to be shown in frames of other sites; and the page with their code."""

from typing import Any
from urllib.parse import parse_qsl

from datasette import NotFound, Request, Response, hookimpl
from datasette.app import Datasette
from datasette.database import QueryInterrupted

from data.site_charts import month_chart
from data.site_database import published
from data.site_explore import asked
from data.site_explore_answer import answer_to
from data.site_explore_columns import event_columns
from data.site_explore_files import file_title
from data.site_explore_query import BadParameter
from data.site_place import former_address
from data.site_place_card import frame_code, place_card
from data.site_places import place_index

MONTHS = 36
SAMPLE = "/place/ca/los-angeles"  # shown where no place is asked for and the file has it


async def place(datasette: Datasette, request: Request) -> Response:
    database = published(datasette)
    path = "/place/" + "/".join(filter(None, (request.url_vars["state"], request.url_vars.get("slug"))))
    found = (await place_index(database)).at(path) or await former_address(database, path)
    if found is None:
        raise NotFound("No place has this address.")
    if path != found.url:
        return Response.redirect(datasette.urls.path(f"/embed{found.url}"), status=301)
    context = await place_card(database, found)
    context["link"] = datasette.absolute_url(request, datasette.urls.path(found.url))
    return Response.html(await datasette.render_template("embed_place.html", context, request=request))


async def chart(datasette: Datasette, request: Request) -> Response:
    """The events of any filter of the explore page by month, in a card."""
    database = published(datasette)
    try:
        query = await asked(database, parse_qsl(request.query_string, keep_blank_values=True, max_num_fields=100))
        answer = await answer_to(database, query)
    except (BadParameter, ValueError, QueryInterrupted) as bad:
        message = str(bad) if isinstance(bad, BadParameter) else "This filter cannot be drawn."
        body = await datasette.render_template("embed_chart.html", {"message": message}, request=request)
        return Response.html(body, status=400)
    columns = await event_columns(database)
    context = {
        "chart": month_chart(answer.months, list(columns.coded["family"].values), last=MONTHS),
        "title": (await file_title(database, query)).rpartition("Sanctuary Tracker: ")[2],
        "count": answer.count,
        "link": datasette.absolute_url(request, datasette.urls.path(query.first().url())),
    }
    return Response.html(await datasette.render_template("embed_chart.html", context, request=request))


async def code(datasette: Datasette, request: Request) -> Response:
    """What can be embedded, with code to copy; `?place=pa/philadelphia` writes it for that place."""
    index = await place_index(published(datasette))
    asked_for = (request.args.get("place") or "").strip()[:120]
    found = index.at(f"/place/{asked_for.strip('/')}") if asked_for else None
    example = found or index.by_url.get(SAMPLE) or next(iter(index.states()), None)
    root = datasette.absolute_url(request, datasette.urls.path("/")).rstrip("/")
    context = {"asked_for": asked_for, "found": found, "example": example, "cards": []}
    if example:
        chosen = f"state={example.state}" if example.kind == "state" else f"place={example.id}"
        at, drawn = f"/embed{example.url}", f"/embed/chart?{chosen}"
        context["cards"] = [
            {
                "label": f"{example.label}: the record in short",
                "path": at,
                "code": frame_code(root + at, f"{example.label}, Sanctuary Tracker", "place"),
            },
            {
                "label": f"{example.label}: events by month",
                "path": drawn,
                "code": frame_code(root + drawn, f"{example.label}: events by month, Sanctuary Tracker", "chart"),
            },
        ]
    return Response.html(await datasette.render_template("embed_code.html", context, request=request))


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [
        (r"/embed$", code),
        (r"/embed/chart$", chart),
        (r"/embed/place/(?P<state>[^/.]+)$", place),
        (r"/embed/place/(?P<state>[^/.]+)/(?P<slug>[^/.]+)$", place),
    ]
