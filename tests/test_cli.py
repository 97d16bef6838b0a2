"""The command line: help, exit statuses, one clear line for an error."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import tracker

ROOT = Path(__file__).resolve().parent.parent


def run(*arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess:
    import os

    return subprocess.run(
        [sys.executable, "-m", "tracker", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=os.environ | environment,
        check=False,
    )


def test_every_verb_has_help_and_stands_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, command in tracker.cli.commands.items():
        assert command.help, name
        assert f"`tracker {name}" in readme, f"README does not tell of `tracker {name}`"


def test_every_setting_stands_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    from data.settings import Settings

    for field in Settings.__dataclass_fields__:
        if field != "home":
            assert re.search(rf"`{field}`", readme), field


def test_wrong_usage_is_exit_status_2(home):
    assert run("crawl", "--since", "yesterday").returncode == 2
    assert run("nonsense").returncode == 2
    assert run("extract", "--out", "x").returncode == 2


def test_a_crawl_without_a_contact_says_which_key_to_set(tmp_path):
    done = run("crawl", TRACKER_HOME=str(tmp_path), TRACKER_CONTACT="")
    assert done.returncode == 1
    assert "contact" in done.stderr
    assert "Traceback" not in done.stderr


def test_serving_nothing_says_what_to_do(tmp_path):
    done = run("serve", TRACKER_HOME=str(tmp_path))
    assert done.returncode == 1
    assert "tracker publish" in done.stderr


def test_a_bad_settings_file_is_one_line(tmp_path):
    (tmp_path / "tracker.toml").write_text("delya = 3")
    done = run("link", TRACKER_HOME=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "delya" in done.stderr


def test_the_registry_is_listed_by_state():
    done = run("sources", "list", "--state", "NM")
    assert done.returncode == 0
    assert "sf-new-mexican" in done.stdout
    assert all(line.startswith("NM") for line in done.stdout.splitlines())


def test_extract_keeps_order_and_names_bad_lines(tmp_path, home):
    story = {"url": "http://a.example/1", "title": "", "text": "The library opens at nine.", "published": None}
    source = tmp_path / "in.jsonl"
    source.write_text("\n".join([json.dumps(story), "{broken", json.dumps({"url": "x"}), json.dumps(story)]) + "\n")
    done = run("extract", str(source), "--out", str(tmp_path / "out.jsonl"), cwd=tmp_path)
    answers = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert done.returncode == 1
    assert ["error" in a for a in answers] == [False, True, True, False]
    assert answers[0]["relevant"] is False


@pytest.mark.parametrize("verb", ["link", "publish"])
def test_the_command_works_from_any_directory_on_an_empty_archive(tmp_path, verb):
    done = run(verb, cwd=tmp_path, TRACKER_HOME=str(tmp_path / "home"))
    assert done.returncode == 0, done.stderr
