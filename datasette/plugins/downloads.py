"""The releases, listed and handed out."""

from pathlib import Path
from typing import Any

from datasette import NotFound, Request, Response, hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import AsgiFileDownload

from data.site_database import published
from data.site_downloads import release_file, releases


def where(datasette: Datasette) -> Path:
    return Path(published(datasette).path)


async def downloads(datasette: Datasette, request: Request) -> Response:
    context = {"releases": releases(where(datasette))}
    return Response.html(await datasette.render_template("downloads.html", context, request=request))


async def download(datasette: Datasette, request: Request) -> AsgiFileDownload:
    found = release_file(where(datasette), request.url_vars["release"], request.url_vars["name"])
    if found is None:
        raise NotFound("There is no such file in a release.")
    file, kind = found
    return AsgiFileDownload(str(file), filename=file.name, content_type=kind)


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [(r"/downloads$", downloads), (r"/downloads/(?P<release>[^/]+)/(?P<name>[^/]+)$", download)]
