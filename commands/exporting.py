"""Releases for researchers: `tracker export`."""

from __future__ import annotations

from pathlib import Path

import click

from data.settings import load_settings


@click.command()
@click.option(
    "--format",
    "formats",
    type=click.Choice(["csv", "parquet", "datapackage", "all"]),
    multiple=True,
    default=("all",),
    help="May be given more than once; datapackage includes csv [default: all].",
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder [default: releases in the home].")
def export(formats: tuple[str, ...], out: Path | None) -> None:
    """Write the published tables as files with checksums: CSV, Parquet, a Frictionless data package."""
    from data.export import FORMATS
    from data.export import export as write_release

    settings = load_settings()
    chosen = FORMATS if "all" in formats else formats
    release = write_release(settings.public, out or settings.home / "releases", chosen)
    rows = sum(release.files.values())
    click.echo(f"export: {len(release.files)} files, {rows:,} rows in {release.folder}")
