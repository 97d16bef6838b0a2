"""The people's vocabulary of `officials.toml`, compiled once for the rules that read it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from spacy.lang.en.stop_words import STOP_WORDS

from nlp.people_words import Phrases

PLURALS = (("man", "men"), ("woman", "women"), ("person", "people"), ("person", "persons"), ("", "s"))
UPPER = re.compile(r"\b(?:us|ceo)\b")
FILE = Path(__file__).with_name("officials.toml")


@dataclass(frozen=True, slots=True)
class Title:
    """One office or calling as the vocabulary tells it.

    `office` is its name in the vocabulary, `role` that of the spelling where spellings differ in meaning. `kind` is
    office, either or calling; `level` says whose office it is; `lead` what of the body is written before the role;
    `plural` whether the spelling names several people; `before` whether it counts only before a name; `listed`
    whether the public tables record it.
    """

    role: str
    kind: str
    level: str
    lead: str
    plural: bool
    before: bool
    listed: bool
    office: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every list of `officials.toml`, as sets and phrase finders."""

    titles: Phrases
    agencies: Phrases
    private: frozenset[str]
    qualifiers: dict[str, frozenset[str]]
    levels: dict[str, str]
    government: frozenset[str]
    other: frozenset[str]
    plain: Phrases
    members: Phrases
    media: frozenset[str]
    votes: dict[str, frozenset[str]]
    link_verbs: frozenset[str]
    link_strong: frozenset[str]
    belongs: frozenset[str]
    heads: frozenset[str]
    particles: frozenset[str]
    suffixes: frozenset[str]
    upper: frozenset[str]
    not_first: frozenset[str]
    never: frozenset[str]
    pronouns: dict[str, str]
    genders: dict[str, str]
    articles: frozenset[str]
    unnamed: frozenset[str]
    title_words: frozenset[str]
    states: dict[str, str]
    dates: frozenset[str]
    says: frozenset[str]
    starters: frozenset[str]
    strong_government: frozenset[str]
    soft: frozenset[str]
    abbreviations: frozenset[str]
    parents: dict[str, str]
    unlisted: frozenset[str]
    degrees: frozenset[str]
    lists: dict[str, frozenset[str]]
    patrons: dict[str, str]


@cache
def vocabulary() -> Vocabulary:
    """Read `officials.toml` once. Raises tomllib.TOMLDecodeError or KeyError when the file is broken."""
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    names, links, bodies = raw["names"], raw["links"], raw["bodies"]
    titles = [entry for row in raw["title"] for entry in _spellings(row, raw["ranks"])]
    return Vocabulary(
        titles=Phrases(titles),
        agencies=Phrases((words, name) for name, spellings in raw["agencies"].items() for words in spellings),
        private=frozenset(raw["private"]["words"]),
        qualifiers={name: frozenset(words) for name, words in raw["qualifiers"].items()},
        levels={word: level for level, words in raw["levels"].items() for word in words},
        government=frozenset(bodies["government"]),
        other=frozenset(bodies["other"]),
        plain=Phrases((words, words) for words in bodies["plain"]),
        members=Phrases((words, row[-1]) for row in bodies["members"] for words in row[:-1]),
        media=frozenset(bodies["media"]),
        votes={name: frozenset(words) for name, words in raw["votes"].items()},
        link_verbs=frozenset(links["verbs"]),
        link_strong=frozenset(links["strong"]),
        belongs=frozenset(links["belongs"]),
        heads=frozenset(links["lead"]),
        particles=frozenset(names["particles"]),
        suffixes=frozenset(names["suffixes"]),
        upper=frozenset(names["upper"]),
        not_first=frozenset(names["not_first"]),
        never=(frozenset(names["never"]) | {words.split()[-1] for words, _ in titles}) - frozenset(names["soft"]),
        pronouns=raw["pronouns"],
        genders=raw["genders"],
        articles=frozenset(raw["unnamed"]["articles"]),
        unnamed=frozenset(raw["unnamed"]["nouns"]) | frozenset(raw["private"]["words"]),
        title_words=frozenset(phrase.split()[0] for phrase, _ in titles),
        states={word: code for code, words in raw["states"].items() for word in words},
        dates=frozenset(names["dates"]),
        says=frozenset(names["says"]),
        starters=frozenset(STOP_WORDS) | frozenset(names["starters"]),
        strong_government=frozenset(bodies["strong_government"]),
        soft=frozenset(names["soft"]),
        abbreviations=frozenset(names["dotted"]),
        parents=raw["parents"],
        unlisted=frozenset(bodies["unlisted"]),
        degrees=frozenset(names["degrees"]),
        lists={name: frozenset(words) for name, words in raw["lists"].items()},
        patrons=raw["patrons"],
    )


def _spellings(row: dict, ranks: dict[str, str]) -> list[tuple[str, Title]]:
    """Singular and plural spellings; made plurals that nobody writes do no harm."""
    found = {}
    for words in row["words"]:
        found[words] = _title(row, ranks.get(words, words), plural=False)
        for ending, several in PLURALS:
            if words.endswith(ending):
                found.setdefault(words[: len(words) - len(ending)] + several, _title(row, words, plural=True))
    for words in row.get("plural", ()):
        found[words] = _title(row, words, plural=True)
    return list(found.items())


def _title(row: dict, words: str, *, plural: bool) -> Title:
    role = words if row.get("keep") else row["role"]
    return Title(
        role=UPPER.sub(lambda match: match.group().upper(), role),
        kind=row["kind"],
        level=row.get("level", "any"),
        lead=row.get("lead", ""),
        plural=plural,
        before=row.get("before", False),
        listed=row.get("listed", True),
        office=row["role"],
    )
