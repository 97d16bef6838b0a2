"""Which government, or which street, a sentence speaks of, and which one the whole story is about."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, replace

from spacy.tokens import Doc

from data.gazetteer import Gazetteer
from data.records import Place
from nlp.place_mentions import Mention
from nlp.place_words import Words

KEY = "tracker_places"
WORD = re.compile(r"[A-Za-z][A-Za-z'’.-]*")
TITLE_WEIGHT = 4.0
LEDE_WEIGHT = 2.0
LEGAL = re.compile(r" (?:laws?|constitution|prison|prisons|university|route)\b")
REACH = 40  # sentences searched backwards
LIST = re.compile(r",? (?:and |or |& )|, |/")
LEDE = 220  # characters of the body that open the story
BODY_BONUS = 0.8  # a mention that names a government counts more
COUNTY_BONUS = 0.1  # as does "X County", less
FIRST_BONUS = 1.5  # the place named first
PLAIN_STATE = 0.35
DATELINE_WEIGHT = 1.0  # of several mentions together, and never of itself the government concerned
SCATTERED = 0.35  # where no town has more than this share of a state's weight, the story is the state's
SCATTERED_TOWNS = 4
ROUNDUP_STATES = 5
ROUNDUP_SHARE = 0.3


@dataclass(slots=True)
class Focus:
    """The document's places prepared for questions about sentences."""

    sentences: list[int]
    mentions: list[Mention]
    starts: list[int]
    definites: list[tuple[int, str]]
    by_kind: dict[str, Place | None]
    primary: Place | None

    def between(self, start: int, end: int) -> list[Mention]:
        """Mentions of actors or scenes in a stretch: no datelines, no states that only qualify a town."""
        low, high = bisect_right(self.starts, start - 1), bisect_right(self.starts, end - 1)
        return [m for m in self.mentions[low:high] if not m.dateline and not m.qualifies]

    def body(self, kind: str) -> Place | None:
        """The place whose body "the county", "the city", "the council" is."""
        primary = self.primary
        if kind == "local" or (kind == "city" and not self.by_kind["city"]):
            return primary if primary and primary.kind != "state" else self.by_kind["city"] or self.by_kind["county"]
        return self.by_kind[kind]


def focus_of(doc: Doc) -> Focus:
    """The focus made by the places component. Raises ValueError where it has not run."""
    if KEY not in doc.user_data:
        raise ValueError("the places component has not read this document")
    return doc.user_data[KEY]


def build_focus(doc: Doc, mentions: list[Mention], words: Words, gazetteer: Gazetteer) -> Focus:
    """Weigh the document's places and remember where its sentences begin."""
    told = [replace(m, place=_governed(m.place, gazetteer)) for m in mentions if m.place and not m.weak]
    inside = _Inside(mentions)
    definites = [d for d in _definites(doc.text, words) if not inside(d[0])]
    weights = _weights(doc, told, definites)
    by_kind = {kind: _heaviest(weights, kind) for kind in ("county", "city", "state")}
    primary = None if _is_roundup(weights) else _state_of_many(weights, gazetteer) or next(iter(weights), None)
    starts = [s.start_char for s in doc.sents] if doc.has_annotation("SENT_START") else [0]
    sentences = [s for s in starts if not inside(s)] or [0]  # the parser cuts "Center | Line"
    by_kind["state"] = by_kind["state"] or (gazetteer.get(f"state:{primary.state}") if primary else None)
    return Focus(sentences, told, [m.start for m in told], definites, by_kind, primary)


class _Inside:
    """Whether an offset lies within a mention, after its first character."""

    def __init__(self, mentions: list[Mention]) -> None:
        self._starts = [m.start for m in mentions]
        self._ends = [m.end for m in mentions]

    def __call__(self, offset: int) -> bool:
        i = bisect_right(self._starts, offset) - 1
        return i >= 0 and self._starts[i] < offset < self._ends[i]


def _definites(text: str, words: Words) -> list[tuple[int, str]]:
    """(offset, kind) of "the county", "the mayor", "lawmakers": bodies told without a name."""
    found = []
    before = ""
    for match in WORD.finditer(text):
        word = match.group().lower().rstrip(".")
        kind = words.definite.get(f"{before} {word}") or words.definite.get(word)
        if kind == "state" and LEGAL.match(text, match.end()):
            kind = None  # "the state law" is what is spoken of, not who acts
        if kind:
            found.append((match.start(), kind))
        before = word
    return found


def _weights(doc: Doc, told: list[Mention], definites: list[tuple[int, str]]) -> dict[Place, float]:
    weights: dict[Place, float] = defaultdict(float)
    order: dict[Place, int] = {}
    for m in told:
        if m.dateline:
            weights[m.place] += DATELINE_WEIGHT
            continue
        weights[m.place] += _weight(m) * _prominence(m, doc._.body)
        if not m.qualifies:
            order.setdefault(m.place, len(order))
    first = next(iter(order), None)
    if first and first.kind != "state":
        weights[first] += FIRST_BONUS
    _add_definites(weights, definites)
    return dict(sorted(weights.items(), key=lambda item: (-round(item[1], 3), order.get(item[0], len(order)))))


def _governed(place: Place, gazetteer: Gazetteer) -> Place:
    """The place whose government it is under: Washington has one, the District's."""
    district = gazetteer.get("state:DC") if place.kind == "city" and place.state == "DC" else None
    return district or place


def _is_roundup(weights: dict[Place, float]) -> bool:
    """A story of many towns in many states, none of them foremost, has no primary place."""
    towns = {p: w for p, w in weights.items() if p.kind != "state" and w >= 1.0}
    states = {p.state for p in towns}
    return len(states) >= ROUNDUP_STATES and max(towns.values()) < ROUNDUP_SHARE * sum(towns.values())


