"""The archive's tables as numbered migrations: each small, each run once, in order, in a transaction of its own."""

from __future__ import annotations

from sqlite_utils import Database, Migrations

archive_migrations = Migrations("archive")


@archive_migrations()
def m001_pages(db: Database) -> None:
    """Outlets, visits, articles with their superseded versions, and the record of passes."""
    db["sources"].create(
        {
            "id": str, "name": str, "domain": str, "city": str, "county": str, "state": str, "kind": str,
            "language": str, "feeds": str, "sitemap": str, "sections": str, "paywall": str, "notes": str,
        },
        pk="id",
    )  # fmt: skip
    db["visits"].create(
        {
            "url": str, "source_id": str, "fetched": str, "outcome": str, "status": int, "etag": str,
            "last_modified": str, "screen": float, "detail": str,
        },
        pk="url",
        not_null={"source_id", "fetched", "outcome"},
    )  # fmt: skip
    db["articles"].create(
        {
            "id": int, "url": str, "version": int, "title": str, "text": str, "published": str, "modified": str,
            "authors": str, "outlet": str, "language": str, "paywalled": int, "home": str, "source_id": str,
            "hash": str, "first_fetched": str, "fetched": str, "warc_file": str, "warc_offset": int,
            "wire_group": int, "read_by": str, "read_version": int, "relevant": int, "relevance": float,
        },
        pk="id",
        not_null={"url", "version", "title", "text", "hash", "first_fetched", "fetched"},
    )  # fmt: skip
    db["articles"].create_index(["url"], unique=True)
    db["articles"].create_index(["wire_group"])
    db["article_versions"].create(
        {
            "article_id": int, "version": int, "title": str, "text": str, "published": str, "modified": str,
            "hash": str, "fetched": str, "warc_file": str, "warc_offset": int,
        },
        pk=("article_id", "version"),
        foreign_keys=[("article_id", "articles", "id")],
    )  # fmt: skip
    db["runs"].create(
        {"id": int, "stage": str, "started": str, "finished": str, "status": str, "counts": str, "error": str},
        pk="id",
        not_null={"stage", "started", "status", "counts"},
    )


@archive_migrations()
def m002_readings(db: Database) -> None:
    """What the extractor read out of each article, and the events and agreements its reports were joined into."""
    db["agreements"].create({"id": str, "place_id": str}, pk="id", not_null={"place_id"})
    db["events"].create(
        {
            "id": str, "agreement_id": str, "type": str, "status": str, "date": str, "date_precision": str,
            "place_id": str, "agreement_type": str, "agreement_name": str, "counterparty": str, "direction": str,
            "stance": str, "form": str, "votes_for": int, "votes_against": int, "crowd_low": int, "crowd_high": int,
            "confidence": float, "best_report": int, "reports_count": int, "outlets_count": int, "first_seen": str,
            "last_seen": str,
        },
        pk="id",
        not_null={"type", "place_id"},
        foreign_keys=[("agreement_id", "agreements", "id")],
    )  # fmt: skip
    db["reports"].create(
        {
            "id": int, "article_id": int, "ordinal": int, "event_id": str, "type": str, "status": str, "date": str,
            "date_precision": str, "place_id": str, "agreement_type": str, "agreement_name": str,
            "counterparty": str, "direction": str, "stance": str, "form": str, "votes_for": int,
            "votes_against": int, "crowd_low": int, "crowd_high": int, "actors": str, "evidence_where": str,
            "evidence_start": int, "evidence_end": int, "evidence": str, "confidence": float,
        },
        pk="id",
        not_null={"article_id", "ordinal", "type", "status", "evidence", "confidence"},
        foreign_keys=[("article_id", "articles", "id"), ("event_id", "events", "id")],
    )  # fmt: skip
    db["reports"].create_index(["article_id"])
    db["reports"].create_index(["event_id"])
    db["quotes"].create(
        {
            "id": int, "article_id": int, "ordinal": int, "speaker": str, "role": str, "text": str, "start": int,
            "end": int, "cue": str, "direct": int,
        },
        pk="id",
        not_null={"article_id", "ordinal", "speaker", "text"},
        foreign_keys=[("article_id", "articles", "id")],
    )  # fmt: skip
    db["quotes"].create_index(["article_id"])
    db["persons"].create(
        {
            "id": int, "article_id": int, "ordinal": int, "kind": str, "name": str, "role": str, "body": str,
            "organization": str, "place_id": str,
        },
        pk="id",
        not_null={"article_id", "ordinal", "kind", "name"},
        foreign_keys=[("article_id", "articles", "id")],
    )  # fmt: skip
    db["persons"].create_index(["article_id"])


