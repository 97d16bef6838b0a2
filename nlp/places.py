"""The spaCy component that finds the places of an article, and the questions the other components ask of it.

`doc._.places` lists every mention in document order, `doc._.primary_place` is the government or place the story is
about. Finding is in `place_candidates`, choosing among namesakes in `place_resolve`, governments in `place_government`.
"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from data.gazetteer import Gazetteer, load_gazetteer
from data.records import Place, PlaceFound
from nlp.document import register_extensions
from nlp.place_candidates import Finder
from nlp.place_government import KEY, build_focus, place_near, places_near
from nlp.place_mentions import Candidate, Mention
from nlp.place_resolve import resolve
from nlp.place_text import Hints
from nlp.place_words import load_words

__all__ = ["Mention", "Places", "contract_places", "place_near", "places_near"]

FEDERAL_SEAT = "geonames:4140963"
LARGE_CITY = 500_000
STATE_BODIES = frozenset(["officials", "bill", "department", "leaders"])
COURTS = frozenset(
    ["judge", "judges", "court", "courts", "courthouse", "district", "superior", "circuit", "probate", "jury"]
)


class Places:
    """spaCy component: sets `doc._.places` and `doc._.primary_place`."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self.words = load_words(gazetteer)

    def __call__(self, doc: Doc) -> Doc:
        article = doc._.article
        finder = Finder(doc.text, doc._.body, Hints(doc), self.words, self.gazetteer)
        candidates = finder.candidates()
        resolve(candidates, self.gazetteer, article.source if article else None, doc._.body)
        for candidate in candidates:
            _drop_doubtful_village(candidate)
        doc._.places = [_mention(c) for c in candidates if c.place or _is_foreign(c)]
        focus = build_focus(doc, doc._.places, self.words, self.gazetteer)
        doc.user_data[KEY] = focus
        doc._.primary_place = focus.primary
        return doc


def _drop_doubtful_village(c: Candidate) -> None:
    """A place that only the post office knows is one where its state stands beside it: "Capitol" is no town else."""
    if c.place is not None and c.place.id.startswith("zip:") and not (c.qualifier or c.body in ("city", "county")):
        c.place = None


def _is_foreign(c: Candidate) -> bool:
    """Whether the name, no US place, is foreign for certain enough to be told as such."""
    if c.person or c.doubtful or not c.proper or c.label == "PERSON":
        return False
    if c.qualifier == "foreign":
        return True
    foreign = [p for p in c.options[:1] if p.kind == "foreign"]
    return bool(foreign) and (
        foreign[0].population >= LARGE_CITY or c.label in ("GPE", "LOC") or c.locative or c.qualifies
    )


def _mention(c: Candidate) -> Mention:
    weak = (
        c.place is not None
        and c.place.id == FEDERAL_SEAT
        and not (c.qualifier or c.dateline or c.body in ("city", "county"))
    )
    score = 0.3 if weak else max(0.0, min(1.0, c.score / 5))
    mention = Mention(c.start, c.end, c.text, c.place, score, dateline=c.dateline, weak=weak, street=c.street)
    mention.qualifies = (
        c.qualifies or c.aside or (c.place is not None and c.place.kind == "state" and c.body in ("county", "city"))
    )
    mention.government = not mention.qualifies and _is_government(c)
    mention.body = c.body if mention.government else None
    mention.locative = c.locative
    return mention


def _is_government(c: Candidate) -> bool:
    if c.place and c.place.kind == "state":
        return c.body == "state" or c.after.split(" ")[0] in STATE_BODIES
    if c.after.split(" ")[0] in COURTS and not (c.after.startswith("judge") and c.place and c.place.state == "TX"):
        return False  # a court is no party; a Texas county judge is the county's executive
    return c.form in ("county", "institution") or c.body is not None


@Language.factory("tracker_places")
def make_places(nlp: Language, name: str) -> Places:
    """The component as spaCy's configuration builds it; opens the gazetteer of this machine."""
    register_extensions()
    return Places(load_gazetteer())


def contract_places(doc: Doc) -> list[PlaceFound]:
    """The article's US places in order of first mention; spans are offsets into the article's text, never its title.

    A place that only the title names has no spans, nor has a primary place that is only implied (the District of
    Columbia by "Washington, D.C."). Federal Washington is left out.
    """
    body, primary = doc._.body, doc._.primary_place
    found: dict[str, PlaceFound] = {}
    for m in doc._.places:
        if not m.place or m.weak:
            continue
        told = found.setdefault(m.place.id, PlaceFound(m.place, [], _same(m.place, primary)))
        if m.start >= body:
            told.spans.append((m.start - body, m.end - body))
    if primary and primary.id not in found:
        found[primary.id] = PlaceFound(primary, [], True)
    return list(found.values())


def _same(place: Place, other: Place | None) -> bool:
    return other is not None and place.id == other.id
