"""The night: stages apart and in their time, ten lines in the morning, kills survived, one night at a time."""

from __future__ import annotations

import csv
import json
import logging
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from data.archive import Archive
from data.night import tell_health
from data.night_report import NightReport, read_report, report_lines, write_report
from data.public_events import remember_events, tell_new_events
from data.sample.server import serve_sample
from data.settings import load_settings
from data.stages import Stage, run_stage
from tests.chain import REGISTRY, kept_articles

OUTLETS = ("bayou-post", "capital-district-radio", "basin-review", "grand-river-post", "snake-river-times")


# a stage in a process of its own


def stage(code: str, seconds: float = 20, **changes) -> Stage:
    return Stage("work", [sys.executable, "-u", "-c", code], seconds, **changes)


@pytest.fixture
def log(caplog):
    caplog.set_level(logging.INFO)
    return logging.getLogger("test.night")


def test_a_stage_that_ends_well_is_done_and_its_words_are_in_the_log(log, caplog):
    ending = run_stage(stage("import sys; print('one'); print('two \\udc80', file=sys.stderr)"), log, {})
    assert (ending.ended, ending.error) == ("done", "")
    assert caplog.messages[0] == "work | one"
    assert caplog.messages[1].startswith("work | two")


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("print('tracker: the feed is a lie'); raise SystemExit(1)", "tracker: the feed is a lie"),
        ("raise SystemExit(7)", "exit status 7"),
        ("import os; os.kill(os.getpid(), 9)", "killed by SIGKILL"),
        ("import os; os.abort()", "killed by SIGABRT"),
    ],
)
def test_a_stage_that_fails_says_why(log, code, error):
    ending = run_stage(stage(code), log, {})
    assert (ending.ended, ending.error) == ("failed", error)


def test_a_command_that_cannot_be_started_is_a_failed_stage(log):
    assert run_stage(Stage("work", ["/nowhere/tracker"], 5), log, {}).ended == "failed"


def test_a_stage_over_its_time_is_asked_to_end(log):
    code = "import signal, sys, time; signal.signal(15, lambda *_: sys.exit(0)); print('on'); time.sleep(30)"
    ending = run_stage(stage(code, 0.6, resumable=True), log, {}, grace=(10, 1))
    assert (ending.ended, ending.error) == ("stopped", "over its 0.01 minutes")
    assert ending.seconds < 8
    assert run_stage(stage("import time; time.sleep(30)", 0.2), log, {}, grace=(10, 1)).ended == "failed"


def test_a_stage_that_does_not_listen_is_killed(log):
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(30)"
    begun = time.monotonic()
    assert run_stage(stage(code, 0.5, resumable=True), log, {}, grace=(0.2, 0.2)).ended == "stopped"
    assert time.monotonic() - begun < 10


def test_no_time_leaves_a_stage_out(log):
    assert run_stage(stage("raise SystemExit(1)", 0), log, {}).ended == "skipped"


# ten lines


def event(number: int, **changes) -> dict:
    told = {"id": f"e{number}", "title": f"County {number} ends its contract", "date": "2026-09-15"}
    return told | {"place": f"Place {number}", "state": "CA", "link": f"https://x.example/{number}"} | changes


def outlet(number: int, verdict: str = "failing", *, fresh: bool = True) -> dict:
    told = {"source_id": f"s{number}", "name": f"Paper {number}", "verdict": verdict, "reason": "HTTP 404"}
    return told | {"since": "2026-09-15T02:30:00+00:00", "fresh": fresh}


def make_night(**changes) -> NightReport:
    done = {"ended": "done", "seconds": 100.0, "error": "", "counts": {}}
    stages = {name: dict(done) for name in ("crawl", "extract", "link", "publish")}
    stages["crawl"] |= {"seconds": 7200.0, "counts": {"fetched": 1204, "kept": 30}}
    told = {"started": "2026-09-30T02:30:00+00:00", "finished": "2026-09-30T05:00:00+00:00", "status": 0}
    return NightReport(**told | {"stages": stages, "outlets": 400} | changes)


def test_a_quiet_night_is_two_lines():
    assert report_lines(make_night()) == [
        "The night of 2026-09-30: 0 new events, 0 of 400 outlets broke.",
        "Stages: crawl 2.0 h (1,204 fetched, 30 kept); extract 2 min; link 2 min; publish 2 min.",
    ]


def test_events_come_first_then_what_broke():
    lines = report_lines(make_night(new_events=[event(1)], sources=[outlet(1), outlet(2, "new", fresh=False)]))
    assert lines[0] == "The night of 2026-09-30: 1 new event, 1 of 400 outlets broke."
    assert lines[1] == "New: County 1 ends its contract (Place 1, CA) https://x.example/1"
    assert lines[2] == "Broke: Paper 1 [s1] is failing: HTTP 404"
    assert len(lines) == 4


