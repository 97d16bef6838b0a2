"""The screen: cheap, and hardly ever wrong about what deserves a parse; the verdict: only what reports an event."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.records import Article, Evidence, Report
from nlp.relevance import SCREEN_THRESHOLD, screen
from nlp.verdict import judge

RELEVANT = [
    ("Board ends jail deal with ICE", "The county board voted 4-1 to end its contract with ICE to hold detainees."),
    ("Sheriff joins 287(g)", "Sheriff Ann Poe signed a memorandum under the 287(g) program."),
    ("Marchers fill downtown", "Hundreds marched to city hall over immigration raids in the county this week."),
    (
        "Council backs welcoming ordinance",
        "The council passed an ordinance that limits aid to federal immigration agents.",
    ),
    (
        "City drops plate readers",
        "The council ended its contract for license plate readers over fears that immigration agents see the data.",
    ),
    (
        "Jail to hold federal detainees",
        "The county has a new agreement with the federal government to hold immigrant detainees.",
    ),
    (
        "Mayor: we are no sanctuary",
        "Mayor Tom Lee denied that the city is a sanctuary and said it follows federal law.",
    ),
    ("Judge rules for county", "A judge dismissed the Justice Department's suit over the county's sanctuary policies."),
    ("State bars detainer holds", "The governor signed a bill that bars jails from honoring immigration detainers."),
    (
        "ALCALDE RECHAZA ACUERDO",
        "El alcalde dijo que la ciudad no firmará un acuerdo con ICE y que la policía no hará redadas.",
    ),
    (
        "Condado pone fin a contrato",
        "El condado puso fin a su contrato con el Servicio de Inmigración para detener a indocumentados.",
    ),
    ("Una marcha en el centro", "Cientos de personas marcharon contra las deportaciones frente al ayuntamiento."),
]
IRRELEVANT = [
    ("Hawks win on ice", "The hockey team beat its rival 4-2 at the ice rink on Friday; the goalie stopped 30 shots."),
    (
        "Ice storm closes roads",
        "The county sheriff asked drivers to stay home as freezing rain left black ice on Main Street.",
    ),
    ("Sanctuary for owls opens", "The bird sanctuary by the lake opened a new trail for families on Saturday."),
    ("Church sanctuary repainted", "Volunteers repainted the sanctuary of the old church before Easter."),
    ("Council passes budget", "The city council passed a budget of $12 million and hired two police officers."),
    ("Fair returns", "The county fair returns with rides, ice cream and a pie contest."),
    ("ICE CREAM SOCIAL SET", "THE CHURCH WILL HOLD ITS ICE CREAM SOCIAL ON FRIDAY."),
    ("", ""),
]


@pytest.mark.parametrize(("title", "text"), RELEVANT)
def test_relevant_stories_pass_the_screen(title, text):
    assert screen(title, text) >= SCREEN_THRESHOLD


@pytest.mark.parametrize(("title", "text"), IRRELEVANT)
def test_other_stories_do_not(title, text):
    assert screen(title, text) < SCREEN_THRESHOLD


def test_without_any_word_of_the_subject_the_score_is_nothing():
    assert screen("Council passes budget", "The mayor and the sheriff agreed on a contract.") == 0.0


def test_more_of_the_subject_scores_higher():
    title, text = RELEVANT[0]
    assert screen(title, text) > screen("", text) > screen("", "The band played on; ICE was there.")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.text(max_size=2000))
def test_any_text_has_a_probability(title, text):
    assert 0.0 <= screen(title, text) <= 1.0


def test_a_long_text_is_screened_in_no_time():
    text = "ICE sheriff immigrant -- " * 40_000
    started = time.process_time()
    screen("", text)
    assert time.process_time() - started < 4


def test_the_screen_needs_no_spacy():
    root = Path(__file__).resolve().parent.parent
    code = "import sys, nlp.relevance as r; r.screen('a', 'b'); print('spacy' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True).stdout
    assert out.strip() == "False"


def test_a_story_without_a_local_part_is_not_relevant(extractor):
    text = (
        "Federal immigration agents arrested three men at a roofing company on Tuesday.\n\n"
        "ICE said in a news release that the men had final orders of removal. The company declined to comment."
    )
    extraction = extractor.extract(Article("u", "ICE arrests three at roofing company", text, published="2021-03-17"))
    assert not extraction.relevant
    assert extraction.events == []


def test_a_story_with_a_local_part_is(extractor):
    text = (
        "The Fresno County Board of Supervisors voted 4-1 on Tuesday to end its contract with ICE to hold detainees "
        "at the county jail.\n\nSheriff Ann Poe said she would respect the vote."
    )
    extraction = extractor.extract(Article("u", "Fresno County ends ICE contract", text, published="2021-03-17"))
    assert extraction.relevant
    assert 0.5 <= extraction.relevance <= 1
    assert [(e.type, e.place_id, e.date) for e in extraction.events][:1] == [
        ("agreement_terminated", "fips:06019", "2021-03-16")
    ]


def told(confidence, start, where="text", kind="protest"):
    return Report(kind, "occurred", None, "unknown", None, Evidence(where, start, start + 9, "told here"), confidence)


@pytest.mark.parametrize(
    ("reports", "probability"),
    [
        ([], 0),
        ([told(0.8, 0)], 0.92),  # times 1.15 in the opening
        ([told(0.8, 900, where="title")], 0.92),
        ([told(0.8, 400)], 0.8),
        ([told(0.8, 900)], 0.48),  # an aside alone makes no story
        ([told(0.64, 900), told(0.64, 950)], 1 - (1 - 0.6 * 0.64) ** 2),
        ([told(1.0, 0), told(0.1, 900)], 1),
    ],
)
def test_the_verdict(reports, probability):
    assert judge(reports, 1000) == pytest.approx(probability)


def test_a_story_in_which_nothing_happens_is_not_relevant(extractor):
    text = "ICE is an agency, a sheriff an officer of a county. Immigration detention is a word of two parts."
    assert 0 < extractor.extract(Article("u", "Words of immigration enforcement", text)).relevance <= 0.3
