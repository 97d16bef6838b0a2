"""Places of the United States by name and by id, read-only.

The gazetteer is compiled once from its source packages (see `gazetteer_build.py`) into a small SQLite file of the
cache folder and opened from there: start in milliseconds, a few megabytes of memory, shared by all processes of a
machine. Ids are `geonames:<id>` for cities, `fips:<5 digits>` for counties, `state:<XX>` for states; a place that only
the post knows has `zip:<code>/<name>` and population 0. Foreign cities and countries are there to be recognised as
such: kind "foreign", no state.
"""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import tempfile
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

from data import gazetteer_build
from data.gazetteer_build import bare_county, fold
from data.records import Place
from data.settings import load_settings

__all__ = ["Gazetteer", "bare_county", "distance_km", "fold", "load_gazetteer"]

COLUMNS = "id, name, kind, state, lat, lon, population, county_fips"
EARTH_KM = 6371.0
NAMES_KEPT = 60_000  # looked-up names remembered by one process, about 10 MB when full


def distance_km(a: Place, b: Place) -> float:
    """Great-circle distance between two places in kilometres (haversine)."""
    lat1, lon1, lat2, lon2 = map(radians, (a.lat, a.lon, b.lat, b.lon))
    h = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, h)))


class Gazetteer:
    """Look-ups over a compiled gazetteer. Lists are ordered by population, largest first."""

    distance_km = staticmethod(distance_km)

    def __init__(self, connection: sqlite3.Connection, path: Path | None = None) -> None:
        self._connection = connection
        self._path = path
        self._owner = os.getpid()
        self.named = lru_cache(maxsize=NAMES_KEPT)(self._named)
        self.get = lru_cache(maxsize=NAMES_KEPT)(self._get)

    @classmethod
    def open(cls, path: Path) -> Gazetteer:
        """Open a compiled file read-only. Raises sqlite3.Error when it is none."""
        gazetteer = cls(_connect(path), path)
        gazetteer._rows("SELECT number FROM names JOIN places USING (number) WHERE key = ?", "chicago")
        return gazetteer

    @classmethod
    def in_memory(cls) -> Gazetteer:
        """Compile without a file: some seconds, once for each process."""
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        gazetteer_build.build(connection)
        return cls(connection)

    def _get(self, place_id: str) -> Place | None:
        """The place with this id, None when there is none."""
        rows = self._rows(f"SELECT {COLUMNS} FROM places WHERE id = ?", place_id)
        return Place(*rows[0]) if rows else None

    def _named(self, name: str) -> tuple[Place, ...]:
        """Everything of this name, of every kind, foreign places included. Case, accents and points do not matter."""
        sql = f"SELECT {COLUMNS} FROM names JOIN places USING (number) WHERE key = ? ORDER BY population DESC, id"
        return tuple(Place(*row) for row in self._rows(sql, fold(name)))

    def cities(self, name: str, state: str | None = None) -> list[Place]:
        """US cities, towns and post-office places of this name, in `state` (postal code) when given."""
        return [p for p in self.named(name) if p.kind == "city" and state in (None, p.state)]

    def counties(self, name: str, state: str | None = None) -> list[Place]:
        """Counties, parishes, boroughs and independent cities, with or without the word ("Bucks", "Bucks County")."""
        return [p for p in self.named(name) if p.kind == "county" and state in (None, p.state)]

    def states(self, name_or_postal: str) -> list[Place]:
        """States, the District of Columbia and territories of this name or postal code."""
        by_code = self.get(f"state:{name_or_postal.upper()}") if len(name_or_postal) == 2 else None
        return [by_code] if by_code else [p for p in self.named(name_or_postal) if p.kind == "state"]

    def state_name(self, postal: str) -> str | None:
        """The state's name for its postal code in any case."""
        state = self.get(f"state:{postal.upper()}")
        return state.name if state else None

    def within(self, state: str, kind: str) -> tuple[Place, ...]:
        """Every place of this kind (city, county) of the state, largest first."""
        sql = f"SELECT {COLUMNS} FROM places WHERE state = ? AND kind = ? ORDER BY population DESC, id"
        return tuple(Place(*row) for row in self._rows(sql, state, kind))

    def county_of(self, city: Place) -> Place | None:
        """The county a city lies in; a county is its own."""
        return self.get(f"fips:{city.county_fips}") if city.county_fips else None

    def nearest(self, lat: float, lon: float, kind: str = "city") -> Place | None:
        """The place of this kind nearest to a point, None when none lies within about 300 km."""
        here = Place("", "", "", "", lat, lon)
        sql = f"SELECT {COLUMNS} FROM places WHERE kind = ? AND lat BETWEEN ? AND ? AND lon BETWEEN ? AND ?"
        for reach in (0.1, 0.5, 3.0):
            wide = reach / max(0.1, cos(radians(lat)))
            near = [Place(*r) for r in self._rows(sql, kind, lat - reach, lat + reach, lon - wide, lon + wide)]
            if near:
                return min(near, key=lambda p: distance_km(here, p))
        return None

    def _rows(self, sql: str, *values: object) -> list[tuple]:
        if self._path and self._owner != os.getpid():  # a connection does not survive a fork
            self._connection, self._owner = _connect(self._path), os.getpid()
        return self._connection.execute(sql, values).fetchall()


def load_gazetteer(cache_dir: Path | None = None) -> Gazetteer:
    """The gazetteer of this process, compiled first when the cache folder has none for the installed packages.

    `cache_dir` defaults to `cache` under TRACKER_HOME. Where it cannot be written the gazetteer lives in memory.
    """
    return _load(str(cache_dir or load_settings().home / "cache"))


@lru_cache(maxsize=4)
def _load(folder: str) -> Gazetteer:
    path = Path(folder) / f"gazetteer-{gazetteer_build.signature()}.sqlite"
    with contextlib.suppress(sqlite3.Error):
        return Gazetteer.open(path)
    try:
        _compile(path)
        return Gazetteer.open(path)
    except (OSError, sqlite3.OperationalError):
        return Gazetteer.in_memory()


def _compile(path: Path) -> None:
    """Compile aside and rename, so that no process ever opens half a file; older compilations are removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(prefix=".gazetteer-", dir=path.parent)
    os.close(handle)
    try:
        gazetteer_build.compile_to(Path(aside))
        Path(aside).chmod(0o644)
        Path(aside).replace(path)
    finally:
        Path(aside).unlink(missing_ok=True)
    for old in path.parent.glob("gazetteer-*.sqlite"):
        if old != path and re.fullmatch(r"gazetteer-[0-9a-f]{16}\.sqlite", old.name):
            with contextlib.suppress(OSError):
                old.unlink()


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
