"""Records as rows of the archive, and rows as records."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from data.records import Actor, Article, Evidence, Extraction, Outlet, Quote, Report, Source

REPORT_FIELDS = (
    "type", "status", "date", "date_precision", "place_id", "confidence", "agreement_type", "agreement_name",
    "counterparty", "direction", "stance", "form", "votes_for", "votes_against", "crowd_low", "crowd_high",
)  # fmt: skip
_SURROGATE = re.compile("[\ud800-\udfff]")
_ARTICLE_FIELDS = ("url", "title", "text", "published", "modified", "outlet", "language", "source_id", "kind")


def source_row(source: Source) -> dict[str, Any]:
    """A row of `sources`; feeds and sections are joined by spaces as in the registry."""
    return asdict(source) | {"feeds": " ".join(source.feeds), "sections": " ".join(source.sections)}


def source_from_row(row: dict[str, Any]) -> Source:
    """The outlet that `source_row` wrote."""
    return Source(**row | {"feeds": tuple(row["feeds"].split()), "sections": tuple(row["sections"].split())})


def storable(text: str | None) -> str | None:
    """`text` with each half of a broken surrogate pair, which no database takes, replaced; no offset moves."""
    return _SURROGATE.sub("\ufffd", text) if text else text


def article_row(article: Article) -> dict[str, Any]:
    """The columns of `articles` that come from the story itself; authors and home are JSON."""
    return {name: storable(getattr(article, name)) for name in _ARTICLE_FIELDS} | {
        "authors": json.dumps(list(article.authors)),
        "paywalled": int(article.paywalled),
        "home": json.dumps(asdict(article.source)) if article.source else None,
    }


def article_from_row(row: dict[str, Any]) -> Article:
    """The story that `article_row` wrote."""
    return Article(
        **{name: row[name] for name in _ARTICLE_FIELDS},
        authors=tuple(json.loads(row["authors"] or "[]")),
        paywalled=bool(row["paywalled"]),
        source=Outlet(**json.loads(row["home"])) if row["home"] else None,
    )


def report_rows(article_id: int, reports: Iterable[Report]) -> list[dict[str, Any]]:
    """Rows of `reports` in the extractor's order; `ordinal` counts from 0 within the article."""
    return [
        {"article_id": article_id, "ordinal": ordinal}
        | {name: getattr(report, name) for name in REPORT_FIELDS}
        | {
            "actors": json.dumps([asdict(actor) for actor in report.actors]),
            "evidence_where": report.evidence.where,
            "evidence_start": report.evidence.start,
            "evidence_end": report.evidence.end,
            "evidence": report.evidence.text,
        }
        for ordinal, report in enumerate(reports)
    ]


def report_from_row(row: dict[str, Any]) -> Report:
    """The report that `report_rows` wrote."""
    evidence = Evidence(row["evidence_where"], row["evidence_start"], row["evidence_end"], row["evidence"])
    actors = [Actor(**actor) for actor in json.loads(row["actors"] or "[]")]
    return Report(**{name: row[name] for name in REPORT_FIELDS}, evidence=evidence, actors=actors)


def quote_rows(article_id: int, quotes: Iterable[Quote]) -> list[dict[str, Any]]:
    """Rows of `quotes` in the article's order."""
    return [
        {"article_id": article_id, "ordinal": ordinal} | asdict(quote) | {"direct": int(quote.direct)}
        for ordinal, quote in enumerate(quotes)
    ]


def person_rows(article_id: int, extraction: Extraction) -> list[dict[str, Any]]:
    """Rows of `persons`: officials first, then spokespeople; nobody else is ever written."""
    officials = [
        {"kind": "official", "name": o.name, "role": o.role, "body": o.body, "organization": None,
         "place_id": o.place_id}
        for o in extraction.officials
    ]  # fmt: skip
    spokespeople = [
        {"kind": "spokesperson", "name": s.name, "role": s.role, "body": None, "organization": s.organization,
         "place_id": None}
        for s in extraction.spokespeople
    ]  # fmt: skip
    return [{"article_id": article_id, "ordinal": n} | row for n, row in enumerate(officials + spokespeople)]


def inherit_events(rows: list[dict[str, Any]], former: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give new report rows the events of the rows that they replace, each former event at most once.

    A row replaces the one of the same type and place; of those left, one that rests on the same sentence; of those
    left, one of the same type.
    """
    left = [row for row in former if row["event_id"]]
    for row in rows:
        row["event_id"] = None
    for columns in (("type", "place_id"), ("evidence",), ("type",)):
        for row in (r for r in rows if r["event_id"] is None):
            twin = next((f for f in left if all(f[c] == row[c] for c in columns)), None)
            if twin:
                row["event_id"] = twin["event_id"]
                left.remove(twin)
    return rows
