"""The last word on relevance: a story is relevant when the rules found an event in it that is likely right.

What the headline or the opening tells is what the story is about; what the second half mentions may be an aside of a
story about something else.
"""

from __future__ import annotations

import math

from spacy.language import Language
from spacy.tokens import Doc

from data.records import Report
from nlp.relevance import screen

OPENING, MIDDLE = 0.15, 0.5  # shares of the text
WEIGHTS = {"opening": 1.15, "first half": 1.0, "second half": 0.6}
UNREPORTED = 0.3  # what the surest words of the subject speak for relevance, without any event


class Verdict:
    """spaCy component: sets `doc._.relevance`."""

    def __call__(self, doc: Doc) -> Doc:
        doubt = (1 - judge(doc._.reports, len(doc.text) - doc._.body)) * (1 - _subject(doc))
        doc._.relevance = 1 - doubt
        return doc


def judge(reports: list[Report], length: int) -> float:
    """Probability that one of the reports, at least, is right; `length` is that of the article's text."""
    return 1 - math.prod(1 - _share(report, length) for report in reports)


def _share(report: Report, length: int) -> float:
    """What one report speaks for relevance: its confidence, by where in the story it stands."""
    return min(1.0, report.confidence * WEIGHTS[_part(report, length)])


def _part(report: Report, length: int) -> str:
    if report.evidence.where == "title" or report.evidence.start <= OPENING * length:
        return "opening"
    return "first half" if report.evidence.start <= MIDDLE * length else "second half"


def _subject(doc: Doc) -> float:
    """What the words of the subject speak for relevance by themselves, whatever event they may tell."""
    text = doc.text
    return UNREPORTED * screen(text[: doc._.body], text[doc._.body :])


@Language.factory("tracker_relevance")
def make_verdict(nlp: Language, name: str) -> Verdict:
    """The component as spaCy's configuration builds it."""
    return Verdict()
