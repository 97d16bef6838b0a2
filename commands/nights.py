"""The night and what is to be said of it: `tracker nightly` and `tracker health`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from commands.terminal import EXISTING
from data.settings import load_settings


@click.command()
@click.option("--registry", type=EXISTING, help="Another registry file than the bundled one.")
def nightly(registry: Path | None) -> None:
    """Crawl, extract, link and publish, each within its time; say in ten lines what is new and which outlets broke.

    Exit status 0: all is well; 3: done, and some outlets are broken; 1: a stage failed.
    """
    from data.lock import hold
    from data.night import run_night

    settings = load_settings()
    options = {"crawl": ["--registry", str(registry)]} if registry else {}
    with hold(settings.home, "nightly") as lock:
        told = run_night(settings, [sys.executable, "-m", "tracker"], lock.inheritance(), options)
    click.echo("\n".join(told.lines))
    sys.exit(told.status)


@click.command()
@click.option("--all", "everything", is_flag=True, help="Every outlet, the healthy ones too.")
def health(everything: bool) -> None:
    """Say how the last night went, and which outlets are silent, failing or blocked now."""
    from data.night import tell_health

    click.echo("\n".join(tell_health(load_settings(), everything=everything)))
