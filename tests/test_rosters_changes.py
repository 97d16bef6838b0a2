"""Two issues of a list compared: what was signed, what is gone, and what only looks so."""

from dataclasses import replace

import pytest

from data.gazetteer import load_gazetteer
from data.roster_changes import TruncatedRosterError, compare, refuse_truncated
from data.roster_dates import between, signing
from data.roster_names import agency_kind, agreement_type, roster_words
from data.roster_places import RosterPlaces
from data.rosters import count_changes, understand
from nlp.ontology import load as load_ontology
from tests.roster_sheets import row


def listed(*rows):
    return understand(rows, load_gazetteer())


def changed(old, new):
    return count_changes(compare(listed(*old), listed(*new)))


def names(entries):
    return [entry.row.agency for entry in entries]


GALVESTON = row("Galveston County Sheriff's Office", county="Galveston County")
WHARTON = row("Wharton County Sheriff's Office", county="Wharton County")


# --- models ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("Task Force Model ", "287g_task_force"),
        ("TASK FORCE MODLE", "287g_task_force"),
        ("Warrant Service Office", "287g_warrant_service"),
        ("WSO", "287g_warrant_service"),
        ("Jail Enforcement Model", "287g_jail_enforcement"),
        ("Jail Enforcment", "287g_jail_enforcement"),
        ("Tribal Partnership", "287g"),
    ],
)
def test_models_are_the_codebooks_types(model, kind):
    assert agreement_type(model) == kind


def test_every_type_and_name_is_in_the_ontology():
    words, ontology = roster_words(), load_ontology()
    assert {*words["models"].values(), words["names"]["untold_model"]} <= set(ontology.agreement_types)
    assert {"agreement_signed", "agreement_terminated", "agreement_proposed"} <= set(ontology.event_types)
    assert {"occurred", "proposed", "unconfirmed"} <= set(ontology.statuses)


# --- places ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agency", "state", "county", "kind", "place"),
    [
        ("Galveston County Sheriff's Office", "TEXAS", "Galveston County", "County", "fips:48167"),
        ("Neuces County Constable Precinct 5", "TEXAS", "Nueces County", "County", "fips:48355"),
        ("Wharton Police Departement", "TEXSA", "Wharton County", "Municipality", "Wharton"),
        ("Calcasieu Parish Sheriff's Office", "LOUISIANA", "Calacasieu Parish", "County", "fips:22019"),
        ("St. Bernard Parish Sheriff's Office", "LOUISIANA", "Chalmette Parish", "County", "fips:22087"),
        ("Chesapeake Sheriff's Office", "VIRGINIA", "", "County", "fips:51550"),
        ("Franklin County Sheriff's Office", "VIRGINIA", "Franklin County", "County", "fips:51067"),
        ("St. Louis County Police Department", "MISSOURI", "St. Louis County", "County", "fips:29189"),
        ("Jacksonville Sheriff's Office", "FLORIDA", "Duval County", "County", "fips:12031"),
        ("Daytona Beach Shores Public Safety", "FLORIDA", "#N/A", "Municipality", "Daytona Beach Shores"),
        ("Sunny Isles Police Department", "FLORIDA", "", "Municipality", "Sunny Isles Beach"),
        ("Monroe Police Department", "GEORGIA", "Monroe County", "Municipality", "Monroe"),
        ("Saint Hedwig Marshal's Office", "TEXAS", "Bexar County", "Municipality", "St. Hedwig"),
        ("Troy Township PA State Constable", "PENNSYLVANIA", "Bradford County", "Municipality", "fips:42015"),
        ("Salem Township Police Department", "PENNSYLVANIA", "Luzerne County", "Municipality", "fips:42079"),
        ("Lancaster County District Attorney's Office", "PENNSYLVANIA", "Lancaster County", "County", "fips:42071"),
        ("Florida Department of Law Enforcement", "FLORIDA", "#N/A", "State Agency", "state:FL"),
        ("Wyoming State Highway Patrol", "WYOMING", "Laramie County", "State Agency", "state:WY"),
        ("Office Of The Attorney General", "GUAM", "Kattan District", "State Agency", "state:GU"),
        ("CNMI Department of Corrections", "NORTHERN MARIANA ISLANDS", "", "State Agency", "state:MP"),
        ("Puerto Rico Police Bureau", "Puerto Rico", "", "State Agency", "state:PR"),
        ("University of Florida Police Department", "FLORIDA", "", "Municipality", "state:FL"),
        ("Florida State University Police Department", "FLORIDA", "Leon County", "Municipality", "fips:12073"),
        ("Southwest Virginia Regional Jail Authority", "VIRGINIA", "", "County", "state:VA"),
        ("Northwest Regional Police Department", "PENNSYLVANIA", "", "Municipality", None),
        ("Ferry Police Department", "Atlantis", "", "Municipality", None),
    ],
)
def test_the_government_concerned(agency, state, county, kind, place):
    county = "" if county == "#N/A" else county
    found = RosterPlaces(load_gazetteer()).locate(row(agency, state, county, type=kind)).place
    assert (found and (found.id if ":" in (place or "") else found.name)) == place


