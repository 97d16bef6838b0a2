"""The public database: whole, checked, swapped in at once; evidence and links, no article text, no private person."""

import fcntl
import json
import os
import sqlite3
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest
import sqlite_utils

from data.archive import Archive
from data.linking import link
from data.public_schema import public_tables
from data.publish import PublishError, publish
from tests.factories import (
    CONTRA_COSTA,
    DENVER,
    PHILADELPHIA,
    RICHMOND,
    SmallGazetteer,
    add_story,
    make_article,
    make_official,
    make_quote,
    make_report,
    make_source,
    make_spokesperson,
    make_text,
)

ROOT = Path(__file__).resolve().parent.parent
TYPES = ("agreement_terminated", "agreement_signed", "protest", "official_statement", "lawsuit_filed")
EVENT_TYPES = [(name, name.title(), "agreement", "...") for name in TYPES]
AGREEMENT_TYPES = [("detention", "Detention", "..."), ("data_sharing", "Data sharing", "...")]


@pytest.fixture
def archive(tmp_path):
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


def published(archive, target, *, linked=True, **changes):
    if linked:
        link(archive)
    options = {
        "event_types": EVENT_TYPES,
        "agreement_types": AGREEMENT_TYPES,
        "gazetteer": SmallGazetteer(),
        "sample": False,
        "pipeline": "test-1",
    }
    counts = publish(archive, target, **options | changes)
    return sqlite_utils.Database(target), counts


def rows(db, table, order="rowid"):
    return list(db[table].rows_where(order_by=order))


def fill(archive):
    """Three stories, two events, one agreement; officials, a spokesperson, and a private man who stays private."""
    archive.sync_sources([make_source(), make_source(id="denver", domain="denver.example", name="The Denver Daily")])
    vote = make_report(
        votes_for=4,
        votes_against=1,
        actors=[("Board of Supervisors", "decided"), ("Rosa Whitlock", "opposed"), ("Juan Perez", "protested")],
    )
    people = {
        "officials": [make_official()],
        "spokespeople": [make_spokesperson()],
        "quotes": [
            make_quote(),
            make_quote("Dana Ferro", text="It is a beginning.", role=None, direct=False),
            make_quote("Juan Perez", text="I was held for nine months."),
            make_quote("ICE", text="The agency regrets it.", role=None),
        ],
    }
    background = make_report(type="agreement_signed", status="background", date="2012-01-01", date_precision="year")
    add_story(archive, vote, background, article=make_article(text=make_text("the vote")), **people)
    wire = make_text("the wire story about the vote", 6)
    for host in ("x", "y"):
        article = make_article(url=f"https://{host}.example/wire", text=wire, source_id=None, source=None, outlet=None)
        add_story(archive, make_report(date="2026-09-16"), article=article, **people)
    march = make_report(type="protest", place_id=DENVER.id, form="march", agreement_type=None, date="2026-09-20")
    add_story(archive, march, article=make_article(source_id="denver", outlet="denver.example", published="2026-09-21"))


# --- what is in it -----------------------------------------------------------------------------------------------


def test_every_table_is_there_with_its_columns_and_search(archive, tmp_path):
    fill(archive)
    db, counts = published(archive, tmp_path / "tracker.db")
    for table in public_tables():
        assert [c.name for c in db[table.name].columns] == [c.name for c in table.columns]
        assert counts[table.name] == db[table.name].count
    assert [row["id"] for row in db["events"].search("march")] == [e["id"] for e in rows(db, "events") if e["form"]]
    assert (counts["events"], counts["reports"], counts["agreements"]) == (3, 5, 1)


def test_an_event_is_told_by_its_fields_and_its_best_sentence(archive, tmp_path):
    fill(archive)
    db, _ = published(archive, tmp_path / "tracker.db")
    ended = next(e for e in rows(db, "events") if e["type"] == "agreement_terminated")
    assert (
        ended["title"] == "Contra Costa County Board of Supervisors votes 4-1 to end its detention agreement with ICE"
    )
    assert ended["summary"] == "The county ended its contract with ICE on Tuesday."
    assert (ended["state"], ended["latitude"], ended["outlets_count"]) == ("CA", CONTRA_COSTA.lat, 3)
    reports = [r for r in rows(db, "reports") if r["event_id"] == ended["id"]]
    assert [r["outlet"] for r in reports] == ["The Ledger", "x.example", "y.example"]
    assert [r["source_id"] for r in reports] == ["ledger", None, None]


