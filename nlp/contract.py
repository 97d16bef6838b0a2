"""The extraction contract: one JSON object a line in, one out, in the same order.

A line that cannot be read, or an article that cannot be extracted, gives `{"error": "..."}` in its place; the others
are done all the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any

from data.errors import TrackerError
from data.records import Article, Extraction, Outlet, PlaceFound, Report
from nlp.pipeline import ExtractionError, Extractor, encodable

BATCH = 32  # lines read ahead
_MONTH = re.compile(r"\d{4}-\d{2}")
_TIMESTAMP = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}")


class ContractError(TrackerError):
    """A line breaks the contract; the message names the field."""


def article_from_contract(record: Any) -> Article:
    """The article of one input object. Unknown keys are ignored. Raises ContractError naming the field at fault."""
    if not isinstance(record, dict):
        raise ContractError(f"a line must hold a JSON object, not {_kind(record)}")
    if record.get("text") is None:
        raise ContractError("text is missing")
    return Article(
        url=_string(record, "url"),
        title=_string(record, "title"),
        text=_string(record, "text"),
        published=_published(record.get("published")),
        language=_string(record, "language") or None,
        source=_source(record.get("source")),
    )


def extraction_to_contract(extraction: Extraction) -> dict[str, Any]:
    """The output object: field names, nesting and order as the contract has them."""
    return {
        "url": extraction.url,
        "relevant": extraction.relevant,
        "relevance": round(extraction.relevance, 4),
        "pipeline": extraction.pipeline,
        "places": [_place(found) for found in extraction.places],
        "officials": [
            {"name": o.name, "role": o.role, "body": o.body, "place_id": o.place_id, "spans": _spans(o.spans)}
            for o in extraction.officials
        ],
        "spokespeople": [
            {"name": s.name, "role": s.role, "organization": s.organization, "spans": _spans(s.spans)}
            for s in extraction.spokespeople
        ],
        "events": [_event(report) for report in extraction.events],
        "quotes": [
            {
                "speaker": q.speaker,
                "role": q.role,
                "text": q.text,
                "start": q.start,
                "end": q.end,
                "cue": q.cue,
                "direct": q.direct,
            }
            for q in extraction.quotes
        ],
    }


def extract_lines(lines: Iterable[str | bytes], extractor: Extractor) -> Iterator[tuple[dict[str, Any], bool]]:
    """One (output object, failed) for each line, in order; reads `BATCH` lines ahead and keeps no more in memory."""
    source = iter(lines)
    while batch := list(islice(source, BATCH)):
        yield from _extract_batch([_read(line) for line in batch], extractor)


def _extract_batch(batch: list[Article | ContractError], extractor: Extractor) -> Iterator[tuple[dict[str, Any], bool]]:
    results = extractor.results([item for item in batch if isinstance(item, Article)], batch_size=BATCH)
    for item in batch:
        outcome = item if isinstance(item, ContractError) else next(results)
        if isinstance(outcome, ContractError | ExtractionError):
            yield {"error": str(outcome)}, True
        else:
            yield extraction_to_contract(outcome), False


def _read(line: str | bytes) -> Article | ContractError:
    try:
        text = line.decode("utf-8-sig") if isinstance(line, bytes) else line.removeprefix("\ufeff")
        record = json.loads(text)
    except RecursionError:
        return ContractError("not JSON: nested too deeply")
    except ValueError as error:
        return ContractError(f"not JSON: {error}")
    try:
        return article_from_contract(record)
    except ContractError as error:
        return error


def _string(record: dict[str, Any], field: str) -> str:
    value = record.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ContractError(f"{field} must be a string, not {_kind(value)}")
    return encodable(value)


def _published(value: Any) -> str | None:
    """The publication date: a day, a timestamp's day, or a bare month ("2018-07") where no more is known."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ContractError(f"published must be a date as YYYY-MM-DD or null, not {_kind(value)}")
    stamp = _TIMESTAMP.match(value)
    day = stamp[1] if stamp else value
    month_only = _MONTH.fullmatch(day) is not None
    try:
        date.fromisoformat(day + "-01" if month_only else day)
    except ValueError:
        raise ContractError(f"published must be a date as YYYY-MM-DD or null, not {value!r}") from None
    return day if month_only else date.fromisoformat(day).isoformat()


def _source(value: Any) -> Outlet | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise ContractError(f"source must be an object or null, not {_kind(value)}")
    for field in ("name", "city", "state"):
        if not isinstance(value.get(field), str | None):
            raise ContractError(f"source.{field} must be a string or null, not {_kind(value[field])}")
    return Outlet(_string(value, "name"), _string(value, "city") or None, _string(value, "state") or None)


def _kind(value: Any) -> str:
    """The JSON name of a value's type."""
    if value is None:
        return "null"
    names = {
        bool: "a boolean",
        int: "a number",
        float: "a number",
        str: "a string",
        list: "an array",
        dict: "an object",
    }
    return names[type(value)]


def _spans(spans: Iterable[tuple[int, int]]) -> list[list[int]]:
    return [[start, end] for start, end in spans]


def _place(found: PlaceFound) -> dict[str, Any]:
    place = found.place
    return {
        "name": place.name,
        "kind": place.kind,
        "id": place.id,
        "state": place.state,
        "lat": place.lat,
        "lon": place.lon,
        "primary": found.primary,
        "spans": _spans(found.spans),
    }


def _event(report: Report) -> dict[str, Any]:
    evidence = report.evidence
    return {
        "type": report.type,
        "status": report.status,
        "date": report.date,
        "date_precision": report.date_precision,
        "place_id": report.place_id,
        "agreement_type": report.agreement_type,
        "agreement_name": report.agreement_name,
        "counterparty": report.counterparty,
        "direction": report.direction,
        "stance": report.stance,
        "form": report.form,
        "votes_for": report.votes_for,
        "votes_against": report.votes_against,
        "crowd_low": report.crowd_low,
        "crowd_high": report.crowd_high,
        "actors": [{"name": actor.name, "part": actor.part} for actor in report.actors],
        "evidence": {"where": evidence.where, "start": evidence.start, "end": evidence.end, "text": evidence.text},
        "confidence": round(report.confidence, 4),
    }
