"""The measure itself, on labels and predictions small enough to reckon by hand."""

from __future__ import annotations

import json

import pytest

from data.gazetteer import load_gazetteer
from data.records import Article, Evidence, Extraction, Official, PlaceFound, Quote, Report, Spokesperson
from nlp import evaluate_matching as matching
from nlp.evaluate import evaluate
from nlp.evaluate_report import render


@pytest.fixture(scope="module")
def gazetteer():
    return load_gazetteer()


class Canned:
    """An extractor that knows its answers beforehand, by URL."""

    version = "canned-1"

    def __init__(self, answers):
        self.answers = answers
        self.read = []

    def pipe(self, articles, batch_size=32):
        for article in articles:
            self.read.append(article)
            yield self.answers[article.url]


def label(kind, place, **fields):
    empty = dict.fromkeys(
        (
            "date",
            "agreement_type",
            "direction",
            "stance",
            "form",
            "votes_for",
            "votes_against",
            "crowd_low",
            "crowd_high",
        )
    )
    return {"type": kind, "status": "occurred", "place": place, "central": False, **empty, **fields}


def report(kind, place_id, confidence=0.9, date=None, precision="unknown", status="occurred", **fields):
    evidence = Evidence("text", 0, 4, "Text")
    return Report(kind, status, date, precision, place_id, evidence, confidence, **fields)


def row(url, events, relevant=True, **fields):
    return {
        "url": url,
        "title": "A title",
        "text": "Text.",
        "published": None,
        "relevant": relevant,
        "events": events,
    } | fields


def answer(url, events=(), relevant=True, **fields):
    return Extraction(url, relevant, 0.9, "canned-1", events=list(events), **fields)


def measure(gazetteer, pairs):
    rows = [labels for labels, _ in pairs]
    return evaluate(rows, Canned({found.url: found for _, found in pairs}), gazetteer=gazetteer)


FRESNO = {"name": "Fresno", "kind": "city", "state": "CA"}
FRESNO_COUNTY = {"name": "Fresno County", "kind": "county", "state": "CA"}
OHIO = {"name": "Ohio", "kind": "state", "state": "OH"}
FRESNO_ID, FRESNO_COUNTY_ID = "geonames:5350937", "fips:06019"


def test_events_are_counted_by_type_and_place(gazetteer):
    result = measure(
        gazetteer,
        [
            (
                row(
                    "u1",
                    [label("protest", FRESNO), label("agreement_signed", FRESNO_COUNTY), label("settlement", OHIO)],
                ),
                answer(
                    "u1",
                    [
                        report("protest", FRESNO_ID),  # right
                        report("agreement_signed", FRESNO_ID),  # the city is not the county
                        report("policy_adopted", "state:OH"),  # right place, other type
                    ],
                ),
            ),
        ],
    )
    # 1 right, 2 spurious, 2 missed: precision 1/3, recall 1/3, F1 2/(2+2+2)
    assert (result.events.right, result.events.spurious, result.events.missed) == (1, 2, 2)
    assert result.events.precision == result.events.recall == pytest.approx(1 / 3)
    assert result.events.f1 == pytest.approx(1 / 3)
    assert result.types["protest"].f1 == 1
    assert (result.types["agreement_signed"].spurious, result.types["agreement_signed"].missed) == (1, 1)
    assert dict(result.confusions) == {("settlement", "policy_adopted"): 1}


def test_pairs_are_one_to_one_and_the_best_agreeing_first(gazetteer):
    june, july = label("protest", FRESNO, date="2020-06"), label("protest", FRESNO, date="2020-07-04", form="march")
    found = [
        report("protest", FRESNO_ID, date="2020-07-04", precision="day", form="march"),
        report("protest", FRESNO_ID, date="2020-06-11", precision="day"),
        report("protest", FRESNO_ID, date="2019-01-01", precision="year"),
    ]
    result = measure(gazetteer, [(row("u1", [june, july]), answer("u1", found))])
    assert (result.events.right, result.events.spurious, result.events.missed) == (2, 1, 0)
    assert (result.fields["date"].right, result.fields["date"].total) == (2, 2)
    assert (result.fields["form"].right, result.fields["form"].total) == (1, 1)