def test_wire_copies_share_a_number_and_nothing_else_has_one(archive, tmp_path):
    fill(archive)
    db, _ = published(archive, tmp_path / "tracker.db")
    groups = {r["url"]: r["wire_group"] for r in rows(db, "reports")}
    assert groups["https://x.example/wire"] == groups["https://y.example/wire"] is not None
    assert [g for url, g in groups.items() if "wire" not in url] == [None, None]


def test_the_agreement_has_its_state_and_the_event_that_set_it(archive, tmp_path):
    fill(archive)
    db, _ = published(archive, tmp_path / "tracker.db")
    [agreement] = rows(db, "agreements")
    event = db["events"].get(agreement["event_id"])
    assert (agreement["state"], agreement["since"], event["type"]) == ("ended", "2026-09-15", "agreement_terminated")
    assert (agreement["agreement_type"], agreement["events_count"]) == ("detention", 2)
    assert {e["agreement_id"] for e in rows(db, "events")} == {agreement["id"], None}


def test_places_are_those_of_events_and_the_states_above(archive, tmp_path):
    fill(archive)
    db, _ = published(archive, tmp_path / "tracker.db")
    assert {p["id"]: p["events_count"] for p in rows(db, "places")} == {
        CONTRA_COSTA.id: 2, DENVER.id: 1, "state:CA": 0, "state:CO": 0,
    }  # fmt: skip
    assert {p["state_name"] for p in rows(db, "places")} == {"California", "Colorado"}


def test_sources_tell_how_much_they_gave(archive, tmp_path):
    fill(archive)
    db, _ = published(archive, tmp_path / "tracker.db")
    told = {s["id"]: (s["articles_count"], s["last_article"]) for s in rows(db, "sources")}
    assert told == {"ledger": (1, "2026-09-15"), "denver": (1, "2026-09-21")}
    assert rows(db, "reports")[-1]["outlet"] == "The Denver Daily"


def test_meta_and_runs(archive, tmp_path):
    fill(archive)
    with archive.run("link") as counts:
        counts.update(link(archive))
    with archive.run("publish"):
        db, _ = published(archive, tmp_path / "tracker.db", linked=False, sample=True)
    [run] = rows(db, "runs")
    assert (run["id"], run["stage"], json.loads(run["counts"])["events"]) == (1, "link", 3)
    meta = {row["key"]: row["value"] for row in rows(db, "meta")}
    assert meta == {"sample": "1", "pipeline": "test-1", "built": run["finished"]}


# --- who is in it ------------------------------------------------------------------------------------------------


def test_no_private_person_and_no_article_text_anywhere_in_the_file(archive, tmp_path):
    fill(archive)
    published(archive, tmp_path / "tracker.db")
    content = (tmp_path / "tracker.db").read_bytes()
    assert b"Rosa Whitlock" in content
    assert b"Perez" not in content
    assert b"held for nine months" not in content
    assert b"spoke at length about" not in content  # the article's own words
    assert (
        b"spoke at length about" in (tmp_path / "archive.db").read_bytes() + (tmp_path / "archive.db-wal").read_bytes()
    )


def test_actors_are_officials_and_bodies(archive, tmp_path):
    fill(archive)
    db, _ = published(archive, tmp_path / "tracker.db")
    [official] = rows(db, "officials")
    assert [(a["name"], a["part"], a["official_id"]) for a in rows(db, "event_actors", "name")] == [
        ("Board of Supervisors", "decided", None),
        ("Rosa Whitlock", "opposed", official["id"]),
    ]


