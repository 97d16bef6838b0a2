"""The extraction contract: one object a line in, one out, in order, whatever the lines hold."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.records import Actor, Article, Evidence, Extraction, Official, Outlet, Place, PlaceFound, Quote, Report
from data.records import Spokesperson as Speaker
from nlp.contract import ContractError, article_from_contract, extract_lines, extraction_to_contract
from nlp.pipeline import ExtractionError

GOOD = {
    "url": "https://outlet.example/a",
    "title": "A title",
    "text": "A text.",
    "published": "2020-05-06",
    "source": None,
}


class Echo:
    """An extractor that finds nothing, and fails on the text "bad"."""

    def results(self, articles, batch_size=32):
        for article in articles:
            if article.text == "bad":
                yield ExtractionError(article, ZeroDivisionError("by zero"))
            else:
                yield Extraction(article.url, False, 0.0, "echo-1")


def answers(*lines):
    return list(extract_lines(lines, Echo()))


def test_all_fields_are_read():
    source = {"name": "The Outlet", "city": "Fresno", "state": "CA"}
    assert article_from_contract({**GOOD, "source": source}) == Article(
        url="https://outlet.example/a",
        title="A title",
        text="A text.",
        published="2020-05-06",
        source=Outlet("The Outlet", "Fresno", "CA"),
    )


@pytest.mark.parametrize("field", ["url", "title", "published", "source"])
def test_only_the_text_is_needed(field):
    assert article_from_contract({**GOOD, field: None}) == article_from_contract(
        {key: value for key, value in GOOD.items() if key != field}
    )


def test_empty_text_is_a_text():
    assert article_from_contract({"text": ""}).text == ""


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("2020-05-06T23:10:00Z", "2020-05-06"),
        ("2020-05-06 08:00:00+02:00", "2020-05-06"),
        ("2020-05", "2020-05"),
        ("", None),
    ],
)
def test_publication_dates_as_they_are_written(told, read):
    assert article_from_contract({**GOOD, "published": told}).published == read


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"url": "u"}, "text is missing"),
        ({**GOOD, "text": None}, "text is missing"),
        ({**GOOD, "text": 7}, "text must be a string, not a number"),
        ({**GOOD, "title": ["a"]}, "title must be a string, not an array"),
        ({**GOOD, "url": {}}, "url must be a string, not an object"),
        ({**GOOD, "published": "May 6"}, "published must be a date as YYYY-MM-DD or null, not 'May 6'"),
        ({**GOOD, "published": "2020-02-30"}, "published must be a date"),
        ({**GOOD, "published": "2020-13"}, "published must be a date"),
        ({**GOOD, "published": 20200506}, "published must be a date as YYYY-MM-DD or null, not a number"),
        ({**GOOD, "source": "The Outlet"}, "source must be an object or null, not a string"),
        ({**GOOD, "source": {"name": "The Outlet", "state": 6}}, "source.state must be a string"),
        ([GOOD], "a line must hold a JSON object, not an array"),
        (None, "a line must hold a JSON object, not null"),
    ],
)
def test_a_wrong_field_is_named(record, message):
    with pytest.raises(ContractError, match=message.replace("(", r"\(")):
        article_from_contract(record)


def test_a_bad_line_has_its_error_in_its_place_and_the_others_are_done():
    lines = [
        json.dumps(GOOD | {"url": "u0"}),
        "{not json",
        "",
        json.dumps({"url": "u3"}),
        json.dumps(GOOD | {"url": "u4", "text": "bad"}),
        json.dumps(GOOD | {"url": "u5"}) + "\n",
    ]
    told = answers(*lines)
    assert [failed for _, failed in told] == [False, True, True, True, True, False]
    assert [answer.get("url") for answer, _ in told] == ["u0", None, None, None, None, "u5"]
    assert told[1][0]["error"].startswith("not JSON: ")
    assert told[3][0] == {"error": "text is missing"}
    assert "u4" in told[4][0]["error"] and "by zero" in told[4][0]["error"]


def test_more_lines_than_a_batch_keep_their_order():
    lines = [json.dumps(GOOD | {"url": f"u{n}"}) if n % 7 else "?" for n in range(150)]
    assert [answer.get("url") for answer, _ in answers(*lines)] == [f"u{n}" if n % 7 else None for n in range(150)]


def test_bytes_marks_and_depth():
    told = answers(b"\xef\xbb\xbf" + json.dumps(GOOD).encode(), "\ufeff" + json.dumps(GOOD), b"\xff\xfe", "[" * 100_000)
    assert [failed for _, failed in told] == [False, False, True, True]


def test_what_no_file_can_hold_is_replaced_and_no_offset_moves():
    article = article_from_contract(json.loads('{"text": "a\\ud800b", "title": "\\udc00"}'))
    assert (article.text, article.title) == ("a\ufffdb", "\ufffd")


def test_the_answer_is_the_contracts():
    place = Place("geonames:4560349", "Philadelphia", "city", "PA", 39.95, -75.16, 1_526_006, "42101")
    report = Report(
        "agreement_terminated",
        "announced",
        "2018-07-27",
        "day",
        place.id,
        Evidence("text", 0, 5, "Words"),
        0.931234,
        agreement_type="data_sharing",
        agreement_name="PARS",
        counterparty="ICE",
        actors=[Actor("Jim Kenney", "decided")],
    )
    extraction = Extraction(
        "u1",
        True,
        0.98,
        "name-version",
        places=[PlaceFound(place, [(12, 24)], True)],
        officials=[Official("Jim Kenney", "mayor", "City of Philadelphia", place.id, [(0, 10)])],
        spokespeople=[Speaker("Ann Poe", "director", "Open Door", [])],
        events=[report],
        quotes=[Quote("Jim Kenney", "mayor", "we are", 900, 906, "stated", True)],
    )
    assert json.loads(json.dumps(extraction_to_contract(extraction))) == {
        "url": "u1",
        "relevant": True,
        "relevance": 0.98,
        "pipeline": "name-version",
        "places": [
            {
                "name": "Philadelphia",
                "kind": "city",
                "id": "geonames:4560349",
                "state": "PA",
                "lat": 39.95,
                "lon": -75.16,
                "primary": True,
                "spans": [[12, 24]],
            }
        ],
        "officials": [
            {
                "name": "Jim Kenney",
                "role": "mayor",
                "body": "City of Philadelphia",
                "place_id": "geonames:4560349",
                "spans": [[0, 10]],
            }
        ],
        "spokespeople": [{"name": "Ann Poe", "role": "director", "organization": "Open Door", "spans": []}],
        "events": [
            {
                "type": "agreement_terminated",
                "status": "announced",
                "date": "2018-07-27",
                "date_precision": "day",
                "place_id": "geonames:4560349",
                "agreement_type": "data_sharing",
                "agreement_name": "PARS",
                "counterparty": "ICE",
                "direction": None,
                "stance": None,
                "form": None,
                "votes_for": None,
                "votes_against": None,
                "crowd_low": None,
                "crowd_high": None,
                "actors": [{"name": "Jim Kenney", "part": "decided"}],
                "evidence": {"where": "text", "start": 0, "end": 5, "text": "Words"},
                "confidence": 0.9312,
            }
        ],
        "quotes": [
            {
                "speaker": "Jim Kenney",
                "role": "mayor",
                "text": "we are",
                "start": 900,
                "end": 906,
                "cue": "stated",
                "direct": True,
            }
        ],
    }


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "city", "x"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["url", "title", "text", "published", "source", "language"]), JSON_VALUES))
def test_any_json_gives_an_article_or_an_error_that_names_the_fault(record):
    ((answer, failed),) = answers(json.dumps(record))
    assert failed == ("error" in answer)
    if failed:
        assert any(field in answer["error"] for field in ("url", "title", "text", "published", "source", "language"))
