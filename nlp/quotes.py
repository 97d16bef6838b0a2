"""Statements by officials and spokespeople: direct quotations and clauses of reported speech.

A quotation's speaker is looked for after it ("...," Kenney said), before it (Kenney said: "..."), in its paragraph (the
same speaker goes on), in the sentence or paragraph before. Words of private persons, and words whose speaker is not
known, are dropped. Offsets of the quotes are into the article's text and leave the outer marks out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from spacy.language import Language
from spacy.tokens import Doc

from data.records import Quote
from nlp.document import register_extensions
from nlp.officials import LONGEST
from nlp.people_words import Word, split_words
from nlp.quote_marks import Quotation, paragraphs, quotations
from nlp.quote_reported import ReportedReader
from nlp.quote_speakers import NOBODY, Attribution, Speaker, SpeakerReader, cue_words, speaker_of

SHORT = 3  # words up to which a fragment needs its verb beside it
SCARE = 2  # words up to which a quotation is no statement
WHOLE = 5  # words from which a full sentence between marks is one
SEPARATE = 400  # characters between the parts of one quotation


@dataclass(slots=True)
class Statement:
    """A quotation with its parts (in order) and its attribution."""

    parts: list[Quotation]
    speaker: Speaker
    cue: str | None
    paragraph: int
    at: int | None = None
    open_end: bool = False
    block: bool = False
    spans: list[tuple[int, int]] = field(default_factory=list)


class QuoteReader:
    """Reads one document whose people are known."""

    def __init__(self, doc: Doc) -> None:
        self.text = doc.text[:LONGEST]
        self.body = doc._.body
        self.words: list[Word] = split_words(self.text)
        self.marks = quotations(self.text, self.body)
        self.speakers = SpeakerReader(doc, self.words)
        self.paragraphs = [p for p in paragraphs(self.text) if p[1] > self.body]
        self.statements: list[Statement] = []

    def run(self) -> list[Quote]:
        """All quotes in document order."""
        if not self.words:
            return []
        by_paragraph = self._by_paragraph()
        for number in range(len(self.paragraphs)):
            self._paragraph(number, by_paragraph.get(number, []))
        direct = [self._quote(one) for one in self.statements if not one.speaker.mute and one.speaker.name]
        reported = ReportedReader(self.text, self.body, self.words, self.speakers, self.marks).run()
        return sorted([*direct, *reported], key=lambda quote: (quote.start, quote.end))

    def _by_paragraph(self) -> dict[int, list[Quotation]]:
        found: dict[int, list[Quotation]] = {}
        number = 0
        for mark in self.marks:
            while self.paragraphs[number][1] < mark.end:
                number += 1
            found.setdefault(number, []).append(mark)
        return found

    # direct quotations

    def _paragraph(self, number: int, marks: list[Quotation]) -> None:
        if not marks:
            self._block(number)
            return
        earlier: Statement | None = None
        for order, mark in enumerate(marks):
            previous = marks[order - 1] if order else None
            following = marks[order + 1] if order + 1 < len(marks) else None
            if order == 0 and self._carries_on(number, mark):
                earlier = self.statements[-1]
                continue
            statement = self._statement(number, mark, previous, following, earlier)
            if statement is None:
                continue
            if earlier is not None and self._one(earlier, mark, statement):
                earlier.parts.append(mark)
                earlier.open_end = not mark.closed
                continue
            self.statements.append(statement)
            earlier = statement

    def _carries_on(self, number: int, mark: Quotation) -> bool:
        """A quotation left open at a paragraph's end goes on in the next that opens with a mark."""
        last = self.statements[-1] if self.statements else None
        if last is None or not last.open_end or last.paragraph != number - 1:
            return False
        if self.text[last.parts[-1].start + 1].islower():
            return False
        last.parts.append(mark)
        last.paragraph, last.open_end = number, not mark.closed
        return True

    def _statement(
        self,
        number: int,
        mark: Quotation,
        previous: Quotation | None,
        following: Quotation | None,
        earlier: Statement | None,
    ) -> Statement | None:
        """The quotation with its speaker, None when it is no statement."""
        first, last = self._around(number, mark, previous, following)
        found = self._attribution(mark, first, last, previous)
        if not self._is_statement(mark, found, SCARE if earlier else WHOLE):
            return None
        if found is None:
            speaker, cue = self._inherited(number, mark, earlier)
        else:
            speaker, cue = found.speaker, found.cue
        return Statement([mark], speaker, cue, number, found.at if found else None, open_end=not mark.closed)

    def _around(
        self, number: int, mark: Quotation, previous: Quotation | None, following: Quotation | None
    ) -> tuple[int, int]:
        """Word indices between the quotation before and this one, and between this one and the next."""
        start, end = self.paragraphs[number]
        left = self.speakers.index_at(max(previous.end if previous else start, self.body))
        right = self.speakers.index_at(following.start if following else end)
        return left, right

    def _attribution(self, mark: Quotation, left: int, right: int, previous: Quotation | None) -> Attribution | None:
        words = self.words
        start, end = self.speakers.index_at(mark.start), self.speakers.index_at(mark.end)
        after = self._clause_after(end, right)
        before = self._clause_before(left, start, mark)
        gap = self.text[words[start - 1].end : mark.start].strip() if start else ""
        inner = self.text[slice(*mark.inner())].rstrip()
        ended = inner.endswith((".", "”", '"')) and not inner.endswith("...")
        led = self.speakers.before(before, start) if before < start else None
        woven = led is not None and not gap and inner[:1].islower()
        if led is not None and not led.speaker.mute and (gap == ":" or woven or (ended and gap in (",", "that", ""))):
            return led
        if end < after and not (ended and not self._tight(end)):
            found = self.speakers.after(end, after)
            if found is not None and not (woven and found.speaker.mute):
                return found
        return led or self._across(mark, before, start, previous)

    def _tight(self, index: int) -> bool:
        """After a full stop inside the marks only "Kenney said" or "said Kenney" at once is an attribution."""
        near = self.words[index : index + 3]
        return any(word.norm in cue_words().say for word in near) and not self.words[index].capital

    def _across(self, mark: Quotation, before: int, start: int, previous: Quotation | None) -> Attribution | None:
        """A fragment in the middle: X said the deal was "long overdue" and ...: the clause began before other marks."""
        if previous is None or mark.start - previous.end > SEPARATE:
            return None
        sentence = self.words[start].sentence if start < len(self.words) else -1
        first = start
        while first > 0 and self.words[first - 1].sentence == sentence and start - first < 60:
            first -= 1
        return self.speakers.before(first, before) if first < before else None

    def _clause_after(self, index: int, right: int) -> int:
        """The end of the sentence that begins at word `index`."""
        last = index
        while last < right and self.words[last].sentence == self.words[index].sentence:
            last += 1
        return last

    def _clause_before(self, left: int, index: int, mark: Quotation) -> int:
        """The start of the sentence that runs up to the quotation; `index` itself when a full stop parts them."""
        if index <= left or index == 0:
            return index
        gap = self.text[self.words[index - 1].end : mark.start]
        if any(sign in gap for sign in ".!?") and ":" not in gap and not self.words[index - 1].dotted:
            return index
        first = index - 1
        while first > left and self.words[first - 1].sentence == self.words[index - 1].sentence:
            first -= 1
        return first

    def _is_statement(self, mark: Quotation, found: Attribution | None, least: int) -> bool:
        """Not a scare quote, a title or a slogan; `least` are the words of a sentence with no verb of its own."""
        inner = self.text[slice(*mark.inner())].split()
        whole = len(inner) >= least and inner[0][:1].isupper() and inner[-1][-1:] in ".?!,…’"
        if found is None:
            return whole
        if len(inner) <= SCARE:
            return (
                len(inner) == SCARE
                and inner[-1][-1:] in ".?!,"
                and found.cue in cue_words().say
                and inner[0][:1].isupper()
            )
        judged = found.cue in cue_words().judge
        named = len(inner) <= 6 and all(word[:1].isupper() or len(word) < 4 for word in inner)
        if named:
            return not judged and inner[-1][-1:] in ".?!,"
        return len(inner) > SHORT or judged or inner[0][:1].isupper() or self._adjacent(mark, found)

    def _adjacent(self, mark: Quotation, found: Attribution) -> bool:
        """Whether the verb stands right beside a short fragment."""
        index = self.speakers.index_at(mark.start)
        near = self.words[max(0, index - 3) : index] + self.words[found.last - 1 : found.last]
        return any(word.norm == found.cue for word in near)

    def _inherited(self, number: int, mark: Quotation, earlier: Statement | None) -> tuple[Speaker, str | None]:
        """No verb of its own: the paragraph's speaker goes on, else the sentence or paragraph before tells."""
        if earlier is not None:
            return earlier.speaker, None
        start, index = self.paragraphs[number][0], self.speakers.index_at(mark.start)
        first = self.speakers.index_at(max(start, self.body))
        if first < index:
            return self._subject_before(first, index), None
        return self._from_paragraph_before(number, mark)

    def _subject_before(self, first: int, index: int) -> Speaker:
        """Kenney was blunt. "...": the person that the sentence before begins with."""
        start = index - 1
        while start > first and self.words[start - 1].sentence == self.words[index - 1].sentence:
            start -= 1
        found = self.speakers.before(start, index)
        if found is not None:
            return found.speaker
        mentions = self.speakers.in_range(start, min(index, start + 6))
        return speaker_of(mentions[0][2]) if mentions else NOBODY

    def _from_paragraph_before(self, number: int, mark: Quotation) -> tuple[Speaker, str | None]:
        """A paragraph that is nothing but a quotation: introduced by the one before, or going on with its speaker."""
        if number == 0:
            return NOBODY, None
        start, end = self.paragraphs[number - 1]
        first, last = self.speakers.index_at(max(start, self.body)), self.speakers.index_at(end)
        own = self.paragraphs[number]
        alone = mark.end - mark.start > 0.5 * (own[1] - own[0])
        last_one = self.statements[-1] if self.statements else None
        if alone and last_one is not None and last_one.paragraph == number - 1 and last_one.parts[-1].end > start:
            return last_one.speaker, None
        if last > first and (alone or self.text[start:end].rstrip().endswith(":")):
            found = self._last_sentence(first, last)
            if found is not None:
                return found.speaker, found.cue
        return NOBODY, None

    def _last_sentence(self, first: int, last: int) -> Attribution | None:
        """The attribution of the sentence that ends the words first to last."""
        start = last - 1
        while start > first and self.words[start - 1].sentence == self.words[last - 1].sentence:
            start -= 1
        return self.speakers.before(start, last)

    def _block(self, number: int) -> None:
        """A paragraph without marks after "provided the following statement:" is the statement."""
        if number == 0:
            return
        start, end = self.paragraphs[number - 1]
        if not self.text[start:end].rstrip().endswith(":") or end - start > SEPARATE:
            return
        first, last = self.speakers.index_at(max(start, self.body)), self.speakers.index_at(end)
        own = self.paragraphs[number]
        inside = self.words[self.speakers.index_at(own[0]) : self.speakers.index_at(own[1])]
        if len(inside) < WHOLE or not any(word.norm in cue_words().first_person for word in inside):
            return
        found = self.speakers.before(first, last)
        if found is not None:
            mark = Quotation(own[0] - 1, own[1], closed=False)
            self.statements.append(Statement([mark], found.speaker, found.cue, number, block=True))

    def _one(self, earlier: Statement, mark: Quotation, statement: Statement) -> bool:
        """Whether two quotations are one that its attribution breaks: “I would,” he said, “but we can.”"""
        if earlier.block or len(earlier.parts) > 1 or statement.speaker != earlier.speaker:
            return False
        between = self.text[earlier.parts[-1].end : mark.start]
        broken = not self.text[slice(*earlier.parts[-1].inner())].rstrip().endswith((".", "”"))
        own_verb = statement.at not in (None, earlier.at) and statement.cue != "adding"
        return (
            broken
            and not own_verb
            and len(between) <= SEPARATE // 2
            and self._one_sentence(earlier.parts[-1].end, mark.start)
        )

    def _one_sentence(self, start: int, end: int) -> bool:
        """Whether the words between two quotations are one sentence."""
        words = self.words[self.speakers.index_at(start) : self.speakers.index_at(end)]
        return not words or words[0].sentence == words[-1].sentence

    def _quote(self, statement: Statement) -> Quote:
        spans = [self._trimmed(mark) for mark in statement.parts]
        words = " ".join(" ".join(self.text[start:end].split()) for start, end in spans)
        start, end = spans[0][0], spans[-1][1]
        if words.endswith(","):
            words, end = words[:-1], end - 1
        statement.spans = spans
        return Quote(
            statement.speaker.name,
            statement.speaker.role,
            words,
            start - self.body,
            end - self.body,
            statement.cue,
            direct=True,
        )

    def _trimmed(self, mark: Quotation) -> tuple[int, int]:
        start, end = mark.inner()
        while start < end and self.text[start].isspace():
            start += 1
        while end > start and self.text[end - 1].isspace():
            end -= 1
        return start, end


def find_quotes(doc: Doc) -> list[Quote]:
    """The quotes of a document whose `doc._.people` is set."""
    return QuoteReader(doc).run()


class QuoteFinder:
    """spaCy component: sets `doc._.quotes`."""

    def __call__(self, doc: Doc) -> Doc:
        doc._.quotes = find_quotes(doc)
        return doc


@Language.factory("tracker_quotes")
def make_quote_finder(nlp: Language, name: str) -> QuoteFinder:
    """The component as spaCy's configuration builds it."""
    register_extensions()
    return QuoteFinder()
