"""What operators copy: it parses, its times fit the stages', and every verb, option and setting in it exists."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import click
import pytest
import yaml

import tracker
from data.night import BROKEN_SOURCES, STAGES
from data.settings import Settings
from data.stages import GRACE

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "crawler" / "deploy"
TEXTS = sorted(file for file in DEPLOY.iterdir() if file.is_file())
DEFAULTS = Settings(home=Path("home"))


def unit(name: str) -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(interpolation=None, delimiters=("=",), comment_prefixes=("#",), strict=True)
    parsed.optionxform = str
    parsed.read_string((DEPLOY / name).read_text(encoding="utf-8"))
    return parsed


def seconds(told: str) -> float:
    """A systemd time span of one number and one unit."""
    number, one = re.fullmatch(r"(\d+)(h|min|s|)", told).groups()
    return int(number) * {"h": 3600, "min": 60, "s": 1, "": 1}[one]


def workflow() -> dict:
    return yaml.safe_load((DEPLOY / "github-actions.yml").read_text(encoding="utf-8"))


def steps() -> dict[str, dict]:
    return {step.get("name", step.get("uses")): step for step in workflow()["jobs"]["night"]["steps"]}


# every verb, option and setting that is named


def commands(text: str) -> list[list[str]]:
    """What stands behind `tracker` where it is called: in a path, at the beginning of a line or of a code span."""
    found = re.findall(r"(?:bin/|`|^\s*)tracker( [a-z][^`\n>|;&)]*)", text, re.MULTILINE)
    return [shlex.split(rest) for rest in found]


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.name)
def test_every_verb_and_option_exists(file):
    for verb, *arguments in commands(file.read_text(encoding="utf-8")):
        command = tracker.cli.commands.get(verb)
        assert command is not None, f"{file.name}: tracker {verb}"
        for argument in arguments:
            if isinstance(command, click.Group) and argument in command.commands:
                command = command.commands[argument]
            elif argument.startswith("-"):
                assert any(argument in option.opts for option in command.params), f"{file.name}: {verb} {argument}"


def test_the_verbs_are_found_where_they_are_called():
    assert commands("ExecStart=/opt/x/bin/tracker nightly --registry x") == [["nightly", "--registry", "x"]]
    assert commands("run `tracker publish` once") == [["publish"]]
    assert sum(len(commands(file.read_text(encoding="utf-8"))) for file in TEXTS) >= 7


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.name)
def test_every_setting_exists(file):
    known = {f"TRACKER_{name.upper()}" for name in Settings.__dataclass_fields__} | {"TRACKER_SPACY_MODEL"}
    assert set(re.findall(r"\bTRACKER_[A-Z_]+\b", file.read_text(encoding="utf-8"))) <= known


def test_every_file_is_told_of_and_every_file_told_of_exists():
    told = (DEPLOY / "README.md").read_text(encoding="utf-8")
    for file in TEXTS:
        assert file.name == "README.md" or f"`{file.name}`" in told
    for path in re.findall(r"crawler/deploy/([\w.-]+)", told):
        assert (DEPLOY / path).exists(), path


# systemd


def test_the_service_gives_the_night_its_time_and_knows_its_statuses():
    service = unit("tracker-nightly.service")["Service"]
    assert service["Type"] == "oneshot"
    assert service["SuccessExitStatus"].split() == [str(BROKEN_SOURCES)]
    assert seconds(service["TimeoutStopSec"]) > sum(GRACE) + 30
    stages = sum(60 * getattr(DEFAULTS, f"{name}_minutes") + sum(GRACE) for name in STAGES)
    assert seconds(service["TimeoutStartSec"]) > stages + 30 * 60
    assert service["KillMode"] == "mixed", "the night ends its stage itself"


def test_the_service_may_write_its_home_alone():
    service = unit("tracker-nightly.service")["Service"]
    assert service["User"] not in ("root", "")
    home = f"/var/lib/{service['StateDirectory']}"
    assert f"TRACKER_HOME={home}" in service["Environment"].split()
    for key, value in {"ProtectSystem": "strict", "ProtectHome": "yes", "NoNewPrivileges": "yes"}.items():
        assert service[key] == value
    assert service["CapabilityBoundingSet"] == ""
    assert "ReadWritePaths" not in service


def test_the_timer_makes_up_for_missed_nights_and_spreads_the_load():
    timer = unit("tracker-nightly.timer")
    assert timer["Timer"]["Persistent"] == "true"
    assert seconds(timer["Timer"]["RandomizedDelaySec"]) >= 600
    assert (DEPLOY / timer["Timer"]["Unit"]).exists()
    assert timer["Install"]["WantedBy"] == "timers.target"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_accepts_the_units(tmp_path):
    program = tmp_path / "tracker"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for file in ("tracker-nightly.service", "tracker-nightly.timer"):
        text = (DEPLOY / file).read_text(encoding="utf-8")
        (tmp_path / file).write_text(text.replace("/opt/sanctuary-tracker/.venv/bin/tracker", str(program)))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(str(f) for f in tmp_path.glob("tracker-nightly.*"))],
        capture_output=True, text=True, check=False, env=os.environ | {"SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
    )  # fmt: skip
    ours = [line for line in done.stderr.splitlines() if "tracker-nightly" in line]
    assert not ours, "\n".join(ours)


# cron


def test_the_cron_line_has_five_times_a_user_and_the_verb():
    lines = (DEPLOY / "tracker.cron").read_text(encoding="utf-8").splitlines()
    told = [line for line in lines if line and not line.startswith("#")]
    settings = [line for line in told if re.fullmatch(r"[A-Z_]+=\S+", line)]
    (line,) = [line for line in told if line not in settings]
    minute, hour, *days, user, program, verb = line.split()
    assert 0 <= int(minute) <= 59
    assert 0 <= int(hour) <= 23
    assert days == ["*", "*", "*"]
    assert user != "root"
    assert program.endswith("/bin/tracker")
    assert verb == "nightly"
    assert "%" not in line, "cron reads a percent sign as the end of the line"
    assert any(setting.startswith("TRACKER_HOME=/") for setting in settings)


# GitHub Actions


def test_the_workflow_asks_for_no_right_to_write():
    told = workflow()
    assert told["permissions"] == {"contents": "read", "actions": "read"}
    assert "permissions" not in told["jobs"]["night"]
    assert told["concurrency"]["cancel-in-progress"] is False
    assert steps()["actions/checkout@v4"]["with"]["persist-credentials"] is False


def test_no_script_of_the_workflow_holds_an_expression():
    for name, step in steps().items():
        assert "${{" not in step.get("run", ""), f"{name}: an expression in a script is code from elsewhere"


def test_the_workflows_stages_fit_its_time():
    job = workflow()["jobs"]["night"]
    minutes = sum(
        float(job["env"].get(f"TRACKER_{name.upper()}_MINUTES", getattr(DEFAULTS, f"{name}_minutes")))
        for name in STAGES
    )
    assert minutes + len(STAGES) * sum(GRACE) / 60 + 20 < job["timeout-minutes"] < 360


def run_script(name: str, tmp_path: Path, **programs: str) -> subprocess.CompletedProcess:
    """The script of a step, with stand-ins for the programs that it calls."""
    bin_dir = tmp_path / "bin"
    bin_dir.mkdir(exist_ok=True)
    for program, body in programs.items():
        (bin_dir / program).write_text(f"#!/bin/sh\n{body}\n")
        (bin_dir / program).chmod(0o755)
    step = steps()[name]
    (tmp_path / "script").write_text(step["run"])
    shell = step.get("shell", "bash -e {0}").replace("{0}", str(tmp_path / "script")).split()
    environment = {
        "PATH": f"{bin_dir}:{os.environ['PATH']}", "RUNNER_TEMP": str(tmp_path), "REPOSITORY": "a/b",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"), "TRACKER_HOME": str(tmp_path / "home"),
    }  # fmt: skip
    return subprocess.run(shell, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("status", "passes", "warns"), [(0, True, False), (3, True, True), (1, False, False), (2, False, False)]
)
def test_a_night_with_broken_outlets_passes_with_a_warning(tmp_path, status, passes, warns):
    done = run_script("The night", tmp_path, tracker=f"echo 'The night of X'; exit {status}")
    assert done.returncode == (0 if passes else status), done.stderr
    assert ("::warning::" in done.stdout) is warns
    assert "The night of X" in (tmp_path / "summary.md").read_text()


def test_the_first_night_begins_empty_and_a_failed_download_ends_the_job(tmp_path):
    name = "Fetch last night's database"
    first = run_script(name, tmp_path, gh="exit 0")
    assert (first.returncode, "no earlier night" in first.stdout) == (0, True)
    assert (tmp_path / "home").is_dir()
    fetches = 'case "$1" in api) echo 287;; run) echo "$@" > fetched;; esac'
    assert run_script(name, tmp_path, gh=fetches).returncode == 0
    assert "download 287 --repo a/b --name tracker-home" in (tmp_path / "fetched").read_text()
    assert run_script(name, tmp_path, gh='test "$1" = api && echo 287').returncode != 0
    assert run_script(name, tmp_path, gh="exit 1").returncode != 0


def test_the_database_is_kept_also_of_a_night_that_failed():
    kept = steps()["Keep the database"]
    assert "!cancelled()" in kept["if"]
    assert kept["with"]["name"] == "tracker-home"
    paths = kept["with"]["path"].split()
    assert "home/*.db" in paths
    assert not any("warc" in path for path in paths), "it would grow from night to night"
