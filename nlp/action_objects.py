"""Which noun an act is about: "ended the contract", "the contract was ended", "termination of the contract".

Answers come from the parse where it can be trusted and from word order where it cannot. Offsets are token indices.
"""

from __future__ import annotations

from collections.abc import Set

from spacy.tokens import Span, Token

from nlp.action_claims import Scene
from nlp.action_light import light_act, light_end
from nlp.action_syntax import CLAUSE_EDGES, RELATIVES, is_passive, is_verb, subject_of
from nlp.agreements import AgreementMention

REACH = 16  # tokens from a verb to the noun of its object
ACTS = ("end", "renew", "sign", "modify", "suspend", "expire", "reject", "keep", "propose", "approve", "repeal")
_HAVING = "agreements.keep_having"
_ACT_NOUNS = tuple(f"act.{name}.noun" for name in ("end", "renew", "suspend", "expire", "modify", "reject", "sign"))
_INTRANSITIVE = frozenset(
    {
        "end",
        "cease",
        "terminate",
        "fail",
        "pass",
        "die",
        "advance",
        "clear",
        "fall",
        "go",
        "fizzle",
        "collapse",
        "founder",
        "flop",
        "flounder",
        "win",
        "gain",
    }
)
_GETTING = frozenset({"get", "receive", "win", "have", "face", "earn", "secure"})
_OF = ("of", "from", "to", "in", "for")  # prepositions between a nominal act and its object
_TALKED = (*_OF, "on", "about", "over", "with")
_ON_HOLD = frozenset({"hold", "ice", "pause"})  # "put the agreement on hold"
_NOMINAL = frozenset({"dobj", "pobj", "compound", "nmod", "amod"})  # nouns that the tagger took for verbs
_CUTS = frozenset({"that", "because", "after", "while", "but", "whether", "if"})
# Nouns that pass an act on to what hangs on them: "end its part in 287(g)", "approve an extension of the contract".
_TRANSPARENT = (
    "agreements.transparent",
    "objects.agreement",
    "vehicle.words",
    "act.renew.noun",
    "act.end.noun",
    "act.modify.noun",
    "act.sign.noun",
    "bodies.local",
    "party.ICE",
    "bodies.federal",
)

# (act, negated) and mood give (type, status); None where nothing is told.


def act_of(scene: Scene, token: Token) -> str | None:
    """The act that `token` names, None for none; verbs by their verb forms, nouns by their noun forms."""
    concepts = scene.tags.at(token.i)
    if is_verbal(scene, token):
        if token.lemma_.lower() in ("put", "place") and _on_hold(token):
            return "suspend"
        if token.lemma_.lower() in ("leave", "let") and _left_standing(token):
            return "keep"
        if token.lemma_.lower() == "vote" and (voted := _voted(token)):
            return voted
        if f"{_HAVING}" in concepts and no_longer(token):
            return "end"
        act = light_act(scene, token) or _longest_act(scene, token)
        return "suspend" if act == "end" and _for_a_time(token) else act
    for name in ("end", "renew", "suspend", "expire", "sign", "modify", "reject", "propose", "keep"):
        if f"act.{name}.noun" in concepts or f"act.{name}.adjective" in concepts:
            return name
    return None


def _on_hold(verb: Token) -> bool:
    """As in "put the agreement on hold", whatever stands between."""
    after = verb.doc[verb.i + 1 : min(verb.sent.end, verb.i + 14)]
    return any(t.lower_ == "on" and t.i + 1 < len(verb.doc) and t.nbor(1).text in _ON_HOLD for t in after)


def _left_standing(verb: Token) -> bool:
    """As in "leave the contract in place", "let the agreement stand"."""
    after = verb.doc[verb.i + 1 : min(verb.sent.end, verb.i + 14)].text.lower()
    return any(words in after for words in (" in place", " intact", " alone", " stand"))


def _voted(verb: Token) -> str | None:
    """As in "voted 4-2 against contracts", "voted in favor of the agreement"."""
    after = [t.lower_ for t in verb.doc[verb.i + 1 : min(verb.sent.end, verb.i + 9)]]
    if "against" in after:
        return "reject"
    return "approve" if "favor" in after or after[:1] == ["for"] else None


def no_longer(token: Token) -> bool:
    return any(t.lower_ == "longer" for t in token.doc[max(token.sent.start, token.i - 3) : token.i])


def _for_a_time(verb: Token) -> bool:
    """As in "temporarily stopped using", "halted it for now": what is ended for a time is suspended."""
    near = verb.doc[max(verb.sent.start, verb.i - 2) : min(verb.sent.end, verb.i + 14)]
    return any(t.lower_ in ("temporarily", "briefly") for t in near[:5]) or " for now" in near.text.lower()


