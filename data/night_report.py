"""A night in ten lines: new events first, then the outlets that broke; the same in full as a JSON file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from pathlib import Path
from textwrap import shorten
from typing import Any

from data.files import write_whole
from data.health import BROKEN, Verdict
from data.site_words import count_words, printable

LINES = 10
SOURCE_LINES = 4  # of these for outlets at the most, while there are events to tell
_LONGEST = 110  # characters of a title or a reason
_DAY = 24 * 3600
_WORK = {  # the figures of a stage that the second line tells
    "crawl": ("fetched", "kept"),
    "extract": ("articles", "reports"),
    "link": ("events",),
    "archive": ("found", "saved"),
    "publish": ("events",),
}


@dataclass(slots=True)
class NightReport:
    """What `last-night.json` holds. Moments are ISO timestamps in UTC.

    `stages` has for each stage how it ended (done, stopped, failed, skipped), its seconds, error and counts;
    `new_events` id, title, date, place, state and link of each; `sources` the verdict on every outlet that is not
    plainly well; `outlets` is the number of all of them.
    """

    started: str
    finished: str
    status: int
    stages: dict[str, dict[str, Any]] = field(default_factory=dict)
    new_events: list[dict[str, Any]] = field(default_factory=list)
    sources: list[dict[str, Any]] = field(default_factory=list)
    outlets: int = 0

    @property
    def broken(self) -> list[dict[str, Any]]:
        """The outlets to look at, those that broke in this night first."""
        chosen = [source for source in self.sources if source["verdict"] in BROKEN]
        return sorted(chosen, key=lambda source: (not source["fresh"], BROKEN.index(source["verdict"])))


def write_report(file: Path, report: NightReport) -> None:
    """Store the report, whole or not at all."""
    write_whole(file, json.dumps(asdict(report), indent=1, ensure_ascii=False) + "\n")


def read_report(file: Path) -> NightReport | None:
    """The stored report; None where there is none or it is not one."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        return NightReport(**{f.name: told[f.name] for f in fields(NightReport)})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def report_lines(report: NightReport, present: str | None = None) -> list[str]:
    """At most ten lines. `present` (an ISO timestamp) adds how long ago the night was, where it is more than a day."""
    sources = [_source_line(source) for source in report.broken if source["fresh"]]
    rest = _rest_line(report.broken, SOURCE_LINES - 1) if len(sources) > SOURCE_LINES - 1 else ""
    shown = sources[: SOURCE_LINES - 1] + ([rest] if rest else [])
    longer = _longer_line(report.broken)
    below = shown + ([longer] if longer else [])
    events = _event_lines(report.new_events, LINES - 2 - len(below))
    return [_headline(report, present), *events, *below, _work_line(report.stages)]


def _headline(report: NightReport, present: str | None) -> str:
    fresh = sum(source["fresh"] for source in report.broken)
    told = [
        count_words(len(report.new_events), "new event"),
        f"{fresh:,} of {count_words(report.outlets, 'outlet')} broke",
    ]
    failed = [name for name, stage in report.stages.items() if stage["ended"] == "failed"]
    if failed:
        told.append(f"{' and '.join(failed)} failed")
    return f"The night of {report.started[:10]}{_ago(report, present)}: {', '.join(told)}."


def _ago(report: NightReport, present: str | None) -> str:
    if present is None:
        return ""
    days = (datetime.fromisoformat(present) - datetime.fromisoformat(report.finished)).total_seconds() / _DAY
    return f" ({count_words(int(days), 'day')} ago, and none since)" if days >= 1 else ""


def _event_lines(events: Sequence[Mapping[str, Any]], room: int) -> list[str]:
    if len(events) <= room:
        return [_event_line(event) for event in events]
    shown = [_event_line(event) for event in events[: room - 1]]
    return [*shown, f"And {count_words(len(events) - len(shown), 'more new event')}."]


def _event_line(event: Mapping[str, Any]) -> str:
    place = _plain(event["place"] or "place unknown")
    where = place if not event["state"] or len(place) == 2 else f"{place}, {event['state']}"
    return f"New: {_plain(event['title'])} ({where}) {_plain(event['link'], whole=True)}"


def _source_line(source: Mapping[str, Any]) -> str:
    return f"Broke: {_plain(source['name'])} [{source['source_id']}] is {source['verdict']}: {_plain(source['reason'])}"


def _rest_line(broken: Iterable[Mapping[str, Any]], shown: int) -> str:
    """The outlets that broke and have no line of their own, every one by its id."""
    rest = [source for source in broken if source["fresh"]][shown:]
    return f"Broke too: {_named(rest)}."


def _longer_line(broken: Iterable[Mapping[str, Any]]) -> str:
    longer = [source for source in broken if not source["fresh"]]
    return f"Broken for longer: {_named(longer)}." if longer else ""


def _named(sources: Iterable[Mapping[str, Any]]) -> str:
    ids: dict[str, list[str]] = {}
    for source in sources:
        ids.setdefault(source["verdict"], []).append(source["source_id"])
    return "; ".join(f"{verdict} {', '.join(names)}" for verdict, names in ids.items())


def _work_line(stages: Mapping[str, Mapping[str, Any]]) -> str:
    """What each stage did and how long it took, or why it did not."""
    return f"Stages: {'; '.join(_stage_words(name, stage) for name, stage in stages.items())}."


def _stage_words(name: str, stage: Mapping[str, Any]) -> str:
    told = [f"{stage['counts'][word]:,} {word}" for word in _WORK.get(name, ()) if word in stage["counts"]]
    took = _duration(stage["seconds"])
    if stage["ended"] == "failed":
        return f"{name} FAILED after {took}: {_plain(stage['error'])}"
    ended = {"skipped": " left out", "stopped": f" stopped after {took}, the rest next time"}.get(stage["ended"])
    return f"{name}{ended or f' {took}'}" + (f" ({', '.join(told)})" if told else "")


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _plain(text: str | None, *, whole: bool = False) -> str:
    """One line without control characters: the words come from pages that nobody has vetted."""
    line = " ".join(printable(text).split())
    return line if whole else shorten(line, _LONGEST, placeholder="…")


def verdict_lines(verdicts: Sequence[Verdict], *, everything: bool) -> list[str]:
    """How many outlets are how, then one line for each that is broken, or for each at all."""
    counts: dict[str, int] = {}
    for verdict in verdicts:
        counts[verdict.verdict] = counts.get(verdict.verdict, 0) + 1
    total = ", ".join(f"{number:,} {word}" for word, number in sorted(counts.items(), key=lambda item: -item[1]))
    shown = [v for v in verdicts if everything or v.broken]
    order = sorted(shown, key=lambda v: (not v.broken, v.verdict, v.source_id))
    width = max((len(v.source_id) for v in order), default=0)
    return [
        f"Outlets now: {total or 'none known, as nothing was crawled'}.",
        *(
            f"  {v.verdict:<9} {v.source_id:<{width}}  since {(v.since or 'ever')[:10]}  {_plain(v.reason)}"
            for v in order
        ),
    ]
