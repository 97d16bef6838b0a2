"""Who may stand in the public tables: officials, spokespeople, public bodies and organizations. Nobody else.

The extractor names only such people already; this is the second lock on the same door, and the rows behind it.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from data.event_titles import Named
from data.records import Place

Row = dict[str, Any]


@dataclass(slots=True)
class People:
    """The people of the articles: who is an official (by article and name), and the rows of `officials`."""

    rows: list[Row]
    official_ids: dict[tuple[int, str], str] = field(default_factory=dict)
    by_article: dict[int, list[Row]] = field(default_factory=dict)

    def official_id(self, article_id: int, name: str) -> str | None:
        """The public id of the official whom this article calls by this name."""
        return self.official_ids.get((article_id, plain(name)))

    def person(self, article_id: int, name: str) -> Row | None:
        """The person, official or spokesperson, whom this article calls by this name."""
        return next((p for p in self.by_article.get(article_id, ()) if plain(p["name"]) == plain(name)), None)

    def is_body(self, article_id: int, name: str, place: Place) -> bool:
        """Whether the name is a government's, agency's or organization's, and no person's."""
        if self.person(article_id, name):
            return False
        told = {plain(p[c]) for p in self.by_article.get(article_id, ()) for c in ("body", "organization") if p[c]}
        return plain(name) in told | {plain(place.name)} or is_body_name(name)


def plain(name: str) -> str:
    """A name for comparing: case and spacing left out."""
    return " ".join(name.casefold().split())


def is_body_name(name: str) -> bool:
    """Whether a name reads like a body's by the words of `bodies.toml`."""
    bodies, name = _bodies(), name.strip().replace("’", "'")
    if name in bodies.names:
        return True
    last = name.rpartition(" ")[2]
    whole = last[:1].isupper() or bodies.words.fullmatch(last)
    return bool(name != name.lower() and whole and bodies.words.search(name))


def gather_people(persons: Iterable[Row], place: Callable[[str], Place | None]) -> People:
    """The people of the articles. `persons` are the archive's rows with `url` and `published`; `place` looks ids up.

    Officials of one name and state are one person; without a state, the only one of that name. Federal officials are
    one person in the whole country. Role and body are those last told, the place the one most told.
    """
    people = People([])
    for row in persons:
        people.by_article.setdefault(row["article_id"], []).append(row)
    officials = [r for rows in people.by_article.values() for r in rows if r["kind"] == "official"]
    states = {id(r): _state(r, place) for r in officials}
    known: dict[str, set[str]] = {}
    for row in officials:
        known.setdefault(plain(row["name"]), set()).add(states[id(row)])
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in officials:
        name, state = plain(row["name"]), states[id(row)]
        named = known[name] - {""}
        groups.setdefault((name, state or (min(named) if len(named) == 1 else "")), []).append(row)
    for (name, state), rows in sorted(groups.items()):
        row = _official(name, state, rows, place)
        people.rows.append(row)
        people.official_ids |= {(r["article_id"], name): row["id"] for r in rows}
    return people


def _official(name: str, state: str, rows: list[Row], place: Callable[[str], Place | None]) -> Row:
    newest = sorted(rows, key=lambda r: (r["published"] or "", r["url"]), reverse=True)
    places = Counter(r["place_id"] for r in rows if r["place_id"] and place(r["place_id"]) and state != "US")
    return {
        "id": sha256(f"official|{name}|{state}".encode()).hexdigest()[:10],
        "name": newest[0]["name"],
        "role": next((r["role"] for r in newest if r["role"]), None),
        "body": next((r["body"] for r in newest if r["body"]), None),
        "place_id": min(places, key=lambda p: (-places[p], p), default=None),
        "articles_count": len({r["article_id"] for r in rows}),
    }


def _state(row: Row, place: Callable[[str], Place | None]) -> str:
    """Postal code of the official's place, US for a federal one, empty where untold."""
    if _bodies().federal.search(f"{row['body'] or ''} {row['role'] or ''}"):
        return "US"
    found = place(row["place_id"]) if row["place_id"] else None
    return found.state if found else ""


def actor_rows(
    event_id: str, told: Sequence[tuple[int, list[Mapping[str, str]]]], people: People, at: Place
) -> list[Row]:
    """Rows of `event_actors` without ids: `told` is (article id, actors) for each report, in order.

    Each (name, part) stands once; names that are no official's and no body's are left out.
    """
    found: dict[tuple[str, str], Row] = {}
    for article_id, actors in told:
        for actor in actors:
            official = people.official_id(article_id, actor["name"])
            if official or people.is_body(article_id, actor["name"], at):
                row = {"event_id": event_id, "official_id": official, "name": actor["name"], "part": actor["part"]}
                kept = found.setdefault((official or plain(actor["name"]), actor["part"]), row)
                kept["official_id"] = kept["official_id"] or official
    return [found[key] for key in sorted(found)]


def named_actors(rows: Sequence[Row]) -> Named:
    """Those actors that an event's title may name: only where there is exactly one who fits."""

    def only(*parts: str, official: bool | None = None) -> str | None:
        names = {r["name"] for r in rows if r["part"] in parts and official in (None, r["official_id"] is not None)}
        return names.pop() if len(names) == 1 else None

    return Named(
        body=only("decided", official=False),
        suer=only("sued", official=False),
        speaker=only("announced", "opposed", official=True),
    )


def quote_row(row: Row, event_id: str, people: People, at: Place) -> Row | None:
    """The public row of one quotation, None where its speaker is neither official, spokesperson nor body."""
    person = people.person(row["article_id"], row["speaker"])
    if person is None and not people.is_body(row["article_id"], row["speaker"], at):
        return None
    person = person or {"name": row["speaker"], "role": None, "organization": None}
    return {
        "event_id": event_id,
        "speaker": person["name"],
        "role": row["role"] or person["role"],
        "organization": person["organization"],
        "official_id": people.official_id(row["article_id"], row["speaker"]),
        "text": row["text"],
        "direct": row["direct"],
        "cue": row["cue"],
    }


@dataclass(frozen=True, slots=True)
class _Bodies:
    words: re.Pattern[str]
    names: frozenset[str]
    federal: re.Pattern[str]


@lru_cache(maxsize=1)
def _bodies() -> _Bodies:
    table = tomllib.loads(files("data").joinpath("bodies.toml").read_text(encoding="utf-8"))
    return _Bodies(
        re.compile(rf"\b(?:{_any(table['words'])})(?!\w)", re.IGNORECASE),
        frozenset(table["names"]),
        re.compile(rf"\b(?:{_any(table['federal'])})\b"),
    )


def _any(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, words))
