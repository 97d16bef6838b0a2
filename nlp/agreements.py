"""Mentions of standing arrangements between a local body and federal immigration enforcement.

A mention is a noun of the ontology ("contract", "287(g) agreement", "ties") whose own words, or whose document, tie it
to federal enforcement, or an act that is such an arrangement in practice ("housing detainees for ICE"). Its type is
read from the words nearest to it, then from its sentence, then from the whole document.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from data.records import Place
from nlp import ontology
from nlp.action_lexicon import Lexicon, Tags
from nlp.document import register_extensions

LEFT, RIGHT = 7, 12  # tokens around a noun in which its own words are looked for
SUBJECT = (
    "relevance.strong",
    "party.ICE",
    "party.CBP",
    "party.DHS",
    "bodies.federal",
    "type.287g",
    "objects.detainees",
    "cooperation.sanctuary",
)
CLOSE = ("party.ICE", "party.CBP", "party.DHS", "type.287g", "bodies.federal")  # what ties a weak noun
_ENFORCERS = ("party.ICE", "party.CBP", "party.DHS")
_STOPS = frozenset(";:.?!\n")
# Weak nouns that are contracts all the same: their partner may be named anywhere in the sentence.
_CONTRACTS = frozenset({"lease", "leases", "sublease", "subscription", "rider", "addendum", "pact", "accord", "permit"})


@dataclass(slots=True)
class AgreementMention:
    """One mention. `start` and `end` are character offsets into the document; `head` is the token index of its noun.

    `linked` is True where the mention's own words name federal enforcement, False where only the context does;
    `practice` marks an act ("housing detainees") instead of a noun.
    """

    start: int
    end: int
    type: str | None
    name: str | None
    counterparty: str | None
    party_place: Place | None
    head: int = -1
    linked: bool = True
    practice: bool = False


class Agreements:
    """spaCy component: sets `doc._.agreements`."""

    def __init__(self, nlp: Language) -> None:
        register_extensions()
        self.lexicon = Lexicon(nlp, ontology.load())

    def __call__(self, doc: Doc) -> Doc:
        tags = self.lexicon.tag(doc)
        doc._.agreements = find_agreements(doc, tags)
        return doc


@Language.factory("tracker_agreements")
def make_agreements(nlp: Language, name: str) -> Agreements:
    """The component as spaCy's configuration builds it."""
    return Agreements(nlp)


def find_agreements(doc: Doc, tags: Tags) -> list[AgreementMention]:
    """Every mention, in document order."""
    topical = is_topical(doc, tags)
    found: list[AgreementMention] = []
    for start, end in _noun_spans(doc, tags):
        mention = _noun_mention(doc, tags, start, end, topical, known=any(m.linked for m in found))
        if mention is not None:
            found.append(mention)
    taken = {m.head for m in found}
    practices = [m for s, e in tags.outermost("agreements.practice_verbs") if (m := _practice(doc, tags, s, e))]
    found += [m for m in practices if m.head not in taken]
    taken |= {m.head for m in practices}
    spaces = [(s, e) for s, e in tags.outermost("agreements.space_verbs") if s not in taken]
    found += [m for s, e in spaces if (m := _rented(doc, tags, s, e))]
    return sorted(found, key=lambda m: (m.start, m.end))


def is_topical(doc: Doc, tags: Tags) -> bool:
    """True where the document speaks of federal immigration enforcement at all."""
    return any(tags.matches(c) for c in (*SUBJECT, "type.detainer"))


def document_type(doc: Doc, tags: Tags) -> str | None:
    """The agreement type that most of the document's own terms name, None where none does."""
    names = ontology.load().agreement_types
    counts = Counter({n: 2 * len(tags.outermost(f"type.{n}")) + len(tags.outermost(f"hint.{n}")) for n in names})
    if counts["287g"] or any(counts[model] for model in _MODELS):
        return _287g(tags, 0, len(doc), len(doc))
    best, count = counts.most_common(1)[0]
    return best if count else None


