"""A stage of the night as a process of its own: within its time, its words in the log, and no harm to the others."""

from __future__ import annotations

import logging
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

GRACE = (60.0, 30.0)  # seconds between the first and second request to end, and between that and the kill
_PIPE_SECONDS = 5.0  # for the last words of a stage that left a process of its own behind


@dataclass(frozen=True, slots=True)
class Stage:
    """A verb of the command line and its time in seconds. `resumable`: what was done stays when it is stopped."""

    name: str
    command: Sequence[str]
    seconds: float
    resumable: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """How a stage ended: `ended` is done, stopped (its time was up, the rest is done next time), failed, or skipped."""

    ended: str
    seconds: float
    error: str = ""


def run_stage(
    stage: Stage, log: logging.Logger, process: Mapping[str, Any], grace: tuple[float, float] = GRACE
) -> Ending:
    """Run the stage to its end, or to the end of its time, and then ask it to end, ask again, and kill it.

    Every line it says goes to `log`. `process` are more arguments of `subprocess.Popen`. An exception here (Ctrl-C,
    SIGTERM) ends the stage the same way before it goes on upwards.
    """
    if stage.seconds <= 0:
        return Ending("skipped", 0.0)
    begun = time.monotonic()
    try:
        child = subprocess.Popen(
            stage.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            **process,
        )
    except OSError as error:
        return Ending("failed", 0.0, str(error))
    words = _Words(stage.name, child.stdout, log)
    try:
        in_time = _wait(child, stage.seconds)
    finally:
        _end(child, grace)
        words.finish()
    return _ending(stage, child.returncode, in_time, round(time.monotonic() - begun, 1), words.last)


def _ending(stage: Stage, status: int, in_time: bool, seconds: float, last_words: str) -> Ending:
    if in_time and status == 0:
        return Ending("done", seconds)
    if not in_time:
        over = f"over its {stage.seconds / 60:g} minutes"
        return Ending("stopped" if stage.resumable else "failed", seconds, over)
    if status < 0:
        return Ending("failed", seconds, f"killed by {_signal_name(-status)}")
    return Ending("failed", seconds, last_words or f"exit status {status}")


class _Words:
    """Passes on what a stage says, line by line, from a thread; `last` is its last line."""

    def __init__(self, name: str, stream: IO[str] | None, log: logging.Logger) -> None:
        self.last = ""
        self._name, self._stream, self._log = name, stream, log
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        for line in self._stream or ():
            if line.strip():
                self.last = line.strip()
                self._log.info("%s | %s", self._name, line.rstrip())

    def finish(self) -> None:
        """Wait for the rest of the words."""
        self._thread.join(_PIPE_SECONDS)
        if self._stream and not self._thread.is_alive():
            self._stream.close()


def _wait(child: subprocess.Popen, seconds: float) -> bool:
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _end(child: subprocess.Popen, grace: tuple[float, float]) -> None:
    for patience in grace:
        if child.poll() is None:
            child.terminate()
            _wait(child, patience)
    if child.poll() is None:
        child.kill()
        child.wait()


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
