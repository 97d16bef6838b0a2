"""Archived copies of the sources of published events: which are wanted, which were found or made, when to ask again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from data.archive_rows import storable

if TYPE_CHECKING:
    from data.archive import Archive

NEAR_DAYS = 30  # an existing capture as many days after publication is as good as a new one
ATTEMPTS = 6  # after so many in vain a page is given up
FIRST_REST = timedelta(days=1)  # before the second attempt; twice as long before each one after it
IN_A_ROW = 3  # failures that cannot be the pages' own, after which the run ends


class Capture(Protocol):
    """A copy of a page; see `crawler.wayback.Capture`."""

    @property
    def url(self) -> str:
        """Its address."""
        ...

    @property
    def made(self) -> str:
        """When it was made, ISO, UTC."""
        ...

    @property
    def day(self) -> date:
        """The day of that."""
        ...


class Service(Protocol):
    """What is asked for copies; see `crawler.wayback.Wayback`. Its errors are those named to `archive_sources`."""

    def find(self, url: str, near: date) -> Capture | None:
        """The copy closest to that day."""
        ...

    def save(self, url: str) -> Capture:
        """A new copy."""
        ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """A source without an archived copy: the article's address and the day it was published, or first read."""

    url: str
    day: date


@dataclass(slots=True)
class LinkCounts:
    """What one run did; `stopped` says why it ended early."""

    asked: int = 0
    found: int = 0
    saved: int = 0
    failed: int = 0
    stopped: str = ""


def wanted_links(archive: Archive, *, limit: int | None = None, present: datetime | None = None) -> list[Wanted]:
    """Articles that report a joined event, have no copy yet and whose turn it is, newest first.

    Rows of official lists are no web pages of their own and are left out.
    """
    moment = (present or datetime.now(UTC)).isoformat(timespec="seconds")
    query = """
        SELECT articles.url, coalesce(articles.published, substr(articles.first_fetched, 1, 10)) AS day FROM articles
        LEFT JOIN archive_links ON archive_links.url = articles.url
        WHERE articles.id IN (SELECT article_id FROM reports WHERE event_id IS NOT NULL)
          AND articles.kind <> 'record' AND articles.url LIKE 'http%'
          AND (archive_links.url IS NULL OR (archive_links.archive_url IS NULL AND archive_links.again <= ?))
        ORDER BY day DESC, articles.url LIMIT ?
    """
    rows = archive.db.execute(query, [moment, -1 if limit is None else limit])
    return [Wanted(url, date.fromisoformat(day[:10])) for url, day in rows]


def note_capture(archive: Archive, url: str, capture: Capture, present: datetime | None = None) -> None:
    """Remember the copy of `url`."""
    moment = (present or datetime.now(UTC)).isoformat(timespec="seconds")
    _store(archive, url, archive_url=capture.url, made=capture.made, tried=moment, error=None, again=None)


def note_failure(archive: Archive, url: str, error: str, *, final: bool, present: datetime | None = None) -> None:
    """Remember that there is no copy of `url` yet, and when to ask again: never, where `final` or too often in vain."""
    moment = present or datetime.now(UTC)
    attempts = _attempts(archive, url) + 1
    given_up = final or attempts >= ATTEMPTS
    again = None if given_up else (moment + FIRST_REST * 2 ** (attempts - 1)).isoformat(timespec="seconds")
    tried = moment.isoformat(timespec="seconds")
    _store(archive, url, archive_url=None, made=None, tried=tried, error=storable(error)[:300], again=again)


def _attempts(archive: Archive, url: str) -> int:
    row = archive.db.execute("SELECT attempts FROM archive_links WHERE url = ?", [url]).fetchone()
    return row[0] if row else 0


def _store(archive: Archive, url: str, **row: str | None) -> None:
    with archive.writing():
        archive.db["archive_links"].upsert({"url": url, "attempts": _attempts(archive, url) + 1} | row, pk="url")


def archive_sources(
    archive: Archive,
    service: Service,
    *,
    failure: type[Exception],
    stop: type[Exception],
    limit: int | None = None,
    delay: float = 0.0,
    sleep: Callable[[float], None] = time.sleep,
    progress: Callable[[int, int | None], None] | None = None,
) -> LinkCounts:
    """Ask for a copy of every wanted source, one after the other, `delay` seconds apart; each result is stored at once.

    `failure` is the service's error about one page (its `final` tells whether asking again is in vain), `stop` the
    kind of it after which nothing more is asked. Never raises these.
    """
    counts = LinkCounts()
    wanted = wanted_links(archive, limit=limit)
    in_a_row = 0
    for number, source in enumerate(wanted):
        if number:
            sleep(delay)
        counts.asked += 1
        try:
            capture, new = _copy(service, source, failure, stop)
        except failure as error:
            final = bool(getattr(error, "final", False))
            in_a_row = 0 if final else in_a_row + 1
            counts.failed += 1
            if isinstance(error, stop):
                counts.stopped = str(error)  # not the page's fault: its turn comes in the next run
                break
            note_failure(archive, source.url, str(error), final=final)
            if in_a_row >= IN_A_ROW:
                counts.stopped = f"{in_a_row} failures in a row, the last one: {error}"
                break
            continue
        in_a_row = 0
        note_capture(archive, source.url, capture)
        counts.saved += new
        counts.found += not new
        if progress:
            progress(number + 1, len(wanted))
    return counts


def _copy(service: Service, source: Wanted, failure: type[Exception], stop: type[Exception]) -> tuple[Capture, bool]:
    """A copy, and whether it was made now: one of the days after publication, else a new one, else any at all."""
    closest = service.find(source.url, source.day)
    if closest and -1 <= (closest.day - source.day).days <= NEAR_DAYS:
        return closest, False
    try:
        return service.save(source.url), True
    except failure as error:
        if closest and not isinstance(error, stop) and getattr(error, "final", False):
            return closest, False
        raise
