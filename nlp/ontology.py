"""The codebook's words, read once from `ontology.toml` and checked.

`load()` gives one immutable Ontology: the closed vocabularies (event types, statuses, agreement types, forms,
parts), the relevance terms, and the extractor's vocabulary of acts, objects and modality. A faulty file raises
OntologyError with the key that is wrong.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

FAMILIES = ("agreement", "policy", "action", "court", "federal", "data", "people")
_VOWELS = "aeiou"


class OntologyError(ValueError):
    """`ontology.toml` holds something unusable; the message names the key."""


@dataclass(frozen=True, slots=True)
class EventType:
    """A kind of event of the codebook; `family` is one of FAMILIES."""

    name: str
    label: str
    family: str
    definition: str


@dataclass(frozen=True, slots=True)
class AgreementType:
    """A kind of standing arrangement. `terms` name it outright, `hints` only tip the scale."""

    name: str
    label: str
    definition: str
    terms: tuple[str, ...]
    hints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProtestForm:
    """A form of protest and the words that tell it, as written (already inflected)."""

    name: str
    label: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """What can be done to an agreement or a policy: every inflected verb form, the nouns, the adjectives."""

    name: str
    verbs: tuple[str, ...]
    nouns: tuple[str, ...]
    adjectives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Relevance:
    """Terms of the relevance screen. `cased` match as written; all others are lower case."""

    cased: tuple[str, ...]
    strong: tuple[str, ...]
    local: tuple[str, ...]
    against: tuple[str, ...]
    spanish: tuple[str, ...]
    spanish_local: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ontology:
    """The whole codebook. `words[table][key]` are the remaining vocabularies, lower case, as written in the file."""

    event_types: Mapping[str, EventType]
    families: Mapping[str, str]
    statuses: Mapping[str, str]
    directions: Mapping[str, str]
    stances: Mapping[str, str]
    parts: Mapping[str, str]
    precisions: Mapping[str, str]
    agreement_types: Mapping[str, AgreementType]
    protest_forms: Mapping[str, ProtestForm]
    counterparties: Mapping[str, tuple[str, ...]]
    agreement_names: Mapping[str, tuple[str, ...]]
    relevance: Relevance
    acts: Mapping[str, Act]
    irregular: Mapping[str, tuple[str, ...]]
    words: Mapping[str, Mapping[str, tuple[str, ...]]]

    def forms(self, table: str, key: str) -> tuple[str, ...]:
        """The entries of `words[table][key]` with the first word of each in every verb form."""
        return _inflect_all(self.words[table][key], self.irregular)


@lru_cache(maxsize=1)
def load() -> Ontology:
    """The project's ontology. Raises OntologyError where `ontology.toml` is faulty."""
    return parse(files("nlp").joinpath("ontology.toml").read_text(encoding="utf-8"))


def parse(toml: str) -> Ontology:
    """Build an Ontology from the text of a TOML file. Raises OntologyError naming the faulty key."""
    try:
        raw = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise OntologyError(f"ontology.toml: {error}") from error
    irregular = {word: _forms(f"inflections.{word}", v) for word, v in _table(raw, "inflections").items()}
    known = {
        "event_types",
        "agreement_types",
        "protest_forms",
        "counterparties",
        "relevance",
        "acts",
        "inflections",
        "agreement_names",
    }
    known |= {"families", "statuses", "directions", "stances", "parts", "precisions"}
    return Ontology(
        event_types=_view({name: _event_type(name, v) for name, v in _table(raw, "event_types").items()}),
        families=_labels(raw, "families"),
        statuses=_labels(raw, "statuses"),
        directions=_labels(raw, "directions"),
        stances=_labels(raw, "stances"),
        parts=_labels(raw, "parts"),
        precisions=_labels(raw, "precisions"),
        agreement_types=_view({name: _agreement_type(name, v) for name, v in _table(raw, "agreement_types").items()}),
        protest_forms=_view({name: _form(name, v) for name, v in _table(raw, "protest_forms").items()}),
        counterparties=_view(
            {name: _strings(f"counterparties.{name}", v) for name, v in _table(raw, "counterparties").items()}
        ),
        agreement_names=_view(
            {name: _lower(f"agreement_names.{name}", v) for name, v in _table(raw, "agreement_names").items()}
        ),
        relevance=_relevance(_table(raw, "relevance")),
        acts=_view({name: _act(name, v, irregular) for name, v in _table(raw, "acts").items()}),
        irregular=_view(irregular),
        words=_view({t: _word_table(t, v) for t, v in raw.items() if t not in known}),
    )


def verb_forms(phrase: str, irregular: Mapping[str, Iterable[str]] | None = None) -> tuple[str, ...]:
    """Every form of a verb phrase whose first word is a base form: "cut ties" gives cuts ties, cutting ties..."""
    head, _, rest = phrase.partition(" ")
    tail = f" {rest}" if rest else ""
    heads = [head, *_third_person(head, irregular), *_other_forms(head, irregular)]
    return tuple(dict.fromkeys(h + tail for h in heads))