def _noun_spans(doc: Doc, tags: Tags) -> list[tuple[int, int]]:
    """Agreement nouns, neighbours joined: "287(g) program", "lease agreement"."""
    joined: list[tuple[int, int]] = []
    for start, end in tags.outermost("objects.agreement"):
        if doc[start].pos_ == "VERB" and end - start == 1:
            continue
        if joined and start - joined[-1][1] <= 0 and doc[start].sent == doc[joined[-1][0]].sent:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _noun_mention(doc: Doc, tags: Tags, start: int, end: int, topical: bool, *, known: bool) -> AgreementMention | None:
    """`known` says that an agreement was named before: "the program" and "the partnership" may then speak of it."""
    head = doc[end - 1] if doc[end - 1].text != ")" else doc[start]
    low, high = _window(doc, start, end)
    own = tags.any(SUBJECT, low, high) or tags.any(_names(), max(low, start - 2), min(high, end + 5))
    weak = all(tags.has(doc[i], "agreements.weak") for i in range(start, end))
    if _is_unrelated(doc, tags, (max(low, start - 3), min(high, end + 1))) or _other_partner(doc, tags, start, end):
        return None
    if weak:
        contract = head.lower_ in _CONTRACTS
        near = _clause(doc, start) if contract else (max(low, start - 5), min(high, end + 9))
        own = tags.any(CLOSE, *near) or tags.any(_names(), max(low, start - 2), end)
    if head.lower_ == "ties" and not _are_bonds(doc, tags, head):
        return None
    if weak and not own and not known:
        known = tags.any(["agreements.described"], doc[start].sent.start, min(high, end + 9))
    if not own and ((weak and not (known and _is_definite(doc, start))) or not topical):
        return None
    return _mention(doc, tags, start, end, head, own)


def _clause(doc: Doc, i: int) -> tuple[int, int]:
    """The part of the sentence between semicolons in which token `i` stands."""
    sent = doc[i].sent
    edges = [sent.start, *(t.i for t in sent if t.text == ";"), sent.end]
    return max(e for e in edges if e <= i), min(e for e in edges if e > i)


def _is_unrelated(doc: Doc, tags: Tags, near: tuple[int, int]) -> bool:
    """As in "a labor contract"; "Union County's contract" is none of a union's."""
    spans = tags.matches("agreements.unrelated", *near)
    return any(e >= len(doc) or doc[e].lower_ not in ("county", "city", "township", "parish") for _, e in spans)


def _is_definite(doc: Doc, start: int) -> bool:
    """As in "the program", "that partnership", "its lease": something spoken of before."""
    return start > 0 and doc[start - 1].lower_ in ("the", "that", "this", "its", "their", "his", "her", "our")


def _are_bonds(doc: Doc, tags: Tags, head: Token) -> bool:
    """True for "ties with ICE" and "its ICE ties"; not for the plastic ones."""
    after = doc[head.i + 1].lower_ if head.i + 1 < len(doc) else ""
    before = doc[head.i - 1] if head.i else head
    return after in ("with", "to", "between") or tags.has(before, "bodies.federal")


def _mention(
    doc: Doc, tags: Tags, start: int, end: int, head: Token, own: bool, practice: bool = False
) -> AgreementMention:
    span = doc[start:end]
    return AgreementMention(
        start=span.start_char,
        end=span.end_char,
        type=_type(doc, tags, start, end),
        name=_name(doc, tags, start, end),
        counterparty=counterparty(tags, *_window(doc, start, end)),
        party_place=_party_place(doc, start, end),
        head=head.i,
        linked=own,
        practice=practice,
    )


