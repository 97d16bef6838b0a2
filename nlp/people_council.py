"""Members of a voting body known by their votes, and offices known by who replaced whom.

"Deb Jung and Liz Walsh voted yes" makes council members of them when the story is about a council; "who unseated
Sheriff Neil Warren" makes a sheriff; after "Two sheriffs-elect said so." the next sentence's subjects are they.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace

from nlp.people_claims import Claim, ClaimFinder
from nlp.people_names import Name, fold, read_name
from nlp.people_vocabulary import vocabulary

NEAR = 3  # sentences between the body and the vote
SINGLE_OFFICES = frozenset({"sheriff", "mayor", "governor", "police chief", "district attorney"})
ELECT_WORDS = frozenset({"incoming", "elect", "elected", "soon"})


def council_claims(finder: ClaimFinder) -> list[Claim]:
    """Claims of membership by votes, successions and set-up sentences, to be added to the finder's own."""
    bodies = _bodies(finder)
    claimed = {fold(claim.name.parts[-1]) for claim in finder.claims}
    return [*_votes(finder, bodies, claimed), *_successions(finder, bodies), *_set_up(finder, claimed)]


def _bodies(finder: ClaimFinder) -> list[tuple[int, str]]:
    """Word index and members' role of every mention of a voting body."""
    return [(first, str(role)) for first, _, role in vocabulary().members.find(finder.words)]


def _role_near(finder: ClaimFinder, bodies: list[tuple[int, str]], index: int) -> str | None:
    at = bisect_right(bodies, (index, "~")) - 1
    if at < 0:
        return None
    first, role = bodies[at]
    return role if finder.words[index].sentence - finder.words[first].sentence <= NEAR else None


def _votes(finder: ClaimFinder, bodies: list[tuple[int, str]], claimed: set[str]) -> list[Claim]:
    votes = vocabulary().votes
    found: list[Claim] = []
    for index, word in enumerate(finder.words):
        if word.norm not in votes["strong"] and word.norm not in votes["weak"]:
            continue
        role = _role_near(finder, bodies, index)
        names = _subjects(finder, index) if role else []
        if word.norm in votes["weak"] and not _fellow(finder, found, index):
            continue
        found += [Claim(name, name.start, member=role) for name in names if fold(name.parts[-1]) not in claimed]
    return found


def _subjects(finder: ClaimFinder, index: int) -> list[Name]:
    """The names of the list that ends before the verb at `index` ("was" and adverbs passed over)."""
    words = finder.words
    while index > 0 and words[index].glued and words[index - 1].norm in ("was", "were", "also", "both", "all"):
        index -= 1
    found: list[Name] = []
    name = finder.ends.get(index) if words[index].glued else None
    while name is not None and words[name.first].sentence == words[index].sentence:
        found.append(name)
        before = name.first
        if words[before - 1].norm == "and" and before > 1 and words[before].glued:
            before -= 1
        elif words[before].gap not in (", ",):
            break
        name = finder.ends.get(before)
    return found


def _fellow(finder: ClaimFinder, found: list[Claim], index: int) -> bool:
    """Whether a member of the body is named in this sentence or the one before."""
    sentence = finder.words[index].sentence
    close = [
        c
        for c in finder.claims
        if c.title and c.title.role in ("council member", "supervisor", "commissioner", "chair", "board member")
    ]
    return any(0 <= sentence - finder.words[c.name.first].sentence <= 1 for c in [*close, *found])


def _successions(finder: ClaimFinder, bodies: list[tuple[int, str]]) -> list[Claim]:
    words, found = finder.words, []
    starts = {claim.name.first: claim for claim in finder.claims}
    for index, word in enumerate(words):
        if word.norm == "predecessor":
            found += _predecessor(finder, index)
        if word.norm not in vocabulary().votes["succeeded"] or index == 0:
            continue
        new = _before(finder, index)
        old = next((starts[k] for k in range(index + 1, min(index + 9, len(words))) if k in starts), None)
        if new is None:
            continue
        other = read_name(words, index + 1) if index + 1 < len(words) and words[index + 1].capital else None
        role = _role_near(finder, bodies, index)
        if old is not None and old.title is not None and words[old.name.first].sentence == word.sentence:
            found.append(_like(old, new, elect=_awaits(finder, index)))
        elif role and other and word.norm in ("replaced", "succeeded"):
            found += [Claim(new, new.start, member=role), Claim(other, other.start, member=role, former=True)]
        elif other is not None:
            found += _titled_new(finder, new, other)
    return found


