"""From the API to events: what the extractor reads in the articles that are written of councils' files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crawler.legistar import Dossier, Meeting, write_article
from crawler.legistar_api import Action, Event, Matter
from crawler.legistar_words import council
from crawler.spiders.legistar import clients
from data.gazetteer import load_gazetteer
from data.records import Article, Report, Source
from data.sources import load_sources
from tests.crawling import MemoryArchive
from tests.legistar_server import (
    Client,
    action,
    client_source,
    event,
    item,
    legistar,
    matter,
    roll_call,
    sponsor,
    text_of,
    visit_clients,
)

ENDING = "Resolution directing the City Attorney to end the agreement with U.S. Immigration and Customs Enforcement"
TERMINATING = "AN ORDINANCE terminating the 287(g) agreement with U.S. Immigration and Customs Enforcement"
PROHIBITING = "Adopt a resolution prohibiting the use of county resources for federal immigration enforcement"
WHEREAS = (
    "..Title\r\nx\r\n..Body\r\nWHEREAS, residents fear to report crimes; now, therefore, be it\r\n\r\nRESOLVED, By the "
    "Common Council of the City of Milwaukee, that the City hereby terminates the agreement with U.S. Immigration and "
    "Customs Enforcement."
)
MILWAUKEE, SONOMA = "geonames:5263045", "fips:06097"


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Article]]:
    """What one night over two clients keeps, by the number of the matter."""
    milwaukee = Client(
        [
            matter(1, ENDING),
            matter(2, TERMINATING, TypeName="Ordinance", StatusName="Passed", PassedDate="2026-11-17T00:00:00"),
            matter(3, "Ordinance on parking meters and zoning at the federal courthouse", TypeName="Ordinance"),
            matter(4, "PURCHASE OF AN ICE RESURFACER FOR THE ICE RINK", TypeName="Contract"),
            matter(5, "Resolution approving a stormwater detention basin", StatusName="Passed"),
            matter(6, TERMINATING.replace("287(g)", "detainer"), TypeName="Ordinance", StatusName="Failed"),
        ],
        [event(31, "2026-12-02"), event(32, "2026-12-08", "Public Works Committee")],
        text_of(1, WHEREAS)
        | text_of(2, WHEREAS)
        | {
            "events/31/eventitems": [item(1, f"Public hearing: {ENDING}", 1), item(2, "Parking meters", 3)],
            "events/32/eventitems": [item(3, "ICE rink", 4), item(4, "Detention basin", 5)],
            "matters/1/sponsors": [sponsor("Ana Ruiz"), sponsor("Tom Bell", 1)],
            "matters/2/sponsors": [sponsor("ALD. JOAN PARK")],
            "matters/2/histories": [
                action(90, "2026-11-10", "RECOMMENDED FOR PASSAGE", "PUBLIC SAFETY COMMITTEE", 1, "4-1"),
                action(91, "2026-11-17", "PASSED", "COMMON COUNCIL", 1),
            ],
            "eventitems/91/votes": roll_call(
                Ana_Ruiz="Aye", Tom_Bell="Aye", Joan_Park="Aye", Luis_Ortega="Aye", Mary_Stone="Aye", Carl_Webb="No",
                Dan_Holt="No", Ann_Lee="Excused",
            ),
            "matters/6/histories": [action(92, "2026-11-18", "FAILED", "COMMON COUNCIL", 0, "5-8")],
        },
    )  # fmt: skip
    sonoma = Client([matter(8, PROHIBITING, TypeName="Agenda Item", BodyName="Board of Supervisors")])
    sonoma.parts["matters/8/sponsors"] = [sponsor("Supervisor Lynda Moore")]
    sources = [
        client_source(),
        Source("son", "Sonoma County Board of Supervisors", "sonoma.legistar.com", "", "Sonoma County", "CA", "agenda"),
    ]
    with legistar({"milwaukee": milwaukee, "sonoma": sonoma}) as server:
        archive = MemoryArchive()
        visit_clients(server, sources, archive, tmp_path_factory.mktemp("legistar"))
    return {int(url.partition("id=")[2].partition("&")[0]): article for url, article in archive.articles.items()}


Read = Callable[[int], list[Report]]


@pytest.fixture
def events(articles: dict[int, Article], extractor) -> Read:
    """The events that the extractor reads in the article on a matter."""
    return lambda number: extractor.extract(articles[number]).events if number in articles else []


def only(events: list[Report], kind: str) -> Report:
    """The one event of the kind."""
    found = [event for event in events if event.type == kind]
    assert len(found) == 1, [(event.type, event.status) for event in events]
    return found[0]


def test_a_hearing_to_come_is_an_announced_public_meeting(events: Read) -> None:
    meeting = only(events(1), "public_meeting")
    assert (meeting.status, meeting.date, meeting.date_precision) == ("announced", "2026-12-02", "day")
    assert meeting.place_id == MILWAUKEE


def test_what_the_hearing_is_about_is_only_proposed(events: Read) -> None:
    ending = only(events(1), "agreement_terminated")
    assert (ending.status, ending.date, ending.place_id) == ("proposed", "2026-11-03", MILWAUKEE)
    assert {(actor.name, actor.part) for actor in ending.actors} >= {
        ("Ana Ruiz", "sponsored"),
        ("Tom Bell", "sponsored"),
    }


def test_a_passed_ordinance_ends_the_agreement_with_its_votes(events: Read) -> None:
    ended = only(events(2), "agreement_terminated")
    assert (ended.status, ended.date, ended.place_id) == ("occurred", "2026-11-17", MILWAUKEE)
    assert (ended.agreement_type, ended.votes_for, ended.votes_against) == ("287g", 5, 2)
    told = {(actor.name, actor.part) for actor in ended.actors}
    assert {("Joan Park", "voted_for"), ("Mary Stone", "voted_for"), ("Dan Holt", "voted_against")} <= told
    assert not any(name == "Ann Lee" for name, _ in told)
    assert {event.type for event in events(2)} == {"agreement_terminated"}


def test_a_failed_ordinance_keeps_the_agreement(events: Read) -> None:
    kept = only(events(6), "agreement_kept")
    assert (kept.status, kept.date, kept.place_id) == ("occurred", "2026-11-18", MILWAUKEE)
    assert not [event for event in events(6) if event.type == "agreement_terminated"]


def test_a_county_resolution_is_a_proposed_policy_of_the_county(events: Read) -> None:
    proposed = only(events(8), "policy_proposed")
    assert (proposed.status, proposed.date, proposed.place_id) == ("proposed", "2026-11-03", SONOMA)
    assert proposed.direction == "limits_cooperation"
    assert ("Lynda Moore", "sponsored") in {(actor.name, actor.part) for actor in proposed.actors}


@pytest.mark.parametrize("number", [3, 4, 5])
def test_parking_rinks_and_detention_basins_give_nothing(events: Read, number: int) -> None:
    assert events(number) == []


def test_sponsors_and_voters_are_officials(articles: dict[int, Article], extractor) -> None:
    officials = {(official.name, official.place_id) for official in extractor.extract(articles[2]).officials}
    assert {("Joan Park", MILWAUKEE), ("Carl Webb", MILWAUKEE)} <= officials


def test_the_articles_lead_to_the_public_page(articles: dict[int, Article]) -> None:
    article = articles[2]
    assert article.url == "https://milwaukee.legistar.com/gateway.aspx?id=2&m=l"
    assert (article.published, article.modified, article.kind) == ("2026-11-17", "2026-11-20", "agenda")
    assert (
        article.title == "An ordinance terminating the 287(g) agreement with U.S. Immigration and Customs Enforcement"
    )
    assert set(articles) >= {1, 2, 6, 8}


def test_nothing_is_kept_of_an_empty_night(tmp_path: Path) -> None:
    with legistar({"milwaukee": Client([])}) as server:
        archive = MemoryArchive()
        counts = visit_clients(server, [client_source()], archive, tmp_path)
    assert archive.articles == {}
    assert (counts.kept, counts.listings_of["milwaukee"].unchanged) == (0, 1)


def test_every_client_of_the_registry_is_read_with_its_own_government(extractor) -> None:
    sources = clients(load_sources())
    assert len(sources) >= 40
    file = Matter(4, "2026-11-20T10:00:00", "26-5", TERMINATING, type="Ordinance", status="Passed")
    gazetteer = load_gazetteer()
    articles = []
    for source in sources:
        passed = Action(9, "2026-11-16", "Passed", council(source), "8-2", 1)
        meeting = Meeting(
            Event(5, "2026-12-02", "2026-11-20T00:00:00", council(source), "5:30 PM", "City Hall"), hearing=True
        )
        articles.append(write_article(Dossier(file, [meeting], actions=[passed]), source))
    for source, read in zip(sources, extractor.pipe(articles), strict=True):
        ended, hearing = only(read.events, "agreement_terminated"), only(read.events, "public_meeting")
        assert (ended.status, ended.votes_for, ended.votes_against) == ("occurred", 8, 2), source.name
        assert (hearing.status, hearing.date, hearing.place_id) == ("announced", "2026-12-02", ended.place_id), (
            source.name
        )
        assert gazetteer.get(ended.place_id).state == source.state, source.name