def test_fields_are_scored_where_labelled_and_inventions_counted(gazetteer):
    labels = [
        label("policy_adopted", OHIO, direction="limits_cooperation", votes_for=5, votes_against=2),
        label("protest", FRESNO, stance="against_cooperation", crowd_low=200, crowd_high=999),
    ]
    found = [
        report("policy_adopted", "state:OH", direction="limits_cooperation", votes_for=5, votes_against=3),
        report(
            "protest",
            FRESNO_ID,
            status="ongoing",
            stance="against_cooperation",
            crowd_low=200,
            crowd_high=999,
            form="rally",
        ),
    ]
    result = measure(gazetteer, [(row("u1", labels), answer("u1", found))])
    rates = {name: (f.right, f.total, f.invented) for name, f in result.fields.items()}
    assert rates == {
        "status": (1, 2, 0),
        "date": (0, 0, 0),
        "agreement_type": (0, 0, 0),
        "votes": (0, 1, 0),
        "direction": (1, 1, 0),
        "stance": (1, 1, 0),
        "form": (0, 0, 1),
        "crowd": (1, 1, 0),
    }
    assert (result.statuses["occurred"].right, result.statuses["occurred"].missed) == (1, 1)
    assert result.statuses["ongoing"].spurious == 1


def test_central_events_relevance_and_primary_place(gazetteer):
    fresno = gazetteer.get(FRESNO_ID)
    pairs = [
        (
            row(
                "u1",
                [label("protest", FRESNO, central=True), label("settlement", OHIO, central=True)],
                primary_place=FRESNO,
            ),
            answer("u1", [report("protest", FRESNO_ID)], places=[PlaceFound(fresno, [(0, 4)], primary=True)]),
        ),
        (row("u2", [], relevant=False, primary_place=None), answer("u2", [report("protest", FRESNO_ID)])),
        (row("u3", [], relevant=False), answer("u3", relevant=False)),
        (row("u4", [label("protest", OHIO)], primary_place=OHIO), answer("u4", relevant=False)),
    ]
    result = measure(gazetteer, pairs)
    assert (result.central.right, result.central.total) == (1, 2)
    assert (result.relevance.right, result.relevance.spurious, result.relevance.missed) == (1, 1, 1)
    assert (result.primary_place.right, result.primary_place.total) == (1, 2)


def test_people_and_quotes(gazetteer):
    labels = row(
        "u1",
        [],
        officials=[{"name": "Ana Ruiz", "role": "mayor"}, {"name": "Tom Lee Jr.", "role": "sheriff"}],
        spokespeople=[{"name": "Peg Dow", "organization": "Open Door"}],
        quotes=[
            {"speaker": "Ana Ruiz", "first_words": "We won’t be part of it"},
            {"speaker": "Tom Lee", "first_words": "It costs us nothing"},
            {"speaker": "Peg Dow", "first_words": "never told by anyone"},
        ],
    )
    found = answer(
        "u1",
        officials=[Official("Ana Ruiz", "mayor"), Official("Tom Lee", "sheriff"), Official("Tim Lee", "judge")],
        spokespeople=[Spokesperson("Peggy Low")],
        quotes=[
            Quote("Ana Ruiz", "mayor", "We won't be part of it, not now.", 0, 4, "said", True),
            Quote("Ana Ruiz", "mayor", "It costs us nothing.", 0, 4, "said", True),
        ],
    )
    result = measure(gazetteer, [(labels, found)])
    assert (result.officials.right, result.officials.spurious, result.officials.missed) == (2, 1, 0)
    assert (result.spokespeople.right, result.spokespeople.spurious, result.spokespeople.missed) == (0, 1, 1)
    assert (result.quotes_found.right, result.quotes_found.total) == (2, 3)
    assert (result.quotes_speaker.right, result.quotes_speaker.total) == (1, 3)


def test_reliability(gazetteer):
    found = [
        report("protest", FRESNO_ID, 0.95),
        report("settlement", "state:OH", 0.85),
        report("personnel", "state:OH", 0.65),
    ]
    result = measure(
        gazetteer, [(row("u1", [label("protest", FRESNO), label("settlement", OHIO)]), answer("u1", found))]
    )
    told = [(b.count, round(b.confidence, 2), b.right) for b in result.bins if b.count]
    assert told == [(1, 0.65, 0), (1, 0.85, 1), (1, 0.95, 1)]
    assert result.calibration_error == pytest.approx((0.65 + 0.15 + 0.05) / 3)


