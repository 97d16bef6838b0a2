"""Titles that a person would write: grammar, figures, places; and nothing that the fields do not say."""

import re
from dataclasses import replace
from itertools import product

import pytest

from data.event_titles import Named, _table, event_title, place_name
from data.events import Event
from data.linking_rules import load_rules
from data.records import Place
from nlp.ontology import load as load_ontology
from tests.factories import CONTRA_COSTA, DENVER, MILWAUKEE_COUNTY, PHILADELPHIA, RICHMOND, STATES

TYPES = [name for name in _table() if name != "words"]
STATUSES = ["occurred", "ongoing", "announced", "proposed", "denied", "background"]


def event(kind, status="occurred", **fields):
    return Event(
        type=kind, status=status, date=None, date_precision="unknown", place_id="x", confidence=0.5, best_report=1,
        reports_count=1, outlets_count=1, first_seen="2026-09-15", last_seen="2026-09-15", **fields,
    )  # fmt: skip


PARS = {"agreement_type": "data_sharing", "agreement_name": "PARS", "counterparty": "ICE"}
LIMITS = {"direction": "limits_cooperation"}
VOTE = {"votes_for": 12, "votes_against": 5}


@pytest.mark.parametrize(
    ("told", "place", "named", "title"),
    [
        (
            event("agreement_terminated", **PARS),
            PHILADELPHIA,
            {},
            "Philadelphia ends its data-sharing agreement with ICE (PARS)",
        ),
        (
            event("agreement_terminated", "announced", **PARS),
            PHILADELPHIA,
            {},
            "Philadelphia plans to end its data-sharing agreement with ICE (PARS)",
        ),
        (
            event("agreement_terminated", "proposed", **PARS),
            PHILADELPHIA,
            {},
            "Proposal would have Philadelphia end its data-sharing agreement with ICE (PARS)",
        ),
        (
            event("agreement_terminated", "denied", **PARS),
            PHILADELPHIA,
            {},
            "Philadelphia declines to end its data-sharing agreement with ICE (PARS)",
        ),
        (
            event("agreement_terminated", "background", **PARS),
            PHILADELPHIA,
            {},
            "Philadelphia ends its data-sharing agreement with ICE (PARS)",
        ),
        (
            event("agreement_signed", agreement_type="287g", agreement_name="287(g)"),
            RICHMOND,
            {},
            "Richmond, CA, signs a 287(g) agreement with ICE",
        ),
        (event("agreement_signed"), RICHMOND, {}, "Richmond, CA, signs an agreement with ICE"),
        (
            event("agreement_expired", agreement_type="detention"),
            RICHMOND,
            {},
            "Detention agreement with ICE in Richmond, CA, expires",
        ),
        (
            event("agreement_renewed", agreement_type="detention", counterparty="US Marshals"),
            CONTRA_COSTA,
            {},
            "Contra Costa County renews its detention agreement with the US Marshals Service",
        ),
        (
            event("agreement_kept", agreement_type="detention", agreement_name="jail contract"),
            CONTRA_COSTA,
            {},
            "Contra Costa County keeps its detention agreement with ICE",
        ),
        (
            event("agreement_terminated", agreement_type="detention", votes_for=4, votes_against=1),
            RICHMOND,
            {"body": "the City Council"},
            "Richmond City Council votes 4-1 to end its detention agreement with ICE",
        ),
        (
            event("policy_adopted", **LIMITS, **VOTE),
            MILWAUKEE_COUNTY,
            {"body": "Milwaukee County Board"},
            "Milwaukee County Board votes 12-5 to limit cooperation with ICE",
        ),
        (
            event("policy_adopted", **LIMITS, **VOTE),
            MILWAUKEE_COUNTY,
            {"body": "County Board"},
            "Milwaukee County Board votes 12-5 to limit cooperation with ICE",
        ),
        (
            event("policy_adopted", **LIMITS, **VOTE),
            MILWAUKEE_COUNTY,
            {},
            "Milwaukee County votes 12-5 to limit cooperation with ICE",
        ),
        (
            event("policy_adopted", **LIMITS, **VOTE),
            MILWAUKEE_COUNTY,
            {"body": "Milwaukee County"},
            "Milwaukee County votes 12-5 to limit cooperation with ICE",
        ),
        (
            event("policy_adopted", **LIMITS, **VOTE),
            RICHMOND,
            {"body": "California city"},
            "Richmond, CA, votes 12-5 to limit cooperation with ICE",
        ),
        (
            event("policy_adopted", **LIMITS, votes_for=9),
            DENVER,
            {"body": "City Council"},
            "Denver City Council votes to limit cooperation with ICE",
        ),
        (
            event("policy_adopted", **VOTE),
            STATES["PA"],
            {"body": "Senate"},
            "Pennsylvania Senate votes 12-5 to adopt a policy on cooperation with ICE",
        ),
        (
            event("policy_adopted", direction="expands_cooperation"),
            RICHMOND,
            {},
            "Richmond, CA, adopts a policy expanding cooperation with ICE",
        ),
        (
            event("policy_rejected", **LIMITS, **VOTE),
            DENVER,
            {},
            "Denver votes 12-5 to reject a policy limiting cooperation with ICE",
        ),
        (
            event("policy_adopted", "announced", **LIMITS, **VOTE),
            DENVER,
            {},
            "Denver plans to limit cooperation with ICE",
        ),
        (
            event("protest", form="march", stance="against_cooperation", crowd_low=200, crowd_high=999),
            DENVER,
            {},
            "Hundreds march in Denver against immigration enforcement",
        ),
        (
            event("protest", form="march", stance="against_cooperation", agreement_type="detention", crowd_low=24),
            DENVER,
            {},
            "At least 24 people march in Denver against cooperation with ICE",
        ),
        (
            event("protest", form="march", crowd_low=24, crowd_high=10_000),
            DENVER,
            {},
            "Up to 10,000 people march in Denver over immigration enforcement",
        ),
        (
            event("protest", form="rally", crowd_low=3, crowd_high=999),
            DENVER,
            {},
            "Hundreds rally in Denver over immigration enforcement",
        ),
        (
            event("agreement_renewed", agreement_type="detention", votes_for=3, votes_against=0),
            CONTRA_COSTA,
            {"body": "Contra Costa County Commissioners"},
            "Contra Costa County Commissioners vote 3-0 to renew its detention agreement with ICE",
        ),
        (
            event("protest", form="vigil", crowd_low=40, crowd_high=40),
            RICHMOND,
            {},
            "40 people hold a vigil in Richmond, CA, over immigration enforcement",
        ),
        (
            event("protest", form="hunger_strike", crowd_low=1, crowd_high=1),
            DENVER,
            {},
            "One person goes on hunger strike in Denver over immigration enforcement",
        ),
        (
            event("protest", crowd_low=1200),
            DENVER,
            {},
            "At least 1,200 people protest in Denver over immigration enforcement",
        ),
        (
            event("protest", crowd_low=150, crowd_high=400),
            DENVER,
            {},
            "150 to 400 people protest in Denver over immigration enforcement",
        ),
        (
            event("protest", form="rally", stance="for_cooperation"),
            DENVER,
            {},
            "Protesters rally in Denver in support of immigration enforcement",
        ),
        (
            event("protest", "announced", form="walkout", stance="against_cooperation"),
            RICHMOND,
            {},
            "Walkout planned in Richmond, CA, against immigration enforcement",
        ),
        (
            event("federal_response"),
            PHILADELPHIA,
            {},
            "Federal government responds to Philadelphia over cooperation on immigration",
        ),
        (
            event("federal_response", counterparty="White House"),
            RICHMOND,
            {},
            "The White House responds to Richmond, CA, over cooperation on immigration",
        ),
        (
            event("lawsuit_filed"),
            RICHMOND,
            {"suer": "ACLU of Northern California"},
            "ACLU of Northern California sues over cooperation with ICE in Richmond, CA",
        ),
        (
            event("lawsuit_filed", "announced"),
            RICHMOND,
            {"suer": "ACLU"},
            "Lawsuit planned over cooperation with ICE in Richmond, CA",
        ),
        (
            event("official_statement", stance="against_cooperation"),
            DENVER,
            {"speaker": "Ann Holt"},
            "Ann Holt speaks against cooperation with ICE in Denver",
        ),
        (event("official_statement"), DENVER, {}, "Official in Denver speaks about cooperation with ICE"),
        (
            event("agreement_signed", agreement_type="detention", counterparty="CoreCivic"),
            RICHMOND,
            {},
            "Richmond, CA, signs a detention agreement with CoreCivic",
        ),
        (
            event("policy_adopted", counterparty="CoreCivic", **LIMITS),
            RICHMOND,
            {},
            "Richmond, CA, adopts a policy limiting cooperation with ICE",
        ),
        (
            event("data_access_revoked", counterparty="CBP"),
            RICHMOND,
            {},
            "Richmond, CA, ends access of CBP to its data",
        ),
        (event("facility_closed", "announced"), RICHMOND, {}, "Immigration detention site in Richmond, CA, to close"),
        (event("public_meeting"), DENVER, {}, "Denver holds a public meeting on cooperation with ICE"),
        (event("some_new_type"), RICHMOND, {}, "Some new type in Richmond, CA"),
    ],
)
def test_titles(told, place, named, title):
    assert event_title(told, place, Named(**named)) == title


