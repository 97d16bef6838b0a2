"""Archived copies: the client against a Wayback Machine on loopback, what is asked for and when again, the verb."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from crawler.wayback import (
    MAX_ANSWER,
    Wayback,
    WaybackError,
    WaybackKeyError,
    WaybackRefusedError,
    WaybackStopError,
)
from data.archive import Archive
from data.archive_links import (
    ATTEMPTS,
    IN_A_ROW,
    Wanted,
    archive_sources,
    note_capture,
    note_failure,
    wanted_links,
)
from data.linking import link
from data.night import run_night
from data.night_report import read_report
from data.publish import publish
from data.settings import load_settings
from tests.factories import SmallGazetteer, add_story, make_article, make_report, make_source
from tests.site_client import Site
from tests.wayback_server import KEY, serve_wayback

URL = "https://ledger.example/news/a?page=1&x=é".replace("é", "%C3%A9")
DAY = date(2026, 9, 15)
NOON = datetime(2026, 9, 20, 12, tzinfo=UTC)


@pytest.fixture
def machine():
    with serve_wayback() as served:
        yield served


@pytest.fixture
def naps():
    return []


@pytest.fixture
def client(machine, naps):
    return Wayback(KEY, agent="Tracker (+test)", server=machine.root, sleep=naps.append, patience=30)


# the client


def test_a_capture_is_found_and_its_address_is_made_here(machine, client):
    machine.known[URL] = "20260916080910"
    found = client.find(URL, DAY)
    assert found.url == f"https://web.archive.org/web/20260916080910/{URL}"
    assert (found.made, found.day) == ("2026-09-16T08:09:10+00:00", date(2026, 9, 16))
    assert client.find("https://ledger.example/other", DAY) is None
    assert all("authorization" not in headers for _, _, headers in machine.log), "the keys are not for this service"
    assert machine.log[0][2]["user-agent"] == "Tracker (+test)"


def test_a_capture_of_an_error_page_is_none(machine, client):
    snapshot = {"closest": {"available": True, "status": "404", "timestamp": "20260916080910"}}
    machine.broken["available"] = [(200, {"archived_snapshots": snapshot}, {})]
    assert client.find(URL, DAY) is None


def test_a_page_is_saved_once_its_job_says_so(machine, client, naps):
    machine.saving[URL] = [
        {"status": "pending"},
        {"status": "pending"},
        {"status": "success", "timestamp": "20260920101500"},
    ]
    assert client.save(URL).url == f"https://web.archive.org/web/20260920101500/{URL}"
    assert len(machine.asked("save")) == 1
    assert len(machine.asked("status")) == 3
    assert len(naps) == 3
    assert min(naps) >= 5


def test_a_job_that_does_not_end_is_given_up_for_now(machine, client):
    machine.saving[URL] = [{"status": "pending"}]
    with pytest.raises(WaybackError, match="not saved within 30 seconds") as told:
        client.save(URL)
    assert not told.value.final
    assert len(machine.asked("status")) == 5


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("error:blocked-url", WaybackRefusedError),
        ("error:not-found", WaybackRefusedError),
        ("error:user-session-limit", WaybackStopError),
        ("error:unauthorized", WaybackKeyError),
        ("error:proxy-error", WaybackError),
        ("error:something-new", WaybackError),
    ],
)
def test_what_the_service_says_decides_whether_it_is_asked_again(machine, client, code, kind):
    machine.saving[URL] = [{"status": "error", "status_ext": code, "message": "No\nluck " + "x" * 900}]
    with pytest.raises(WaybackError) as told:
        client.save(URL)
    assert type(told.value) is kind
    assert told.value.final == (kind is WaybackRefusedError)
    assert code.removeprefix("error:") in str(told.value)
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 400


def test_an_error_in_place_of_a_job(machine, client):
    machine.broken["save"] = [
        (200, {"status": "error", "status_ext": "error:too-many-requests", "message": "Slow"}, {})
    ]
    with pytest.raises(WaybackStopError, match="too-many-requests: Slow"):
        client.save(URL)


def test_a_short_retry_after_is_waited_for_and_a_long_one_is_not(machine, client, naps):
    machine.broken["available"] = [(429, {}, {"Retry-After": "7"})]
    assert client.find(URL, DAY) is None
    assert naps == [7.0]
    for pause in ("3600", "soon"):
        machine.broken["available"] = [(429, {}, {"Retry-After": pause})]
        with pytest.raises(WaybackStopError, match="429"):
            client.find(URL, DAY)
    assert naps == [7.0]


@pytest.mark.parametrize(
    "answer",
    [
        (500, {}, {}),
        (502, b"<html>", {}),
        (302, {}, {"Location": "http://127.0.0.1:9/elsewhere"}),
        (200, b"<html>sorry", {}),
        (200, b"", {}),
        (200, [1, 2], {}),
        (200, {"archived_snapshots": [1]}, {}),
        (200, {"archived_snapshots": {"closest": "yes"}}, {}),
        (200, {"archived_snapshots": {"closest": {"available": True, "status": "200", "timestamp": "now"}}}, {}),
        (
            200,
            {"archived_snapshots": {"closest": {"available": True, "status": "200", "timestamp": "20261399999999"}}},
            {},
        ),
        (200, b"[" * 100_000, {}),
        (200, b'{"x": "' + b"y" * MAX_ANSWER + b'"}', {}),
        (200, b"\xff\xfe\x00", {}),
    ],
)
def test_garbage_is_an_error_of_that_page_alone(machine, client, answer):
    machine.broken["available"] = [answer]
    with pytest.raises(WaybackError) as told:
        client.find(URL, DAY)
    assert not told.value.final
    assert not isinstance(told.value, WaybackStopError)
    assert URL in str(told.value)


def test_a_job_of_a_strange_name_is_not_asked_for(machine, client):
    machine.broken["save"] = [(200, {"job_id": "../../etc"}, {})]
    with pytest.raises(WaybackError):
        client.save(URL)
    assert machine.asked("status") == []


def test_nobody_there_and_nobody_speaking_end_the_run(machine):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        gone = Wayback(KEY, agent="x", server=f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(WaybackStopError, match="no answer from 127"):
            gone.find(URL, DAY)
        taken.listen()  # takes connections and never answers
        with pytest.raises(WaybackStopError, match="timed out"):
            Wayback(KEY, agent="x", server=f"http://127.0.0.1:{taken.getsockname()[1]}", seconds=0.2).find(URL, DAY)


def test_wrong_keys_are_told_and_never_printed(machine):
    with pytest.raises(WaybackKeyError, match="401") as told:
        Wayback("other:keys3", agent="x", server=machine.root).save(URL)
    assert "keys3" not in str(told.value)
    for key in ("", "no-colon", "a:", "a:b\r\nHost: x", "a:ü"):
        with pytest.raises(WaybackKeyError):
            Wayback(key, agent="x")


@pytest.mark.parametrize(
    "url", ["ftp://x.example/", "javascript:1", "http://", "http://x.example/" + "a" * 2000, "http://x .example"]
)
def test_an_address_that_is_none_is_never_sent(machine, client, url):
    with pytest.raises(WaybackRefusedError):
        client.find(url, DAY)
    assert machine.log == []


# what is wanted, and what became of it


@pytest.fixture
def archive(tmp_path):
    with Archive(tmp_path / "archive.db") as opened:
        opened.sync_sources([make_source()])
        yield opened


def add(archive, url, published="2026-09-15", **changes):
    add_story(archive, make_report(), article=make_article(url=url, published=published, **changes))


def urls(archive, **options):
    return [wanted.url for wanted in wanted_links(archive, **options)]


def test_sources_of_joined_events_are_wanted_newest_first(archive):
    add(archive, "https://ledger.example/old", "2026-08-01")
    add(archive, "https://ledger.example/new")
    add(archive, "https://ledger.example/undated", None)
    add_story(archive, article=make_article(url="https://ledger.example/nothing-in-it"))
    assert urls(archive) == [], "not joined yet, so not published"
    link(archive)
    first = wanted_links(archive)
    assert first[0] == Wanted("https://ledger.example/undated", date(2026, 9, 16))
    assert [wanted.url[-3:] for wanted in first[1:]] == ["new", "old"]
    assert len(wanted_links(archive, limit=1)) == 1


def test_a_row_of_a_federal_list_is_no_page(archive):
    add(archive, "https://records.example/1", kind="record")
    add(archive, "https://ledger.example/1")
    link(archive)
    archive.db.execute("UPDATE articles SET kind = 'record' WHERE url LIKE '%records%'")
    assert urls(archive) == ["https://ledger.example/1"]


def test_what_has_a_copy_is_never_asked_for_again_and_failures_rest_longer_each_time(archive, machine, client):
    add(archive, URL)
    link(archive)
    moment, rests = NOON, []
    for attempt in range(1, ATTEMPTS + 1):
        assert urls(archive, present=moment) == [URL], attempt
        note_failure(archive, URL, "no luck", final=False, present=moment)
        again = archive.db.execute("SELECT again FROM archive_links").fetchone()[0]
        if again is None:
            break
        rests.append((datetime.fromisoformat(again) - moment).days)
        assert urls(archive, present=moment + timedelta(days=rests[-1], seconds=-1)) == []
        moment += timedelta(days=rests[-1])
    assert rests == [1, 2, 4, 8, 16]
    assert attempt == ATTEMPTS
    assert urls(archive, present=moment + timedelta(days=9000)) == []
    machine.known[URL] = "20260916080910"
    note_capture(archive, URL, client.find(URL, DAY), NOON)
    row = archive.db.execute("SELECT archive_url, attempts, error, again FROM archive_links").fetchone()
    assert row == (f"https://web.archive.org/web/20260916080910/{URL}", ATTEMPTS + 1, None, None)


def ask(archive, client, **options):
    return archive_sources(
        archive, client, failure=WaybackError, stop=WaybackStopError, sleep=lambda _: None, **options
    )


def test_a_capture_near_the_publication_is_taken_and_a_far_one_is_not(archive, machine, client):
    near, far, gone = (f"https://ledger.example/{name}" for name in ("near", "far", "gone"))
    for url in (near, far, gone):
        add(archive, url)
    link(archive)
    machine.known = {near: "20261010000000", far: "20270301000000", gone: "20270301000000"}
    machine.saving[gone] = [{"status": "error", "status_ext": "error:not-found"}]
    counts = ask(archive, client)
    assert (counts.asked, counts.found, counts.saved, counts.failed, counts.stopped) == (3, 2, 1, 0, "")
    assert sorted(machine.asked("save")) == sorted([far, gone])
    stored = dict(archive.db.execute("SELECT url, archive_url FROM archive_links").fetchall())
    assert stored[near].endswith(f"20261010000000/{near}")
    assert stored[far].endswith(f"20260920101500/{far}")
    assert stored[gone].endswith(f"20270301000000/{gone}"), "gone by now: an old copy is better than none"
    machine.log.clear()
    assert ask(archive, client).asked == 0
    assert machine.log == []


def test_a_page_that_cannot_be_saved_is_asked_for_once_in_its_life(archive, machine, client):
    add(archive, URL)
    link(archive)
    machine.saving[URL] = [{"status": "error", "status_ext": "error:blocked-url"}]
    assert ask(archive, client).failed == 1
    assert urls(archive, present=NOON + timedelta(days=9000)) == []
    assert archive.db.execute("SELECT error FROM archive_links").fetchone()[0].endswith("blocked-url")


def test_a_service_that_has_had_enough_ends_the_run_and_blames_no_page(archive, machine, client):
    for number in range(4):
        add(archive, f"https://ledger.example/{number}")
    link(archive)
    machine.broken["available"] = [(200, {"archived_snapshots": {}}, {}), (429, {}, {})]
    counts = ask(archive, client)
    assert (counts.asked, counts.saved, counts.failed) == (2, 1, 1)
    assert "no more requests" in counts.stopped
    assert archive.db["archive_links"].count == 1
    assert len(urls(archive)) == 3


def test_a_service_that_answers_rubbish_is_left_alone_soon(archive, machine, client):
    for number in range(IN_A_ROW + 2):
        add(archive, f"https://ledger.example/{number}")
    link(archive)
    machine.broken["available"] = [(500, {}, {})] * 9
    counts = ask(archive, client)
    assert (counts.asked, counts.failed) == (IN_A_ROW, IN_A_ROW)
    assert "in a row" in counts.stopped


def test_sources_are_asked_for_slowly(archive, client):
    for number in range(3):
        add(archive, f"https://ledger.example/{number}")
    link(archive)
    naps = []
    archive_sources(
        archive, client, failure=WaybackError, stop=WaybackStopError, limit=2, delay=15.0, sleep=naps.append
    )
    assert naps == [15.0], "between two, not before the first nor after the last"


def test_the_copy_is_published_beside_the_source(archive, machine, client, tmp_path):
    add(archive, URL)
    add(archive, "https://ledger.example/uncopied")
    link(archive)
    machine.known[URL] = "20260916080910"
    note_capture(archive, URL, client.find(URL, DAY))
    publish(
        archive,
        tmp_path / "tracker.db",
        event_types=[("agreement_terminated", "Agreement ended", "agreement", "It ended.")],
        agreement_types=[("detention", "Detention", "Beds.")],
        gazetteer=SmallGazetteer(),
        sample=False,
        pipeline="test-1",
    )
    with closing(sqlite3.connect(tmp_path / "tracker.db")) as db:
        told = dict(db.execute("SELECT url, archive_url FROM reports").fetchall())
        event = db.execute("SELECT id FROM events").fetchone()[0]
    assert told == {
        URL: f"https://web.archive.org/web/20260916080910/{URL}",
        "https://ledger.example/uncopied": None,
    }
    site = Site(tmp_path / "tracker.db")
    copies = [link for link in site.page(f"/event/{event}").iter("a") if link.text_content() == "archived copy"]
    assert [link.get("href") for link in copies] == [told[URL]]
    shown = site.get(f"/event/{event}.json").json()["reports"]
    assert {report["url"]: report["archive_url"] for report in shown} == told


# the verb


def tracker(home, *arguments, **settings):
    environment = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    done = subprocess.run(
        [sys.executable, "-m", "tracker", *arguments],
        env=environment | {"TRACKER_HOME": str(home), "TRACKER_CONTACT": "desk@tracker.example"} | settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


def test_the_verb_is_off_until_it_has_keys(tmp_path):
    status, _, words = tracker(tmp_path, "archive")
    assert status == 1
    assert "switched off: set wayback_key" in words
    status, _, words = tracker(tmp_path, "archive", TRACKER_WAYBACK_KEY="nonsense")
    assert status == 1
    assert "ACCESS:SECRET" in words
    assert "nonsense" not in words


def test_the_verb_asks_and_says_what_came_of_it(tmp_path, machine):
    with Archive(tmp_path / "archive.db") as archive:
        add(archive, URL)
        link(archive)
    machine.known[URL] = "20260916080910"
    switched_on = {"TRACKER_WAYBACK_KEY": KEY, "TRACKER_WAYBACK_SERVER": machine.root}
    status, words, _ = tracker(tmp_path, "archive", "--limit", "5", **switched_on)
    assert (status, words) == (0, "archive: 1 asked, 1 found, 0 saved, 0 failed\n")
    with Archive(tmp_path / "archive.db") as archive:
        assert archive.last_run("archive")["counts"]["found"] == 1
    assert "desk@tracker.example" in machine.log[0][2]["user-agent"]


@pytest.mark.parametrize(
    ("minutes", "stages"), [(0.0, "crawl extract link publish"), (1.0, "crawl extract link archive publish")]
)
def test_the_night_archives_only_where_it_is_given_time(tmp_path, minutes, stages):
    settings = replace(load_settings({"TRACKER_HOME": str(tmp_path)}), archive_minutes=minutes)
    run_night(settings, [sys.executable, "-c", "import sys; print(sys.argv)"], {})
    assert " ".join(read_report(tmp_path / "last-night.json").stages) == stages
