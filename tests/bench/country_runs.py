"""Runs of the tracker over the simulated country: started, measured, killed, compared."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import sqlite_utils

from tests.bench.country import ROOT, Asked, Country

PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Run:
    """How a run went: `memory` is the peak of its processes' resident memory in MB, `cpu` their processor seconds."""

    status: int
    output: str
    seconds: float
    memory: float
    cpu: float


def start(home: Path, country: Country, command: Sequence[str], **settings: str) -> subprocess.Popen:
    """Start `python -m <command>` at the country, at once and in a process group of its own."""
    environment = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")} | {
        "TRACKER_HOME": str(home),
        "TRACKER_CONTACT": "bench@tracker.example",
        "TRACKER_DELAY": "0",
        "TRACKER_PER_HOST": "4",
    }
    return subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=environment | country.environment() | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def run(home: Path, country: Country, command: Sequence[str], **settings: str) -> Run:
    """Run it to its end and measure it."""
    begun, before = time.monotonic(), os.times()
    process = start(home, country, command, **settings)
    peak = _Peak(process.pid)
    output = process.communicate()[0]
    seconds, after = time.monotonic() - begun, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Run(process.returncode, output, seconds, peak.finish(), cpu)


class _Peak:
    """Adds up the resident memory of a process and its children five times a second."""

    def __init__(self, pid: int) -> None:
        self._pid, self._most, self._over = pid, 0, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._over.wait(0.2):
            self._most = max(self._most, sum(_resident(pid) for pid in _family(self._pid)))

    def finish(self) -> float:
        """The peak in MB."""
        self._over.set()
        self._thread.join()
        return self._most / 1e6


def _family(pid: int) -> list[int]:
    """The process and what it started, by their session (proc(5), field 6)."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and int(_stat(entry)[3]) == pid:
                found.append(int(entry.name))
    return found


def _stat(entry: Path) -> list[str]:
    return (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()


def _resident(pid: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * PAGE
    return 0


def stories(log: Sequence[Asked]) -> list[Asked]:
    """The story pages that were sent."""
    return [asked for asked in log if asked.is_story and asked.status == 200]


def pace(log: Sequence[Asked]) -> float:
    """Story pages a second, from the first to the last of them."""
    sent = stories(log)
    return len(sent) / max(sent[-1].at - sent[0].at, 0.001) if sent else 0.0


# --- kills ---------------------------------------------------------------------------------------------------------


def disturbed_crawl(
    home: Path, country: Country, registry: Path, kills: int, seconds: tuple[float, float], seed: int
) -> tuple[int, int]:
    """Crawl the country, kill the crawl at `kills` random moments (`seconds` after its start), and let it end.

    Returns how many kills struck a crawl at work, and how many of these between its first page and its end.
    """
    chance = random.Random(seed)
    struck = midway = 0
    for _ in range(kills):
        process = start(home, country, ["tracker", "crawl", "--registry", str(registry)])
        time.sleep(chance.uniform(*seconds))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            struck += 1
            midway += 0 < visited(home) < country.outlets * country.pages
        process.communicate()
    last = run(home, country, ["tracker", "crawl", "--registry", str(registry)])
    assert last.status == 0, last.output
    return struck, midway


def visited(home: Path) -> int:
    """Pages of stories that the archive knows how they ended."""
    file = home / "archive.db"
    if not file.exists():
        return 0
    db = sqlite_utils.Database(file)
    try:
        return db["visits"].count_where("outcome IN ('kept', 'irrelevant')") if db["visits"].exists() else 0
    finally:
        db.close()


def read_and_link(home: Path, country: Country) -> None:
    """`tracker extract` and `tracker link`; no story may be one that the extraction fails on."""
    for verb in ("extract", "link"):
        done = run(home, country, ["tracker", verb])
        assert done.status == 0, done.output
        assert verb != "extract" or ", 0 failed" in done.output, done.output


def articles(home: Path) -> list[tuple]:
    """Every kept story: address, title, text, version."""
    return _rows(home, "SELECT url, title, text, version FROM articles ORDER BY url")


def events(home: Path) -> list[tuple]:
    """Every event, with the stories that report it."""
    return _rows(
        home,
        """SELECT events.id, events.type, events.status, events.date, events.place_id, events.reports_count,
                  (SELECT group_concat(url) FROM (SELECT articles.url FROM reports JOIN articles
                   ON articles.id = reports.article_id WHERE reports.event_id = events.id ORDER BY articles.url))
           FROM events WHERE reports_count > 0 ORDER BY events.id""",
    )


def outcomes(home: Path) -> dict[str, int]:
    """How many pages ended how."""
    return dict(_rows(home, "SELECT outcome, count(*) FROM visits GROUP BY outcome"))


def _rows(home: Path, query: str) -> list[tuple]:
    db = sqlite_utils.Database(home / "archive.db")
    try:
        return db.execute(query).fetchall()
    finally:
        db.close()
