"""Which stretches of a text may name a place, and what stands around them.

Own tokens are used, not spaCy's: names are looked up in the gazetteer as runs of capitalised words, longest first.
spaCy's entities and tags are hints (`Hints`). Offsets are of the document's text. One pass, linear in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from spacy.tokens import Doc

from data.gazetteer import Gazetteer, distance_km, fold
from data.records import Place
from nlp.place_words import Words

LONGEST = 5  # words of a name
QUARTER_KM = 40.0  # a place of a city quarter's name this near is the quarter itself
WORD = re.compile(r"(?:W\. ?Va|N\. ?[CDHJMY]|S\. ?[CD]|R\. ?I|D\. ?C)\b\.?|(?:[^\W\d_]\.){2,}|[^\W_]+(?:['’][^\W_]+)*")
POSSESSIVE = re.compile(r"['’][sS]?$")
LINKS = frozenset(["of", "and", "the", "du", "de", "la", "del", "los", "las", "on", "in", "by", "a"])
GLUE = re.compile(r"^(?:[ \u00a0]|-|–|\. ?)$")
POINTED = frozenset(["st", "ste", "mt", "ft"])
COUNTY = frozenset(["county", "parish", "borough"])
KIND_OF = {
    "county": "county",
    "parish": "county",
    "condado": "county",
    "city": "city",
    "town": "city",
    "village": "city",
}
COUNTIES = frozenset(["counties", "parishes", "boroughs"])
TOWN_WORDS = frozenset(["city", "town", "village", "mayor", "borough", "township", "bishop", "diocese", "archdiocese"])
DIRECTIONS = frozenset(["north", "south", "east", "west", "northern", "southern", "eastern", "western", "central"])
INITIALS = re.compile(r"[NS]\.?[EW]\.")
LIST = re.compile(r",? (?:and |or |& )|, |/")
PARTIES = frozenset(["D", "R", "I", "DFL", "GOP"])
DATELINE = re.compile(
    r"\s*(?:,\s*[A-Z][\w.]{1,12})?\s*(?:\((?:AP|Reuters|UPI|CN|TNS|[A-Z]{2,5}|[A-Z][\w/ ]{2,30})\)\s*)?[—–-]{1,2}\s"
)
TITLE_CASE_SHARE = 0.7
TRAILING_ABBREVIATION = re.compile(r"^\.")


@dataclass(slots=True)
class Word:
    """One word of the text; `key` is folded without a possessive ending, `end` is before that ending."""

    start: int
    end: int
    full_end: int
    text: str
    key: str
    capital: bool


@dataclass(slots=True)
class Candidate:
    """A stretch that may name a place, with its readings and its surroundings.

    `form` is plain, county, city (told as such: "City of X"), state, institution or neighbourhood. `qualifier` is a
    postal code, or "foreign". `body` is the kind of government the next or last word speaks of. `label` is spaCy's
    entity. An `aside` names no actor: a legislator's home ("R-Salem"), a word inside an organization's name. A `part`
    of a longer name ("Paris Walmart") is a place only where the text also names the place by itself.
    """

    start: int
    end: int
    text: str
    key: str
    form: str
    options: tuple[Place, ...]
    qualifier: str | None = None
    county_qualifier: str | None = None
    body: str | None = None
    locative: bool = False
    doubtful: bool = False
    person: bool = False
    title_case: bool = False
    dateline: bool = False
    qualifies: bool = False
    lone_word: bool = False
    street: Place | None = None
    place: Place | None = None
    score: float = 0.0
    after: str = field(default="")
    label: str = ""
    proper: bool = True
    aside: bool = False
    part: bool = False


class Hints:
    """What spaCy says, by offset: entities and whether a word is tagged as a proper noun."""

    def __init__(self, doc: Doc) -> None:
        self._entities = [(e.start_char, e.end_char, e.label_) for e in doc.ents]
        self._starts = [e[0] for e in self._entities]
        self._tags = {t.idx: t.tag_ for t in doc if t.text[:1].isupper()}
        self.surnames = self._person_surnames(doc)

    def entity(self, start: int, end: int) -> tuple[int, int, str] | None:
        """The entity that overlaps the stretch."""
        i = bisect_right(self._starts, start) - 1
        for j in (i, i + 1):
            if 0 <= j < len(self._entities):
                a, b, _ = self._entities[j]
                if a < end and b > start:
                    return self._entities[j]
        return None

    def proper(self, start: int) -> bool:
        """Whether the word at this offset is tagged as a proper noun, or has no tag of its own."""
        tag = self._tags.get(start)
        return tag is None or tag in ("NNP", "NNPS", "FW", "")

    @staticmethod
    def _person_surnames(doc: Doc) -> frozenset[str]:
        """Last names of persons named in full, less those that spaCy reads as places just as often."""
        counts: Counter[str] = Counter()
        for entity in doc.ents:
            names = entity.text.split()
            if (
                entity.label_ == "PERSON"
                and not INITIALS.match(names[0])
                and 2 <= len(names) <= 4
                and names[-1][:1].isupper()
            ):
                counts[fold(POSSESSIVE.sub("", names[-1]))] += 1
            elif entity.label_ == "GPE" and len(names) == 1:
                counts[fold(names[0])] -= 1
        return frozenset(name for name, count in counts.items() if count > 0)


def words_of(text: str) -> list[Word]:
    """The words of a text in order."""
    found = []
    for match in WORD.finditer(text):
        told = match.group()
        bare = POSSESSIVE.sub("", told) if ("'" in told or "’" in told) else told
        start = match.start()
        found.append(
            Word(start, start + len(bare), match.end(), told, fold(bare), told[0].isupper() or told[0].isdigit())
        )
    return found


class Finder:
    """Finds the candidates of one text."""

    def __init__(self, text: str, body: int, hints: Hints, words: Words, gazetteer: Gazetteer) -> None:
        self.text = text
        self.body = body
        self.hints = hints
        self.vocabulary = words
        self.gazetteer = gazetteer
        self.words = words_of(text)
        self.title_case = self._title_case_words()

    def candidates(self) -> list[Candidate]:
        """All candidates in order, qualifiers attached."""
        found: list[Candidate] = []
        i = 0
        while i < len(self.words):
            step = 1
            if self.words[i].capital:
                hit = self._at(i)
                if hit:
                    candidate, step = hit
                    found.append(candidate)
            i += step
        self._plural_counties(found)
        self._share_bodies(found)
        self._attach_qualifiers(found)
        return found

    # --- reading one stretch ---------------------------------------------------------------------------------------

    def _at(self, i: int) -> tuple[Candidate, int] | None:
        institution = self._institution(i)
        if institution:
            return institution
        abbreviation = self._abbreviation(i)
        if abbreviation:
            return abbreviation
        for size in range(self._run(i), 0, -1):
            reading = self._reading(i, size)
            if reading:
                return reading
        return None

    def _run(self, i: int) -> int:
        """How many words from `i` hang together as one name could, at most LONGEST."""
        size = last = 1
        while size < LONGEST and i + size < len(self.words) and self._joined(i + size - 1, i + size):
            word = self.words[i + size]
            if not word.capital and word.key not in LINKS:
                break
            size += 1
            if word.capital:
                last = size
        return last

    def _gap(self, left: int, right: int) -> str:
        return self.text[self.words[left].full_end : self.words[right].start]

    def _joined(self, left: int, right: int) -> bool:
        gap = self._gap(left, right)
        if len(gap) > 2 or not GLUE.match(gap):
            return False
        return "." not in gap or self.words[left].key in POINTED

    def _keys(self, i: int, size: int) -> Iterator[str]:
        keys = [w.key for w in self.words[i : i + size]]
        last = self.words[i + size - 1]
        inner = [fold(w.text) for w in self.words[i : i + size - 1]]
        if last.end != last.full_end:
            yield " ".join([*inner, fold(last.text)])
        yield " ".join([*inner, keys[-1]]) if inner != keys[:-1] else " ".join(keys)

    def _reading(self, i: int, size: int) -> tuple[Candidate, int] | None:
        last = self.words[i + size - 1]
        possessive = last.end != last.full_end and fold(last.text)
        for key in self._keys(i, size):
            county = self._county(i, size, key)
            if county:
                return county
            options = self.gazetteer.named(key)
            if possessive and key.endswith(possessive):  # "Prince George's", not "Turner's" for Turners
                options = tuple(p for p in options if "'" in p.name)
            nickname = self.vocabulary.nicknames.get(key) if self._spelled_as_nickname(i, size, key) else None
            if nickname and (
                size > 1 or not options or self.words[i].text.isupper() or key not in self.vocabulary.doubtful
            ):
                return self._candidate(i, size, key, "plain", (nickname,)), size
            quarter = self.vocabulary.neighbourhoods.get(key)
            if quarter:
                others = [p for p in options if p.kind == "foreign" or distance_km(p, quarter) > QUARTER_KM]
                return self._candidate(i, size, key, "neighbourhood", (quarter, *others)), size
            if key.endswith(" city"):  # an independent city is told by its city entry
                options = tuple(p for p in options if p.kind != "county" or p.name == "Carson City")
            if size > 1 and key.split()[0] in DIRECTIONS and not any(p.kind == "state" for p in options):
                rest = self.gazetteer.named(" ".join(key.split()[1:]))
                if any(p.kind == "state" for p in rest):
                    return None  # "East Texas" is Texas
            if options and self._spelled_as_name(i, size):
                return self._candidate(i, size, key, "plain", options), size
        return None

    def _spelled_as_nickname(self, i: int, size: int, key: str) -> bool:
        return size > 1 or len(key) > 2 or self.words[i].text.replace(".", "").isupper()

    def _spelled_as_name(self, i: int, size: int) -> bool:
        """Two letters are a postal code or a word of a headline, never a name told bare."""
        return size > 1 or len(self.words[i].key) > 2 or self.words[i].text == "Ely"

    def _county(self, i: int, size: int, key: str) -> tuple[Candidate, int] | None:
        """ "X County", "X Parish", "County of X": the words for it belong to the name."""
        last = self.words[i + size - 1]
        short = last.text == "Co" and last.start < self.body and self.text[last.full_end : last.full_end + 1] == "."
        if size > 1 and (last.key in COUNTY or short):
            bare = " ".join(key.split()[:-1])
            options = self._counties(bare, "county" if short else last.key)
            if options:
                return self._candidate(i, size, key, "county", options), size
        if (
            size > 2
            and self.words[i].key in ("county", "parish", "city", "town", "village")
            and self.words[i + 1].key == "of"
        ):
            bare = " ".join(key.split()[2:])
            kind = "county" if self.words[i].key in COUNTY else "city"
            options = tuple(p for p in self.gazetteer.named(bare) if p.kind == kind)
            if options:
                candidate = self._candidate(i + 2, size - 2, bare, kind, options)
                candidate.body = kind
                return candidate, size
        return None

    def _counties(self, bare: str, word: str) -> tuple[Place, ...]:
        options = self.gazetteer.counties(bare)
        nickname = self.vocabulary.nicknames.get(bare)
        if nickname and not options:
            options = self.gazetteer.counties(nickname.name, nickname.state)
        ends = " " + word
        return tuple(p for p in options if p.name.lower().endswith(ends) or (word == "county" and " " not in p.name))

    def _institution(self, i: int) -> tuple[Candidate, int] | None:
        most = self.vocabulary.institution_starts.get(self.words[i].key, 0)
        for size in range(min(most, len(self.words) - i), 0, -1):
            key = " ".join(w.key for w in self.words[i : i + size])
            known = self.vocabulary.institutions.get(key)
            if known and self.words[i + size - 1].start - self.words[i].start < 80:
                candidate = self._candidate(i, size, key, "institution", (known.government,))
                candidate.street = known.street
                return candidate, size
        return None

    def _abbreviation(self, i: int) -> tuple[Candidate, int] | None:
        """ "N.J.", "Calif." after a comma or a party letter, "PA" after a comma."""
        word = self.words[i]
        code = self.vocabulary.state_alone.get(word.text)
        end = word.end
        pointed = self.text[word.start : word.full_end + 1]
        if not code and pointed in self.vocabulary.state_after and (self._after_place(i) or self._amid(i)):
            code, end = self.vocabulary.state_after[pointed], word.full_end + 1
        postal = len(word.text) == 2 and word.text.isupper() and self.gazetteer.get(f"state:{word.text}")
        if not code and postal and self._after_place(i):
            code = word.text
        state = self.gazetteer.get(f"state:{code}") if code else None
        if not state:
            return None
        candidate = self._candidate(i, 1, word.key, "state", (state,))
        candidate.end, candidate.text = end, self.text[word.start : end]
        candidate.qualifies = i > 0 and self.text[self.words[i - 1].full_end : word.start] == "-"
        return candidate, 1

    def _amid(self, i: int) -> bool:
        """ "Missing Ill. man found": the sentence goes on after the point."""
        following = self.text[self.words[i].full_end + 1 : self.words[i].full_end + 3]
        return len(following) == 2 and following[0] == " " and following[1].islower() and len(self.words[i].text) > 1

    def _after_place(self, i: int) -> bool:
        if not i:
            return False
        gap = self._gap(i - 1, i)
        before = self.words[i - 1]
        return (
            (gap in (", ", ",") and before.capital)
            or (gap == "-" and before.text in PARTIES)
            or (gap == " (" and before.capital)
        )

    # --- surroundings ----------------------------------------------------------------------------------------------

    def _candidate(self, i: int, size: int, key: str, form: str, options: tuple[Place, ...]) -> Candidate:
        first, last = self.words[i], self.words[i + size - 1]
        found = Candidate(first.start, last.end, self.text[first.start : last.end], key, form, options)
        found.lone_word = size == 1
        found.title_case = self.title_case[i]
        found.doubtful = form == "plain" and key in self.vocabulary.doubtful
        before = self.words[i - 1] if i and self._gap(i - 1, i) in (" ", "-") else None
        found.locative = bool(before) and self._is_locative(i - 1)
        found.after = self._words_after(i + size)
        found.body = self._body(found.after) or self._office_of(i)
        found.dateline = self._is_dateline(found)
        entity = self.hints.entity(found.start, found.end)
        found.label = entity[2] if entity else ""
        found.proper = self.hints.proper(found.start)
        found.aside = self._is_aside(i, found, entity)
        if form in ("plain", "neighbourhood"):
            found.person = self._is_no_place(i, size, found)
            found.aside = found.aside or found.part
        return found

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
            if not re.fullmatch(r"[ \u00a0-]", self._gap(k - 1, k)):
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
        if before.key in words.around_before and self._gap(i - 1, i) == " ":
            return True
        party = before.text in PARTIES and self._gap(i - 1, i) == "-"
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
        reach = 400 if c.text.isupper() and len(c.text) > 3 else 40
        if c.start < self.body or c.start > self.body + reach:
            return False
        return bool(DATELINE.match(self.text, c.end, c.end + 80))

    def _is_no_place(self, i: int, size: int, c: Candidate) -> bool:
        """Whether the name is part of a person's name, a newspaper's, a street's, a team's."""
        last = i + size
        after = self.words[last] if last < len(self.words) and self._gap(last - 1, last) in (" ", "-") else None
        before = self.words[i - 1] if i and self._gap(i - 1, i) in (" ", "-", ". ") else None
        if self.words[i + size - 1].end != self.words[i + size - 1].full_end:
            after = None  # "Chicago's Little Village"
        if after and after.capital and not c.body and self._never_after(last, after):
            return True
        if before and self.text[self.words[i - 1].full_end : c.start] == ". " and not self._initial(i - 1):
            before = None
        if (c.locative or c.dateline) and not (after and after.capital):
            return False
        return self._person_after(c, after) or self._person_before(i, size, c, before)

    def _never_after(self, j: int, after: Word) -> bool:
        never = self.vocabulary.never
        if after.text.lower().rstrip(".") in never or after.key in never:
            return True
        following = self.words[j + 1] if j + 1 < len(self.words) and self._gap(j, j + 1) == " " else None
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
        if entity and entity[2] in ("ORG", "FAC", "EVENT", "LAW", "NORP"):
            c.part = c.options[0].population < 50_000
            return False
        return c.options[0].population < 300_000 and not self._known(after)

    def _known(self, word: Word) -> bool:
        return bool(self.gazetteer.named(word.key)) and word.key not in self.vocabulary.doubtful

    def _person_before(self, i: int, size: int, c: Candidate, before: Word | None) -> bool:
        """ "John Cranley", "Sheriff Jackson", and a lone surname whose bearer the text has named in full."""
        if (
            before
            and before.key in self.vocabulary.titles
            and (before.capital or before.key in ("mr", "mrs", "ms", "dr"))
        ):
            return size == 1 or self._entity_is(c, "PERSON")
        if c.title_case:
            return size == 1 and c.key in self.hints.surnames and c.body is None
        if size == 1 and c.key in self.hints.surnames and c.body in (None, "any"):
            return True
        if not before or not before.capital or before.text[0].isdigit() or before.key in self.vocabulary.before:
            return False
        if not self.hints.proper(before.start):
            return False
        entity = self.hints.entity(c.start, c.end)
        if entity and entity[2] == "PERSON":
            return True
        if (
            entity
            and entity[0] <= before.start
            and entity[2] in ("ORG", "FAC", "LAW", "EVENT", "WORK_OF_ART", "PRODUCT")
        ):
            return size == 1 and c.options[0].population < 300_000
        return size == 1 and not (entity and entity[2] == "GPE" and entity[0] == c.start)

    def _entity_is(self, c: Candidate, label: str) -> bool:
        entity = self.hints.entity(c.start, c.end)
        return bool(entity and entity[2] == label)

    def _title_case_words(self) -> list[bool]:
        """For each word whether its line is a headline in which every long word has a capital."""
        flags: list[bool] = []
        line: list[Word] = []
        for i, word in enumerate(self.words):
            if line and "\n" in self._gap(i - 1, i):
                flags += [_is_title_case(line)] * len(line)
                line = []
            line.append(word)
        return flags + [_is_title_case(line)] * len(line)

    # --- relations between candidates ------------------------------------------------------------------------------

    def _plural_counties(self, found: list[Candidate]) -> None:
        """ "Wasco, Hood River and Gilliam counties": the word at the end belongs to every name of the list."""
        starts = [c.start for c in found]
        for end in (w.start for w in self.words if w.key in COUNTIES):
            i = bisect_right(starts, end) - 1
            edge = end
            if i < 1 or not LIST.fullmatch(self.text[found[i - 1].end : found[i].start]):
                continue  # "Oregon counties", "metro Athens counties": no list of names
            while i >= 0 and re.fullmatch(r",? (?:and |or |& )?|, |/", self.text[found[i].end : edge]):
                options = tuple(p for p in self.gazetteer.counties(found[i].key))
                if not options:
                    break
                found[i].form, found[i].options, found[i].person, found[i].doubtful = "county", options, False, False
                edge = found[i].start
                i -= 1

    def _share_bodies(self, found: list[Candidate]) -> None:
        """ "Wake and Durham sheriffs": a plural body belongs to every name of the list."""
        for left, right in zip(reversed(found[:-1]), reversed(found[1:]), strict=True):
            plural = right.body and right.after.split(" ")[0].endswith("s")
            if plural and not left.body and LIST.fullmatch(self.text[left.end : right.start]):
                left.body, left.after = right.body, right.after

    def _attach_qualifiers(self, found: list[Candidate]) -> None:
        """ "Springfield, Ill.", "Anson, Jones County, Texas", "Paris, France"."""
        for left, right in zip(reversed(found[:-1]), reversed(found[1:]), strict=True):
            gap = self.text[left.end : right.start]
            if gap in (", ", ",", " (") or (gap == " in " and left.form == "county"):
                self._qualify(left, right, gap)

    def _qualify(self, left: Candidate, right: Candidate, gap: str) -> None:
        states = [p.state for p in right.options if p.kind == "state"]
        own = {p.state for p in left.options if p.kind in ("city", "county")}
        if states and right.form in ("state", "plain") and own & set(states) and not right.person:
            if right.form == "plain" and self._is_list(left, right):
                return
            state = next(s for s in states if s in own)
            left.qualifier, left.person, left.doubtful = state, False, False
            if gap != " in ":
                right.qualifies = True
                right.options = tuple(p for p in right.options if p.kind == "state" and p.state == state)
        elif right.form == "county" and right.qualifier and right.qualifier in own and gap != " in ":
            left.qualifier, left.person, left.doubtful = right.qualifier, False, False
        elif right.form == "county" and gap == ", " and left.form == "plain":
            left.county_qualifier = right.key
        elif self._names_foreign_area(right) and any(p.kind == "foreign" for p in left.options) and gap != " in ":
            left.qualifier = "foreign"
            right.qualifies = True

    def _is_list(self, left: Candidate, right: Candidate) -> bool:
        """ "Atlanta, New York" and "Kansas, Illinois" are two places, not a town and its state."""
        names = {p.kind for p in left.options}
        best = max(p.population for p in left.options)
        inside = max((p.population for p in left.options if p.state == right.options[0].state), default=0)
        if "state" in names:
            return inside < 10_000
        return right.key in ("new york", "washington") and inside < best / 5

    def _names_foreign_area(self, c: Candidate) -> bool:
        return any(p.id.startswith("foreign:") for p in c.options[:1])


def _is_title_case(line: list[Word]) -> bool:
    long = [w for w in line if len(w.text) > 3]
    return len(long) >= 3 and sum(w.capital for w in long) >= TITLE_CASE_SHARE * len(long)
