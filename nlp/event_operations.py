"""Federal operations in which a local or state body has a part, or of which it is told to have been kept out."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Span, Token

from nlp.action_claims import Claim, Scene
from nlp.action_syntax import is_negated, is_passive, is_verb, subject_of
from nlp.modality import read

_ON_THE_SPOT = frozenset({"agents", "agent", "officers", "vehicles", "convoy", "vans", "van"})
_HABIT = frozenset({"do", "does", "will", "would", "'ll", "wo", "can", "may", "should"})
_ANY_OFFICERS = frozenset({"officers", "officer"})
_STATUS = {"plain": "occurred", "decided": "occurred", "future": "announced"}
_GIVING = frozenset({"give", "send", "offer", "provide"})
_FEDERAL = ("party.ICE", "party.CBP", "party.DHS", "bodies.federal")
_SPLIT = frozenset({"back", "off", "down", "up", "away"})
NEAR = 6  # tokens between a word of not knowing and what is not known


def operation_claims(scene: Scene) -> Iterator[Claim]:
    """One claim for each sentence that tells of an operation with a local side."""
    if not scene.topical:
        return
    for sentence in scene.sentences:
        if sentence.start in scene.acted:
            continue
        if sentence.start in scene.ruled and _kept_out(scene, sentence) is None:
            continue  # an act on a policy, unless it tells of those whom nobody told
        claim = _operation(scene, sentence)
        if claim is not None:
            yield claim


def _operation(scene: Scene, sentence: Span) -> Claim | None:
    """A local body helps, is asked to, or is told to have been kept out of, a federal operation."""
    if not scene.tags.inside(sentence, "operations.local_bodies", "operations.local_voices"):
        return None
    federal = _names_federal(scene, sentence)
    operation = scene.tags.inside(sentence, "operations.nouns", "operations.acts")
    if not federal and not operation:
        return None
    out = _kept_out(scene, sentence)
    if out is not None:
        named = operation and (federal or scene.tags.inside(sentence, "operations.nouns"))
        return _claim(out, 0.65) if named else None
    if not scene.tags.inside(sentence, "operations.local_bodies"):
        return None
    if federal and operation and (joint := _joint(scene, sentence)) is not None:
        return _claim(joint, 0.65)
    if not federal and not _names_federal(scene, _before(scene, sentence)):
        return None
    if scene.tags.inside(sentence, "operations.other_crimes"):
        return None
    crowded = scene.tags.inside(sentence, "protests.nouns")
    for token in sentence:
        if not is_verb(token) or _is_denied(scene, token):
            continue
        if _asked(scene, token) and operation:
            return _claim(token, 0.6)
        if not federal and crowded and not scene.tags.has(token, "operations.closing"):
            continue
        if is_negated(token) or not (_helps(scene, token) or _with_agents(scene, token)):
            continue
        if _local_helper(scene, token, operation):
            status = _STATUS.get(read(token, scene.tags).mood)
            if status is not None:
                return _claim(token, 0.65, _doer(token), status)
    return None


def _is_denied(scene: Scene, verb: Token) -> bool:
    """As in "denied that his officers are working with ICE"."""
    return any(is_verb(above) and scene.tags.has(above, "statements.denial") for above in verb.ancestors)


def _before(scene: Scene, sentence: Span) -> Span:
    """The sentence before it, itself where it is the first."""
    return scene.doc[sentence.start - 1].sent if sentence.start else sentence


def _names_federal(scene: Scene, sentence: Span) -> bool:
    """True where agents or their agency are named, other than as what a protest is against ("anti-ICE")."""
    if any(t.lower_ in ("agents", "feds") for t in sentence):
        return True
    for concept in _FEDERAL:
        for start, _ in scene.tags.matches(concept, sentence.start, sentence.end):
            left = [t.lower_ for t in scene.doc[max(sentence.start, start - 2) : start]]
            if not any("anti" in word for word in left) and "anti" not in scene.doc[start].lower_[:4]:
                return True
    return False


def _doer(verb: Token) -> Token | None:
    """The subject of `verb`, for "officers who blocked the street" the officers."""
    subject = subject_of(verb)
    relative = subject is not None and subject.tag_ in ("WP", "WDT") and verb.dep_ in ("relcl", "acl")
    return verb.head if relative else subject


def _claim(trigger: Token, weight: float, subject: Token | None = None, status: str = "occurred") -> Claim:
    return Claim("enforcement_operation", status, trigger, weight, subject=subject, part=None)


def _kept_out(scene: Scene, sentence: Span) -> Token | None:
    """The word that tells that a body was not told or had no part: "told nothing", "had no warning", "never asked"."""
    for start, end in scene.tags.outermost("operations.kept_out", sentence.start, sentence.end):
        before = {t.lower_ for t in scene.doc[max(sentence.start, start - 2) : start]}
        standing = scene.doc[start].lower_ == "no" and bool(before & {"have", "has"})
        taking = next((t for t in scene.doc[start:end] if t.lemma_ in ("involve", "participate", "take")), None)
        if taking is not None and _federal_side(scene, taking):
            continue  # "and ICE was not involved"
        if not before & _HABIT and not standing:  # "will not take part": a position, not an operation
            return scene.doc[start]
    for start, end in scene.tags.outermost("operations.unknowing", sentence.start, sentence.end):
        before = {t.lower_ for t in scene.doc[max(sentence.start, start - 2) : start + 1]}
        if before & _HABIT or (scene.doc[start].lower_ == "no" and before & {"have", "has"}):
            continue
        after = scene.doc[start : min(sentence.end, end + NEAR)]
        if scene.tags.inside(after, "operations.notice") and not _federal_side(scene, scene.doc[start]):
            return scene.doc[start]
    return None


def _federal_side(scene: Scene, word: Token) -> bool:
    """True where it is the agency that did not answer or does not know."""
    verb = word if is_verb(word) else word.head
    subject = subject_of(verb) if is_verb(verb) else None
    informing = (scene.tags.has(verb, "operations.notice") or verb.lemma_ in _GIVING) and not is_passive(verb)
    return subject is not None and scene.is_federal(subject) and not informing


def _joint(scene: Scene, sentence: Span) -> Token | None:
    """As in "in a joint operation", "alongside immigration agents", "side by side"; not "they would jointly"."""
    named = scene.tags.inside(sentence, "operations.nouns")
    for start, _ in scene.tags.outermost("operations.together", sentence.start, sentence.end):
        token = scene.doc[start]
        if named or token.lower_ not in ("joint", "jointly", "together"):
            return token if token.lower_ != "joint" or token.dep_ == "amod" else None
    return None


def _with_agents(scene: Scene, verb: Token) -> bool:
    """As in "troopers swept up 200 immigrants with ICE"."""
    if not scene.tags.has(verb, "operations.acts") or verb.tag_ in ("VBP", "VBZ"):
        return False
    beside = next((t for t in scene.doc[verb.i + 1 : min(verb.sent.end, verb.i + 9)] if t.lower_ == "with"), None)
    return beside is not None and scene.tags.any(_FEDERAL, beside.i, min(verb.sent.end, beside.i + 4))


def _helps(scene: Scene, verb: Token) -> bool:
    """A verb of help, also one whose particle stands behind its object: "kept the crowd back"."""
    if verb.tag_ in ("VBP", "VBZ") and not scene.in_title(verb):
        return False  # what police do as a rule
    if scene.tags.has(verb, "operations.helped"):
        return not scene.tags.has(verb, "statements.denial")
    if not scene.tags.has(verb, "operations.split"):
        return False
    for token in scene.doc[verb.i + 1 : min(verb.sent.end, verb.i + 5)]:
        if is_verb(token):
            return False
        if token.lower_ in _SPLIT:
            return True
    return False


def _asked(scene: Scene, verb: Token) -> bool:
    """As in "agents asked the police for help", "ICE called the department for backup"."""
    if not scene.tags.has(verb, "operations.asked") or not scene.is_federal(subject_of(verb)):
        return False
    after = scene.doc[verb.i + 1 : min(verb.sent.end, verb.i + 10)]
    return scene.tags.inside(after, "operations.local_bodies") and scene.tags.inside(after, "operations.help")


def _is_agencys(scene: Scene, verb: Token, officers: Token) -> bool:
    """As in "ICE said officers served a warrant": the agency speaks of its own."""
    if any(c.dep_ in ("compound", "amod", "nmod", "poss") for c in officers.children):
        return False
    return any(is_verb(above) and scene.is_federal(subject_of(above)) for above in verb.ancestors)


def _local_helper(scene: Scene, token: Token, operation: bool) -> bool:
    """A local body does it, and the federal side or an operation stands behind the verb or in its clause."""
    subject = _doer(token)
    if subject is None:
        return False
    words = scene.doc[subject.left_edge.i : subject.i + 1]
    if subject.lower_ in _ANY_OFFICERS and _is_agencys(scene, token, subject):
        return False
    if not scene.tags.inside(words, "operations.local_bodies") or scene.tags.inside(words, *_FEDERAL):
        return False
    after = scene.doc[token.i + 1 : min(token.sent.end, token.i + 18)]
    closing = scene.tags.has(token, "operations.closing")
    if not operation and not closing and not any(t.lower_ in _ON_THE_SPOT for t in after):
        return False
    if scene.tags.inside(after, *_FEDERAL, "operations.nouns") or any(t.lower_ == "agents" for t in after):
        return True
    return closing or (operation and scene.tags.has(token, "operations.traffic"))
