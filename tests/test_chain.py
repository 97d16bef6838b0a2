"""The whole chain over real HTTP: `tracker demo` on the sample outlets, then the public database against the truth."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import sqlite_utils

from data.gazetteer import load_gazetteer
from data.sample.gold import gold_rows
from data.sample.stories import load_outlets

pytestmark = pytest.mark.slow

# The floor that a change must not fall through; the figures themselves are printed by `tracker evaluate`.
CENTRAL_EVENTS_FOUND = 0.75


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's home after the chain has run."""
    place = tmp_path_factory.mktemp("chain")
    done = subprocess.run(
        [sys.executable, "-m", "tracker", "demo", "--no-serve"],
        env=os.environ | {"TRACKER_HOME": str(place)},
        cwd=place,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return place / "demo"


@pytest.fixture(scope="module")
def public(home: Path) -> sqlite_utils.Database:
    return sqlite_utils.Database(home / "tracker.db")


@pytest.fixture(scope="module")
def archive(home: Path) -> sqlite_utils.Database:
    return sqlite_utils.Database(home / "archive.db")


def place_id(place: dict[str, str]) -> str:
    gazetteer = load_gazetteer()
    if place["kind"] == "state":
        return f"state:{place['state']}"
    look = gazetteer.counties if place["kind"] == "county" else gazetteer.cities
    return look(place["name"], place["state"])[0].id


def told_events() -> set[tuple[str, str]]:
    """Every central event of the stories a crawler may read, as (type, place id)."""
    rows = [row for row in gold_rows(revision=1) if row["language"] == "en"]
    return {(e["type"], place_id(e["place"])) for row in rows for e in row["events"] if e["central"]}


def test_the_events_told_are_in_the_public_database(public):
    found = {(r["type"], r["place_id"]) for r in public["events"].rows}
    told = told_events()
    assert len(told) >= 60
    missed = sorted(told - found)
    assert len(told & found) / len(told) >= CENTRAL_EVENTS_FOUND, missed


def test_every_type_and_many_states_are_there(public):
    types = {r["type"] for r in public["events"].rows}
    states = {r["state"] for r in public["events"].rows}
    assert len(types) >= 22, {r["name"] for r in public["event_types"].rows} - types
    assert len(states) >= 25


def test_every_event_has_its_evidence_and_link(public):
    assert public.execute("select count(*) from events").fetchone()[0] > 0
    orphans = public.execute("select id from events where id not in (select event_id from reports)").fetchall()
    assert orphans == []
    for row in public["reports"].rows:
        assert row["url"].startswith("http://")
        assert row["evidence"].strip()


def test_a_wire_story_is_one_group_with_five_outlets(archive, public):
    carried: dict[str, set[str]] = {}
    for outlet in load_outlets().values():
        for story in outlet.stories():
            if story.wire:
                carried.setdefault(story.wire, set()).add(outlet.url(story.path))
    assert any(len(urls) == 5 for urls in carried.values())
    for urls in carried.values():
        groups = {a["wire_group"] for a in archive["articles"].rows if a["url"] in urls}
        assert len(groups) == 1
        events = Counter(r["event_id"] for r in public["reports"].rows if r["url"] in urls)
        assert events
        assert set(events.values()) == {len(urls)}, "a reading of a wire story is a reading of each copy"
        for event in public["events"].rows:
            if event["id"] in events:
                assert event["outlets_count"] >= len(urls)


def test_the_second_visit_asked_only_for_what_changed(archive):
    first, second = (json.loads(r["counts"]) for r in archive["runs"].rows_where("stage = 'crawl'"))
    assert second["listings_unchanged"] > first["listings"] / 2
    assert 0 < second["fetched"] < first["fetched"] / 20
    assert second["kept"] >= 2, "one story was updated, one is new"


def test_the_updated_story_is_a_second_version_of_one_article(archive):
    revised = {row["url"]: row["text"] for row in gold_rows(revision=1)}
    changed = [row["url"] for row in gold_rows() if revised[row["url"]] != row["text"]]
    assert changed
    for url in changed:
        (article,) = archive["articles"].rows_where("url = ?", [url])
        assert article["version"] == 2
        assert article["text"].split() == revised[url].split()


def test_irrelevant_pages_and_the_forbidden_path_are_not_kept(archive):
    rows = gold_rows(revision=1)
    irrelevant = {row["url"] for row in rows if not row["relevant"]}
    assert len(irrelevant) >= 60
    reported = {r["url"] for r in archive.query("select url from articles join reports on article_id = articles.id")}
    assert len(irrelevant & reported) <= len(irrelevant) * 0.05, irrelevant & reported
    (forbidden,) = archive["visits"].rows_where("outcome = 'robots'")
    assert not archive["articles"].count_where("url = ?", [forbidden["url"]])


def test_a_spanish_story_and_a_paywalled_stub_are_kept_as_such(archive):
    assert archive["articles"].count_where("language = 'es'") >= 2
    assert archive["articles"].count_where("paywalled = 1") >= 1


def test_no_article_text_in_the_public_database(public, archive):
    texts = [r["text"] for r in archive["articles"].rows if len(r["text"]) > 700]
    cells = {v for t in public.table_names() if "_fts" not in t for r in public[t].rows for v in r.values()}
    assert not cells & set(texts)
    assert max(len(c) for c in cells if isinstance(c, str)) <= 1500
