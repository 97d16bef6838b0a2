"""SIGKILL at random moments, and the same command again: the same articles and events as an undisturbed run."""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest

from commands.steps import extract_archive, link_archive, publish_archive
from data.archive import Archive
from data.gazetteer import load_gazetteer
from data.records import Article, Visit
from data.sample.gold import gold_rows
from data.sample.server import serve_sample
from data.settings import Settings, load_settings
from tests.chain import REGISTRY
from tests.killing import broken_places, broken_warcs, finish, is_sound, kill_after, kill_when, rows, start, state

SEED = 20180727
KILLS = 10
STORIES = 20  # read in batches
OUTLETS = ("rio-grande-standard", "twin-ports-daily", "snake-river-times", "shoreline-radio", "old-dominion-gazette")
KEPT = "SELECT id FROM articles"
READ = "SELECT id FROM articles WHERE read_by IS NOT NULL"
EVENTS_SHOWN = "SELECT id, title, summary, place_id FROM events ORDER BY id"

pytestmark = pytest.mark.slow


def crawl(home: Path, proxy_url: str, **changes: Any) -> Popen:
    """Start a crawl of a few sample outlets."""
    chosen = [word for outlet in OUTLETS for word in ("--source", outlet)]
    verb = ("crawl", "--registry", str(REGISTRY), "--since", "2026-01-01", *chosen)
    return start(home, *verb, TRACKER_DELAY="0.02", http_proxy=proxy_url, **changes)


def test_ten_kills_of_the_crawl_lose_nothing_and_keep_nothing_twice(tmp_path):
    undisturbed, killed = tmp_path / "undisturbed", tmp_path / "killed"
    with serve_sample() as server:
        begun = time.monotonic()
        finish(crawl(undisturbed, server.proxy_url))
        whole = time.monotonic() - begun
    chance = random.Random(SEED)
    struck = 0
    with serve_sample() as server:
        for number in range(KILLS):
            process = crawl(killed, server.proxy_url)
            if number % 2:
                struck += kill_after(process, chance.uniform(0.3, 1.0) * whole)
            else:
                more = len(rows(killed / "archive.db", KEPT)) + chance.randint(1, 4)
                struck += kill_when(process, lambda more=more: len(rows(killed / "archive.db", KEPT)) >= more)
            assert list(broken_places(killed)) == []
        finish(crawl(killed, server.proxy_url))
    assert struck >= 2, "the crawl was over before it could be killed: the test proves nothing"
    assert state(killed)["articles"] == state(undisturbed)["articles"]
    assert len(state(killed)["articles"]) > 20
    assert max(Counter(url for url, *_ in state(killed)["articles"]).values()) == 1
    assert list(broken_places(killed)) == []
    assert list(broken_warcs(killed)) == []
    assert list((killed / "warc").glob(".*.open")) == []


def keep_stories(home: Path, number: int = STORIES) -> None:
    """An archive of a few sample stories, none of them read yet."""
    with Archive(home / "archive.db") as archive:
        for row in gold_rows(revision=1)[:number]:
            article = Article(row["url"], row["title"], row["text"], published=row.get("published"))
            archive.keep_article(article, Visit(row["url"], "", "2026-10-20T03:00:00+00:00", "kept", 200))


@pytest.fixture
def undisturbed(tmp_path, extractor):
    """A home in which every stage ran once, to its end."""
    settings = Settings(home=tmp_path / "undisturbed")
    keep_stories(settings.home)
    with Archive(settings.archive) as archive:
        extract_archive(archive, extractor)
        link_archive(archive)
        publish_archive(archive, settings, sample=False)
    return settings.home


def test_kills_of_extract_link_and_publish_change_nothing(tmp_path, undisturbed):
    home = tmp_path / "killed"
    keep_stories(home)
    cache = load_settings().home / "cache"
    load_gazetteer(cache)
    shutil.copytree(cache, home / "cache")  # the places, compiled once
    chance = random.Random(SEED)
    for read in sorted(chance.sample(range(1, STORIES - 8), 2)):  # moments with work done and work to do
        process = start(home, "extract")
        assert kill_when(process, lambda read=read: len(rows(home / "archive.db", READ)) >= read), "never got so far"
        assert is_sound(home / "archive.db")
    assert 0 < len(rows(home / "archive.db", READ)) < STORIES
    finish(start(home, "extract"))
    shutil.copytree(home, tmp_path / "other")  # to tell how long a stage takes, and the disk caches it
    for verb in ("link", "publish"):
        begun = time.monotonic()
        finish(start(tmp_path / "other", verb))
        whole = time.monotonic() - begun
        struck = sum(kill_after(start(home, verb), chance.uniform(0.5, 1.0) * whole) for _ in range(3))
        assert struck, f"{verb} was over before it could be killed: the test proves nothing"
        assert is_sound(home / "archive.db")
        finish(start(home, verb))
    assert state(home) == state(undisturbed)
    assert len(state(home)["events"]) >= 5
    assert is_sound(home / "tracker.db")
    assert rows(home / "tracker.db", EVENTS_SHOWN) == rows(undisturbed / "tracker.db", EVENTS_SHOWN)
    assert [path.name for path in home.glob(".tracker.db.*")] == [".tracker.db.lock"]
