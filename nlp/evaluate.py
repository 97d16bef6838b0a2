"""Precision, recall and F1 of an extractor against a labelled file, field by field.

Events are paired one to one by type and place; status, date, agreement, votes and the rest are scored on the pairs.
The labelled file is in the flat form: the contract's input fields and the labels in one object a line. Rows without a
text get it by URL from a mapping handed in.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from data.errors import TrackerError
from data.gazetteer import Gazetteer, load_gazetteer
from data.records import Article, Extraction, Outlet, Place, Report
from nlp import evaluate_matching as matching
from nlp.evaluate_matching import Label
from nlp.evaluate_report import render
from nlp.evaluate_result import BINS, Accuracy, Result, TextErrors

__all__ = ["LabelError", "Result", "evaluate", "load_gold", "render"]

NEEDED = ("url", "relevant", "events")  # what a labelled row cannot lack


class LabelError(TrackerError):
    """A labelled file holds something else than labels; the message names the file and line."""


class Reads(Protocol):
    """What is measured: anything that turns articles into extractions, in order."""

    version: str

    def pipe(self, articles: Iterable[Article], batch_size: int = 8) -> Iterator[Extraction]:
        """One extraction an article, in order."""


def load_gold(path: Path) -> list[Label]:
    """The rows of a labelled file, one JSON object a line. Raises LabelError naming file, line and what is wrong."""
    with path.open(encoding="utf-8") as lines:
        return [_row(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _row(path: Path, number: int, line: str) -> Label:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise LabelError(f"{path}:{number}: not JSON: {error}") from error
    if not isinstance(row, dict):
        raise LabelError(f"{path}:{number}: not an object")
    lacking = [name for name in NEEDED if name not in row]
    if lacking:
        raise LabelError(f"{path}:{number}: no {lacking[0]!r}")
    return row


def evaluate(
    rows: Iterable[Label],
    extractor: Reads,
    texts: Mapping[str, Article] | None = None,
    gazetteer: Gazetteer | None = None,
) -> Result:
    """Run `extractor` over the labelled rows and score it.

    `texts` gives the article of a row that has only a URL; rows whose text is nowhere are listed and left out.
    Raises KeyError where a row lacks `url`, `relevant` or `events`.
    """
    gazetteer = gazetteer or load_gazetteer()
    result = Result(pipeline=extractor.version)
    labelled = []
    for row in rows:
        article = _article(row, texts or {})
        if article is None:
            result.without_text.append(row["url"])
        else:
            labelled.append((row, article))
    extractions = extractor.pipe([article for _, article in labelled])
    for (row, article), extraction in zip(labelled, extractions, strict=True):
        score_text(result, row, article, extraction, gazetteer)
    return result


def score_text(result: Result, row: Label, article: Article, found: Extraction, gazetteer: Gazetteer) -> None:
    """Add one text's figures to `result`."""
    result.texts += 1
    wanted = bool(row["relevant"])
    result.relevance.add(wanted and found.relevant, found.relevant and not wanted, wanted and not found.relevant)
    _score_events(result, row, article, found, gazetteer)
    _score_primary(result, row, found, gazetteer)
    result.officials.add(*_names(row.get("officials"), [o.name for o in found.officials]))
    result.spokespeople.add(*_names(row.get("spokespeople"), [s.name for s in found.spokespeople]))
    _score_quotes(result, row.get("quotes") or [], found)


def _score_events(result: Result, row: Label, article: Article, found: Extraction, gazetteer: Gazetteer) -> None:
    labels, reports = row["events"], found.events
    places = {p.place.id: p.place for p in found.places}
    for report in reports:
        if report.place_id and report.place_id not in places and (known := gazetteer.get(report.place_id)):
            places[report.place_id] = known
    pairing = matching.pair_events(labels, reports, places, gazetteer)
    result.events.add(len(pairing.pairs), len(pairing.spurious), len(pairing.missed))
    for i, j in pairing.pairs:
        _score_pair(result, labels[i], reports[j])
    for i in pairing.missed:
        result.types[labels[i]["type"]].missed += 1
        result.statuses[labels[i]["status"]].missed += 1
        _count_central(result, labels[i], found=False)
    for j in pairing.spurious:
        result.types[reports[j].type].spurious += 1
        result.statuses[reports[j].status].spurious += 1
        _count_confidence(result, reports[j], right=False)
    _count_confusions(
        result, [labels[i] for i in pairing.missed], [reports[j] for j in pairing.spurious], places, gazetteer
    )
    result.errors.append(
        TextErrors(
            article.url,
            article.title,
            tuple(_told(labels[i]["type"], labels[i].get("place")) for i in pairing.missed),
            tuple(_told(reports[j].type, _as_label(places.get(reports[j].place_id or ""))) for j in pairing.spurious),
        )
    )


