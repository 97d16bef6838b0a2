"""The figures of an evaluation as tables for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO

from rich.console import Console
from rich.table import Table

from nlp.evaluate_result import Accuracy, Result, Score

WIDTH = 110


def render(result: Result) -> str:
    """The result as text: overall, by type and status, by field, confusions, confidence, the worst texts."""
    console = Console(file=StringIO(), width=WIDTH, no_color=True, force_terminal=False, highlight=False)
    console.print(
        f"{result.texts} texts read by {result.pipeline}; {len(result.without_text)} labelled ones without text"
    )
    console.print(_scores("Overall", _overall(result)))
    console.print(_scores("Events by type", dict(sorted(result.types.items()))))
    console.print(_scores("Events by status (type, place and status right)", dict(sorted(result.statuses.items()))))
    console.print(_accuracies(result))
    console.print(_confusions(result))
    console.print(_reliability(result))
    for errors in result.worst():
        console.print(f"{errors.title or errors.url}", soft_wrap=True, markup=False)
        for sign, told in (("missed", errors.missed), ("spurious", errors.spurious)):
            if told:
                console.print(f"  {sign}: {'; '.join(told)}", soft_wrap=True, markup=False)
    return console.file.getvalue()  # type: ignore[attr-defined]


def _overall(result: Result) -> dict[str, Score]:
    return {
        "relevance": result.relevance,
        "events": result.events,
        "officials": result.officials,
        "spokespeople": result.spokespeople,
    }


def _scores(title: str, scores: Mapping[str, Score]) -> Table:
    table = Table(title=title, title_justify="left")
    for name in ("", "precision", "recall", "F1", "right", "spurious", "missed"):
        table.add_column(name, justify="left" if not name else "right")
    for name, s in scores.items():
        counts = (str(s.right), str(s.spurious), str(s.missed))
        table.add_row(name, _percent(s.precision), _percent(s.recall), _percent(s.f1), *counts)
    return table


def _accuracies(result: Result) -> Table:
    rows: dict[str, Accuracy] = {
        "central events found": result.central,
        "primary place": result.primary_place,
        **result.fields,
        "quotes found": result.quotes_found,
        "quotes with the right speaker": result.quotes_speaker,
    }
    table = Table(title="Fields (events: on those of the right type and place)", title_justify="left")
    for name in ("", "accuracy", "right", "of", "told unasked"):
        table.add_column(name, justify="left" if not name else "right")
    for name, a in rows.items():
        table.add_row(name, _percent(a.rate), str(a.right), str(a.total), str(a.invented))
    return table


def _confusions(result: Result) -> Table:
    table = Table("labelled", "told", "times", title="Probably one event under another type", title_justify="left")
    for (label, told), count in result.confusions.most_common(15):
        table.add_row(label, told, str(count))
    return table


def _reliability(result: Result) -> Table:
    title = f"Confidence (mean distance from the truth {_percent(result.calibration_error)})"
    table = Table("told", "events", "mean", "right", title=title, title_justify="left")
    for number, b in enumerate(result.bins):
        if b.count:
            bounds = f"{number / len(result.bins):.1f} to {(number + 1) / len(result.bins):.1f}"
            table.add_row(bounds, str(b.count), _percent(b.confidence / b.count), _percent(b.right / b.count))
    return table


def _percent(rate: float | None) -> str:
    return "-" if rate is None else f"{100 * rate:.1f} %"
