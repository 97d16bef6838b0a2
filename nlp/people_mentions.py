"""Who is meant where: names joined into persons, and surnames, titles and pronouns joined to them.

Ordered by certainty: full names, titled surnames, bare surnames, titles alone ("the sheriff"), then "he" and "she",
which follow the subject of their own or the preceding sentence and are never read inside a quotation.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from nlp.people_claims import Claim, ClaimFinder
from nlp.people_names import Name, fold, is_initial, is_name_word, same_person
from nlp.people_vocabulary import Title, vocabulary
from nlp.people_words import Spans, Word

ALIKE = 0.72  # likeness of surnames that are one name misspelled
MOST_PERSONS = 400  # of one story; bounds the work on hostile text
MOST_STANDING = 12  # persons of one sentence that a pronoun may mean
RECALL = 2  # sentences with persons, outside quotations, that a pronoun looks back
REACH = 3  # paragraphs it looks back


@dataclass(slots=True, eq=False)
class Cluster:
    """One person under construction: every written form, every claim, mentions as (start, end, word index, sort)."""

    forms: list[Name] = field(default_factory=list)
    spellings: dict[tuple[str, ...], None] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)
    mentions: list[tuple[int, int, int, str]] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    gender: str | None = None
    vouched: bool = False

    @property
    def parts(self) -> tuple[str, ...]:
        """The fullest form: the first of those with the most parts, those of the text before the headline's."""
        return max(self.spellings, key=len)

    @property
    def surname(self) -> str:
        """Folded family name."""
        return self.forms[0].surname


def build_clusters(finder: ClaimFinder, claims: list[Claim], vouched: set[int]) -> list[Cluster]:
    """Join claimed and vouched names into persons. `vouched` are first-word indices of names known to be persons."""
    by_name: dict[int, list[Claim]] = {}
    for claim in claims:
        by_name.setdefault(claim.name.first, []).append(claim)
    names = {name.first: name for name in finder.names if name.first in by_name or name.first in vouched}
    names.update({claim.name.first: claim.name for claim in claims})
    clusters: list[Cluster] = []
    by_surname: dict[str, list[Cluster]] = {}
    order = sorted(names.values(), key=lambda name: (len(name.parts) == 1, name.last <= finder.headline, name.first))
    for name in order:
        if len(clusters) >= MOST_PERSONS:
            break
        mine = by_name.get(name.first, [])
        cluster = _home(by_surname.get(name.surname, []), name, mine) or _misspelled(clusters, name, mine)
        if cluster is None:
            cluster = Cluster()
            clusters.append(cluster)
            by_surname.setdefault(name.surname, []).append(cluster)
        cluster.forms.append(name)
        cluster.spellings.setdefault(name.parts)
        cluster.claims += by_name.get(name.first, [])
        cluster.vouched = cluster.vouched or name.first in vouched
    for cluster in clusters:
        cluster.claims.sort(key=lambda claim: (claim.name.last <= finder.headline, claim.at))
        cluster.gender = _gender(finder, cluster)
        cluster.forms.sort(key=lambda name: name.start)
        cluster.starts = [form.start for form in cluster.forms]
    return clusters


def _home(candidates: list[Cluster], name: Name, claims: list[Claim]) -> Cluster | None:
    """The person a name belongs to: full names by first name; a titled surname by role, else the one before it."""
    fits = [c for c in candidates if any(same_person(parts, name.parts) for parts in c.spellings)]
    if len(fits) <= 1 or len(name.parts) > 1:
        return fits[0] if fits else None
    roles = {claim.title.office for claim in claims if claim.title}
    for cluster in fits:
        if roles & {claim.title.office for claim in cluster.claims if claim.title}:
            return cluster
    return max(fits, key=lambda c: (c.forms[0].first < name.first, c.forms[0].first))


