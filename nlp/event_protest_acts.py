"""Protests told by what people did, without a word that means protest.

"Formed a human chain around the immigration jail", "were handcuffed after they sat down in the lobby", "left class to
denounce the raids", "police broke up a crowd outside the ICE building": an act or a place of protest, people who are
neither officials nor officers, and either a site of enforcement or a purpose.
"""

from __future__ import annotations

from spacy.tokens import Span, Token

from nlp.action_claims import Scene
from nlp.action_syntax import is_negated, is_passive, is_verb, subject_of

BESIDE = frozenset({"before", "outside", "ahead", "after"})
REACH = 16  # tokens behind an act in which its place or its purpose stands
_GROUPS = frozenset({"crowd", "group", "coalition", "line", "convoy", "caravan", "throng", "procession", "band"})
_FEW = frozenset({"he", "she", "it", "i", "who", "which", "this", "one"})
_PLACE = ("outside", "around", "inside", "in", "at", "near", "before", "past", "to", "through", "across", "from")
_SITES = ("protests.sites", "party.ICE", "party.CBP", "facilities.own", "facilities.nouns")
_AUTHORITIES = ("bodies.local", "bodies.federal", "party.ICE", "party.CBP", "operations.local_bodies")
_OFFICES = (*_SITES, "protests.offices")
_BEFORE = frozenset({"outside", "gates", "gate", "front", "doors", "doorstep", "steps"})


def doer_of(verb: Token) -> Token | None:
    """The subject of `verb`; for "who" and "that" the noun they stand for: "people who had occupied the office"."""
    subject = subject_of(verb)
    if subject is not None and subject.tag_ in ("WP", "WDT") and verb.dep_ in ("relcl", "acl"):
        return verb.head
    return subject


def act_weight(scene: Scene, token: Token) -> float:
    """How surely the verb `token` tells a protest by an act, 0 where it does not."""
    tags = scene.tags.at(token.i)
    if "protests.taken_away" in tags:
        return _taken_away(scene, token)
    if "protests.police_verbs" in tags and (weight := _broken_up(scene, token)):
        return weight
    if is_negated(token) and "protests.fasting" not in tags:
        return 0.0
    if "protests.acts" not in tags:
        return _stood(scene, token)
    subject = doer_of(token)
    if not _is_people(scene, subject):
        return 0.0
    after = scene.doc[token.i + 1 : min(token.sent.end, token.i + 1 + REACH)]
    meeting = scene.tags.inside(after, "meetings.nouns", "meetings.public_rooms")
    if meeting and not any(t.lower_ in BESIDE for t in after):
        return 0.0
    if "protests.fasting" in tags and (scene.acted or _is_held(scene, token.sent)):
        return 0.65
    if _has_purpose(scene, after) and _is_subject(scene, token.sent):
        return 0.7
    if _at_site(scene, after):
        return 0.65
    sure = scene.tags.has(subject, "bodies.crowd", "protests.nouns")
    return (
        0.55 if sure and scene.tags.has(token, "form.blockade") and scene.tags.inside(after, "protests.ways") else 0.0
    )


def _stood(scene: Scene, verb: Token) -> float:
    """As in "people braved the rain outside the ICE office", "shops went dark to speak out against raids"."""
    if scene.tags.has(verb, "protests.not_acts", "modality.say", "statements.verbs", "courts.sue_verbs"):
        return 0.0
    if verb.pos_ != "VERB" or is_passive(verb):
        return 0.0
    subject = doer_of(verb)
    if subject is None or not (scene.tags.has(subject, "bodies.crowd") or subject.tag_ == "CD"):
        return 0.0
    if not _is_people(scene, subject):
        return 0.0
    after = scene.doc[verb.i + 1 : min(verb.sent.end, verb.i + 1 + REACH)]
    if not _is_subject(scene, verb.sent):
        return 0.0
    outside = next((t for t in after if t.lower_ in _BEFORE), None)
    if outside is not None and scene.tags.any(_OFFICES, outside.i, min(verb.sent.end, outside.i + 8)):
        return 0.6
    loud = next((t for t in after if scene.tags.has(t, "protests.loud_purposes") and t.nbor(-1).lower_ == "to"), None)
    if loud is not None or scene.tags.inside(after, "protests.moods"):
        return 0.6
    calling = any(t.tag_ == "VBG" and scene.tags.has(t, "protests.purposes") for t in after)
    return 0.6 if calling and scene.tags.inside(after, "protests.grounds") else 0.0


