"""What the federal side answers to local acts."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Span, Token

from nlp.action_claims import Claim, Scene, is_federal_person
from nlp.action_syntax import is_negated, is_passive, is_verb, subject_of
from nlp.event_statements import speaks_for_government

_AGENCIES = ("party.ICE", "party.CBP", "party.DHS")
_VOICES = frozenset({"spokeswoman", "spokesman", "spokesperson", "a", "the", "said"})
_WITHIN = frozenset({"in", "from", "near", "outside", "across", "around", "inside", "throughout", "to"})
_LEGISLATORS = frozenset({"us representative", "us senator", "US representative", "US senator"})
_SAYING = frozenset(
    {"say", "tell", "call", "claim", "argue", "state", "write", "express", "insist", "add", "vow", "urge"}
)


def federal_claims(scene: Scene) -> Iterator[Claim]:
    """Every federal answer to a local act."""
    if not scene.topical:
        return
    for sentence in scene.sentences:
        claim = _response(scene, sentence)
        if claim is not None:
            yield claim


def _response(scene: Scene, sentence: Span) -> Claim | None:
    if scene.tags.inside(sentence, "courts.suit_nouns"):
        return None
    listed = _listed(scene, sentence)
    if listed is not None:
        return Claim("federal_response", "occurred", listed, 0.65, part="opposed")
    answered = scene.tags.inside(sentence, "federal.answered", "federal.locals", "cooperation.sanctuary")
    for token in sentence:
        if not answered and not (scene.acted or scene.tags.has(token, "federal.strong_verbs")):
            continue
        weight = _answers(scene, token)
        if weight:
            return Claim("federal_response", "occurred", token, weight, subject=subject_of(token), part="opposed")
    return None


def _listed(scene: Scene, sentence: Span) -> Token | None:
    """As in "Durham landed on a federal list of sanctuary cities", "was put on DHS's list of"."""
    for token in sentence:
        if token.lemma_.lower() != "list" or token.pos_ not in ("NOUN", "PROPN"):
            continue
        left = [t.lower_ for t in scene.doc[max(sentence.start, token.i - 6) : token.i]]
        near = scene.doc[max(sentence.start, token.i - 3) : min(sentence.end, token.i + 7)]
        federal = scene.tags.inside(sentence, "bodies.federal", *_AGENCIES) or "federal" in left
        if "on" in left and federal and scene.tags.inside(near, "cooperation.sanctuary", "federal.shielding"):
            return token
    return None


def _answers(scene: Scene, token: Token) -> float:
    """How surely the verb or adjective `token` tells a federal answer to a local act."""
    if scene.tags.has(token, "federal.unhappy") and _federal_subject(
        scene, subject_of(token.head if not is_verb(token) else token)
    ):
        return 0.7
    if (
        not is_verb(token)
        or is_passive(token)
        or is_negated(token)
        or not scene.tags.has(token, "federal.respond_verbs", "federal.light_verbs")
    ):
        return 0.0
    if token.dep_ == "pcomp" and token.head.lower_ == "from":
        return 0.0  # "barred the administration from withholding"
    subject = subject_of(token)
    if not _federal_subject(scene, subject) or _told_by_locals(scene, token):
        return 0.0
    if scene.tags.has(token, "federal.strong_verbs"):
        return 0.75 if scene.acted or _names_local(scene, token.sent) or _aims_at_place(scene, token) else 0.0
    if token.lemma_ in _SAYING:
        return 0.6 if _speaks_of_local_act(scene, token.sent) or _warns_place(scene, token) else 0.0
    if token.sent.start in scene.acted or token.dep_ in ("relcl", "acl", "advcl"):
        return 0.0  # a deed told in passing is no answer
    if token.lemma_ in ("arrest", "charge") and not _names_official(scene, token.sent):
        return 0.0  # arrests are what agents do; that of an official is an answer
    if scene.tags.has(token, "federal.light_verbs"):
        return 0.6 if _presses(scene, token) else 0.0
    return 0.55 if (scene.acted or _names_local(scene, token.sent)) and _object_is_local(scene, token) else 0.0


def _names_official(scene: Scene, sentence: Span) -> bool:
    people = scene.people_in(sentence.start_char, sentence.end_char)
    return any(p.kind == "official" and not is_federal_person(p) for p in people)


def _presses(scene: Scene, verb: Token) -> bool:
    """As in "gave 32 mayors a week to renounce", "asked the sheriff for a list", "cut grants because of its law"."""
    after = scene.doc[verb.i + 1 : min(verb.sent.end, verb.i + 18)]
    return scene.tags.inside(after, "federal.light") and _object_is_local(scene, verb, len(after))


def _subjects_above(token: Token) -> list[Token]:
    """Subjects of the words above an adjective: "ICE said it was disappointed"."""
    found = []
    for _ in range(4):
        token = token.head
        subject = subject_of(token)
        if subject is not None:
            found.append(subject)
    return found


def _told_by_locals(scene: Scene, verb: Token) -> bool:
    """As in "the chief said ICE had told her": a local official's account of the federal side is not its answer."""
    for above in verb.ancestors:
        if is_verb(above) and scene.tags.has(above, "modality.say", "statements.verbs"):
            subject = subject_of(above)
            if subject is not None and speaks_for_government(scene, subject):
                return True
    return False


