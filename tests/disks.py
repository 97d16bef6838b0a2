"""Disks that are small, full or read-only, for tests: real file systems, mounted for the time of a test."""

from __future__ import annotations

import errno
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

FILLER = "filler"


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """A file system of so many KiB in memory, mounted at `folder`. Skips the test where nobody may mount one."""
    folder.mkdir(parents=True)
    mounted = _mount("-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder))
    if mounted.returncode:
        pytest.skip(f"needs the right to mount a file system: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """The small disk at `folder` cannot be written to while the block runs."""
    for_good = _mount("-o", "remount,ro", str(folder))
    assert for_good.returncode == 0, for_good.stderr
    try:
        yield
    finally:
        _mount("-o", "remount,rw", str(folder))


def fill(folder: Path, leave: int = 0) -> Path:
    """Fill the disk but for `leave` bytes with a file, and return that; deleting it makes room again."""
    filler = folder / FILLER
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError as error:
            assert error.errno == errno.ENOSPC
        file.truncate(max(0, file.tell() - leave))
    return filler


def _mount(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
