"""Federal lists of 287(g) agencies in the archive: each issue once, with what it changes told as reports.

The first issue of a list gives every row as an agreement since its signing; each later one is compared with the newest
before it (`data.roster_changes`). A row keeps the record, and with it the event and the agreement, that it had. All
that an issue brings is stored in one transaction.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from data.gazetteer import Gazetteer, load_gazetteer
from data.records import Article, Extraction, Roster, RosterRow, Visit
from data.roster_changes import Changes, Listed, TruncatedRosterError, compare, refuse_truncated
from data.roster_names import agreement_type, roster_words
from data.roster_places import RosterPlaces
from data.roster_records import Issue, Publisher, record_of, record_of_gone, record_url

if TYPE_CHECKING:
    from data.archive import Archive

Raw = tuple[str, int]  # name of a WARC file, offset of the record in it
_ROW_FIELDS = tuple(f.name for f in fields(RosterRow) if f.name != "status")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an issue.

    `outcome` is first, compared, known (nothing done), older (kept; a newer one was read before) or doubtful (kept;
    so much is missing that nothing is concluded, `problem` says how much). `counts` are those of the rows; `unplaced`
    the rows whose government could not be told.
    """

    outcome: str
    counts: dict[str, int]
    unplaced: tuple[RosterRow, ...] = ()
    problem: str | None = None


def understand(rows: Iterable[RosterRow], gazetteer: Gazetteer) -> list[Listed]:
    """The rows with their state, place and type of agreement."""
    places = RosterPlaces(gazetteer)
    listed = []
    for row in rows:
        at = places.locate(row)
        listed.append(
            Listed(
                row=row,
                state=at.state,
                place_id=at.place.id if at.place else None,
                county=at.place.county_fips if at.place else None,
                agreement_type=agreement_type(row.model),
                known_as=row.agency,
            )
        )
    return listed


def keep_roster(
    archive: Archive,
    roster: Roster,
    visit: Visit,
    *,
    raw: Raw | None = None,
    accept: bool = False,
    gazetteer: Gazetteer | None = None,
) -> Outcome:
    """Store one issue of a list with its visit, its rows and the reports it gives, in one transaction.

    `raw` is where the file lies in the WARC store. `accept` takes a list as whole from which more than a fifth of the
    rows are missing. The same file twice changes nothing but the visit.
    """
    gazetteer = gazetteer or load_gazetteer()
    listed = understand(roster.rows, gazetteer)
    with archive.writing():
        archive.record_visit(visit)
        known = next(archive.db["roster_snapshots"].rows_where("sha256 = ?", [roster.sha256]), None)
        if known and not (accept and known["outcome"] == "doubtful"):
            return Outcome("known", json.loads(known["counts"]))
        if known:
            _forget(archive, known["id"])
        return _Keeping(archive, roster, visit, raw, accept, gazetteer).keep(listed)


def is_known(archive: Archive, sha256: str) -> bool:
    """Whether the file of this digest was taken in before."""
    return archive.db["roster_snapshots"].count_where("sha256 = ?", [sha256]) > 0


def newest_issue(archive: Archive, status: str) -> tuple[dict[str, Any], list[Listed]] | None:
    """The newest issue of a list that was taken as whole, with its rows; None before the first."""
    row = next(
        archive.db["roster_snapshots"].rows_where(
            "status = ? AND outcome IN ('first', 'compared')", [status], "dated DESC, edition DESC, id DESC", limit=1
        ),
        None,
    )
    return (row, _rows_of(archive, row)) if row else None


def publisher(archive: Archive, source_id: str | None = None) -> Publisher:
    """The registry's source of kind `records` (that of this id, if given), added where the archive has none."""
    sources = [s for s in archive.sources() if s.kind == "records" and source_id in (None, s.id)]
    if sources:
        return Publisher(sources[0].id, sources[0].name)
    names = roster_words()["names"]
    row = dict.fromkeys(("city", "county", "feeds", "sitemap", "sections", "notes", "render"), "")
    row |= {"id": source_id or names["source_id"], "name": names["source_name"], "domain": names["source_domain"]}
    archive.db["sources"].insert(row | {"state": "DC", "kind": "records", "language": "en", "paywall": "none"})
    return Publisher(row["id"], row["name"])


