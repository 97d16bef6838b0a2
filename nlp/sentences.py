"""Sentence edges that are certain before the parse: paragraphs, datelines, titles of persons, run-on text.

The parser keeps edges set here and finds the others. A headline has no full stop, so without the paragraph edge it
would run into the first sentence; "Gov. Tim Walz" must not be cut; and a page of unpunctuated text must not become
one sentence, whose tree every later rule would walk. A dateline ("MESA, Ariz. — ") is a sentence of its own: the
parser would take the town for the subject.
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
_DASHES = frozenset({"—", "–", "--", "-", ">>", "|"})
_LONGEST_DATELINE = 9  # tokens
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
            if before.text in _DASHES and _is_dateline(doc, i - 1):
                edges[i] = 1
            if not edges[i] and run >= self.longest and not token.is_space:
                edges[i] = 1
            run = 0 if edges[i] > 0 else run
        return doc.from_array(["SENT_START"], edges.view("uint64")) if len(doc) else doc


def _is_dateline(doc: Doc, dash: int) -> bool:
    """True where the words from the head of the paragraph to the dash are a town in capitals, a state, an agency."""
    start = dash
    while start > 0 and dash - start <= _LONGEST_DATELINE and "\n" not in doc[start - 1].text:
        start -= 1
    words = doc[start:dash]
    if not words or len(words) > _LONGEST_DATELINE or not words[0].is_upper or len(words[0]) < 3:
        return False
    return all(t.is_upper or t.is_title or t.is_punct or t.text.endswith(".") for t in words)


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