def test_kinds_of_agencies_are_told_apart():
    told = ["Ferry Police Dept.", "Alder County Sheriff's Office", "Alder County Attorney's Office", "Ferry ISD Police"]
    assert [agency_kind(name) for name in told] == ["police", "sheriff", "prosecutor", "campus"]


# --- matching ----------------------------------------------------------------------------------------------------


def test_a_new_row_is_signed_and_a_missing_one_is_gone():
    changes = compare(listed(GALVESTON), listed(WHARTON))
    assert (names(changes.signed), names(changes.gone), changes.kept, changes.renamed) == (
        ["Wharton County Sheriff's Office"], ["Galveston County Sheriff's Office"], [], []
    )  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"agency": "GALVESTON COUNTY SHERIFFS OFFICE"},
        {"agency": "Galveston  Cnty. Sheriff’s Office"},
        {"county": "Galvston County"},
        {"county": ""},
        {"model": "Task Force Modle"},
        {"moa": "https://www.ice.gov/moa/a.pdf", "number": 900},
        {"signed": "2025-09-23"},
        {"type": "Municipality"},
    ],
)
def test_a_row_typed_anew_is_the_same_row(change):
    assert changed([GALVESTON], [replace(GALVESTON, **change)]) == {
        "kept": 1, "renamed": 0, "signed": 0, "gone": 0, "model_added": 0, "model_dropped": 0
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (row("Dogulas County Sheriff's Office", "MISSOURI", "Douglas County"),
         row("Douglas County Sheriff's Office", "MISSOURI", "Douglas County")),
        (row("Southampton Twp. Constables Office", "PENNSYLVANIA", "Cumberland County"),
         row("Southhampton Twp. Constables Office", "PENNSYLVANIA", "Cumberland County", signed="2025-10-01")),
        (row("Wharton Police Department", county="Wharton County", moa="https://www.ice.gov/moa/w.pdf"),
         row("City of Wharton Police", county="Wharton County", moa="https://www.ice.gov/moa/w.pdf")),
        (row("Escambia County Board of County Commissioners/ Department of Corrections", "FLORIDA", "Escambia County"),
         row("Escambia County Corrections", "FLORIDA", "Escambia County")),
    ],
)  # fmt: skip
def test_a_renamed_agency_is_neither_signed_nor_gone(old, new):
    found = changed([old, GALVESTON], [GALVESTON, new])
    assert (found["renamed"], found["signed"], found["gone"]) == (1, 0, 0)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (row("Galveston County Constable Precinct 1", county="Galveston County"),
         row("Galveston County Constable Precinct 4", county="Galveston County")),
        (row("Parker County Sheriff's Office", county="Parker County"),
         row("Parker County District Attorney's Office", county="Parker County")),
        (row("Texas City Police Department", county="Galveston County"),
         row("League City Police Department", county="Galveston County")),
        (row("Washington County Sheriff's Office", county="Washington County"),
         row("Washington County Sheriff's Office", "OKLAHOMA", "Washington County")),
        (row("Wharton Police Department", county="Wharton County", moa="https://www.ice.gov/moa/same.pdf"),
         row("Wharton County Sheriff's Office", county="Wharton County", moa="https://www.ice.gov/moa/same.pdf")),
    ],
)  # fmt: skip
def test_two_agencies_are_two(old, new):
    found = changed([old], [new])
    assert (found["signed"], found["gone"]) == (1, 1)


