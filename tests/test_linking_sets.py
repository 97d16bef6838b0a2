"""Which reports of one place are one event: the codebook's cases, one by one, in every order."""

from datetime import date
from itertools import count, permutations

import pytest

from data.events import Told
from data.linking_rules import load_rules
from data.linking_sets import agreements_agree, names_agree, same_events
from tests.factories import make_report

RULES = load_rules()


def told(name, published="2026-09-16", article=None, **report):
    """One report; `name` is how the test calls it."""
    number = next(_numbers)
    fields = {"type": "agreement_terminated", "agreement_type": None, "date": None, "date_precision": "day"} | report
    if fields["date"] is None:
        fields["date_precision"] = "unknown"
    return Told(
        id=number,
        article_id=article or number,
        url=f"https://{name}.example/",
        published=date.fromisoformat(published),
        outlet=name,
        group=article or number,
        nth=0,
        report=make_report(**fields),
    )


_numbers = count(1)


def joined(*reports):
    """The events, as a set of sets of names; the same in every order of the reports."""
    found = set()
    orders = permutations(reports) if len(reports) < 5 else [reports, reports[::-1], reports[2:] + reports[:2]]
    for order in orders:
        names = [frozenset(t.outlet for t in event) for event in same_events(order, RULES)]
        assert sum(map(len, names)) == len(reports)
        found.add(frozenset(names))
    assert len(found) == 1, "the order of the reports changed the events"
    return set(found.pop())


def sets(*names):
    return {frozenset(group.split()) for group in names}


DAY = {"date": "2026-09-15"}


