"""Reports to the public site: `tracker link`, `tracker publish`, `tracker serve`."""

from __future__ import annotations

import click

from commands.steps import link_archive, open_archive, publish_archive, serve_public
from commands.terminal import Failure, report
from data.settings import load_settings


@click.command()
def link() -> None:
    """Join reports of the same event."""
    with open_archive(load_settings(), "link") as archive:
        report("link", link_archive(archive))


@click.command()
def publish() -> None:
    """Build the public database aside, check it, swap it in."""
    settings = load_settings()
    with open_archive(settings, "publish") as archive:
        report("publish", publish_archive(archive, settings, sample=False))


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), envvar="PORT", help="Port on this machine [default: 8001].")
def serve(port: int | None) -> None:
    """Serve the site on the public database."""
    settings = load_settings()
    if not settings.public.is_file():
        raise Failure(f"{settings.public} does not exist yet: run `tracker publish` first, or `tracker demo` to try it")
    serve_public(settings, port)