def test_a_link_pasted_into_two_rows_proves_nothing():
    same = {"moa": "https://www.ice.gov/moa/same.pdf", "county": "Galveston County"}
    old = [row("Hitchcock Police Department", **same), row("Santa Fe Police Department", **same)]
    new = [row("Kemah Police Department", **same), row("Dickinson Police Department", **same)]
    assert changed(old, new)["signed"] == 2


def test_another_model_of_one_agency_is_told_as_such():
    jail = replace(GALVESTON, model="Jail Enforcement Model")
    assert changed([GALVESTON], [GALVESTON, jail])["model_added"] == 1
    found = changed([GALVESTON, jail], [jail, WHARTON])
    assert (found["gone"], found["model_dropped"], found["signed"], found["model_added"]) == (1, 1, 1, 0)


def test_a_model_corrected_is_no_new_agreement():
    moa = {"moa": "https://www.ice.gov/moa/g_WSO.pdf"}
    found = changed([replace(GALVESTON, **moa)], [replace(GALVESTON, model="Warrant Service Officer", **moa)])
    assert (found["kept"], found["signed"], found["gone"]) == (1, 0, 0)


def test_pending_agencies_are_found_among_the_participating():
    pending = replace(GALVESTON, status="pending", signed=None)
    changes = compare(listed(pending), listed(GALVESTON, WHARTON))
    assert (len(changes.kept), names(changes.signed)) == (1, ["Wharton County Sheriff's Office"])


def test_a_cut_list_is_no_wave_of_terminations():
    agencies = [row(f"Galveston County Constable Precinct {n}", county="Galveston County") for n in range(1, 41)]
    old = listed(*agencies)
    refuse_truncated(old, compare(old, listed(*agencies[:32])), "new.xlsx")  # a fifth may go
    with pytest.raises(TruncatedRosterError, match=r"new\.xlsx: 9 of 40 rows are gone at once, more than 20%"):
        refuse_truncated(old, compare(old, listed(*agencies[:31])), "new.xlsx")
    few = old[:10]
    refuse_truncated(few, compare(few, []), "new.xlsx")


# --- dates -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "dated", "told"),
    [
        ("2026-05-17", "2026-05-18", ("2026-05-18", "day")),
        ("2026-05-18", "2026-05-18", ("2026-05-18", "day")),
        ("2026-05-11", "2026-05-18", ("2026-05-12", "week")),
        ("2026-04-30", "2026-05-18", ("2026-05-18", "month")),
        ("2025-12-31", "2026-05-18", ("2026-05-18", "year")),
        ("2025-12-01", "2026-05-18", (None, "unknown")),
        (None, "2026-05-18", (None, "unknown")),
    ],
)
def test_a_change_is_dated_as_exactly_as_two_lists_allow(before, dated, told):
    assert between(before, dated) == told


@pytest.mark.parametrize(
    ("signed", "moa", "told"),
    [
        ("2026-03-19", None, ("2026-03-19", "day")),
        ("2016-03-19", "https://a.example/MohawkPD_TFM_MOA_03192026.pdf", ("2026-03-19", "day")),
        ("2016-03-19", "https://a.example/MohawkPD_TFM_MOA.pdf", ("2016-03-19", "day")),
        ("2016-03-19", "https://a.example/MohawkPD_TFM_MOA_04022026.pdf", ("2016-03-19", "day")),
        ("2062-03-19", None, ("2026-05-18", "year")),
        (None, None, ("2026-05-18", "year")),
    ],
)
def test_a_slip_of_the_year_is_put_right_by_the_document(signed, moa, told):
    assert signing(signed, moa, "2025-12-31", "2026-05-18") == told


def test_an_old_signing_in_the_first_list_is_believed():
    assert signing("2019-04-24", "https://a.example/x_04242026.pdf", None, "2026-05-18") == ("2019-04-24", "day")