def test_texts_are_joined_by_url(gazetteer):
    labelled = [{"url": "u1", "published": "2020-01-02", "relevant": False, "events": []}]
    labelled.append({"url": "u2", "relevant": False, "events": []})
    extractor = Canned({"u1": answer("u1", relevant=False)})
    result = evaluate(labelled, extractor, {"u1": Article("u1", "Title", "Body")}, gazetteer)
    assert (result.texts, result.without_text) == (1, ["u2"])
    assert [(a.text, a.published) for a in extractor.read] == [("Body", "2020-01-02")]


def test_worst_texts_and_renderings(gazetteer):
    pairs = [
        (row("u1", [label("protest", FRESNO)], title="[One] miss"), answer("u1")),
        (
            row("u2", [label("protest", FRESNO), label("protest", OHIO)], title="Two"),
            answer("u2", [report("protest", None)]),
        ),
    ]
    result = measure(gazetteer, pairs)
    assert [(e.title, len(e.missed), len(e.spurious)) for e in result.worst()] == [("Two", 2, 1), ("[One] miss", 1, 0)]
    told = json.loads(json.dumps(result.as_dict()))
    assert told["events"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "right": 0, "spurious": 1, "missed": 3}
    assert told["worst"][0]["spurious"] == ["protest nowhere"]
    text = render(result)
    assert "2 texts read by canned-1" in text
    assert "[One] miss" in text and "missed: protest in Fresno, CA" in text


@pytest.mark.parametrize(
    ("wanted", "told", "precision", "right"),
    [
        ("2018-07-27", "2018-07-27", "day", True),
        ("2018-07-27", "2018-07-26", "day", False),
        ("2018-07-27", "2018-07-01", "month", False),
        ("2018-07", "2018-07-27", "day", True),
        ("2018-07", "2018-07-01", "month", True),
        ("2018-07", "2018-01-01", "year", False),
        ("2018-07", "2018-06-25", "week", True),
        ("2018-08", "2018-06-25", "week", False),
        ("2018-07-27", "2018-07-23", "week", False),
        ("2018", "2018-07-27", "day", True),
        ("2018", "2018-01-01", "year", True),
        ("2018", None, "unknown", False),
        ("2018", "2018-01-01", "unknown", False),
    ],
)
def test_dates_at_the_labels_precision(wanted, told, precision, right):
    assert matching.same_date(wanted, told, precision) is right


def test_a_label_that_is_no_date_is_an_error():
    with pytest.raises(ValueError, match="2018-7"):
        matching.same_date("2018-7", "2018-07-01", "day")


@pytest.mark.parametrize(
    ("wanted", "told", "same"),
    [
        ("Ana Ruiz", "Ana Ruíz", True),
        ("Ana Ruiz", "Ana Maria Ruiz", True),
        ("A. Ruiz", "Ana Ruiz", True),
        ("Thomas DeGise", "Tom DeGise", False),
        ("Joseph N. DiVincenzo Jr.", "Joseph DiVincenzo", True),
        ("Ana Ruiz", "Ana", False),
        ("Pat O'Neil", "Pat O’Neil", True),
        ("ICE", "ICE", True),
        ("Ana Ruiz", "", False),
    ],
)
def test_names(wanted, told, same):
    assert matching.same_name(wanted, told) is same


@pytest.mark.parametrize(
    ("place", "place_id", "same"),
    [
        (FRESNO, FRESNO_ID, True),
        (FRESNO_COUNTY, FRESNO_COUNTY_ID, True),
        (FRESNO_COUNTY, FRESNO_ID, False),
        (OHIO, "state:OH", True),
        (OHIO, FRESNO_ID, False),
        (None, None, True),
        (None, FRESNO_ID, False),
        (FRESNO, None, False),
    ],
)
def test_places(gazetteer, place, place_id, same):
    predicted = gazetteer.get(place_id) if place_id else None
    assert matching.same_place(place, predicted, gazetteer) is same
