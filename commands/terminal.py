"""What every verb says and takes alike: option types, progress, one plain line for what a stage did."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

ISO_DATE = click.DateTime(formats=["%Y-%m-%d"])
EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)


class Failure(click.ClickException):
    """A run that could not do its work: one clear line, exit status 1."""


@contextmanager
def progress_bar(label: str) -> Iterator[Any]:
    """A function (done, total or None) that moves a bar on a terminal and is silent elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def totals(counts: Any) -> dict[str, int]:
    """The whole numbers of a stage's dataclass of counts."""
    values = {f.name: getattr(counts, f.name) for f in fields(counts)}
    return {name: int(value) for name, value in values.items() if isinstance(value, int)}


def report(stage: str, counts: dict[str, Any]) -> None:
    """One plain line: what the stage did."""
    click.echo(
        f"{stage}: " + ", ".join(f"{v:,} {k.replace('_', ' ')}" for k, v in counts.items() if isinstance(v, int))
    )
