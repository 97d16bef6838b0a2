"""Which body a title belongs to: the words before it, the words after it, and whether the body is a government's."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace

from nlp.people_names import fold
from nlp.people_vocabulary import vocabulary
from nlp.people_words import Word, normalize

PREPOSITIONS = ("of", "for", "at", "with", "from", "in", "to")
REACH = 12  # words of a body's name
KEPT_OWNERS = (
    "sheriff",
    "governor",
    "mayor",
    "attorney",
    "president",
    "senator",
    "congress",
    "executive",
    "secretary",
    "prosecutor",
    "da'",
)


@dataclass(frozen=True, slots=True)
class Body:
    """A body as the text names it: its words, document offsets, and "government", "other", "media" or None."""

    text: str
    start: int
    end: int
    sort: str | None
    agency: str | None = None


@dataclass(slots=True)
class Modifiers:
    """What stands before a title: `first` is the index of the first word that belongs to it, articles left out."""

    first: int
    former: bool = False
    acting: bool = False
    elect: bool = False
    deputy: str = ""
    level: str | None = None
    article: bool = False
    party: bool = False
    owned: bool = False
    body: Body | None = None
    body_words: list[int] = field(default_factory=list)


def classify(words: list[Word]) -> str | None:
    """Whether words name a government's body, media, another organization, or none that the vocabulary knows."""
    vocab = vocabulary()
    norms = [
        normalize(word.owner) if word.owner and not word.norm.startswith(KEPT_OWNERS) else word.norm for word in words
    ]
    pairs = {f"{a} {b}" for a, b in itertools.pairwise(norms)}
    known = set(norms) | pairs
    if known & vocab.media and not known & {"association", "guild", "club"}:
        return "media"
    if known & vocab.strong_government and not known & {"project", "association", "watch", "coalition"}:
        return "government"
    if known & vocab.other:
        return "other"
    if known & vocab.government or find_agency(words):
        return "government"
    acronym = any(len(text) > 2 and text.isupper() and text.isalpha() for text in (w.owner or w.text for w in words))
    return "other" if acronym else None


def find_agency(words: list[Word]) -> str | None:
    """The last agency of the vocabulary among the words, possessive endings left out."""
    bare = [replace(word, norm=normalize(word.owner)) if word.owner else word for word in words]
    names = [name for first, _, name in vocabulary().agencies.find(bare) if words[first].capital]
    return str(names[-1]) if names else None


def make_body(text: str, words: list[Word]) -> Body:
    """The body named by consecutive words."""
    start, end = words[0].start, words[-1].bare_end
    return Body(" ".join(text[start:end].split()), start, end, classify(words), find_agency(words))


def modifiers(text: str, words: list[Word], index: int) -> Modifiers:
    """Read leftwards from the title at `index`: qualifiers, levels, agencies, capitalised bodies."""
    found = Modifiers(first=index)
    while found.first > 0 and index - found.first < REACH and _takes(words, found):
        pass
    if any(words[index].text[0].isalpha() for index in found.body_words):
        span = words[min(found.body_words) : max(found.body_words) + 1]
        found.body = make_body(text, span)
    before = found.first - 1
    if before >= 0 and words[found.first].glued and words[before].norm in vocabulary().qualifiers["determiners"]:
        found.first, found.article = before, True
    return found


def _takes(words: list[Word], found: Modifiers) -> bool:
    """Take in the word before, if it belongs to the title; says whether it did."""
    index = found.first - 1
    word, after = words[index], words[found.first]
    if word.sentence != after.sentence or not _touches(words, found):
        return _skips_state(words, found)
    if word.owner and not found.body_words:
        return _takes_owner(words, found, index)
    if word.owner:
        if classify([word]) is not None and word.capital:
            found.body_words, found.first = [index], index
        return False
    if _takes_qualifier(word, found):
        found.first = index
        return True
    if _belongs(words, index, found):
        found.body_words.append(index)
        found.first = index
        found.level = found.level or vocabulary().levels.get(word.norm)
        return True
    return False


def _touches(words: list[Word], found: Modifiers) -> bool:
    gap = words[found.first].gap
    return (
        gap in (" ", "\u00a0", "-", " (", ") ", " – ")
        if found.first in found.body_words
        else gap in (" ", "\u00a0", "-", ") ")
    )


def _skips_state(words: list[Word], found: Modifiers) -> bool:
    """Norfolk, Virginia, Sheriff Joe Baron: the state between commas is passed over."""
    if words[found.first].gap not in (", ", "., ") or found.body_words:
        return False
    for size in (1, 2):
        first = found.first - size
        if first > 0 and words[first].gap == ", " and words[first - 1].capital:
            name = " ".join(word.norm for word in words[first : found.first])
            if name in vocabulary().states and words[first - 1].norm not in vocabulary().dates:
                found.first = first - 1
                found.body_words.append(first - 1)
                return True
    return False


def _takes_owner(words: list[Word], found: Modifiers, index: int) -> bool:
    """The city's mayor, Philadelphia's mayor; capitals before the owner belong to it."""
    found.first, found.owned = index, True
    found.level = found.level or vocabulary().levels.get(fold(words[index].owner or ""))
    if not words[index].capital:
        return False
    found.body_words.append(index)
    while found.first > 0 and words[found.first].glued and words[found.first - 1].capital:
        if words[found.first - 1].norm in vocabulary().starters or words[found.first - 1].norm in vocabulary().dates:
            break
        found.first -= 1
        found.body_words.append(found.first)
    return False


