"""Releases: the public database as CSV, Parquet and a Frictionless data package, with checksums.

A release is one folder, named by the day its database was built, written aside and renamed whole. The same database
gives the same bytes. The package follows https://specs.frictionlessdata.io (Data Package and Table Schema, version 1).
"""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from data.errors import TrackerError, storing
from data.files import sync
from data.public_schema import Table, public_tables

FORMATS = ("csv", "parquet", "datapackage")
NAME = "sanctuary-tracker"
BATCH = 20_000  # rows in memory at a time
_KINDS = {"TEXT": "string", "INTEGER": "integer", "REAL": "number"}
_ARROW = {"TEXT": pyarrow.string(), "INTEGER": pyarrow.int64(), "REAL": pyarrow.float64()}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run
LICENCE = """The selection, arrangement and coding of this data set are under the Creative Commons Attribution 4.0
International licence: https://creativecommons.org/licenses/by/4.0/

Sentences of evidence, headlines and quotations belong to the publishers whose pages are linked beside them. They are
cited as evidence and are not covered by that licence.
"""


class ExportError(TrackerError):
    """The release cannot be made; the message names the file and the reason."""


@dataclass(frozen=True, slots=True)
class Release:
    """What was written: the folder and its files with their number of rows (0 for those that are no tables)."""

    folder: Path
    files: dict[str, int]


def export(public: Path, out: Path, formats: Collection[str] = FORMATS) -> Release:
    """Write the release of the public database `public` into a new folder below `out`; one of the same day is replaced.

    `formats` are csv, parquet and datapackage, which includes csv. Raises ExportError where there is no database,
    StorageError where the disk refuses.
    """
    if not public.is_file():
        raise ExportError(f"{public} does not exist yet: run `tracker publish` first")
    chosen = set(formats) | ({"csv"} if "datapackage" in formats else set())
    with closing(sqlite3.connect(f"{public.absolute().as_uri()}?mode=ro", uri=True)) as db, storing(out):
        built = db.execute("SELECT value FROM meta WHERE key = 'built'").fetchone()[0]
        folder = out / f"{NAME}-{built[:10]}"
        aside = out / f".{folder.name}.new"
        shutil.rmtree(aside, ignore_errors=True)  # of an export that was killed
        aside.mkdir(parents=True)
        files = _write(db, aside, chosen, built)
        _swap(aside, folder)
    return Release(folder, files)


def _write(db: sqlite3.Connection, folder: Path, formats: Collection[str], built: str) -> dict[str, int]:
    files: dict[str, int] = {}
    for table in public_tables():
        if "csv" in formats:
            files[f"{table.name}.csv"] = _write_csv(db, table, folder / f"{table.name}.csv")
        if "parquet" in formats:
            files[f"{table.name}.parquet"] = _write_parquet(db, table, folder / f"{table.name}.parquet")
    told = {"LICENCE.txt": LICENCE, "README.txt": _readme(built, formats)}
    if "datapackage" in formats:
        told["datapackage.json"] = _dump(_package(folder, files, built))
    for name, text in told.items():
        (folder / name).write_text(text, encoding="utf-8")
        files[name] = 0
    (folder / "SHA256SUMS").write_text("".join(f"{_digest(folder / n)}  {n}\n" for n in sorted(files)), "utf-8")
    return files | {"SHA256SUMS": 0}


def _rows(db: sqlite3.Connection, table: Table) -> Iterator[tuple]:
    """Every row in the order of its key, which is the same however the database was built."""
    columns = ", ".join(f'"{c.name}"' for c in table.columns)
    yield from db.execute(f'SELECT {columns} FROM "{table.name}" ORDER BY "{table.primary_key}"')


def _write_csv(db: sqlite3.Connection, table: Table, file: Path) -> int:
    """RFC 4180 in UTF-8. A text that a spreadsheet would take for a formula is preceded by an apostrophe."""
    count = 0
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(c.name for c in table.columns)
        for row in _rows(db, table):
            writer.writerow(_inert(value) for value in row)
            count += 1
    return count


def _inert(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _write_parquet(db: sqlite3.Connection, table: Table, file: Path) -> int:
    schema = pyarrow.schema(
        [pyarrow.field(c.name, _ARROW[c.type], metadata={"description": c.meaning}) for c in table.columns],
        metadata={"description": table.description},
    )
    count = 0
    with pyarrow.parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        for batch in _batches(_rows(db, table)):
            columns = list(zip(*batch, strict=True))
            arrays = [pyarrow.array(v, type=f.type, from_pandas=False) for v, f in zip(columns, schema, strict=True)]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))
            count += len(batch)
    return count


def _batches(rows: Iterator[tuple]) -> Iterator[list[tuple]]:
    batch: list[tuple] = []
    for row in rows:
        batch.append(row)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _package(folder: Path, files: dict[str, int], built: str) -> dict[str, Any]:
    return {
        "profile": "tabular-data-package",
        "name": NAME,
        "title": "Sanctuary tracker: how US cities and counties deal with federal immigration enforcement",
        "version": built[:10].replace("-", "."),
        "created": built,
        "licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}],
        "resources": [_resource(folder, table, files[f"{table.name}.csv"]) for table in public_tables()],
    }


def _resource(folder: Path, table: Table, rows: int) -> dict[str, Any]:
    file = folder / f"{table.name}.csv"
    return {
        "profile": "tabular-data-resource",
        "name": table.name.replace("_", "-"),
        "path": file.name,
        "title": table.name,
        "description": table.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": file.stat().st_size,
        "hash": f"sha256:{_digest(file)}",
        "rows": rows,
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": _schema(table),
    }


def _schema(table: Table) -> dict[str, Any]:
    fields = [
        {"name": c.name, "type": _KINDS[c.type], "description": c.meaning}
        | ({"constraints": {"required": True, "unique": True}} if c.name == table.primary_key else {})
        for c in table.columns
    ]
    pointing = [(c.name, *c.references.split(".")) for c in table.columns if c.references]
    foreign = [
        {"fields": name, "reference": {"resource": there.replace("_", "-"), "fields": key}}
        for name, there, key in pointing
    ]
    return {"fields": fields, "primaryKey": table.primary_key, "missingValues": [""]} | (
        {"foreignKeys": foreign} if foreign else {}
    )


def _readme(built: str, formats: Collection[str]) -> str:
    told = [f"  {table.name}: {table.description}" for table in public_tables()]
    return (
        f"Sanctuary tracker, release of {built[:10]} (database of {built}).\n\n"
        f"Tables, as {' and '.join(sorted(set(formats) - {'datapackage'}))}:\n"
        + "\n".join(told)
        + "\n\nEach column is described in the tracker's data dictionary"
        + (" and in datapackage.json" if "datapackage" in formats else "")
        + ".\nIn CSV, a text that a spreadsheet would run as a formula begins with an apostrophe.\n"
        "SHA256SUMS holds the checksum of every file.\n"
    )


def _dump(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def _digest(file: Path) -> str:
    told = sha256()
    with file.open("rb") as stream:
        while block := stream.read(1 << 20):
            told.update(block)
    return told.hexdigest()


def _swap(aside: Path, folder: Path) -> None:
    """Put the new folder in the old one's place. A reader may miss the folder for a moment, never see half of one."""
    for file in sorted(aside.iterdir()):
        sync(file)
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    aside.rename(folder)
    sync(folder.parent)
    shutil.rmtree(old, ignore_errors=True)
