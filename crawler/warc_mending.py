"""WARC files that their writer left torn: a crash, a kill or a power cut in the middle of a record.

Beside the file that it writes a process keeps a marker, which says how far the file is known to be whole, and holds a
lock on it. A marker without that lock tells of a writer that died. Only what lies behind the place marked is looked
at, and only a record that is not whole is cut off, so mending takes no longer for a large file than for a small one.
"""

from __future__ import annotations

import fcntl
import logging
import os
import zlib
from pathlib import Path
from typing import BinaryIO

from data.errors import storing

_BLOCK = 64 * 1024
_DIGITS = 20

logger = logging.getLogger(__name__)


class Marker:
    """The sign that `warc` is being written. Made before the file is, removed after it has been closed."""

    def __init__(self, path: Path, handle: int) -> None:
        self._path = path
        self._handle = handle

    @classmethod
    def create(cls, warc: Path) -> Marker:
        """Mark `warc`, which need not be there yet. Raises OSError."""
        path = _marker_of(warc)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.pwrite(handle, _whole_to(0), 0)  # now, so that a full disk is told before there is a file
        except OSError:
            os.close(handle)
            path.unlink()
            raise
        return cls(path, handle)

    def note(self, whole: int) -> None:
        """The file is whole, and on the disk, up to the byte `whole`."""
        os.pwrite(self._handle, _whole_to(whole), 0)  # needs no sync: an older place is as good, only farther back

    def release(self) -> None:
        """Leave the marker where it is, for `mend` to find."""
        os.close(self._handle)

    def remove(self) -> None:
        """The file is closed and whole."""
        self._path.unlink(missing_ok=True)
        os.close(self._handle)


def mend(folder: Path) -> int:
    """Cut the torn last records off the WARC files in `folder` whose writers are dead; returns how many were torn.

    A file that is being written is left alone; one that does not hold a single whole record is removed. Raises
    StorageError where a file cannot be cut.
    """
    with storing(folder):
        markers = sorted(folder.glob(".*.open")) if folder.is_dir() else []
    torn = 0
    for marker in markers:
        with storing(marker):
            torn += _mend_marked(marker)
    return torn


def _mend_marked(marker: Path) -> bool:
    """Whether the file of this marker was torn; the marker of a file that is whole is removed."""
    with marker.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False  # its writer lives, or the file system knows no locks: then nobody can tell
        told = file.read(_DIGITS)
        warc = _warc_of(marker)
        torn = warc.exists() and _cut(warc, int(told) if told.isdigit() else 0)
        marker.unlink()
    return torn


def _cut(warc: Path, known: int) -> bool:
    with warc.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        whole = whole_until(file, known if known <= size else 0)
        if whole < size:
            file.truncate(whole)
            os.fsync(file.fileno())
            logger.warning("%s: %d bytes of a torn record cut off", warc, size - whole)
    if not whole:
        warc.unlink()
    return whole < size


def whole_until(file: BinaryIO, start: int) -> int:
    """The end of the last whole gzip member of those that follow on each other from `start`, where one begins."""
    while True:
        file.seek(start)
        end = _member_end(file, start)
        if end is None:
            return start
        start = end


def _member_end(file: BinaryIO, start: int) -> int | None:
    """Where the gzip member at `start` ends; None where it is torn, damaged (its checksum tells) or not there."""
    inflate = zlib.decompressobj(wbits=31)
    read = 0
    left = b""
    while not inflate.eof:
        if not left:
            left = file.read(_BLOCK)
            read += len(left)
        if not left:
            return None
        try:
            inflate.decompress(left, _BLOCK * 16)
        except zlib.error:
            return None
        left = inflate.unconsumed_tail
    return start + read - len(inflate.unused_data)


def _marker_of(warc: Path) -> Path:
    return warc.with_name(f".{warc.name}.open")


def _warc_of(marker: Path) -> Path:
    return marker.with_name(marker.name.removeprefix(".").removesuffix(".open"))


def _whole_to(place: int) -> bytes:
    return b"%0*d" % (_DIGITS, place)