def _federal_subject(scene: Scene, subject: Token | None) -> bool:
    """ICE, the Justice Department, "ICE spokesman X", "a spokeswoman for the agency", a person of such a body."""
    if subject is None or any(p.role in _LEGISLATORS for p in scene.people_at(subject.idx)):
        return False
    low = max(subject.sent.start, subject.left_edge.i, subject.i - 8)
    commas = [t.i for t in scene.doc[low : subject.i] if t.text in (",", "”", '"') and t.nbor(1).lower_ in _VOICES]
    low = commas[-1] + 1 if commas else low
    named = scene.tags.has(subject, "federal.voices") or subject.ent_type_ == "PERSON" or subject.pos_ == "PROPN"
    reach = min(max(subject.i + 1, min(subject.i + 12, subject.right_edge.i + 1)), subject.sent.end)
    words = scene.doc[low : reach if named else subject.i + 1]
    if any(t.lower_ in ("judge", "justice", "court") and t.nbor(-1).lower_ != "of" for t in words if t.i > 0):
        return any(scene.tags.has(t, "bodies.federal") and "ustice" in t.text for t in words)
    if scene.tags.has(subject, "bodies.federal"):
        return True
    named_local = any(scene.tags.has(t, "bodies.local") and not scene.tags.has(t, "bodies.federal") for t in words)
    local = named_local and not scene.tags.inside(words, "federal.voices")
    if _is_of_agency(scene, words):
        return True
    if scene.tags.inside(words, "bodies.federal", "party.ICE", "party.CBP", "party.DHS") and not local:
        return subject.lower_ not in (
            "detainees",
            "contract",
            "agreement",
            "protesters",
            "protest",
            "facility",
            "raids",
            "detention",
        )
    if scene.tags.has(subject, "federal.voices") and "agency" in words.text.lower():
        return True
    return any(is_federal_person(p) for p in scene.people_at(subject.idx))


def _is_of_agency(scene: Scene, words: Span) -> bool:
    """As in "ICE's Boston field office chief": the agency owns the office, whatever town or rank it names."""
    first = next((t for t in words if t.pos_ not in ("DET", "ADJ", "SPACE", "PUNCT")), None)
    owned = [m for c in ("bodies.federal", *_AGENCIES) for m in scene.tags.matches(c, words.start, words.start + 4)]
    return first is not None and any(
        start <= first.i < end and end < words.end and scene.doc[end].lower_ in ("'s", "’s") for start, end in owned
    )


def _names_local(scene: Scene, sentence: Span) -> bool:
    """The sentence names a local official, a sanctuary or a local government's act."""
    if scene.tags.inside(sentence, "cooperation.sanctuary", "federal.locals"):
        return True
    low, high = sentence.start_char, sentence.end_char
    for mention in scene.places_in(low, high):
        before = scene.text[max(0, mention.start - 12) : mention.start].lower().split()
        if mention.government and not (before and before[-1] in _WITHIN):
            return True
    return any(p.kind == "official" and not is_federal_person(p) for p in scene.people_in(low, high))


def _speaks_of_local_act(scene: Scene, sentence: Span) -> bool:
    """The words answer a decision, a policy or a local official."""
    if not scene.acted and not _names_local(scene, sentence):
        return False
    return scene.tags.inside(sentence, "federal.answered") and (
        bool(scene.agreements) or scene.tags.inside(sentence, "cooperation.sanctuary", "bodies.local")
    )


def _warns_place(scene: Scene, verb: Token) -> bool:
    """As in "told Vermont it would lose aid unless the state helps"."""
    after = scene.doc[verb.i + 1 : verb.sent.end]
    return any(t.lower_ in ("unless", "until", "if") for t in after) and _aims_at_place(scene, verb)


def _aims_at_place(scene: Scene, verb: Token) -> bool:
    """As in "lashed out at Cambridge", where the town stands for its government; not "in Cambridge"."""
    after = scene.doc[verb.i + 1 : min(verb.sent.end, verb.i + 8)]
    for mention in scene.places_in(after.start_char, after.end_char) if len(after) else ():
        before = scene.text[max(0, mention.start - 12) : mention.start].lower().split()
        if mention.place is not None and before and before[-1] not in _WITHIN:
            return True
    return False


def _object_is_local(scene: Scene, token: Token, reach: int = 12) -> bool:
    after = scene.doc[token.i + 1 : min(token.sent.end, token.i + reach)]
    if scene.tags.inside(after, "bodies.local", "cooperation.sanctuary", "federal.locals"):
        return True
    return bool(after) and bool(scene.places_in(after.start_char, after.end_char))