def _third_person(head: str, irregular: Mapping[str, Iterable[str]] | None) -> list[str]:
    told = list((irregular or {}).get(head, ()))[3:4]
    if told:
        return told
    if head.endswith(("s", "sh", "ch", "x", "z")):
        return [head + "es"]
    if head.endswith("y") and head[-2:-1] not in _VOWELS:
        return [head[:-1] + "ies"]
    return [head + "s"]


def _other_forms(head: str, irregular: Mapping[str, Iterable[str]] | None) -> list[str]:
    told = list((irregular or {}).get(head, ()))
    if told:
        return told[:3]
    if head.endswith("ee"):
        return [head + "d", head + "ing"]
    if head.endswith("e"):
        return [head + "d", head[:-1] + "ing"]
    if head.endswith("y") and head[-2:-1] not in _VOWELS:
        return [head[:-1] + "ied", head + "ing"]
    return [head + "ed", head + "ing"]


def _inflect_all(phrases: Iterable[str], irregular: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(form for p in phrases for form in verb_forms(p, irregular)))


def _view(mapping: dict[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(mapping)


def _table(raw: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = raw.get(key)
    if not isinstance(value, dict) or not value:
        raise OntologyError(f"ontology.toml: [{key}] is missing or empty")
    return value


def _string(key: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise OntologyError(f"ontology.toml: {key} must be a text, not {value!r}")
    return value


def _strings(key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
        raise OntologyError(f"ontology.toml: {key} must be a list of texts")
    return tuple(dict.fromkeys(value))


def _forms(key: str, value: object) -> tuple[str, ...]:
    """Past, participle, -ing, and the third person where it is irregular too; repeated forms keep their places."""
    _strings(key, value)
    if len(value) < 3:
        raise OntologyError(f"ontology.toml: {key} needs past, participle and -ing form")
    return tuple(value)


def _lower(key: str, value: object) -> tuple[str, ...]:
    words = _strings(key, value)
    for word in words:
        if word != word.lower():
            raise OntologyError(f"ontology.toml: {key} holds {word!r}, which is not lower case")
    return words


def _fields(key: str, value: object, allowed: set[str], required: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise OntologyError(f"ontology.toml: [{key}] must be a table")
    for name in required - set(value):
        raise OntologyError(f"ontology.toml: {key}.{name} is missing")
    for name in set(value) - allowed:
        raise OntologyError(f"ontology.toml: {key}.{name} is not a known key")
    return value


def _event_type(name: str, value: object) -> EventType:
    key = f"event_types.{name}"
    names = {"label", "family", "definition"}
    table = _fields(key, value, names, names)
    if table["family"] not in FAMILIES:
        raise OntologyError(f"ontology.toml: {key}.family {table['family']!r} is not one of {', '.join(FAMILIES)}")
    return EventType(name, _string(f"{key}.label", table["label"]), table["family"], _string(key, table["definition"]))


def _agreement_type(name: str, value: object) -> AgreementType:
    key = f"agreement_types.{name}"
    names = {"label", "definition", "terms", "hints"}
    table = _fields(key, value, names, names)
    return AgreementType(
        name,
        _string(f"{key}.label", table["label"]),
        _string(f"{key}.definition", table["definition"]),
        _lower(f"{key}.terms", table["terms"]),
        _lower(f"{key}.hints", table["hints"]),
    )


def _form(name: str, value: object) -> ProtestForm:
    key = f"protest_forms.{name}"
    table = _fields(key, value, {"label", "words"}, {"label", "words"})
    return ProtestForm(name, _string(f"{key}.label", table["label"]), _lower(f"{key}.words", table["words"]))


def _act(name: str, value: object, irregular: Mapping[str, Iterable[str]]) -> Act:
    key = f"acts.{name}"
    table = _fields(key, value, {"verbs", "nouns", "adjectives"}, {"verbs", "nouns"})
    return Act(
        name,
        _inflect_all(_lower(f"{key}.verbs", table["verbs"]), irregular),
        _lower(f"{key}.nouns", table["nouns"]),
        _lower(f"{key}.adjectives", table.get("adjectives", [])),
    )


def _relevance(table: dict[str, Any]) -> Relevance:
    names = {"cased", "strong", "local", "against", "spanish", "spanish_local"}
    _fields("relevance", table, names, names)
    lower = {name: _lower(f"relevance.{name}", table[name]) for name in names - {"cased"}}
    return Relevance(cased=_strings("relevance.cased", table["cased"]), **lower)


def _labels(raw: Mapping[str, Any], key: str) -> Mapping[str, str]:
    return _view({name: _string(f"{key}.{name}", v) for name, v in _table(raw, key).items()})


def _word_table(key: str, value: object) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        raise OntologyError(f"ontology.toml: {key} is not a table")
    return _view({name: _lower(f"{key}.{name}", v) for name, v in value.items()})
