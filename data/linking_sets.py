"""Which reports of one place tell the same event.

Reports are taken from the surest date to the vaguest: told days first, then announcements, then undated news, then
months, years and "earlier". Each joins the nearest event it agrees with, or begins one. The order is made of what the
reports say and where they stood, so the result does not depend on when they were read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from data.event_dates import EVER, Span, gap, hull, shifted, span_of
from data.events import Told
from data.linking_rules import Rules

UNDATED_DAYS = 7  # news without a date is of the week before its publication
_PASSES = {"day": 0, "week": 1, "unknown": 3, "month": 4, "year": 5}
_ANNOUNCED_PASS, _EARLIER_PASS = 2, 6
_OFFICIAL = "287(g), "
_NOT_IN_NAMES = re.compile(r"\b(?:agreement|contract|program|programme|system|database|deal|the|an?)s?\b|[^a-z0-9]+")


@dataclass(slots=True)
class _Set:
    """Reports found to be one event so far; `span` is where it lies in time."""

    members: list[Told]
    span: Span
    only_announced: bool
    values: dict[str, set] = field(default_factory=dict)

    def add(self, told: Told, rules: Rules) -> None:
        self.members.append(told)
        self.only_announced = self.only_announced and told.report.status == "announced"
        for name, value in _told_values(told):
            self.values.setdefault(name, set()).add(value)
        if told.report.type in rules.lasting and told.precision in ("day", "week"):
            self.span = hull(self.span, _span(told, rules))


def same_events(told: Iterable[Told], rules: Rules) -> list[list[Told]]:
    """Split the reports of one place into events, each a list of reports."""
    by_kind = sorted(told, key=_kind)
    return [s.members for _, block in groupby(by_kind, key=_kind) for s in _split(list(block), rules)]


def agreements_agree(first: str | None, second: str | None) -> bool:
    """Whether two agreement types can be one agreement: equal, untold, or `287g` beside one of its models."""
    if first is None or second is None or first == second:
        return True
    short, long = sorted((first, second), key=len)
    return short == "287g" and long.startswith("287g_")


def names_agree(first: str | None, second: str | None) -> bool:
    """Whether two names can be one agreement's: one holds the other ("PARS", "PARS database"), or is its initials.

    Two official names, which tell the agency behind a comma ("287(g), Alto Police Department"), must be the same.
    """
    if first and second and first.startswith(_OFFICIAL) and second.startswith(_OFFICIAL):
        return first == second
    one, two = _plain_name(first), _plain_name(second)
    if not one or not two:
        return True
    holds = set(one.split()) <= set(two.split()) or set(two.split()) <= set(one.split())
    return holds or one == _initials(second) or two == _initials(first)


def _initials(name: str | None) -> str:
    return "".join(word[0] for word in re.findall("[a-z0-9]+", (name or "").lower()))


def _plain_name(name: str | None) -> str:
    return " ".join(_NOT_IN_NAMES.sub(" ", (name or "").lower()).split())


def _kind(told: Told) -> tuple[str, str]:
    """What is asked for and what is denied never joins what is told as done or decided."""
    report = told.report
    if report.status == "denied":
        return report.type, "denied"
    asked = report.status == "proposed" and not report.type.endswith("_proposed")
    return report.type, "proposed" if asked else "fact"


def _split(block: list[Told], rules: Rules) -> list[_Set]:
    sets: list[_Set] = []
    for told in sorted(block, key=_surest_first):
        home = _home(told, sets, rules)
        if home is None:
            home = _Set([], _span(told, rules), True)
            sets.append(home)
        home.add(told, rules)
    return sets


def _surest_first(told: Told) -> tuple:
    untold = sum(value is None for value in (told.report.agreement_type, told.report.form, told.report.direction))
    return _pass(told), untold, told.day or told.published, told.order


def _pass(told: Told) -> int:
    if told.report.status == "background" and told.precision == "unknown":
        return _EARLIER_PASS
    if told.report.status == "announced" and told.precision in ("day", "week"):
        return _ANNOUNCED_PASS
    return _PASSES[told.precision]


def _home(told: Told, sets: list[_Set], rules: Rules) -> _Set | None:
    """The event that `told` joins, None where it is a new one."""
    span = _span(told, rules)
    furthest = rules.furthest(told.report.type)
    near = [
        s
        for s in sets
        if (days := gap(s.span, span)) <= furthest and days <= _window(told, s, rules) and _agree(told, s, rules)
    ]
    if not near:
        return None
    vague = told.precision in ("month", "year") or _pass(told) == _EARLIER_PASS
    if vague and told.report.type in rules.frequent and len(near) > 1:
        alike = [s for s in near if s.members[0].precision == told.precision]
        return alike[0] if alike else None
    return min(near, key=lambda s: _distance(told, span, s))


def _distance(told: Told, span: Span, candidate: _Set) -> tuple:
    """Nearest in time, then same agreement told, then nearest to the telling, then most told."""
    same_agreement = told.report.agreement_type in candidate.values.get("agreement_type", ())
    to_telling = abs((min(candidate.span[1], told.published) - told.published).days)
    return (
        gap(candidate.span, span),
        not same_agreement,
        abs((candidate.span[0] - told.day).days) if told.day and told.precision == "day" else to_telling,
        -len(candidate.members),
        candidate.members[0].order,
    )


def _window(told: Told, other: _Set, rules: Rules) -> int:
    """Days that may lie between a report and the event it joins."""
    report = told.report
    under_way = report.status == "proposed" or report.type.endswith("_proposed")  # for weeks, whatever month is told
    if told.precision == "year" or (told.precision == "month" and not under_way) or _pass(told) == _EARLIER_PASS:
        return 0
    if report.status == "proposed":
        return rules.days_proposed(report.type)
    if (report.status == "announced") != other.only_announced:
        return rules.days_announced(report.type)
    forms = other.values.get("form") or {report.form}
    days = max(rules.days(report.type, form) for form in forms)
    if report.type in rules.lasting and told.day:
        reach = hull(other.span, _span(told, rules))
        return days if (reach[1] - reach[0]).days <= rules.longest else -1
    return days


def _span(told: Told, rules: Rules) -> Span:
    """The days that the report can mean."""
    report = told.report
    if told.day is None:
        return (EVER if report.status == "background" else shifted(told.published, -UNDATED_DAYS)), told.published
    span = span_of(told.day, told.precision)
    if report.status == "announced" and report.type not in rules.scheduled:
        return hull(span, (told.published, told.published))
    return span


def _agree(told: Told, other: _Set, rules: Rules) -> bool:
    report, values = told.report, other.values
    if any(m.article_id == told.article_id and _earlier(m) != _earlier(told) for m in other.members):
        return False  # an article that tells the news and an earlier event tells two
    for name in ("direction", "stance", "form"):
        known = values.get(name)
        if known and getattr(report, name) is not None and getattr(report, name) not in known:
            return False
    if report.type not in rules.agreement_is_context and not _same_agreement(told, other, rules):
        return False
    if report.type in rules.personal and not _same_people(told, other):
        return False
    return _same_votes(told, other)


def _earlier(told: Told) -> bool:
    return told.report.status == "background"


def _same_agreement(told: Told, other: _Set, rules: Rules) -> bool:
    types = other.values.get("agreement_type", set())
    if not all(agreements_agree(told.report.agreement_type, known) for known in types):
        return False
    if (types | {told.report.agreement_type}) & set(rules.named):
        return all(names_agree(told.report.agreement_name, known) for known in other.values.get("name", ()))
    return True


def _same_people(told: Told, other: _Set) -> bool:
    people, known = {a.name for a in told.report.actors}, other.values.get("actor", set())
    return not people or not known or bool(people & known)


def _same_votes(told: Told, other: _Set) -> bool:
    """Two tallies on two days are two votes; on one day one of them is misread."""
    votes = told.report.votes_for, told.report.votes_against
    known = other.values.get("votes")
    if votes[0] is None or not known or votes in known:
        return True
    return told.day is not None and any(told.day == m.day for m in other.members if m.report.votes_for is not None)


def _told_values(told: Told) -> Iterable[tuple[str, object]]:
    report = told.report
    pairs = [(name, getattr(report, name)) for name in ("direction", "stance", "form", "agreement_type")]
    pairs.append(("name", report.agreement_name))
    pairs += [("actor", actor.name) for actor in report.actors]
    if report.votes_for is not None:
        pairs.append(("votes", (report.votes_for, report.votes_against)))
    return [(name, value) for name, value in pairs if value is not None]
