"""Sentence edges that are certain before the parse: paragraphs, titles of persons, run-on text.

The parser keeps edges set here and finds the others. A headline has no full stop, so without the paragraph edge it
would run into the first sentence; "Gov. Tim Walz" must not be cut; and a page of unpunctuated text must not become
one sentence, whose tree every later rule would walk.
"""

from __future__ import annotations

from itertools import pairwise

import numpy
from spacy.language import Language
from spacy.tokens import Doc, Token

# Abbreviations that stand before a name.
_BEFORE_NAMES = """
ald asst atty capt cmdr col councilm det dir dist dr gen gov govs hon insp lt maj mr mrs ms pres prof rep reps rev sen
sens sgt st supt vs u.s no
"""
TITLES = frozenset(word + "." for word in _BEFORE_NAMES.split())


class SentenceEdges:
    """spaCy component: sets the sentence starts that the text itself decides. `longest` is in tokens."""

    def __init__(self, longest: int) -> None:
        self.longest = longest

    def __call__(self, doc: Doc) -> Doc:
        edges = numpy.zeros(len(doc), dtype="int64")  # 1 a sentence starts here, -1 none may, 0 the parser decides
        run = 0  # tokens since the last edge or full stop
        for i, (before, token) in enumerate(pairwise(doc), 1):
            run = 0 if before.text in ".?!" else run + 1
            edges[i] = _edge(before, token)
            if not edges[i] and run >= self.longest and not token.is_space:
                edges[i] = 1
            run = 0 if edges[i] > 0 else run
        return doc.from_array(["SENT_START"], edges.view("uint64")) if len(doc) else doc


def _edge(before: Token, token: Token) -> int:
    """1 where a sentence starts at `token`, -1 where none may, 0 where the parser decides."""
    if token.is_space:
        return -1
    if before.is_space and "\n" in before.text:
        return 1
    return -1 if before.lower_ in TITLES and token.is_title else 0


@Language.factory("tracker_sentences", default_config={"longest": 150})
def make_sentence_edges(nlp: Language, name: str, longest: int) -> SentenceEdges:
    """The component as spaCy's configuration builds it."""
    return SentenceEdges(longest)
