"""The record pages as JSON-LD in the words of schema.org, for machines: only what the record itself holds."""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

from data.site_links import source_link
from data.site_places import SitePlace

CONTEXT = "https://schema.org"
GATHERINGS = {"protest", "public_meeting"}  # events in the sense of schema.org: people meet at a time and place
STORIES = 20
UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
Row = dict[str, Any]


def json_ld(value: Row) -> Markup:
    """The value as JSON that may stand inside a `script` element: no character of it can end the element."""
    text = json.dumps(value, ensure_ascii=False)
    for character, escape in UNSAFE.items():
        text = text.replace(character, escape)
    return Markup(text)


def event_data(event: Row, address: str) -> Row:
    """The page of an event: what it is about, and the articles that it rests on."""
    page = {"@context": CONTEXT, "@type": "WebPage", "@id": address, "url": address, "name": event["title"]}
    page |= {"isBasedOn": [article(story) for story in event["stories"][:STORIES] if _real(story["url"])]}
    place = place_data(event["place"]) if event["place"] else None
    exact = event["date"] if event["date_precision"] == "day" else None
    if event["type"] in GATHERINGS and exact and place and event["status"] != "proposed":
        status = "EventCancelled" if event["status"] == "denied" else "EventScheduled"
        about = {"@type": "Event", "name": event["title"], "startDate": exact, "location": place}
        return page | {"about": about | {"eventStatus": f"{CONTEXT}/{status}"}}
    return page | ({"about": place} if place else {})


def article(story: Row) -> Row:
    """A report as the news article that it is."""
    told = {"@type": "NewsArticle", "url": story["url"], "headline": (story["headline"] or "")[:300]}
    told |= {"datePublished": story["published"]} if story["published"] else {}
    return told | ({"publisher": {"@type": "Organization", "name": story["outlet"]}} if story["outlet"] else {})


def place_data(place: SitePlace) -> Row:
    """A city, county or state."""
    kinds = {"city": "City", "state": "State"}
    told: Row = {"@type": kinds.get(place.kind, "AdministrativeArea"), "name": place.label}
    if place.latitude is not None and place.longitude is not None:
        told["geo"] = {"@type": "GeoCoordinates", "latitude": place.latitude, "longitude": place.longitude}
    return told


def page_data(kind: str, name: str, address: str, about: Row) -> Row:
    """A page of the record that is about one thing."""
    return {"@context": CONTEXT, "@type": kind, "@id": address, "url": address, "name": name, "about": about}


def official_data(official: Row, address: str) -> Row:
    """The page of a holder of public office."""
    person = {"@type": "Person", "name": official["name"]}
    person |= {"jobTitle": official["role"]} if official["role"] else {}
    body = {"@type": "GovernmentOrganization", "name": official["body"]}
    return page_data(
        "ProfilePage", official["name"], address, person | ({"worksFor": body} if official["body"] else {})
    )


def outlet_data(outlet: Row, address: str) -> Row:
    """The page of an outlet."""
    about = {"@type": "NewsMediaOrganization", "name": outlet["name"]}
    if outlet["home"]:
        about["url"] = outlet["home"]
    return page_data("WebPage", outlet["name"], address, about)


def _real(url: str | None) -> bool:
    return source_link(url, sample=False) is not None
