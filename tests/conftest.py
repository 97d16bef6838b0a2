"""What many tests share: a home of their own, the loaded pipeline, the browser."""

from __future__ import annotations

import os
import shutil
from functools import lru_cache
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.crawling import MemoryArchive, small_web

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty TRACKER_HOME for one test."""
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def web():
    """A small web on loopback, without pages yet."""
    with small_web({}) as served:
        yield served


@pytest.fixture
def archive():
    """An archive in memory, for what the crawler hands over."""
    return MemoryArchive()


@pytest.fixture(scope="session")
def extractor():
    """The pipeline, loaded once for the whole run."""
    from nlp.pipeline import load_pipeline

    return load_pipeline()


NO_BROWSER = (
    "NO BROWSER: the site's browser tests did not run; install Chromium, or `python -m playwright install chromium`"
)


@lru_cache(maxsize=1)
def chromium_path() -> str | None:
    """The system's Chromium or Chrome, else Playwright's own, else None."""
    system = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
    if system:
        return system
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict:
    """How pytest-playwright starts the browser: headless, as root, without any request of its own."""
    quiet = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    quiet += ["--disable-component-update", "--disable-sync"]
    return {"args": quiet, "headless": True, "executable_path": chromium_path()}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast ones first: the whole chain and the browser come last. In CI a missing browser is a failure, not a skip."""
    items.sort(key=lambda item: bool(item.get_closest_marker("slow")) * 2 + bool(item.get_closest_marker("browser")))
    if os.environ.get("CI") or not any(item.get_closest_marker("browser") for item in items) or chromium_path():
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=NO_BROWSER))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly that the browser tests were left out."""
    if any(NO_BROWSER in str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])):
        terminalreporter.section(NO_BROWSER, sep="!", red=True, bold=True)