def test_quotes_are_printed_once_for_a_wire_story_and_only_of_those_who_speak_for_something(archive, tmp_path):
    fill(archive)
    db, _ = published(archive, tmp_path / "tracker.db")
    assert [(q["speaker"], q["organization"], q["direct"]) for q in rows(db, "quotes")] == [
        ("Rosa Whitlock", None, 1),
        ("Dana Ferro", "East Bay Rights Project", 0),
        ("ICE", None, 1),
    ]
    assert {q["event_id"] for q in rows(db, "quotes")} <= {e["id"] for e in rows(db, "events")}


def test_one_official_of_one_state_is_one_row_and_the_role_is_the_last_told(archive, tmp_path):
    def told(published, state_place, **changes):
        report = make_report(type="official_statement", place_id=state_place.id, date=published)
        official = make_official(**{"place_id": state_place.id} | changes)
        add_story(archive, report, article=make_article(published=published), officials=[official])

    told("2026-01-05", RICHMOND, role="supervisor")
    told("2026-03-05", CONTRA_COSTA, role="sheriff")
    told("2026-05-05", CONTRA_COSTA, name="rosa  whitlock", role="former sheriff")
    told("2026-04-05", PHILADELPHIA, role="council member")
    told("2026-06-05", PHILADELPHIA, name="Todd Rusk", body="ICE", role="ice spokesman")
    told("2026-07-05", DENVER, name="Todd Rusk", body="ICE", role="ice director")
    told("2026-08-05", DENVER, name="Wes Orr", place_id=None, body=None)
    db, _ = published(archive, tmp_path / "tracker.db")
    assert [
        (o["name"], o["role"], o["place_id"], o["articles_count"]) for o in rows(db, "officials", "name, role")
    ] == [
        ("Rosa Whitlock", "council member", PHILADELPHIA.id, 1),
        ("Todd Rusk", "ice director", None, 2),
        ("Wes Orr", "sheriff", None, 1),
        ("rosa  whitlock", "former sheriff", CONTRA_COSTA.id, 3),
    ]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("ICE", True),
        ("Richmond", True),
        ("Denver City Council", True),
        ("Alder County Sheriff’s Office", True),
        ("Workers Alliance of the Valley", True),
        ("East Bay Rights Project", True),
        ("ACLU", True),
        ("Juan Perez", False),
        ("Charlotte Church", False),
        ("Maria House", False),
        ("Dana Ferro", False),  # a spokesperson is a person
        ("neighbors", False),
        ("council", False),
        ("Torrance County’s agreement", False),
        ("Supreme Court decision", False),
        ("Minneapolis police", True),
        ("", False),
    ],
)
def test_a_person_who_is_no_official_is_never_an_actor(archive, tmp_path, name, shown):
    report = make_report(type="protest", place_id=RICHMOND.id, actors=[(name, "protested")])
    add_story(archive, report, spokespeople=[make_spokesperson()])
    db, _ = published(archive, tmp_path / "tracker.db")
    assert [a["name"] for a in rows(db, "event_actors")] == ([name] if shown else [])


def test_long_evidence_is_cut_after_a_word(archive, tmp_path):
    sentence = "The board of the county " * 60
    add_story(
        archive, make_report(sentence=sentence), officials=[make_official()], quotes=[make_quote(text="w" * 2000)]
    )
    db, _ = published(archive, tmp_path / "tracker.db")
    [report] = rows(db, "reports")
    assert len(report["evidence"]) <= 600
    assert sentence.startswith(report["evidence"].removesuffix("…"))
    assert report["evidence"].endswith(("board…", "the…", "county…", "of…", "The…"))
    assert len(rows(db, "quotes")[0]["text"]) == 600


# --- what is left out --------------------------------------------------------------------------------------------


def test_an_event_at_an_unknown_place_is_counted_and_left_out(archive, tmp_path):
    fill(archive)
    gone = {"officials": [make_official("Ada Nowhere", place_id="fips:99999")], "quotes": [make_quote("Ada Nowhere")]}
    add_story(archive, make_report(place_id="fips:99999"), **gone)
    db, counts = published(archive, tmp_path / "tracker.db")
    assert counts["events_without_place"] == 1
    assert (counts["events"], len(rows(db, "agreements"))) == (3, 1)
    assert "Ada Nowhere" not in {o["name"] for o in rows(db, "officials")}


