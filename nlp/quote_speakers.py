"""Who says the words: the verb of saying in a clause, its subject, and the person or agency that the subject is."""

from __future__ import annotations

import tomllib
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from spacy.tokens import Doc, Token

from nlp.officials import Person
from nlp.people_bodies import find_agency
from nlp.people_vocabulary import vocabulary
from nlp.people_words import Word

FILE = Path(__file__).with_name("quotes.toml")
REACH_RIGHT = 14  # words after a quotation within which its verb must come
REACH_LEFT = 80  # words before a quotation within which its verb must come
REACH_AFTER = 14  # words after the verb within which the speaker must come
CLIMB = 6  # steps up the parse tree in search of a subject


@dataclass(frozen=True, slots=True)
class CueWords:
    """The lists of `quotes.toml`."""

    say: frozenset[str]
    every: frozenset[str]
    judge: frozenset[str]
    clause: frozenset[str]
    adverbs: frozenset[str]
    barriers: frozenset[str]
    fillers: frozenset[str]
    first_person: frozenset[str]
    voices: frozenset[str]
    writings: frozenset[str]
    times: frozenset[str]
    addressed: frozenset[str]


@cache
def cue_words() -> CueWords:
    """Read `quotes.toml` once."""
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    cues, words = raw["cues"], raw["words"]
    say, judge = frozenset(cues["say"]), frozenset(cues["judge"])
    return CueWords(
        say=say,
        every=say | judge | frozenset(cues["post"]),
        judge=judge,
        clause=say - frozenset(cues["no_clause"]),
        adverbs=frozenset(words["adverbs"]),
        barriers=frozenset(words["barriers"]),
        fillers=frozenset(words["fillers"]),
        first_person=frozenset(words["first_person"]),
        voices=frozenset(words["voices"]),
        writings=frozenset(words["writings"]),
        times=frozenset(words["times"]),
        addressed=frozenset(words["addressed"]),
    )


@dataclass(frozen=True, slots=True)
class Speaker:
    """A person or an agency that speaks; a private person has no role. `mute` marks nobody known."""

    name: str
    role: str | None
    person: Person | None = None
    mute: bool = False

    @property
    def private(self) -> bool:
        """Whether a private person speaks."""
        return self.person is not None and self.person.kind == "private"


UNRESOLVED = frozenset({"he", "she", "they", "who", "we", "i", "police", "witnesses", "officials"})
NOBODY = Speaker("", None, None, mute=True)


@dataclass(frozen=True, slots=True)
class Attribution:
    """A verb and its speaker; `at` is the verb's word index, `first` and `last` those of the
    clause that holds both."""

    speaker: Speaker
    cue: str
    at: int
    first: int
    last: int


