"""The last word on relevance: a story is relevant when the rules found an event in it that is likely right.

What the headline or the opening tells is what the story is about; what the second half mentions may be an aside of a
story about something else, and doubtful readings are doubtful together (one misunderstood subject gives several).
"""

from __future__ import annotations

import math

from spacy.language import Language
from spacy.tokens import Doc

from data.records import Report
from nlp.relevance import screen

OPENING, MIDDLE = 0.15, 0.5  # shares of the text
WEIGHTS = {"opening": 1.15, "first half": 1.0, "second half": 0.6}
SHARPNESS = 1.5  # power of the confidence: two doubtful readings weigh less than one good one
UNREPORTED = 0.3  # most that a story can reach in which no event was found


class Verdict:
    """spaCy component: sets `doc._.relevance`."""

    def __call__(self, doc: Doc) -> Doc:
        doc._.relevance = judge(doc._.reports, len(doc.text) - doc._.body) or _unreported(doc)
        return doc


def judge(reports: list[Report], length: int) -> float:
    """Probability that one of the reports, at least, is right; `length` is that of the article's text."""
    return 1 - math.prod(1 - _share(report, length) for report in reports)


def _share(report: Report, length: int) -> float:
    """What one report speaks for relevance: its confidence, doubt sharpened, by where in the story it stands."""
    return min(1.0, report.confidence**SHARPNESS * WEIGHTS[_part(report, length)])


def _part(report: Report, length: int) -> str:
    if report.evidence.where == "title" or report.evidence.start <= OPENING * length:
        return "opening"
    return "first half" if report.evidence.start <= MIDDLE * length else "second half"


def _unreported(doc: Doc) -> float:
    text = doc.text
    return UNREPORTED * screen(text[: doc._.body], text[doc._.body :])


@Language.factory("tracker_relevance")
def make_verdict(nlp: Language, name: str) -> Verdict:
    """The component as spaCy's configuration builds it."""
    return Verdict()
