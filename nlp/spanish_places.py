"""Places of Spanish stories: the gazetteer's names, Spanish names of US places, and bodies told as "condado de X"."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from spacy.language import Language
from spacy.tokens import Doc

from data.gazetteer import Gazetteer, load_gazetteer
from data.records import Place
from nlp.document import register_extensions
from nlp.languages import spanish_words
from nlp.place_government import KEY, build_focus
from nlp.place_mentions import Mention
from nlp.places import Places

BEFORE = 40  # characters before a name that are searched for the body it belongs to


class SpanishPlaces(Places):
    """spaCy component: sets `doc._.places` and `doc._.primary_place` of a Spanish story."""

    def __call__(self, doc: Doc) -> Doc:
        super().__call__(doc)
        text = doc.text
        named = _exonyms(text, self.gazetteer)
        kept = [m for m in doc._.places if not any(m.start < n.end and n.start < m.end for n in named)]
        mentions = sorted(kept + named, key=lambda m: m.start)
        doc._.places = [_governed(m, text[max(0, m.start - BEFORE) : m.start], self.gazetteer) for m in mentions]
        focus = build_focus(doc, doc._.places, self.words, self.gazetteer)
        doc.user_data[KEY] = focus
        doc._.primary_place = focus.primary
        return doc


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], dict[str, re.Pattern[str]]]:
    words = spanish_words()
    names = sorted(words["exonyms"], key=len, reverse=True)
    bodies = {
        kind: re.compile(rf"(?i)\b(?:{'|'.join(map(re.escape, titles))})(?: del?(?: la ciudad| condado)?)? (?:de )?$")
        for kind, titles in words["governments"].items()
    }
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b"), bodies


def _exonyms(text: str, gazetteer: Gazetteer) -> list[Mention]:
    found = []
    for match in _patterns()[0].finditer(text):
        place = _meant(spanish_words()["exonyms"][match[0]], gazetteer)
        if place:
            found.append(Mention(match.start(), match.end(), match[0], place, 0.9))
    return found


def _meant(name: str, gazetteer: Gazetteer) -> Place | None:
    """The place of a table entry: a postal code, or a city with its state behind a comma."""
    if len(name) == 2:
        return gazetteer.get(f"state:{name}")
    city, _, state = name.partition(", ")
    return next(iter(gazetteer.cities(city, state or None)), None)


def _governed(mention: Mention, before: str, gazetteer: Gazetteer) -> Mention:
    """The mention as the body before it has it: "condado de Orange" is the county."""
    if mention.place is None:
        return mention
    for kind, pattern in _patterns()[1].items():
        if pattern.search(before):
            place = mention.place
            if "condado" in before.lower().split()[-3:] and place.kind == "city":
                place = next(iter(gazetteer.counties(place.name, place.state)), place)
            kind = "county" if place.kind == "county" else kind
            return replace(mention, place=place, government=True, body=kind, qualifies=False)
    return mention


@Language.factory("tracker_spanish_places")
def make_spanish_places(nlp: Language, name: str) -> SpanishPlaces:
    """The component as spaCy's configuration builds it; opens the gazetteer of this machine."""
    register_extensions()
    return SpanishPlaces(load_gazetteer())
