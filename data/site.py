"""Serving the site: Datasette on the published database, with the templates and plugins of the folder `datasette/`."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import uvicorn
from datasette.app import Datasette

from data.site_database import PublishedDatabase, mount
from data.site_home import home_page

SETTINGS = {
    "default_page_size": 100,
    "max_returned_rows": 2000,
    "sql_time_limit_ms": 2000,
    "facet_time_limit_ms": 500,
    "default_facet_size": 12,
    "suggest_facets": False,
    "allow_download": True,
    "max_csv_mb": 0,  # a cut file would arrive with status 200 and no word about it
    "truncate_cells_html": 600,
}
GOODBYE_SECONDS = 3


class SiteError(RuntimeError):
    """The site cannot be served; the message says why in one line."""


def site_folder() -> Path:
    """Where templates, plugins and static files are: beside `data/` in a checkout, else among the shared data.

    Raises SiteError where they are in neither. Installed, `datasette` beside `data/` is Datasette's own package, which
    has templates too but an `__init__.py`, as the site has not.
    """
    checkout = Path(__file__).resolve().parent.parent / "datasette"
    for folder in (checkout, Path(sys.prefix) / "share" / "sanctuary-tracker" / "site"):
        if (folder / "templates").is_dir() and not (folder / "__init__.py").exists():
            return folder
    raise SiteError("the site's templates are missing from this installation")


def build_datasette(public: Path) -> Datasette:
    """The site on a published database, mounted as `tracker` whatever the file's name.

    Raises SiteError where there is no such file.
    """
    public = Path(public).absolute()
    if not public.is_file():
        raise SiteError(f"{public}: no published database yet; `tracker publish` makes one")
    folder = site_folder()
    site = Datasette(
        files=[],
        template_dir=str(folder / "templates"),
        plugins_dir=str(folder / "plugins"),
        static_mounts=[("static", str(folder / "static"))],
        settings=SETTINGS,
        cors=True,
    )
    site.remove_database("_memory")
    mount(site, PublishedDatabase(site, public))
    return site


def serve_site(public: Path, *, port: int, host: str = "127.0.0.1", say: Callable[[str], None] = print) -> None:
    """Serve until Ctrl-C or SIGTERM. `say` is told the address once a browser can connect; port 0 takes a free one.

    Raises SiteError where the port is taken or there is no database.
    """
    site = build_datasette(public)
    listener = _listener(host, port)
    address, bound = listener.getsockname()[:2]
    named = f"[{address}]" if ":" in address else address
    server = uvicorn.Server(
        uvicorn.Config(
            site.app(),
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GOODBYE_SECONDS,
        )
    )
    say(f"The site is at http://{named}:{bound}/ (Ctrl-C ends it)")
    try:
        asyncio.run(_serve(site, server, listener))
    except KeyboardInterrupt:
        say("The site has ended.")


async def _serve(site: Datasette, server: uvicorn.Server, listener: socket.socket) -> None:
    await site.invoke_startup()
    await home_page(site.databases["tracker"])  # so that the first reader does not wait for the map
    await server.serve(sockets=[listener])


def _listener(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except (OSError, OverflowError) as error:
        raise SiteError(f"cannot listen on {host}:{port} ({error}); choose another port") from error
    return listener
