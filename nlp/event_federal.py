"""What the federal side does: answers to local acts, and operations in which a local body has a part."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Span, Token

from nlp.action_claims import Claim, Scene, is_federal_person
from nlp.action_syntax import is_negated, is_passive, is_verb, subject_of
from nlp.event_people import speaks_for_government

_ON_THE_SPOT = frozenset({"agents", "agent", "officers", "vehicles", "convoy", "vans"})
_LEGISLATORS = frozenset({"us representative", "us senator", "US representative", "US senator"})
_TOGETHER = frozenset({"joint", "jointly", "alongside"})
_SAYING = frozenset(
    {"say", "tell", "call", "claim", "argue", "state", "write", "express", "insist", "add", "vow", "urge"}
)


def federal_claims(scene: Scene) -> Iterator[Claim]:
    """Federal answers and joint operations."""
    if not scene.topical:
        return
    for sentence in scene.sentences:
        claim = _response(scene, sentence)
        if claim is not None:
            yield claim
        claim = None if sentence.start in scene.ruled or sentence.start in scene.acted else _operation(scene, sentence)
        if claim is not None:
            yield claim


def _response(scene: Scene, sentence: Span) -> Claim | None:
    if not scene.tags.inside(sentence, "federal.answered") or scene.tags.inside(sentence, "courts.suit_nouns"):
        return None
    for token in sentence:
        weight = _answers(scene, token)
        if weight:
            return Claim("federal_response", "occurred", token, weight, subject=subject_of(token), part="opposed")
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
        or not scene.tags.has(token, "federal.respond_verbs")
    ):
        return 0.0
    subject = subject_of(token)
    if not _federal_subject(scene, subject) or _told_by_locals(scene, token):
        return 0.0
    if scene.tags.has(token, "federal.strong_verbs"):
        return 0.75 if scene.acted or _names_local(scene, token.sent) else 0.0
    if token.lemma_ in _SAYING:
        return 0.6 if _speaks_of_local_act(scene, token.sent) else 0.0
    if token.sent.start in scene.acted or token.dep_ in ("relcl", "acl", "advcl"):
        return 0.0  # a deed told in passing is no answer
    return 0.55 if (scene.acted or _names_local(scene, token.sent)) and _object_is_local(scene, token) else 0.0


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
    words = scene.doc[low : min(max(subject.i + 1, min(subject.i + 12, subject.right_edge.i + 1)), subject.sent.end)]
    if scene.tags.has(subject, "bodies.federal"):
        return True
    named_local = any(scene.tags.has(t, "bodies.local") and not scene.tags.has(t, "bodies.federal") for t in words)
    local = named_local and not scene.tags.inside(words, "federal.voices")
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


def _names_local(scene: Scene, sentence: Span) -> bool:
    """The sentence names a local official, a sanctuary or a local government's act."""
    if scene.tags.inside(sentence, "cooperation.sanctuary", "federal.locals"):
        return True
    low, high = sentence.start_char, sentence.end_char
    if any(m.government for m in scene.places_in(low, high)):
        return True
    return any(p.kind == "official" and not is_federal_person(p) for p in scene.people_in(low, high))


def _speaks_of_local_act(scene: Scene, sentence: Span) -> bool:
    """The words answer a decision, a policy or a local official."""
    if not scene.acted and not _names_local(scene, sentence):
        return False
    return scene.tags.inside(sentence, "federal.answered") and (
        bool(scene.agreements) or scene.tags.inside(sentence, "cooperation.sanctuary", "bodies.local")
    )


def _object_is_local(scene: Scene, token: Token) -> bool:
    after = scene.doc[token.i + 1 : min(token.sent.end, token.i + 12)]
    if scene.tags.inside(after, "bodies.local", "cooperation.sanctuary"):
        return True
    return bool(after) and bool(scene.places_in(after.start_char, after.end_char))


def _operation(scene: Scene, sentence: Span) -> Claim | None:
    """A local body helps, or is told to have been kept out of, a federal operation."""
    if not scene.tags.inside(sentence, "operations.local_bodies"):
        return None
    federal = scene.tags.inside(sentence, "party.ICE", "party.CBP", "party.DHS", "bodies.federal")
    operation = scene.tags.inside(sentence, "operations.nouns")
    if not federal and not operation:
        return None
    out = scene.tags.outermost("operations.kept_out", sentence.start, sentence.end)
    if out and any(
        t.lower_ in ("will", "would", "'ll", "wo") for t in scene.doc[max(sentence.start, out[0][0] - 2) : out[0][0]]
    ):
        return None  # "will not take part": a position, not an operation
    if out and operation:
        return Claim("enforcement_operation", "occurred", scene.doc[out[0][0]], 0.65, part=None)
    if federal and operation and (joint := _joint(sentence)) is not None:
        return Claim("enforcement_operation", "occurred", joint, 0.65, part=None)
    for token in sentence:
        if (
            is_verb(token)
            and scene.tags.has(token, "operations.helped")
            and not is_negated(token)
            and _local_helper(scene, token)
        ):
            return Claim("enforcement_operation", "occurred", token, 0.6, subject=subject_of(token), part=None)
    return None


def _joint(sentence: Span) -> Token | None:
    """As in "in a joint operation", "jointly", "alongside immigration agents"."""
    return next((t for t in sentence if t.lower_ in _TOGETHER and (t.lower_ != "joint" or t.dep_ == "amod")), None)


def _local_helper(scene: Scene, token: Token) -> bool:
    subject = subject_of(token)
    if subject is None or not scene.tags.inside(
        scene.doc[subject.left_edge.i : subject.i + 1], "operations.local_bodies"
    ):
        return False
    after = scene.doc[token.i + 1 : min(token.sent.end, token.i + 14)]
    if not scene.tags.inside(token.sent, "operations.nouns") and not any(t.lower_ in _ON_THE_SPOT for t in after):
        return False
    reach = (after.start, after.end)
    return scene.tags.any(("party.ICE", "party.CBP", "party.DHS", "operations.nouns", "bodies.federal"), *reach)
