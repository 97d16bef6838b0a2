"""The Legistar spider and servers in trouble: errors, broken answers, patience asked for, endless pages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.crawling import MemoryArchive
from tests.legistar_server import (
    ICE,
    PAGE,
    Client,
    Fault,
    Rows,
    action,
    client_source,
    legistar,
    many,
    matter,
    stamp,
    text_of,
    visit_clients,
)


def test_a_matter_that_fails_is_the_next_nights_and_holds_the_mark_back(tmp_path: Path) -> None:
    with legistar(
        {"milwaukee": Client(many(30, (10, 20)))}, faults=[Fault("matters/10/versions", 500, times=3)]
    ) as server:
        archive = MemoryArchive()
        first = visit_clients(server, [client_source()], archive, tmp_path / "1")
        assert (first.kept, first.http_error) == (1, 1)
        assert len(server.asked("matters/10/versions")) == 3
        assert f"until={stamp(9)}" in archive.visits[f"{server.base}/milwaukee/matters"].detail
        assert "HTTP 500" in archive.visits[PAGE.format(10)].detail
        second = visit_clients(server, [client_source()], archive, tmp_path / "2")
        assert (second.kept, second.seen) == (1, 1)
        assert f"until={stamp(30)}" in archive.visits[f"{server.base}/milwaukee/matters"].detail


def test_a_matter_that_never_works_is_given_up_after_five_nights(tmp_path: Path) -> None:
    with legistar({"milwaukee": Client(many(30, (10,)))}, faults=[Fault("matters/10", 200, body="[]")]) as server:
        archive = MemoryArchive()
        visit_clients(server, [client_source()], archive, tmp_path / "1")
        known = archive.visits[PAGE.format(10)]
        assert known.detail.startswith("tries=1 ")
        archive.visits[known.url] = replace(known, detail=known.detail.replace("tries=1", "tries=4"))
        for night in ("5", "6"):
            visit_clients(server, [client_source()], archive, tmp_path / night)
        assert len(server.asked("matters/10")) == 2
        assert f"until={stamp(30)}" in archive.visits[f"{server.base}/milwaukee/matters"].detail
        assert "an object was expected, not a list" in archive.visits[PAGE.format(10)].detail


def test_one_bad_client_among_three_stops_neither_of_the_others(tmp_path: Path) -> None:
    sources = [client_source(name, name=f"{name.title()} City Council") for name in ("aurora", "boston", "columbus")]
    clients = {source.id: Client(many(20, (7,))) for source in sources}
    with legistar(clients, faults=[Fault("/boston/matters?", 200, body='[{"MatterId": 7')]) as server:
        archive = MemoryArchive()
        counts = visit_clients(server, sources, archive, tmp_path)
    assert {article.source_id for article in archive.articles.values()} == {"aurora", "columbus"}
    trouble = counts.listings_of["boston"].trouble
    assert "/v1/boston/matters" in trouble and "not JSON" in trouble
    assert (counts.listings_of["boston"].broken, counts.listings_of["aurora"].broken) == (1, 0)


def test_three_matters_in_a_row_that_fail_end_the_clients_night(tmp_path: Path) -> None:
    faults = [Fault(f"/boston/matters/{number}", 404) for number in range(3, 9)]
    clients = {name: Client(many(30, (3, 4, 5, 6, 7))) for name in ("aurora", "boston")}
    with legistar(clients, faults=faults) as server:
        archive = MemoryArchive()
        counts = visit_clients(server, [client_source(name) for name in clients], archive, tmp_path)
        assert len(set(server.asked("/boston/matters/"))) == 3
    assert len(archive.articles) == 5
    assert counts.listings_of["boston"].broken == 1
    assert "HTTP 404" in counts.listings_of["boston"].trouble


def test_a_broken_listing_keeps_the_mark_of_the_nights_before(tmp_path: Path) -> None:
    with legistar({"milwaukee": Client(many(30, (10,)))}) as server:
        archive = MemoryArchive()
        visit_clients(server, [client_source()], archive, tmp_path / "1")
        server.faults.append(Fault("matters?", 500))
        broken = visit_clients(server, [client_source()], archive, tmp_path / "2")
        assert broken.listings_failed == 1
        visit = archive.visits[f"{server.base}/milwaukee/matters"]
        assert visit.outcome == "http_error"
        assert f"until={stamp(30)}" in visit.detail
        server.faults.clear()
        server.log.clear()
        third = visit_clients(server, [client_source()], archive, tmp_path / "3")
        assert third.fetched == 0
        assert len(server.log) == 2


def test_429_with_retry_after_is_waited_for(tmp_path: Path) -> None:
    fault = Fault("matters?", 429, headers={"Retry-After": "1"}, times=1)
    with legistar({"milwaukee": Client(many(5, (2,)))}, faults=[fault]) as server:
        archive = MemoryArchive()
        counts = visit_clients(server, [client_source()], archive, tmp_path)
    assert (counts.kept, counts.listings_failed) == (1, 0)
    assert len(server.asked("matters?")) == 2


def test_a_long_retry_after_leaves_the_host_alone_for_the_night(tmp_path: Path) -> None:
    clients = {name: Client(many(5, (2,))) for name in ("aurora", "boston")}
    fault = Fault("/events", 429, headers={"Retry-After": "86400"})
    with legistar(clients, faults=[fault]) as server:
        counts = visit_clients(server, [client_source(name) for name in clients], MemoryArchive(), tmp_path)
    assert counts.kept == 0
    assert len(server.log) <= 2
    assert sum(own.broken for own in counts.listings_of.values()) == 2


def test_500_is_asked_again_and_forgiven(tmp_path: Path) -> None:
    with legistar({"milwaukee": Client(many(5, (2,)))}, faults=[Fault("matters?", 500, times=2)]) as server:
        counts = visit_clients(server, [client_source()], MemoryArchive(), tmp_path)
    assert (counts.kept, counts.listings_failed) == (1, 0)


def test_a_slow_answer_fails_its_matter_only(tmp_path: Path) -> None:
    with legistar({"milwaukee": Client(many(9, (2, 5)))}, faults=[Fault("matters/2/", 0, seconds=2.0)]) as server:
        archive = MemoryArchive()
        counts = visit_clients(server, [client_source()], archive, tmp_path, settings={"DOWNLOAD_TIMEOUT": 0.5})
    assert list(archive.articles) == [PAGE.format(5)]
    assert (counts.kept, counts.failed) == (1, 1)


def test_a_server_that_gives_the_same_page_for_ever_is_left(tmp_path: Path) -> None:
    page = many(500, ())
    with legistar({"milwaukee": Client()}, endless=lambda path, number: page) as server:
        counts = visit_clients(server, [client_source()], MemoryArchive(), tmp_path)
    assert "the same page again" in counts.listings_of["milwaukee"].trouble
    assert len(server.asked("matters?")) == 3


def test_a_server_that_never_ends_is_read_forty_pages_a_night(tmp_path: Path) -> None:
    def page(path: str, number: int) -> Rows:
        return [matter(number * 500 + n, "Parking", stamp(number)) for n in range(500)]

    with legistar({"milwaukee": Client()}, endless=page) as server:
        archive = MemoryArchive()
        visit_clients(server, [client_source()], archive, tmp_path)
        assert len(server.asked("matters?")) == 40
        assert f"until={stamp(41)}" in archive.visits[f"{server.base}/milwaukee/matters"].detail


def test_robots_txt_is_obeyed(tmp_path: Path) -> None:
    with legistar({"milwaukee": Client(many(5, (2,)))}, robots="User-agent: *\nDisallow: /v1/") as server:
        counts = visit_clients(server, [client_source()], MemoryArchive(), tmp_path)
        assert server.log == []
    assert counts.listings_of["milwaukee"].refused == 1
    assert "robots.txt" in counts.listings_of["milwaukee"].trouble


def test_votes_that_the_api_cannot_tell_are_done_without(tmp_path: Path) -> None:
    client = Client([matter(7, ICE, StatusName="Passed", PassedDate="2026-11-17T00:00:00")])
    client.parts["matters/7/histories"] = [action(91, "2026-11-17", "PASSED", "COMMON COUNCIL", 1, "5-2")]
    with legistar({"milwaukee": client}, faults=[Fault("eventitems/91/votes", 500)]) as server:
        archive = MemoryArchive()
        visit_clients(server, [client_source()], archive, tmp_path)
    assert "approved a resolution directing" in archive.articles[PAGE.format(7)].text
    assert "by a vote of 5-2" in archive.articles[PAGE.format(7)].text


def test_a_text_too_large_to_fetch_is_done_without(tmp_path: Path) -> None:
    client = Client([matter(7, ICE)], parts=text_of(7, "WHEREAS " + "x" * 90_000))
    with legistar({"milwaukee": client}) as server:
        archive = MemoryArchive()
        counts = visit_clients(server, [client_source()], archive, tmp_path, settings={"DOWNLOAD_MAXSIZE": 50_000})
        assert len(server.asked("/texts/")) == 1
    assert list(archive.articles) == [PAGE.format(7)]
    assert counts.failed == 0
