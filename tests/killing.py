"""SIGKILL at chosen moments, and what must be true of a home afterwards: for the tests here and for longer runs."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator

from data.warc_records import read_answers

TRACKER = ("-m", "tracker")
PATIENCE = 120  # seconds within which any of these processes ends
# What a kill may not change: moments of reading and the numbers that rows happen to have are left out.
EVENTS = """SELECT id, type, status, date, place_id, agreement_type, agreement_name, counterparty, direction, stance,
    form, votes_for, votes_against, confidence, reports_count, outlets_count
    FROM events WHERE reports_count > 0 ORDER BY id"""
REPORTS = """SELECT articles.url, reports.ordinal, reports.event_id, reports.type, reports.evidence
    FROM reports JOIN articles ON articles.id = reports.article_id ORDER BY 1, 2"""
ARTICLES = "SELECT url, version, title, text, published FROM articles ORDER BY url"


def start(home: Path, *verb: str, program: Sequence[str] = TRACKER, **environment: str) -> subprocess.Popen:
    """Start `tracker <verb>` in `home`, in a process group of its own; its words go to one pipe.

    `program` is what follows `python`, `environment` what is set besides.
    """
    inherited = {name: value for name, value in os.environ.items() if name.lower() != "no_proxy"}
    return subprocess.Popen(
        [sys.executable, *program, *verb],
        env=inherited | {"TRACKER_HOME": str(home), "TRACKER_CONTACT": "tests@tracker.example"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def finish(process: subprocess.Popen) -> str:
    """Wait for the end and return the words; fails with them where the exit status is not 0."""
    words = process.communicate(timeout=PATIENCE)[0]
    assert process.returncode == 0, words
    return words


def kill_after(process: subprocess.Popen, seconds: float) -> bool:
    """Kill the process and its children once `seconds` have passed; whether they were still at work then."""
    return kill_when(process, lambda: False, seconds)


def kill_when(process: subprocess.Popen, condition: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Kill the process and its children as soon as `condition` holds, or after `seconds`; whether it was at work."""
    end = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < end and not condition():
        time.sleep(0.01)
    struck = process.poll() is None
    if struck:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return struck


def rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query, none while there is no such database or table yet."""
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as db:
            return db.execute(query).fetchall()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error) or "unable to open" in str(error):
            return []
        raise


def state(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What the archive of `home` holds, in a form that two homes can be compared by."""
    return {
        query.partition(" FROM ")[2].split()[0]: rows(home / "archive.db", query)
        for query in (ARTICLES, EVENTS, REPORTS)
    }


def broken_places(home: Path) -> Iterator[str]:
    """The articles whose raw page is not at the place that the archive tells; may be asked at any moment."""
    for url, file, offset in rows(home / "archive.db", "SELECT url, warc_file, warc_offset FROM articles"):
        try:
            answer = next(read_answers(home / "warc" / file, offset), None)
        except OSError as error:
            yield f"{url}: {error}"
            continue
        if answer is None or not answer.body:
            yield f"{url}: no answer at {file}@{offset}"


def broken_warcs(home: Path) -> Iterator[str]:
    """The WARC files that another tool would not read to their end; none once a crawl has begun after the kill."""
    for path in sorted((home / "warc").glob("*.warc.gz")):
        try:
            with path.open("rb") as file:
                kinds = [r.rec_type for r in ArchiveIterator(file, check_digests="raise") if r.content_stream().read()]
        except Exception as error:  # warcio raises what the bytes provoke
            yield f"{path.name}: {type(error).__name__}: {error}"
            continue
        if kinds[:1] != ["warcinfo"]:
            yield f"{path.name}: begins with {kinds[:1]}"


def is_sound(database: Path) -> bool:
    """Whether the database is whole, by SQLite's own check."""
    return rows(database, "PRAGMA integrity_check") == [("ok",)] and not rows(database, "PRAGMA foreign_key_check")
