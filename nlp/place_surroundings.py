"""What stands around a name in its sentence, and whether that makes it something else than a place."""

from __future__ import annotations

import re

from data.gazetteer import Gazetteer
from nlp.place_mentions import Candidate
from nlp.place_text import POSSESSIVE, Hints, Text, Word
from nlp.place_words import Words

TOWN_WORDS = frozenset(["city", "town", "village", "mayor", "borough", "township", "bishop", "diocese", "archdiocese"])
TOWNSHIP = re.compile(r" (?:Township|Twp)\b\.?")
PARTIES = frozenset(["D", "R", "I", "DFL", "GOP"])
NAMED_THINGS = frozenset(["ORG", "FAC", "LAW", "EVENT", "WORK_OF_ART", "PRODUCT"])
NAMED_BODIES = frozenset(["ORG", "FAC", "EVENT", "LAW", "NORP"])
WELL_KNOWN = 50_000  # residents of a city that is recognised inside an organization's name
FAMOUS = 300_000  # and of one that is recognised before any unknown capitalised word
CAPITAL_DATELINE = 400  # characters of the body in which a name in capitals may open a dateline, and any other name
OTHER_DATELINE = 40
DATELINE = re.compile(
    r"\s*(?:,\s*[A-Z][\w.]{1,12})?\s*(?:\((?:AP|Reuters|UPI|CN|TNS|[A-Z]{2,5}|[A-Z][\w/ ]{2,30})\)\s*)?[—–-]{1,2}\s"
)


