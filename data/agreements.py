"""The arrangements of a place with federal immigration enforcement, and the state each one is in.

The state follows from the agreement's events in the order in which they happened:

- An event told as having happened (`occurred`, `ongoing`, `background`) sets the state of its type: signed, renewed,
  modified, kept, data access granted -> active; suspended -> suspended; terminated, expired, data access revoked ->
  ended; rejected -> rejected, unless an agreement is in force; proposed -> proposed, unless one is in force.
- An act that is only `announced`, `proposed` or `unconfirmed` changes nothing yet: "will end the contract" leaves it
  active until a vote, a notice or a signed letter is told. But whoever announces or asks for the end, the pause or the
  renewal of an agreement tells that it is in force (active, where nothing else is known), and whoever announces or
  asks for a new one makes it proposed.
- A `denied` event changes nothing.

The state dates from the first event of the unbroken row that set it: renewals do not make an agreement younger.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from data.event_dates import parse_day, span_of
from data.events import Event
from data.linking_sets import agreements_agree, names_agree

SETS = {
    "agreement_proposed": "proposed",
    "agreement_signed": "active",
    "agreement_renewed": "active",
    "agreement_modified": "active",
    "agreement_kept": "active",
    "agreement_suspended": "suspended",
    "agreement_terminated": "ended",
    "agreement_expired": "ended",
    "agreement_rejected": "rejected",
    "data_access_granted": "active",
    "data_access_revoked": "ended",
}
ON_NEW_AGREEMENT = ("agreement_proposed", "agreement_signed", "data_access_granted", "agreement_rejected")
HAPPENED = ("occurred", "ongoing", "background")
IN_FORCE = ("active", "suspended")
_BEGINNINGS, _ENDS = ("proposed", "active"), ("ended", "rejected")


@dataclass(frozen=True, slots=True)
class State:
    """`name` is proposed, active, suspended, ended, rejected or unknown; `event_id` set it, on the day `since`."""

    name: str = "unknown"
    since: str | None = None
    event_id: str | None = None


def agreement_state(events: Iterable[Event]) -> State:
    """The state that an agreement is in after `events`; those that do not act on an agreement are passed over."""
    state = State()
    for event in sorted((e for e in events if e.type in SETS), key=_in_order):
        name = _next(state.name, event)
        if name != state.name:
            state = State(name, event.date or _told_on(event), event.id)
    return state


def _next(state: str, event: Event) -> str:
    to = SETS[event.type]
    if event.status == "denied":
        return state
    if event.status not in HAPPENED and event.type not in ("agreement_proposed",):
        return _next_for_plan(state, event)
    if to in ("proposed", "rejected") and state in IN_FORCE:
        return state
    if to == "rejected" and state == "ended":
        return state
    return to


def _next_for_plan(state: str, event: Event) -> str:
    """What a plan or a wish tells of the agreement it is about."""
    if event.type not in ON_NEW_AGREEMENT:
        return "active" if state == "unknown" else state
    if event.type == "agreement_rejected":
        return "proposed" if state == "unknown" else state
    return state if state in IN_FORCE else "proposed"


def _told_on(event: Event) -> str | None:
    return None if event.status == "background" else event.first_seen


def _in_order(event: Event) -> tuple[date, str, str]:
    """When it happened. Of a month or year, beginnings count from its first day and ends from its last."""
    day = parse_day(event.date) if event.date_precision != "unknown" else None
    if day is None:
        day = date.min if event.status == "background" else parse_day(event.first_seen) or date.min
        return day, event.first_seen, event.id
    first, last = span_of(day, event.date_precision)
    to = SETS[event.type]
    middle = date.fromordinal((first.toordinal() + last.toordinal()) // 2)
    return (first if to in _BEGINNINGS else last if to in _ENDS else middle), event.first_seen, event.id


# --- which events are about which agreement ------------------------------------------------------------------------


def group_agreements(events: Sequence[Event], *, named: Sequence[str]) -> list[list[Event]]:
    """Split the events of one place into its agreements; events about none are left out.

    `named` are the types of which a place has several, told apart by name. A 287(g) event without a model belongs to
    the place's only model; an event without type or name to the only agreement it can mean, else to one of its own.
    Events that do not act on an agreement (a protest against it) join the only one that they can mean.
    """
    acting = sorted((e for e in events if e.type in SETS), key=lambda e: (_vagueness(e, named), e.first_seen, e.id))
    groups: list[_Group] = []
    for event in acting:
        fitting = [g for g in groups if g.fits(event, named)]
        as_vague = [g for g in fitting if g.vagueness == _vagueness(event, named)]
        home = as_vague or (fitting if len(fitting) == 1 else [])
        if not home:
            home = [_Group(_vagueness(event, named))]
            groups += home
        home[0].add(event)
    for event in events:
        if event.type not in SETS and event.agreement_type:
            fitting = [g for g in groups if g.fits(event, named)]
            if len(fitting) == 1:
                fitting[0].events.append(event)
    return [g.events for g in groups]


@dataclass(slots=True)
class _Group:
    """Events of one agreement, with the types and names told of it; `vagueness` is that of its first event."""

    vagueness: int
    events: list[Event] = field(default_factory=list)
    kinds: set[str | None] = field(default_factory=set)
    names: set[str | None] = field(default_factory=set)

    def add(self, event: Event) -> None:
        self.events.append(event)
        self.kinds.add(kind_of(event))
        self.names.add(event.agreement_name)

    def fits(self, event: Event, named: Sequence[str]) -> bool:
        kind = kind_of(event)
        if not all(agreements_agree(kind, known) for known in self.kinds):
            return False
        if self.kinds == {None} and kind is not None:
            return False
        if not (self.kinds | {kind}) & set(named):
            return True
        return all(names_agree(event.agreement_name, name) for name in self.names)


def kind_of(event: Event) -> str | None:
    """The agreement type an event acts on; access to data is data sharing where no type is told."""
    return event.agreement_type or ("data_sharing" if event.type.startswith("data_access") else None)


def _vagueness(event: Event, named: Sequence[str]) -> int:
    """0 where type and, if it matters, name are told; more where less is."""
    kind = kind_of(event)
    if kind is None:
        return 3
    if kind == "287g":
        return 2
    return int(kind in named and not event.agreement_name)
