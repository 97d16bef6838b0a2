"""The difference of two issues of a federal list, told: counts by model and by state, then the rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from data.records import Roster
from data.roster_changes import Changes, Listed
from data.rosters import count_changes

CLASSES = ("signed", "gone", "renamed")


def diff_report(
    old: tuple[Roster, Sequence[Listed]], new: tuple[Roster, Sequence[Listed]], changes: Changes
) -> dict[str, Any]:
    """Plain values: both issues, counts, counts `by_model` and `by_state`, and the rows of each class.

    A renamed row is told as its new one with `was`, the old one's agency and row number.
    """
    classes: dict[str, list[Listed]] = {
        "signed": changes.signed,
        "gone": changes.gone,
        "renamed": [after for _, after in changes.renamed],
    }
    was = {id(after): before for before, after in changes.renamed}
    return {
        "old": _issue(*old),
        "new": _issue(*new),
        "counts": count_changes(changes),
        "by_model": _counted(classes, "agreement_type"),
        "by_state": _counted(classes, "state"),
        **{name: [_row(entry, was.get(id(entry))) for entry in entries] for name, entries in classes.items()},
        "unplaced": [_row(entry) for entry in new[1] if entry.place_id is None],
    }


def render_diff(report: Mapping[str, Any]) -> Iterator[str]:
    """The report as lines of text."""
    for name in ("old", "new"):
        issue = report[name]
        size = f"{issue['rows']:,} rows, {issue['placed']:.1%} placed"
        yield f"{name}: {issue['status']} agencies of {issue['dated']}, {size}"
    yield ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in report["counts"].items())
    for title in ("by_model", "by_state"):
        yield ""
        yield f"{title.replace('_', ' '):<24}" + "".join(f"{name:>9}" for name in CLASSES)
        for key, counts in report[title].items():
            yield f"{key:<24}" + "".join(f"{counts[name]:>9,}" for name in CLASSES)
    for name in (*CLASSES, "unplaced"):
        if report[name]:
            yield ""
            yield f"{name}:"
        for row in report[name]:
            where = " / ".join(filter(None, (row["state"], row["county"], row["agency"], row["model"], row["signed"])))
            was = f", was row {row['was']['number']}: {row['was']['agency']}" if "was" in row else ""
            yield f"  row {row['number']}: {where} -> {row['place_id'] or 'no place'}{was}"


def _issue(roster: Roster, listed: Sequence[Listed]) -> dict[str, Any]:
    placed = sum(entry.place_id is not None for entry in listed)
    return {
        "url": roster.url,
        "status": roster.status,
        "dated": roster.dated,
        "edition": roster.edition,
        "rows": len(listed),
        "placed": placed / len(listed) if listed else 0.0,
        "problems": list(roster.problems),
    }


def _counted(classes: Mapping[str, Sequence[Listed]], field: str) -> dict[str, dict[str, int]]:
    """Value of the field -> rows of each class, the largest first."""
    counted = {name: Counter(getattr(entry, field) or "?" for entry in entries) for name, entries in classes.items()}
    keys = set().union(*counted.values())
    in_order = sorted(keys, key=lambda key: (-sum(counts[key] for counts in counted.values()), key))
    return {key: {name: counted[name][key] for name in classes} for key in in_order}


def _row(entry: Listed, was: Listed | None = None) -> dict[str, Any]:
    row = entry.row
    told = {name: getattr(row, name) for name in ("number", "agency", "county", "type", "model", "signed", "moa")}
    told |= {"state": entry.state or row.state, "place_id": entry.place_id, "agreement_type": entry.agreement_type}
    return told | ({"was": {"number": was.row.number, "agency": was.row.agency}} if was else {})
