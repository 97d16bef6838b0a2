"""Story pages, section pages and error pages, rendered by the Jinja layouts in `layouts/`."""

from __future__ import annotations

import json
import random
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import jinja2

from data.sample.stories import SampleOutlet, Story

LAYOUTS = Path(__file__).resolve().parent / "layouts"
NOTICE = "Invented sample page for the sanctuary tracker's demonstration; people and events are made up"
AP_MONTHS = ["Jan.", "Feb.", "March", "April", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec."]
SPANISH_MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)


def story_page(outlet: SampleOutlet, story: Story, revision: int = 0) -> str:
    """The HTML of one story with its outlet's navigation, advertisements, related links and comments around it."""
    others = [other for other in outlet.stories(revision) if other.slug != story.slug]
    related = random.Random(story.slug).sample(others, min(4, len(others)))
    return _render(outlet, f"{outlet.layout}.html", story=story, related=related, structured=structured(outlet, story))


def section_page(outlet: SampleOutlet, section: str | None, revision: int = 0) -> str:
    """The HTML of a section front (all stories for `section` None), with the outlet's dead links among them."""
    listed = [story for story in outlet.stories(revision) if section in (None, story.section)]
    stale = [*outlet.dead, *outlet.broken, *outlet.soft_404]
    return _render(outlet, f"{outlet.layout}.html", section=section or "home", listed=listed, stale=stale)


def message_page(outlet: SampleOutlet, heading: str, message: str) -> str:
    """The HTML of an error page or a page that says the story is gone."""
    return _render(outlet, "_message.html", heading=heading, message=message)


def structured(outlet: SampleOutlet, story: Story) -> str:
    """The NewsArticle of a story as JSON-LD text, safe inside a script element."""
    article = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": story.headline,
        "datePublished": story.published.isoformat(),
        "dateModified": story.touched.isoformat(),
        "author": [{"@type": "Person", "name": name} for name in story.authors],
        "publisher": {"@type": "NewsMediaOrganization", "name": outlet.name},
        "mainEntityOfPage": outlet.url(story.path),
        "articleSection": story.section,
        "inLanguage": outlet.language,
        "isAccessibleForFree": not story.paywalled,
    }
    if outlet.layout == "arc" and not story.visible:
        article["articleBody"] = " ".join(story.body)
    if story.paywalled:
        article["hasPart"] = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".meter-body"}
    return json.dumps(article, ensure_ascii=False).replace("</", "<\\/")


def ap_date(when: datetime) -> str:
    """Sept. 3, 2026."""
    return f"{AP_MONTHS[when.month - 1]} {when.day}, {when.year}"


def long_date(when: datetime) -> str:
    """September 3, 2026."""
    return f"{when:%B} {when.day}, {when.year}"


def spanish_date(when: datetime) -> str:
    """3 de septiembre de 2026."""
    return f"{when.day} de {SPANISH_MONTHS[when.month - 1]} de {when.year}"


def clock(when: datetime) -> str:
    """5:05 PM."""
    return f"{when.hour % 12 or 12}:{when:%M} {'AM' if when.hour < 12 else 'PM'}"


def teaser(story: Story, words: int = 28) -> str:
    """The beginning of a story as section fronts and feeds show it."""
    first = story.body[0].split()
    return " ".join(first[:words]) + ("…" if len(first) > words else "")


def _render(outlet: SampleOutlet, template: str, **values: object) -> str:
    values = {"story": None, "listed": (), "stale": (), "related": (), **values}
    return _environment().get_template(template).render(outlet=outlet, notice=NOTICE, **values)


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(LAYOUTS), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    env.filters.update(
        ap_date=ap_date,
        long_date=long_date,
        spanish_date=spanish_date,
        clock=clock,
        teaser=teaser,
        iso=datetime.isoformat,
    )
    return env