def _state_of_many(weights: dict[Place, float], gazetteer: Gazetteer) -> Place | None:
    """The state of a story told of many of its towns, none of them foremost."""
    top = next(iter(weights), None)
    if not top or top.kind == "state" or not any(p.id == f"state:{top.state}" for p in weights):
        return None
    inside = [w for p, w in weights.items() if p.state == top.state and p.kind != "state" and w >= 1.0]
    scattered = len(inside) >= SCATTERED_TOWNS and weights[top] < SCATTERED * sum(inside)
    return gazetteer.get(f"state:{top.state}") if scattered else None


def _weight(m: Mention) -> float:
    """What one mention says of a place's part in the story, wherever it stands."""
    if m.qualifies:
        return 0.05
    if m.place.kind == "state" and not m.government:
        return PLAIN_STATE
    return 1.0 + (BODY_BONUS if m.body else COUNTY_BONUS if m.government else 0.0)


def _prominence(m: Mention, body: int) -> float:
    if m.end <= body:
        return TITLE_WEIGHT
    return LEDE_WEIGHT if m.start < body + LEDE else 1.0


def _add_definites(weights: dict[Place, float], definites: list[tuple[int, str]]) -> None:
    """Bodies told without a name speak for the heaviest place of their kind."""
    counts: dict[str, int] = defaultdict(int)
    for _, kind in definites:
        counts[kind] += 1
    for kind, count in counts.items():
        place = max((p for p in weights if p.kind == kind), key=weights.__getitem__, default=None)
        if place and kind != "state":
            weights[place] += min(4.0, 0.4 * count)


def _heaviest(weights: dict[Place, float], kind: str) -> Place | None:
    return next((p for p in weights if p.kind == kind), None)


def place_near(doc: Doc, char_offset: int, *, street: bool = False) -> Place | None:
    """The government a sentence at this document offset speaks of; with `street`, where people stand.

    In order: a government or place named in the sentence (nearest before the offset first; of a list "A and B", A), a
    body told without a name ("the county", "the mayor"), what the sentences before spoke of, the story's primary place.
    """
    found = places_near(doc, char_offset, street=street)
    return found[0] if found else None


def places_near(doc: Doc, char_offset: int, *, street: bool = False) -> list[Place]:
    """As `place_near`, with every member of the list the place stands in: "Kankakee and McHenry counties"."""
    focus = focus_of(doc)
    index = max(0, bisect_right(focus.sentences, char_offset) - 1)
    for i in range(index, max(-1, index - REACH), -1):
        start = focus.sentences[i]
        end = focus.sentences[i + 1] if i + 1 < len(focus.sentences) else len(doc.text)
        named = focus.between(start, end)
        own = i == index
        places = _spot(focus, named, char_offset, own) if street else None
        places = places or (
            _in_sentence(focus, named, start, end, char_offset if own else end, own) if own or not street else None
        )
        if places:
            return _listed(doc.text, named, places)
    return [focus.primary] if focus.primary else []


def _spot(focus: Focus, named: list[Mention], offset: int, own: bool) -> Place | None:
    """The town people stand in. Of an earlier sentence only one inside the story's own county or city counts."""
    towns = [m for m in named if (m.place.kind == "city" or m.street) and (own or _within(m, focus.primary))]
    if not towns:
        return None
    chosen = _nearest(towns, offset)
    return chosen.place if chosen.place.kind == "city" else chosen.street


def _within(m: Mention, primary: Place | None) -> bool:
    place = m.street or m.place
    return primary is not None and primary.county_fips is not None and place.county_fips == primary.county_fips


def _in_sentence(
    focus: Focus, named: list[Mention], start: int, end: int, offset: int, own: bool
) -> Mention | Place | None:
    actors = [m for m in named if m.government and not (m.locative and m.place.kind != "state")]
    if actors:
        return _nearest(actors, offset)
    subjects = [m for m in named if not m.locative and m.place.kind != "state" and m.start <= offset]
    if subjects:
        return _nearest(subjects, offset)
    kind = _definite_kind(focus, start, end, offset)
    if kind:
        of_kind = [m for m in named if m.place.kind == kind]
        place = _nearest(of_kind, offset) if of_kind else focus.body(kind)
        if place:
            return place
    plain = [m for m in named if m.place.kind != "state"] or (named if own or not focus.primary else [])
    return _nearest(plain, offset) if plain else None


def _listed(text: str, named: list[Mention], chosen: Mention | Place) -> list[Place]:
    """The places of the list that the chosen mention stands in, in order."""
    if isinstance(chosen, Place):
        return [chosen]
    at = first = last = named.index(chosen) if chosen in named else 0
    while first > 0 and LIST.fullmatch(text, named[first - 1].end, named[first].start):
        first -= 1
    while last + 1 < len(named) and LIST.fullmatch(text, named[last].end, named[last + 1].start):
        last += 1
    return list(dict.fromkeys(m.place for m in named[first : last + 1])) if last > first else [named[at].place]


def _nearest(mentions: list[Mention], offset: int) -> Mention:
    """The last one that begins before the offset, else the first."""
    before = [m for m in mentions if m.start <= offset]
    return before[-1] if before else mentions[0]


def _definite_kind(focus: Focus, start: int, end: int, offset: int) -> str | None:
    """The kind of the last body told without a name before the offset, else of the first after it."""
    low, high = bisect_right(focus.definites, (start - 1, "~")), bisect_right(focus.definites, (end - 1, "~"))
    inside = focus.definites[low:high]
    if not inside:
        return None
    before = [kind for at, kind in inside if at <= offset]
    return before[-1] if before else inside[0][1]
