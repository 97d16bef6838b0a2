"""Bar charts as SVG geometry: events by month, or by quarter or year over a long span, stacked by family of kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.site_words import MONTHS, word

WIDTH, HEIGHT = 720, 190
LEFT, RIGHT, TOP, BOTTOM = 58, 6, 12, 26
MOST_BARS = 48
STEPS = (1, 3, 12)  # months in one bar
Row = dict[str, Any]


def month_chart(counts: Mapping[int, Mapping[str, int]], families: list[str], last: int | None = None) -> Row | None:
    """A stacked bar chart of `counts` (month, counted from the year 0, to family to events); None for no events.

    Families are stacked in the order given. With `last`, only that many months up to the newest are drawn.
    """
    if not counts:
        return None
    newest, oldest = max(counts), min(counts)
    if last is not None:
        oldest = max(oldest, newest - last + 1)
    span = newest - oldest + 1
    step = next((s for s in STEPS if span / s <= MOST_BARS), -(-span // (MOST_BARS * 12)) * 12)
    bars = _summed(counts, oldest, newest, step)
    present = [f for f in families if any(f in bar for bar in bars.values())]
    top = _round_up(max(sum(bar.values()) for bar in bars.values()))
    slot = (WIDTH - LEFT - RIGHT) / max(len(bars), 12)
    drawn = [_bar(start, bar, present, LEFT + i * slot, slot, top, step) for i, (start, bar) in enumerate(bars.items())]
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "floor": HEIGHT - BOTTOM,
        "bars": drawn,
        "lines": [{"y": round(_y(top * i / 2, top), 1), "label": f"{top * i // 2:,}"} for i in (0, 1, 2)],
        "ticks": _ticks(drawn, slot, step),
        "families": [{"name": f, "label": word("families", f)} for f in present],
        "unit": {1: "month", 3: "quarter", 12: "year"}.get(step, f"{step // 12} years"),
        "total": sum(bar["count"] for bar in drawn),
    }


def month_words(month: int) -> str:
    """`November 2025` for a month counted from the year 0."""
    return f"{MONTHS[month % 12]} {month // 12}"


def month_days(month: int, months: int = 1) -> tuple[str, str]:
    """The first and the last day of some months, as ISO dates; the last as `YYYY-MM` where that says the same."""
    last = month + months - 1
    return f"{month // 12:04d}-{month % 12 + 1:02d}", f"{last // 12:04d}-{last % 12 + 1:02d}"


def _summed(counts: Mapping[int, Mapping[str, int]], oldest: int, newest: int, step: int) -> dict[int, dict[str, int]]:
    bars: dict[int, dict[str, int]] = {start: {} for start in range(oldest - oldest % step, newest + 1, step)}
    for month, found in counts.items():
        if month >= oldest:
            bar = bars[month - month % step]
            for family, number in found.items():
                bar[family] = bar.get(family, 0) + number
    return bars


def _bar(start: int, bar: Mapping[str, int], families: list[str], x: float, slot: float, top: int, step: int) -> Row:
    pieces, below = [], 0
    for family in families:
        number = bar.get(family, 0)
        if number:
            y = _y(below + number, top)
            pieces.append({"family": family, "y": round(y, 1), "height": round(_y(below, top) - y, 1), "count": number})
            below += number
    first, last = month_days(start, step)
    return {
        "x": round(x + slot * 0.12, 1),
        "width": round(slot * 0.76, 1),
        "pieces": pieces,
        "count": below,
        "label": _span_words(start, step),
        "start": start,
        "from": first,
        "to": last,
    }


def _span_words(start: int, step: int) -> str:
    if step == 1:
        return month_words(start)
    if step == 3:
        return f"{MONTHS[start % 12]} to {MONTHS[(start + 2) % 12]} {start // 12}"
    return str(start // 12) if step == 12 else f"{start // 12} to {(start + step - 1) // 12}"


def _ticks(bars: list[Row], slot: float, step: int) -> list[Row]:
    """Names under the axis: years, or months where less than a year and a half is shown."""
    ticks = []
    fine = step == 1 and len(bars) <= 18
    for at, bar in enumerate(bars):
        month = bar["start"] % 12
        if fine and at % 3 == 0:
            ticks.append({"x": bar["x"], "label": f"{MONTHS[month][:3]} {bar['start'] // 12}"})
        elif not fine and month == 0:
            ticks.append({"x": bar["x"], "label": str(bar["start"] // 12)})
    apart = 1 if fine else max(1, round(44 / (slot * (12 if step < 12 else 1))))
    return ticks[::apart]


def _y(number: float, top: int) -> float:
    return TOP + (HEIGHT - BOTTOM - TOP) * (1 - number / top)


def _round_up(number: int) -> int:
    """The next of 2, 4, 6, 8, 10, 20, 30 ... 100, 200 ...: the top of the axis, whose half is a whole number."""
    size = 1
    while number > 10 * size:
        size *= 10
    step = 2 if size == 1 else size
    return max(-(-number // step) * step, 2)
