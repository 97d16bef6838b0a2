"""A place as a document names it."""

from __future__ import annotations

from dataclasses import dataclass

from data.records import Place


@dataclass(slots=True)
class Mention:
    """One mention of a place; offsets count from the start of the document (title, blank line, text).

    `place` is None for what is foreign or cannot be resolved. `score` is 0 to 1, how sure the resolution is.
    `government` says that the words name a public body of the place ("Cook County", "Boston Mayor"), `body` which kind
    where a word for it follows. A mention that only `qualifies` is the state after a town ("Salem, Oregon"), a
    legislator's home or part of an organization's name. `weak` mentions (Washington for the federal government) are
    never the place of anything. `street` is where an institution stands. `locative`: after "in", "near", "at".
    """

    start: int
    end: int
    text: str
    place: Place | None
    score: float
    government: bool = False
    body: str | None = None
    dateline: bool = False
    qualifies: bool = False
    weak: bool = False
    street: Place | None = None
    locative: bool = False
