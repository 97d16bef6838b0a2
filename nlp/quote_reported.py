"""Reported speech: the clause that an official, a spokesperson or an agency is told to have said, without marks."""

from __future__ import annotations

from data.records import Quote
from nlp.people_words import Spans, Word
from nlp.quote_marks import Quotation
from nlp.quote_speakers import Speaker, SpeakerReader, cue_words


class ReportedReader:
    """Reads the sentences of one document that hold no quotation; `body` is where the article's text begins."""

    def __init__(
        self, text: str, body: int, words: list[Word], speakers: SpeakerReader, marks: list[Quotation]
    ) -> None:
        self.text = text
        self.body = body
        self.words = words
        self.speakers = speakers
        self.marks = marks

    def run(self) -> list[Quote]:
        """Sentences without marks in which an official, a spokesperson or an agency is told to say something."""
        quoted = Spans((mark.start, mark.end) for mark in self.marks)
        found: list[Quote] = []
        for first, last in self._sentence_ranges():
            if self.words[first].start < self.body or self._has_marks(first, last, quoted):
                continue
            quote = self._reported_in(first, last)
            if quote is not None:
                found.append(quote)
        return found

    def _sentence_ranges(self) -> list[tuple[int, int]]:
        ranges, first = [], 0
        for index in range(1, len(self.words) + 1):
            if index == len(self.words) or self.words[index].sentence != self.words[first].sentence:
                ranges.append((first, index))
                first = index
        return ranges

    def _has_marks(self, first: int, last: int, quoted: Spans) -> bool:
        begin, end = self.words[first].start, self.words[last - 1].end
        if quoted.at(begin) or quoted.at(end - 1):
            return True
        return any(sign in self.text[begin:end] for sign in '“”"')

    def _reported_in(self, first: int, last: int) -> Quote | None:
        for index in range(first, last):
            if self.words[index].norm not in cue_words().clause:
                continue
            found = self.speakers.before(first, index + 1) or self.speakers.after(index, last)
            if found is None or found.speaker.mute or found.speaker.private:
                return None
            span = self._clause(first, index, last)
            return self._indirect(found.speaker, self.words[index].norm, span) if span else None
        return None

    def _clause(self, first: int, cue: int, last: int) -> tuple[int, int] | None:
        """Document offsets of the words reported: after the verb, or before ", Kenney said"."""
        begin = self._clause_start(cue, last)
        if last - begin >= 3 and self._verb_follows(cue, begin):
            return self.words[begin].start, self.words[last - 1].end
        head = cue
        while head > first and "," not in self.words[head].gap:
            head -= 1
        if head - first >= 3:
            return self.words[first].start, self.words[head - 1].end
        return None

    def _clause_start(self, cue: int, last: int) -> int:
        """After "said in a statement Tuesday that"; without a "that", after the day alone."""
        index = cue + 1
        while index < last and index - cue < 9 and self.words[index].norm in cue_words().fillers:
            index += 1
            if self.words[index - 1].norm == "that":
                return index
        index = cue + 1
        while index < last and self.words[index].norm in cue_words().times:
            index += 1
        return index

    def _verb_follows(self, cue: int, begin: int) -> bool:
        """The clause comes after the verb unless a comma before the speaker shows that it came first."""
        return "," not in self.words[begin].gap or begin - cue > 1

    def _indirect(self, speaker: Speaker, cue: str, span: tuple[int, int]) -> Quote:
        start, end = span
        return Quote(
            speaker.name, speaker.role, self.text[start:end], start - self.body, end - self.body, cue, direct=False
        )
