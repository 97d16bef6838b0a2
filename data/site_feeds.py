"""Atom feeds of events (RFC 4287, with GeoRSS points)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from xml.etree import ElementTree

ATOM = "http://www.w3.org/2005/Atom"
GEORSS = "http://www.georss.org/georss"
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ElementTree.register_namespace("", ATOM)
ElementTree.register_namespace("georss", GEORSS)


def atom_feed(
    events: Iterable[dict[str, Any]],
    *,
    title: str,
    subtitle: str,
    root: str,
    page: str,
    feed: str,
    updated: str | None = None,
) -> bytes:
    """The feed of some events, newest news first. `root`, `page` and `feed` are absolute URLs, `root` with no slash.

    `updated` is the ISO moment told by a feed without events.
    """
    entries = sorted(events, key=lambda event: (event["last_seen"] or "", event["date"] or ""), reverse=True)
    top = ElementTree.Element(f"{{{ATOM}}}feed")
    _text(top, "title", title)
    _text(top, "subtitle", subtitle)
    _text(top, "id", feed)
    _link(top, "self", feed, "application/atom+xml")
    _link(top, "alternate", page, "text/html")
    _text(top, "updated", _moment(entries[0]["last_seen"] if entries else updated))
    _text(ElementTree.SubElement(top, f"{{{ATOM}}}author"), "name", "Sanctuary Tracker")
    for event in entries:
        _entry(top, event, root)
    return ElementTree.tostring(top, encoding="utf-8", xml_declaration=True)


def _entry(top: ElementTree.Element, event: dict[str, Any], root: str) -> None:
    entry = ElementTree.SubElement(top, f"{{{ATOM}}}entry")
    place = event["place"]
    _text(entry, "title", event["title"])
    _text(entry, "id", root + event["url"])
    _link(entry, "alternate", root + event["url"], "text/html")
    _text(entry, "published", _moment(event["first_seen"]))
    _text(entry, "updated", _moment(event["last_seen"] or event["first_seen"]))
    told = [f"{event['type_label']} ({event['status_words'].lower()})", event["date_words"]]
    told += [place.label] if place else []
    _text(entry, "summary", f"{', '.join(told)}. {event['summary'] or ''}".strip())
    ElementTree.SubElement(entry, f"{{{ATOM}}}category", term=event["type"], label=clean(event["type_label"]))
    if place and place.latitude is not None and place.longitude is not None:
        ElementTree.SubElement(entry, f"{{{GEORSS}}}point").text = f"{place.latitude} {place.longitude}"


def clean(text: str | None) -> str:
    """The text without the characters that XML 1.0 cannot hold."""
    return NOT_XML.sub("", text or "")


def _moment(day: str | None) -> str:
    """An ISO date as the timestamp that Atom asks for; the epoch where there is none."""
    return f"{day[:10]}T00:00:00Z" if day and re.match(r"\d{4}-\d\d-\d\d", day) else "1970-01-01T00:00:00Z"


def _text(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, f"{{{ATOM}}}{name}").text = clean(text)


def _link(parent: ElementTree.Element, rel: str, href: str, kind: str) -> None:
    ElementTree.SubElement(parent, f"{{{ATOM}}}link", rel=rel, href=href, type=kind)
