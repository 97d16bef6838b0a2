"""The public database's tables, built from `columns.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import sqlite_utils

# Every facet and every join of the site has an index: Datasette gives a query a second, a facet a fifth of one.
INDEXES = {
    "events": [
        ["type"],
        ["status"],
        ["state", "date"],
        ["place_id", "date"],
        ["agreement_id", "date"],
        ["agreement_type"],
        ["date"],
        ["direction"],
        ["stance"],
        ["form"],
        ["review"],
    ],
    "reports": [["event_id"], ["source_id", "published"], ["published"], ["outlet"]],
    "agreements": [["place_id"], ["agreement_type"], ["state"], ["event_id"], ["since"]],
    "quotes": [["event_id"], ["official_id", "published"], ["speaker"], ["published"]],
    "event_actors": [["event_id"], ["official_id", "date"]],
    "event_changes": [["event_id"], ["at"], ["change"]],
    "event_redirects": [["event_id"]],
    "place_redirects": [["place_id"]],
    "officials": [["place_id"], ["role"]],
    "places": [["state", "slug"], ["slug"], ["kind"], ["county_fips"]],
    "sources": [["state"], ["kind"]],
}
SEARCHED = {
    "events": ["title", "summary"],
    "reports": ["headline", "evidence"],
    "quotes": ["speaker", "text"],
    "officials": ["name", "role", "body"],
    "places": ["name", "state_name"],
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its SQLite type, its meaning, and the `table.column` it points to, if any."""

    name: str
    type: str
    meaning: str
    references: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One public table."""

    name: str
    description: str
    primary_key: str
    columns: tuple[Column, ...]


@lru_cache(maxsize=1)
def public_tables() -> tuple[Table, ...]:
    """The tables of `columns.toml`, in an order in which each points only to earlier ones or to `events`."""
    declared = tomllib.loads(files("data").joinpath("columns.toml").read_text(encoding="utf-8"))
    return tuple(
        Table(name, t["description"], t["primary_key"], tuple(Column(c, *v) for c, v in t["columns"].items()))
        for name, t in declared.items()
    )


def create_public_tables(db: sqlite_utils.Database) -> None:
    """Create every public table, empty, with its foreign keys."""
    for table in public_tables():
        db[table.name].create(
            {c.name: _python_type(c.type) for c in table.columns},
            pk=table.primary_key,
        )
    db.add_foreign_keys(
        [(t.name, c.name, *c.references.split(".")) for t in public_tables() for c in t.columns if c.references]
    )


def index_public_tables(db: sqlite_utils.Database) -> None:
    """Add the indexes and the full-text search; called once the rows are in, which is several times faster."""
    for table, indexes in INDEXES.items():
        for columns in indexes:
            db[table].create_index(columns, if_not_exists=True)
    for table, columns in SEARCHED.items():
        db[table].enable_fts(columns, tokenize="porter unicode61")


def _python_type(sqlite_type: str) -> type:
    return {"TEXT": str, "INTEGER": int, "REAL": float}[sqlite_type]
