"""What is read of the Legistar API, how a council's file becomes sentences, and what is remembered between nights."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest

from crawler.legistar import Dossier, Meeting, act, current_sponsors, decision, latest, write_article
from crawler.legistar_api import (
    Action,
    Api,
    Event,
    Item,
    LegistarError,
    Matter,
    Sponsor,
    Text,
    Version,
    Vote,
    read_one,
    read_rows,
)
from crawler.legistar_state import MAX_TRIES, Mark, Prefix, failure, is_done, matter_state
from crawler.legistar_words import body_name, council, legible, measure, members, person
from data.records import Source, Visit
from tests.legistar_server import client_source, event, matter, select

URL = "https://webapi.legistar.com/v1/milwaukee/matters"
MKE = client_source()
SONOMA = Source(
    "son", "Sonoma County Board of Supervisors", "sonoma-county.legistar.com", "", "Sonoma County", "CA", "agenda"
)
AUSTIN = Source("aus", "Austin City Council", "austin.legistar.com", "Austin", "Travis County", "TX", "agenda")
TITLE = "Resolution directing the City Attorney to end the agreement with U.S. Immigration and Customs Enforcement"
THING = "a resolution directing the City Attorney to end the agreement with U.S. Immigration and Customs Enforcement"


# --- the API -----------------------------------------------------------------------------------------------------


def test_addresses_are_those_of_the_documentation() -> None:
    api = Api("milwaukee")
    assert api.matters("2026-11-20T10:00:00", 500) == (
        f"{URL}?$filter=MatterLastModifiedUtc%20ge%20datetime%272026-11-20T10%3A00%3A00%27"
        "&$orderby=MatterLastModifiedUtc,MatterId&$top=500&$skip=500"
    )
    assert "datetime%272026-11-25%27" in api.events(date(2026, 11, 25), date(2027, 1, 24), 0)
    assert api.matter(7, "texts/79").endswith("/v1/milwaukee/matters/7/texts/79")
    assert api.votes(91) == "https://webapi.legistar.com/v1/milwaukee/eventitems/91/votes"


def test_a_token_is_the_last_parameter_and_can_be_taken_off() -> None:
    api = Api("nyc", token="a/b c")
    assert api.matter(7).endswith("/matters/7?token=a%2Fb%20c")
    assert api.public(api.matter(7)) == Api("nyc").matter(7)
    assert api.public(api.matters(None, 0)) == Api("nyc").matters(None, 0)


@pytest.mark.parametrize("client", ["", "a/b", "../nyc", "nyc?x=1", "-nyc"])
def test_a_client_that_is_no_name_is_refused(client: str) -> None:
    with pytest.raises(LegistarError, match="not the name of a Legistar client"):
        Api(client)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html>", "not JSON"),
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"Message": "An error has occurred."}', "a list was expected, not an object"),
        (b"null", "a list was expected, not null"),
        (b"[7]", "row 1: an object was expected, not a number"),
        (b"[{}]", "row 1: MatterId: a positive number was expected"),
        (b'[{"MatterId": "7"}]', "row 1: MatterId: a positive number was expected"),
        (b'[{"MatterId": 7}]', "row 1: MatterLastModifiedUtc: a timestamp was expected"),
        (b'[{"MatterId": 7, "MatterLastModifiedUtc": "yesterday"}]', "a timestamp was expected, not 'yesterday'"),
        (json.dumps([{}] * 1001).encode(), "1001 rows, more than the API's limit"),
    ],
)
def test_a_wrong_shape_is_told_with_the_address(body: bytes, reason: str) -> None:
    with pytest.raises(LegistarError) as caught:
        read_rows(Matter, body, URL)
    assert str(caught.value).startswith(f"{URL}: ")
    assert reason in str(caught.value)


def test_odd_values_of_unneeded_fields_count_as_none() -> None:
    row = matter(7, "Title", MatterX=1) | {"MatterStatusName": {"a": 1}, "MatterIntroDate": "soon", "MatterFile": 12}
    read = read_rows(Matter, json.dumps([row]).encode(), URL)[0]
    assert (read.status, read.introduced, read.file) == ("", None, "12")
    long = read_one(Text, json.dumps({"MatterTextPlain": "x" * 300_000}).encode(), URL)
    assert len(long.plain) == 200_000


def test_times_are_utc_whatever_their_zone_and_precision() -> None:
    rows = [matter(1, "a", "2026-11-20T10:00:00.3"), matter(2, "b", "2026-11-20T05:00:00-05:00")]
    read = read_rows(Matter, json.dumps(rows).encode(), URL)
    assert [m.modified for m in read] == ["2026-11-20T10:00:00.300000", "2026-11-20T10:00:00"]


def test_meetings_and_their_items_are_read() -> None:
    read = read_rows(Event, json.dumps([event(31, "2026-12-02")]).encode(), URL)[0]
    assert (read.id, read.date, read.time, read.body) == (31, "2026-12-02", "9:00 AM", "Common Council")
    items = read_rows(Item, b'[{"EventItemId": 1, "EventItemTitle": "Roll\\n call", "EventItemMatterId": null}]', URL)
    assert items == [Item(1, "Roll call")]


def test_the_test_server_evaluates_queries() -> None:
    rows = [matter(n, "x", f"2026-11-{20 - n:02d}T00:00:00") for n in range(1, 6)]
    wanted = {
        "$filter": "MatterLastModifiedUtc ge datetime'2026-11-16' and MatterId ne 2",
        "$orderby": "MatterLastModifiedUtc",
    }
    assert [row["MatterId"] for row in select(rows, wanted)] == [4, 3, 1]
    assert [row["MatterId"] for row in select(rows, wanted | {"$skip": "1", "$top": "1"})] == [3]
    assert len(select([matter(n, "x") for n in range(1500)], {"$top": "5000"})) == 1000


# --- words -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "kind", "told"),
    [
        (TITLE, "Resolution", THING),
        (
            "AN ORDINANCE terminating the 287(g) agreement",
            "Ordinance (ORD)",
            "an ordinance terminating the 287(g) agreement",
        ),
        ("Ordinance - Terminating the contract", "Ordinance", "an ordinance terminating the contract"),
        (
            "Adopt a resolution prohibiting the use of jails",
            "Consent Calendar",
            "a resolution prohibiting the use of jails",
        ),
        ("Approve an agreement with ICE", "Agenda Item", "an agreement with ICE"),
        ("Approve the contract with ICE", "Agenda Item", "a measure to approve the contract with ICE"),
        ("Termination of the agreement with ICE", "Motion", "a motion on the termination of the agreement with ICE"),
        ("Authorizing the sheriff to sign", "Council Bill (CB)", "a bill authorizing the sheriff to sign"),
        ("Flock Safety contract", "Introduction", "a bill on Flock Safety contract"),
    ],
)
def test_a_title_becomes_the_object_of_a_sentence(title: str, kind: str, told: str) -> None:
    assert measure(legible(title), kind) == told


def test_titles_in_capitals_are_set_in_small_letters() -> None:
    shouted = "RESOLUTION URGING SHERIFF JOHN SMITH TO END THE 287(G) AGREEMENT WITH ICE"
    assert legible(shouted) == "Resolution urging Sheriff John Smith to end the 287(g) agreement with ICE"
    assert legible("PURCHASE OF AN ICE RESURFACER FOR THE ICE RINK").count("ICE") == 0
    assert legible("MOU with ICE") == "MOU with ICE"


def test_a_long_title_is_cut_between_its_parts() -> None:
    long = "Ordinance relating to detainers; " + "; ".join(
        f"amending Section {n}.36.010 of the Code" for n in range(40)
    )
    assert len(measure(long, "Ordinance")) < 420
    assert measure(long, "Ordinance").endswith("of the Code")


@pytest.mark.parametrize(
    ("body", "source", "told"),
    [
        ("COMMON COUNCIL", MKE, "Milwaukee Common Council"),
        (
            "PUBLIC SAFETY AND HEALTH COMMITTEE",
            MKE,
            "Public Safety and Health Committee of the Milwaukee Common Council",
        ),
        ("Board of Supervisors", SONOMA, "Sonoma County Board of Supervisors"),
        ("*Rules & Legislation Committee", AUSTIN, "Rules & Legislation Committee of the Austin City Council"),
        ("City Council Formal Meeting", AUSTIN, "Austin City Council"),
        ("City Council A Session", AUSTIN, "Austin City Council"),
        ("*Special Meeting of the City Council", AUSTIN, "Austin City Council"),
        ("", AUSTIN, "Austin City Council"),
    ],
)
def test_bodies_are_told_with_their_place(body: str, source: Source, told: str) -> None:
    assert body_name(body, source) == told


def test_a_source_named_after_its_website_has_a_council_too() -> None:
    assert (
        council(client_source("boise", name="Boise agendas (Legistar)", city="Boise", state="ID"))
        == "Boise City Council"
    )


@pytest.mark.parametrize(
    ("told", "name"),
    [("ALD. RUIZ", "Ruiz"), ("Council Member Ryan Alter", "Ryan Alter"), ("Mayor Pro Tem Joe Day", "Joe Day"),
     ("RUIZ, ANA", "Ana Ruiz"), ("Supervisor Lynda Moore, District 3", "Lynda Moore"), ("Cmdr Lee", "Cmdr Lee")],
)  # fmt: skip
def test_names_lose_their_titles(told: str, name: str) -> None:
    assert person(told) == name


def test_members_have_the_title_of_their_council() -> None:
    assert members(["Ana Ruiz", "Tom Bell"], AUSTIN) == "Council members Ana Ruiz and Tom Bell"
    assert members(["Lynda Moore"], SONOMA) == "Supervisor Lynda Moore"
    assert members(["Lynda Moore"], AUSTIN, "Board of County Commissioners") == "Commissioner Lynda Moore"
    assert members(["A B", "C D", "E F"], MKE) == "Alderpersons A B, C D and E F"


@pytest.mark.parametrize(
    ("name", "body", "passed", "told"),
    [
        ("PASSED", "Common Council", 1, "approved"),
        ("approved on the Consent Calendar", "City Council", 1, "approved"),
        ("Adopted", "City Council", 0, "rejected"),
        ("Passed", "Public Safety Committee", 1, "recommended"),
        ("RECOMMENDED FOR PASSAGE", "Common Council", 1, "recommended"),
        ("Approved as recommended", "Board of Supervisors", 1, "approved"),
        ("Passed on First Reading", "City Council", 1, "opened"),
        ("Referred to Committee", "City Council", -1, "referred"),
        ("Hearing Held by Committee", "Committee on Immigration", -1, "heard"),
        ("Held in Committee", "Public Safety Committee", -1, "postponed"),
        ("Failed", "City Council", 0, "rejected"),
        ("Vetoed by Mayor", "Mayor", -1, "vetoed"),
    ],
)
def test_acts_are_told_apart(name: str, body: str, passed: int, told: str) -> None:
    assert act(Action(1, "2026-11-17", name, body, "", passed)) == told


def test_a_committee_decides_nothing() -> None:
    file = Matter(7, "2026-11-20T10:00:00", title=TITLE, status="Recommended", body="Common Council")
    acts = [Action(1, "2026-11-10", "Passed", "Public Safety Committee", "", 1)]
    assert decision(Dossier(file, actions=acts)) is None
    assert decision(Dossier(file, actions=[*acts, Action(2, "2026-11-17", "Passed", "Common Council", "", 1)])).id == 2


def test_a_status_decides_where_no_act_is_told() -> None:
    file = Matter(7, "2026-11-20T10:00:00", title=TITLE, status="Adopted", body="Common Council", passed="2026-11-17")
    assert decision(Dossier(file)).date == "2026-11-17"
    assert write_article(Dossier(file), MKE).text.startswith(
        f"On November 17, 2026, the Milwaukee Common Council approved {THING}."
    )


def test_only_the_newest_versions_sponsors_who_are_people_are_told() -> None:
    told = [Sponsor("Ana Ruiz", 1, "1", 5), Sponsor("Tom Bell", 2, "2", 6), Sponsor("Joan Park", 1, "2", 7)]
    assert current_sponsors([*told, Sponsor("Public Works", 0, "2", 0)]) == ["Joan Park", "Tom Bell"]


def test_the_current_versions_text_is_taken() -> None:
    versions = [Version("11", "1"), Version("12", "2"), Version("110", "10")]
    assert latest(versions, "2") == "12"
    assert latest(versions, "") == "110"
    assert latest([], "1") is None


PLAIN = (
    "..Title\r\nfoo\r\n..Body\r\nWHEREAS, residents fear; now, therefore, be it\r\n\r\nRESOLVED, That X hereby ends it."
)


def test_what_is_not_passed_is_not_told_as_done() -> None:
    file = Matter(7, "2026-11-20T10:00:00", title=TITLE, introduced="2026-11-03")
    text = write_article(Dossier(file, text=PLAIN), MKE).text
    assert "WHEREAS, residents fear" in text
    assert "hereby ends" not in text and "foo" not in text
    acts = [Action(2, "2026-11-17", "Passed", "Common Council", "", 1)]
    assert "hereby ends it." in write_article(Dossier(file, text=PLAIN, actions=acts), MKE).text


def test_votes_are_counted_where_no_tally_is_told() -> None:
    acts = [Action(2, "2026-11-17", "Failed", "Common Council", "", 0)]
    votes = {2: [Vote("Ana Ruiz", "AYE"), Vote("Tom Bell", "No"), Vote("Carl Webb", "Nay"), Vote("Ann Lee", "")]}
    text = write_article(Dossier(Matter(7, "2026-11-20T10:00:00", title=TITLE), actions=acts, votes=votes), MKE).text
    assert text.startswith(f"On November 17, 2026, the Milwaukee Common Council rejected {THING} by a vote of 2-1.")
    assert "Alderperson Ana Ruiz voted in favor. Alderpersons Tom Bell and Carl Webb voted against." in text


def test_a_meeting_that_is_cancelled_is_told_so() -> None:
    meeting = Meeting(Event(5, "2026-12-02", "2026-11-20T00:00:00", "City Council", status="Cancelled"), hearing=True)
    text = write_article(Dossier(Matter(7, "2026-11-20T10:00:00", title=TITLE), [meeting]), AUSTIN).text
    assert "The Austin City Council canceled its public hearing of December 2, 2026." in text
    assert meeting.state.endswith("hx")


# --- between nights ----------------------------------------------------------------------------------------------


def test_the_mark_is_asked_from_a_little_before() -> None:
    visit = Visit(
        URL,
        "m",
        "2026-11-25T00:00:00+00:00",
        "no_article",
        detail=Mark("2026-11-20T10:00:00.397", "2026-11-01").detail(),
    )
    mark = Mark.of(visit, date(2026, 11, 11))
    assert mark == Mark("2026-11-20T10:00:00.397", "2026-11-01")
    assert datetime.fromisoformat(mark.lower) == datetime(2026, 11, 20, 9, 50)
    assert Mark.of(visit, date(2026, 10, 1)).lower == "2026-10-01T00:00:00"
    assert Mark.of(visit, None).lower is None
    assert Mark.of(None, None).lower is None


def test_a_mark_survives_the_reason_of_a_failure() -> None:
    detail = Mark("2026-11-20T10:00:00", "2026-11-01").detail("until=2030 HTTP 500")
    assert Mark.stored(Visit(URL, "m", "", "http_error", detail=detail)) == Mark("2026-11-20T10:00:00", "2026-11-01")


def test_the_mark_passes_only_what_is_dealt_with() -> None:
    prefix = Prefix(None)
    for number in (1, 2, 3):
        prefix.expect(f"2026-11-0{number}", number)
    prefix.settle(1, stands=True)
    prefix.settle(3, stands=True)
    assert prefix.until == "2026-11-01"
    prefix.settle(2, stands=False)
    assert prefix.until == "2026-11-01"
    prefix.settle(2, stands=True)
    assert prefix.until == "2026-11-03"


def test_a_matter_is_done_in_the_state_in_which_it_was_written() -> None:
    state = matter_state("2026-11-20T10:00:00", ["5@2026-12-02T9:00AMh"])
    kept = Visit("u", "m", "", "kept", detail=state)
    assert is_done(kept, state)
    assert not is_done(kept, matter_state("2026-11-20T10:00:00", []))
    assert not is_done(kept, matter_state("2026-11-21T10:00:00", ["5@2026-12-02T9:00AMh"]))
    assert is_done(Visit("u", "m", "", "irrelevant", detail=matter_state("2026-11-20T10:00:00", [])), state)
    assert not is_done(None, state)


def test_failures_are_counted_until_they_stand() -> None:
    state, visit = matter_state("2026-11-20T10:00:00", []), None
    for _ in range(MAX_TRIES):
        assert not is_done(visit, state)
        visit = Visit("u", "m", "", "failed", detail=failure(visit, state, "HTTP 500", final=False))
    assert is_done(visit, state)
    assert not is_done(visit, matter_state("2026-11-21T10:00:00", []))


def test_a_file_that_is_only_a_hearing_is_told_as_one() -> None:
    title = "Public Hearing: TRUTH Act Forum on ICE access to individuals in the county jail"
    told = "on TRUTH Act Forum on ICE access to individuals in the county jail."
    file = Matter(7, "2026-11-20T10:00:00", title=title, type="Public Hearing", status="Public Hearing Set")
    meeting = Meeting(Event(5, "2026-12-02", "2026-11-20T00:00:00", "Board of Supervisors"))
    to_come = write_article(Dossier(file, [meeting]), SONOMA).text
    assert to_come == f"On December 2, 2026, the Sonoma County Board of Supervisors will hold a public hearing {told}"
    held = [Action(1, "2026-11-17", "Public hearing held", "Board of Supervisors")]
    past = write_article(Dossier(file, actions=held), SONOMA).text
    assert past == f"On November 17, 2026, the Sonoma County Board of Supervisors held a public hearing {told}"


def test_a_location_ends_where_it_tells_how_to_listen_from_afar() -> None:
    where = "Council Chamber, 301 W. 2nd St. and via Zoom https://example.org/j/1 Meeting ID 7"
    meeting = Meeting(Event(5, "2026-12-02", "2026-11-20T00:00:00", "City Council", "10:00 AM", where))
    text = write_article(Dossier(Matter(7, "2026-11-20T10:00:00", title=TITLE), [meeting]), AUSTIN).text
    assert "It begins at 10:00 AM. The place is Council Chamber, 301 W. 2nd St." in text
    assert "Zoom" not in text and "example.org" not in text
