"""Writing the registry: a line added or mended in place, the rest of the file kept byte for byte.

The new file is written aside, read back by `data.sources`, and takes the old one's place in one rename, so whoever
reads sees the old file or the new one, and what is refused changes nothing.
"""

from __future__ import annotations

import csv
import fcntl
import io
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from data.errors import storing
from data.files import replace_durably
from data.sources import COLUMNS, SourcesError, load_sources


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the registry: its columns, and the bytes that it takes up in the file (`start` to `end`)."""

    columns: dict[str, str]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one column of one outlet."""

    id: str
    column: str
    before: str
    after: str


def add_line(file: Path, columns: Mapping[str, str]) -> str:
    """Add the outlet to the registry `file` and return its line, without the line's end.

    The line comes after the last one of the same state, at the end where there is none. Raises SourcesError where the
    id or the domain (with or without `www.`) is there already, where `data.sources` finds fault with the line, and
    where the file lacks a column that is not empty; StorageError where it cannot be written. Nothing is written then.
    """
    with _writing(file) as target:
        text, line = _with_line(target, columns)
        _replace(target, text)
        return line


def check_line(file: Path, columns: Mapping[str, str]) -> str:
    """The line that `add_line` would write; nothing is written. Raises SourcesError as it does."""
    target = file.resolve()
    text, line = _with_line(target, columns)
    with tempfile.TemporaryDirectory() as folder:
        aside = Path(folder) / file.name
        aside.write_text(text, encoding="utf-8", newline="")
        _validate(aside, target)
    return line


def refuse_known(file: Path, id_: str, domain: str) -> None:
    """Raise SourcesError where the registry `file` has an outlet of this id or domain, or cannot be used."""
    target = file.resolve()
    _refuse_twins(_read(_text(target))[1], {"id": id_, "domain": domain})


def _with_line(file: Path, columns: Mapping[str, str]) -> tuple[str, str]:
    """The whole file with the line in its place, and the line."""
    text = _text(file)
    header, rows = _read(text)
    columns = {name: _one_line(value) for name, value in columns.items()}
    _refuse_twins(rows, columns)
    _refuse_lost(file, header, columns)
    ends = [row.end for row in rows if row.columns.get("state") == columns.get("state")]
    at = ends[-1] if ends else len(text)
    line_end = _line_end(text)
    before = text[:at] if text[:at].endswith(("\n", "\r")) else text[:at] + line_end
    line = _line(header, columns)
    return before + line + line_end + text[at:], line


def change_lines(file: Path, changes: Mapping[str, Mapping[str, str]]) -> list[Change]:
    """Set columns of outlets (id -> column -> new value) in the registry `file`, and return what changed.

    Other lines stay as they are. Raises as `add_line` does; an id that is not in the file is a SourcesError.
    """
    with _writing(file) as target:
        text = _text(target)
        header, rows = _read(text)
        known = {row.columns["id"]: row for row in rows}
        if unknown := sorted(set(changes) - set(known)):
            raise SourcesError(f"{file.name}: no outlet is called {', '.join(unknown)}")
        done: list[Change] = []
        for row in sorted((known[id_] for id_ in changes), key=lambda row: -row.start):
            told = {name: _one_line(value) for name, value in changes[row.columns["id"]].items()}
            _refuse_lost(file, header, told)
            new = [Change(row.columns["id"], name, row.columns.get(name, ""), value) for name, value in told.items()]
            new = [change for change in new if change.before != change.after]
            if new:
                old = text[row.start : row.end]
                text = text[: row.start] + _line(header, row.columns | told) + _ending(old) + text[row.end :]
                done = new + done
        if done:
            _replace(target, text)
        return done


@contextmanager
def _writing(file: Path) -> Iterator[Path]:
    """The file behind `file` (a link is followed, not replaced), nobody else of us writing to it meanwhile."""
    target = file.resolve()
    with storing(file):
        folder = os.open(target.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield target
    finally:
        os.close(folder)


def _text(file: Path) -> str:
    load_sources(file)  # a file that is broken already is not written to
    with storing(file):
        return file.read_bytes().decode("utf-8")  # a byte order mark stays where it is, in the header's first name


def _read(text: str) -> tuple[list[str], list[Row]]:
    lines = _lines(text)
    reader = csv.reader(iter(lines), strict=True)
    header = [name.removeprefix("\ufeff") for name in next(reader)]
    rows: list[Row] = []
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    first = reader.line_num
    for cells in reader:
        if any(cell.strip() for cell in cells):
            columns = dict(zip(header, (cell.strip() for cell in cells), strict=True))
            rows.append(Row(columns, starts[first], starts[reader.line_num]))
        first = reader.line_num
    return header, rows


def _lines(text: str) -> list[str]:
    """Physical lines with their ends, parted where `data.sources` parts them."""
    return io.StringIO(text, newline="").readlines()


def _refuse_twins(rows: list[Row], columns: Mapping[str, str]) -> None:
    for row in rows:
        if _bare(row.columns["domain"]) == _bare(columns.get("domain", "")):
            raise SourcesError(f"the registry has {columns['domain']} already, as {row.columns['id']}")
        if row.columns["id"] == columns.get("id"):
            raise SourcesError(f"the registry has an outlet called {columns['id']} already ({row.columns['name']})")


def _refuse_lost(file: Path, header: list[str], columns: Mapping[str, str]) -> None:
    lost = [name for name, value in columns.items() if value and name not in header]
    if lost:
        raise SourcesError(f"{file.name}:1: header: no column for {', '.join(lost)}; known are {','.join(COLUMNS)}")


def _bare(domain: str) -> str:
    return domain.lower().removeprefix("www.")


def _one_line(value: str) -> str:
    return " ".join(value.split())


def _line(header: list[str], columns: Mapping[str, str]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerow([columns.get(name, "") for name in header])  # what ends lines is quoted inside of cells
    return out.getvalue().removesuffix("\r\n")


def _line_end(text: str) -> str:
    return _ending(_lines(text)[0]) or "\n"


def _ending(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _replace(file: Path, text: str) -> None:
    """Swap the file for `text`, on the disk before the name points to it. A broken line refuses the whole."""
    aside = file.with_name(f".{file.name}.{os.getpid()}.new")
    try:
        with storing(file):
            aside.write_bytes(text.encode("utf-8"))
            shutil.copymode(file, aside)
        _validate(aside, file)
        with storing(file):
            replace_durably(aside, file)
    finally:
        aside.unlink(missing_ok=True)


def _validate(aside: Path, file: Path) -> None:
    try:
        load_sources(aside)
    except SourcesError as error:
        raise SourcesError(f"not written: {str(error).replace(aside.name, file.name)}") from error
