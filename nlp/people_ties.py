"""Ties that need no title: organizations told beside a name, and descriptions that make a person private."""

from __future__ import annotations

from dataclasses import replace

from nlp.people_bodies import Body, make_body, read_body
from nlp.people_claims import Claim, ClaimFinder
from nlp.people_names import Name
from nlp.people_vocabulary import vocabulary

REACH = 9  # words between a verb of belonging and its organization
ASIDE = 6  # words of a description after a name's comma


def tie_claims(finder: ClaimFinder) -> list[Claim]:
    """Claims of "X of the ACLU", "X, who teaches law at Temple University", "X, a reporter"."""
    found: list[Claim] = []
    for name in finder.ends.values():
        if name.last < len(finder.words) and not finder.table.heading(name.first):
            found += _organization(finder, name)
    private = (name for name in finder.names if _described(finder, name) or _introduced(finder, name))
    return found + [Claim(name, name.start, private=True) for name in private]


def _organization(finder: ClaimFinder, name: Name) -> list[Claim]:
    words, index = finder.words, name.last
    word = words[index]
    if word.sentence != words[index - 1].sentence:
        return []
    hit = None
    if word.norm in ("of", "with", "from") and word.gap in (" ", ", "):
        hit = read_body(finder.text, words, index + 1)
    elif word.norm == "who" and word.gap == ", ":
        led = _led(finder, name, index + 1)
        if led is not None:
            return [led]
        hit = _belonging(finder, index + 1)
    elif word.glued:
        hit = _belonging(finder, index + (word.norm in ("now", "also", "currently")))
    if hit is None or hit[0].sort in ("media", "government"):
        return []
    certain = hit[0].sort == "other" or word.norm not in ("with", "from")
    return [Claim(name, name.start, body=hit[0])] if certain else []


def _led(finder: ClaimFinder, name: Name, index: int) -> Claim | None:
    """Who leads the local ICE field office: the head of a government's agency."""
    words = finder.words
    if index >= len(words) or words[index].norm not in vocabulary().heads:
        return None
    near = range(index, min(index + 5, len(words)))
    agency = next((words[k : k + 4] for k in near if words[k].capital), [])
    body = make_body(finder.text, agency) if agency else None
    if body is None or not body.agency:
        return None
    title = vocabulary().titles.at([replace(words[index], norm="head")], 0)[1]
    return Claim(name, name.start, title, None, body)


def _belonging(finder: ClaimFinder, index: int) -> tuple[Body, int] | None:
    """The organization of "teaches immigration law at Temple University", from the verb at `index` on."""
    words = finder.words
    if index >= len(words) or words[index].norm not in vocabulary().belongs:
        return None
    for step in range(index + 1, min(index + REACH, len(words))):
        if words[step].gap not in (" ", "\u00a0"):
            return None
        if words[step].capital or words[step].norm in ("at", "for", "with"):
            hit = read_body(finder.text, words, step if words[step].capital else step + 1)
            several = hit is not None and hit[0].sort is None and len(hit[0].text.split()) > 1
            return hit if several or (hit and hit[0].sort == "other") else None
    return None


def _described(finder: ClaimFinder, name: Name) -> bool:
    """Jane Doe, a reporter for; Jane Doe, 45, who owns a bakery and is a mother of two."""
    words, index = finder.words, name.last
    if index >= len(words) or words[index].gap != ", ":
        return False
    for step in range(index, min(index + ASIDE, len(words))):
        if step > index and words[step].gap not in (" ", ", "):
            return False
        if words[step].norm in vocabulary().private:
            return True
        if words[step].norm in vocabulary().title_words:
            return False
    return False


def _introduced(finder: ClaimFinder, name: Name) -> bool:
    """Protester Jane Doe; resident John Smith."""
    before = finder.words[name.first - 1] if name.first else None
    return before is not None and finder.words[name.first].glued and before.norm in vocabulary().private
