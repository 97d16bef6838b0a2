"""A database that another process holds: waited for, then told in one line, and nothing is lost or done twice."""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from data.archive import Archive
from data.errors import StorageError
from data.records import Visit
from data.sample.server import serve_sample
from tests.killing import broken_places, finish, rows, state
from tests.test_kill import KEPT, crawl

IMPATIENT = "import sys, data.archive, tracker; data.archive.BUSY_SECONDS = 1; tracker.main()"
VISIT = Visit("https://ferry.example/1", "herald", "2026-10-20T03:00:00+00:00", "irrelevant", 200)


@contextmanager
def held(database: Path) -> Iterator[None]:
    """Somebody else, who has begun to write and does not come to an end while the block runs."""
    other = sqlite3.connect(database, timeout=10)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.rollback()
        other.close()


def test_writer_waits_for_the_other_and_then_goes_on(tmp_path, monkeypatch):
    with Archive(tmp_path / "archive.db") as archive:
        released = threading.Event()
        taken = threading.Event()

        def hold() -> None:
            with held(tmp_path / "archive.db"):
                taken.set()
                released.wait(10)

        other = threading.Thread(target=hold)
        other.start()
        assert taken.wait(10)
        threading.Timer(0.4, released.set).start()
        begun = time.monotonic()
        archive.record_visit(VISIT)
        assert time.monotonic() - begun > 0.3
        other.join()
        assert archive.visit(VISIT.url) == VISIT


def test_writer_that_waited_in_vain_says_so_and_can_write_afterwards(tmp_path, monkeypatch):
    monkeypatch.setattr("data.archive.BUSY_SECONDS", 0.2)
    with Archive(tmp_path / "archive.db") as archive:
        with held(tmp_path / "archive.db"), pytest.raises(StorageError, match=re.escape(f"{archive.path}: locked: ")):
            archive.record_visit(VISIT)
        assert archive.visit(VISIT.url) is None
        archive.record_visit(VISIT)
        assert archive.visit(VISIT.url) == VISIT


def test_pass_whose_last_word_cannot_be_written_still_raises_its_own_error(tmp_path, monkeypatch):
    monkeypatch.setattr("data.archive.BUSY_SECONDS", 0.2)
    with Archive(tmp_path / "archive.db") as archive:
        with ExitStack() as block, pytest.raises(ZeroDivisionError), archive.run("link"):
            block.enter_context(held(tmp_path / "archive.db"))
            raise ZeroDivisionError
        assert archive.last_run("link")["status"] == "running"
        assert archive.end_dead_runs("link") == 1


@pytest.mark.slow
def test_crawl_ends_with_one_line_and_the_next_one_takes_up_the_pages_in_hand(tmp_path):
    home, undisturbed = tmp_path / "home", tmp_path / "undisturbed"
    with serve_sample() as server:
        finish(crawl(undisturbed, server.proxy_url))
        process = crawl(home, server.proxy_url, program=("-c", IMPATIENT))
        while process.poll() is None and len(rows(home / "archive.db", KEPT)) < 3:
            time.sleep(0.01)
        with held(home / "archive.db"):
            said = process.communicate(timeout=60)[0].splitlines()
        assert process.returncode == 1, said
        assert len(said) == 1, said
        assert said[0].startswith(f"tracker: {home / 'archive.db'}: locked: "), said
        before = len(state(home)["articles"])
        finish(crawl(home, server.proxy_url))
    assert 3 <= before < len(state(home)["articles"])
    assert state(home)["articles"] == state(undisturbed)["articles"]
    assert list(broken_places(home)) == []