def _score_pair(result: Result, label: Label, report: Report) -> None:
    result.types[report.type].right += 1
    _count_status(result, label["status"], report.status)
    _count_central(result, label, found=True)
    _count_confidence(result, report, right=True)
    for name in ("status", "date", "agreement_type", "direction", "stance", "form"):
        told = getattr(report, name)
        _count(result.fields[name], label.get(name), told, matching.field_right(label, report, name))
    for name in ("votes", "crowd"):
        halves = ("votes_for", "votes_against") if name == "votes" else ("crowd_low", "crowd_high")
        wanted = tuple(label.get(half) for half in halves)
        told = tuple(getattr(report, half) for half in halves)
        _count(result.fields[name], _or_none(wanted), _or_none(told), wanted == told)


def _count(accuracy: Accuracy, wanted: object, told: object, right: bool) -> None:
    if wanted is None:
        accuracy.invented += told is not None
        return
    accuracy.total += 1
    accuracy.right += right


def _or_none(values: tuple[int | None, ...]) -> tuple[int | None, ...] | None:
    return None if all(value is None for value in values) else values


def _count_status(result: Result, wanted: str, told: str) -> None:
    if wanted == told:
        result.statuses[wanted].right += 1
        return
    result.statuses[wanted].missed += 1
    result.statuses[told].spurious += 1


def _count_central(result: Result, label: Label, found: bool) -> None:
    if label.get("central"):
        result.central.total += 1
        result.central.right += found


def _count_confidence(result: Result, report: Report, right: bool) -> None:
    chosen = result.bins[min(int(report.confidence * BINS), BINS - 1)]
    chosen.count += 1
    chosen.confidence += report.confidence
    chosen.right += right


def _count_confusions(
    result: Result, missed: list[Label], spurious: list[Report], places: Mapping[str, Place], gazetteer: Gazetteer
) -> None:
    """A missed label and a spurious report at the same place: probably one event under the wrong type."""
    free = list(spurious)
    for label in missed:
        for report in free:
            if matching.same_place(label.get("place"), places.get(report.place_id or ""), gazetteer):
                result.confusions[label["type"], report.type] += 1
                free.remove(report)
                break


def _score_primary(result: Result, row: Label, found: Extraction, gazetteer: Gazetteer) -> None:
    wanted = row.get("primary_place")
    told = next((p.place for p in found.places if p.primary), None)
    right = wanted is not None and matching.same_place(wanted, told, gazetteer)
    _count(result.primary_place, wanted, told, right)


def _names(labels: Iterable[Label] | None, predicted: list[str]) -> tuple[int, int, int]:
    """Right, spurious and missed names, one to one."""
    free, missed = list(predicted), 0
    for label in labels or ():
        match = next((name for name in free if matching.same_name(label["name"], name)), None)
        if match is None:
            missed += 1
        else:
            free.remove(match)
    return len(predicted) - len(free), len(free), missed


def _score_quotes(result: Result, labels: list[Label], found: Extraction) -> None:
    for label in labels:
        told = [quote for quote in found.quotes if matching.tells(label["first_words"], quote.text)]
        result.quotes_found.total += 1
        result.quotes_speaker.total += 1
        result.quotes_found.right += bool(told)
        result.quotes_speaker.right += any(matching.same_speaker(label["speaker"], quote.speaker) for quote in told)


def _article(row: Label, texts: Mapping[str, Article]) -> Article | None:
    """The row's own text, else the one handed in, dated by the label where the page tells no date."""
    if row.get("text") is not None:
        home = row.get("source")
        return Article(
            url=row["url"],
            title=row.get("title") or "",
            text=row["text"],
            published=row.get("published"),
            source=Outlet(home.get("name") or "", home.get("city"), home.get("state")) if home else None,
        )
    known = texts.get(row["url"])
    return known and replace(known, published=known.published or row.get("published"))


def _as_label(place: Place | None) -> Label | None:
    return place and {"name": place.name, "state": place.state}


def _told(kind: str, place: Label | None) -> str:
    return f"{kind} in {place['name']}, {place.get('state')}" if place else f"{kind} nowhere"