def test_an_event_that_lost_its_reports_is_not_published(archive, tmp_path):
    fill(archive)
    link(archive)
    archive.db["reports"].delete_where("type = 'protest'")
    _, counts = published(archive, tmp_path / "tracker.db")
    assert counts["events"] == 2


def test_an_empty_archive_gives_an_empty_site(archive, tmp_path):
    db, counts = published(archive, tmp_path / "tracker.db")
    assert counts["events"] == 0
    assert rows(db, "events") == []


# --- how it gets there -------------------------------------------------------------------------------------------


def test_the_same_archive_gives_the_same_bytes(archive, tmp_path):
    fill(archive)
    published(archive, tmp_path / "one.db")
    published(archive, tmp_path / "two.db")
    assert (tmp_path / "one.db").read_bytes() == (tmp_path / "two.db").read_bytes()


def refuse(archive, target, message, **changes):
    before = target.read_bytes()
    with pytest.raises(PublishError, match=message):
        published(archive, target, **changes)
    assert target.read_bytes() == before
    assert [p.name for p in target.parent.glob(".tracker.db.new*")] == []


def test_a_failed_check_leaves_the_old_file_and_says_what_failed(archive, tmp_path):
    fill(archive)
    target = tmp_path / "tracker.db"
    published(archive, target)
    told = r"events.type: 'protest' is not in event_types.name \(1 broken references\); the old file stays"
    refuse(archive, target, told, event_types=[t for t in EVENT_TYPES if t[0] != "protest"])
    refuse(archive, target, "agreement_type: 'detention' is not in agreement_types.name", agreement_types=[])
    refuse(archive, target, "none of 3 events lies at a place that the gazetteer knows", gazetteer=SmallGazetteer(()))
    refuse(archive, target, "UNIQUE constraint failed: event_types.name", event_types=EVENT_TYPES * 2)


def test_a_reader_of_the_old_file_is_not_disturbed(archive, tmp_path):
    target = tmp_path / "tracker.db"
    published(archive, target)
    reader = sqlite3.connect(target)
    assert reader.execute("SELECT count(*) FROM events").fetchone() == (0,)
    fill(archive)
    published(archive, target)
    assert reader.execute("SELECT count(*) FROM events").fetchone() == (0,)
    assert sqlite3.connect(target).execute("SELECT count(*) FROM events").fetchone() == (3,)


def test_what_a_killed_publish_left_behind_is_cleared(archive, tmp_path):
    (tmp_path / ".tracker.db.new").write_bytes(b"half a database")
    (tmp_path / ".tracker.db.new-journal").write_bytes(b"half a journal")
    fill(archive)
    _, counts = published(archive, tmp_path / "tracker.db")
    assert counts["events"] == 3
    assert list(tmp_path.glob(".tracker.db.new*")) == []


def test_a_second_publisher_waits_for_the_first(archive, tmp_path):
    fill(archive)
    link(archive)
    code = """
        import sys
        from pathlib import Path
        from data.archive import Archive
        from tests.test_publish import published
        with Archive(sys.argv[1]) as archive:
            print("ready", flush=True)
            published(archive, Path(sys.argv[2]), linked=False)
    """
    target = tmp_path / "tracker.db"
    with (tmp_path / ".tracker.db.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        command = [sys.executable, "-c", textwrap.dedent(code), str(archive.path), str(target)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": "."})
        process.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=0.7)
        assert not target.exists()
    assert process.wait(timeout=60) == 0
    assert sqlite3.connect(target).execute("SELECT count(*) FROM events").fetchone() == (3,)


def test_publishers_at_once_leave_one_whole_file(archive, tmp_path):
    fill(archive)
    link(archive)
    failures = []

    def run():
        try:
            with Archive(archive.path) as own:
                published(own, tmp_path / "tracker.db", linked=False)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sqlite3.connect(tmp_path / "tracker.db").execute("PRAGMA integrity_check").fetchone() == ("ok",)
