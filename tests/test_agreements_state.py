"""The state of an agreement follows from its events, in the order in which they happened."""

from itertools import permutations

import pytest

from data.agreements import State, agreement_state, group_agreements
from data.events import Event
from data.linking_rules import load_rules

NAMED = load_rules().named


def event(name, kind, date=None, status="occurred", precision=None, seen="2026-09-16", **fields):
    """One event; the prefix `agreement_` may be left out of its type."""
    precision = precision or {10: "day", 7: "month", 4: "year"}[len(date)] if date else "unknown"
    return Event(
        id=name,
        type=kind if "_" in kind or kind == "protest" else f"agreement_{kind}",
        status=status,
        date=(date + "-01-01"[len(date) - 4 :] if precision in ("month", "year") else date) if date else None,
        date_precision=precision,
        place_id="fips:06013",
        confidence=0.8,
        best_report=1,
        reports_count=1,
        outlets_count=1,
        first_seen=seen,
        last_seen=seen,
        **fields,
    )


def state(*events):
    """The state, the same for every order of the events."""
    found = {agreement_state(order) for order in permutations(events)}
    assert len(found) == 1
    return found.pop()


@pytest.mark.parametrize(
    ("kind", "becomes"),
    [
        ("proposed", "proposed"),
        ("signed", "active"),
        ("renewed", "active"),
        ("modified", "active"),
        ("kept", "active"),
        ("suspended", "suspended"),
        ("terminated", "ended"),
        ("expired", "ended"),
        ("rejected", "rejected"),
        ("data_access_granted", "active"),
        ("data_access_revoked", "ended"),
    ],
)
@pytest.mark.parametrize("status", ["occurred", "ongoing", "background"])
def test_what_happened_sets_the_state(kind, becomes, status):
    assert state(event("e", kind, "2026-09-01", status)) == State(becomes, "2026-09-01", "e")


@pytest.mark.parametrize(
    ("kind", "status", "becomes"),
    [
        ("terminated", "announced", "active"),
        ("terminated", "proposed", "active"),
        ("suspended", "announced", "active"),
        ("renewed", "proposed", "active"),
        ("expired", "announced", "active"),
        ("kept", "announced", "active"),
        ("signed", "announced", "proposed"),
        ("signed", "proposed", "proposed"),
        ("proposed", "announced", "proposed"),
        ("proposed", "proposed", "proposed"),
        ("rejected", "announced", "proposed"),
        ("data_access_granted", "announced", "proposed"),
        ("data_access_revoked", "proposed", "active"),
        ("terminated", "denied", "unknown"),
        ("signed", "denied", "unknown"),
        ("proposed", "denied", "unknown"),
    ],
)
def test_a_plan_tells_what_there_is(kind, status, becomes):
    assert state(event("e", kind, "2026-09-01", status)).name == becomes


def test_nothing_known():
    assert agreement_state([]) == State("unknown", None, None)
    assert state(event("p", "protest", "2026-09-01")) == State()


def test_a_life():
    life = [
        event("a", "proposed", "2011-11-03"),
        event("b", "signed", "2012-01-10"),
        event("c", "renewed", "2016-01-10"),
        event("d", "terminated", "2018-07-10", "announced"),
        event("e", "terminated", "2018-08-01"),
    ]
    assert state(*life) == State("ended", "2018-08-01", "e")
    assert state(*life[:4]) == State("active", "2012-01-10", "b")
    assert state(*life[:1]) == State("proposed", "2011-11-03", "a")


def test_a_renewal_does_not_make_an_agreement_younger():
    assert state(event("a", "signed", "2012-01-10"), event("b", "renewed", "2026-01-10")).since == "2012-01-10"


def test_a_new_agreement_after_the_end():
    old = [event("a", "terminated", "2018-08-01"), event("b", "proposed", "2025-02-01")]
    assert state(*old) == State("proposed", "2025-02-01", "b")
    assert state(*old, event("c", "rejected", "2025-03-01")).name == "rejected"
    assert state(*old, event("c", "signed", "2025-03-01")).name == "active"


def test_a_refused_second_proposal_leaves_an_agreement_in_force():
    signed = event("a", "signed", "2020-01-01")
    assert state(signed, event("b", "proposed", "2025-01-01"), event("c", "rejected", "2025-02-01")).name == "active"
    suspended = event("d", "suspended", "2024-01-01")
    assert state(signed, suspended, event("c", "rejected", "2025-02-01")).name == "suspended"


