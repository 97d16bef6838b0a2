"""The private database `archive.db`: what was visited, what was kept, what was read out of it.

Article text lives here and nowhere else. One process may write while others read (write-ahead log); writers wait for
each other up to `BUSY_SECONDS`. Every public method that writes is one transaction, so a kill at any moment leaves
either all of it or none.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import astuple, fields
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any

import sqlite_utils

from data.archive_rows import (
    article_from_row,
    article_row,
    inherit_events,
    person_rows,
    quote_rows,
    report_rows,
    source_from_row,
    source_row,
    storable,
)
from data.errors import StorageError, TrackerError, storing
from data.migrations import archive_migrations
from data.records import Article, Extraction, Source, Visit

BUSY_SECONDS = 30
TABLES = ("sources", "visits", "articles", "article_versions", "reports", "quotes", "persons", "events", "runs")
_VERSION_COLUMNS = (
    "version", "title", "text", "published", "modified", "hash", "fetched", "warc_file", "warc_offset",
)  # fmt: skip
_VISIT_COLUMNS = tuple(f.name for f in fields(Visit))


class ArchiveError(TrackerError):
    """The archive cannot be opened or used; the message names the file and the reason."""


def now() -> str:
    """The present as an ISO timestamp in UTC, whole seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def content_hash(title: str, text: str) -> str:
    """What decides whether a story has changed: SHA-256 over title and text."""
    return sha256(f"{title}\n\n{text}".encode()).hexdigest()


