"""The registry of outlets: `tracker sources`."""

from __future__ import annotations

from pathlib import Path

import click

from commands.terminal import EXISTING


@click.group()
def sources() -> None:
    """The registry of outlets."""


@sources.command("list")
@click.option("--state", metavar="XX", help="Only outlets of this state.")
@click.option("--registry", type=EXISTING, help="Another registry file than the bundled one.")
def list_sources(state: str | None, registry: Path | None) -> None:
    """Print the outlets, one a line."""
    from data.sources import load_sources, select_sources

    for s in select_sources(load_sources(registry), state=state):
        click.echo(f"{s.state}  {s.id:<24} {s.kind:<11} {s.name} ({s.domain})")