@archive_migrations()
def m003_signatures(db: Database) -> None:
    """MinHash signatures of article texts and the bands by which near-duplicates are looked up."""
    db["signatures"].create(
        {"article_id": int, "version": int, "shingles": int, "minhash": bytes},
        pk="article_id",
        foreign_keys=[("article_id", "articles", "id")],
    )
    db["bands"].create({"band": int, "article_id": int}, pk=("band", "article_id"))
    db["bands"].create_index(["article_id"])


@archive_migrations()
def m004_health(db: Database) -> None:
    """How each crawl fared at each outlet; `run_id` is the crawl's row in `runs`."""
    db["source_health"].create(
        {
            "run_id": int, "source_id": str, "at": str, "outcome": str, "links": int, "fetched": int, "articles": int,
            "kept": int, "failures": int, "refused": int, "detail": str,
        },
        pk=("run_id", "source_id"),
        not_null={"at", "outcome", "links", "fetched", "articles", "kept", "failures", "refused"},
        foreign_keys=[("run_id", "runs", "id")],
    )  # fmt: skip
    db["source_health"].create_index(["at"])


@archive_migrations()
def m005_kinds(db: Database) -> None:
    """Which outlets need a browser, and what kind of page each article was."""
    db["sources"].add_column("render", str, not_null_default="")
    db["articles"].add_column("kind", str, not_null_default="news")


@archive_migrations()
def m006_rosters(db: Database) -> None:
    """Issues of the federal lists of 287(g) agencies, and their rows, each with the record that tells of it."""
    db["roster_snapshots"].create(
        {
            "id": int, "url": str, "status": str, "dated": str, "edition": str, "sha256": str, "rows": int,
            "fetched": str, "warc_file": str, "warc_offset": int, "outcome": str, "compared_with": int, "counts": str,
        },
        pk="id",
        not_null={"url", "status", "dated", "edition", "sha256", "rows", "fetched", "outcome", "counts"},
        foreign_keys=[("compared_with", "roster_snapshots", "id")],
    )  # fmt: skip
    db["roster_snapshots"].create_index(["url", "sha256"], unique=True)
    db["roster_rows"].create(
        {
            "snapshot_id": int, "ordinal": int, "number": int, "agency": str, "state": str, "county": str, "type": str,
            "model": str, "signed": str, "moa": str, "addendum": str, "postal": str, "place_id": str,
            "county_fips": str, "agreement_type": str, "known_as": str, "record_url": str,
        },
        pk=("snapshot_id", "ordinal"),
        not_null={"number", "agency", "state", "model", "agreement_type", "known_as"},
        foreign_keys=[("snapshot_id", "roster_snapshots", "id")],
    )  # fmt: skip


@archive_migrations()
def m007_backoff(db: Database) -> None:
    """Listings that failed, and hosts that asked for a rest, each with the moment until which it is left alone."""
    db["rests"].create(
        {
            "url": str, "source_id": str, "kind": str, "failures": int, "since": str, "noted": str, "until": str,
            "status": int, "detail": str,
        },
        pk="url",
        not_null={"source_id", "kind", "failures", "since", "noted", "until"},
    )  # fmt: skip


@archive_migrations()
def m008_archive_links(db: Database) -> None:
    """Archived copies of articles: where, made when, tried when and how often, and when to try again (null: never)."""
    db["archive_links"].create(
        {
            "url": str, "archive_url": str, "made": str, "tried": str, "attempts": int, "error": str, "again": str,
        },
        pk="url",
        not_null={"tried", "attempts"},
    )  # fmt: skip


@archive_migrations()
def m009_history(db: Database) -> None:
    """What each publication changed in each event, which events were joined into which, and addresses of places."""
    db["event_history"].create(
        {
            "id": int, "event_id": str, "at": str, "change": str, "field": str, "before": str, "after": str,
            "detail": str, "articles": str,
        },
        pk="id",
        not_null={"event_id", "at", "change"},
    )  # fmt: skip
    db["event_history"].create_index(["event_id"])
    db["event_merges"].create(
        {"id": int, "event_id": str, "merged_into": str, "at": str},
        pk="id",
        not_null={"event_id", "merged_into", "at"},
    )
    db["event_merges"].create_index(["event_id"])
    db["place_addresses"].create(
        {"id": int, "place_id": str, "state": str, "slug": str, "at": str},
        pk="id",
        not_null={"place_id", "state", "slug", "at"},
    )
    db["place_addresses"].create_index(["state", "slug"], unique=True)