class Surroundings:
    """Describes candidates of one text by the words beside them and by spaCy's hints."""

    def __init__(self, text: Text, hints: Hints, vocabulary: Words, gazetteer: Gazetteer) -> None:
        self.text = text
        self.words = text.words
        self.hints = hints
        self.vocabulary = vocabulary
        self.gazetteer = gazetteer
        self.surnames = hints.surnames | self._titled_surnames()

    def _titled_surnames(self) -> frozenset[str]:
        """Last names told after a title and a first name: "Councilwoman Brooke Cleveland"."""
        found = set()
        for i in range(len(self.words) - 2):
            title, first, last = self.words[i : i + 3]
            if not (title.capital and first.capital and last.capital and title.key in self.vocabulary.titles):
                continue
            together = self.text.gap(i, i + 1) in (" ", ". ") and self.text.gap(i + 1, i + 2) == " "
            if together and not self.gazetteer.named(f"{first.key} {last.key}"):
                found.add(last.key)
        return frozenset(found)

    def describe(self, found: Candidate, i: int, size: int) -> None:
        """Fill in everything a candidate of `size` words from word `i` says besides its readings."""
        found.lone_word = size == 1
        found.title_case = self.text.title_case[i]
        found.doubtful = found.form == "plain" and found.key in self.vocabulary.doubtful
        found.township = bool(TOWNSHIP.match(self.text.text, found.end, found.end + 12))
        joined = i > 0 and self.text.gap(i - 1, i) in (" ", "-")
        found.locative = joined and self._is_locative(i - 1)
        found.after = self._words_after(i + size)
        found.body = self._body(found.after) or self._office_of(i)
        found.dateline = self._is_dateline(found)
        entity = self.hints.entity(found.start, found.end)
        found.label = entity[2] if entity else ""
        found.proper = self.hints.proper(found.start)
        found.aside = self._is_aside(i, found, entity)
        if found.form in ("plain", "neighbourhood"):
            found.person = found.key in self.vocabulary.regions or self._is_no_place(i, size, found)
            found.aside = found.aside or found.part

    def _is_locative(self, j: int) -> bool:
        """ "in", "near", "D-"; "of" after a common noun (not "Department of"), a town's word or a person."""
        word = self.words[j]
        if word.key == "of" and j and self.words[j - 1].capital:
            return self.words[j - 1].key in TOWN_WORDS or self._person_of(j) is not None
        return word.key in self.vocabulary.locative or word.text in PARTIES

    def _words_after(self, j: int) -> str:
        """The next two words, lower case, where they follow in the same phrase."""
        near = []
        for k in range(j, min(j + 2, len(self.words))):
            if not re.fullmatch(r"[ \u00a0-]", self.text.gap(k - 1, k)):
                break
            near.append(self.words[k].text.lower())
        return " ".join(near)

    def _body(self, after: str) -> str | None:
        bodies = self.vocabulary.government
        first = POSSESSIVE.sub("", after.split(" ")[0]) if after else ""
        return bodies.get(after) or bodies.get(first)

    def _is_aside(self, i: int, c: Candidate, entity: tuple[int, int, str] | None) -> bool:
        """No actor: a legislator's home, somebody's origin, a federal office, "Chicago-area", "Puente Arizona"."""
        words, after = self.vocabulary, c.after
        if c.form != "plain" or c.body:
            return False
        if after in words.around_after or after.split(" ")[0] in words.around_after:
            return True
        if not i:
            return False
        before = self.words[i - 1]
        if before.key in words.around_before and self.text.gap(i - 1, i) == " ":
            return True
        party = before.text in PARTIES and self.text.gap(i - 1, i) == "-"
        if party or before.key == "from" or self._person_of(i - 1):
            return True
        return bool(entity and entity[2] == "ORG" and c.start - entity[0] > 5 and before.key not in words.before)

    def _person_of(self, j: int) -> tuple[int, int, str] | None:
        """The person of "Larry Dunaway of Berea", "Mayor Cavalier Johnson of Milwaukee"; `j` is the word "of"."""
        if self.words[j].key != "of" or not j:
            return None
        person = self.hints.entity(self.words[j - 1].start, self.words[j - 1].end)
        return person if person and person[2] == "PERSON" and person[1] <= self.words[j].start else None

    def _office_of(self, i: int) -> str | None:
        """The body whose officer is told with his place: "Sheriff Bill Prim of McHenry County"."""
        person = self._person_of(i - 1) if i else None
        if not person:
            return None
        j = i - 2
        while j > 0 and self.words[j].start > person[0]:
            j -= 1
        titles = [self.words[k].key for k in (j, j - 1) if k >= 0]
        return next((self.vocabulary.government[t] for t in titles if t in self.vocabulary.government), None)

    def _is_dateline(self, c: Candidate) -> bool:
        reach = CAPITAL_DATELINE if c.text.isupper() and len(c.text) > 3 else OTHER_DATELINE
        if c.start < self.text.body or c.start > self.text.body + reach:
            return False
        return bool(DATELINE.match(self.text.text, c.end, c.end + 80))

    def _is_no_place(self, i: int, size: int, c: Candidate) -> bool:
        """Whether the name is part of a person's name, a newspaper's, a street's, a team's."""
        last = i + size
        after = self.words[last] if last < len(self.words) and self.text.gap(last - 1, last) in (" ", "-") else None
        before = self.words[i - 1] if i and self.text.gap(i - 1, i) in (" ", "-", ". ") else None
        if self.words[i + size - 1].end != self.words[i + size - 1].full_end:
            after = None  # "Chicago's Little Village"
        if after and after.capital and not c.body and self._never_after(last, after):
            return True
        if before and self.text.text[self.words[i - 1].full_end : c.start] == ". " and not self._initial(i - 1):
            before = None
        if (c.locative or c.dateline) and not (after and after.capital):
            return False
        return self._person_after(c, after) or self._person_before(i, size, c, before)

    def _never_after(self, j: int, after: Word) -> bool:
        never = self.vocabulary.never
        if after.text.lower().rstrip(".") in never or after.key in never:
            return True
        following = self.words[j + 1] if j + 1 < len(self.words) and self.text.gap(j, j + 1) == " " else None
        return bool(following and following.capital and following.text.lower().rstrip(".") in self.vocabulary.streets)

    def _initial(self, j: int) -> bool:
        word = self.words[j]
        return len(word.text) == 1 or (len(word.text) <= 4 and word.key in self.vocabulary.titles)

    def _person_after(self, c: Candidate, after: Word | None) -> bool:
        """ "Madison Sheahan": an unknown capitalised word goes on with the name."""
        if not after or not after.capital or c.title_case or after.key in self.vocabulary.after:
            return False
        entity = self.hints.entity(c.start, c.end)
        if entity and entity[2] in ("GPE", "LOC") and entity[1] <= after.start:
            return False
        if entity and entity[2] == "PERSON" and entity[0] <= c.start and entity[1] >= after.end:
            return True
        if entity and entity[2] in NAMED_BODIES:
            c.part = c.options[0].population < WELL_KNOWN
            return False
        return c.options[0].population < FAMOUS and not self._known(after)

    def _known(self, word: Word) -> bool:
        return bool(self.gazetteer.named(word.key)) and word.key not in self.vocabulary.doubtful

    def _person_before(self, i: int, size: int, c: Candidate, before: Word | None) -> bool:
        """ "John Cranley", "Sheriff Jackson", and a lone surname whose bearer the text has named in full."""
        if before and before.capital and before.key in self.vocabulary.titles:
            return size == 1 or self._entity_is(c, "PERSON")
        if c.title_case:
            return size == 1 and c.key in self.surnames and c.body is None
        borne = c.key in self.surnames or (c.doubtful and c.key in self.hints.last_names)
        if size == 1 and borne and c.body in (None, "any"):
            return True
        if not before or not before.capital or before.text[0].isdigit() or before.key in self.vocabulary.before:
            return False
        if not self.hints.proper(before.start):
            return False
        entity = self.hints.entity(c.start, c.end)
        if entity and entity[2] == "PERSON":
            return True
        if entity and entity[0] <= before.start and entity[2] in NAMED_THINGS:
            return size == 1 and c.options[0].population < FAMOUS
        return size == 1 and not (entity and entity[2] == "GPE" and entity[0] == c.start)

    def _entity_is(self, c: Candidate, label: str) -> bool:
        entity = self.hints.entity(c.start, c.end)
        return bool(entity and entity[2] == label)
