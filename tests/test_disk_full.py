"""A full disk and one that cannot be written: one clear line, nothing half done, and after that the work goes on."""

from __future__ import annotations

import json
import shutil
import sys

import pytest

import tracker
from commands.steps import extract_archive, link_archive, publish_archive
from data.archive import Archive
from data.errors import StorageError
from data.files import write_whole
from data.gazetteer import load_gazetteer
from data.sample.server import serve_sample
from data.settings import Settings
from tests.disks import fill, read_only, small_disk
from tests.killing import broken_places, broken_warcs, finish, is_sound, rows, state
from tests.test_kill import EVENTS_SHOWN, crawl, keep_stories

ROOM = 8_000  # KiB
STORIES = 8


@pytest.fixture
def disk(tmp_path, monkeypatch):
    """A small disk with the home on it; the places are read from where they were compiled already."""
    places = load_gazetteer()
    monkeypatch.setattr("data.gazetteer.load_gazetteer", lambda: places)
    with small_disk(tmp_path / "disk", ROOM) as folder:
        monkeypatch.setenv("TRACKER_HOME", str(folder / "home"))
        yield folder


@pytest.fixture
def run(monkeypatch, capsys, extractor):
    """The command line in this process, with the pipeline that is loaded: (exit status, lines said of errors)."""
    monkeypatch.setattr("commands.reading.extractor", lambda: extractor)

    def call(*words: str) -> tuple[int, list[str]]:
        monkeypatch.setattr(sys, "argv", ["tracker", *words])
        status = 0
        try:
            tracker.main()
        except SystemExit as end:
            status = end.code
        return status, capsys.readouterr().err.splitlines()

    return call


def test_crawl_on_a_full_disk_ends_with_one_line_and_goes_on_when_there_is_room(disk, tmp_path):
    home = disk / "home"
    with serve_sample() as server:
        finish(crawl(tmp_path / "undisturbed", server.proxy_url))
        for leave in (0, 250_000, 450_000):
            filler = fill(disk, leave)
            process = crawl(home, server.proxy_url)
            said = process.communicate(timeout=60)[0].splitlines()
            assert process.returncode == 1, said
            assert len(said) == 1, said
            assert said[0].startswith(f"tracker: {home}"), said
            assert said[0].endswith(": disk full"), said
            filler.unlink()
            assert list(broken_places(home)) == []
        assert list(broken_warcs(home)) == []
        before = len(state(home)["articles"])
        finish(crawl(home, server.proxy_url))
    assert state(home)["articles"] == state(tmp_path / "undisturbed")["articles"]
    assert 0 < before < len(state(home)["articles"])
    assert list(broken_places(home)) == []
    assert list(broken_warcs(home)) == []


@pytest.fixture(scope="module")
def finished(tmp_path_factory, extractor):
    """A home in which every stage ran once, to its end."""
    settings = Settings(home=tmp_path_factory.mktemp("finished"))
    keep_stories(settings.home, STORIES)
    with Archive(settings.archive) as archive:
        extract_archive(archive, extractor)
        link_archive(archive)
        publish_archive(archive, settings, sample=False)
    return settings.home


def test_extract_link_and_publish_on_a_full_disk_change_nothing_and_go_on_when_there_is_room(disk, run, finished):
    home = disk / "home"
    keep_stories(home, STORIES)
    for verb, leave in (("extract", 0), ("extract", 80_000), ("link", 0), ("link", 60_000), ("publish", 60_000)):
        before = state(home)
        filler = fill(disk, leave)
        status, said = run(verb)
        assert (status, len(said)) == (1, 1), said
        assert said[0].startswith(f"tracker: {home}"), said
        assert said[0].endswith(": disk full"), said
        filler.unlink()
        assert not (home / "tracker.db").exists()
        assert is_sound(home / "archive.db")
        if verb != "extract":  # which is done article by article
            assert state(home) == before
        if leave:
            assert run(verb) == (0, [])
    assert state(home) == state(finished)
    assert len(state(home)["events"]) >= 3
    assert rows(home / "tracker.db", EVENTS_SHOWN) == rows(finished / "tracker.db", EVENTS_SHOWN)


@pytest.mark.parametrize("leave", [60_000, 200_000])
def test_public_database_that_finds_no_room_leaves_the_old_one_in_its_place(disk, run, finished, leave):
    home = disk / "home"
    home.mkdir()
    for name in ("archive.db", "tracker.db"):
        shutil.copy(finished / name, home / name)
    old = (home / "tracker.db").read_bytes()
    filler = fill(disk, leave)
    status, said = run("publish")
    assert (status, said) == (1, [f"tracker: {home / 'tracker.db'}: disk full"])
    assert (home / "tracker.db").read_bytes() == old
    assert is_sound(home / "tracker.db")
    assert sorted(path.name for path in home.glob(".tracker.db*")) == [".tracker.db.lock"]
    filler.unlink()
    assert run("publish") == (0, [])


def test_answers_that_find_no_room_appear_not_at_all(disk, tmp_path, run):
    questions = tmp_path / "in.jsonl"
    line = {"url": "https://ferry.example/1", "title": "Council", "text": "The council met. " * 50}
    questions.write_text(f"{json.dumps(line)}\n" * 30, encoding="utf-8")
    out = disk / "out.jsonl"
    fill(disk, 4096)
    status, said = run("extract", str(questions), "--out", str(out))
    assert (status, said) == (1, [f"tracker: {out}: disk full"])
    assert [path.name for path in disk.iterdir()] == ["filler"]


def test_whole_file_is_the_old_one_or_the_new_one(disk):
    file = disk / "last-night.json"
    write_whole(file, "old")
    filler = fill(disk, 4096)
    with pytest.raises(StorageError, match=r"last-night\.json: disk full"):
        write_whole(file, "new" * 10_000)
    assert file.read_text() == "old"
    assert sorted(path.name for path in disk.iterdir()) == ["filler", "last-night.json"]
    filler.unlink()
    write_whole(file, "new")
    assert file.read_text() == "new"


def test_read_only_home_is_named(disk, run):
    home = disk / "home"
    keep_stories(home, 1)
    with read_only(disk):
        for verb in ("extract", "link", "publish"):
            status, said = run(verb)
            assert status == 1
            assert len(said) == 1
            assert str(home) in said[0]
            assert "read-only" in said[0].lower()
    assert run("link") == (0, [])
