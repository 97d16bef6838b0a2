"""The night: crawl, extract, link, publish, each a process of its own within its own time, and what to say of it.

What a stage did before it failed, was stopped or killed stays done, and the stages after it work on what there is.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.archive import Archive, now
from data.errors import TrackerError
from data.health import verdicts
from data.night_report import NightReport, read_report, report_lines, verdict_lines, write_report
from data.notices import NoticeError, send_notice
from data.public_events import event_ids, remember_events, tell_new_events
from data.stages import Ending, Stage, run_stage

if TYPE_CHECKING:
    from data.settings import Settings

OK, FAILED, BROKEN_SOURCES = 0, 1, 3  # exit statuses
LOG_BYTES, LOG_FILES = 5_000_000, 10
STAGES = {  # name -> whether a stop loses nothing
    "crawl": True,
    "extract": True,
    "link": False,
    "archive": True,
    "publish": False,
}
OPTIONAL = frozenset({"archive"})  # no stage of the night at all unless it is given time
_REPORT, _KNOWN = "last-night.json", "known-events.json"


class NightError(TrackerError):
    """The night could not be begun or told; the message names the file."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the night has to say: its lines, and the exit status (0 ok, 3 some outlets are broken, 1 a stage failed)."""

    lines: list[str]
    status: int


def run_night(
    settings: Settings,
    tracker: Sequence[str],
    process: Mapping[str, Any],
    options: Mapping[str, Sequence[str]] | None = None,
) -> Told:
    """Run the stages one after the other and report. The caller holds the home's lock.

    `tracker` is the command line that a stage's name is added to, `options` what follows the name, `process` what
    `subprocess.Popen` needs for the stages to work under the lock. Writes a `runs` row of stage `night`, the log
    `logs/nightly.log` and `last-night.json`. Raises ArchiveError or NightError where the home cannot be used.
    """
    chosen = options or {}
    stages = [
        Stage(name, [*tracker, name, *chosen.get(name, ())], 60 * getattr(settings, f"{name}_minutes"), resumable)
        for name, resumable in STAGES.items()
        if name not in OPTIONAL or getattr(settings, f"{name}_minutes") > 0
    ]
    try:
        with _log(settings.logs) as log, Archive(settings.archive) as archive:
            return _night(archive, settings, stages, process, log)
    except (OSError, sqlite3.Error) as error:
        raise NightError(f"{settings.home}: {error}") from error


def _night(
    archive: Archive, settings: Settings, stages: Sequence[Stage], process: Mapping[str, Any], log: logging.Logger
) -> Told:
    known = settings.home / _KNOWN
    killed = archive.end_dead_runs()
    if killed:
        log.warning("%d earlier pass%s had been killed; going on from there", killed, "es" if killed > 1 else "")
    remember_events(known, event_ids(settings.public))
    started = now()
    with archive.run("night") as counts:
        stage_rows = {stage.name: _stage(archive, stage, process, log, counts) for stage in stages}
        report = NightReport(
            started=started,
            finished=now(),
            status=OK,
            stages=stage_rows,
            new_events=tell_new_events(settings.public, known),
            sources=[asdict(v) for v in verdicts(archive) if v.verdict != "ok"],
            outlets=len(archive.sources()),
        )
        report.status = _status(report)
        counts |= {"new_events": len(report.new_events), "broken_sources": len(report.broken), "status": report.status}
        write_report(settings.home / _REPORT, report)
    known.unlink(missing_ok=True)  # told: from here on they are no news
    lines = report_lines(report)
    for line in lines:
        log.info("%s", line)
    _notify(settings.notify, lines, log)
    return Told(lines, report.status)


def _notify(addresses: str, lines: Sequence[str], log: logging.Logger) -> None:
    """Send the lines. The night is done and stored by now: an address that fails is no reason for it to fail."""
    if not addresses:
        return
    try:
        failed = send_notice(addresses, lines[0], "\n".join(lines[1:]))
    except NoticeError as error:
        log.error("%s", error)
        return
    for address in failed:
        log.error("the summary could not be sent to %s", address)


def _stage(
    archive: Archive, stage: Stage, process: Mapping[str, Any], log: logging.Logger, counts: dict[str, Any]
) -> dict[str, Any]:
    """Run one stage; returns how it ended and what it counted, which goes into the night's own counts too."""
    before = archive.last_run(stage.name)
    ending = run_stage(stage, log, process)
    archive.end_dead_runs(stage.name)
    row = archive.last_run(stage.name)
    own = row["counts"] if row and row["id"] != (before or {}).get("id") else {}
    _log_ending(stage.name, ending, log)
    counts[stage.name] = {"ended": ending.ended, "seconds": ending.seconds}
    return asdict(ending) | {"counts": own}


def _log_ending(name: str, ending: Ending, log: logging.Logger) -> None:
    level = logging.ERROR if ending.ended == "failed" else logging.INFO
    log.log(level, "%s %s after %.0f s%s", name, ending.ended, ending.seconds, ending.error and f": {ending.error}")


def _status(report: NightReport) -> int:
    if any(stage["ended"] == "failed" for stage in report.stages.values()):
        return FAILED
    return BROKEN_SOURCES if report.broken else OK


@contextmanager
def _log(folder: Path) -> Iterator[logging.Logger]:
    """Plain lines in `nightly.log`, ten files of five megabytes."""
    folder.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        folder / "nightly.log", maxBytes=LOG_BYTES, backupCount=LOG_FILES - 1, encoding="utf-8", errors="replace"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log = logging.getLogger("tracker.nightly")
    log.setLevel(logging.INFO)
    log.propagate = False
    log.addHandler(handler)
    try:
        yield log
    finally:
        log.removeHandler(handler)
        handler.close()


def tell_health(settings: Settings, *, everything: bool = False) -> list[str]:
    """The last night's lines, then every outlet that is not well now; with `everything` the others too.

    Raises NightError where there is no archive yet.
    """
    if not settings.archive.is_file():
        raise NightError(f"{settings.archive} does not exist yet: run `tracker nightly` or `tracker crawl` first")
    report = read_report(settings.home / _REPORT)
    lines = report_lines(report, now()) if report else ["No night has been run here yet."]
    with Archive(settings.archive) as archive:
        return [*lines, "", *verdict_lines(verdicts(archive), everything=everything)]