def _practice(doc: Doc, tags: Tags, start: int, end: int) -> AgreementMention | None:
    """As in "house detainees", "holding people for ICE", "check the immigration status of inmates"."""
    high = min(doc[start].sent.end, end + 7)
    if doc[start].pos_ in ("NOUN", "PROPN") and not doc[start].lower_.endswith("ing"):
        return None  # a jail, a house
    if end - start > 1 and doc[start].lower_ not in (
        "lock",
        "locks",
        "locked",
        "locking",
        "take",
        "takes",
        "took",
        "taking",
    ):
        return _mention(doc, tags, start, end, doc[start], True, practice=True)
    if not tags.any(["objects.detainees"], end, high) and not _for_ice(doc, tags, end, high):
        return None
    if tags.any(["courts.suit_nouns"], end, high):
        return None
    return _mention(doc, tags, start, end, doc[start], True, practice=True)


def _rented(doc: Doc, tags: Tags, start: int, end: int) -> AgreementMention | None:
    """As in "rent 80 beds to ICE", "let ICE use half of the jail"."""
    verb = doc[start]
    if verb.pos_ != "VERB":
        return None
    low, high = verb.sent.start, min(verb.sent.end, end + 12)
    if not tags.any(["agreements.space"], end, min(high, end + 8)) or not tags.any(_ENFORCERS, low, high):
        return None
    return _mention(doc, tags, start, end, verb, True, practice=True)


def _for_ice(doc: Doc, tags: Tags, low: int, high: int) -> bool:
    return any(
        doc[i].lower_ in ("for", "to") and tags.any(["bodies.federal"], i + 1, min(i + 4, high))
        for i in range(low, high)
    )


def _window(doc: Doc, start: int, end: int) -> tuple[int, int]:
    """The tokens around a noun that belong to it: inside its sentence, not across a full stop or semicolon."""
    sent = doc[start].sent
    low, high = max(sent.start, start - LEFT), min(sent.end, end + RIGHT)
    for i in range(start - 1, low - 1, -1):
        if doc[i].text in _STOPS:
            low = i + 1
            break
    for i in range(end, high):
        if doc[i].text in _STOPS:
            high = i
            break
    return low, high


def _other_partner(doc: Doc, tags: Tags, start: int, end: int) -> bool:
    """True for "an agreement with Union County": its partner is named and is not federal enforcement."""
    if end + 1 >= len(doc) or doc[end].lower_ != "with":
        return False
    if tags.any(("type.287g", "bodies.federal"), max(doc[end].sent.start, start - 3), end):
        return False  # "the 287(g) agreement with Lee County"
    right = doc[end + 1 : min(end + 8, doc[end].sent.end)]
    named = any(t.ent_type_ in ("ORG", "GPE", "PERSON") for t in right[:4])
    near = (right.start, min(right.end, right.start + 4))
    named = named or (tags.any(["agreements.other_partners"], *near) and not tags.any(["bodies.companies"], *near))
    sent = doc[end].sent
    if tags.any(["bodies.local"], right.start, right.end) and tags.any(["bodies.federal"], sent.start, end):
        return False  # told from the federal side: "ICE will end its contract with the sheriff's office"
    ours = (
        "bodies.federal",
        "party.US Marshals",
        "party.GEO Group",
        "party.CoreCivic",
        "party.LaSalle Corrections",
        "party.Flock Safety",
    )
    federal = tuple(c for c in SUBJECT if c != "objects.detainees")
    return named and not tags.any((*federal, *ours), right.start, right.end)


_MODELS = ("287g_jail_enforcement", "287g_warrant_service", "287g_task_force")
_ORDER = ("data_sharing", "detainer", "task_force", "facility_use", "detention", "funding")


def _names() -> list[str]:
    return [f"name.{name}" for name in ontology.load().agreement_names]


def _287g(tags: Tags, low: int, high: int, size: int) -> str:
    """The model told in [low, high), else the only one told anywhere, else plain 287g."""
    for start, end, prefixes in ((low, high, ("type", "hint")), (0, size, ("type", "hint"))):
        told = [m for m in _MODELS if tags.any([f"{p}.{m}" for p in prefixes], start, end)]
        outright = [m for m in told if tags.any([f"type.{m}"], start, end)]
        if len(outright or told) == 1:
            return (outright or told)[0]
    return "287g"


