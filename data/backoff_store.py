"""What is left alone from night to night: the table `rests`, one row a listing or host. Each write is a transaction."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING

from data.archive_rows import storable
from data.records import Rest

if TYPE_CHECKING:
    from data.archive import Archive

_COLUMNS = ", ".join(f.name for f in fields(Rest))


class BackoffStore:
    """The rests in an archive, in the form that `crawler.backoff` asks for."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def rests(self) -> list[Rest]:
        """Every rest, over or not, by address."""
        return [Rest(*row) for row in self._archive.db.execute(f"SELECT {_COLUMNS} FROM rests ORDER BY url")]

    def store_rest(self, rest: Rest) -> None:
        """Store `rest`, replacing an earlier one of the same address."""
        row = {name: storable(value) if isinstance(value, str) else value for name, value in asdict(rest).items()}
        with self._archive.writing():
            self._archive.db["rests"].insert(row, replace=True)

    def end_rest(self, url: str) -> None:
        """Forget the rest of `url`: it answered. An address without one is no error."""
        with self._archive.writing():
            self._archive.db["rests"].delete_where("url = ?", [url])