def test_turning_down_a_return_leaves_it_ended():
    assert state(event("a", "terminated", "2018-08-01"), event("b", "rejected", "2025-02-01")).name == "ended"


def test_a_pause_and_what_comes_after():
    pause = event("a", "suspended", "2026-03-01")
    assert state(pause, event("b", "renewed", "2026-04-01")) == State("active", "2026-04-01", "b")
    assert state(pause, event("b", "terminated", "2026-04-01")).name == "ended"
    assert state(pause, event("b", "terminated", "2026-04-01", "announced")).name == "suspended"


def test_background_counts_at_its_own_date():
    news = event("news", "kept", "2026-09-15")
    assert state(news, event("old", "terminated", "2019", "background")).name == "active"


def test_background_without_a_date_comes_before_everything():
    assert state(event("old", "signed", None, "background"), event("new", "terminated", "2026-09-15")).name == "ended"
    assert state(event("old", "signed", None, "background")) == State("active", None, "old")


def test_news_without_a_date_counts_from_its_telling():
    undated = event("b", "terminated", None, seen="2026-09-20")
    assert state(event("a", "renewed", "2026-09-15"), undated) == State("ended", "2026-09-20", "b")


@pytest.mark.parametrize(
    ("signed", "terminated"),
    [("2018", "2018-07-10"), ("2018", "2018"), ("2018-07", "2018-07-01"), ("2018-03-01", "2018")],
)
def test_within_one_year_or_month_the_beginning_comes_before_the_end(signed, terminated):
    assert state(event("a", "signed", signed), event("b", "terminated", terminated)).name == "ended"


# --- which agreement ---------------------------------------------------------------------------------------------


def groups(*events):
    found = {
        frozenset(frozenset(e.id for e in group) for group in group_agreements(order, named=NAMED))
        for order in permutations(events)
    }
    assert len(found) == 1
    return set(found.pop())


def sets(*names):
    return {frozenset(group.split()) for group in names}


def told(name, kind="terminated", agreement_type=None, agreement_name=None):
    return event(name, kind, "2026-09-01", agreement_type=agreement_type, agreement_name=agreement_name)


CASES = {
    "one kind is one agreement": (
        [
            told("a", "signed", "detention"),
            told("b", "terminated", "detention", "IGSA"),
            told("c", "kept", "detention"),
        ],
        sets("a b c"),
    ),
    "two kinds are two": ([told("a", "signed", "detention"), told("b", "signed", "detainer")], sets("a", "b")),
    "names tell databases apart": (
        [told("a", "signed", "data_sharing", "PARS"), told("b", "signed", "data_sharing", "Flock cameras"),
         told("c", "terminated", "data_sharing", "Flock")],
        sets("a", "b c"),
    ),
    "a nameless one joins the only name": (
        [told("a", "signed", "data_sharing", "PARS"), told("b", "terminated", "data_sharing")],
        sets("a b"),
    ),
    "a nameless one that could be either is its own": (
        [told("a", "signed", "data_sharing", "PARS"), told("b", "signed", "data_sharing", "Flock"),
         told("c", "terminated", "data_sharing"), told("d", "kept", "data_sharing")],
        sets("a", "b", "c d"),
    ),
    "287(g) joins its only model": (
        [told("a", "signed", "287g_task_force"), told("b", "terminated", "287g")],
        sets("a b"),
    ),
    "287(g) beside two models is its own": (
        [told("a", "signed", "287g_task_force"), told("b", "signed", "287g_jail_enforcement"),
         told("c", "terminated", "287g"), told("d", "kept", "287g")],
        sets("a", "b", "c d"),
    ),
    "an untold kind joins the only agreement": ([told("a", "signed", "detention"), told("b", "kept")], sets("a b")),
    "an untold kind beside two is its own": (
        [told("a", "signed", "detention"), told("b", "signed", "detainer"), told("c", "kept"), told("d", "renewed")],
        sets("a", "b", "c d"),
    ),
    "access to data is data sharing": (
        [told("a", "data_access_granted"), told("b", "terminated", "data_sharing")],
        sets("a b"),
    ),
    "a protest against it belongs to it": (
        [told("a", "signed", "detention"), told("p", "protest", "detention"), told("q", "protest")],
        sets("a p"),
    ),
    "a protest alone makes no agreement": ([told("p", "protest", "detention")], sets()),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_events_belong_to_agreements(case):
    events, expected = CASES[case]
    assert groups(*events) == expected