def _is_held(scene: Scene, sentence: Span) -> bool:
    return scene.tags.inside(sentence, "objects.detainees", "facilities.nouns", "facilities.own", "party.ICE")


def _is_people(scene: Scene, subject: Token | None) -> bool:
    """Several people, no officials or officers: a plural, a number, a group."""
    if subject is None or subject.lower_ in _FEW:
        return False
    words = scene.doc[max(subject.sent.start, subject.left_edge.i) : subject.i + 1]
    if scene.tags.has(subject, "bodies.crowd", "protests.nouns", "crowds.people"):
        return not scene.tags.inside(words, "operations.local_bodies", "bodies.federal")
    if scene.tags.inside(words, *_AUTHORITIES):
        return False
    if scene.tags.inside(words, "protests.no_people"):
        return False
    joined = any(c.dep_ == "conj" for c in subject.children)
    several = (
        joined or subject.tag_ in ("NNS", "CD", "NNPS") or subject.lower_ in _GROUPS or subject.lower_ in ("they", "we")
    )
    return several and subject.ent_type_ not in ("DATE", "TIME", "MONEY", "GPE")


def _has_purpose(scene: Scene, after: Span) -> bool:
    """As in "to denounce", "to demand that", "in protest of", "over the arrests", "against"."""
    for token in after:
        if scene.tags.has(token, "protests.purposes"):
            before = token.nbor(-1).lower_
            if token.lower_ in ("over", "against", "calling", "demanding") or before in ("to", "and", "in"):
                return True
            if token.tag_ == "VBG":
                return True
    return False


def _is_subject(scene: Scene, sentence: Span) -> bool:
    return scene.tags.inside(
        sentence, "party.ICE", "party.CBP", "relevance.strong", "protests.subject", "type.287g", "facilities.own"
    )


def _at_site(scene: Scene, after: Span) -> bool:
    """As in "outside the ICE office", "at the gates of the detention center", of a document on enforcement."""
    placed = any(t.lower_ in _PLACE or t.lower_ in ("front", "lobby", "gates") for t in after)
    return placed and scene.tags.inside(after, *_SITES) and _is_subject(scene, after.sent)


def _taken_away(scene: Scene, verb: Token) -> float:
    """As in "were handcuffed after they sat down in the lobby of the ICE office", "cited for blocking the gate"."""
    subject = doer_of(verb)
    if not is_passive(verb) or not _is_people(scene, subject):
        return 0.0
    sentence = verb.sent
    outside = any(t.lower_ in ("outside", "lobby", "gates", "gate", "steps", "driveway") for t in sentence[0:])
    acted = any(
        scene.tags.has(t, "protests.acts", "protests.verbs", "protests.sure", "protests.nouns")
        for t in sentence
        if t.i > verb.i
    )
    placed = scene.tags.inside(sentence, "party.ICE", "party.CBP", "facilities.own", "facilities.nouns")
    if not placed or scene.tags.inside(sentence, "operations.nouns"):
        return 0.0
    return 0.6 if acted or outside else 0.0


def _broken_up(scene: Scene, verb: Token) -> float:
    """As in "police cleared a crowd outside the ICE building"; as part of the protest, not an operation."""
    after = scene.doc[verb.i + 1 : min(verb.sent.end, verb.i + 9)]
    crowd = next((t for t in after if scene.tags.has(t, "protests.nouns") or t.lower_ in _GROUPS), None)
    if crowd is None and is_passive(verb):
        subject = doer_of(verb)
        crowd = subject if subject is not None and (subject.lower_ in _GROUPS) else None
    if crowd is None:
        return 0.0
    return 0.6 if scene.tags.inside(verb.sent, "party.ICE", "party.CBP", "facilities.own", "relevance.strong") else 0.0


def sign_weight(scene: Scene, token: Token) -> float:
    """As in "signs reading ... bobbed over a crowd": a crowd told as standing somewhere, with what it carries."""
    if token.lower_ not in _GROUPS or not is_crowd_of(token) or not _is_subject(scene, token.sent):
        return 0.0
    return 0.6 if scene.tags.inside(token.sent, "protests.carried") else 0.0


def is_crowd_of(token: Token) -> bool:
    """True for "a crowd of several hundred", "the crowd"."""
    return token.pos_ == "NOUN" and not any(is_verb(c) and c.dep_ == "relcl" for c in token.children)