class Archive:
    """The archive at `path`, created or migrated on opening. A context manager: leaving it closes the file.

    Raises ArchiveError where the file is no database or was written by a newer version of the tracker.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        with storing(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.db = sqlite_utils.Database(sqlite3.connect(self.path, timeout=BUSY_SECONDS))
        self._handed: dict[int, int] = {}  # article id -> the version that `unread` gave out
        try:
            with storing(self.path):
                self._use_write_ahead_log()
                for pragma in ("synchronous = FULL", "foreign_keys = ON"):
                    self.db.execute(f"PRAGMA {pragma}").fetchall()
                self._migrate()
        except sqlite3.DatabaseError as error:
            self.close()
            raise ArchiveError(f"{self.path}: {error}") from error
        except TrackerError:
            self.close()
            raise

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; a second call does nothing."""
        self.db.close()

    def _use_write_ahead_log(self) -> None:
        """Switch to WAL. Of two processes that do so at once on a new file SQLite tells one at once that it is locked,
        without waiting, so the waiting is done here."""
        end = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                self.db.execute("PRAGMA journal_mode = WAL").fetchall()
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                    raise
            time.sleep(0.05)

    def _migrate(self) -> None:
        unknown = {migration.name for migration in archive_migrations.applied(self.db)} - _known_migrations()
        if unknown:
            raise ArchiveError(f"{self.path}: written by a newer version of the tracker (it has {max(unknown)})")
        if not archive_migrations.pending(self.db):
            return
        with self.writing():
            archive_migrations.apply(self.db)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction around several writes; it takes the write lock at once, so it never fails half way for it.

        Raises StorageError, and nothing is written, where the disk is full or the lock is not had in `BUSY_SECONDS`.
        """
        if self.db.conn.in_transaction:
            with self.db.atomic():
                yield
            return
        with storing(self.path):
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.db.execute("COMMIT")
            except BaseException:
                self.db.rollback()
                raise

    @contextmanager
    def reading(self) -> Iterator[None]:
        """One unmoving view of the archive around several reads, whatever other processes write meanwhile."""
        with self.db.atomic():
            yield

    # --- outlets -------------------------------------------------------------------------------------------------

    def sync_sources(self, sources: Iterable[Source]) -> None:
        """Make the table of outlets equal to the registry."""
        with self.writing():
            self.db["sources"].delete_where()
            self.db["sources"].insert_all(source_row(source) for source in sources)

    def sources(self) -> list[Source]:
        """The outlets of the registry as last synced, by id."""
        return [source_from_row(row) for row in self.db["sources"].rows_where(order_by="id")]

    # --- visits and articles -------------------------------------------------------------------------------------

    def visit(self, url: str) -> Visit | None:
        """What is known of `url` (canonical), or None where it was never visited."""
        row = self.db.execute(f"SELECT {', '.join(_VISIT_COLUMNS)} FROM visits WHERE url = ?", [url]).fetchone()
        return Visit(*row) if row else None

    def record_visit(self, visit: Visit) -> None:
        """Remember how a visit ended. An older visit (a page out of an old WARC file) never hides a newer one."""
        with self.writing():
            self._store_visit(visit)

    def _store_visit(self, visit: Visit) -> None:
        names = ", ".join(_VISIT_COLUMNS)
        updates = ", ".join(f"{name} = excluded.{name}" for name in _VISIT_COLUMNS[1:])
        self.db.execute(
            f"INSERT INTO visits ({names}) VALUES ({', '.join('?' * len(_VISIT_COLUMNS))}) "
            f"ON CONFLICT (url) DO UPDATE SET {updates} WHERE excluded.fetched >= visits.fetched",
            [storable(value) if isinstance(value, str) else value for value in astuple(visit)],
        )

    def record_visits(self, visits: Iterable[Visit]) -> None:
        """Remember several, in their order, in one transaction."""
        with self.writing():
            for visit in visits:
                self._store_visit(visit)

    def keep_article(self, article: Article, visit: Visit, *, raw: tuple[str, int] | None = None) -> int:
        """Keep a story together with its visit, in one transaction, and give back its id.

        `raw` is the WARC file's name and the byte offset of the record that holds the page. A known URL with changed
        title or text becomes a new version and the old one goes to `article_versions`; unchanged text adds nothing; a
        capture older than what is kept goes to the history only.
        """
        new = article_row(article)
        new |= {"hash": content_hash(new["title"], new["text"]), "fetched": visit.fetched}
        new |= {"warc_file": raw[0] if raw else None, "warc_offset": raw[1] if raw else None}
        with self.writing():
            self.record_visit(visit)
            return self._keep(new)

    def _keep(self, new: dict[str, Any]) -> int:
        old = next(self.db["articles"].rows_where("url = ?", [new["url"]]), None)
        if old is None:
            return self._insert("articles", new | {"version": 1, "first_fetched": new["fetched"]})
        if old["hash"] == new["hash"]:
            self._update_article(old["id"], {"fetched": max(old["fetched"], new["fetched"])})
            return old["id"]
        newest = self._newest_version(old["id"], old["version"])
        if new["fetched"] < old["fetched"]:
            self._keep_in_history(old["id"], new | {"version": newest + 1})
            return old["id"]
        self._keep_in_history(old["id"], old)
        self._update_article(old["id"], new | {"version": newest + 1})
        return old["id"]

    def _keep_in_history(self, article_id: int, row: dict[str, Any]) -> None:
        known = self.db["article_versions"].count_where("article_id = ? AND hash = ?", [article_id, row["hash"]])
        if not known:
            self._insert(
                "article_versions", {"article_id": article_id} | {name: row[name] for name in _VERSION_COLUMNS}
            )

    def _newest_version(self, article_id: int, current: int) -> int:
        query = "SELECT max(version) FROM article_versions WHERE article_id = ?"
        return max(current, self.db.execute(query, [article_id]).fetchone()[0] or 0)

    def _update_article(self, article_id: int, row: dict[str, Any]) -> None:
        self.db["articles"].update(article_id, row)

    def _insert(self, table: str, row: dict[str, Any]) -> int:
        return self.db[table].insert(row).last_pk

    def articles(self) -> Iterator[tuple[int, Article]]:
        """Every kept story at its current version, by id."""
        for row in self._pages("1"):
            yield row["id"], article_from_row(row)

    # --- readings ------------------------------------------------------------------------------------------------

    def unread(self, pipeline: str) -> Iterator[tuple[int, Article]]:
        """Stories whose current version this version of the pipeline has not read, by id.

        Rows of official lists (kind `record`) come with their reports and are never among them.
        Readings may be stored while the iteration goes on.
        """
        condition = "(read_by IS NOT ? OR read_version IS NOT version) AND kind <> 'record'"
        for row in self._pages(condition, pipeline):
            self._handed[row["id"]] = row["version"]
            yield row["id"], article_from_row(row)

    def _pages(self, condition: str, *params: object, size: int = 200) -> Iterator[dict[str, Any]]:
        last = 0
        while True:
            rows = list(self.db["articles"].rows_where(f"id > ? AND {condition}", [last, *params], "id", limit=size))
            yield from rows
            if len(rows) < size:
                return
            last = rows[-1]["id"]

    def store_extraction(self, article_id: int, extraction: Extraction) -> None:
        """Replace what was read out of an article, and mark it read by this pipeline.

        A new report inherits the event of the report it replaces, which is how an event keeps its id when a better
        extractor reads the same stories again. Only officials and spokespeople are written as persons.
        """
        with self.writing():
            former = list(self.db["reports"].rows_where("article_id = ?", [article_id], "ordinal"))
            for table in ("reports", "quotes", "persons"):
                self.db[table].delete_where("article_id = ?", [article_id])
            self.db["reports"].insert_all(inherit_events(report_rows(article_id, extraction.events), former))
            self.db["quotes"].insert_all(quote_rows(article_id, extraction.quotes))
            self.db["persons"].insert_all(person_rows(article_id, extraction))
            self._mark_read(article_id, extraction)

    def _mark_read(self, article_id: int, extraction: Extraction) -> None:
        """Mark the version that was handed out, so that one that came in meanwhile stays unread."""
        current = self.db["articles"].get(article_id)["version"]
        read = {
            "read_by": extraction.pipeline,
            "read_version": self._handed.pop(article_id, current),
            "relevant": int(extraction.relevant),
            "relevance": extraction.relevance,
        }
        self._update_article(article_id, read)

    # --- passes --------------------------------------------------------------------------------------------------

    @contextmanager
    def run(self, stage: str) -> Iterator[dict[str, Any]]:
        """Record one pass of `stage` (crawl, backfill, extract, link, publish, night); the body fills the counts.

        The row says `running` until the body ends, then `done`, or `failed` with the error, which goes on upwards.
        """
        counts: dict[str, Any] = {}
        with self.writing():
            run_id = self._insert("runs", {"stage": stage, "started": now(), "status": "running", "counts": "{}"})
        try:
            yield counts
        except BaseException as error:
            with suppress(StorageError):  # told or not: `error` may well be that nothing can be written
                self._end_run(run_id, counts, "failed", f"{type(error).__name__}: {error}")
            raise
        self._end_run(run_id, counts, "done", None)

    def _end_run(self, run_id: int, counts: dict[str, Any], status: str, error: str | None) -> None:
        ended = {"finished": now(), "status": status, "counts": json.dumps(counts, sort_keys=True), "error": error}
        with self.writing():
            self.db["runs"].update(run_id, ended)

    def last_run(self, stage: str) -> dict[str, Any] | None:
        """The newest record of this stage's passes, its counts as a mapping; None before the first."""
        row = next(self.db["runs"].rows_where("stage = ?", [stage], order_by="id DESC", limit=1), None)
        return row and row | {"counts": json.loads(row["counts"])}

    def end_dead_runs(self, *stages: str) -> int:
        """Close the records of passes that were killed, of these stages or of all; returns how many.

        Only for one who holds the home's lock, and so knows that none of them is still at work.
        """
        ours = f" AND stage IN ({', '.join('?' * len(stages))})" if stages else ""
        with self.writing():
            ended = self.db.execute(
                f"UPDATE runs SET status = 'failed', error = 'killed' WHERE status = 'running'{ours}", stages
            )
            return ended.rowcount

    def counts(self) -> dict[str, int]:
        """How many rows each table holds; `events` counts those that have reports."""
        counted = {table: self.db[table].count for table in TABLES}
        return counted | {"events": self.db["events"].count_where("reports_count > 0")}


def _known_migrations() -> frozenset[str]:
    return frozenset(m.name for m in archive_migrations.pending(sqlite_utils.Database(memory=True)))
