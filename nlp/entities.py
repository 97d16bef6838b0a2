"""Named entities where there can be a new name: most of the time of the language model, halved.

The recognizer has a network of its own, as costly as all the rest. What the rules want of it is full names, and a
sentence without two words in capitals side by side has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
from spacy.attrs import ORTH, SENT_START, SHAPE, SPACY
from spacy.language import Language
from spacy.tokens import Doc, Span

RECOGNIZER = "ner"
_LISTENERS = ("tok2vec-listener", "transformer-listener")


class Entities:
    """spaCy component in place of the pipeline's `ner`, which is disabled and run on chosen sentences.

    A recognizer that shares its network with the rest of the pipeline reads whole documents.
    """

    def __init__(self, nlp: Language) -> None:
        self._nlp = nlp
        self._capital: dict[int, bool] = {}
        self._apart: bool | None = None

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe([doc], batch_size=1))

    def pipe(self, stream: Iterable[Doc], batch_size: int) -> Iterator[Doc]:
        """The documents with their entities, in order."""
        recognizer = self._nlp.get_pipe(RECOGNIZER)
        if not self._stands_apart(recognizer):
            yield from recognizer.pipe(stream, batch_size=batch_size)
            return
        docs = iter(stream)
        while batch := list(islice(docs, batch_size)):
            chosen = [self._chosen(doc) for doc in batch]
            parts = [_excerpt(doc, where) for doc, where in zip(batch, chosen, strict=True)]
            for doc, where, part in zip(batch, chosen, recognizer.pipe(parts, batch_size=batch_size), strict=True):
                doc.set_ents([Span(doc, where[e.start], where[e.end - 1] + 1, e.label) for e in part.ents])
                yield doc

    def _stands_apart(self, recognizer: object) -> bool:
        if self._apart is None:
            self._apart = not any(node.name in _LISTENERS for node in recognizer.model.walk())
        return self._apart

    def _chosen(self, doc: Doc) -> np.ndarray:
        """Indices of the tokens of the sentences that may hold a full name."""
        shapes, starts = doc.to_array([SHAPE, SENT_START]).T if len(doc) else (np.empty(0), np.empty(0))
        capital = np.array([self._is_capital(doc, int(shape)) for shape in shapes], dtype=bool)
        sentence = np.cumsum(starts == 1)
        pairs = capital[:-1] & capital[1:] & (sentence[:-1] == sentence[1:])
        return np.flatnonzero(np.isin(sentence, sentence[:-1][pairs]))

    def _is_capital(self, doc: Doc, shape: int) -> bool:
        known = self._capital.get(shape)
        if known is None:
            known = self._capital[shape] = doc.vocab.strings[shape][:1] == "X"
        return known


def _excerpt(doc: Doc, where: np.ndarray) -> Doc:
    """A document of the tokens at these indices, in sentences as before."""
    if not len(where):
        return Doc(doc.vocab)
    words, spaces, starts = doc.to_array([ORTH, SPACY, SENT_START])[where].T
    return Doc(
        doc.vocab,
        words=[int(w) for w in words],
        spaces=spaces.astype(bool).tolist(),
        sent_starts=(starts == 1).tolist(),
    )


@Language.factory("tracker_entities")
def make_entities(nlp: Language, name: str) -> Entities:
    """The component as spaCy's configuration builds it."""
    return Entities(nlp)
