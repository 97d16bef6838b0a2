"""When is a prediction the labelled thing: places, dates, names, words, and the pairing of events.

Labels are the flat objects of a labelled file; predictions are what the extractor returns.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from data.gazetteer import Gazetteer
from data.records import Place, Report

Label = Mapping[str, Any]
_SUFFIXES = {"jr", "sr", "ii", "iii", "iv"}
_COUNTY_WORDS = re.compile(r"\b(?:county|parish|borough|census area|municipality)\b")
SCORED = ("status", "date", "agreement_type", "direction", "stance", "form", "votes_for", "votes_against")


def fold(text: str) -> str:
    """Lower case without accents, marks or doubled spaces: what is left to compare."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[a-z0-9]+", plain.lower()))


# --- places ---------------------------------------------------------------------------------------------------------


def label_place_ids(place: Label | None, gazetteer: Gazetteer) -> frozenset[str]:
    """The gazetteer's ids of a labelled place {"name", "kind", "state"}; several where one name has several entries."""
    if not place:
        return frozenset()
    name, state = place["name"], place.get("state")
    if place["kind"] == "state":
        return frozenset({f"state:{state}"})
    found = gazetteer.counties(name, state) if place["kind"] == "county" else gazetteer.cities(name, state)
    return frozenset(p.id for p in found)


def same_place(label: Label | None, predicted: Place | None, gazetteer: Gazetteer) -> bool:
    """True where the prediction is the labelled place, by id, or by name, kind and state where ids do not tell."""
    if not label or predicted is None:
        return not label and predicted is None
    if predicted.id in label_place_ids(label, gazetteer):
        return True
    return (
        predicted.kind == label["kind"]
        and predicted.state == label.get("state")
        and _bare(predicted.name) == _bare(label["name"])
    )


def _bare(name: str) -> str:
    return " ".join(_COUNTY_WORDS.sub(" ", fold(name)).split())


# --- dates ----------------------------------------------------------------------------------------------------------


def same_date(label: str, predicted: str | None, precision: str) -> bool:
    """True where the prediction tells the labelled date at the label's precision ("2018-07-27", "2018-07", "2018").

    A predicted week is right for a month or year that it reaches into. A prediction coarser than the label is wrong.
    """
    if predicted is None:
        return False
    wanted = {10: 0, 7: 1, 4: 2}.get(len(label))
    if wanted is None:
        raise ValueError(f"label date {label!r} is neither YYYY-MM-DD, YYYY-MM nor YYYY")
    given = {"day": 0, "week": 0, "month": 1, "year": 2}.get(precision, 3)
    if precision == "week" and wanted == 0:
        return False
    if given > wanted:
        return False
    days = [predicted]
    if precision == "week":
        days.append((date.fromisoformat(predicted) + timedelta(days=6)).isoformat())
    return any(day.startswith(label) for day in days)


# --- people and words -----------------------------------------------------------------------------------------------


def same_name(label: str, predicted: str) -> bool:
    """True for the same first name (or its initial) and surname; single words must be the same word."""
    one, other = _name_parts(label), _name_parts(predicted)
    if not one or not other or one[-1] != other[-1]:
        return False
    if len(one) == 1 or len(other) == 1:
        return len(one) == len(other)
    first, second = one[0], other[0]
    return first == second or (1 in (len(first), len(second)) and first[0] == second[0])


def same_speaker(label: str, predicted: str) -> bool:
    """As `same_name`, and a surname alone, or an agency's name within a longer one, will do."""
    one, other = _name_parts(label), _name_parts(predicted)
    if same_name(label, predicted):
        return True
    return bool(one and other) and 1 in (len(one), len(other)) and one[-1] == other[-1]


def _name_parts(name: str) -> list[str]:
    return [part for part in fold(name.replace("'", "").replace("’", "")).split() if part not in _SUFFIXES]


def tells(words: str, text: str) -> bool:
    """True where `text` holds these words in a row."""
    return f" {fold(words)} " in f" {fold(text)} " if fold(words) else False


# --- events ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pairing:
    """Indexes into labels and predictions: the pairs, and what found no partner."""

    pairs: tuple[tuple[int, int], ...]
    missed: tuple[int, ...]
    spurious: tuple[int, ...]


def pair_events(
    labels: Sequence[Label], reports: Sequence[Report], places: Mapping[str, Place], gazetteer: Gazetteer
) -> Pairing:
    """One-to-one pairs of the same type and place, those that agree best in the other fields first."""
    candidates = [
        (-agreement(label, report), i, j)
        for i, label in enumerate(labels)
        for j, report in enumerate(reports)
        if label["type"] == report.type and same_place(label.get("place"), places.get(report.place_id or ""), gazetteer)
    ]
    pairs, left, right = [], set(), set()
    for _, i, j in sorted(candidates):
        if i not in left and j not in right:
            pairs.append((i, j))
            left.add(i)
            right.add(j)
    return Pairing(tuple(sorted(pairs)), _rest(len(labels), left), _rest(len(reports), right))


def _rest(count: int, used: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(set(range(count)) - set(used)))


def agreement(label: Label, report: Report) -> int:
    """In how many scored fields the two agree, empty fields included."""
    return sum(field_right(label, report, name) for name in SCORED)


def field_right(label: Label, report: Report, name: str) -> bool:
    """True where one field of a report is as labelled."""
    wanted = label.get(name)
    if name == "date":
        return report.date is None if wanted is None else same_date(wanted, report.date, report.date_precision)
    return wanted == getattr(report, name)
