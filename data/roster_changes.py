"""What changed between two issues of a federal 287(g) list.

The lists are typed anew by hand: an agency is spelled otherwise, moves to its right county, gets its link later. So
rows are matched from the surest likeness to the weakest, and only what is left over was signed, or is gone:

1. the same name (in one spelling), place and signing date; then the same name and place;
2. the same name and signing date or agreement document, at another place (a county corrected), or where the list
   gives too little to tell its place;
3. the same agreement document, named by no other row, of an agency of the same kind;
4. much the same name at the same place, or in the same county;
5. the same agency, place and document under another model (a model corrected).

"Precinct 1" and "Precinct 4" are never the same, and neither are a sheriff's office and a prosecutor's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from data.errors import TrackerError
from data.gazetteer import fold
from data.records import RosterRow
from data.roster_names import agency_kind, numbers_in, plain_agency, roster_words

ALIKE = 0.8  # similarity from which two names at one place are one agency
ALIKE_IN_COUNTY = 0.86  # ... in one county, where the place is another
ALIKE_SIGNED_TOGETHER = 0.6  # ... at one place, signed on the same day
MOST_GONE = 0.2  # part of a list from which its end is a cut file rather than many terminations
FEW = 20  # rows; a shorter list may lose any number


class TruncatedRosterError(TrackerError):
    """So many rows are missing at once that the file is taken for cut; the message says how many."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A row with what it means: `state` is a postal code, `county` a FIPS code, `agreement_type` the codebook's.

    `known_as` is the name under which the agency was first recorded, `record_url` where its record stands.
    """

    row: RosterRow
    state: str | None
    place_id: str | None
    county: str | None
    agreement_type: str
    known_as: str = ""
    record_url: str | None = None


@dataclass(slots=True)
class Changes:
    """`kept` and `renamed` are pairs of the old and the new row; `gone` are old rows, `signed` new ones."""

    kept: list[tuple[Listed, Listed]] = field(default_factory=list)
    renamed: list[tuple[Listed, Listed]] = field(default_factory=list)
    signed: list[Listed] = field(default_factory=list)
    gone: list[Listed] = field(default_factory=list)
    _old: list[Listed] = field(default_factory=list)

    def model_added(self) -> list[Listed]:
        """Of those signed, the ones whose agency had an agreement of another model before."""
        had = {_agency(listed) for listed in self._old}
        return [listed for listed in self.signed if _agency(listed) in had]

    def model_dropped(self) -> list[Listed]:
        """Of those gone, the ones whose agency still has an agreement of another model."""
        has = {_agency(new) for _, new in (*self.kept, *self.renamed)} | {_agency(new) for new in self.signed}
        return [listed for listed in self.gone if _agency(listed) in has]


def compare(old: Sequence[Listed], new: Sequence[Listed]) -> Changes:
    """Match the rows of two issues, the older first; both of the same list, or pending and participating."""
    changes = Changes(_old=list(old))
    left = _Left(list(old), list(new))
    for pair in left.match():
        (changes.renamed if _is_renamed(*pair) else changes.kept).append(pair)
    changes.gone, changes.signed = left.old, left.new
    return changes


def refuse_truncated(old: Sequence[Listed], changes: Changes, name: str) -> None:
    """Raise TruncatedRosterError where more than a fifth of the older rows vanish at once."""
    if len(old) > FEW and len(changes.gone) > MOST_GONE * len(old):
        raise TruncatedRosterError(
            f"{name}: {len(changes.gone)} of {len(old)} rows are gone at once, more than {MOST_GONE:.0%}; "
            "the file may be cut, so no termination is concluded from it"
        )


# --- matching --------------------------------------------------------------------------------------------------------


class _Left:
    """The rows of both sides that have no match yet."""

    def __init__(self, old: list[Listed], new: list[Listed]) -> None:
        self.old, self.new = old, new
        self._documents = [Counter(listed.row.moa for listed in side if listed.row.moa) for side in (old, new)]

    def match(self) -> list[tuple[Listed, Listed]]:
        pairs = []
        for key in (_by_day, _by_place, _by_day_elsewhere, _by_document_elsewhere, _by_state):
            pairs += self._by_key(key)
        pairs += self._by_key(self._by_document)
        pairs += self._by_likeness()
        pairs += self._by_key(_by_agency_and_document)
        return pairs

    def _by_key(self, key: Callable[[Listed], Hashable | None]) -> list[tuple[Listed, Listed]]:
        """Pairs of equal keys, in the sheets' order; rows without a key stay."""
        waiting: dict[Hashable, list[Listed]] = defaultdict(list)
        for listed in self.old:
            if (k := key(listed)) is not None:
                waiting[k].append(listed)
        pairs, rest = [], []
        for listed in self.new:
            twins = waiting.get(k) if (k := key(listed)) is not None else None
            if twins:
                pairs.append((twins.pop(0), listed))
            else:
                rest.append(listed)
        self._take(pairs, rest)
        return pairs

    def _take(self, pairs: Iterable[tuple[Listed, Listed]], rest: list[Listed]) -> None:
        taken = {id(first) for first, _ in pairs}
        self.old, self.new = [listed for listed in self.old if id(listed) not in taken], rest

    def _by_document(self, listed: Listed) -> Hashable | None:
        """The document, where it is one row's alone on either side: a link pasted twice proves nothing."""
        document = listed.row.moa
        if not document or any(counts[document] > 1 for counts in self._documents):
            return None
        return document, listed.agreement_type, agency_kind(listed.row.agency), numbers_in(listed.row.agency)

    def _by_likeness(self) -> list[tuple[Listed, Listed]]:
        """The likeliest pairs first; each row once."""
        wishes = []
        for n, old in enumerate(self.old):
            for m, new in enumerate(self.new):
                if (old.state, old.agreement_type) == (new.state, new.agreement_type):
                    likeness = _likeness(old, new)
                    if likeness:
                        wishes.append((-likeness, n, m))
        pairs, used_old, used_new = [], set(), set()
        for _, n, m in sorted(wishes):
            if n not in used_old and m not in used_new:
                pairs.append((self.old[n], self.new[m]))
                used_old.add(n)
                used_new.add(m)
        self._take(pairs, [listed for m, listed in enumerate(self.new) if m not in used_new])
        return pairs