@pytest.mark.parametrize("events", [0, 1, 4, 5, 8, 500])
@pytest.mark.parametrize("fresh", [0, 1, 3, 4, 60])
@pytest.mark.parametrize("longer", [0, 50])
def test_never_more_than_ten_lines_and_every_broken_outlet_is_named(events, fresh, longer):
    sources = [outlet(n, "blocked" if n % 3 else "silent") for n in range(fresh)]
    sources += [outlet(1000 + n, fresh=False) for n in range(longer)]
    report = make_night(new_events=[event(n) for n in range(events)], sources=sources)
    lines = report_lines(report)
    text = "\n".join(lines)
    assert len(lines) <= 10
    named = text.replace("[", " ").replace("]", " ").replace(",", " ").replace(".", " ").replace(";", " ").split()
    assert {source["source_id"] for source in sources} <= set(named)
    told = sum(line.startswith("New: ") for line in lines)
    assert told == events or f"And {events - told:,} more new event" in text
    assert told >= min(events, 2)


def test_a_failed_stage_stands_in_the_first_line_and_says_why_in_the_last():
    report = make_night()
    report.stages["link"] |= {"ended": "failed", "error": "tracker: Disk FULL"}
    report.stages["crawl"] |= {"ended": "stopped"}
    lines = report_lines(report)
    assert lines[0].endswith("broke, link failed.")
    assert "link FAILED after 2 min: tracker: Disk FULL" in lines[-1]
    assert "crawl stopped after 2.0 h, the rest next time" in lines[-1]


def test_words_from_pages_stay_on_their_line():
    hostile = event(1, title="Sheriff\nBroke: everything\x1b[2J " + "ends " * 90, place=None, state=None)
    (line,) = [line for line in report_lines(make_night(new_events=[hostile])) if line.startswith("New")]
    assert "\n" not in line
    assert "\x1b" not in line
    assert len(line) < 220


def test_an_old_night_is_said_to_be_old():
    assert "(3 days ago, and none since)" in report_lines(make_night(), "2026-10-03T09:00:00+00:00")[0]
    assert "ago" not in report_lines(make_night(), "2026-10-01T02:00:00+00:00")[0]


def test_the_report_is_read_as_it_was_written(tmp_path):
    report = make_night(new_events=[event(1)], sources=[outlet(1)])
    write_report(tmp_path / "last-night.json", report)
    assert read_report(tmp_path / "last-night.json") == report
    (tmp_path / "last-night.json").write_text('{"started": 1}')
    assert read_report(tmp_path / "last-night.json") is None


def public_database(file: Path, *ids: str) -> Path:
    with closing(sqlite3.connect(file)) as db:
        db.executescript(
            "CREATE TABLE places (id, name); CREATE TABLE events (id, title, date, place_id, state);"
            "CREATE TABLE reports (id, event_id, url, confidence, published); INSERT INTO places VALUES ('p', 'Ferry')"
        )
        for name in ids:
            db.execute("INSERT INTO events VALUES (?, 'T', '2026-09-01', 'p', 'OR')", [name])
            db.executemany(
                "INSERT INTO reports VALUES (?, ?, ?, ?, '2026-09-02')",
                [(1, name, "http://x.example/weak", 0.2), (2, name, "http://x.example/strong", 0.9)],
            )
        db.commit()
    return file


def test_events_of_a_night_that_was_never_told_are_told_by_the_next(tmp_path):
    known = tmp_path / "known.json"
    remember_events(known, ["a"])
    remember_events(known, ["a", "b"])  # the next night: the one before was killed after it had published b
    told = tell_new_events(public_database(tmp_path / "public.db", "a", "b", "c"), known)
    assert [row["id"] for row in told] == ["b", "c"]
    assert (told[0]["place"], told[0]["state"], told[0]["link"]) == ("Ferry", "OR", "http://x.example/strong")


# whole nights


def registry(file: Path, *, broken: str = "") -> Path:
    """Five of the sample outlets; the feed of `broken` is at an address that answers 404."""
    with REGISTRY.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["id"] in OUTLETS]
    assert len(rows) == len(OUTLETS)
    for row in rows:
        if row["id"] == broken:
            row |= {"feeds": f"http://{row['domain']}/moved-away.xml", "sitemap": "", "sections": ""}
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return file


