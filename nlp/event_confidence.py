"""How sure a reading is, as a number from 0 to 1 made of a few features that can each be named.

The weights are logistic; they were set on labelled stories so that of the events told with confidence 0.8 about eight
in ten are right.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

BIAS = -1.9
WEIGHTS = {
    "weight": 3.4,  # how surely the best sentence tells it, 0 to 1
    "sentences": 0.35,  # further sentences that tell it, at most three
    "title": 0.9,  # the headline tells it
    "dated": 0.3,  # a day or week is told
    "primary": 0.5,  # it happened at the story's main place
    "early": 0.4,  # told in the first three sentences
    "asked": -0.5,  # only asked for or considered
    "fallback": -0.5,  # an inquiry, a change of office, a measure only proposed: suggested more often than told
    "federal": -1.1,  # what the federal side says or does: often about something else than a local act
}
FALLBACK = frozenset({"investigation", "personnel", "policy_proposed"})
FEDERAL = frozenset({"federal_response", "enforcement_operation"})


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of a reading when it is scored."""

    weight: float
    sentences: int
    title: bool
    dated: bool
    primary: bool
    early: bool
    asked: bool
    fallback: bool
    federal: bool


def confidence(features: Features) -> float:
    """Probability that type and place are right, rounded to two places."""
    values = {name: float(getattr(features, name)) for name in WEIGHTS}
    values["sentences"] = min(3.0, values["sentences"])
    total = BIAS + sum(WEIGHTS[name] * value for name, value in values.items())
    return round(1 / (1 + math.exp(-total)), 2)