class _Keeping:
    """One issue on its way into the archive."""

    def __init__(
        self,
        archive: Archive,
        roster: Roster,
        visit: Visit,
        raw: Raw | None,
        accept: bool,
        gazetteer: Gazetteer,
    ) -> None:
        self.archive, self.roster, self.visit, self.raw = archive, roster, visit, raw
        self.accept, self.gazetteer = accept, gazetteer

    def keep(self, listed: list[Listed]) -> Outcome:
        newest = newest_issue(self.archive, self.roster.status)
        unplaced = tuple(entry.row for entry in listed if entry.place_id is None)
        counts = {"rows": len(listed), "unplaced": len(unplaced), "problems": len(self.roster.problems)}
        if newest is None:
            issue = self._issue(None)
            listed = self._tell(listed, issue)
            counts |= {"signed": len(listed)}
            self._store(listed, "first", None, counts)
            return Outcome("first", counts, unplaced)
        former, old = newest
        if (self.roster.dated, self.roster.edition) < (former["dated"], former["edition"]):
            self._store(listed, "older", former["id"], counts)
            return Outcome("older", counts, unplaced)
        changes = compare(old, listed)
        if not self.accept and self.roster.status == "participating":
            try:
                refuse_truncated(old, changes, self.roster.url.rsplit("/", 1)[-1])
            except TruncatedRosterError as error:
                self._store(listed, "doubtful", former["id"], counts)
                return Outcome("doubtful", counts | {"gone": len(changes.gone)}, unplaced, str(error))
        counts |= count_changes(changes)
        counts |= {"from_pending": self._from_pending(changes.signed)}
        self._store(self._apply(changes, former), "compared", former["id"], counts)
        return Outcome("compared", counts, unplaced)

    def _issue(self, before: str | None) -> Issue:
        return Issue(self.roster, before, publisher(self.archive, self.visit.source_id))

    def _apply(self, changes: Changes, former: dict[str, Any]) -> list[Listed]:
        """Tell what changed; gives back the new rows, each with its record, in the sheet's order."""
        issue = self._issue(former["dated"])
        rows = [self._carry_over(old, new, issue) for old, new in (*changes.kept, *changes.renamed)]
        rows += self._tell(changes.signed, issue)
        if (
            self.roster.status == "participating"
        ):  # an application that is no longer pending was granted, or is told nowhere
            for gone in changes.gone:
                self._keep_record(*record_of_gone(gone, self._place(gone), issue))
        return sorted(rows, key=lambda entry: entry.row.number)

    def _carry_over(self, old: Listed, new: Listed, issue: Issue) -> Listed:
        """The new row under the old one's record, which is told anew where place, model or signing were corrected."""
        carried = replace(new, known_as=old.known_as, record_url=old.record_url)
        told = (old.place_id, old.agreement_type, old.row.signed)
        if (new.place_id, new.agreement_type, new.row.signed) != told:
            self._keep_record(*record_of(carried, self._place(new), replace(issue, before=None)))
        return carried

    def _tell(self, listed: Sequence[Listed], issue: Issue) -> list[Listed]:
        """Keep a record of each row; gives the rows back with its address. Rows of one content are told apart."""
        seen: Counter[str] = Counter()
        told = []
        for entry in listed:
            url = record_url(entry, self.roster)
            seen[url] += 1
            entry = replace(entry, record_url=url if seen[url] == 1 else f"{url}-{seen[url]}")
            self._keep_record(*record_of(entry, self._place(entry), issue))
            told.append(entry)
        return told

    def _keep_record(self, article: Article, extraction: Extraction) -> None:
        visit = replace(self.visit, url=article.url, outcome="kept", etag=None, last_modified=None, detail=None)
        article_id = self.archive.keep_article(article, visit, raw=self.raw)
        self.archive.store_extraction(article_id, extraction)

    def _place(self, listed: Listed) -> Any:
        return self.gazetteer.get(listed.place_id) if listed.place_id else None

    def _from_pending(self, signed: Sequence[Listed]) -> int:
        """How many of the agreements signed stood in the newest list of pending agencies."""
        pending = newest_issue(self.archive, "pending") if self.roster.status == "participating" else None
        if pending is None:
            return 0
        matched = compare(pending[1], signed)
        return len(matched.kept) + len(matched.renamed)

    def _store(self, listed: Sequence[Listed], outcome: str, former: int | None, counts: dict[str, int]) -> None:
        roster = self.roster
        row = {name: getattr(roster, name) for name in ("url", "status", "dated", "edition", "sha256")}
        row |= {"rows": len(listed), "fetched": self.visit.fetched, "outcome": outcome, "compared_with": former}
        row |= {"warc_file": self.raw[0] if self.raw else None, "warc_offset": self.raw[1] if self.raw else None}
        snapshot = self.archive.db["roster_snapshots"].insert(row | {"counts": json.dumps(counts, sort_keys=True)})
        self.archive.db["roster_rows"].insert_all(
            {"snapshot_id": snapshot.last_pk, "ordinal": n} | _stored(entry) for n, entry in enumerate(listed)
        )


def count_changes(changes: Changes) -> dict[str, int]:
    """How many rows are kept, renamed, signed and gone, and how many of those are another model of one agency."""
    return {
        "kept": len(changes.kept),
        "renamed": len(changes.renamed),
        "signed": len(changes.signed),
        "gone": len(changes.gone),
        "model_added": len(changes.model_added()),
        "model_dropped": len(changes.model_dropped()),
    }


# --- rows ------------------------------------------------------------------------------------------------------------


def _stored(listed: Listed) -> dict[str, Any]:
    row = {name: value for name, value in asdict(listed.row).items() if name in _ROW_FIELDS}
    return row | {
        "postal": listed.state,
        "place_id": listed.place_id,
        "county_fips": listed.county,
        "agreement_type": listed.agreement_type,
        "known_as": listed.known_as,
        "record_url": listed.record_url,
    }


def _rows_of(archive: Archive, snapshot: dict[str, Any]) -> list[Listed]:
    return [
        Listed(
            row=RosterRow(**{name: stored[name] for name in _ROW_FIELDS}, status=snapshot["status"]),
            state=stored["postal"],
            place_id=stored["place_id"],
            county=stored["county_fips"],
            agreement_type=stored["agreement_type"],
            known_as=stored["known_as"],
            record_url=stored["record_url"],
        )
        for stored in archive.db["roster_rows"].rows_where("snapshot_id = ?", [snapshot["id"]], order_by="ordinal")
    ]


def _forget(archive: Archive, snapshot_id: int) -> None:
    """Remove an issue from which nothing was concluded."""
    archive.db["roster_rows"].delete_where("snapshot_id = ?", [snapshot_id])
    archive.db["roster_snapshots"].delete(snapshot_id)