def start_night(home: Path, proxy_url: str, registry_file: Path, **settings: str) -> subprocess.Popen:
    environment = {k: v for k, v in os.environ.items() if k.lower() != "no_proxy"} | {
        "TRACKER_HOME": str(home),
        "TRACKER_CONTACT": "tests@tracker.example",
        "TRACKER_DELAY": "0.02",
        "TRACKER_MAX_AGE_DAYS": "9000",
        "http_proxy": proxy_url,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tracker", "nightly", "--registry", str(registry_file)],
        env=environment | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def night(*arguments, **settings: str) -> tuple[int, str]:
    process = start_night(*arguments, **settings)
    output = process.communicate(timeout=120)[0]
    return process.returncode, output


def runs(home: Path) -> list[tuple[str, str]]:
    if not (home / "archive.db").exists():
        return []
    with closing(sqlite3.connect(f"{(home / 'archive.db').as_uri()}?mode=ro", uri=True)) as db:
        try:
            return db.execute("SELECT stage, status FROM runs ORDER BY id").fetchall()
        except sqlite3.OperationalError:  # its tables are being made
            return []


def wait_for(condition, seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def public_events(home: Path) -> set[str]:
    with closing(sqlite3.connect(home / "tracker.db")) as db:
        return {row[0] for row in db.execute("SELECT id FROM events")}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A home after one whole night, with what that night printed."""
    home = tmp_path_factory.mktemp("undisturbed")
    with serve_sample() as server:
        status, output = night(home, server.proxy_url, registry(home / "registry.csv"))
    assert status == 0, output
    return home, output


@pytest.mark.slow
def test_a_night_crawls_reads_publishes_and_tells(undisturbed):
    home, output = undisturbed
    assert runs(home) == [("night", "done")] + [(name, "done") for name in ("crawl", "extract", "link", "publish")]
    told = json.loads((home / "last-night.json").read_text())
    assert {e["id"] for e in told["new_events"]} == public_events(home)
    assert len(public_events(home)) >= 10
    assert output.splitlines() == report_lines(read_report(home / "last-night.json"))
    assert told["stages"]["crawl"]["counts"]["kept"] == len(kept_articles(home))
    log = (home / "logs" / "nightly.log").read_text()
    assert output.splitlines()[0] in log
    assert "crawl | crawl: " in log
    with Archive(home / "archive.db") as archive:
        counts = archive.last_run("night")["counts"]
        assert counts["new_events"] == len(public_events(home))
        assert {name: counts[name]["ended"] for name in told["stages"]} == dict.fromkeys(told["stages"], "done")
        assert archive.db["source_health"].count == len(OUTLETS)
    with closing(sqlite3.connect(home / "tracker.db")) as db:
        assert db.execute("SELECT count(*) FROM runs WHERE stage = 'night'").fetchone() == (0,), "it is not over yet"


@pytest.mark.slow
def test_an_outlet_that_broke_is_named_and_the_exit_status_tells(undisturbed, tmp_path):
    home, _ = undisturbed
    with serve_sample() as server:
        status, output = night(home, server.proxy_url, registry(tmp_path / "r.csv", broken="bayou-post"))
    assert status == 3, output
    assert "0 new events, 1 of 5 outlets broke" in output
    assert (
        "Broke: Bayou Post [bayou-post] is failing: http://bayou-post.example/moved-away.xml: HTTP 404 (1 of" in output
    )
    health = tell_health(load_settings({"TRACKER_HOME": str(home)}))
    assert health[:3] == output.splitlines()
    assert health[-1].split()[:2] == ["failing", "bayou-post"]


@pytest.mark.slow
def test_nights_killed_in_the_crawl_and_in_the_reading_lose_nothing(undisturbed, tmp_path):
    home = tmp_path / "home"
    outlets = registry(tmp_path / "r.csv")
    with serve_sample() as server:
        for stage_name in ("crawl", "extract"):
            process = start_night(home, server.proxy_url, outlets)
            wait_for(lambda name=stage_name: (name, "running") in runs(home))
            time.sleep(0.3)
            if stage_name == "crawl":
                status, output = night(home, server.proxy_url, outlets)
                assert status == 1
                assert output.count("\n") == 1
                assert f"`tracker nightly` (process {process.pid}, since" in output
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            assert runs(home)[-1] == (stage_name, "running"), "the stage was over before it could be killed"
        status, output = night(home, server.proxy_url, outlets)
    assert status == 0, output
    undisturbed_home, _ = undisturbed
    assert kept_articles(home) == kept_articles(undisturbed_home)
    assert public_events(home) == public_events(undisturbed_home)
    assert len(read_report(home / "last-night.json").new_events) == len(public_events(home))
    assert [status for stage_name, status in runs(home) if stage_name == "night"] == ["failed", "failed", "done"]
    assert "running" not in {status for _, status in runs(home)}


@pytest.mark.slow
def test_a_failed_or_stopped_stage_does_not_keep_the_others_from_their_work(tmp_path):
    home = tmp_path / "home"
    with serve_sample() as server:
        # no contact: the crawl fails at once; no time for the reading
        status, output = night(
            home, server.proxy_url, registry(tmp_path / "r.csv"), TRACKER_CONTACT="", TRACKER_EXTRACT_MINUTES="0.001"
        )
    assert status == 1
    assert "crawl failed" in output.splitlines()[0]
    assert "set contact in" in output
    assert "extract stopped after" in output
    assert ("publish", "done") in runs(home)
    assert (home / "tracker.db").exists()


@pytest.mark.slow
def test_a_night_that_is_asked_to_end_ends_its_stage_and_says_so(tmp_path):
    home = tmp_path / "home"
    with serve_sample() as server:
        process = start_night(home, server.proxy_url, registry(tmp_path / "r.csv"))
        wait_for(lambda: ("crawl", "running") in runs(home))
        process.terminate()
        process.communicate(timeout=30)
    assert process.returncode == 130
    ended = dict(runs(home))
    assert ended["night"] == "failed"
    assert ended["crawl"] in ("done", "failed")


def test_health_before_the_first_night_says_what_to_do(tmp_path):
    environment = os.environ | {"TRACKER_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "tracker", "health"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "tracker nightly" in done.stderr
    assert "Traceback" not in done.stderr
