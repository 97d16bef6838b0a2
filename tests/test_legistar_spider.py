"""The Legistar spider over a loopback server that speaks the API: paging, second nights, kills, meetings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.crawling import DiskArchive, MemoryArchive
from tests.legistar_server import (
    ICE,
    PAGE,
    Client,
    action,
    client_source,
    event,
    item,
    legistar,
    many,
    matter,
    roll_call,
    sponsor,
    stamp,
    text_of,
    visit_clients,
)


def test_2500_matters_are_paged_through_and_only_relevant_ones_asked_for(tmp_path: Path) -> None:
    relevant = (3, 700, 1200, 2100, 2500)
    with legistar({"milwaukee": Client(many(2500, relevant))}) as server:
        archive = MemoryArchive()
        counts = visit_clients(server, [client_source()], archive, tmp_path)
        assert sorted(archive.articles) == sorted(PAGE.format(n) for n in relevant)
        assert (counts.kept, counts.irrelevant, counts.fetched) == (5, 2495, 5)
        assert len(server.asked("matters?")) == 6
        assert counts.listings_of["milwaukee"].links == 2500
        article = archive.articles[PAGE.format(700)]
        assert (article.kind, article.source_id, article.published) == ("agenda", "milwaukee", "2026-11-03")
        assert archive.visits[f"{server.base}/milwaukee/matters"].detail.startswith(f"matters until={stamp(2500)}")


def test_matters_changed_in_the_same_second_are_all_paged_through(tmp_path: Path) -> None:
    rows = [matter(n, ICE if n == 1300 else "Resolution on parking", "2026-11-20T10:00:00") for n in range(1, 1302)]
    with legistar({"milwaukee": Client(rows)}) as server:
        archive = MemoryArchive()
        counts = visit_clients(server, [client_source()], archive, tmp_path)
    assert list(archive.articles) == [PAGE.format(1300)]
    assert counts.irrelevant == 1300


def test_the_second_night_asks_little_and_takes_up_only_what_changed(tmp_path: Path) -> None:
    client = Client(many(600, (5, 599)))
    with legistar({"milwaukee": client}) as server:
        archive = MemoryArchive()
        visit_clients(server, [client_source()], archive, tmp_path / "1")
        server.log.clear()
        second = visit_clients(server, [client_source()], archive, tmp_path / "2")
        assert len(server.log) == 2, server.log
        assert (second.kept, second.irrelevant, second.fetched, second.seen) == (0, 0, 0, 1)
        assert second.listings_of["milwaukee"].unchanged == 1
        client.matters[4] |= {"MatterLastModifiedUtc": "2026-11-24T09:00:00", "MatterStatusName": "Placed on file"}
        client.matters.append(matter(601, ICE, "2026-11-24T10:00:00"))
        server.log.clear()
        third = visit_clients(server, [client_source()], archive, tmp_path / "3")
        assert (third.kept, third.fetched) == (2, 2)
        assert len(archive.texts[PAGE.format(5)]) == 2  # a new version of the same article
        assert len(archive.texts[PAGE.format(599)]) == 1
        assert len(server.log) == 2 + 2 * 4


def test_an_earlier_day_is_read_from_that_day_on(tmp_path: Path) -> None:
    rows = [matter(1, ICE, "2026-10-02T10:00:00"), matter(2, ICE, "2026-11-20T10:00:00")]
    with legistar({"milwaukee": Client(rows)}) as server:
        archive = MemoryArchive()
        visit_clients(server, [client_source()], archive, tmp_path / "1")
        assert list(archive.articles) == [PAGE.format(2)]
        visit_clients(server, [client_source()], archive, tmp_path / "2", since=date(2026, 10, 1))
    assert set(archive.articles) == {PAGE.format(1), PAGE.format(2)}


@pytest.mark.parametrize("die_at", [3, 6])
def test_a_kill_half_way_loses_nothing_and_repeats_nothing(tmp_path: Path, die_at: int) -> None:
    relevant = (3, 200, 520, 700)
    with legistar({"milwaukee": Client(many(800, relevant))}) as server:
        archive = DiskArchive(file=tmp_path / "archive.pickle", die_at=die_at)
        assert visit_clients(server, [client_source()], archive, tmp_path / "1") is None
        archive.reload()
        before = set(archive.articles)
        assert before < {PAGE.format(n) for n in relevant}
        archive.die_at = None
        server.log.clear()
        visit_clients(server, [client_source()], archive, tmp_path / "2")
        asked = {int(path.split("/")[4]) for path in server.asked("/sponsors")}
    assert set(archive.articles) == {PAGE.format(n) for n in relevant}
    assert not {PAGE.format(n) for n in asked} & before
    assert all(len(versions) == 1 for versions in archive.texts.values())


def test_a_token_is_shown_to_its_client_and_kept_out_of_everything_stored(tmp_path: Path) -> None:
    sources = [client_source("nyc"), client_source("boston")]
    clients = {"nyc": Client(many(3, (2,)), token="s3cret"), "boston": Client(many(3, (2,)), token="other")}
    with legistar(clients) as server:
        archive = MemoryArchive()
        counts = visit_clients(server, sources, archive, tmp_path, tokens={"nyc": "s3cret"})
    assert {article.source_id for article in archive.articles.values()} == {"nyc"}
    assert counts.listings_of["boston"].refused >= 1
    assert "HTTP 403" in counts.listings_of["boston"].trouble
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*.warc.gz"))
    urls = [record.rec_headers.get_header("WARC-Target-URI") for record in warc_records(tmp_path)]
    assert stored and urls and not any("s3cret" in url for url in urls if url)
    assert "s3cret" not in repr(archive)


def warc_records(folder: Path) -> list:
    """The records of all WARC files below the folder."""
    found = []
    for path in folder.rglob("*.warc.gz"):
        with path.open("rb") as stream:
            found += list(ArchiveIterator(stream))
    return found


def test_the_raw_answers_of_a_kept_matter_are_in_the_warc(tmp_path: Path) -> None:
    client = Client(
        [matter(7, ICE)],
        parts=text_of(7, "WHEREAS, ICE; be it RESOLVED") | {"matters/7/sponsors": [sponsor("Ana Ruiz")]},
    )
    with legistar({"milwaukee": client}) as server:
        archive = MemoryArchive()
        visit_clients(server, [client_source()], archive, tmp_path)
        urls = [record.rec_headers.get_header("WARC-Target-URI") for record in warc_records(tmp_path)]
        wanted = [
            f"{server.base}/milwaukee/matters/7{part}"
            for part in ("", "/versions", "/texts/79", "/sponsors", "/histories")
        ]
    assert [url for url in urls if url] == wanted
    name, offset = archive.raw[PAGE.format(7)]
    with (tmp_path / "warc" / name).open("rb") as stream:
        stream.seek(offset)
        assert next(iter(ArchiveIterator(stream))).rec_headers.get_header("WARC-Target-URI") == wanted[0]


def test_limits_leave_the_rest_for_the_next_night(tmp_path: Path) -> None:
    with legistar({"milwaukee": Client(many(50, (10, 20, 30)))}) as server:
        archive = MemoryArchive()
        first = visit_clients(server, [client_source()], archive, tmp_path / "1", limit=1)
        assert (first.kept, first.postponed) == (1, 1)
        assert f"until={stamp(19)}" in archive.visits[f"{server.base}/milwaukee/matters"].detail
        second = visit_clients(server, [client_source()], archive, tmp_path / "2", max_pages=1)
        assert second.kept == 1
        third = visit_clients(server, [client_source()], archive, tmp_path / "3")
        assert third.kept == 1
    assert len(archive.articles) == 3


def test_a_hearing_is_told_in_the_matters_article_and_a_moved_one_again(tmp_path: Path) -> None:
    client = Client([matter(7, ICE, "2026-11-02T10:00:00")], [event(31, "2026-12-02"), event(32, "2027-03-01")])
    client.parts["events/31/eventitems"] = [item(1, f"Public hearing: {ICE}", 7), item(2, "Parking", 8)]
    with legistar({"milwaukee": client}) as server:
        archive = MemoryArchive()
        first = visit_clients(server, [client_source()], archive, tmp_path / "1")
        assert first.kept == 1  # the matter itself changed before the first night's day
        assert (
            "On December 2, 2026, the Milwaukee Common Council will hold a public hearing on the"
            in archive.articles[PAGE.format(7)].text
        )
        assert server.asked("events/32") == []
        server.log.clear()
        second = visit_clients(server, [client_source()], archive, tmp_path / "2")
        assert second.fetched == 0
        assert len(server.log) == 2
        client.events[0] |= {"EventDate": "2026-12-09T00:00:00", "EventLastModifiedUtc": "2026-11-24T08:00:00"}
        visit_clients(server, [client_source()], archive, tmp_path / "3")
        assert "On December 9, 2026, the" in archive.articles[PAGE.format(7)].text
        assert len(archive.texts[PAGE.format(7)]) == 2


def test_an_item_without_a_matter_is_an_article_of_its_own(tmp_path: Path) -> None:
    client = Client([], [event(31, "2026-12-02", "Public Safety and Health Committee")])
    client.parts["events/31/eventitems"] = [
        item(1, "Discussion of the 287(g) agreement with ICE"),
        item(2, "Roll call"),
    ]
    with legistar({"milwaukee": client}) as server:
        archive = MemoryArchive()
        counts = visit_clients(server, [client_source()], archive, tmp_path)
    article = archive.articles["https://milwaukee.legistar.com/MeetingDetail.aspx?G=AB&GID=7&LEGID=31"]
    assert "will hold a public meeting on a measure on" in article.text and "December 2, 2026" in article.text
    assert "Roll call" not in article.text
    assert counts.kept == 1


def test_only_agenda_sources_on_legistar_are_visited(tmp_path: Path) -> None:
    others = [
        replace(client_source("herald"), kind="weekly"),
        replace(client_source("x"), domain="agendas.example.org"),
    ]
    with legistar({"milwaukee": Client(many(3, (2,)))}) as server:
        counts = visit_clients(server, [*others, client_source()], MemoryArchive(), tmp_path)
        assert {path.split("/")[2] for path in server.log} == {"milwaukee"}
    assert counts.kept == 1


def test_names_of_those_who_voted_are_told(tmp_path: Path) -> None:
    client = Client([matter(7, ICE, StatusName="Passed")])
    client.parts["matters/7/histories"] = [action(91, "2026-11-17", "PASSED", "COMMON COUNCIL", 1)]
    client.parts["eventitems/91/votes"] = roll_call(Ana_Ruiz="Aye", Tom_Bell="Aye", Carl_Webb="No", Ann_Lee="Excused")
    with legistar({"milwaukee": client}) as server:
        archive = MemoryArchive()
        visit_clients(server, [client_source()], archive, tmp_path)
    text = archive.articles[PAGE.format(7)].text
    assert (
        "by a vote of 2-1. Alderpersons Ana Ruiz and Tom Bell voted in favor. Alderperson Carl Webb voted against."
        in text
    )


def test_what_the_client_does_not_show_the_public_is_not_kept(tmp_path: Path) -> None:
    with legistar({"milwaukee": Client([matter(7, ICE, RestrictViewViaWeb=True)])}) as server:
        archive = MemoryArchive()
        visit_clients(server, [client_source()], archive, tmp_path)
        assert server.asked("sponsors") == []
    assert archive.articles == {}
    assert archive.visits[PAGE.format(7)].outcome == "irrelevant"


def test_a_meeting_that_was_announced_is_told_when_it_is_over_and_an_unknown_past_one_is_not_asked_for(
    tmp_path: Path,
) -> None:
    client = Client([matter(7, ICE, "2026-11-02T10:00:00")], [event(30, "2026-11-24"), event(31, "2026-12-02")])
    client.parts["events/31/eventitems"] = client.parts["events/30/eventitems"] = [item(1, ICE, 7)]
    with legistar({"milwaukee": client}) as server:
        archive = MemoryArchive()
        visit_clients(server, [client_source()], archive, tmp_path / "1")
        assert server.asked("events/30") == []
        server.log.clear()
        visit_clients(server, [client_source()], archive, tmp_path / "2", today=date(2026, 12, 3))
        assert server.asked("eventitems") == []
    text = archive.articles[PAGE.format(7)].text
    assert "On December 2, 2026, the resolution was on the agenda of a public meeting of the Milwaukee Common" in text
    assert "will hold" not in text
