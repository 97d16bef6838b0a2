"""Tallies of votes: "7-2", "voted 7 to 2", "on a 4-1 vote", "five of the seven members".

Votes are those for and against the decision as recorded; "unanimously" without numbers tells no tally.
"""

from __future__ import annotations

import re

MOST = 600  # larger numbers are no chamber
_WORDS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
_NUMBERS = {word: i + 1 for i, word in enumerate(_WORDS.split())} | {"zero": 0, "none": 0}
_N = r"(\d{1,3}|" + "|".join(_NUMBERS) + ")"
_TALLY = re.compile(
    rf"(?<![\d/$.-]){_N}\s?(?:-|–|—|\u2011|\sto\s|-to-)\s?{_N}(?![\d%/]|-\w|\s?(?:years?|percent|months?|p\.m|a\.m))",
    re.I,
)
_VOTING = re.compile(
    r"\b(vot\w+|ballots?|approv\w+|pass(?:ed|es|ing)?|reject\w+|split|margin|decision|tall(?:y|ies)|tied?|deadlock\w*|"
    r"fail\w*|defeat\w*|agree[ds]?|agreeing|decid\w+|clear(?:ed|s)|advanc\w+|elect(?:ed|s) to|back(?:ed|s)|adopt\w*|"
    r"oppos\w+|council|board|commission\w*|senate|house|legislature|supervisors)\b",
    re.I,
)
_CLOSING = re.compile(r",\s*$")  # "Council limits aid to ICE, 3-1": a tally that closes a headline
_FOR_AGAINST = re.compile(
    rf"{_N}\s+(?:\w+\s+){{0,2}}(?:in favor|for|yes)[^.;]{{0,40}}?{_N}\s+(?:\w+\s+){{0,2}}(?:against|opposed|no)\b", re.I
)
_BREAKING = re.compile(
    r"\b(?:cast|casting|with) the (?:deciding|tie-?breaking|decisive) (?:vote|ballot)|"
    r"\b(?:broke|breaking) (?:the|a) (?:tie|deadlock)",
    re.I,
)
_DISSENT = re.compile(
    r"\b(?:only|just|all but) (?P<few>one|two|three)\b(?=.{0,60}\b(?:vot\w+|against|opposed|no|support\w*|favor\w*))|"
    r"\b(?P<some>one|two|three) (?:dissenting|opposing|no|nay) votes?\b|"
    r"\bthe (?:lone|only|sole) (?:dissent\w*|opposing|no|nay|holdout|opponent|vote against)\b|\bvoted alone against\b",
    re.I,
)
_NOT_VOTES = re.compile(r"\b(score|season|game|aged?|ages)\b", re.I)


_EACH_VOTED = re.compile(
    rf"\b{_N}\s+(?:[\w-]+\s+){{0,3}}voted\b[^.;]{{0,80}}?\b(?:and|while|but)\s+{_N}\s+(?:[\w-]+\s+){{0,3}}voted\b", re.I
)


def read_votes(text: str) -> tuple[int, int] | None:
    """(for, against) as the sentence `text` tells them, None where it tells no tally."""
    spelt = _EACH_VOTED.search(text) or _FOR_AGAINST.search(text)
    if spelt and _VOTING.search(text):
        return _number(spelt[1]), _number(spelt[2])
    for match in _TALLY.finditer(text):
        numbers = _number(match[1]), _number(match[2])
        if _is_tally(text, match, numbers):
            return _broken_tie(text, numbers)
    return None


def read_dissent(text: str) -> int | None:
    """How many the sentence `text` tells to have voted against a decision whose tally it does not tell, None for none.

    As in "all but one member", "only two voted for the deal" (of a deal that failed), "the lone no vote".
    """
    match = _DISSENT.search(text)
    if match is None:
        return None
    return _number(match["few"] or match["some"] or "one")


def _broken_tie(text: str, numbers: tuple[int, int]) -> tuple[int, int]:
    """A 4-4 tie that the chair breaks is decided 5-4."""
    tied = numbers[0] == numbers[1]
    return (numbers[0] + 1, numbers[1]) if tied and _BREAKING.search(text) else numbers


def recorded(votes: tuple[int, int], decided_against: bool) -> tuple[int, int]:
    """The votes for the decision: a motion that failed 3-7 was turned down by 7 to 3."""
    for_, against = votes
    return (against, for_) if decided_against and for_ < against else (for_, against)


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _NUMBERS[text.lower()]


def _is_tally(text: str, match: re.Match[str], numbers: tuple[int, int]) -> bool:
    """A tally stands near a word of voting and is no score, age, date or sum of money."""
    near = text[max(0, match.start() - 90) : match.end() + 60]
    if max(numbers) > MOST or sum(numbers) < 2 or _NOT_VOTES.search(near):
        return False
    closing = bool(_CLOSING.search(text[: match.start()])) and not text[match.end() :].strip(" .")
    return (closing or bool(_VOTING.search(near))) and not re.match(
        r"\s?(?:year|day|month|hour|bed|foot|mile|million)", text[match.end() :]
    )
