"""The explore page, its files, and the search box's address, which knows a place by its name."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from datasette import Request, Response, hookimpl
from datasette.app import Datasette
from datasette.database import QueryInterrupted
from datasette.utils.asgi import AsgiStream

from data.site_database import PublishedDatabase, published
from data.site_explore import asked, explore_page
from data.site_explore_files import TYPES, as_atom, as_calendar, as_geojson, as_json, chosen_file, csv_lines
from data.site_explore_query import FORMATS, PATH, BadParameter, named_places
from data.site_explore_text import state_asked
from data.site_places import SitePlace, place_index

TOO_LONG = "That search takes too long. Another word, a state or a year makes it quicker."
OPEN_TO_ALL = {"access-control-allow-origin": "*"}


def arguments(request: Request) -> list[tuple[str, str]]:
    return parse_qsl(request.query_string, keep_blank_values=True, max_num_fields=400)


def root(datasette: Datasette, request: Request) -> str:
    return datasette.absolute_url(request, datasette.urls.path("/")).rstrip("/")


async def page(datasette: Datasette, request: Request) -> Response:
    database = published(datasette)
    try:
        query = await asked(database, arguments(request))
        context = await explore_page(database, query)
    except BadParameter as bad:
        return await refused(datasette, request, bad.name, str(bad))
    except ValueError:
        return await refused(datasette, request, "", "The address has too many parameters.")
    except QueryInterrupted:
        return await refused(datasette, request, "q", TOO_LONG)
    template = await datasette.render_template("explore.html", context, request=request, view_name="explore")
    return Response.html(template)


async def refused(datasette: Datasette, request: Request, name: str, message: str) -> Response:
    """Status 400, with the name of the parameter and the same address without it."""
    left = [pair for pair in parse_qsl(request.query_string)[:60] if pair[0] != name]
    without = f"{PATH}?{urlencode(left)}" if left else PATH
    context = {"name": name, "message": message, "without": without}
    body = await datasette.render_template("explore_refused.html", context, request=request, view_name="explore")
    return Response.html(body, status=400)


async def file(datasette: Datasette, request: Request) -> Response | AsgiStream:
    return await answer(datasette, request, request.url_vars["format"])


async def newest(datasette: Datasette, request: Request) -> Response | AsgiStream:
    return await answer(datasette, request, "atom")


async def answer(datasette: Datasette, request: Request, kind: str) -> Response | AsgiStream:
    database = published(datasette)
    try:
        query = await asked(database, arguments(request))
        chosen = await chosen_file(database, query, kind)
    except (BadParameter, QueryInterrupted, ValueError) as bad:
        name = bad.name if isinstance(bad, BadParameter) else "q"
        message = str(bad) if isinstance(bad, BadParameter) else TOO_LONG
        if kind in ("json", "geojson"):
            told = {"ok": False, "error": f"{name}: {message}", "parameter": name, "status": 400}
            return Response.json(told, status=400, headers=OPEN_TO_ALL)
        return Response.text(f"{name}: {message}\n", status=400, headers=OPEN_TO_ALL)
    here = root(datasette, request)
    headers = {**OPEN_TO_ALL, "x-total-count": str(chosen.total), "x-shown-count": str(len(chosen.positions))}
    if chosen.following:
        following = f'<{here}{chosen.following}>; rel="next"'
        headers["link"] = f'{following}, <{here}/downloads>; rel="collection"'
    if kind in ("csv", "ics"):
        headers["content-disposition"] = f'attachment; filename="{chosen.name}"'
    if kind == "csv":

        async def stream(writer: Any) -> None:
            async for lines in csv_lines(database, chosen):
                await writer.write(lines)

        return AsgiStream(stream, headers=headers, content_type=TYPES[kind])
    if kind == "atom":
        address = datasette.absolute_url(request, request.full_path)
        body: Any = await as_atom(database, chosen, here, address)
    elif kind == "ics":
        body = await as_calendar(database, chosen, here)
    else:
        body = await (as_json if kind == "json" else as_geojson)(database, chosen, here)
    return Response(body, headers=headers, content_type=TYPES[kind])


async def search(datasette: Datasette, request: Request) -> Response:
    """To the page of a state or a place named in full, else to the explore page with the same parameters."""
    given = [(name, value) for name, value in arguments(request) if value.strip() and name not in ("page", "all")]
    if [name for name, _ in given] == ["q"]:
        place = await meant(published(datasette), given[0][1])
        if place:
            return Response.redirect(datasette.urls.path(place.url))
    left = [(name, value.encode("utf-8", "replace").decode("utf-8")) for name, value in given]
    return Response.redirect(datasette.urls.path(f"{PATH}?{urlencode(left)}" if left else PATH))


async def meant(database: PublishedDatabase, text: str) -> SitePlace | None:
    places = await place_index(database)
    state = places.state(state_asked(text) or "")
    if state:
        return state
    named = named_places(text[:120], places)
    return named[0] if len(named) == 1 else None


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [
        (r"/explore$", page),
        (rf"/explore\.(?P<format>{'|'.join(FORMATS)})$", file),
        (r"/events\.atom$", newest),
        (r"/search$", search),
    ]
