"""Files that appear whole or not at all, and are still there after a power cut.

A rename swaps a file in one step for every reader, but it survives a power cut only once the folder itself is on the
disk, and it may survive without the file's bytes where those were not there first (rename(2), fsync(2)). So: the bytes,
the rename, the folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from data.errors import storing


@contextmanager
def whole_file(file: Path) -> Iterator[Callable[[str], None]]:
    """A function that writes text; what it was given stands at `file` once the block has ended well, and after an error
    nothing has changed.

    Raises StorageError, which names `file`, where it cannot be written.
    """
    aside = file.with_name(f".{file.name}.new")
    try:
        with storing(file):
            out = aside.open("w", encoding="utf-8")
        with _closing(out, file):
            yield lambda text: _write(out, text, file)
        with storing(file):
            replace_durably(aside, file)
    finally:
        with suppress(OSError):  # it is gone, or its folder is: either way there is nothing left to clear away
            aside.unlink()


def write_whole(file: Path, text: str) -> None:
    """Put `text` at `file` in one step. Raises StorageError where it cannot be written."""
    with whole_file(file) as write:
        write(text)


def replace_durably(aside: Path, target: Path) -> None:
    """Put `aside` in the place of `target`, a file of the same folder. Raises OSError; then `target` is as it was."""
    sync(aside)
    aside.replace(target)
    sync(target.parent)


def sync(path: Path) -> None:
    """Wait until the file's bytes, or the folder's entries, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _closing(out: TextIO, file: Path) -> Iterator[None]:
    """Closes `out` after the block, which is where the last bytes are written and may find no room."""
    try:
        yield
    except BaseException:
        with suppress(OSError):  # the error on its way up tells more
            out.close()
        raise
    with storing(file):
        out.close()


def _write(out: TextIO, text: str, file: Path) -> None:
    with storing(file):
        out.write(text)
