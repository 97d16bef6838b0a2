"""A newly published file is served within a second or so, with no restart."""

from collections.abc import Awaitable, Callable
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette

from data.site_database import follow_file
from data.site_home import home_page

App = Callable[[Any, Any, Any], Awaitable[None]]


@hookimpl
def asgi_wrapper(datasette: Datasette) -> Callable[[App], App]:
    def wrap(app: App) -> App:
        async def following(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                await follow_file(datasette, home_page)
            await app(scope, receive, send)

        return following

    return wrap