def _takes_qualifier(word: Word, found: Modifiers) -> bool:
    kinds = vocabulary().qualifiers
    norm = word.norm
    if norm in vocabulary().lists["parties"]:
        found.party = True
        return True
    if found.body_words and norm not in kinds["former"] | kinds["acting"] | kinds["elect"]:
        return False
    if norm in kinds["former"]:
        found.former = True
    elif norm in kinds["acting"]:
        found.acting = True
    elif norm in kinds["elect"]:
        found.elect = True
    elif norm in kinds["deputy"]:
        found.deputy = f"{norm} {found.deputy}".strip()
    elif norm not in kinds["ignored"] and not norm.endswith("-based"):
        return _takes_level(word, found)
    found.party = found.party or norm in vocabulary().lists["parties"]
    return True


def _takes_level(word: Word, found: Modifiers) -> bool:
    """A lower-case "county" or a "U.S." is a level only; a capitalised "County" may end a name and is left to it."""
    level = vocabulary().levels.get(word.norm)
    if level is None or (word.capital and word.norm not in ("us", "state", "federal")):
        return False
    found.level = found.level or level
    return True


def _belongs(words: list[Word], index: int, found: Modifiers) -> bool:
    """Whether a word is part of the body's name that runs up to the title."""
    word = words[index]
    if word.norm in vocabulary().dates or word.norm.endswith("-old"):
        return False
    if word.capital or word.text[0].isdigit():
        starts = index == 0 or words[index - 1].sentence != word.sentence
        return not (starts and word.norm in vocabulary().starters)
    if found.body_words and max(found.body_words) and words[index + 1].capital:
        before = words[index - 1] if index else None
        if before is None or not before.capital:
            return word.norm in vocabulary().government
        if word.norm in ("of", "for"):
            return before.norm in vocabulary().lists["heads"] or (before.text.isupper() and len(before.text) > 2)
        owned = index > 1 and words[index - 2].owner is not None
        return word.norm in ("en", "de", "del") or (
            word.norm in ("and", "&") and (before.norm in vocabulary().lists["joined"] or owned)
        )
    return word.norm in vocabulary().government and word.norm not in ("executive", "task", "state")


def body_after(text: str, words: list[Word], index: int) -> tuple[Body, int] | None:
    """The body that follows a preposition at `index`, a field passed over ("of litigation for True North Legal"), and
    the index after it."""
    for _ in range(3):
        if index >= len(words) or not words[index].glued or words[index].norm not in PREPOSITIONS:
            return None
        hit = read_body(text, words, index + 1)
        if hit is not None:
            return hit
        index = _over_lower(words, index + 1)
    return None


def _over_lower(words: list[Word], index: int) -> int:
    """Past up to six lower-case words to the next preposition."""
    for step in range(index, min(index + 6, len(words))):
        if not words[step].glued or words[step].capital:
            break
        if words[step].norm in PREPOSITIONS and step > index:
            return step
    return len(words)


def read_body(text: str, words: list[Word], index: int) -> tuple[Body, int] | None:
    """The body whose name begins at `index`, an article and generic nouns ("the nonprofit") passed over."""
    first = index
    described = False
    while first < len(words) and first - index < 5 and words[first].glued and _generic(words[first]):
        described = described or words[first].norm in vocabulary().lists["generic"]
        first += 1
    if first >= len(words) or not words[first].glued:
        return None
    plain = vocabulary().plain.at(words, first)
    if plain and not words[first].capital:
        body = make_body(text, words[first : plain[0]])
        return Body(body.text, body.start, body.end, "government", body.agency), plain[0]
    if words[first].owner and words[first].capital and first + 1 < len(words) and words[first + 1].capital:
        owned = read_body(text, words, first + 1)  # Philadelphia's Temple University: the owner is only its place
        if owned is not None and owned[0].sort is not None:
            return owned
    last = _body_end(words, first)
    if last == first:
        return _lower_body(text, words, first)
    body = make_body(text, words[first:last])
    return (replace(body, sort="other") if described and body.sort is None else body), last


def _lower_body(text: str, words: list[Word], first: int) -> tuple[Body, int] | None:
    """The press club, the state bar association: up to three lower-case words that end in an organization's noun."""
    if words[first - 1].norm != "the":
        return None
    for last in range(first + 1, min(first + 4, len(words) + 1)):
        if not words[last - 1].glued or words[last - 1].capital:
            return None
        if words[last - 1].norm in vocabulary().lists["lower_bodies"]:
            return make_body(text, words[first:last]), last
    return None


def _generic(word: Word) -> bool:
    return not word.capital and (
        word.norm in vocabulary().lists["generic"] or word.norm in vocabulary().qualifiers["determiners"]
    )


def _body_end(words: list[Word], first: int) -> int:
    last = first
    while last < len(words) and last - first < REACH:
        word = words[last]
        if last > first and not word.glued:
            break
        if not _proper(word):
            step = _over_connectors(words, last) if last > first else None
            if step is None:
                break
            last = step
            continue
        last += 1
        if word.owner:
            follows = last < len(words) and words[last].glued and words[last].capital
            if follows and (classify(words[last : last + 1]) or find_agency([word])):
                continue
            break
    return last


def _proper(word: Word) -> bool:
    return (word.capital or word.text.isdigit()) and word.norm not in vocabulary().dates


def _over_connectors(words: list[Word], index: int) -> int | None:
    """Past up to three small words, if a capital follows that is no title ("of", "for the")."""
    step = index
    while (
        step < len(words)
        and words[step].glued
        and step - index < 3
        and words[step].norm in vocabulary().lists["connectors"] | vocabulary().lists["chapters"]
    ):
        step += 1
    if step == index or step >= len(words) or not words[step].glued or not _proper(words[step]):
        return None
    titled = words[step].norm in vocabulary().title_words and words[index].norm in (
        "and",
        "with",
        "to",
        "at",
        "is",
        "on",
    )
    return None if titled else step
