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


def test_a_wire_story_is_one_group_with_five_outlets(archive):
    wired = [row for row in gold_rows() if "/wire" in row["id"] or Counter(r["text"] for r in gold_rows())[row["text"]] == 5]
    assert wired
    title = wired[0]["title"]
    groups = {r["near_duplicate_group"] for r in archive["articles"].rows if r["title"] == title}
    assert len(groups) == 1


def test_the_second_visit_asked_only_for_what_changed(archive):
    runs = [json.loads(r["counts"]) for r in archive["runs"].rows if r["stage"] == "crawl"]
    assert len(runs) == 2
    first, second = runs
    assert second["not_modified"] > 0
    assert second["pages"] < first["pages"] / 2


def test_irrelevant_pages_and_the_forbidden_path_are_not_kept(archive):
    kept = {r["url"] for r in archive["articles"].rows}
    rows = gold_rows(revision=1)
    irrelevant = [row["url"] for row in rows if not row["relevant"]]
    assert len(irrelevant) >= 60
    public_types = {r["url"] for r in archive.query("select url from articles join reports on article_id = articles.id")}
    wrongly = sorted(set(irrelevant) & public_types)
    assert len(wrongly) <= len(irrelevant) * 0.05, wrongly
    assert kept & {row["url"] for row in rows if row["relevant"]}
    assert archive["visits"].count_where("outcome = 'robots'") >= 1


def test_no_article_text_in_the_public_database(public, archive):
    texts = [r["text"] for r in archive["articles"].rows if len(r["text"]) > 700]
    cells = {v for t in public.table_names() if "_fts" not in t for r in public[t].rows for v in r.values()}
    assert not cells & set(texts)
    assert max(len(c) for c in cells if isinstance(c, str)) <= 1500
