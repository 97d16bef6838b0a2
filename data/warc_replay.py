"""WARC files as something that answers: what is in them, and each answer again by its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from data.errors import TrackerError
from data.warc_records import WarcAnswer, WarcRecord, read_answers, read_records

TOLD_PROBLEMS = 100


class RecordingError(TrackerError):
    """A WARC file cannot be opened, or holds nothing to replay; the message names it."""


class Recording:
    """WARC files in their order. Nothing of them is held but the place where the last answer was read."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = list(paths)
        self.found = self.damaged = 0  # records, of the last time that all were told
        self.problems: list[str] = []  # the first of the damaged ones, as `FILE@OFFSET: what`
        self._cursor: tuple[tuple[int, int], int, Iterator[WarcAnswer | None]] | None = None

    def records(self) -> Iterator[tuple[int, WarcRecord]]:
        """Every response record with the number of its file; what is damaged comes as a record of kind `damaged`.

        Raises RecordingError for a file that cannot be opened or in which there is no whole response record.
        """
        self.found, self.damaged, self.problems = 0, 0, []
        for file, path in enumerate(self._paths):
            before = self.found
            try:
                for record in read_records(path):
                    self._note(record)
                    yield file, record
            except OSError as error:
                raise RecordingError(f"{path}: {error.strerror or error}") from error
            if self.found == before:
                raise RecordingError(f"{path}: no response record of a WARC file in it")

    def _note(self, record: WarcRecord) -> None:
        if record.kind != "damaged":
            self.found += 1
            return
        self.damaged += 1
        if len(self.problems) < TOLD_PROBLEMS:
            self.problems.append(f"{record.reference}: {record.problem}")

    def answer(self, file: int, offset: int, number: int) -> WarcAnswer | None:
        """The answer at a place that `records` told; None where it is not there any more.

        In a file that is compressed as a whole, answers are quickly found only in their order.
        """
        if self._cursor is None or self._cursor[0] != (file, offset) or self._cursor[1] > number:
            self.close()
            self._cursor = ((file, offset), 0, read_answers(self._paths[file], offset))
        place, before, answers = self._cursor
        found = None
        for _ in range(number - before + 1):
            found = next(answers, None)
        self._cursor = (place, number + 1, answers)
        return found

    def close(self) -> None:
        """Close the file at hand."""
        if self._cursor:
            self._cursor[2].close()
        self._cursor = None
