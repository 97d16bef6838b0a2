"""The sample outlets and their stories, read from `stories/*.toml`.

One file an outlet; `_wire.toml` holds the stories that several outlets carry word for word (`wire = "slug"`).
The labels of a story (events, officials, quotes, ...) stand beside its text and are turned into rows by `gold.py`.
"""

from __future__ import annotations

import tomllib
import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / "stories"
WIRE = "_wire"
CLOSED = "private"  # the section of stories that robots.txt closes to crawlers
LABELS = ("events", "officials", "spokespeople", "quotes", "primary_place")


class SampleError(ValueError):
    """A story file is wrong; the message names the file and the key."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed or sitemap of an outlet. `kind` is rss, atom, json, news or index; `limit` bounds its entries."""

    kind: str
    path: str
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Story:
    """One page of an outlet. `body` is its paragraphs; `hops` are paths that redirect, one to the next, to the story.

    `revision` is the state of the site from which on the page exists. `visible` paragraphs are shown of a paywalled
    story. `labels` are the truth about it as written in the file.
    """

    slug: str
    headline: str
    published: datetime
    path: str
    body: tuple[str, ...]
    modified: datetime | None = None
    authors: tuple[str, ...] = ()
    section: str = "news"
    kind: str = "news"
    caption: str = ""
    hops: tuple[str, ...] = ()
    gzip: bool = False
    paywalled: bool = False
    visible: int = 0
    revision: int = 0
    wire: str = ""
    labels: dict[str, Any] = field(default_factory=dict)
    revised: dict[str, Any] = field(default_factory=dict)

    @property
    def shown(self) -> tuple[str, ...]:
        """The paragraphs a reader without a subscription sees."""
        return self.body[: self.visible] if self.paywalled and self.visible else self.body

    @property
    def link(self) -> str:
        """The path that other pages link to: the first hop of a redirect chain, else the story's own."""
        return self.hops[0] if self.hops else self.path

    @property
    def touched(self) -> datetime:
        """When the page last changed."""
        return self.modified or self.published


@dataclass(frozen=True, slots=True)
class SampleOutlet:
    """One invented outlet: its registry line, its page layout and the oddities of its site."""

    id: str
    name: str
    domain: str
    city: str
    county: str
    state: str
    kind: str
    layout: str
    language: str = "en"
    tagline: str = ""
    pattern: str = "/{section}/{slug}/"
    feeds: tuple[Feed, ...] = ()
    sitemaps: tuple[Feed, ...] = ()
    sections: dict[str, str] = field(default_factory=dict)
    registered: tuple[str, ...] = ("feeds", "sitemap", "sections")
    paywall: str = "none"
    notes: str = ""
    robots: str | None = "User-agent: *\nDisallow: /search\n"
    validators: str = "both"
    charset: str = "utf-8"
    smart_quotes: bool = False
    tracking: str = ""
    dead: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    soft_404: tuple[str, ...] = ()
    all_stories: tuple[Story, ...] = ()

    def stories(self, revision: int = 0) -> list[Story]:
        """The stories on the site at this revision, newest first."""
        found = [_at(story, revision, self) for story in self.all_stories if story.revision <= revision]
        return sorted(found, key=lambda story: story.published, reverse=True)

    def url(self, path: str) -> str:
        """The absolute URL of a path of this outlet."""
        return f"http://{self.domain}{path}"


@lru_cache(maxsize=1)
def load_outlets() -> dict[str, SampleOutlet]:
    """Every outlet by its host name. Raises SampleError naming the file."""
    wire = {story["slug"]: story for story in _read(FOLDER / f"{WIRE}.toml")["stories"]}
    files = sorted(path for path in FOLDER.glob("*.toml") if path.stem != WIRE)
    outlets = [_outlet(path, wire) for path in files]
    return {outlet.domain: outlet for outlet in outlets}


def paragraphs(text: str, *, smart: bool = False) -> tuple[str, ...]:
    """The paragraphs of a text: blank lines divide them, line ends within one are spaces."""
    parts = (" ".join(part.split()) for part in text.strip().split("\n\n"))
    return tuple(curl(part) if smart else part for part in parts if part)


def curl(text: str) -> str:
    """Straight quotation marks and apostrophes as typographic ones, as many sites' editors set them."""
    out = []
    for i, char in enumerate(text):
        opens = i == 0 or text[i - 1] in " (\u2014\u201c\u2018\"'"
        if char == '"':
            out.append("\u201c" if opens else "\u201d")
        elif char == "'":
            out.append("\u2018" if opens and not text[i + 1 : i + 2].isdigit() else "\u2019")
        else:
            out.append(char)
    return "".join(out)


def _outlet(path: Path, wire: dict[str, dict[str, Any]]) -> SampleOutlet:
    data = _read(path)
    try:
        about = dict(data["outlet"])
        for key in ("feeds", "sitemaps"):
            about[key] = tuple(Feed(**feed) for feed in about.get(key, ()))
        for key in ("dead", "broken", "soft_404", "registered"):
            if key in about:
                about[key] = tuple(about[key])
        outlet = SampleOutlet(**about)
        return replace(outlet, all_stories=tuple(_story(raw, outlet, wire) for raw in data["stories"]))
    except (KeyError, TypeError) as error:
        raise SampleError(f"{path.name}: {error}") from error


def _story(raw: dict[str, Any], outlet: SampleOutlet, wire: dict[str, dict[str, Any]]) -> Story:
    values = {**wire[raw["wire"]], **raw} if "wire" in raw else dict(raw)
    labels = {key: values.pop(key) for key in LABELS if key in values}
    for key in ("authors", "hops"):
        values[key] = tuple(values.get(key, ()))
    values["body"] = paragraphs(values["body"], smart=outlet.smart_quotes)
    values["headline"] = curl(values["headline"]) if outlet.smart_quotes else values["headline"]
    values.setdefault("section", next(iter(outlet.sections), "news"))
    values.setdefault("path", _path(outlet, values))
    return Story(**values, labels=labels)


def _path(outlet: SampleOutlet, values: dict[str, Any]) -> str:
    key = uuid.uuid5(uuid.NAMESPACE_URL, f"http://{outlet.domain}/{values['slug']}")
    when = values["published"]
    return outlet.pattern.format(
        slug=values["slug"],
        section=values["section"],
        year=when.year,
        month=when.month,
        day=when.day,
        uuid=key,
        number=key.int % 9_000_000 + 1_000_000,
        code=key.hex[:8],
    )


def _at(story: Story, revision: int, outlet: SampleOutlet) -> Story:
    if not story.revised or revision <= story.revision:
        return story
    values = dict(story.revised)
    labels = {**story.labels, **{key: values.pop(key) for key in LABELS if key in values}}
    if "body" in values:
        values["body"] = paragraphs(values["body"], smart=outlet.smart_quotes)
    values.setdefault("modified", story.touched + timedelta(hours=3))
    return replace(story, labels=labels, **values)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SampleError(f"{path.name}: {error}") from error
