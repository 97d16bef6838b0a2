"""Agreements told without their noun: offers and requests, jail space let to ICE, detainees sent away, partnerships.

Each rule is a function (scene, sentence, maker) -> claims; the maker turns an act and a mention into a claim.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from spacy.tokens import Span, Token

from nlp.action_claims import Claim, Scene
from nlp.action_objects import act_of, is_verbal, object_in
from nlp.action_syntax import CLAUSE_EDGES, is_verb, subject_of
from nlp.agreements import AgreementMention
from nlp.modality import read

Maker = Callable[[Scene, Token, str, AgreementMention], Claim | None]
ENFORCERS = ("party.ICE", "party.CBP", "party.DHS")
REACH = 16  # tokens behind an offer in which its content stands
_PARTNERING = frozenset({"partner", "contract", "enlist", "enroll", "affiliate", "ally"})
_PARTING = frozenset({"part", "break", "split", "sever", "disengage", "disentangle", "divorce", "separate", "decouple"})
_PLANS = frozenset(
    {"plan", "proposal", "idea", "bid", "application", "appeal"}
)  # offers only with an agreement in them
_RECEIVING = frozenset({"make", "receive", "get", "have", "field", "extend", "send", "hear", "present", "come"})
_SETTLED_CONTENT = tuple(f"act.{act}.verb" for act in ("end", "renew", "suspend", "modify", "keep"))
_GIVING = frozenset({"let", "allow", "permit", "enable", "give", "authorize", "empower", "put", "make", "grant", "pay"})
_LEAVE = re.compile(
    r"\b(?:will|is|plans to)\b.{0,20}?\b(?:pull|remov|mov|tak|withdraw)(?:e|ing)? (?:its|the|their|all|every)\b.{0,30}?"
    r"\b(?:from|out)\b|"
    r"\b(?:must|ha(?:ve|s|d) to|needs? to|ha(?:ve|s) until|given|ga?ve|are to|days|told|ordered|deadline)\b.{0,70}?"
    r"\b(?:be (?:out|gone|moved|removed|transferred|relocated|cleared)|leave|move out|clear out|get out|vacate|"
    r"(?:re)?move (?:its|the|their|all|every|any)|take (?:its|their)|find (?:new|another|other|somewhere))\b",
    re.I,
)
_RATE = re.compile(r"\$\d[\d.,]*(?: more| less)(?: a| per| each| for)\b|\$\d[^.;]{0,60}, (?:up|down) from \$?\d")
_BY = re.compile(r"\b(?:by|until|before|within|no later than|days|weeks|months)\b")


def is_party(scene: Scene, subject: Token) -> bool:
    """True for a public body, an official or a place; the federal side and crowds do not count."""
    words = scene.doc[subject.left_edge.i : min(subject.right_edge.i, subject.i + 4) + 1]
    if scene.tags.inside(words, "bodies.crowd") and not scene.tags.inside(words, "bodies.local"):
        return False
    official = any(p.kind == "official" for p in scene.people_at(subject.idx))
    return (
        official
        or subject.pos_ == "PRON"
        or scene.tags.inside(words, "bodies.local", "implied.parties")
        or subject.ent_type_ == "GPE"
    )


def offer_claims(scene: Scene, sentence: Span, make: Maker) -> list[Claim]:
    """As in "turned down an ICE request to rent 120 beds", "is weighing an offer from ICE to join the program"."""
    for start, end in scene.tags.outermost("agreements.offers", sentence.start, sentence.end):
        noun = scene.doc[end - 1]
        content = _content(scene, noun) if noun.pos_ == "NOUN" and end - start == 1 else None
        if content is None:
            continue
        for token in sentence:
            act = _act_on_offer(scene, token)
            if act is None or object_in(scene, token, [noun.i]) != noun.i:
                continue
            claim = make(scene, token, act, content)
            if claim is not None:
                return [claim]
    return []


def _act_on_offer(scene: Scene, token: Token) -> str | None:
    if not is_verbal(scene, token) or (token.dep_ == "acl" and scene.tags.has(token.head, "objects.policy")):
        return None
    act = act_of(scene, token)
    if act in ("reject", "approve", "sign", "propose"):
        return act
    return "propose" if token.lemma_.lower() in _RECEIVING else None


def _content(scene: Scene, noun: Token) -> AgreementMention | None:
    """What is offered, where it is an agreement: its mention, or jail space asked for by federal enforcement."""
    high = min(noun.sent.end, noun.i + REACH)
    high = next((t.i for t in scene.doc[noun.i + 1 : high] if t.text in CLAUSE_EDGES), high)
    mentions = [m for m in scene.agreements if noun.i < m.head < high and (m.practice or m.linked)]
    first = next(iter(mentions), None)
    reach = scene.doc[noun.i + 1 : first.head if first else high]
    if any(is_verb(t) and scene.tags.has(t, *_SETTLED_CONTENT) for t in reach) or scene.tags.inside(
        reach, "modality.forbid"
    ):
        return None
    federal = ("bodies.federal", *ENFORCERS)
    asked = scene.tags.any(federal, max(noun.sent.start, noun.i - 4), noun.i) or (
        noun.i + 1 < high and noun.nbor(1).lower_ in ("from", "by") and scene.tags.any(federal, noun.i + 1, noun.i + 7)
    )
    if noun.lemma_.lower() in _PLANS and not asked and (first is None or not first.practice):
        return None
    if first is not None:
        return replace(first, practice=False)
    asked = asked or any(t.lower_ == "federal" for t in scene.doc[max(noun.sent.start, noun.i - 3) : noun.i])
    space = scene.tags.any(["agreements.space", "objects.detainees"], noun.i + 1, high)
    if asked and not space and any(is_verb(t) and scene.tags.has(t, "act.sign.verb") for t in reach):
        return _unnamed(scene, noun)  # "ICE's overtures to join the program"
    if not (asked and space):
        return None
    return AgreementMention(noun.idx, noun.idx + len(noun), "detention", None, "ICE", None, head=noun.i)


def _partnered(scene: Scene, sentence: Span, make: Maker) -> list[Claim]:
    """As in "has partnered with ICE", "signed up with the agency": an agreement is signed that no noun names."""
    for token in sentence:
        following = scene.doc[token.i + 1 : min(sentence.end, token.i + 6)]
        joins = is_verb(token) and (token.lemma_.lower() in _PARTNERING or _signs_up(token))
        if not joins or not any(t.lower_ == "with" for t in following) or not scene.tags.inside(following, *ENFORCERS):
            continue
        claim = make(scene, token, "sign", _unnamed(scene, token))
        if claim is not None and claim.subject is not None and is_party(scene, claim.subject):
            claim.weight = 0.6
            return [claim]
    return []


def _parted(scene: Scene, sentence: Span, make: Maker) -> list[Claim]:
    """As in "the county and ICE have parted ways", "broke with ICE": an agreement is ended that no noun names."""
    for token in sentence:
        if not is_verb(token) or token.lemma_.lower() not in _PARTING:
            continue
        following = scene.doc[token.i + 1 : min(sentence.end, token.i + 7)]
        words = [t.lower_ for t in following[:2]]
        apart = words[:1] == ["ways"] or words[:1] in (["with"], ["from"]) or words == ["away", "from"]
        subject = subject_of(token)
        sides = scene.doc[subject.left_edge.i : token.i] if subject is not None else following
        if not apart or not scene.tags.inside(scene.doc[sides.start : following.end], *ENFORCERS):
            continue
        claim = make(scene, token, "end", _unnamed(scene, token))
        if claim is not None:
            claim.weight = 0.6
            return [claim]
    return []


def _unnamed(scene: Scene, token: Token) -> AgreementMention:
    return AgreementMention(token.idx, token.idx + len(token), scene.document_type, None, "ICE", None, head=token.i)


def _signs_up(verb: Token) -> bool:
    return verb.lemma_.lower() == "sign" and verb.i + 1 < len(verb.doc) and verb.nbor(1).lower_ in ("on", "up", "with")


def _planned_practice(scene: Scene, sentence: Span, make: Maker) -> list[Claim]:
    """As in "will vote on whether to house detainees", "a plan to rent jail beds to ICE": an agreement is proposed."""
    for mention in scene.agreements_in(sentence):
        verb = scene.doc[mention.head]
        if not mention.practice or verb.tag_ not in ("VB", "VBG") or any(c.dep_ == "neg" for c in verb.children):
            continue
        reading = read(verb, scene.tags)
        if reading.mood not in ("proposed", "vehicle") or reading.negated or _is_standing_practice(scene, mention):
            continue
        subject = next((s for w in reading.operators if (s := subject_of(w)) is not None), None)
        if subject is not None and (is_party(scene, subject) or scene.is_federal(subject)):
            return [
                Claim(
                    "agreement_proposed", "proposed", verb, 0.6, mention, subject, reading.operators, part="sponsored"
                )
            ]
    return []


def _is_standing_practice(scene: Scene, mention: AgreementMention) -> bool:
    """True where an earlier sentence tells that it is done already."""
    return any(
        m.head < mention.head and m.practice and scene.doc[m.head].tag_ in ("VBZ", "VBP") for m in scene.agreements
    )


def _only_practice(scene: Scene, sentence: Span, make: Maker) -> list[Claim]:
    """As in "will hold only felons for ICE": the terms change."""
    for mention in scene.agreements_in(sentence):
        verb = scene.doc[mention.head]
        if mention.practice and verb.i + 1 < sentence.end and verb.nbor(1).lower_ == "only":
            claim = make(scene, verb, "modify", mention)
            return [claim] if claim is not None else []
    return []


def _new_agreement(scene: Scene, sentence: Span, make: Maker) -> list[Claim]:
    """As in "A new agreement lets deputies serve ICE warrants", "Under a new contract with ICE, the jail will"."""
    for mention in scene.agreements_in(sentence):
        noun = scene.doc[mention.head]
        left = [t.lower_ for t in scene.doc[max(sentence.start, noun.i - 5) : noun.i]]
        if mention.practice or "new" not in left or {"proposed", "possible", "potential", "no"} & set(left):
            continue
        verb = noun.head
        gives = noun.dep_ == "nsubj" and verb.lemma_.lower() in _GIVING
        under = noun.dep_ == "pobj" and noun.head.lower_ == "under"
        main = verb if gives else sentence.root
        words = {c.lower_ for c in main.children if c.dep_ in ("aux", "neg")}
        if not (gives or under) or words & {"would", "could", "may", "might", "not", "n't"}:
            continue
        status = "announced" if gives and "will" in words else "occurred"
        return [Claim("agreement_signed", status, noun, 0.55 + 0.1 * mention.linked, mention, part="decided")]
    return []


def _leave_by(scene: Scene, sentence: Span, make: Maker) -> list[Claim]:
    """As in "ICE has 60 days to move its detainees out of the jail": the jail's agreement is ending."""
    if not scene.tags.inside(sentence, "objects.detainees") or not scene.tags.inside(sentence, "facilities.nouns"):
        return []
    if scene.tags.inside(sentence, "courts.judges", "type.detainer") or scene.in_title(sentence[0]):
        return []
    text = sentence.text
    told = _LEAVE.search(text)
    if told is None or not _BY.search(text):
        return []
    span = scene.doc.char_span(
        sentence.start_char + told.start(), sentence.start_char + told.end(), alignment_mode="expand"
    )
    verb = next((t for t in reversed(list(span)) if is_verb(t)), span[-1])
    mention = _unnamed(scene, verb)
    mention.type = "detention"
    return [Claim("agreement_terminated", "announced", verb, 0.6, mention, ahead=True, part="decided")]


