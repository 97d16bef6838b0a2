"""spaCy's attribute ruler, looked up instead of matched: the same parts of speech and morphology in a quarter of the
time.

Almost every pattern of the ruler reads a single token, by its word, tag and dependency. What it makes of such a token
is therefore the same each time, and is asked of the ruler once. The few patterns over several tokens are matched.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from spacy.attrs import DEP, IS_SPACE, LOWER, MORPH, POS, TAG
from spacy.language import Language
from spacy.pipeline import AttributeRuler
from spacy.tokens import Doc

RULER = "attribute_ruler"
MOST = 100_000  # kinds of token that are remembered

Key = tuple[int, int, int, int]  # word in lower case, tag, dependency, whether it is white space
Value = tuple[int, int, int, int, int]  # part of speech, morphology, tag, dependency, lemma


class Attributes:
    """spaCy component in place of the pipeline's `attribute_ruler`, which is disabled and whose patterns it takes over.

    A pipeline without one is left as it is.
    """

    def __init__(self, nlp: Language) -> None:
        self._nlp = nlp
        self._known: dict[Key, Value] = {}

    @cached_property
    def _ruler(self) -> AttributeRuler:
        return _part(self._nlp.get_pipe(RULER), several=False)

    @cached_property
    def _several(self) -> AttributeRuler:
        return _part(self._nlp.get_pipe(RULER), several=True)

    def __call__(self, doc: Doc) -> Doc:
        if RULER not in self._nlp.component_names:
            return doc
        keys = [tuple(row) for row in doc.to_array([LOWER, TAG, DEP, IS_SPACE]).tolist()]
        if len(self._known) > MOST:
            self._known.clear()
        self._learn(doc, {key: None for key in keys if key not in self._known})
        values = [self._known[key] for key in keys]
        if not values:
            return doc
        doc.from_array([POS, MORPH], np.array([value[:2] for value in values], dtype=np.uint64))
        for token, key, value in zip(doc, keys, values, strict=True):
            if value[2:] != (key[1], key[2], 0):
                token.tag, token.dep = value[2], value[3]
                token.lemma = value[4] or token.lemma
        return self._several(doc)

    def _learn(self, doc: Doc, keys: dict[Key, None]) -> None:
        """Ask the ruler about kinds of token not met before."""
        if not keys:
            return
        strings = doc.vocab.strings
        words = [strings[key[0]] for key in keys]
        strange = Doc(doc.vocab, words=words, spaces=[True] * len(words))
        strange.from_array([TAG, DEP], np.array([key[1:3] for key in keys], dtype=np.uint64))
        self._ruler(strange)
        for key, token in zip(keys, strange, strict=True):
            self._known[key] = (token.pos, token.morph.key, token.tag, token.dep, token.lemma)


def _part(ruler: AttributeRuler, *, several: bool) -> AttributeRuler:
    """A ruler of the patterns that read several tokens, or of those that read one."""
    part = AttributeRuler(ruler.vocab)
    part.add_patterns(list(_chosen(ruler.patterns, several)))
    return part


def _chosen(patterns: list[dict], several: bool) -> Iterator[dict]:
    for entry in patterns:
        chosen = [p for p in entry["patterns"] if (len(p) > 1) is several]
        if chosen:
            yield entry | {"patterns": chosen}


@Language.factory("tracker_attributes")
def make_attributes(nlp: Language, name: str) -> Attributes:
    """The component as spaCy's configuration builds it."""
    return Attributes(nlp)
