"""Names of running text and names of headings, where any word may have a capital.

Headlines, section headings and lists of links are read only for names that the running text knows: of "Karen Bass
Declares Emergency" the heading gives Karen Bass.
"""

from __future__ import annotations

from nlp.people_names import Name, fold, shaped_names
from nlp.people_vocabulary import vocabulary
from nlp.people_words import Word

LONGEST_HEADING = 16  # words
SHORT_WORD = 3  # letters; longer words of a heading all have capitals


class NameTable:
    """The names of a document by shape, in order. `headline` is the number of words of the title; `places` are offsets
    of place names (start to end)."""

    def __init__(self, words: list[Word], headline: int, places: dict[int, int]) -> None:
        self.words = words
        self.headline = headline
        self._headings: dict[int, bool] = {}
        names = shaped_names(words, vocabulary().starters, places)
        running = [name for name in names if not self.heading(name.first)]
        self.known = {fold(name.text) for name in running} | {name.surname for name in running}
        cut = (self.known_part(name) for name in names if self.heading(name.first))
        kept = [name for name in cut if name is not None and len(name.parts) > 1]
        self.names = sorted([*running, *kept], key=lambda name: name.first)

    def heading(self, index: int) -> bool:
        """Whether the word stands in the headline or in a heading."""
        paragraph = self.words[index].paragraph
        if index < self.headline:
            return True
        if paragraph not in self._headings:
            self._headings[paragraph] = self._all_capitals(index, paragraph)
        return self._headings[paragraph]

    def _all_capitals(self, index: int, paragraph: int) -> bool:
        first = last = index
        while first > 0 and self.words[first - 1].paragraph == paragraph and index - first < LONGEST_HEADING:
            first -= 1
        while last < len(self.words) and self.words[last].paragraph == paragraph and last - index < LONGEST_HEADING:
            last += 1
        long = [word for word in self.words[first:last] if len(word.text) > SHORT_WORD]
        return last - first < LONGEST_HEADING and len(long) > 2 and all(word.capital for word in long)

    def known_part(self, name: Name) -> Name | None:
        """The longest beginning of a heading's name that running text knows as a name or surname."""
        if name.last - name.first != len(name.parts):
            return None
        for size in range(len(name.parts), 0, -1):
            parts = name.parts[:size]
            if fold(" ".join(parts)) in self.known:
                last = name.first + size
                return Name(name.first, last, name.start, self.words[last - 1].bare_end, parts)
        return None