def phrase_end(scene: Scene, verb: Token) -> int:
    """The token behind the act's phrase that begins at `verb`, as in "let go of", "re-upped"."""
    ends = [end for a in ACTS for _, end in scene.tags.matches(f"act.{a}.verb", verb.i, verb.i + 1)]
    return max([*ends, light_end(verb)], default=verb.i + 1) or verb.i + 1


def _is_hyphened(token: Token) -> bool:
    """True for "lighted" in "green-lighted", "signed" in "re-signed": the tokenizer takes them apart."""
    return token.i - 2 >= token.sent.start and token.nbor(-1).text == "-" and not token.nbor(-2).whitespace_


def _longest_act(scene: Scene, token: Token) -> str | None:
    """The act of the longest phrase that begins at `token`: "stay in" keeps what "stay" suspends; in "opt out", "out"
    tells nothing."""
    start = token.i - 2 if _is_hyphened(token) else token.i
    ends = {a: scene.tags.matches(f"act.{a}.verb", start, token.i + 1) for a in ACTS}
    found = {a: max(e - s for s, e in matches) for a, matches in ends.items() if matches}
    return max(found, key=lambda a: found[a], default=None)


def is_verbal(scene: Scene, token: Token) -> bool:
    """Verbs by the tagger; in headlines, where it errs, whatever can be one and is not preceded by an article."""
    if is_verb(token):
        return True
    if not scene.in_title(token) or token.i == token.sent.start:
        return False
    before = token.doc[token.i - 1].lower_
    return token.lower_ not in ("end", "exit", "change", "contract") and before not in (
        "the",
        "a",
        "an",
        "of",
        "its",
        "'s",
        "’s",
    )


def object_of(scene: Scene, verb: Token, mentions: list[AgreementMention]) -> AgreementMention | None:
    """The agreement that `verb` acts on."""
    practices = {m.head for m in mentions if m.practice}
    head = object_in(scene, verb, [m.head for m in mentions], practices)
    return next((m for m in mentions if m.head == head), None)


def object_in(scene: Scene, verb: Token, heads: list[int], practices: Set[int] = frozenset()) -> int | None:
    """Which of the nouns at `heads` (token indices, rising) `verb` acts on.

    One after it, or one before it where the verb is passive, intransitive, or in a relative clause on the noun.
    """
    subject = _passive_subject(verb, heads)
    after = [h for h in heads if 0 < h - verb.i <= REACH and not _cut_off(scene, verb, h, h in practices)]
    if after and subject is None:
        return after[0]
    return subject if subject is not None else _intransitive_subject(scene, verb, heads) or _relative(verb, heads)


def _cut_off(scene: Scene, verb: Token, head: int, practice: bool) -> bool:
    """True where another clause, another act or another noun stands between the verb and the noun."""
    between = verb.doc[phrase_end(scene, verb) : head]
    if not practice and _is_anothers_object(verb, head):
        return True
    for token in between:
        if token.text in CLAUSE_EDGES or token.lower_ in RELATIVES or token.lower_ in _CUTS:
            return True
        if is_verb(token) and token.tag_ not in ("VBN", "VBG") and token.dep_ not in _NOMINAL:
            return True
        if token.tag_ == "VBG" and act_of(scene, token) and not practice:
            return True
    if scene.tags.inside(between, "courts.suit_nouns"):
        return True
    if practice and scene.tags.inside(between, "vehicle.words"):
        return True
    if practice:
        return any(t.pos_ == "VERB" for t in between)
    return _hangs_on_other_noun(scene, between)


def _hangs_on_other_noun(scene: Scene, between: Span) -> bool:
    """As in "canceling a meeting on 287(g)", "accepted an audit of the program": the noun before is the object."""
    for token in reversed(between):
        if token.pos_ != "ADP" or token.i == between.start:
            continue
        if token.head.i < between.start:
            return False  # the preposition hangs on the verb
        noun = token.head if between.start <= token.head.i < token.i else token.nbor(-1)
        if noun.pos_ not in ("NOUN", "PROPN") or noun.i < between.start:
            return False
        return not scene.tags.has(noun, *_TRANSPARENT)
    return False


def _is_anothers_object(verb: Token, head: int) -> bool:
    """As in "filed suit challenging its agreement": the noun is the object of the nearer verb."""
    owner = verb.doc[head].head
    return verb.i < owner.i < head and owner.pos_ == "VERB" and verb.doc[head].dep_ in ("dobj", "obj")


def _passive_subject(verb: Token, heads: list[int]) -> int | None:
    if not is_passive(verb):
        return None
    return _in_phrase(subject_of(verb), heads, verb)


