"""Maps as SVG paths: the Census outlines of plotly-geo, projected and thinned; no tile server, no JavaScript.

Projection: the Albers equal-area conic with two standard parallels (J. P. Snyder, Map Projections: A Working Manual,
USGS 1987, p. 100), one frame for the lower 48 states and one each for Alaska, Hawaii and Puerto Rico, placed as insets
in the south-west and south-east corners.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise
from math import cos, hypot, radians, sin, sqrt

WIDTH, HEIGHT = 960, 600  # of the map's own coordinates
STATE_WIDTH, STATE_HEIGHT = 520, 520
MARGIN = 6
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Albers:
    """An Albers frame: standard parallels and origin in degrees, then scale and offset in map units."""

    parallel_1: float
    parallel_2: float
    longitude: float
    latitude: float
    scale: float
    x: float
    y: float

    def project(self, longitude: float, latitude: float) -> Point:
        """Map coordinates, y downwards."""
        if longitude - self.longitude > 180:  # the Aleutian Islands beyond the date line
            longitude -= 360
        n = (sin(radians(self.parallel_1)) + sin(radians(self.parallel_2))) / 2
        c = cos(radians(self.parallel_1)) ** 2 + 2 * n * sin(radians(self.parallel_1))
        rho = sqrt(max(c - 2 * n * sin(radians(latitude)), 0)) / n
        rho_0 = sqrt(c - 2 * n * sin(radians(self.latitude))) / n
        theta = n * radians(longitude - self.longitude)
        return self.x + self.scale * rho * sin(theta), self.y - self.scale * (rho_0 - rho * cos(theta))


FRAMES = {
    "": Albers(29.5, 45.5, -96, 37.5, 1200, 484, 292),
    "AK": Albers(55, 65, -154, 63, 400, 110, 512),
    "HI": Albers(8, 18, -157.3, 20.6, 1100, 292, 556),
    "PR": Albers(8, 18, -66.4, 18.2, 1500, 836, 566),
}
OFF_THE_MAP = frozenset({"GU", "MP", "AS", "VI"})  # told of in the table beside the map
# Longitudes of uninhabited or far islands that would leave no room for the rest of their state's map.
REMOTE = {"HI": ((-180, -161),), "AK": ((0, 180), (-180, -172)), "PR": ((-68, -67.5),)}


@dataclass(frozen=True, slots=True)
class Shape:
    """One outline: a postal code or county FIPS code, its name, and the `d` of an SVG path."""

    id: str
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class StateMap:
    """A state's counties, and the frame that puts further points on the same map."""

    counties: tuple[Shape, ...]
    frame: Albers
    width: int
    height: int


@lru_cache(maxsize=1)
def us_map() -> tuple[Shape, ...]:
    """The states that fit on the map, in the coordinates of `project`."""
    records = [r for r in _records("cb_2016_us_state_500k") if r["STUSPS"] not in OFF_THE_MAP]
    return tuple(
        Shape(r["STUSPS"], r["NAME"], path)
        for r, rings in zip(records, _rings("cb_2016_us_state_500k", records, grid=0.02), strict=True)
        if (path := _path(rings, FRAMES.get(r["STUSPS"], FRAMES[""]), tolerance=0.55, smallest=2.2))
    )


def project(longitude: float | None, latitude: float | None, state: str) -> Point | None:
    """Where a point of a state lies on the map of the country, None where the map does not show it."""
    if longitude is None or latitude is None or state in OFF_THE_MAP:
        return None
    x, y = FRAMES.get(state, FRAMES[""]).project(longitude, latitude)
    return (x, y) if 0 <= x <= WIDTH and 0 <= y <= HEIGHT else None


@lru_cache(maxsize=60)
def state_map(state: str) -> StateMap | None:
    """The counties of one state (postal code), at most STATE_WIDTH by STATE_HEIGHT; None for an unknown code."""
    numbers = {r["STUSPS"]: r["STATEFP"] for r in _records("cb_2016_us_state_500k")}
    records = [r for r in _records("cb_2016_us_county_500k") if r["STATEFP"] == numbers.get(state)]
    if not records:
        return None
    remote = REMOTE.get(state, ())
    outlines = [
        [ring for ring in rings if not any(west <= ring[0][0] <= east for west, east in remote)]
        for rings in _rings("cb_2016_us_county_500k", records, grid=0.004)
    ]
    frame, width, height = _fitted([point for rings in outlines for ring in rings for point in ring])
    shapes = (
        Shape(r["GEOID"], r["NAME"], _path(rings, frame, tolerance=0.5, smallest=1.5))
        for r, rings in zip(records, outlines, strict=True)
        if rings
    )
    return StateMap(tuple(shape for shape in shapes if shape.path), frame, width, height)


def _fitted(points: list[Point]) -> tuple[Albers, int, int]:
    """The frame in which the points fill the map of a state, and that map's width and height."""
    longitudes, latitudes = [x for x, _ in points], [y for _, y in points]
    west, east, south, north = min(longitudes), max(longitudes), min(latitudes), max(latitudes)
    sixth = (north - south) / 6
    unit = Albers(south + sixth, north - sixth, (west + east) / 2, (south + north) / 2, 1, 0, 0)
    placed = [unit.project(x, y) for x, y in zip(longitudes, latitudes, strict=True)]
    left, right = min(x for x, _ in placed), max(x for x, _ in placed)
    top, bottom = min(y for _, y in placed), max(y for _, y in placed)
    scale = min((STATE_WIDTH - 2 * MARGIN) / (right - left), (STATE_HEIGHT - 2 * MARGIN) / (bottom - top))
    x, y = MARGIN - scale * left, MARGIN - scale * top
    frame = Albers(unit.parallel_1, unit.parallel_2, unit.longitude, unit.latitude, scale, x, y)
    return frame, round(scale * (right - left)) + 2 * MARGIN, round(scale * (bottom - top)) + 2 * MARGIN


