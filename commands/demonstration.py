"""The whole chain on the bundled sample outlets: `tracker demo`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from commands.steps import extract_archive, extractor, link_archive, open_archive, publish_archive, serve_public
from commands.terminal import Failure, report
from data.settings import Settings, load_settings

SAMPLE_SINCE = date(2026, 1, 1)


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), envvar="PORT", help="Port of the site [default: 8001].")
@click.option("--no-serve", is_flag=True, help="Run the chain, print what it found, do not serve the site.")
def demo(port: int | None, no_serve: bool) -> None:
    """Crawl the bundled sample outlets over HTTP, run the whole chain on them, serve the site.

    The demonstration has a home of its own, made new each time: sample stories never meet real ones.
    """
    from data.sample.server import serve_sample

    settings = load_settings()
    settings = replace(settings, home=settings.home / "demo")
    if settings.home.exists():
        shutil.rmtree(settings.home)
    with serve_sample() as server:
        click.echo("Invented sample outlets are up on this machine. First visit:")
        crawl_sample(settings, server.proxy_url)
        server.revision = 1
        click.echo("Second visit, a day later: what has not changed is not sent again.")
        crawl_sample(settings, server.proxy_url)
    with open_archive(settings, "demo") as archive:
        report("extract", extract_archive(archive, extractor()))
        report("link", link_archive(archive))
        report("publish", publish_archive(archive, settings, sample=True))
    if not no_serve:
        serve_public(settings, port)


def crawl_sample(settings: Settings, proxy_url: str) -> None:
    """The crawl verb in a process of its own, sent to the sample outlets through their loopback proxy."""
    import data.sample

    registry = Path(data.sample.__file__).with_name("sources.csv")
    command = [sys.executable, "-m", "tracker", "crawl", "--registry", str(registry), "--since", str(SAMPLE_SINCE)]
    environment = {k: v for k, v in os.environ.items() if k.lower() != "no_proxy"} | {
        "TRACKER_HOME": str(settings.home),
        "TRACKER_CONTACT": "the demonstration on this machine",
        "TRACKER_DELAY": "0.05",
        "http_proxy": proxy_url,
    }
    if subprocess.run(command, env=environment, check=False).returncode:
        raise Failure("the crawl of the sample outlets failed; its own message stands above")