def _pending(scene: Scene, sentence: Span, make: Maker) -> list[Claim]:
    """As in "A contract to hold people for ICE goes before commissioners Tuesday", "is up for a vote"."""
    for mention in scene.agreements_in(sentence):
        noun = scene.doc[mention.head]
        verb = noun.head
        if (
            mention.practice
            or noun.dep_ != "nsubj"
            or verb.lemma_.lower() not in ("go", "come", "head", "be", "appear")
        ):
            continue
        after = [t.lower_ for t in scene.doc[verb.i + 1 : min(sentence.end, verb.i + 5)]]
        left = {t.lower_ for t in scene.doc[max(sentence.start, noun.i - 5) : noun.i]}
        agenda = scene.doc[verb.i : min(sentence.end, verb.i + 8)].text.lower()
        coming = "before" in after or " up for " in agenda or "the agenda" in agenda or " to a vote" in agenda
        if coming and left & {"a", "an", "proposed", "new"} and not left & {"its", "existing", "current"}:
            return [Claim("agreement_proposed", "proposed", noun, 0.6, mention, part="sponsored")]
    return []


def _rate_change(scene: Scene, sentence: Span, make: Maker) -> list[Claim]:
    """As in "ICE will pay the county $12 more a day per detainee", "$150 a day, up from $112": the terms change."""
    if not scene.tags.inside(sentence, *ENFORCERS) or not scene.tags.inside(
        sentence, "objects.detainees", "hint.detention"
    ):
        return []
    text = sentence.text
    told = _RATE.search(text)
    if told is None or any(t.lower_ in ("would", "could") for t in sentence):
        return []
    verb = next((t for t in sentence if is_verb(t) and t.lemma_.lower() in ("pay", "charge", "get", "receive")), None)
    if verb is None:
        return []
    mention = next(iter(scene.agreements_in(sentence)), None) or _unnamed(scene, verb)
    status = "announced" if any(c.lower_ == "will" for c in verb.children) and "approved" not in text else "occurred"
    return [Claim("agreement_modified", status, verb, 0.55, replace(mention, type="detention"), subject_of(verb))]


UNNAMED = (_pending, _rate_change, _only_practice, _planned_practice, _partnered, _parted, _new_agreement, _leave_by)
