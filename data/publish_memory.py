"""What publishing remembers from one time to the next: histories of events, merged ids, addresses of places."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.event_history import changes, first_history, known_events, public_changes, record, redirects
from data.site_place_slugs import Addresses

if TYPE_CHECKING:
    from data.archive import Archive
    from data.publish_rows import PublicRows

Row = dict[str, Any]


class PublishedMemory:
    """Computed beside the public rows while the archive is read; written by `keep` once the new file is sound."""

    def __init__(self, archive: Archive, rows: PublicRows, *, former: Path) -> None:
        """`former` is the public file that is about to be replaced, if there is one."""
        self._archive = archive
        self._at = rows.last_change()
        self._alive = {event["id"] for event in rows.events}
        self._redirects = redirects(archive, self._alive)
        known = known_events(archive)
        self._seed = [] if known else first_history(former)
        if self._seed:
            known = known_events(archive, self._seed)
        self._new = [*self._seed, *changes(known, rows.events, rows.reports, self._redirects, self._at)]
        self._addresses = Addresses(archive.db["place_addresses"].rows_where(order_by="id"))
        self.places = self._addresses.assign(rows.place_rows(), rows.county_name)

    def event_changes(self) -> Iterator[Row]:
        """Rows of `event_changes` without ids."""
        return public_changes(self._archive, self._new, self._alive)

    def event_redirects(self) -> Iterator[Row]:
        """Rows of `event_redirects`."""
        return ({"id": old, "event_id": new} for old, new in sorted(self._redirects.items()))

    def place_redirects(self) -> Iterator[Row]:
        """Rows of `place_redirects`."""
        return self._addresses.redirects(self.places)

    def keep(self) -> None:
        """Append what is new to the archive; a killed publish, which kept nothing, finds it again the next time."""
        if self._new:
            record(self._archive, self._new)
        if self._addresses.new:
            with self._archive.writing():
                self._archive.db["place_addresses"].insert_all(row | {"at": self._at} for row in self._addresses.new)