def _intransitive_subject(scene: Scene, verb: Token, heads: list[int]) -> int | None:
    """As in "The contract ends", "the agreement lapsed"."""
    if (
        verb.lemma_.lower() == "pass"
        and verb.i + 1 < len(verb.doc)
        and verb.nbor(1).lower_ in ("through", "over", "by")
    ):
        return None
    if act_of(scene, verb) != "expire" and verb.lemma_.lower() not in _INTRANSITIVE and not _takes_effect(verb):
        return None
    subject = subject_of(verb)
    if subject is not None and subject.lower_ in ("that", "which") and verb.dep_ == "relcl":
        subject = verb.head  # "a contract that took effect June 1"
    head = _in_phrase(subject, heads, verb) if subject is not None and subject.dep_ != "poss" else None
    if head is not None and scene.tags.any(["modality.forbid"], verb.sent.start, head):
        return None  # "a bill that requires jails to sign agreements passed"
    return head


def _takes_effect(verb: Token) -> bool:
    """As in "the agreement took effect", "goes into effect", "came into force"."""
    following = verb.doc[verb.i + 1 : min(verb.sent.end, verb.i + 3)]
    return verb.lemma_.lower() in ("take", "go", "come", "enter") and any(
        t.lower_ in ("effect", "force") for t in following
    )


def _in_phrase(subject: Token | None, heads: list[int], verb: Token) -> int | None:
    """The noun that is the subject itself or hangs on it by a preposition."""
    if subject is None or subject.i >= verb.i:
        return None
    own = [h for h in heads if h == subject.i or (h == subject.head.i and subject.dep_ == "compound")]
    near = [
        h for h in heads if subject.left_edge.i <= h <= min(subject.right_edge.i, verb.i) and not _has_verb(subject, h)
    ]
    return (own or near or [None])[0]


def _has_verb(subject: Token, head: int) -> bool:
    """True for "a resolution to cancel the contract was defeated": what was defeated is the resolution."""
    return any(t.pos_ == "VERB" for t in subject.doc[subject.i + 1 : head])


def _relative(verb: Token, heads: list[int]) -> int | None:
    """As in "the contract that the board ended", "a contract ended in May"."""
    own = next((c for c in verb.children if c.dep_ == "nsubj"), None)
    if own is not None and own.left_edge.i - 1 in heads and not any(c.dep_ == "dobj" for c in verb.children):
        return own.left_edge.i - 1  # "an ordinance the board passed"
    if verb.dep_ not in ("relcl", "acl") or verb.tag_ == "VBG":
        return None
    if any(c.dep_ == "dobj" and c.lower_ == "which" for c in verb.children):
        return max((h for h in heads if h < verb.i), default=None)
    if verb.dep_ == "relcl" and any(c.dep_ == "nsubj" and c.lower_ in ("that", "which", "who") for c in verb.children):
        return None
    if any(c.dep_ == "dobj" and c.lower_ not in ("that", "which") for c in verb.children):
        return None
    return verb.head.i if verb.head.i in heads else None


def nominal_object(scene: Scene, noun: Token, mentions: list[AgreementMention]) -> AgreementMention | None:
    """As in "termination of the contract", "contract extension", "withdrawal from 287(g)"."""
    for mention in mentions:
        gap = mention.head - noun.i
        if noun.dep_ in ("acomp", "attr") and gap < 0 and subject_of(noun.head) == noun.doc[mention.head]:
            return mention
        got = gap < 0 and noun.dep_ == "dobj" and noun.head.lemma_ in _GETTING
        if got and subject_of(noun.head) == noun.doc[mention.head]:
            return mention  # "the contract got a three-year extension"
        if gap in (-1, -2) and not any(is_verb(t) for t in noun.doc[mention.head : noun.i]):
            return mention
        if (
            0 < gap <= 9
            and noun.doc[noun.i + 1].lower_ in (_TALKED if scene.tags.has(noun, "act.propose.noun") else _OF)
            and not _cut_off(scene, noun, mention.head, mention.practice)
        ):
            return mention
        if gap == 1 and "adjective" in " ".join(scene.tags.at(noun.i)):
            return mention
    return None


def through_noun(scene: Scene, verb: Token, mention: AgreementMention) -> bool:
    """As in "approved the termination of the contract", "rejected a contract extension": the noun tells the act."""
    low, high = sorted((verb.i, mention.head))
    near = [
        *scene.doc[max(verb.sent.start, mention.head - 4) : mention.head],
        *scene.doc[low + 1 : high],
        *scene.doc[mention.head + 1 : min(verb.sent.end, mention.head + 3)],
    ]
    nouns = [t for t in near if t.pos_ == "NOUN" and t.i != verb.i]
    return any(scene.tags.has(t, *_ACT_NOUNS) and nominal_object(scene, t, [mention]) for t in nouns)
