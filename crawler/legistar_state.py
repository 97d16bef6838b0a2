"""What is remembered of a Legistar client between two nights, in the `detail` of its visits."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from data.records import Visit

OVERLAP = timedelta(minutes=10)  # changes stored late may bear an earlier time than those already seen
MAX_TRIES = 5  # nights on which a matter is asked for that cannot be had
_WORD = re.compile(r"(\w+)=(\S+)")


def told(detail: str | None) -> dict[str, str]:
    """The `name=value` words of a visit's detail, up to the reason of a failure."""
    return dict(_WORD.findall((detail or "").partition(" | ")[0]))


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a client's matters have been dealt with.

    `until` is the last change (the API's timestamp, UTC) before which nothing is left to do, `since` the day from which
    on the first reading began, None for the beginning.
    """

    until: str | None = None
    since: str | None = None

    @classmethod
    def of(cls, visit: Visit | None, since: date | None) -> Mark:
        """The mark in a listing's visit; an empty one where that did not reach back as far as `since`."""
        first = since.isoformat() if since else None
        known = cls.stored(visit)
        if known.until is None or (known.since and (first is None or first < known.since)):
            return cls(None, first)
        return known

    @classmethod
    def stored(cls, visit: Visit | None) -> Mark:
        """The mark in a listing's visit as it stands."""
        known = told(visit.detail if visit else None)
        return cls(known.get("until"), known.get("since"))

    @property
    def lower(self) -> str | None:
        """The timestamp to ask from: a little before the mark, in whole seconds."""
        if self.until is None:
            return f"{self.since}T00:00:00" if self.since else None
        return (datetime.fromisoformat(self.until) - OVERLAP).isoformat(timespec="seconds")

    def detail(self, reason: str = "") -> str:
        """What the listing's visit says."""
        words = [f"{name}={value}" for name, value in (("until", self.until), ("since", self.since)) if value]
        return " ".join(["matters", *words]) + (f" | {reason[:200]}" if reason else "")


class Prefix:
    """Matters in the order of their changes; `until` is the change up to which all of them are dealt with."""

    def __init__(self, until: str | None) -> None:
        self.until = until
        self._open: deque[tuple[str, int]] = deque()
        self._settled: set[int] = set()

    def expect(self, modified: str, matter: int) -> None:
        """Take up the next matter in order."""
        self._open.append((modified, matter))

    def settle(self, matter: int, *, stands: bool) -> None:
        """The matter came to an end; where that does not stand the mark stays before it."""
        if stands:
            self._settled.add(matter)
        while self._open and self._open[0][1] in self._settled:
            modified, done = self._open.popleft()
            self._settled.discard(done)
            self.until = max(self.until or modified, modified)


def matter_state(modified: str, meetings: list[str]) -> str:
    """What an article was written from: the matter's last change and its meetings to come."""
    return f"modified={modified}" + (f" meetings={','.join(sorted(meetings))}" if meetings else "")


def is_done(visit: Visit | None, state: str) -> bool:
    """Whether the matter was dealt with in this state, or has failed in it too often to be tried again."""
    if visit is None:
        return False
    known, wanted = told(visit.detail), told(state)
    if known.get("modified") != wanted["modified"]:
        return False
    if visit.outcome == "kept":
        return known.get("meetings") == wanted.get("meetings")
    return visit.outcome == "irrelevant" or int(known.get("tries", "0")) >= MAX_TRIES


def failure(visit: Visit | None, state: str, reason: str, *, final: bool) -> str:
    """The detail of a matter's failed visit, with the number of nights on which it failed in this state."""
    known = told(visit.detail if visit else None)
    same = known.get("modified") == told(state)["modified"]
    tries = MAX_TRIES if final else (int(known.get("tries", "0")) if same else 0) + 1
    return f"tries={tries} {state} | {reason[:200]}"
