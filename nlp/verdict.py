"""The last word on relevance: a story is relevant when the rules found an event in it that is likely right."""

from __future__ import annotations

import math

from spacy.language import Language
from spacy.tokens import Doc

from nlp.relevance import screen


class Relevance:
    """spaCy component: sets `doc._.relevance` from the reports and the screen."""

    def __call__(self, doc: Doc) -> Doc:
        doc._.relevance = judge([report.confidence for report in doc._.reports], doc)
        return doc


def judge(confidences: list[float], doc: Doc) -> float:
    """Probability that at least one of the reports is right, tempered by the screen."""
    text = doc.text
    first = screen(text[: doc._.body], text[doc._.body :])
    if not confidences:
        return min(first, 1.0) * 0.3
    wrong = math.prod(1 - confidence for confidence in confidences)
    return (1 - wrong) * (0.5 + 0.5 * first)


@Language.factory("tracker_relevance")
def make_relevance(nlp: Language, name: str) -> Relevance:
    """The component as spaCy's configuration builds it."""
    return Relevance()
