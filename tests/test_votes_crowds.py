"""Tallies of votes and sizes of crowds, in words and figures."""

from __future__ import annotations

import pytest

from nlp.crowds import read_crowd
from nlp.votes import read_dissent, read_votes, recorded

VOTES = [
    ("The board voted 7-2 on Tuesday", (7, 2)),
    ("approved by a vote of 41 to 8", (41, 8)),
    ("The vote was 3-1.", (3, 1)),
    ("on a 4–1 vote", (4, 1)),
    ("the council voted seven to two", (7, 2)),
    ("five voted in favor and two against", (5, 2)),
    ("Council limits help for ICE, 5-4", (5, 4)),
    ("the motion failed on a 3-3 tie", (3, 3)),
    ("The Senate passed the bill 27-13", (27, 13)),
    ("voted 5-0 to renew the 287(g) agreement", (5, 0)),
    ("The board voted unanimously", None),
    ("The Ducks lost the game 3-2", None),
    ("In 2018-19 the board met often", None),
    ("The council approved a 2-3 year contract", None),
    ("The board spent $3-4 million", None),
    ("A council member, 52-50 years ago", None),
]


@pytest.mark.parametrize(("text", "votes"), VOTES)
def test_votes(text, votes):
    assert read_votes(text) == votes


def test_votes_are_for_the_decision_as_recorded():
    assert recorded((3, 7), decided_against=True) == (7, 3)
    assert recorded((7, 3), decided_against=True) == (7, 3)
    assert recorded((3, 4), decided_against=False) == (3, 4)


CROWDS = [
    ("a dozen protesters stood outside", (12, 12)),
    ("Dozens of people rallied", (24, 99)),
    ("about a hundred residents marched", (100, 100)),
    ("hundreds marched downtown", (200, 999)),
    ("several hundred students walked out", (300, 999)),
    ("a thousand people gathered", (1000, 1000)),
    ("Thousands of demonstrators filled the streets", (2000, 9999)),
    ("tens of thousands of people marched", (20000, 99999)),
    ("about two dozen people protested", (24, 24)),
    ("More than 40 people joined", (40, None)),
    ("fewer than 50 protesters came", (None, 50)),
    ("between 60 and 70 protesters stood there", (60, 70)),
    ("a 10,000-person march", (10000, 10000)),
    ("a crowd of about 150", (150, 150)),
    ("1,200 people attended", (1200, 1200)),
    ("Fifteen people were arrested after 150 protesters marched", (150, 150)),
    ("twenty-five activists gathered", (25, 25)),
    ("More than two dozen people were arrested", None),
    ("The jail held 200 detainees on average", None),
    ("ICE arrested 40 people", None),
    ("The rally lasted two hours", None),
    ("In 2019 protesters came back", None),
]


@pytest.mark.parametrize(("text", "crowd"), CROWDS)
def test_crowds(text, crowd):
    assert read_crowd(text) == crowd


@pytest.mark.parametrize(
    ("text", "dissent"),
    [
        ("All but one of the seven members voted for the resolution.", 1),
        ("Only two supervisors voted to keep the contract.", 2),
        ("Councilwoman Ana Ruiz cast the lone no vote.", 1),
        ("The motion passed with one dissenting vote.", 1),
        ("The council voted to end the contract.", None),
        ("Only one jail in the state holds people for ICE.", None),
        ("Two members of the crowd said no.", None),
    ],
)
def test_dissent_without_a_tally(text, dissent):
    assert read_dissent(text) == dissent


def test_a_tie_that_the_chair_breaks():
    assert read_votes("The board split 3-3 and the chair cast the deciding vote to end the contract.") == (4, 3)
    assert read_votes("The board voted 3-3, and the motion failed.") == (3, 3)