def _type(doc: Doc, tags: Tags, start: int, end: int) -> str | None:
    sent = doc[start].sent
    low, high = _window(doc, start, end)
    own = max(low, start - 3)
    near = ["type.287g", *(f"type.{m}" for m in _MODELS)]
    if tags.any(near, own, end) or (tags.any(["hint.287g_jail_enforcement"], start, end) and tags.matches("type.287g")):
        return _287g(tags, sent.start, sent.end, len(doc))
    inside = {name: _inside(tags, name, own, end) for name in _ORDER}
    if not any(inside.values()) and tags.any(near, low, high):
        return _287g(tags, sent.start, sent.end, len(doc))
    scores = {name: inside[name] + _around(tags, name, (low, high), sent) for name in _ORDER}
    best = max(scores, key=lambda name: scores[name])
    if scores[best] >= 1:
        return best
    told = document_type(doc, tags)
    bare = doc[end - 1].lower_.startswith("contract") and tags.any(["party.ICE"], low, high)
    return told or ("detention" if bare else None)  # what a local body contracts with ICE for is beds


def _inside(tags: Tags, name: str, low: int, high: int) -> float:
    """How strongly the mention's own words speak for a type."""
    return 4.0 * bool(tags.matches(f"type.{name}", low, high)) + 2.0 * bool(tags.matches(f"hint.{name}", low, high))


def _around(tags: Tags, name: str, near: tuple[int, int], sent: Span) -> float:
    """How strongly the words around a mention speak for a type."""
    term, hint = f"type.{name}", f"hint.{name}"
    close = 3.0 * bool(tags.matches(term, *near)) + 1.5 * bool(tags.matches(hint, *near))
    practice = 2.5 * (name == "detention" and bool(tags.matches("agreements.practice_verbs", *near)))
    score = close + practice + 1.0 * bool(tags.matches(term, sent.start, sent.end))
    return score / 2 if name == "funding" else score


def _name(doc: Doc, tags: Tags, start: int, end: int) -> str | None:
    low, high = _window(doc, start, end)
    for window in ((start - 2, end), (low, high), (doc[start].sent.start, doc[start].sent.end)):
        for name in ontology.load().agreement_names:
            if tags.any([f"name.{name}"], max(0, window[0]), window[1]):
                return name
    before = doc[start - 1] if start > doc[start].sent.start else None
    if before is not None and _is_acronym(before, tags):
        return before.text
    return None


def _is_acronym(token: Token, tags: Tags) -> bool:
    """As in "PARS" in "the PARS agreement": capitals, no agency, no state."""
    text = token.text
    plain = text.isupper() and text.isalpha() and 3 <= len(text) <= 8
    return plain and not tags.has(token, "bodies.federal", "bodies.local", "cooperation.words")


def counterparty(tags: Tags, low: int, high: int) -> str | None:
    """The first party of `counterparties` named in [low, high)."""
    for name in ontology.load().counterparties:
        if tags.any([f"party.{name}"], low, high):
            return name
    return None


def _party_place(doc: Doc, start: int, end: int) -> Place | None:
    """The government that owns the agreement: "Lee County's 287(g) agreement"."""
    low = doc[max(doc[start].sent.start, start - 9)].idx
    for mention in reversed(doc._.places):
        if mention.place and low <= mention.start < doc[start].idx and _possesses(doc, mention.end, start):
            return mention.place
    return None


def _possesses(doc: Doc, offset: int, start: int) -> bool:
    owner = doc.char_span(offset - 1, offset, alignment_mode="expand")
    if owner is None or owner.end >= len(doc) or owner.end > start:
        return False
    marks = [t.text for t in doc[owner.start : min(owner.end + 2, start)]]
    return any(m in ("'s", "’s", "'", "’") for m in marks) and not any(t.pos_ == "VERB" for t in doc[owner.end : start])
