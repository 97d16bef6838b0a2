"""The names and titles of council agendas set in plain English: `legistar.toml` at work."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

from data.records import Source

MAX_TITLE = 400  # characters of a title in a sentence; ordinances list every section that they amend
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_NOUN = r"(?:resolution|ordinance|motion|bill|order|local law|communication|proclamation|report|agreement)"
_ASKED = rf"(?:approve|adopt|consider|pass|introduce|enact)(?:\s+and\s+\w+)?\s+(?=(?:an?|the)\s+{_NOUN}\b)"


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    """The vocabulary."""
    return tomllib.loads(files("crawler").joinpath("legistar.toml").read_text(encoding="utf-8"))


def fits(pattern: str, text: str) -> bool:
    """Whether the pattern occurs in the text, in any case."""
    return re.search(pattern, text, re.IGNORECASE) is not None


def first_fit(table: list[list[str]], text: str, default: list[str]) -> list[str]:
    """The rest of the first row whose pattern occurs in the text."""
    return next((row[1:] for row in table if fits(row[0], text)), default)


def spoken_day(iso: str) -> str:
    """`2026-12-02` as "December 2, 2026"."""
    day = date.fromisoformat(iso)
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"


def listed(names: list[str]) -> str:
    """Names as a list in a sentence: "A, B and C"."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else ""


# --- bodies and people -------------------------------------------------------------------------------------------


def government(source: Source) -> str:
    """The place that the source's council governs: the county where its name or the lack of a city says so."""
    county = source.county and (fits(r"\bcounty\b", source.name) or not source.city)
    return source.county if county else source.city


def council(source: Source) -> str:
    """The name of the deciding body, with its place: "Milwaukee Common Council"."""
    found = re.sub(r"\(.*?\)|\b(?:legistar|agendas?|calendar|legislation|meetings)\b", " ", source.name, flags=re.I)
    name = " ".join(found.split()).strip(" ,-")
    if not fits(words()["councils"], name):
        county = fits(r"\bcounty$", government(source))
        name = f"{government(source)} {'Board of Commissioners' if county else 'City Council'}"
    return _with_place(name, source)


def is_committee(body: str) -> bool:
    """Whether the body only advises another."""
    return fits(words()["committees"], body)


def body_name(body: str, source: Source) -> str:
    """A body as it is spoken of, without article: "Public Safety Committee of the Milwaukee Common Council"."""
    name = re.sub(words()["not_of_the_name"], " ", body, flags=re.IGNORECASE)
    name = " ".join((name.title() if name.isupper() else name).split()).strip(" -,")
    name = re.sub(r"\b(?:And|Of|The|On|For)\b", lambda found: found[0].lower(), name)
    if not name or name.lower() in council(source).lower():
        return council(source)
    if is_committee(name):
        return f"{name} of the {council(source)}"
    return _with_place(name, source) if fits(words()["councils"], name) else name


def _with_place(name: str, source: Source) -> str:
    name = re.sub(r"^the\s+", "", name, flags=re.IGNORECASE)
    placeless = re.match(rf"(?:{words()['placeless']})", name, re.IGNORECASE)
    return f"{government(source)} {name}" if placeless and government(source).lower() not in name.lower() else name


def person(name: str) -> str:
    """A member's bare name: titles and districts cut off, "RUIZ, ANA" turned round."""
    name = re.sub(r"\(.*?\)|,?\s*\b(?:district|ward)\s+\w+\b.*$", " ", name, flags=re.IGNORECASE)
    last, comma, first = (part.strip() for part in name.partition(","))
    name = f"{first} {last}" if comma and first and " " not in last else name.replace(",", " ")
    name = re.sub(rf"^(?:\s*\b(?:{words()['titles']})(?=\s|$))+", " ", name, flags=re.IGNORECASE)
    name = " ".join(name.split()).strip(" .-")
    return name.title() if name.isupper() or name.islower() else name


def members(names: list[str], source: Source, body: str = "") -> str:
    """Members of the deciding body, or of `body`, with their title: "Council members Ana Ruiz and Tom Bell"."""
    told = f"{body} {source.name} {council(source)}"
    one, many = first_fit(words()["members"], told, ["Council Member", "Council members"])
    return f"{one if len(names) == 1 else many} {listed(names)}"


