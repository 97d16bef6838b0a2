"""Errors as pages of the site, with the banner that every page has while samples are loaded."""

import logging
import sqlite3
from collections.abc import Awaitable, Callable, Generator
from typing import Any
from urllib.parse import unquote

from datasette import Request, Response, hookimpl
from datasette.app import Datasette
from datasette.database import QueryInterrupted
from datasette.utils.asgi import Base400
from datasette.views.base import DatasetteError
from markupsafe import Markup

from data.site_database import published
from data.site_place_match import nearest_places

PLACES = ("/place/", "/places/")  # where an unknown address is answered with the names most like it
log = logging.getLogger("tracker.site")


def told(exception: Exception) -> tuple[int, str, str | None]:
    """The status and the message of an exception; what went wrong inside is for the log, not for the reader."""
    if isinstance(exception, Base400):
        return exception.status, exception.args[0] if exception.args else "Bad request", None
    if isinstance(exception, DatasetteError):
        message = Markup(exception.message) if exception.message_is_html else exception.message
        return exception.status, message, exception.title
    if isinstance(exception, QueryInterrupted):
        return 400, "This question takes too long to answer here. Ask for less, or download the data.", None
    log.error("error while answering", exc_info=exception)
    detail = "The database could not answer." if isinstance(exception, sqlite3.Error) else "Something went wrong here."
    return 500, detail, None


# Datasette's own handler prints every 404 with its local variables, so it must not run beside this one.
@hookimpl(hookwrapper=True)
def handle_exception(datasette: Datasette, request: Request, exception: Exception) -> Generator[None, Any, None]:
    async def answer():
        status, message, title = told(exception)
        context = {"ok": False, "error": message, "status": status, "title": title}
        headers = {"access-control-allow-origin": "*"}
        if status == 404 and request.path.startswith(PLACES) and not request.path.endswith(".json"):
            context["nearest"] = await nearest_places(published(datasette), unquote(request.path)[:200])
        if request.path.endswith(".json"):
            return Response.json(context, status=status, headers=headers)
        await datasette.invoke_startup()
        templates = [f"{status}.html", "error.html"]
        body = await datasette.render_template(templates, context, request=request, view_name="error")
        return Response.html(body, status=status, headers=headers)

    outcome = yield
    outcome.force_result([answer])


@hookimpl
def forbidden(datasette: Datasette, request: Request, message: str) -> Callable[[], Awaitable[Response]]:
    async def answer():
        context = {"error": message, "status": 403, "title": "Not open to readers"}
        body = await datasette.render_template("error.html", context, request=request, view_name="error")
        return Response.html(body, status=403)

    return answer