def _by_day(listed: Listed) -> Hashable:
    return (*_by_place(listed), listed.row.signed)


def _by_place(listed: Listed) -> Hashable:
    return listed.state, listed.agreement_type, plain_agency(listed.row.agency), listed.place_id


def _by_day_elsewhere(listed: Listed) -> Hashable | None:
    if not listed.row.signed:
        return None
    return listed.state, listed.agreement_type, plain_agency(listed.row.agency), listed.row.signed


def _by_document_elsewhere(listed: Listed) -> Hashable | None:
    if not listed.row.moa:
        return None
    return listed.agreement_type, plain_agency(listed.row.agency), listed.row.moa


def _by_state(listed: Listed) -> Hashable | None:
    """For what has no place of its own, or none that is known."""
    if listed.place_id and not listed.place_id.startswith("state:"):
        return None
    return listed.state, listed.agreement_type, plain_agency(listed.row.agency)


def _by_agency_and_document(listed: Listed) -> Hashable | None:
    if not listed.row.moa:
        return None
    return listed.state, plain_agency(listed.row.agency), listed.place_id, listed.row.signed, listed.row.moa


def _likeness(old: Listed, new: Listed) -> float:
    """How alike two rows of one state and model are, 0 where they cannot be one agency's."""
    first, second = old.row.agency, new.row.agency
    if agency_kind(first) != agency_kind(second) or numbers_in(first) != numbers_in(second):
        return 0.0
    if None in (old.place_id, new.place_id) and plain_agency(first) == plain_agency(second):
        return 1.0  # one of the lists told too little to place it
    same_place = old.place_id is not None and old.place_id == new.place_id
    if not same_place and (old.county is None or old.county != new.county):
        return 0.0
    together = same_place and old.row.signed is not None and old.row.signed == new.row.signed
    lowest = ALIKE_SIGNED_TOGETHER if together else ALIKE if same_place else ALIKE_IN_COUNTY
    ratio = SequenceMatcher(None, _own_name(first), _own_name(second)).ratio()
    return ratio + together if ratio >= lowest else 0.0


def _own_name(agency: str) -> str:
    """The name without the words that many agencies share, or they would make any two alike."""
    common = roster_words()["common"]["words"]
    return " ".join(word for word in plain_agency(agency).split() if word not in common) or plain_agency(agency)


def _is_renamed(old: Listed, new: Listed) -> bool:
    return plain_agency(old.row.agency) != plain_agency(new.row.agency)


def _agency(listed: Listed) -> tuple[str | None, str | None, str]:
    return listed.state, listed.place_id, fold(plain_agency(listed.row.agency))
