"""One readable line for an event, made of its fields alone, so that it never says more than they do."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from data.events import Event
from data.records import Place

KNOWN_CITY, KNOWN_COUNTY = 300_000, 500_000  # residents from which a place is told without its state
LONGEST_NAME = 40
WIDE = 4  # a highest figure so many times the lowest is told alone: reporters counted at different hours
_NO_LINE_OF_ITS_OWN = ("occurred", "ongoing", "background")
_BODY_WORDS = re.compile(r"\b(?:the|city|county|town|of)\b|[^\w]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Named:
    """Published actors that a title may name: the deciding body, who sued, who spoke; None where not exactly one."""

    body: str | None = None
    suer: str | None = None
    speaker: str | None = None


def event_title(event: Event, place: Place, named: Named | None = None) -> str:
    """The title of `event` at `place`. A type unknown to `event_titles.toml` is told by its name."""
    named = named or Named()
    lines = _table().get(event.type)
    if lines is None:
        return f"{event.type.replace('_', ' ').capitalize()} in {place_name(place)}"
    line = _line(event, lines | lines.get(event.direction or "", {}), place, named)
    return _tidy(line.format_map(_Words(_words(event, place, named))))


def place_name(place: Place) -> str:
    """The place, with its state where few readers would know it or many share its name: "Denver", "Richmond, CA"."""
    known = place.population >= (KNOWN_COUNTY if place.kind == "county" else KNOWN_CITY)
    alone = known and place.name not in _table()["words"]["shared_names"]["names"]
    return place.name if place.kind == "state" or alone else f"{place.name}, {place.state}"


def _line(event: Event, lines: Mapping[str, Any], place: Place, named: Named) -> str:
    act = lines.get("act")
    told = event.status in _NO_LINE_OF_ITS_OWN
    if told and act and event.votes_for is not None:
        votes = f"{event.votes_for}-{event.votes_against}" if event.votes_against is not None else ""
        voters = _voters(named, place)
        return f"{voters} {'vote' if _are_several(voters) else 'votes'} {votes} to {act}"
    if told and named.suer and "sued" in lines:
        return lines["sued"]
    if told and named.speaker and "spoken" in lines:
        return lines["spoken"]
    if event.status in lines:
        return lines[event.status]
    if act and not told:
        return {
            "announced": "{place} plans to " + act,
            "proposed": "Proposal would have {place} " + act,
            "denied": "{place} declines to " + act,
        }.get(event.status, lines["done"])
    return lines["done"]


def _voters(named: Named, place: Place) -> str:
    """The deciding body with the place before it, unless it has the place in its name: "Denver City Council"."""
    words = set(re.findall(r"\w+", (named.body or "").lower()))
    deciding = _table()["words"]["several"]
    if not named.body or not words & {*deciding["last"], *deciding["collective"]}:
        return "{place}"
    body = re.sub(r"^the ", "", named.body, flags=re.IGNORECASE).replace("{", "(").replace("}", ")")
    own = _plain(place.name)
    if not _plain(body) or _plain(body) == own:
        return "{place}"
    if own and own in _plain(body):
        return body
    first = body.split()[0].lower()
    return "{named_place} " + (body[len(first) :].lstrip() if place.name.lower().endswith(" " + first) else body)


def _are_several(voters: str) -> bool:
    words, several = re.findall(r"\w+", voters.lower()), _table()["words"]["several"]
    return bool(words) and words[-1] in several["last"] and not set(words) & set(several["collective"])


def _plain(name: str) -> str:
    return " ".join(_BODY_WORDS.sub(" ", name).lower().split())


def _words(event: Event, place: Place, named: Named) -> dict[str, str]:
    words = _table()["words"]
    where = place_name(place)
    fed = (
        event.counterparty if event.counterparty in words["cooperation"]["partners"] else words["cooperation"]["usual"]
    )
    agreement = _agreement(event, words)
    form = words["forms"].get(event.form or "untold", words["forms"]["untold"])
    return {
        "place": f"{where}," if "," in where else where,
        "named_place": place.name,
        "agreement": agreement,
        "an": "an" if agreement[0].lower() in "aeiou" else "a",
        "party": words["parties"].get(event.counterparty or "untold", event.counterparty or ""),
        "fed": fed,
        "over": f"cooperation with {fed}",
        "limiting": _of(words["limiting"], event.direction),
        "speaking": _of(words["speaking"], event.stance),
        "cause": _of(words["cause"], event.stance)[event.agreement_type is None].replace("{fed}", fed),
        "crowd": _crowd(event, words),
        "protest": form[1] if (event.crowd_low, event.crowd_high) == (1, 1) else form[0],
        "protest_noun": form[2],
        "suer": named.suer or "",
        "speaker": named.speaker or "",
    }


def _agreement(event: Event, words: Mapping[str, Any]) -> str:
    noun = words["agreements"].get(event.agreement_type or "other", words["agreements"]["other"])
    party = event.counterparty or words["cooperation"]["usual"]
    party = "the " + words["parties"].get(party, party).removeprefix("The ") if party in words["parties"] else party
    name = (event.agreement_name or "").removeprefix("287(g), ")  # which the noun says already
    told = set(re.findall(r"\w+", name.lower()))
    plain = told <= set(words["plain_names"]["words"]) or len(name) > LONGEST_NAME
    return f"{noun} with {party}" + ("" if plain else f" ({name})")


def _crowd(event: Event, words: Mapping[str, Any]) -> str:
    low, high = event.crowd_low, event.crowd_high
    for lowest, highest, phrase in words["crowds"]["phrases"]:
        if (low, high) == (lowest, highest):
            return phrase
    if low is None and high is None:
        return "Protesters" if event.form else "People"
    if low == high:
        return "One person" if low == 1 else f"{low:,} people"
    if high is None:
        return f"At least {low:,} people"
    if low is not None and high < WIDE * low:
        return f"{low:,} to {high:,} people"
    phrase = next((p for _, highest, p in words["crowds"]["phrases"] if high == highest), None)
    return phrase or f"Up to {high:,} people"


def _of(words: Mapping[str, Any], value: str | None) -> Any:
    return words.get(value or "untold", words["untold"])


def _tidy(line: str) -> str:
    line = " ".join(line.split()).rstrip(",")
    return line[:1].upper() + line[1:]


class _Words(dict):
    """The placeholders' values; a brace in a told name is no placeholder."""

    def __missing__(self, key: str) -> str:
        raise KeyError(f"event_titles.toml: unknown placeholder {{{key}}}")


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return tomllib.loads(files("data").joinpath("event_titles.toml").read_text(encoding="utf-8"))
