"""What many tests share: a home of their own, the loaded pipeline, the browser."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty TRACKER_HOME for one test."""
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="session")
def extractor():
    """The pipeline, loaded once for the whole run."""
    from nlp.pipeline import load_pipeline

    return load_pipeline()


def chromium_path() -> str | None:
    """The system's Chromium or Chrome, else None (Playwright then tries its own)."""
    return next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict:
    """How pytest-playwright starts the browser: headless, as root, without any request of its own."""
    quiet = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    quiet += ["--disable-component-update", "--disable-sync"]
    path = chromium_path()
    return {"args": quiet, "headless": True, **({"executable_path": path} if path else {})}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast ones first: the whole chain and the browser come last."""
    items.sort(key=lambda item: bool(item.get_closest_marker("slow")) * 2 + bool(item.get_closest_marker("browser")))