def _before(finder: ClaimFinder, index: int) -> Name | None:
    """The subject before the verb at `index`: a full name (", who" allowed) or a surname."""
    words = finder.words
    end = index - 1 if words[index - 1].norm == "who" and words[index - 1].gap == ", " else index
    name = finder.ends.get(end)
    if name is None and words[index].gap == ", ":
        commas = [
            k
            for k in range(max(index - 8, 0), index)
            if words[k].gap == ", " and words[k].sentence == words[index].sentence
        ]
        name = next((finder.ends[k] for k in commas if k in finder.ends), None)
    if name is not None or end != index:
        return name
    return read_name(words, index - 1) if words[index].glued and words[index - 1].capital else None


def _like(claim: Claim, name: Name, *, elect: bool) -> Claim:
    return Claim(name, name.start, claim.title, claim.mods, claim.body, elect=elect)


def _titled_new(finder: ClaimFinder, new: Name, other: Name) -> list[Claim]:
    """X, whose office is told elsewhere, replaced Y: Y held it before."""
    for claim in finder.claims:
        if claim.title and claim.title.kind == "office" and fold(claim.name.parts[-1]) == fold(new.parts[-1]):
            return [Claim(other, other.start, claim.title, claim.mods, claim.body, former=True)]
    return []


def _predecessor(finder: ClaimFinder, index: int) -> list[Claim]:
    """His predecessor Steve Schuh: the office of the last official named before."""
    words = finder.words
    after = index + 1
    if after >= len(words) or words[after].gap not in (" ", ", ") or not words[after].capital:
        return []
    name = read_name(words, after)
    earlier = [c for c in finder.claims if c.name.first < index and c.title and c.title.kind == "office"]
    if name is None or not earlier:
        return []
    last = max(earlier, key=lambda c: c.name.first)
    return [Claim(name, name.start, last.title, last.mods, last.body, former=True)]


def _awaits(finder: ClaimFinder, index: int) -> bool:
    """Whether the sentence before or this one speaks of people still to take office."""
    sentence = finder.words[index].sentence
    return any(
        w.norm in ELECT_WORDS for w in finder.words[max(0, index - 60) : index + 30] if sentence - w.sentence in (0, 1)
    )


def _set_up(finder: ClaimFinder, claimed: set[str]) -> list[Claim]:
    """After a sentence about "the sheriffs of" or "two sheriffs-elect", the subjects of the next two are they."""
    found = []
    for first, last, title, mods in finder.titles:
        if (
            not title.plural
            or title.role not in SINGLE_OFFICES
            or last <= finder.headline
            or finder.words[last - 1].owner
        ):
            continue
        sentence = finder.words[first].sentence
        if finder.words[first].sentence == finder.words[mods.first - 1].sentence and _governed(finder, mods.first - 1):
            continue
        elect = mods.elect or _awaits(finder, first)
        one = replace(title, plural=False)
        for name in finder.names:
            near = finder.words[name.first].sentence - sentence
            if (
                near in (1, 2, 3)
                and fold(name.parts[-1]) not in claimed
                and _acts(finder, name, finder.words[first].paragraph)
            ):
                found.append(Claim(name, name.start, one, None, None, elect=elect))
    return found


def _governed(finder: ClaimFinder, index: int) -> bool:
    """The plural is no subject: it follows a preposition ("a letter to sheriffs")."""
    return finder.words[index].norm in (
        "to",
        "by",
        "for",
        "with",
        "from",
        "against",
        "urging",
        "asked",
        "told",
        "other",
    )


def _acts(finder: ClaimFinder, name: Name, paragraph: int) -> bool:
    """A sentence's subject, or a forerunner: X ended it; In Y County, X won; following X in Y County."""
    words = finder.words
    if words[name.first].paragraph != paragraph or name.last >= len(words):
        return False
    before = words[name.first - 1]
    starts = before.sentence != words[name.first].sentence
    after_place = words[name.first].gap == ", " and before.capital and words[name.last].glued
    return (
        (starts and (words[name.last].glued or words[name.last].norm == "who"))
        or after_place
        or before.norm == "following"
    )
