"""The published database as the site holds it: one unchanging file, replaced as a whole when a new one is published."""

from __future__ import annotations

import asyncio
import gc
import logging
import sqlite3
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from datasette.database import Database, QueryInterrupted

NAME = "tracker"
CHECK_SECONDS = 1.0  # how often the file on disk is looked at, at most
COUNT_LIMIT_MS = 10_000  # for the row counts of a newly published file
Stamp = tuple[int, int, int]
log = logging.getLogger(__name__)


def file_stamp(path: str | Path) -> Stamp | None:
    """What tells one published file from the next (inode, nanoseconds, bytes), or None while there is no file."""
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


class PublishedDatabase(Database):
    """One published file. Its connections and whatever is computed from it live and die with this object.

    Datasette keeps a thread's connection under the database's name, so an object put in the place of another of the
    same name would go on reading the old file; here each object keeps its own.
    """

    def __init__(self, ds: Datasette, path: str | Path) -> None:
        super().__init__(ds, str(path), is_mutable=False)
        self.name = self.route = NAME
        self.stamp = file_stamp(path)
        self.checked = time.monotonic()
        self.being_replaced = False  # True while a newer file is being opened
        self._local = threading.local()
        self._memo: dict[str, Any] = {}

    @property
    def hash(self) -> str:
        """An ETag for downloads. Datasette would read the whole file for it, with every reader waiting."""
        return "-".join(f"{part:x}" for part in self.stamp or (0,))

    async def execute_fn(self, fn: Callable[[sqlite3.Connection], Any]) -> Any:
        """Run `fn` on this thread's connection to this very file."""

        def in_thread() -> Any:
            connection = getattr(self._local, "connection", None)
            if connection is None:
                connection = self._local.connection = self.connect()
                self.ds._prepare_connection(connection, self.name)
            return fn(connection)

        return await asyncio.get_running_loop().run_in_executor(self.ds.executor, in_thread)

    async def rows(self, sql: str, params: dict[str, Any] | list[Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a query as mappings. Raises datasette.database.QueryInterrupted over the time limit."""
        return [dict(row) for row in (await self.execute(sql, params)).rows]

    async def row(self, sql: str, params: dict[str, Any] | list[Any] | None = None) -> dict[str, Any] | None:
        """The first row, or None."""
        found = await self.rows(sql, params)
        return found[0] if found else None

    async def once(self, key: str, make: Callable[[], Awaitable[Any]]) -> Any:
        """`make()`'s result, kept as long as the file is served: the file never changes, so neither does it."""
        if key not in self._memo:
            self._memo[key] = await make()
        return self._memo[key]


def published(ds: Datasette) -> PublishedDatabase:
    """The database that the site shows at this moment. Raises KeyError where none is mounted."""
    return ds.databases[NAME]


def mount(ds: Datasette, database: PublishedDatabase) -> None:
    """Put `database` in its place. The mapping is replaced, not changed: a request under way keeps the one it has."""
    ds.databases = {**ds.databases, NAME: database}


async def follow_file(ds: Datasette, prepare: Callable[[PublishedDatabase], Awaitable[Any]]) -> bool:
    """Serve the file that stands on disk now; True when it was a new one.

    `prepare` computes from a new file what readers should not wait for, before any of them sees it.

    Looks at most once in CHECK_SECONDS. A file that is missing or unreadable is left alone and the old one is served.
    """
    held = published(ds)
    if time.monotonic() - held.checked < CHECK_SECONDS:
        return False
    held.checked = time.monotonic()
    if held.being_replaced or file_stamp(held.path) in (None, held.stamp):
        return False
    held.being_replaced = True
    try:
        return await _replace(ds, held, prepare)
    finally:
        held.being_replaced = False


async def _replace(
    ds: Datasette, held: PublishedDatabase, prepare: Callable[[PublishedDatabase], Awaitable[Any]]
) -> bool:
    fresh = PublishedDatabase(ds, held.path)
    try:
        await fresh.rows("select key from meta limit 1")
        await fresh.table_counts(limit=COUNT_LIMIT_MS)
        await prepare(fresh)
    except QueryInterrupted:
        log.warning("%s is served, but its front page takes long to count", held.path)
    except sqlite3.DatabaseError as error:
        log.warning("%s is not a published database (%s); the one before it is still served", held.path, error)
        return False
    mount(ds, fresh)
    gc.collect()  # the old file's connections stand in reference cycles; its disk space is free once they are gone
    log.info("serving the newly published %s", held.path)
    return True


async def facts(database: PublishedDatabase) -> dict[str, Any]:
    """What the file says of itself: its `meta` rows, with `sample` as a bool."""

    async def make() -> dict[str, Any]:
        told = {row["key"]: row["value"] for row in await database.rows("select key, value from meta")}
        return {**told, "sample": str(told.get("sample", "")) == "1"}

    return await database.once("facts", make)