@pytest.mark.parametrize(("kind", "status"), product(TYPES, STATUSES))
def test_every_type_and_status_has_a_clean_title(kind, status):
    full = PARS | VOTE | {"form": "vigil", "crowd_low": 24, "crowd_high": 99}
    full |= {"stance": "for_cooperation", "direction": "expands_cooperation"}
    for fields, named in product(({}, full), (Named(), Named("City {Council}", "A & B", "C. D"))):
        title = event_title(event(kind, status, **fields), RICHMOND, named)
        assert title[0].isupper() or title[0].isdigit()
        assert not re.search(r"[{}]|None|untold|  | ,|,,|,$|\b(\w+) \1\b", title), title
        assert len(title) < 120
        assert "Richmond" in title


def test_the_words_cover_the_codebook():
    ontology = load_ontology()
    assert set(TYPES) == set(ontology.event_types)
    assert set(_table()["words"]["agreements"]) == set(ontology.agreement_types)
    assert set(_table()["words"]["forms"]) - {"untold"} == set(ontology.protest_forms)
    assert all("done" in _table()[name] for name in TYPES)


def test_every_codebook_type_has_its_window_of_days():
    rules, types = load_rules(), set(load_ontology().event_types)
    assert set(rules.window) == types
    told = {*rules.announced, *rules.proposed} - {"default"}
    assert (
        told | {*rules.lasting, *rules.frequent, *rules.personal, *rules.scheduled, *rules.agreement_is_context}
        <= types
    )
    assert set(rules.named) <= set(load_ontology().agreement_types)
    assert set(rules.staying) <= set(load_ontology().protest_forms)


def test_a_name_with_a_brace_or_a_long_one_does_no_harm():
    strange = event("agreement_signed", agreement_type="other", agreement_name="{place}{0}")
    assert event_title(strange, DENVER) == "Denver signs an agreement with ICE ({place}{0})"
    long = replace(strange, agreement_name="a very long name that nobody would ever want to read in a title")
    assert event_title(long, DENVER) == "Denver signs an agreement with ICE"


def test_places_carry_their_state_where_few_would_know_them():
    assert place_name(RICHMOND) == "Richmond, CA"
    assert place_name(DENVER) == "Denver"
    assert place_name(STATES["CA"]) == "California"
    assert place_name(MILWAUKEE_COUNTY) == "Milwaukee County"
    assert place_name(Place("fips:06059", "Orange County", "county", "CA", 0, 0, 3_200_000)) == "Orange County, CA"
    assert place_name(Place("fips:41001", "Baker County", "county", "OR", 0, 0, 16_000)) == "Baker County, OR"
