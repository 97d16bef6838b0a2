"""A place as a document names it: first a candidate with its possible readings, in the end a mention."""

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


@dataclass(slots=True)
class Candidate:
    """A stretch that may name a place, with its readings and its surroundings.

    `form` is plain, county, city (told as such: "City of X"), state, institution or neighbourhood. `qualifier` is a
    postal code, or "foreign". `body` is the kind of government the next or last word speaks of. `label` is spaCy's
    entity. An `aside` names no actor: a legislator's home ("R-Salem"), a word inside an organization's name. A `part`
    of a longer name ("Paris Walmart") is a place only where the text also names the place by itself. `person` says
    that the name is no place here (a person, a newspaper, a street), `after` holds the next two words, lower case.
    """

    start: int
    end: int
    text: str
    key: str
    form: str
    options: tuple[Place, ...]
    qualifier: str | None = None
    county_qualifier: str | None = None
    body: str | None = None
    locative: bool = False
    doubtful: bool = False
    person: bool = False
    title_case: bool = False
    dateline: bool = False
    qualifies: bool = False
    lone_word: bool = False
    street: Place | None = None
    place: Place | None = None
    score: float = 0.0
    after: str = ""
    label: str = ""
    proper: bool = True
    aside: bool = False
    part: bool = False
    township: bool = False
