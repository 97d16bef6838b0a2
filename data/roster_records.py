"""A row of a federal list as an article of kind `record` with its report, ready for the archive.

A row is told in one sentence of our own; its address is the list's, with a fragment made of the row's content, so that
the same agreement keeps its address however the rows are sorted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from data.gazetteer import fold
from data.records import Actor, Article, Evidence, Extraction, Outlet, Place, PlaceFound, Report, Roster
from data.roster_changes import Listed
from data.roster_dates import between, signing
from data.roster_names import roster_words

PIPELINE = "records-1"
LISTED_CONFIDENCE = 0.98  # an official list that says so
GONE_CONFIDENCE = 0.5  # a list that no longer says so
_WORDS = {"participating": "participating agencies", "pending": "pending agencies"}


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who stands behind the records: id and name of the registry's source."""

    source_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Issue:
    """Where a row is told: the list, and the date of the issue before it (None where it is the first)."""

    roster: Roster
    before: str | None
    publisher: Publisher


def record_of(listed: Listed, place: Place | None, issue: Issue) -> tuple[Article, Extraction]:
    """The record of a row that is in the list: an agreement signed, or, in the pending list, applied for."""
    row, roster = listed.row, issue.roster
    if roster.status == "pending":
        day, precision = between(issue.before, roster.dated)
        kind, status = "agreement_proposed", "proposed"
    else:
        day, precision = signing(row.signed, row.moa, issue.before, roster.dated)
        kind, status = "agreement_signed", "occurred"
    signed = f", signed {_day(row.signed)}" if row.signed and roster.status == "participating" else ""
    if signed and precision == "day" and day != row.signed:
        signed += f" (by its document: {_day(day)})"
    text = f"ICE's list of {_WORDS[roster.status]} of {_day(roster.dated)} has {_whole(listed)}{signed}."
    url = listed.record_url or record_url(listed, roster)
    return _record(listed, place, issue, url, text, Told(kind, status, day, precision, LISTED_CONFIDENCE), decided=True)


def record_of_gone(listed: Listed, place: Place | None, issue: Issue) -> tuple[Article, Extraction]:
    """The record of a row that the list no longer has: an unconfirmed end."""
    roster = issue.roster
    day, precision = between(issue.before, roster.dated)
    text = f"ICE's list of {_WORDS[roster.status]} of {_day(roster.dated)} no longer has {_whole(listed)}"
    text += f"; that of {_day(issue.before)} still had it." if issue.before else "."
    told = Told("agreement_terminated", "unconfirmed", day, precision, GONE_CONFIDENCE)
    return _record(listed, place, issue, record_url(listed, roster, gone=True), text, told, decided=False)


def record_url(listed: Listed, roster: Roster, *, gone: bool = False) -> str:
    """The list's address with the row's content behind it: `#al-autauga-county-sheriffs-office-...`."""
    model = listed.agreement_type.removeprefix("287g").strip("_") or "model-not-told"
    parts = (listed.state or listed.row.state, listed.known_as, listed.row.county, model, listed.row.signed or "")
    slug = "-".join(fold(part.replace("_", " ")).replace(" ", "-") for part in parts if part)
    return f"{roster.url}#{'gone-' if gone else ''}{quote(slug[:300])}"


def agreement_name(listed: Listed) -> str:
    """`287(g), Autauga County Sheriff's Office`: a county, and more so a state, has several agencies' agreements."""
    return f"{roster_words()['names']['agreement']}, {listed.known_as}"


@dataclass(frozen=True, slots=True)
class Told:
    """What a record reports."""

    type: str
    status: str
    date: str | None
    precision: str
    confidence: float


def _record(
    listed: Listed, place: Place | None, issue: Issue, url: str, text: str, told: Told, *, decided: bool
) -> tuple[Article, Extraction]:
    names = roster_words()["names"]
    report = Report(
        type=told.type,
        status=told.status,
        date=told.date,
        date_precision=told.precision,
        place_id=place.id if place else None,
        evidence=Evidence("text", 0, len(text), text),
        confidence=told.confidence,
        agreement_type=listed.agreement_type,
        agreement_name=agreement_name(listed),
        counterparty=names["counterparty"],
        actors=[Actor(listed.row.agency, "decided")] if decided else [],
    )
    state = place.state if place else listed.state
    article = Article(
        url=url,
        title=f"{listed.row.agency}, {state or listed.row.state}: 287(g) {listed.row.model}",
        text=text,
        published=issue.roster.dated,
        outlet=issue.publisher.name,
        language="en",
        source=Outlet(issue.publisher.name, None, None),
        source_id=issue.publisher.source_id,
        kind="record",
    )
    places = [PlaceFound(place, [], primary=True)] if place else []
    return article, Extraction(url, True, 1.0, PIPELINE, places=places, events=[report])


def _whole(listed: Listed) -> str:
    row = listed.row
    where = ", ".join(filter(None, (row.county, _title(row.state))))
    return f"{row.agency} ({where}) under the {row.model}" if where else f"{row.agency} under the {row.model}"


def _title(state: str) -> str:
    return state.title() if state.isupper() and len(state) > 2 else state


def _day(iso: str | None) -> str:
    day = date.fromisoformat(iso or "")
    return f"{day:%B} {day.day}, {day.year}"
