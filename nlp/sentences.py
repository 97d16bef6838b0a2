"""Sentence edges that are certain before the parse: paragraphs, titles of persons, run-on text.

The parser keeps edges set here and finds the others. A headline has no full stop, so without the paragraph edge it
would run into the first sentence; "Gov. Tim Walz" must not be cut; and a page of unpunctuated text must not become
one sentence, whose tree every later rule would walk.
"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc, Token

# Abbreviations that stand before a name.
_BEFORE_NAMES = """
ald asst atty capt cmdr col councilm det dir dist dr gen gov govs hon insp lt maj mr mrs ms pres prof rep reps rev sen
sens sgt st supt vs u.s no
"""
TITLES = frozenset(word + "." for word in _BEFORE_NAMES.split())


class SentenceEdges:
    """spaCy component: sets `is_sent_start` where the text itself decides. `longest` is in tokens."""

    def __init__(self, longest: int) -> None:
        self.longest = longest

    def __call__(self, doc: Doc) -> Doc:
        run = 0  # tokens since the last edge or full stop
        for token in doc[1:] if len(doc) else ():
            before = doc[token.i - 1]
            run = 0 if before.text in ".?!" else run + 1
            edge = _edge(before, token)
            if edge is None and run >= self.longest and not token.is_space:
                edge = True
            if edge is not None:
                token.is_sent_start = edge
                run = 0 if edge else run
        return doc


def _edge(before: Token, token: Token) -> bool | None:
    """True where a sentence starts at `token`, False where none may, None where the parser decides."""
    if token.is_space:
        return False
    if before.is_space and "\n" in before.text:
        return True
    if before.lower_ in TITLES and token.is_title:
        return False
    return None


@Language.factory("tracker_sentences", default_config={"longest": 150})
def make_sentence_edges(nlp: Language, name: str, longest: int) -> SentenceEdges:
    """The component as spaCy's configuration builds it."""
    return SentenceEdges(longest)
