"""The errors that the command line shows as a plain line; every stage's own errors derive from the first."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
_SCARCE = 256 * 1024  # bytes free, below which SQLite's vaguer words (it could not open, could not write) mean this
_SQLITE = {
    sqlite3.SQLITE_FULL: "disk full",
    sqlite3.SQLITE_BUSY: "locked: another process has been writing to it all the while",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_READONLY: "cannot be written: it, its folder or its disk is read-only",
}
_VAGUE = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN})


class TrackerError(Exception):
    """Bad input or a failed stage; the message names the file, line, URL or key."""


class StorageError(TrackerError):
    """A file of ours cannot be written: disk full, locked, read-only, broken. The message names file and reason."""


@contextmanager
def storing(file: Path) -> Iterator[None]:
    """Raise what the system or SQLite says of the disk, while `file` is written, as a StorageError that names it."""
    try:
        yield
    except OSError as error:
        raise StorageError(f"{file}: {reason_of(error)}") from error
    except sqlite3.OperationalError as error:
        code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF  # the primary one (sqlite.org/rescode.html)
        if code not in _SQLITE and code not in _VAGUE:
            raise  # a fault of ours, in the SQL
        reason = "disk full" if code in _VAGUE and _is_full(file) else _SQLITE.get(code, str(error))
        raise StorageError(f"{file}: {reason}") from error


def reason_of(error: OSError) -> str:
    """What the system says, in its words, but for a full disk or quota, which is told in ours."""
    return "disk full" if error.errno in _NO_ROOM else error.strerror or str(error)


def _is_full(file: Path) -> bool:
    try:
        room = os.statvfs(file.parent)
    except OSError:
        return False
    return room.f_bavail * room.f_frsize < _SCARCE
