"""What passes between the stages: plain dataclasses, named as the table columns they become.

The ground floor of the house: every folder may import this module, and it imports none of them.
Dates are ISO 8601 strings (`YYYY-MM-DD`) unless a field says otherwise. Character offsets count from 0, the end
is exclusive, and they index Python strings (code points, not bytes).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Place:
    """A US city, county or state, or a foreign place (`kind` "foreign", which never carries an event).

    `id` is `geonames:<id>` for cities and towns, `fips:<5 digits>` for counties, `state:<XX>` for states.
    `population` is the number of residents (0 where unknown). `county_fips` is the county a city lies in.
    """

    id: str
    name: str
    kind: str
    state: str
    lat: float
    lon: float
    population: int = 0
    county_fips: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The place as a plain mapping, keys as in the public table `places`."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Source:
    """One outlet of the registry (`data/sources.csv`); `render` is "javascript" where only a browser sees its pages."""

    id: str
    name: str
    domain: str
    city: str
    county: str
    state: str
    kind: str
    language: str = "en"
    feeds: tuple[str, ...] = ()
    sitemap: str = ""
    sections: tuple[str, ...] = ()
    paywall: str = "none"
    notes: str = ""
    render: str = ""


@dataclass(frozen=True, slots=True)
class Outlet:
    """The home of an article as the extractor sees it: a name and a home area to resolve bare place names by."""

    name: str
    city: str | None = None
    state: str | None = None


@dataclass(slots=True)
class Article:
    """One story: text and metadata, no markup. `published` and `modified` are ISO dates or None.

    `kind` is one of news, opinion, live_blog, video, photo, press_release, agenda (a council's file) and record (a row
    of a federal list). `paywalled` says that the page calls the story sold: its text may be
    no more than the opening.
    """

    url: str
    title: str
    text: str
    published: str | None = None
    modified: str | None = None
    authors: tuple[str, ...] = ()
    outlet: str | None = None
    language: str | None = None
    paywalled: bool = False
    source: Outlet | None = None
    source_id: str | None = None
    kind: str = "news"


@dataclass(slots=True)
class Visit:
    """What is known of one URL: validators for a conditional request and how the last visit ended.

    `outcome` is one of kept, irrelevant, no_article, not_modified, redirect, http_error, robots, failed.
    `fetched` is an ISO timestamp in UTC.
    """

    url: str
    source_id: str
    fetched: str
    outcome: str
    status: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    screen: float | None = None
    detail: str | None = None


@dataclass(slots=True)
class PlaceFound:
    """A place as an article names it; `spans` are offsets into the article's text (never into the title)."""

    place: Place
    spans: list[Span] = field(default_factory=list)
    primary: bool = False


@dataclass(slots=True)
class Official:
    """A holder of public office named in an article; `role` is lower case ("mayor", "former sheriff")."""

    name: str
    role: str
    body: str | None = None
    place_id: str | None = None
    spans: list[Span] = field(default_factory=list)


@dataclass(slots=True)
class Spokesperson:
    """A named advocate, lawyer or scholar speaking for an organization."""

    name: str
    role: str | None = None
    organization: str | None = None
    spans: list[Span] = field(default_factory=list)


@dataclass(slots=True)
class Actor:
    """Who took which part: decided, voted_for, voted_against, sponsored, opposed, announced, sued, protested."""

    name: str
    part: str


@dataclass(slots=True)
class Evidence:
    """The sentence that tells the event. `where` is "title" or "text"; `text` is that string's slice."""

    where: str
    start: int
    end: int
    text: str


@dataclass(slots=True)
class Report:
    """One article's account of one event. Vocabulary: `nlp/ontology.toml`."""

    type: str
    status: str
    date: str | None
    date_precision: str
    place_id: str | None
    evidence: Evidence
    confidence: float
    agreement_type: str | None = None
    agreement_name: str | None = None
    counterparty: str | None = None
    direction: str | None = None
    stance: str | None = None
    form: str | None = None
    votes_for: int | None = None
    votes_against: int | None = None
    crowd_low: int | None = None
    crowd_high: int | None = None
    actors: list[Actor] = field(default_factory=list)


@dataclass(slots=True)
class Quote:
    """A statement; `text` is the words alone, `start`/`end` the outermost offsets into the article's text."""

    speaker: str
    role: str | None
    text: str
    start: int
    end: int
    cue: str | None
    direct: bool


@dataclass(slots=True)
class Extraction:
    """Everything the extractor says of one article."""

    url: str
    relevant: bool
    relevance: float
    pipeline: str
    places: list[PlaceFound] = field(default_factory=list)
    officials: list[Official] = field(default_factory=list)
    spokespeople: list[Spokesperson] = field(default_factory=list)
    events: list[Report] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One line of a federal list of agencies with a 287(g) agreement, in the sheet's own words.

    `number` is the row in the sheet, from 1; `status` is participating or pending; `signed` an ISO date; `moa` and
    `addendum` are the addresses behind the cells, None where the sheet links none.
    """

    number: int
    agency: str
    state: str
    county: str
    type: str
    model: str
    signed: str | None
    moa: str | None
    addendum: str | None
    status: str


@dataclass(frozen=True, slots=True)
class Roster:
    """One issue of such a list. `dated` is the ISO date that its name tells, `edition` "am", "pm" or empty.

    `sha256` is that of the file; `problems` are the lines that could not be read, each as `FILE: SHEET: row N: what`.
    """

    url: str
    status: str
    dated: str
    edition: str
    sha256: str
    rows: tuple[RosterRow, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rest:
    """A listing that failed, or (`url` is `//host`) a host that asked for it, left alone until `until`.

    `kind` is hard (gone), soft (broken for now) or temporary (asked to wait); `failures` are those in a row, counted
    once a night; `noted` is the last of them. Moments are ISO timestamps in UTC.
    """

    url: str
    source_id: str
    kind: str
    failures: int
    since: str
    noted: str
    until: str
    status: int | None = None
    detail: str | None = None