def _misspelled(clusters: list[Cluster], name: Name, claims: list[Claim]) -> Cluster | None:
    """The same office, the same first name, nearly the same surname: one person (governor Gavin Newsome)."""
    offices = {claim.title.office for claim in claims if claim.title and claim.title.kind == "office"}
    if not offices or len(name.parts) < 2:
        return None
    for cluster in clusters:
        held = {claim.title.office for claim in cluster.claims if claim.title}
        alike = offices & held and fold(cluster.parts[0]) == fold(name.parts[0])
        if alike and SequenceMatcher(None, cluster.surname, name.surname).ratio() > ALIKE:
            return cluster
    return None


def _gender(finder: ClaimFinder, cluster: Cluster) -> str | None:
    for claim in cluster.claims:
        if claim.title is None:
            continue
        first = claim.name.first
        near = finder.words[max(0, first - 4) : first] + finder.words[claim.name.last : claim.name.last + 8]
        for word in near:
            if word.norm in vocabulary().genders and word.start >= min(claim.at, claim.name.start):
                return vocabulary().genders[word.norm]
    return None


class MentionReader:
    """Walks the words once and gives every mention to its person. `quoted` says whether an offset is in a quotation."""

    def __init__(self, finder: ClaimFinder, clusters: list[Cluster], quoted: Spans) -> None:
        self.finder = finder
        self.clusters = clusters
        self.quoted = quoted
        self.starts = {form.first: (cluster, form) for cluster in clusters for form in cluster.forms}
        self.surnames = self._surname_table()
        self.titles = {first: (last, title, mods) for first, last, title, mods in finder.titles}
        self.trail: list[tuple[int, int]] = []  # sentences with persons, and their paragraphs
        self.subjects: dict[int, list[Cluster | None]] = {}

    def _surname_table(self) -> dict[str, list[Cluster]]:
        table: dict[str, list[Cluster]] = {}
        for cluster in self.clusters:
            table.setdefault(cluster.surname, []).append(cluster)
        for cluster in self.clusters:
            for part in cluster.parts[1:-1]:
                if fold(part) not in table and len(part) > 3:
                    table[fold(part)] = [cluster]
        return table

    def run(self) -> None:
        """Fill the clusters' mentions, in document order."""
        words = self.finder.words
        index = 0
        while index < len(words):
            step = self._full(index) or self._title(index) or self._surname(index) or self._pronoun(index)
            if step is None and self._stranger(index):
                self._stand(index, None)
            index = step or index + 1

    def _stranger(self, index: int) -> bool:
        """Somebody whose name is not known: Erika noted; a woman said. A pronoun that follows means them."""
        words = self.finder.words
        word, following = words[index], words[index + 1] if index + 1 < len(words) else None
        if following is None or not following.glued or self.quoted.at(word.start):
            return False
        if word.capital and is_name_word(word) and following.norm in vocabulary().says:
            return "'" not in word.norm and word.norm not in vocabulary().starters
        starts = index == 0 or words[index - 1].sentence != word.sentence
        near = {one.norm for one in words[index + 1 : index + 5]}
        return starts and word.norm in vocabulary().articles and bool(near & vocabulary().unnamed)

    def _stand(self, index: int, cluster: Cluster | None) -> None:
        """Remember who stands in the sentence of a word, in order."""
        word = self.finder.words[index]
        if word.sentence not in self.subjects:
            self.trail.append((word.sentence, word.paragraph))
        standing = self.subjects.setdefault(word.sentence, [])
        if len(standing) < MOST_STANDING and cluster not in standing:
            standing.append(cluster)

    def _note(self, cluster: Cluster, first: int, last: int, sort: str) -> int:
        words = self.finder.words
        cluster.mentions.append((words[first].start, words[last - 1].bare_end, first, sort))
        if not self.quoted.at(words[first].start):
            self._stand(first, cluster)
        return last

    def _full(self, index: int) -> int | None:
        hit = self.starts.get(index)
        return self._note(hit[0], index, hit[1].last, "name") if hit else None

    def _surname(self, index: int) -> int | None:
        word = self.finder.words[index]
        if not word.capital:
            return None
        options = self.surnames.get(fold(word.owner or word.text))
        if not options or self._part_of_other(index):
            return None
        cluster = self._latest(options, word.start)
        return self._note(cluster, self._leftwards(index, cluster), index + 1, "surname")

    def _part_of_other(self, index: int) -> bool:
        """Brown University, Jackson County; or a first name before an unknown surname."""
        words = self.finder.words
        following = words[index + 1] if index + 1 < len(words) else None
        if words[index].owner or following is None or not following.glued or not following.capital:
            return False
        return following.norm not in vocabulary().dates and following.norm not in vocabulary().title_words

    def _leftwards(self, index: int, cluster: Cluster) -> int:
        """Take in the words before that belong to the name: Van Hollen, Watson Coleman."""
        parts = [fold(part) for part in cluster.parts]
        while index > 0 and self.finder.words[index].glued:
            before = self.finder.words[index - 1]
            if fold(before.text) not in parts[:-1] or is_initial(before):
                break
            index -= 1
        return index

    @staticmethod
    def _latest(options: list[Cluster], at: int) -> Cluster:
        """The person named in full last before `at`, else the first named after."""
        if len(options) == 1:
            return options[0]
        before = [(c.starts[bisect_right(c.starts, at) - 1], c) for c in options if c.starts[0] <= at]
        if not before:
            return min(options, key=lambda c: c.starts[0])
        return max(before, key=lambda pair: pair[0])[1]

    def _title(self, index: int) -> int | None:
        """The sheriff, the city's mayor: the last person named who holds that title."""
        hit = self.titles.get(index)
        if hit is None or hit[1].plural or hit[1].before or hit[1].kind == "calling":
            return None
        last, title, mods = hit
        alone = mods.article or mods.owned or index < self.finder.headline
        if not alone or last in self.starts or self._told_of_someone(index, last, mods.first):
            return None
        holders = [c for c in self.clusters if _holds(c, title)]
        if not holders:
            return None
        cluster = self._latest(_of_body(holders, mods.body), self.finder.words[index].start)
        return self._note(cluster, mods.first, last, "title")

    def _told_of_someone(self, index: int, last: int, first: int) -> bool:
        """An apposition or "a mayor" names nobody new."""
        words = self.finder.words
        if words[first].norm in ("a", "an", "another"):
            return True
        applied = words[first].gap in (", ", " (") and first in self.finder.ends
        return applied or (last < len(words) and words[last].gap == "-")

    def _pronoun(self, index: int) -> int | None:
        word = self.finder.words[index]
        gender = vocabulary().pronouns.get(word.norm)
        if gender is None or self.quoted.at(word.start):
            return None
        cluster = self._antecedent(word, gender)
        if cluster is None:
            return None
        if len({id(one) for one in self.subjects.get(word.sentence, [])} | {id(cluster)}) == 1:
            cluster.gender = cluster.gender or gender
        return self._note(cluster, index, index + 1, "pronoun")

    def _antecedent(self, word: Word, gender: str) -> Cluster | None:
        """The first person of this sentence, else of the nearest of the sentences before, whom the pronoun fits."""
        near = [self.trail[-k] for k in range(1, min(RECALL + 1, len(self.trail)) + 1)]
        for sentence, paragraph in near:
            if word.paragraph - paragraph > REACH:
                return None
            for cluster in self.subjects[sentence]:
                if cluster is None or cluster.gender in (None, gender):
                    return cluster
        return None


def _holds(cluster: Cluster, title: Title) -> bool:
    return any(c.title is not None and not c.private and c.title.office == title.office for c in cluster.claims)


def _of_body(holders: list[Cluster], body: object) -> list[Cluster]:
    """Those whose own body is the one told, if any."""
    if body is None:
        return holders
    told = fold(body.text)
    same = [c for c in holders if any(claim.body and fold(claim.body.text) == told for claim in c.claims)]
    return same or holders
