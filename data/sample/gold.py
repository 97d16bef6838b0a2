"""The truth about the sample stories: labelled rows in the flat form that `tracker evaluate` reads."""

from __future__ import annotations

import csv
import io
from typing import Any

from data.sample.stories import CLOSED, SampleOutlet, Story, curl, load_outlets

COLUMNS = (
    *("id", "name", "domain", "city", "county", "state", "kind", "language"),
    *("feeds", "sitemap", "sections", "paywall", "notes", "render"),
)
COUNTY_WORDS = (" County", " Parish", " Borough")
EVENT_FIELDS = (
    *("agreement_type", "direction", "stance", "form"),
    *("votes_for", "votes_against", "crowd_low", "crowd_high"),
)


def gold_rows(revision: int = 0) -> list[dict[str, Any]]:
    """One row for each story page a polite crawler may read: contract input fields, and the labels beside them."""
    outlets = load_outlets().values()
    return [gold_row(o, story) for o in outlets for story in o.stories(revision) if story.section != CLOSED]


def gold_row(outlet: SampleOutlet, story: Story) -> dict[str, Any]:
    """The labelled row of one story. Its text is what the page shows, paragraphs divided by a blank line."""
    labels = story.labels
    events = [_event(raw, outlet, first=i == 0) for i, raw in enumerate(labels.get("events", ()))]
    told = (lambda text: curl(text)) if outlet.smart_quotes else (lambda text: text)
    return {
        "id": f"{outlet.id}/{story.slug}",
        "url": outlet.url(story.path),
        "title": story.headline,
        "text": "\n\n".join(story.shown),
        "published": story.published.date().isoformat(),
        "source": {"name": outlet.name, "city": outlet.city, "state": outlet.state},
        "language": outlet.language,
        "relevant": bool(events),
        "primary_place": place(labels["primary_place"]) if "primary_place" in labels else _first_place(events),
        "events": events,
        "officials": [dict(zip(("name", "role"), _parts(line), strict=True)) for line in labels.get("officials", ())],
        "spokespeople": [_spokesperson(line) for line in labels.get("spokespeople", ())],
        "quotes": [
            dict(zip(("speaker", "first_words"), _parts(told(line)), strict=True)) for line in labels.get("quotes", ())
        ],
    }


def place(text: str) -> dict[str, str]:
    """A place as labelled: "Lehigh County, PA", "Allentown, PA", or a whole state as "Ohio, state of OH"."""
    name, _, state = text.rpartition(", ")
    if state.startswith("state of "):
        return {"name": name, "kind": "state", "state": state.removeprefix("state of ")}
    return {"name": name, "kind": "county" if name.endswith(COUNTY_WORDS) else "city", "state": state}


def registry_csv() -> str:
    """The outlets in the registry's format, the text of `sources.csv`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for outlet in load_outlets().values():
        writer.writerow(_registry_line(outlet))
    return out.getvalue()


def _registry_line(outlet: SampleOutlet) -> list[str]:
    known = outlet.registered
    feeds = [outlet.url(feed.path) for feed in outlet.feeds] if "feeds" in known else []
    sitemaps = [outlet.url(sitemap.path) for sitemap in outlet.sitemaps[:1]] if "sitemap" in known else []
    sections = [outlet.url(path) for path in outlet.sections.values()] if "sections" in known else []
    about = [getattr(outlet, key) for key in COLUMNS[:8]]
    return [*about, " ".join(feeds), " ".join(sitemaps), " ".join(sections), outlet.paywall, outlet.notes, ""]


def _event(raw: dict[str, Any], outlet: SampleOutlet, *, first: bool) -> dict[str, Any]:
    given = dict(raw)
    given["votes_for"], given["votes_against"] = given.pop("votes", (None, None))
    given["crowd_low"], given["crowd_high"] = given.pop("crowd", (None, None))
    given["agreement_type"] = given.pop("agreement", None)
    evidence = given["evidence"]
    return {
        "type": given["type"],
        "status": given.get("status", "occurred"),
        "place": place(given["place"]),
        "date": given.get("date"),
        **{key: given.get(key) for key in EVENT_FIELDS},
        "actors": list(given.get("actors", ())),
        "central": given.get("central", first),
        "evidence": curl(evidence) if outlet.smart_quotes else evidence,
    }


def _first_place(events: list[dict[str, Any]]) -> dict[str, str] | None:
    return events[0]["place"] if events else None


def _parts(line: str) -> list[str]:
    return [part.strip() for part in line.split("|")]


def _spokesperson(line: str) -> dict[str, str | None]:
    name, organization, *_ = [*_parts(line), None]
    return {"name": name or "", "organization": organization}
