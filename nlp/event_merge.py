"""One event told in several sentences is one report: readings of one type, place and agreement are joined.

The best sentence becomes the evidence, and each field is taken from the surest reading that tells it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from data.records import Actor, Place
from nlp.action_claims import Claim

STATUS_ORDER = ("occurred", "ongoing", "announced", "denied", "proposed", "background")
_DAYS = {"day": 1, "week": 7, "month": 31, "year": 366}
_FINE = {"day": 0, "week": 1, "month": 2, "year": 3, "unknown": 4}
_287G = "287g"
SURE_FORM = 0.7  # weight of a reading from which its form sets a protest apart


@dataclass(slots=True)
class Told:
    """A claim with its place, date and actors settled. `dated` is True where its own sentence tells the date."""

    claim: Claim
    place: Place | None
    status: str
    date: str | None
    precision: str
    dated: bool
    agreement_type: str | None
    actors: list[Actor]
    in_title: bool


@dataclass(slots=True)
class Group:
    """Readings of one event."""

    members: list[Told] = field(default_factory=list)

    @property
    def best(self) -> Told:
        """The reading that gives the evidence: from the text before the title, then the surest, then the first."""
        return max(self.members, key=lambda t: (not t.in_title, t.claim.weight, -t.claim.trigger.i))

    @property
    def status(self) -> str:
        """The most settled status told."""
        told = [t for t in self.members if not t.in_title] or self.members
        return min((t.status for t in told), key=STATUS_ORDER.index)

    def first(self, name: str) -> object:
        """The value of a claim's field in the surest reading that tells one."""
        order = sorted(self.members, key=lambda t: (t.status != self.status, -t.claim.weight))
        return next((v for t in order if (v := getattr(t.claim, name)) is not None), None)

    def crowd(self) -> tuple[int | None, int | None]:
        """The largest crowd that one reading tells."""
        told = [(t.claim.crowd_low, t.claim.crowd_high) for t in self.members]
        return max(told, key=lambda c: max(c[0] or 0, c[1] or 0))

    def form(self) -> str | None:
        """The form told most often, the more particular where two are told as often."""
        told = [t.claim.form for t in self.members if t.claim.form]
        return max(told, key=lambda form: (told.count(form), form != "rally")) if told else None

    def date(self) -> tuple[str | None, str]:
        """The date told: a sentence's own before the story's, the finest first."""
        fitting = [t for t in self.members if t.date and t.status == self.status] or [t for t in self.members if t.date]
        if not fitting:
            return None, "unknown"
        chosen = min(fitting, key=lambda t: (not t.dated, _FINE[t.precision], t.claim.trigger.i))
        return chosen.date, chosen.precision

    def agreement_type(self) -> str | None:
        """The most particular agreement type that a reading tells."""
        told = [t for t in self.members if t.agreement_type]
        own = [t for t in told if t.claim.agreement is not None] or told
        if not own:
            return None
        best = max(own, key=lambda t: (t.agreement_type.startswith(_287G + "_"), not t.in_title, t.claim.weight))
        return best.agreement_type

    def actors(self) -> list[Actor]:
        """Everybody told, once, with the first part told."""
        seen: dict[str, Actor] = {}
        for told in sorted(self.members, key=lambda t: -t.claim.weight):
            for actor in told.actors:
                seen.setdefault(actor.name, actor)
        return list(seen.values())


def merge(readings: list[Told]) -> list[Group]:
    """Readings grouped into events, in the order of their first mention; the text's own before the title's."""
    groups: list[Group] = []
    for told in sorted(readings, key=lambda t: (t.in_title, t.claim.trigger.i)):
        home = next((g for g in groups if belongs(told, g)), None)
        if home is None and told.in_title and any(g.best.claim.type == told.claim.type for g in groups):
            continue  # the headline tells what the text tells more closely
        if home is None:
            groups.append(Group([told]))
        else:
            home.members.append(told)
    return groups


def belongs(told: Told, group: Group) -> bool:
    """True where the reading tells the group's event."""
    other = group.members[0]
    if told.claim.type != other.claim.type or _id(told) != _id(other):
        return False
    if not any(_same_agreement(told, m) for m in group.members):
        return False
    if not all(_same_direction(told, m) for m in group.members):
        return False
    if not all(_same_form(told, m) for m in group.members):
        return False
    return all(_same_time(told, m) for m in group.members)


def _id(told: Told) -> str | None:
    return told.place.id if told.place else None


def _same_agreement(a: Told, b: Told) -> bool:
    if not a.claim.type.startswith(("agreement", "data")):
        return True
    one, two = a.agreement_type, b.agreement_type
    if not one or not two or one == two or a.in_title or b.in_title:
        return True
    return one.startswith(_287G) and two.startswith(_287G)


def _same_direction(a: Told, b: Told) -> bool:
    one, two = a.claim.direction, b.claim.direction
    return not one or not two or one == two


def _same_form(a: Told, b: Told) -> bool:
    """A march and a sit-in of one day are two protests, as the codebook has it."""
    forms = {t.claim.form for t in (a, b) if t.claim.weight >= SURE_FORM} - {None}
    return len(forms) < 2


def _same_time(a: Told, b: Told) -> bool:
    """Dates that agree within their precision; the story's own date fits whatever is not background."""
    if a.claim.type.startswith("policy") and (a.claim.implied or b.claim.implied):
        return True  # "The measure passed the House in May" tells of the same measure
    if (a.status == "background") != (b.status == "background"):
        return a.claim.type.startswith("agreement") and not (a.dated and b.dated) and not a.in_title and not b.in_title
    if not a.date or not b.date or not (a.dated and b.dated):
        return True
    if a.claim.type == "protest" and a.precision == b.precision == "day":
        return a.date == b.date or ((_is_bare(a) or _is_bare(b)) and _days_apart(a, b) <= 2)
    if "proposed" in (a.status, b.status) or "announced" in (a.status, b.status):
        return True
    return dates_agree(a.date, a.precision, b.date, b.precision)


def _is_bare(told: Told) -> bool:
    """A protest told without a form and without a crowd."""
    claim = told.claim
    return claim.form is None and claim.crowd_low is None and claim.crowd_high is None


def _days_apart(a: Told, b: Told) -> int:
    return abs((date.fromisoformat(a.date) - date.fromisoformat(b.date)).days)


def dates_agree(one: str, one_precision: str, two: str, two_precision: str) -> bool:
    """True where two dates can be one: each lies within the other's range, a few days of grace."""
    if one_precision == two_precision in ("month", "year"):
        return one == two
    first, second = date.fromisoformat(one), date.fromisoformat(two)
    early, late = (first, second) if first <= second else (second, first)
    precision = one_precision if early == first else two_precision
    return (late - early).days <= _DAYS.get(precision, 1) + 3
