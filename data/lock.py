"""One worker at a time in a home: two crawls at once would ask every server twice, two links would join twice.

The lock is `flock` on a file, so the system frees it when its process dies, however it dies. The file tells who holds
it: process id, when that process began, the verb. That settles the one case in which the lock outlives its owner, an
orphan that inherited the open file: where no holder told is alive any more, the file is replaced and the lock with it.
A stage that a night starts inherits the night's lock and enters itself as a holder, so that a night killed alone
leaves the home locked until its stage is done.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data.errors import TrackerError, reason_of

FILE = "tracker.lock"
VARIABLE = "TRACKER_LOCK_FD"  # tells a stage of the night which open file holds the lock for it
_PROC = Path("/proc")


class LockError(TrackerError):
    """Another tracker works in this home, or the lock's file cannot be used; the message says which."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who works in a home. `begun` is when the process started, in the system's own clock ticks ("" where untold);
    `machine` tells where its `pid` means anything; `since` is an ISO timestamp in UTC."""

    pid: int
    begun: str
    machine: str
    verb: str
    since: str


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock that is held; `handle` is the open file behind it."""

    handle: int

    def inheritance(self) -> dict[str, Any]:
        """Arguments of `subprocess.Popen` under which the child works under this lock."""
        return {"pass_fds": (self.handle,), "env": os.environ | {VARIABLE: str(self.handle)}}


@contextmanager
def hold(home: Path, verb: str) -> Iterator[Lock]:
    """Hold the lock of `home` (made where it is missing) while the block runs, as `tracker <verb>`.

    Raises LockError, at once, where another process holds it.
    """
    file = home / FILE
    try:
        home.mkdir(parents=True, exist_ok=True)
        with _guard(file):
            handle = _take(file, verb)
    except OSError as error:
        raise LockError(f"{file}: {reason_of(error)}") from error
    try:
        yield Lock(handle)
    finally:
        os.close(handle)


@contextmanager
def _guard(file: Path) -> Iterator[None]:
    """Between looking at the lock and entering oneself nobody else does: held for a moment only."""
    with file.with_name(file.name + ".guard").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        yield


def _take(file: Path, verb: str) -> int:
    inherited = _inherited(file)
    if inherited is not None:
        _enter(inherited, [*_holders(file), _me(verb)])
        return inherited
    handle = _locked(file)
    if handle is None:
        holders = _holders(file)
        living = [holder for holder in holders if not is_dead(holder)]
        if living or not holders:
            raise LockError(_refusal(file.parent, living))
        file.unlink()
        handle = _locked(file)
    if handle is None:
        raise LockError(_refusal(file.parent, []))
    try:
        _enter(handle, [_me(verb)])
    except OSError:
        os.close(handle)
        raise
    return handle


def _locked(file: Path) -> int | None:
    """The open file with its lock, None where another process has it."""
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    except OSError:
        os.close(handle)
        raise
    return handle


def _inherited(file: Path) -> int | None:
    """The open file that the night handed down, where it is this home's lock."""
    told = os.environ.pop(VARIABLE, "")
    if not told.isdecimal():
        return None
    handle = int(told)
    with suppress(OSError):  # no such open file, no such lock, or not ours: then it is taken in the ordinary way
        if os.path.samestat(os.fstat(handle), file.stat()):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.set_inheritable(handle, False)
            return handle
    return None


def _enter(handle: int, holders: list[Holder]) -> None:
    os.ftruncate(handle, 0)
    os.pwrite(handle, "".join(json.dumps(asdict(holder)) + "\n" for holder in holders).encode(), 0)


def _holders(file: Path) -> list[Holder]:
    """Who the file says holds the lock; empty where it cannot be read as one of ours."""
    try:
        return [Holder(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError, TypeError):
        return []


def _me(verb: str) -> Holder:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    return Holder(os.getpid(), _begun(os.getpid()) or "", _machine(), verb, since)


def _refusal(home: Path, holders: list[Holder]) -> str:
    if not holders:
        return f"{home}: another tracker is at work here"
    told = " and ".join(f"`tracker {h.verb}` (process {h.pid}, since {h.since})" for h in holders)
    return f"{home}: {told} {'is' if len(holders) == 1 else 'are'} at work here; nothing was done"


def is_dead(holder: Holder) -> bool:
    """Whether the holder's process is known to be over. What cannot be known (another machine) counts as alive."""
    if holder.machine != _machine():
        return False
    if _PROC.joinpath("self", "stat").exists():
        return _begun(holder.pid) != holder.begun
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _begun(pid: int) -> str | None:
    """When the process started, in clock ticks since the system did (proc(5), field 22); None for one that is over."""
    try:
        fields = (
            _PROC.joinpath(str(pid), "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        )
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields[19]


def _machine() -> str:
    """Where process ids mean the same: the host, since it was started, and within it the container."""
    parts = [socket.gethostname()]
    with suppress(OSError):
        parts.append(_PROC.joinpath("sys", "kernel", "random", "boot_id").read_text(encoding="ascii").strip())
    with suppress(OSError):
        parts.append(str(_PROC.joinpath("self", "ns", "pid").readlink()))
    return "/".join(parts)