def _path(rings: Iterable[list[Point]], frame: Albers, tolerance: float, smallest: float) -> str:
    """The rings as relative SVG path data; rings that would be smaller than `smallest` map units are left out."""
    drawn = []
    for ring in rings:
        points = _thinned([frame.project(*point) for point in ring], tolerance)
        across = max(x for x, _ in points) - min(x for x, _ in points)
        down = max(y for _, y in points) - min(y for _, y in points)
        if len(points) > 3 and max(across, down) >= smallest:
            drawn.append(_commands(points))
    return "".join(drawn)


def _commands(points: list[Point]) -> str:
    tenths = [(round(x * 10), round(y * 10)) for x, y in points]
    (x, y), moves = tenths[0], []
    for next_x, next_y in tenths[1:-1]:
        if (next_x, next_y) != (x, y):
            moves.append(f"{(next_x - x) / 10:g} {(next_y - y) / 10:g}")
            x, y = next_x, next_y
    return f"M{tenths[0][0] / 10:g} {tenths[0][1] / 10:g}l{' '.join(moves).replace(' -', '-')}z"


def _thinned(points: list[Point], tolerance: float) -> list[Point]:
    """Douglas-Peucker: the points without those nearer than `tolerance` to the line that replaces them."""
    kept = {0, len(points) - 1}
    spans = [(0, len(points) - 1)]
    while spans:
        first, last = spans.pop()
        far, distance = _farthest(points, first, last)
        if distance > tolerance:
            kept.add(far)
            spans += [(first, far), (far, last)]
    return [points[i] for i in sorted(kept)]


def _farthest(points: list[Point], first: int, last: int) -> tuple[int, float]:
    (ax, ay), (bx, by) = points[first], points[last]
    dx, dy, length = bx - ax, by - ay, hypot(bx - ax, by - ay)
    best, distance = first, 0.0
    for i in range(first + 1, last):
        x, y = points[i][0] - ax, points[i][1] - ay
        away = abs(dx * y - dy * x) / length if length else hypot(x, y)
        if away > distance:
            best, distance = i, away
    return best, distance


def _file(name: str) -> Traversable:
    return files("_plotly_geo").joinpath("package_data", name)


@lru_cache(maxsize=4)
def _records(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a dBASE III table (the shapefile's attributes), each with its row number under `#`."""
    raw = _file(f"{name}.dbf").read_bytes()
    count, start, size = struct.unpack_from("<IHH", raw, 4)
    columns, at, offset = [], 32, 1
    while raw[at] != 0x0D:
        columns.append((raw[at : at + 11].split(b"\0")[0].decode("ascii"), offset, raw[at + 16]))
        offset += raw[at + 16]
        at += 32
    rows = []
    for number in range(count):
        row = raw[start + number * size : start + (number + 1) * size]
        fields = {label: row[o : o + width].decode("latin-1").strip() for label, o, width in columns}
        rows.append({**fields, "#": str(number)})
    return tuple(rows)


def _rings(name: str, records: Iterable[dict[str, str]], grid: float) -> Iterator[list[list[Point]]]:
    """The rings of each record's polygon (ESRI shapefile type 5), degrees, points nearer than `grid` merged."""
    index = _file(f"{name}.shx").read_bytes()
    with _file(f"{name}.shp").open("rb") as shapes:
        for record in records:
            offset, words = struct.unpack_from(">ii", index, 100 + 8 * int(record["#"]))
            shapes.seek(offset * 2 + 8)
            yield _polygon(shapes.read(words * 2), grid)


def _polygon(content: bytes, grid: float) -> list[list[Point]]:
    parts, points = struct.unpack_from("<ii", content, 36)
    starts = [*struct.unpack_from(f"<{parts}i", content, 44), points]
    numbers = array("d", content[44 + 4 * parts : 44 + 4 * parts + 16 * points])
    rings = []
    for first, last in pairwise(starts):
        merged = _merged(numbers, first, last, grid)
        if len(merged) > 3:
            rings.append(merged)
    return rings


def _merged(numbers: array[float], first: int, last: int, grid: float) -> list[Point]:
    merged: list[Point] = []
    cell: tuple[int, int] | None = None
    for i in range(first, last):
        x, y = numbers[2 * i], numbers[2 * i + 1]
        if (here := (round(x / grid), round(y / grid))) != cell:
            cell = here
            merged.append((x, y))
    if merged[0] != merged[-1]:
        merged.append(merged[0])
    return merged


def dot_radius(events: int, most: int) -> float:
    """The radius, in map units, whose area grows with the number of events."""
    return 2.2 + 7.5 * sqrt(events / most) if most else 2.2


def shade(events: int, most: int) -> int:
    """A step from 0 (no events) to 5 (the most), on a square-root scale so that one big state leaves room below it."""
    return 0 if events <= 0 or most <= 0 else min(5, 1 + int(4.999 * sqrt(events / most)))
