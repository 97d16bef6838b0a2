"""Visits held back for a moment: in order, all or none, and before any story."""

import signal
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path

import pytest

from crawler.visit_buffer import MOST, VisitBuffer
from data.archive import Archive
from tests.factories import make_article, make_visit

ROOT = Path(__file__).resolve().parent.parent


class Clock:
    """Keeps what is to be called later."""

    def __init__(self):
        self.waiting = []

    def __call__(self, seconds, function):
        assert 0 < seconds <= 1
        self.waiting.append(function)

    def strike(self):
        waiting, self.waiting = self.waiting, []
        for function in waiting:
            function()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def archive(tmp_path):
    with Archive(tmp_path / "a.db") as opened:
        yield opened


def irrelevant(number, **changes):
    return make_visit(url=f"https://ledger.example/{number}", outcome="irrelevant", **changes)


def stored(archive):
    return [row["url"][-1] for row in archive.db["visits"].rows_where(order_by="rowid")]


def test_a_visit_is_known_at_once_and_written_soon(archive, clock):
    buffer = VisitBuffer(archive, clock)
    buffer.record_visit(irrelevant(1))
    buffer.record_visit(irrelevant(2))
    assert stored(archive) == []
    assert buffer.visit("https://ledger.example/1").outcome == "irrelevant"
    assert buffer.visit("https://ledger.example/3") is None
    assert len(clock.waiting) == 1, "one call for all of them"
    clock.strike()
    assert stored(archive) == ["1", "2"]
    assert buffer.visit("https://ledger.example/2").outcome == "irrelevant"
    buffer.record_visit(irrelevant(3))
    clock.strike()
    assert stored(archive) == ["1", "2", "3"]


def test_no_more_than_so_many_wait(archive, clock):
    buffer = VisitBuffer(archive, clock)
    for number in range(MOST):
        buffer.record_visit(irrelevant(number))
    assert archive.db["visits"].count == MOST


def test_a_story_takes_all_that_came_before_it_to_the_disk(archive, clock):
    buffer = VisitBuffer(archive, clock)
    buffer.record_visit(irrelevant(1))
    article = make_article(url="https://ledger.example/2")
    assert buffer.keep_article(article, make_visit(article), raw=None) == 1
    assert stored(archive) == ["1", "2"]


def test_the_last_word_on_a_page_counts(archive, clock):
    buffer = VisitBuffer(archive, clock)
    buffer.record_visit(irrelevant(1))
    buffer.record_visit(irrelevant(1, status=304))
    assert buffer.visit("https://ledger.example/1").status == 304
    buffer.flush()
    assert archive.visit("https://ledger.example/1").status == 304


def test_what_could_not_be_written_stays_held_and_is_told(archive, clock, caplog):
    buffer = VisitBuffer(archive, clock)
    archive.db.execute(
        "CREATE TRIGGER no BEFORE INSERT ON visits WHEN NEW.url LIKE '%2' BEGIN SELECT raise(ABORT, 'no'); END"
    )
    for number in (1, 2, 3):
        buffer.record_visit(irrelevant(number))
    clock.strike()
    assert "3 visits could not be written yet" in caplog.text
    assert stored(archive) == [], "all or none"
    with pytest.raises(sqlite3.Error):
        buffer.flush()
    assert buffer.visit("https://ledger.example/1") is not None
    archive.db.execute("DROP TRIGGER no")
    buffer.flush()
    assert stored(archive) == ["1", "2", "3"]


def test_a_kill_leaves_a_beginning_of_what_was_noted(tmp_path):
    code = f"""
        import os, signal
        from crawler.visit_buffer import VisitBuffer
        from data.archive import Archive
        from tests.factories import make_visit
        buffer = VisitBuffer(Archive({str(tmp_path / "a.db")!r}), lambda *_: None)
        for number in range({2 * MOST + 50}):
            buffer.record_visit(make_visit(url=f"https://ledger.example/{{number}}"))
        os.kill(os.getpid(), signal.SIGKILL)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=False, cwd=ROOT)
    assert done.returncode == -signal.SIGKILL
    with closing(sqlite3.connect(tmp_path / "a.db")) as db:
        urls = [row[0] for row in db.execute("SELECT url FROM visits ORDER BY rowid")]
    assert urls == [f"https://ledger.example/{number}" for number in range(2 * MOST)]
