"""The releases that `tracker export` wrote beside the published database: what there is, and one file of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = "releases"
SHOWN = 12  # newest releases on the page
_RELEASE = re.compile(r"sanctuary-tracker-\d{4}-\d\d-\d\d")
_FILE = re.compile(r"[A-Za-z0-9_]+(?:\.[a-z0-9]+)?")
KINDS = {
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".txt": "text/plain; charset=utf-8",
    "": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A file of a release: its size in bytes and its checksum (SHA-256, hexadecimal), None for the sums themselves."""

    name: str
    size: int
    checksum: str | None


def releases(public: Path) -> dict[str, list[Listed]]:
    """The releases beside the database `public`, newest first, each with its files by name."""
    folder = public.parent / FOLDER
    names = sorted((f.name for f in folder.iterdir() if _is_release(f)), reverse=True) if folder.is_dir() else []
    return {name: _listed(folder / name) for name in names[:SHOWN]}


def release_file(public: Path, release: str, name: str) -> tuple[Path, str] | None:
    """The file and its content type; None where there is none of that name, whatever the name tries to point to."""
    if not (_RELEASE.fullmatch(release) and _FILE.fullmatch(name)):
        return None
    file = public.parent / FOLDER / release / name
    kind = KINDS.get(file.suffix)
    return (file, kind) if kind and file.is_file() and not file.is_symlink() else None


def _is_release(folder: Path) -> bool:
    return bool(_RELEASE.fullmatch(folder.name)) and folder.is_dir() and not folder.is_symlink()


def _listed(folder: Path) -> list[Listed]:
    sums = folder / "SHA256SUMS"
    lines = sums.read_text(encoding="utf-8").splitlines() if sums.is_file() else []
    told = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    files = sorted(f for f in folder.iterdir() if f.is_file() and _FILE.fullmatch(f.name))
    return [Listed(f.name, f.stat().st_size, told.get(f.name)) for f in files]