CASES = {
    "two outlets tell the same vote": (
        [told("a", **DAY), told("b", **DAY)],
        sets("a b"),
    ),
    "the vote's night and the next morning": (
        [told("a", **DAY), told("b", date="2026-09-16")],
        sets("a b"),
    ),
    "another year's termination is another event": (
        [told("a", **DAY), told("b", date="2024-09-15")],
        sets("a", "b"),
    ),
    "announced on Tuesday, voted on Wednesday": (
        [told("a", "2026-09-15", status="announced", date="2026-09-15"), told("b", "2026-09-17", date="2026-09-16")],
        sets("a b"),
    ),
    "announced for the end of the year, voted two days after the announcement": (
        [told("a", "2026-09-15", status="announced", date="2026-12-31"), told("b", "2026-09-18", date="2026-09-17")],
        sets("a b"),
    ),
    "announced without a date, done three weeks later": (
        [told("a", "2026-09-15", status="announced"), told("b", "2026-10-07", date="2026-10-06")],
        sets("a b"),
    ),
    "an announcement of a year ago is not this deed": (
        [told("a", "2025-09-15", status="announced", date="2025-09-15"), told("b", **DAY)],
        sets("a", "b"),
    ),
    "asking for the end is not ending it": (
        [told("a", status="proposed", **DAY), told("b", **DAY)],
        sets("a", "b"),
    ),
    "refusing to end is not ending it": (
        [told("a", status="denied", **DAY), told("b", **DAY)],
        sets("a", "b"),
    ),
    "one demand told twice within weeks": (
        [told("a", status="proposed"), told("b", "2026-10-05", status="proposed")],
        sets("a b"),
    ),
    "an agreement that is put forward, told as fact or as proposal": (
        [told("a", type="agreement_proposed", **DAY), told("b", type="agreement_proposed", status="proposed", **DAY)],
        sets("a b"),
    ),
    "a proposal under way from one month into the next": (
        [
            told("hearing", "2026-10-09", type="agreement_proposed", status="proposed", date="2026-10-06"),
            told("month", "2026-09-18", type="agreement_proposed", date="2026-09-01", date_precision="month"),
            told("spring", "2026-10-20", type="agreement_proposed", date="2026-04-01", date_precision="month"),
        ],
        sets("hearing month", "spring"),
    ),
    "background by month and by year": (
        [
            told("news", "2018-07-12", date="2018-07-10"),
            told("month", "2026-09-01", status="background", date="2018-07-01", date_precision="month"),
            told("year", "2026-09-01", status="background", date="2018-01-01", date_precision="year"),
            told("other", "2026-09-01", status="background", date="2019-01-01", date_precision="year"),
        ],
        sets("news month year", "other"),
    ),
    "earlier, without a date, is the last one before the telling": (
        [
            told("old", "2018-07-12", date="2018-07-10"),
            told("new", "2026-09-16", **DAY),
            told("earlier", "2021-01-01", status="background"),
            told("lately", "2026-11-01", status="background"),
        ],
        sets("old earlier", "new lately"),
    ),
    "earlier cannot be later": (
        [told("new", **DAY), told("earlier", "2021-01-01", status="background")],
        sets("new", "earlier"),
    ),
    "news without a date is of the days before": (
        [told("dated", **DAY), told("undated", "2026-09-18"), told("late", "2026-12-01")],
        sets("dated undated", "late"),
    ),
    "another kind of agreement is another event": (
        [told("beds", agreement_type="detention", **DAY), told("data", agreement_type="data_sharing", **DAY)],
        sets("beds", "data"),
    ),
    "no kind told goes with the nearest": (
        [
            told("beds", agreement_type="detention", date="2026-09-10"),
            told("data", agreement_type="data_sharing", **DAY),
            told("untold", **DAY),
        ],
        sets("beds", "data untold"),
    ),
    "287(g) without a model goes with its model": (
        [told("a", agreement_type="287g_task_force", **DAY), told("b", agreement_type="287g", **DAY)],
        sets("a b"),
    ),
    "two models of 287(g) are two": (
        [told("a", agreement_type="287g_task_force", **DAY), told("b", agreement_type="287g_warrant_service", **DAY)],
        sets("a", "b"),
    ),
    "two named databases are two": (
        [
            told("pars", agreement_type="data_sharing", agreement_name="PARS", **DAY),
            told("cameras", agreement_type="data_sharing", agreement_name="Flock", **DAY),
        ],
        sets("pars", "cameras"),
    ),
    "a name and the same name spelled out": (
        [
            told("short", agreement_type="data_sharing", agreement_name="PARS", **DAY),
            told("long", agreement_type="data_sharing", agreement_name="the PARS database", **DAY),
        ],
        sets("short long"),
    ),
    "two words for one jail contract": (
        [
            told("a", agreement_type="detention", agreement_name="IGSA", **DAY),
            told("b", agreement_type="detention", agreement_name="jail contract", **DAY),
        ],
        sets("a b"),
    ),
    "a policy that limits and one that expands": (
        [
            told("a", type="policy_adopted", direction="limits_cooperation", **DAY),
            told("b", type="policy_adopted", direction="expands_cooperation", **DAY),
            told("c", type="policy_adopted", direction="limits_cooperation", date="2026-09-14"),
        ],
        sets("a c", "b"),
    ),
    "the committee's tally and the council's": (
        [
            told("committee", type="policy_adopted", date="2026-09-12", votes_for=3, votes_against=1),
            told("council", type="policy_adopted", **DAY, votes_for=7, votes_against=2),
        ],
        sets("committee", "council"),
    ),
    "two tallies on one day are one vote": (
        [told("a", **DAY, votes_for=7, votes_against=2), told("b", **DAY, votes_for=7, votes_against=1)],
        sets("a b"),
    ),
    "marches and vigils on one day": (
        [
            told("march", type="protest", form="march", **DAY),
            told("vigil", type="protest", form="vigil", **DAY),
            told("march2", type="protest", form="march", **DAY),
        ],
        sets("march march2", "vigil"),
    ),
    "for and against on one day": (
        [
            told("against", type="protest", stance="against_cooperation", **DAY),
            told("for", type="protest", stance="for_cooperation", **DAY),
        ],
        sets("against", "for"),
    ),
    "nightly marches are one protest": (
        [told(f"n{day}", type="protest", form="march", date=f"2026-09-{day:02}") for day in range(1, 29, 2)],
        sets(" ".join(f"n{day}" for day in range(1, 29, 2))),
    ),
    "two marches a month apart are two": (
        [told("a", type="protest", form="march", **DAY), told("b", type="protest", form="march", date="2026-10-15")],
        sets("a", "b"),
    ),
    "an encampment told again after a week": (
        [
            told("a", type="protest", form="encampment", **DAY),
            told("b", type="protest", form="encampment", date="2026-09-24"),
        ],
        sets("a b"),
    ),
    "a march planned for a day and held on it": (
        [
            told("plan", "2026-09-10", type="protest", form="march", status="announced", **DAY),
            told("deed", "2026-09-16", type="protest", form="march", **DAY),
            told("today", "2026-09-11", type="protest", form="march", date="2026-09-11"),
        ],
        sets("plan deed", "today"),
    ),
    "last year's protests point to none of many": (
        [
            told("a", type="protest", date="2025-03-01"),
            told("b", type="protest", date="2025-08-01"),
            told("year", type="protest", status="background", date="2025-01-01", date_precision="year"),
        ],
        sets("a", "b", "year"),
    ),
    "last year's protest points to the only one": (
        [
            told("a", type="protest", date="2025-03-01"),
            told("year", type="protest", status="background", date="2025-01-01", date_precision="year"),
        ],
        sets("a year"),
    ),
    "a protest against two agreements is one": (
        [
            told("a", type="protest", agreement_type="detention", **DAY),
            told("b", type="protest", agreement_type="data_sharing", **DAY),
        ],
        sets("a b"),
    ),
    "statements of two people are two": (
        [
            told("mayor", type="official_statement", actors=[("Ann Holt", "announced")], **DAY),
            told("sheriff", type="official_statement", actors=[("Bo Lind", "announced")], **DAY),
            told("mayor2", type="official_statement", actors=[("Ann Holt", "opposed")], date="2026-09-16"),
        ],
        sets("mayor mayor2", "sheriff"),
    ),
    "types never mix": (
        [told("a", type="agreement_signed", **DAY), told("b", type="agreement_renewed", **DAY)],
        sets("a", "b"),
    ),
    "news and an earlier event in one article are two": (
        [told("a", **DAY, article=900), told("b", status="background", article=900)],
        sets("a", "b"),
    ),
    "a broken date is no date": (
        [told("a", date="2026-99-99"), told("b", date="soon"), told("c", **DAY)],
        sets("a b c"),
    ),
    "week, day and month that hold each other": (
        [
            told("day", **DAY),
            told("week", date="2026-09-14", date_precision="week"),
            told("month", date="2026-09-01", date_precision="month"),
        ],
        sets("day week month"),
    ),
    "days at the ends of the calendar": (
        [
            told("first", "0001-01-01", date="0001-01-01"),
            told("last", "9999-12-31", date="9999-12-01", date_precision="month"),
        ],
        sets("first", "last"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_reports_join_as_the_codebook_says(case):
    reports, expected = CASES[case]
    assert joined(*reports) == expected


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("detention", "detention", True),
        ("detention", None, True),
        ("287g", "287g_task_force", True),
        ("287g_jail_enforcement", "287g_task_force", False),
        ("detention", "detainer", False),
    ],
)
def test_agreement_types_agree(first, second, same):
    assert agreements_agree(first, second) is agreements_agree(second, first) is same


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("PARS", "pars", True),
        ("PARS", "Preliminary Arraignment Reporting System", True),
        ("LPR", "License Plate Reader", True),
        ("Operation Stonegarden", "Stonegarden agreement", True),
        ("Flock", "Vigilant", False),
        (None, "Flock", True),
        ("the agreement", "Flock", True),
    ],
)
def test_names_agree(first, second, same):
    assert names_agree(first, second) is names_agree(second, first) is same
