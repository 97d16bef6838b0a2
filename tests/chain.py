"""Helpers of the end-to-end tests: the crawl verb as a process of its own on the sample outlets."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import sqlite_utils

import data.sample

REGISTRY = Path(data.sample.__file__).with_name("sources.csv")


def start_crawl(home: Path, proxy_url: str) -> subprocess.Popen:
    """Start `tracker crawl` on the sample outlets behind `proxy_url`."""
    command = [sys.executable, "-m", "tracker", "crawl", "--registry", str(REGISTRY), "--since", "2026-01-01"]
    environment = {k: v for k, v in os.environ.items() if k.lower() != "no_proxy"} | {
        "TRACKER_HOME": str(home),
        "TRACKER_CONTACT": "tests@tracker.example",
        "TRACKER_DELAY": "0.02",
        "http_proxy": proxy_url,
    }
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )


def crawl(home: Path, proxy_url: str) -> str:
    """Crawl to the end; returns the output, fails with it where the exit status is not 0."""
    process = start_crawl(home, proxy_url)
    output = process.communicate(timeout=300)[0]
    assert process.returncode == 0, output
    return output


def kept_articles(home: Path) -> list[tuple[str, str, str]]:
    """Every article of the archive as (url, title, text), sorted."""
    db = sqlite_utils.Database(home / "archive.db")
    return sorted((r["url"], r["title"], r["text"]) for r in db["articles"].rows)
