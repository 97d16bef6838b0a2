"""Builders of invented records, each with sensible defaults: a test states only what it is about."""

from __future__ import annotations

from itertools import count
from random import Random
from typing import Any

from data.records import (
    Actor,
    Article,
    Evidence,
    Extraction,
    Official,
    Outlet,
    Place,
    Quote,
    Report,
    Source,
    Spokesperson,
    Visit,
)

_numbers = count(1)
_WORDS = (
    "the a of to and in that it was for on with as at by from they which had board room clerk vote night contract jail "
    "county money bed winter speaker list door notice year people staff guard office road court lawyer river crowd "
    "sign paper question answer table member street budget letter"
)

PIPELINE = "test-1"
PHILADELPHIA = Place("geonames:4560349", "Philadelphia", "city", "PA", 39.95, -75.16, 1_500_000, "42101")
DENVER = Place("geonames:5419384", "Denver", "city", "CO", 39.74, -104.98, 700_000, "08031")
MILWAUKEE_COUNTY = Place("fips:55079", "Milwaukee County", "county", "WI", 43.0, -87.97, 900_000, "55079")
RICHMOND = Place("geonames:5387428", "Richmond", "city", "CA", 37.94, -122.35, 110_000, "06013")
CONTRA_COSTA = Place("fips:06013", "Contra Costa County", "county", "CA", 37.92, -121.95, 1_100_000, "06013")
STATES = {
    "PA": Place("state:PA", "Pennsylvania", "state", "PA", 40.9, -77.8),
    "CO": Place("state:CO", "Colorado", "state", "CO", 39.0, -105.5),
    "WI": Place("state:WI", "Wisconsin", "state", "WI", 44.5, -89.5),
    "CA": Place("state:CA", "California", "state", "CA", 37.2, -119.5),
}
PLACES = (PHILADELPHIA, DENVER, MILWAUKEE_COUNTY, RICHMOND, CONTRA_COSTA, *STATES.values())


class SmallGazetteer:
    """The few places above, with the two look-ups that publishing needs."""

    def __init__(self, places: tuple[Place, ...] = PLACES) -> None:
        self._places = {place.id: place for place in places}

    def get(self, place_id: str) -> Place | None:
        """The place of that id, or None."""
        return self._places.get(place_id)

    def state_name(self, postal: str) -> str | None:
        """Name of the state, or None."""
        state = STATES.get(postal)
        return state.name if state else None


def make_text(topic: str = "the county jail contract", paragraphs: int = 4) -> str:
    """Invented prose about `topic`; the words follow from it, so another topic gives a text of its own."""
    chance = Random(topic)
    lines = [" ".join(chance.choices(_WORDS.split(), k=45)).capitalize() + "." for _ in range(paragraphs)]
    return "\n\n".join([f"Officials spoke at length about {topic}.", *lines])


def make_article(**changes: Any) -> Article:
    """A story with a URL of its own."""
    number = next(_numbers)
    fields: dict[str, Any] = {
        "url": f"https://ledger.example/news/{number}",
        "title": f"County board takes up ICE contract, part {number}",
        "text": make_text(f"matter number {number}"),
        "published": "2026-09-15",
        "outlet": "The Ledger",
        "language": "en",
        "source": Outlet("The Ledger", "Richmond", "CA"),
        "source_id": "ledger",
    }
    return Article(**fields | changes)


def make_visit(article: Article | None = None, **changes: Any) -> Visit:
    """A visit that kept `article`."""
    fields: dict[str, Any] = {
        "url": article.url if article else "https://ledger.example/news/0",
        "source_id": (article.source_id if article else None) or "ledger",
        "fetched": "2026-09-16T01:00:00+00:00",
        "outcome": "kept",
        "status": 200,
        "screen": 0.9,
    }
    return Visit(**fields | changes)


def make_source(**changes: Any) -> Source:
    """An outlet of the registry."""
    fields: dict[str, Any] = {
        "id": "ledger",
        "name": "The Ledger",
        "domain": "ledger.example",
        "city": "Richmond",
        "county": "Contra Costa County",
        "state": "CA",
        "kind": "daily",
        "feeds": ("https://ledger.example/feed",),
    }
    return Source(**fields | changes)


def make_report(**changes: Any) -> Report:
    """A county's termination of its detention contract, told as having happened on 15 September 2026.

    `sentence` sets the evidence; actors may be given as (name, part) pairs.
    """
    sentence = changes.pop("sentence", "The county ended its contract with ICE on Tuesday.")
    changes["actors"] = [Actor(*actor) if isinstance(actor, tuple) else actor for actor in changes.get("actors", [])]
    fields: dict[str, Any] = {
        "type": "agreement_terminated",
        "status": "occurred",
        "date": "2026-09-15",
        "date_precision": "day",
        "place_id": CONTRA_COSTA.id,
        "agreement_type": "detention",
        "counterparty": "ICE",
        "evidence": Evidence("text", 0, len(sentence), sentence),
        "confidence": 0.8,
    }
    return Report(**fields | changes)


def make_official(name: str = "Rosa Whitlock", **changes: Any) -> Official:
    """An invented sheriff."""
    fields: dict[str, Any] = {"role": "sheriff", "body": "Contra Costa County", "place_id": CONTRA_COSTA.id}
    return Official(name, **fields | changes)


def make_spokesperson(name: str = "Dana Ferro", **changes: Any) -> Spokesperson:
    """An invented advocate."""
    return Spokesperson(name, **{"role": "director", "organization": "East Bay Rights Project"} | changes)


def make_quote(speaker: str = "Rosa Whitlock", **changes: Any) -> Quote:
    """A direct quotation."""
    words = changes.pop("text", "We cannot go on with this contract.")
    fields: dict[str, Any] = {"role": "sheriff", "start": 10, "end": 10 + len(words), "cue": "said", "direct": True}
    return Quote(speaker, text=words, **fields | changes)


def make_extraction(article: Article, *reports: Report, **changes: Any) -> Extraction:
    """What the extractor said of `article`; relevant where there are reports."""
    fields: dict[str, Any] = {
        "url": article.url,
        "relevant": bool(reports),
        "relevance": 0.95 if reports else 0.1,
        "pipeline": PIPELINE,
        "events": list(reports),
    }
    return Extraction(**fields | changes)


def add_story(archive: Any, *reports: Report, article: Article | None = None, **extraction: Any) -> int:
    """Keep a story in `archive` together with what was read out of it; gives back the article's id."""
    article = article or make_article()
    article_id = archive.keep_article(article, make_visit(article), raw=None)
    archive.store_extraction(article_id, make_extraction(article, *reports, **extraction))
    return article_id
