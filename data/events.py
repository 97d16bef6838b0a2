"""An event out of the reports that tell it: which words, which date, how sure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from data.event_dates import parse_day
from data.records import Report

# The most decided of the statuses told: what one outlet announces and another tells as done is done.
STATUS_ORDER = ("occurred", "ongoing", "announced", "proposed", "background", "denied")
PRECISION_ORDER = ("day", "week", "month", "year", "unknown")
MOST_CERTAIN = 0.99
MERGED_FIELDS = ("counterparty", "direction", "stance", "form", "agreement_name")


@dataclass(frozen=True)
class Told:
    """A report with what linking needs of its article.

    `published` is the publication date, or the day of the first fetch where none is known. `nth` counts the article's
    reports of the same type and place from 0. `group` is the near-duplicate group of the article's text. `record` says
    that it is a row of an official list.
    """

    id: int
    article_id: int
    url: str
    published: date
    outlet: str
    group: int
    nth: int
    report: Report
    record: bool = False

    @cached_property
    def day(self) -> date | None:
        """The first day of the told date, None where no date is told."""
        return None if self.report.date_precision == "unknown" else parse_day(self.report.date)

    @cached_property
    def precision(self) -> str:
        """day, week, month, year; unknown where no usable date is told."""
        known = self.report.date_precision in PRECISION_ORDER
        return (self.report.date_precision if known else "day") if self.day else "unknown"

    @property
    def order(self) -> tuple[date, str, int]:
        """Earliest publication first; never the order in which rows came into the archive."""
        return self.published, self.url, self.nth


@dataclass(slots=True)
class Event:
    """One row of `events`: the merged fields, and the ids of its reports, first told first."""

    type: str
    status: str
    date: str | None
    date_precision: str
    place_id: str
    confidence: float
    best_report: int
    reports_count: int
    outlets_count: int
    first_seen: str
    last_seen: str
    agreement_type: str | None = None
    agreement_name: str | None = None
    counterparty: str | None = None
    direction: str | None = None
    stance: str | None = None
    form: str | None = None
    votes_for: int | None = None
    votes_against: int | None = None
    crowd_low: int | None = None
    crowd_high: int | None = None
    id: str = ""
    agreement_id: str | None = None
    members: tuple[int, ...] = field(default=())


def merge_reports(members: Iterable[Told], *, lasting: Sequence[str] = ()) -> Event:
    """The event that `members` (reports of one type and place) tell. `lasting` types are dated by their first day."""
    told = sorted(members, key=lambda t: t.order)
    first = told[0].report
    status = min((t.report.status for t in told), key=_rank(STATUS_ORDER))
    day, precision = _date(told, status, first.type in lasting)
    best = min(told, key=lambda t: _worth(t, status))
    votes = _most_told(told, lambda r: None if r.votes_for is None else (r.votes_for, r.votes_against)) or (None, None)
    crowds_low = [t.report.crowd_low for t in told if t.report.crowd_low is not None]
    crowds_high = [t.report.crowd_high for t in told if t.report.crowd_high is not None]
    return Event(
        type=first.type,
        status=status,
        date=day,
        date_precision=precision,
        place_id=first.place_id or "",
        confidence=round(joint_confidence(told), 4),
        best_report=best.id,
        reports_count=len({t.article_id for t in told}),
        outlets_count=len({t.outlet for t in told}),
        first_seen=told[0].published.isoformat(),
        last_seen=told[-1].published.isoformat(),
        agreement_type=_agreement_type(told),
        votes_for=votes[0],
        votes_against=votes[1],
        crowd_low=min(crowds_low, default=None),
        crowd_high=max(crowds_high, default=None),
        members=tuple(t.id for t in told),
        **{name: _most_told(told, lambda r, name=name: getattr(r, name)) for name in MERGED_FIELDS}
        | _official_name(told),
    )


def _official_name(told: list[Told]) -> dict[str, str]:
    """The agreement's name as an official list gives it, which tells whose it is."""
    name = _most_told([t for t in told if t.record], lambda r: r.agreement_name)
    return {"agreement_name": name} if name else {}


def joint_confidence(told: Iterable[Told]) -> float:
    """Probability that the event is right, from its independent reports.

    One text counts once however many outlets carry it, with its best reading. The best report counts in full; each
    further one removes half of what its own confidence would remove of the remaining doubt, because readings of one
    extractor err alike. Never above 0.99.
    """
    best: dict[int, float] = {}
    for t in told:
        best[t.group] = max(best.get(t.group, 0.0), min(max(t.report.confidence, 0.0), 1.0))
    doubt = 1.0
    for n, confidence in enumerate(sorted(best.values(), reverse=True)):
        doubt *= 1 - (confidence if n == 0 else confidence / 2)
    return min(1 - doubt, MOST_CERTAIN)


def _date(told: list[Told], status: str, lasting: bool) -> tuple[str | None, str]:
    """The date most texts tell, of those that tell it most precisely and with the event's own status."""
    dated = [t for t in told if t.day]
    own = [t for t in dated if t.report.status == status] or dated
    if not own:
        return None, "unknown"
    precision = min((t.precision for t in own), key=_rank(PRECISION_ORDER))
    precise = [t for t in own if t.precision == precision]
    if lasting:
        return min(t.day for t in precise).isoformat(), precision
    days = Counter(day for day, _ in {(t.day, t.group) for t in precise})
    return min(days, key=lambda day: (-days[day], day)).isoformat(), precision


def _agreement_type(told: list[Told]) -> str | None:
    """The type told most; a 287(g) model beats `287g` alone."""
    return _most_told(told, lambda r: r.agreement_type if r.agreement_type != "287g" else None) or _most_told(
        told, lambda r: r.agreement_type
    )


def _most_told(told: Iterable[Told], value: Callable[[Report], Any]) -> Any:
    """The value that most texts tell (a text counts once); of equals the shorter, then the first in order."""
    pairs = {(value(t.report), t.group) for t in told}
    counts = Counter(v for v, _ in pairs if v is not None)
    return min(counts, key=lambda v: (-counts[v], len(str(v)), str(v)), default=None)


def _worth(told: Told, status: str) -> tuple[Any, ...]:
    """The best evidence first: tells the event's status, in the text, surely, early."""
    report = told.report
    return report.status != status, report.evidence.where != "text", -report.confidence, told.order


def _rank(order: Sequence[str]) -> Callable[[str], int]:
    return lambda value: order.index(value) if value in order else len(order)
