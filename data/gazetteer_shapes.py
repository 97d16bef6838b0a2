"""Census county outlines (plotly-geo, 2016, 1:500,000): which county holds a point, and where a county's middle is."""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterator
from importlib.resources import files
from itertools import pairwise

import numpy as np


class CountyShapes:
    """Which county holds a point, by the Census outlines; empty when plotly-geo is absent."""

    def __init__(self, outlines: dict[str, list[np.ndarray]]) -> None:
        self._rings = outlines
        self._boxes = {
            fips: (*np.min([r.min(axis=0) for r in rings], axis=0), *np.max([r.max(axis=0) for r in rings], axis=0))
            for fips, rings in outlines.items()
        }
        self._grid: dict[tuple[int, int], list[str]] = defaultdict(list)
        for fips, (west, south, east, north) in self._boxes.items():
            for x in range(int(west // 1), int(east // 1) + 1):
                for y in range(int(south // 1), int(north // 1) + 1):
                    self._grid[x, y].append(fips)

    @classmethod
    def load(cls) -> CountyShapes:
        """Read the county outlines of plotly-geo."""
        try:
            folder = files("_plotly_geo") / "package_data"
        except ModuleNotFoundError:
            return cls({})
        codes = _dbf_column((folder / "cb_2016_us_county_500k.dbf").read_bytes(), "GEOID")
        shapes = _shp_polygons((folder / "cb_2016_us_county_500k.shp").read_bytes())
        return cls(dict(zip(codes, shapes, strict=True)))

    def county_at(self, lat: float, lon: float) -> str | None:
        """FIPS code of the county whose outline holds the point."""
        for fips in self._grid.get((int(lon // 1), int(lat // 1)), ()):
            west, south, east, north = self._boxes[fips]
            if west <= lon <= east and south <= lat <= north and _inside(self._rings[fips], lat, lon):
                return fips
        return None

    def centre(self, fips: str) -> tuple[float, float] | None:
        """Centroid (lat, lon) of the county's largest piece."""
        rings = self._rings.get(fips)
        if not rings:
            return None
        return max((_ring_centroid(r) for r in rings), key=lambda c: c[0])[1:]


def _inside(rings: list[np.ndarray], lat: float, lon: float) -> bool:
    odd = False
    for ring in rings:
        x, y = ring[:, 0], ring[:, 1]
        x2, y2 = np.roll(x, -1), np.roll(y, -1)
        straddles = (y > lat) != (y2 > lat)
        crossings = x[straddles] + (lat - y[straddles]) * (x2 - x)[straddles] / (y2 - y)[straddles]
        odd ^= bool(np.count_nonzero(crossings > lon) % 2)
    return odd


def _ring_centroid(ring: np.ndarray) -> tuple[float, float, float]:
    x, y = ring[:, 0], ring[:, 1]
    x0, y0 = x[0], y[0]
    u, v = x - x0, y - y0
    cross = u * np.roll(v, -1) - np.roll(u, -1) * v
    area = float(cross.sum()) / 2
    if abs(area) < 1e-12:
        return 0.0, float(y0), float(x0)
    lon = x0 + float(((u + np.roll(u, -1)) * cross).sum()) / (6 * area)
    lat = y0 + float(((v + np.roll(v, -1)) * cross).sum()) / (6 * area)
    return abs(area), float(lat), float(lon)


def _shp_polygons(raw: bytes) -> Iterator[list[np.ndarray]]:
    """Each record of an ESRI shapefile of polygons as its rings, arrays of (lon, lat)."""
    position = 100
    while position < len(raw):
        length = struct.unpack_from(">i", raw, position + 4)[0] * 2
        body = position + 8
        parts, points = struct.unpack_from("<ii", raw, body + 36)
        starts = [*struct.unpack_from(f"<{parts}i", raw, body + 44), points]
        xy = np.frombuffer(raw, "<f8", points * 2, body + 44 + 4 * parts).reshape(-1, 2)
        yield [xy[a:b] for a, b in pairwise(starts)]
        position = body + length


def _dbf_column(raw: bytes, column: str) -> list[str]:
    """One column of a dBase table, as stripped strings."""
    rows, header, width = struct.unpack_from("<IHH", raw, 4)
    offset = 1
    for field in range(32, header - 1, 32):
        name = raw[field : field + 11].split(b"\0")[0].decode("ascii")
        size = raw[field + 16]
        if name == column:
            starts = (header + row * width + offset for row in range(rows))
            return [raw[s : s + size].decode("latin-1").strip() for s in starts]
        offset += size
    raise ValueError(f"no column {column} in the county table")
