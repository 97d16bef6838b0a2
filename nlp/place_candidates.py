"""Which stretches of a text may name a place: runs of capitalised words looked up in the gazetteer, longest first."""

from __future__ import annotations

from collections.abc import Iterator

from data.gazetteer import Gazetteer, distance_km, fold
from data.records import Place
from nlp.place_mentions import Candidate
from nlp.place_relations import attach_qualifiers, plural_counties, plural_streets, share_bodies
from nlp.place_surroundings import PARTIES, Surroundings
from nlp.place_text import Hints, Text
from nlp.place_words import Words

QUARTER_KM = 40.0  # a place of a city quarter's name this near is the quarter itself
LONGEST_INSTITUTION = 80  # characters
COUNTY = frozenset(["county", "parish", "borough"])
KINDS = {"county": "county", "parish": "county", "condado": "county", "city": "city", "town": "city", "village": "city"}
DIRECTIONS = frozenset(["north", "south", "east", "west", "northern", "southern", "eastern", "western", "central"])
Reading = tuple[Candidate, int]  # with the number of words it takes up


class Finder:
    """Finds the candidates of one text."""

    def __init__(self, text: str, body: int, hints: Hints, words: Words, gazetteer: Gazetteer) -> None:
        self.source = Text(text, body)
        self.text = text
        self.body = body
        self.words = self.source.words
        self.vocabulary = words
        self.gazetteer = gazetteer
        self.surroundings = Surroundings(self.source, hints, words, gazetteer)

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
        plural_counties(self.source, self.gazetteer, found)
        plural_streets(self.source, found)
        share_bodies(self.source, found)
        attach_qualifiers(self.source, found)
        return found

    def _at(self, i: int) -> Reading | None:
        return self._institution(i) or self._abbreviation(i) or self._name(i)

    def _name(self, i: int) -> Reading | None:
        for size in range(self.source.run(i), 0, -1):
            for key in self._keys(i, size):
                reading = self._county(i, size, key) or self._county_of(i, size, key) or self._plain(i, size, key)
                if reading:
                    return reading
        return None

    def _candidate(self, i: int, size: int, key: str, form: str, options: tuple[Place, ...]) -> Candidate:
        first, last = self.words[i], self.words[i + size - 1]
        found = Candidate(first.start, last.end, self.text[first.start : last.end], key, form, options)
        self.surroundings.describe(found, i, size)
        return found

    def _keys(self, i: int, size: int) -> Iterator[str]:
        keys = [w.key for w in self.words[i : i + size]]
        last = self.words[i + size - 1]
        inner = [fold(w.text) for w in self.words[i : i + size - 1]]
        if last.end != last.full_end:
            yield " ".join([*inner, fold(last.text)])
        yield " ".join([*inner, keys[-1]]) if inner != keys[:-1] else " ".join(keys)

    def _plain(self, i: int, size: int, key: str) -> Reading | None:
        """A nickname, a city quarter, or any name of the gazetteer."""
        options = self._options(i, size, key)
        nickname = self.vocabulary.nicknames.get(key) if self._spelled_as_nickname(i, size, key) else None
        if nickname and (
            size > 1 or not options or self.words[i].text.isupper() or key not in self.vocabulary.doubtful
        ):
            return self._candidate(i, size, key, "plain", (nickname,)), size
        quarter = self.vocabulary.neighbourhoods.get(key)
        if quarter:
            others = [p for p in options if p.kind == "foreign" or distance_km(p, quarter) > QUARTER_KM]
            return self._candidate(i, size, key, "neighbourhood", (quarter, *others)), size
        if options and self._spelled_as_name(i, size) and not self._is_part_of_state(key, options):
            return self._candidate(i, size, key, "plain", options), size
        return None

    def _options(self, i: int, size: int, key: str) -> tuple[Place, ...]:
        options = self.gazetteer.named(key)
        last = self.words[i + size - 1]
        if last.end != last.full_end and key.endswith(fold(last.text)):  # "Prince George's", not "Turner's" for Turners
            options = tuple(p for p in options if "'" in p.name)
        if key.endswith(" city"):  # an independent city is told by its city entry
            options = tuple(p for p in options if p.kind != "county" or p.name == "Carson City")
        return options

    def _is_part_of_state(self, key: str, options: tuple[Place, ...]) -> bool:
        """ "East Texas" is Texas; "West Virginia" and "North Dakota" are states themselves."""
        direction, _, rest = key.partition(" ")
        if direction not in DIRECTIONS or not rest or any(p.kind == "state" for p in options):
            return False
        return any(p.kind == "state" for p in self.gazetteer.named(rest))

    def _spelled_as_nickname(self, i: int, size: int, key: str) -> bool:
        return size > 1 or len(key) > 2 or self.words[i].text.replace(".", "").isupper()

    def _spelled_as_name(self, i: int, size: int) -> bool:
        """Two letters are a postal code or a word of a headline, never a name told bare."""
        return size > 1 or len(self.words[i].key) > 2 or self.words[i].text == "Ely"

    def _county(self, i: int, size: int, key: str) -> Reading | None:
        """ "X County", "X Parish", in headlines "X Co.": the word belongs to the name."""
        last = self.words[i + size - 1]
        short = last.text == "Co" and last.start < self.body and self.text[last.full_end : last.full_end + 1] == "."
        if size < 2 or not (last.key in COUNTY or short):
            return None
        options = self._counties(" ".join(key.split()[:-1]), "county" if short else last.key)
        return (self._candidate(i, size, key, "county", options), size) if options else None

    def _county_of(self, i: int, size: int, key: str) -> Reading | None:
        """ "County of X", "City of X": only the name is the mention."""
        kind = KINDS.get(self.words[i].key)
        if size < 3 or not kind or self.words[i + 1].key not in ("of", "de"):
            return None
        bare = " ".join(key.split()[2:])
        options = tuple(p for p in self.gazetteer.named(bare) if p.kind == kind)
        if not options:
            return None
        candidate = self._candidate(i + 2, size - 2, bare, kind, options)
        candidate.body, candidate.aside = kind, False
        return candidate, size

    def _counties(self, bare: str, word: str) -> tuple[Place, ...]:
        options = self.gazetteer.counties(bare)
        nickname = self.vocabulary.nicknames.get(bare)
        if nickname and not options:
            options = self.gazetteer.counties(nickname.name, nickname.state)
        ends = " " + word
        return tuple(p for p in options if p.name.lower().endswith(ends) or (word == "county" and " " not in p.name))

    def _institution(self, i: int) -> Reading | None:
        most = self.vocabulary.institution_starts.get(self.words[i].key, 0)
        for size in range(min(most, len(self.words) - i), 0, -1):
            key = " ".join(w.key for w in self.words[i : i + size])
            known = self.vocabulary.institutions.get(key)
            if known and self.words[i + size - 1].start - self.words[i].start < LONGEST_INSTITUTION:
                candidate = self._candidate(i, size, key, "institution", (known.government,))
                candidate.street = known.street
                return candidate, size
        return None

    def _abbreviation(self, i: int) -> Reading | None:
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
        gap = self.source.gap(i - 1, i)
        before = self.words[i - 1]
        return (
            (gap in (", ", ",") and before.capital)
            or (gap == "-" and before.text in PARTIES)
            or (gap == " (" and before.capital)
        )
