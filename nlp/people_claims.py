"""What the text says of whom: every place where a name and an office, a calling or an organization are tied.

Each tie is a `Claim`. Ties come from titles before a name ("Sheriff Joe Baron", "Supervisors Phil Serna and Don
Nottoli"), after it ("Jim Kenney, the city's mayor,", "Andrew Pappas, a trustee"), verbs ("was sworn in as sheriff"),
organizations ("of the ACLU of Ohio", "who teaches law at Temple University"), votes and successions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nlp.people_bodies import Body, Modifiers, body_after, classify, make_body, modifiers, read_body
from nlp.people_headings import NameTable
from nlp.people_names import Name, is_name_word, read_name
from nlp.people_vocabulary import Title, vocabulary
from nlp.people_words import Spans, Word

APPOSED = frozenset({", ", " – ", " — ", "—", " - ", ", “", " ("})
LONGEST_LIST = 12
MOST_CLAIMS = 1000  # no story has as many; bounds the work on hostile text


@dataclass(frozen=True, slots=True)
class Claim:
    """A tie of a name to a title. `title` is None for a bare organization; `private` marks a private description."""

    name: Name
    at: int
    title: Title | None = None
    mods: Modifiers | None = None
    body: Body | None = None
    member: str | None = None
    former: bool = False
    elect: bool = False
    private: bool = False
    direct: bool = True


class ClaimFinder:
    """Reads one document. `text` is the whole document, `words` its words, `headline` the number of title words;
    `places`, `persons` and `organizations` are document offsets of what other components call so."""

    def __init__(
        self,
        text: str,
        words: list[Word],
        headline: int,
        places: Iterable[tuple[int, int]] = (),
        persons: Iterable[tuple[int, int]] = (),
        organizations: Iterable[tuple[int, int]] = (),
    ) -> None:
        self.text = text
        self.places = dict(places)
        self.persons = Spans(persons)
        self.organizations = Spans(organizations)
        self.words = words
        self.headline = headline
        self.table = NameTable(words, headline, self.places)
        self.names = self.table.names
        self.ends = {name.last: name for name in self.names}
        self.claims: list[Claim] = []
        self.titles: list[tuple[int, int, Title, Modifiers]] = []

    def run(self) -> list[Claim]:
        """All claims, in document order."""
        loose = []
        for first, last, title in vocabulary().titles.find(self.words):
            if len(self.claims) > MOST_CLAIMS:
                break
            if not self._written_as_title(first, last):
                continue
            mods = modifiers(self.text, self.words, first)
            if self._sought(mods):
                continue
            last = self._elect(last, mods)
            if title.office == "head" and self._part_of_compound(last):
                continue
            self.titles.append((first, last, title, mods))
            if self.words[last - 1].owner:
                continue
            if not self._named_after(first, last, title, mods) and not title.before:
                loose.append((first, last, title, mods))
        self.ends = {name.last: name for name in self.names} | {c.name.last: c.name for c in self.claims}
        for first, last, title, mods in loose:
            self._named_before(first, last, title, mods)
        return sorted(self.claims, key=lambda claim: claim.at)

    def _elect(self, last: int, mods: Modifiers) -> int:
        words = self.words
        if last < len(words) and words[last].norm == "elect" and words[last].gap == "-":
            mods.elect = True
            return last + 1
        return last

    def _written_as_title(self, first: int, last: int) -> bool:
        """ "Del" is a delegate only with its dot, and "sec" only with a dot or a capital."""
        word = self.words[last - 1]
        if last - first > 1 or word.norm not in vocabulary().abbreviations:
            return True
        return word.dotted or (word.capital and word.norm not in ("del", "da", "col", "sec", "fr"))

    def _part_of_compound(self, last: int) -> bool:
        """Chief economist, director general: the title goes on in lower case."""
        word = self.words[last] if last < len(self.words) else None
        return (
            word is not None
            and word.glued
            and not word.capital
            and word.norm not in vocabulary().starters | vocabulary().says
        )

    def _sought(self, mods: Modifiers) -> bool:
        """An office that somebody only runs for: candidate for sheriff, running for mayor."""
        index = mods.first - 1
        return (
            index > 0
            and self.words[index].norm == "for"
            and self.words[index - 1].norm in vocabulary().lists["seeking"]
        )

    # titles before names

    def _named_after(self, first: int, last: int, title: Title, mods: Modifiers) -> bool:
        if last >= len(self.words) or (title.kind == "calling" and not self._may_precede(first, last)):
            return False
        body, name = None, self._name_at(last) if self._follows_title(last) else None
        if name is None:
            body, name = self._over_field(last, title)
        if name is None:
            return self._over_other(first, last, title, mods) or self._reversed(last, title, mods)
        if not self._believed(name, first, title):
            return False
        for one in self._listed(name) if title.plural else [name]:
            self._claim(one, first, title, mods, body or self._body_of_name(one))
        return True

    def _follows_title(self, index: int) -> bool:
        """Only a space, or the closing mark of a quoted title ("border czar" Tom Homan), parts title and name."""
        return self.words[index].glued or self.words[index].gap in ('" ', "” ")

    def _may_precede(self, first: int, last: int) -> bool:
        """A calling in lower case needs a full name after it ("attorney Jane Doe")."""
        if self.words[first].capital:
            return True
        name = self._name_at(last) if self.words[last].glued else None
        return name is not None and len(name.parts) > 1

    def _over_field(self, last: int, title: Title) -> tuple[Body | None, Name | None]:
        """Over a field or a place to the name: Assistant Secretary for Public Affairs Tricia McLaughlin."""
        words = self.words
        if not (words[last].glued and words[last].norm in ("of", "for")):
            return None, None
        for step in range(last + 1, min(last + 8, len(words))):
            if not words[step].glued:
                return None, None
            place = self._place_end(step)
            if place is not None:
                name = self._name_at(place)
                sure = name is not None and len(name.parts) > 1 and words[place].glued
                sure = sure and (title.kind == "office" or self.persons.at(name.end - 1))
                return make_body(self.text, words[step:place]), name if sure else None
            if words[step].norm in vocabulary().lists["titles_of_others"]:
                return None, None
            if words[step].capital and is_name_word(words[step]) and step > last + 1:
                name = self._name_at(step)
                hit = read_body(self.text, words[:step], last + 1)
                sure = (
                    name is not None
                    and len(name.parts) > 1
                    and (
                        self.persons.at(name.end - 1)
                        or all(word.norm in vocabulary().never for word in words[last + 1 : step])
                    )
                )
                return (hit[0] if hit and hit[0].sort else None), name if sure else None
        return None, None

    def _place_end(self, index: int) -> int | None:
        """The index after a place's name that begins at word `index`."""
        end = self.places.get(self.words[index].start)
        if end is None:
            return None
        while index < len(self.words) and self.words[index].start < end:
            index += 1
        return index

    def _over_other(self, first: int, last: int, title: Title, mods: Modifiers) -> bool:
        """Evanston mayor and congressional candidate Daniel Biss: a second description between title and name."""
        words = self.words
        if title.plural or not (words[last].glued and words[last].norm == "and"):
            return False
        for step in range(last + 1, min(last + 7, len(words))):
            if not words[step].glued or words[step].norm in vocabulary().says:
                return False
            name = self._name_at(step) if words[step].capital else None
            if name is not None and len(name.parts) > 1 and self.persons.at(name.end - 1):
                if words[step - 1].norm in ("and", "the", "for", "of", "to"):
                    return False
                self._claim(name, first, title, mods, None)
                return True
        return False

    def _name_at(self, index: int) -> Name | None:
        words = self.words
        if index >= len(words) or not words[index].capital or words[index].norm in vocabulary().starters:
            return None
        name = read_name(words, index)
        if name is not None and self.table.heading(index):
            return self.table.known_part(name)
        return None if name is not None and self.places.get(name.start) == name.end and len(name.parts) > 1 else name

    def _believed(self, name: Name, first: int, title: Title) -> bool:
        """In a headline every word may be a capital: there the surname must come again in the text."""
        if title.office == "head" and title.role.startswith("official"):
            return False
        if title.kind == "either" and self._inside_organization(name):
            return False
        follower = self.words[name.last] if name.last < len(self.words) else None
        thing = follower is not None and follower.glued and follower.capital and classify([follower]) is not None
        if len(name.parts) == 1 and thing:
            return False
        if (
            len(name.parts) == 1
            and title.role != "president"
            and ((title.plural and not self.words[first].capital) or title.office in vocabulary().lists["full_only"])
        ):
            return False
        return len(name.parts) > 1 or self.words[first].capital or title.role in ("mayor", "sheriff", "governor")

    def _inside_organization(self, name: Name) -> bool:
        """Whether the model sees a longer organization's name around this one ("Small Business Administration")."""
        around = self.organizations.over(name.start)
        return around is not None and around[1] >= name.end and around != (name.start, name.end)

    def _listed(self, name: Name) -> list[Name]:
        """The names of a list that begins with `name`: Phil Serna, Patrick Kennedy and Don Nottoli."""
        found = [name]
        index = self._over_aside(name.last)
        while index < len(self.words) and len(found) < LONGEST_LIST:
            word = self.words[index]
            if word.norm in ("and", "&") and word.gap in (" ", ", ", ") ", "), "):
                index += 1
            elif not word.gap.startswith((",", "), ", ");", ";")) or "\n" in word.gap:
                break
            following = self._name_at(index)
            if following is None or self.words[index].sentence != self.words[name.first].sentence:
                break
            found.append(following)
            index = self._over_aside(following.last)
        return found

    def _over_aside(self, index: int) -> int:
        """Past a ward, a party or a place after a name: (47th), D-Ill., of Boston."""
        words = self.words
        for _ in range(3):
            if index >= len(words):
                return index
            word = words[index]
            if word.gap == " (" or (
                word.gap == ", " and (word.text[:2] in ("D-", "R-", "I-") or word.text[0].isdigit())
            ):
                index += 1
            elif word.glued and word.norm == "of" and index + 1 < len(words) and words[index + 1].capital:
                index += 2
                while index < len(words) and words[index].glued and words[index].capital:
                    index += 1
            else:
                return index
        return index

    def _reversed(self, last: int, title: Title, mods: Modifiers) -> bool:
        """The city's mayor, Jim Kenney, said: the name in apposition to the title."""
        words = self.words
        if title.plural or title.kind == "calling" or not (mods.article or mods.owned):
            return False
        hit = body_after(self.text, words, last)
        index = hit[1] if hit else last
        while index < min(last + 6, len(words)) and hit is None and words[index].glued and not words[index].capital:
            index += 1
        if index >= len(words) or words[index].gap != ", " or words[index].sentence != words[last - 1].sentence:
            return False
        name = self._name_at(index)
        closed = name is not None and name.last < len(words) and words[name.last].gap[:1] in (",", ".", ";")
        if name is None or len(name.parts) < 2 or not closed or not self.persons.at(name.end - 1):
            return False
        self._claim(name, last - 1, title, mods, hit[0] if hit else None)
        return True

    def _body_of_name(self, name: Name) -> Body | None:
        """The body told after a titled name: attorney Jane Doe of the ACLU."""
        hit = body_after(self.text, self.words, name.last) if name.last < len(self.words) else None
        if hit is None or self.words[name.last].norm == "in":
            return None
        return hit[0]

    # titles after names

    def _named_before(self, first: int, last: int, title: Title, mods: Modifiers) -> None:
        if title.plural:
            return
        name, strong = self._owner_of(mods.first)
        if name is None or self._possessed(last) or (title.kind == "either" and self._inside_organization(name)):
            return
        inside = self.words[last - 1].norm in ("for", "of", "with")
        hit = body_after(self.text, self.words, last - 1 if inside else last)
        self._claim(name, first, title, mods, hit[0] if hit else None, direct=strong)

    def _possessed(self, last: int) -> bool:
        """Whether the title itself owns what follows ("the chief of staff's report")."""
        return last < len(self.words) and self.words[last].gap.startswith(("'s", "’s"))

    def _owner_of(self, first: int) -> tuple[Name | None, bool]:
        """The name a loose title at word `first` is told of, walking left over links; False when by a pronoun."""
        words = self.words
        if first == 0 or words[first].sentence != words[first - 1].sentence:
            return None, True
        index, strong = first, False
        while index > 0 and first - index < 10 and words[index - 1].norm in vocabulary().link_verbs:
            if words[index].gap not in (" ", ", "):
                return None, True
            index -= 1
            strong = strong or words[index].norm in vocabulary().link_strong
        if index == first:
            return self._apposed(first), True
        if words[index - 1].norm in vocabulary().pronouns and strong:
            return self._subject(index - 1), False
        before = self._back_over_aside(index)
        return (self.ends.get(before) if strong else None), True

    def _apposed(self, first: int) -> Name | None:
        """Name, [a carpenter and] TITLE."""
        words = self.words
        before = self._back_over_aside(first)
        if words[before].gap in APPOSED and before in self.ends:
            return self.ends[before]
        index = first
        while (
            index > 1
            and first - index < 5
            and words[index].glued
            and words[index - 1].norm not in vocabulary().lists["not_modifiers"]
        ):
            index -= 1
        if index < first and words[index].gap in APPOSED and index in self.ends:
            return self.ends[index]
        if words[first - 1].norm not in ("and",) and words[first].gap != ", ":
            return None
        for index in range(first - 1, max(first - 9, 0), -1):
            if words[index].sentence != words[first].sentence:
                return None
            if words[index].gap in APPOSED and index in self.ends:
                tied = words[index].norm in vocabulary().qualifiers["determiners"] or not words[index].capital
                return self.ends[index] if tied and words[index].norm not in ("who", "which", "and") else None
        return None

    def _back_over_aside(self, index: int) -> int:
        """Leftwards past an age or a party: Jane Doe, 45, mayor of; Jane Doe (D-Ohio), chair of."""
        words = self.words
        for _ in range(3):
            word = words[index - 1]
            code = word.text[:2] in ("D-", "R-", "I-") or word.text.isdigit() or word.text in ("D", "R")
            code = code or (word.norm in vocabulary().degrees and word.gap == ", ")
            if not code or index < 2:
                break
            index -= 1
        return index

    def _subject(self, index: int) -> Name | None:
        """The first name of the sentence of a pronoun at `index`, for "X ended it after he was elected sheriff"."""
        sentence = self.words[index].sentence
        for name in self.names:
            if name.first >= index:
                return None
            if self.words[name.first].sentence == sentence:
                return name
        return None

    def _claim(
        self, name: Name, at: int, title: Title, mods: Modifiers, body: Body | None, *, direct: bool = True
    ) -> None:
        self.claims.append(
            Claim(
                name, self.words[at].start, title, mods, mods.body or body, None, mods.former, mods.elect, direct=direct
            )
        )