# --- titles ------------------------------------------------------------------------------------------------------


def legible(title: str) -> str:
    """A title on one line; one in capitals in small letters again, as far as its words are known."""
    title = " ".join(title.split()).strip(" .;:-–")
    title = re.sub(rf"^(?:(?:AN?|THE)\s+)?{_NOUN.upper()}\b", lambda found: found[0].capitalize(), title)
    letters = [letter for letter in title if letter.isalpha()]
    if len(letters) < 12 or sum(map(str.isupper, letters)) < 0.8 * len(letters):
        return title
    known = words()["capitals"]
    kept = set(known["kept"]) | ({known["agency"]} if fits(known["agency_beside"], title) else set())
    lowered = " ".join(_small(word, set(known["small"]), kept) for word in title.split())
    lowered = re.sub(r"(?<=\bto )[A-Z][a-z]+(?= )", lambda found: found[0].lower(), lowered)
    for pattern, phrase in known["phrases"]:
        lowered = re.sub(pattern, phrase, lowered, flags=re.IGNORECASE)
    return lowered[:1].upper() + lowered[1:]


def _small(word: str, small: set[str], kept: set[str]) -> str:
    bare = word.strip("(),;:\"'")
    if bare in kept or bare.removesuffix("'S") in kept:
        return word.replace("'S", "'s")
    if bare.lower() in small or re.fullmatch(r"\w{2,}ING", bare):
        return word.lower()
    return word.capitalize() if word[:1].isalpha() else word.title()


def measure(title: str, kind: str) -> str:
    """A matter as the object of a sentence: "a resolution directing the clerk to ...".

    `title` is legible, `kind` the client's name for the type of matter.
    """
    noun = first_fit(words()["types"], kind, ["measure"])[0]
    text = re.sub(rf"^{_ASKED}", "", _short(title), flags=re.IGNORECASE)
    if found := re.match(rf"(?:an?|the)\s+({_NOUN})\b(.*)", text, re.IGNORECASE):
        return _with_article(f"{found[1].lower()}{found[2]}")
    if found := re.match(
        rf"((?:(?:joint|council|emergency|proposed|concurrent)\s)?{_NOUN})\b\s*[:–-]*\s*(.+)", text, re.IGNORECASE
    ):
        return _object(found[1].lower(), found[2])
    return _object(noun, text)


def subject(title: str) -> str:
    """What a hearing is on, by the title that names it."""
    text = re.sub(words()["hearings"]["opening"], "", _short(title), flags=re.IGNORECASE) or title
    if found := re.match(rf"({_NOUN})\b(.*)", text, re.IGNORECASE):
        return f"the {found[1].lower()}{found[2]}"
    return measure(text, "") if re.match(rf"(?:an?|the)\s+{_NOUN}\b", text, re.IGNORECASE) else text


def _object(noun: str, text: str) -> str:
    first, _, rest = text.partition(" ")
    lower = first.lower()
    if lower in words()["titles_of_acts"]["verbs"]:
        return _with_article(f"{noun} to {lower} {rest}".rstrip())
    if re.fullmatch(r"[a-z]{2,}ing", lower) or first.islower():
        return _with_article(f"{noun} {lower} {rest}".rstrip())
    if re.match(r"(?:\w+(?:st|nd|rd|th)|First|Second|Third|Fourth|Fifth|Sixth) Amendment to\b", text):
        return _with_article(f"{noun} on the {text[:1].lower()}{text[1:].replace('Amendment', 'amendment', 1)}")
    ordinary = first[:1].isupper() and first[1:].islower() and (rest[:1].islower() or rest[:1].isdigit())
    return _with_article(f"{noun} on {'the ' if ordinary and lower.endswith('tion') else ''}"
                         f"{lower if ordinary else first} {rest}".rstrip())  # fmt: skip


def _with_article(noun: str) -> str:
    return f"{'an' if noun[:1] in 'aeio' else 'a'} {noun}"


def _short(title: str) -> str:
    if len(title) <= MAX_TITLE:
        return title
    cut = title[:MAX_TITLE]
    return cut[: max(cut.rfind(";"), 0) or cut.rfind(" ")].rstrip(" ,;")