class SpeakerReader:
    """Finds attributions in ranges of words of one document."""

    def __init__(self, doc: Doc, words: list[Word]) -> None:
        self.doc = doc
        self.words = words
        self.starts = [word.start for word in words]
        self.mentions = sorted((start, end, person) for person in doc._.people for start, end in person.spans)
        self.mention_starts = [start for start, _, _ in self.mentions]

    def index_at(self, offset: int) -> int:
        """Index of the first word that begins at or after a document offset."""
        return bisect_left(self.starts, offset)

    def in_range(self, first: int, last: int) -> list[tuple[int, int, Person]]:
        """Mentions of persons that begin within words first to last (exclusive)."""
        if first >= last:
            return []
        low = bisect_left(self.mention_starts, self.words[first].start)
        high = bisect_left(self.mention_starts, self.words[last - 1].end)
        return self.mentions[low:high]

    def person_over(self, start: int, end: int) -> Person | None:
        """The person mentioned at these offsets."""
        index = bisect_right(self.mention_starts, start) - 1
        for first, last, person in self.mentions[max(index, 0) : index + 2]:
            if first < end and last > start:
                return person
        return None

    def after(self, first: int, last: int) -> Attribution | None:
        """The attribution of words that follow a quotation: he said; said Mayor Jim Kenney; Kenney, the mayor, said."""
        for index in range(first, min(last, first + REACH_RIGHT)):
            if self.words[index].norm not in cue_words().every:
                continue
            speaker = self._following(index, last) if index == first else None
            speaker = speaker or self._preceding(index, first) or self._following(index, last)
            if speaker is not None:
                return Attribution(speaker, self.words[index].norm, index, first, index + 1)
            if index - first < 4:
                return Attribution(NOBODY, self.words[index].norm, index, first, index + 1)
        return self._according(first, min(last, first + 4), last)

    def before(self, first: int, last: int) -> Attribution | None:
        """The attribution in words that lead up to a quotation, the verb nearest to it first."""
        first, nobody = max(first, last - REACH_LEFT), None
        for index in range(last - 1, first - 1, -1):
            if self.words[index].norm not in cue_words().every:
                continue
            speaker = self._preceding(index, first) or self._following(index, last)
            if speaker is not None and speaker is not NOBODY:
                return Attribution(speaker, self.words[index].norm, index, first, last)
            nobody = nobody or (index if speaker is NOBODY or self.words[index].norm in cue_words().say else None)
        found = self._according(first, last, last)
        if found is not None or nobody is None:
            return found
        return Attribution(NOBODY, self.words[nobody].norm, nobody, first, last)

    def _according(self, first: int, last: int, end: int) -> Attribution | None:
        for index in range(first, last - 1):
            if self.words[index].norm == "according" and self.words[index + 1].norm == "to":
                speaker = self._following(index + 1, end) or NOBODY
                return Attribution(speaker, "according to", index, first, min(index + 3, len(self.words)))
        return None

    def _following(self, cue: int, last: int) -> Speaker | None:
        """The speaker right after the verb, over titles and bodies but over no barrier."""
        if self.words[cue].norm in cue_words().addressed:
            return None
        limit = min(last, cue + 1 + REACH_AFTER, len(self.words))
        for index in range(cue + 1, limit):
            word = self.words[index]
            if index > cue + 1 and ("," in word.gap or ":" in word.gap) and not self._state_comma(index):
                break
            person = self.person_over(word.start, word.end)
            if person is not None:
                return speaker_of(person)
            if word.norm in cue_words().barriers:
                break
        return self._agency(cue + 1, min(limit, cue + 7)) if cue + 1 < limit else None

    def _state_comma(self, index: int) -> bool:
        return self.words[index].norm in vocabulary().states or self.words[index - 1].norm in vocabulary().states

    def _preceding(self, cue: int, first: int) -> Speaker | None:
        """The subject of the verb among the words before it in its clause."""
        mentions = [m for m in self.in_range(first, cue) if m[1] <= self.words[cue].start]
        index = cue
        while index > first and self.words[index].glued and self._adverb(self.words[index - 1]):
            index -= 1
        if index > first and self.words[index].glued:
            near = self.words[index - 1]
            person = self.person_over(near.start, near.end)
            if person is not None and not near.owner:
                return self._chief_of(person, mentions, index)
            if near.norm in UNRESOLVED:
                return NOBODY
            if near.norm in cue_words().writings:
                owner = self.words[index - 2] if index > first + 1 else None
                person = self.person_over(owner.start, owner.end) if owner is not None and owner.owner else None
                if person is not None:
                    return speaker_of(person)
            if near.capital or near.norm in cue_words().voices:
                agency = self._agency(max(first, index - 6), index)
                if agency is not None:
                    told = self._by_parse(cue, first) if mentions else None  # X, director of ICE's Boston office, said
                    return told if told is not None and told.person is not None else agency
        return self._by_parse(cue, first) or self._opening(mentions, first, cue)

    def _chief_of(self, person: Person, mentions: list, index: int) -> Speaker:
        """The person right before the verb, unless the parse gives the clause to another ("a man who met X said")."""
        token = self._token(self.words[index - 1].start)
        if token is not None and token.dep_ in ("pobj", "dobj") and len(mentions) > 1:
            return speaker_of(mentions[0][2])
        return speaker_of(person)

    @staticmethod
    def _adverb(word: Word) -> bool:
        return word.norm in cue_words().adverbs or word.norm in vocabulary().dates or word.norm.endswith("ly")

    def _token(self, offset: int) -> Token | None:
        span = self.doc.char_span(offset, offset + 1, alignment_mode="expand")
        return span[0] if span is not None and len(span) else None

    def _by_parse(self, cue: int, first: int) -> Speaker | None:
        """The verb's subject by the parse tree, climbing conjoined and dependent verbs."""
        token = self._token(self.words[cue].start)
        for _ in range(CLIMB):
            if token is None:
                return None
            subject = next((child for child in token.lefts if child.dep_ in ("nsubj", "nsubjpass")), None)
            if subject is not None:
                return self._subject(subject, token, first)
            if token.dep_ not in ("conj", "xcomp", "advcl", "pcomp", "prep", "ccomp") or token.head is token:
                return None
            token = token.head
        return None

    def _subject(self, subject: Token, verb: Token, first: int) -> Speaker | None:
        if subject.lower_ in ("who", "that", "which") and verb.dep_ == "relcl":
            subject = verb.head
        if subject.idx < self.words[first].start:
            return None
        person = self.person_over(subject.idx, subject.idx + len(subject))
        if person is not None:
            return speaker_of(person)
        if subject.lower_ in cue_words().writings:
            owner = next((child for child in subject.lefts if child.dep_ == "poss"), None)
            person = self.person_over(owner.idx, owner.idx + len(owner)) if owner is not None else None
            person = person or self._last_person(subject.left_edge.idx)
            if person is not None:
                return speaker_of(person)
        start, end = self.index_at(subject.left_edge.idx), self.index_at(subject.idx + 1)
        return self._agency(start, end) or NOBODY

    def _last_person(self, offset: int) -> Person | None:
        """The official or spokesperson named last before "the statement said", within a paragraph's reach."""
        index = bisect_left(self.mention_starts, offset) - 1
        if index < 0 or offset - self.mention_starts[index] > 700:
            return None
        person = self.mentions[index][2]
        return person if person.kind != "private" else None

    def _opening(self, mentions: list, first: int, cue: int) -> Speaker | None:
        """The first person of the clause, where the verb's own neighbour told nothing."""
        if not mentions or (self.words[cue].glued and self.words[cue - 1].norm not in ("and", "by", "post", "x")):
            return None
        start = self.index_at(mentions[0][0])
        return speaker_of(mentions[0][2]) if start - first <= 8 else None

    def _agency(self, first: int, last: int) -> Speaker | None:
        """ICE said; a spokesperson for the Department of Homeland Security wrote."""
        words = self.words[first:last]
        agency = find_agency(words) if words else None
        return Speaker(agency, None) if agency else None


def speaker_of(person: Person) -> Speaker:
    """The person as a speaker."""
    return Speaker(person.name, None if person.kind == "private" else person.role, person)
