"""What candidates say of one another: lists of counties, bodies shared by a list, towns told with their state."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from data.gazetteer import Gazetteer
from nlp.place_mentions import Candidate
from nlp.place_text import Text

COUNTIES = frozenset(["counties", "parishes", "boroughs"])
CROSSING = re.compile(
    r"\b(?:[A-Z][\w.]{0,20} ){1,2}(?:and|&) (?:[A-Z][\w.]{0,20} ){1,2}(?:streets|avenues|roads|boulevards|townships)\b"
)
STATE_GAP = re.compile(r"(?: Township| Twp\.?| Borough)?(?:, ?| \()")
LIST = re.compile(r",? (?:and |or |& )|, |/")
OPEN_LIST = re.compile(r",? (?:and |or |& )?|, |/")
OWN_NAME_POPULATION = 10_000  # a town named like a state (Nevada, Missouri) is told so from this size
NAMESAKE_SHARE = 0.2  # "Atlanta, New York" is a list while New York's Atlanta is smaller than this share of the largest


def plural_counties(text: Text, gazetteer: Gazetteer, found: list[Candidate]) -> None:
    """ "Wasco, Hood River and Gilliam counties": the word at the end belongs to every name of the list."""
    starts = [c.start for c in found]
    for end in (w.start for w in text.words if w.key in COUNTIES):
        i = bisect_right(starts, end) - 1
        edge = end
        if i < 1 or not LIST.fullmatch(text.text[found[i - 1].end : found[i].start]):
            continue  # "Oregon counties", "metro Athens counties": no list of names
        while i >= 0 and OPEN_LIST.fullmatch(text.text[found[i].end : edge]):
            options = tuple(p for p in gazetteer.counties(found[i].key))
            if not options:
                break
            found[i].form, found[i].options, found[i].person, found[i].doubtful = "county", options, False, False
            edge = found[i].start
            i -= 1


def plural_streets(text: Text, found: list[Candidate]) -> None:
    """ "Market and Kearny streets": neither name is a place."""
    starts = [c.start for c in found]
    for crossing in CROSSING.finditer(text.text):
        for c in found[bisect_left(starts, crossing.start()) : bisect_left(starts, crossing.end())]:
            c.person = True


def share_bodies(text: Text, found: list[Candidate]) -> None:
    """ "Wake and Durham sheriffs": a plural body belongs to every name of the list."""
    for left, right in zip(reversed(found[:-1]), reversed(found[1:]), strict=True):
        plural = right.body and right.after.split(" ")[0].endswith("s")
        if plural and not left.body and LIST.fullmatch(text.text[left.end : right.start]):
            left.body, left.after = right.body, right.after


def attach_qualifiers(text: Text, found: list[Candidate]) -> None:
    """ "Springfield, Ill.", "Anson, Jones County, Texas", "Paris, France"."""
    for left, right in zip(reversed(found[:-1]), reversed(found[1:]), strict=True):
        gap = text.text[left.end : right.start]
        if STATE_GAP.fullmatch(gap) or (gap == " in " and left.form == "county"):
            _qualify(left, right, gap)


def _qualify(left: Candidate, right: Candidate, gap: str) -> None:
    states = [p.state for p in right.options if p.kind == "state"]
    own = {p.state for p in left.options if p.kind in ("city", "county")}
    if states and right.form in ("state", "plain") and own & set(states) and not right.person:
        if right.form == "plain" and _is_list(left, right):
            return
        state = next(s for s in states if s in own)
        left.qualifier, left.person, left.doubtful = state, False, False
        if gap != " in ":
            right.qualifies = True
            right.options = tuple(p for p in right.options if p.kind == "state" and p.state == state)
    elif states and left.township and right.form in ("state", "plain") and gap != " in ":
        left.person = True  # a township of that state that no list has
    elif right.form == "county" and right.qualifier and right.qualifier in own and gap != " in ":
        left.qualifier, left.person, left.doubtful = right.qualifier, False, False
    elif right.form == "county" and gap == ", " and left.form == "plain":
        left.county_qualifier = right.key
    elif _names_foreign_area(right) and any(p.kind == "foreign" for p in left.options) and gap != " in ":
        left.qualifier = "foreign"
        right.qualifies = True


def _is_list(left: Candidate, right: Candidate) -> bool:
    """ "Atlanta, New York" and "Kansas, Illinois" are two places, not a town and its state."""
    names = {p.kind for p in left.options}
    best = max(p.population for p in left.options)
    inside = max((p.population for p in left.options if p.state == right.options[0].state), default=0)
    if "state" in names:
        return inside < OWN_NAME_POPULATION
    return right.key in ("new york", "washington") and inside < NAMESAKE_SHARE * best


def _names_foreign_area(c: Candidate) -> bool:
    return any(p.id.startswith("foreign:") for p in c.options[:1])
