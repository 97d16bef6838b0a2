"""Acts on agreements whose object was told before or is not told at all: "gave notice", "have ended theirs"."""

from __future__ import annotations

from collections.abc import Callable

from spacy.tokens import Span, Token

from nlp.action_claims import Claim, Scene
from nlp.action_objects import act_of
from nlp.action_syntax import is_passive, is_verb, subject_of
from nlp.agreements import AgreementMention
from nlp.modality import read

_PARTNERING = frozenset({"partner", "contract", "enlist", "enroll", "affiliate", "ally"})
_ENFORCERS = ("party.ICE", "party.CBP", "party.DHS")
Maker = Callable[[Scene, Token, str, AgreementMention], Claim | None]


def implied_claims(scene: Scene, sentence: Span, found: list[Claim], make: Maker) -> list[Claim]:
    """Acts whose object is told before or not at all: "gave notice", "have ended theirs", "whether to take part"."""
    limited = next((c for rule in _UNNAMED if (c := rule(scene, sentence, make))), []) if not found else []
    known = _spoken_of(scene, sentence)
    if limited or known is None or scene.in_title(sentence[0]):
        return limited
    notice = scene.tags.outermost("notice.words", sentence.start, sentence.end)
    named = bool(scene.agreements_in(sentence))
    for token in sentence:
        act = _implied_act(scene, token, bool(notice)) if notice or not named else _ends_it(scene, token)
        if act is None or any(c.subject == subject_of(token) or abs(c.trigger.i - token.i) < 4 for c in found):
            continue
        claim = make(scene, token, act, known)
        if claim is not None and claim.subject is not None and _is_party(scene, claim.subject):
            claim.weight, claim.implied = 0.55, True
            return [claim]
    return []


def _partnered(scene: Scene, sentence: Span, make: Maker) -> list[Claim]:
    """As in "has partnered with ICE", "signed up with the agency": an agreement is signed that no noun names."""
    for token in sentence:
        following = scene.doc[token.i + 1 : min(sentence.end, token.i + 6)]
        joins = is_verb(token) and (token.lemma_.lower() in _PARTNERING or _signs_up(token))
        if not joins or not any(t.lower_ == "with" for t in following) or not scene.tags.inside(following, *_ENFORCERS):
            continue
        kind = scene.document_type
        made = AgreementMention(token.idx, token.idx + len(token), kind, None, "ICE", None, head=token.i)
        claim = make(scene, token, "sign", made)
        if claim is not None and claim.subject is not None and _is_party(scene, claim.subject):
            claim.weight = 0.6
            return [claim]
    return []


def _signs_up(verb: Token) -> bool:
    return verb.lemma_.lower() == "sign" and verb.i + 1 < len(verb.doc) and verb.nbor(1).lower_ in ("on", "up")


def _planned_practice(scene: Scene, sentence: Span, make: Maker) -> list[Claim]:
    """As in "will vote on whether to house detainees", "a plan to rent jail beds to ICE": an agreement is proposed."""
    for mention in scene.agreements_in(sentence):
        verb = scene.doc[mention.head]
        if not mention.practice or verb.tag_ != "VB" or any(c.dep_ == "neg" for c in verb.children):
            continue
        reading = read(verb, scene.tags)
        if reading.mood not in ("proposed", "vehicle") or reading.negated or _is_standing_practice(scene, mention):
            continue
        subject = next((s for w in reading.operators if (s := subject_of(w)) is not None), None)
        if subject is not None and (_is_party(scene, subject) or scene.is_federal(subject)):
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


def _spoken_of(scene: Scene, sentence: Span) -> AgreementMention | None:
    """The agreement last spoken of before the sentence, in the text or the title."""
    before = [m for m in scene.agreements if m.head < sentence.start and not m.practice]
    return before[-1] if before else next((m for m in scene.agreements if m.head < sentence.start), None)


def _implied_act(scene: Scene, token: Token, notice: bool) -> str | None:
    if not is_verb(token):
        return None
    if notice and scene.tags.has(token, "notice.words"):
        return "end"
    if is_passive(token):
        return "reject" if scene.tags.has(token, "implied.reject") else None
    if notice and token.lemma_.lower() in (
        "send",
        "give",
        "receive",
        "serve",
        "deliver",
        "use",
        "invoke",
        "exercise",
        "submit",
    ):
        return "end"
    if _ends_it(scene, token):
        return "end"
    following = token.doc[token.i + 1 : min(token.sent.end, token.i + 3)]
    if any(t.lower_ in ("theirs", "its own", "one") for t in following):
        return act_of(scene, token)
    for act in ("end", "sign", "propose", "reject"):
        if scene.tags.matches(f"implied.{act}", token.i, token.i + 1):
            return act
    return None


def _ends_it(scene: Scene, verb: Token) -> str | None:
    """As in "she will end it", where the agreement is named before in the sentence or in the one before it."""
    after = verb.doc[verb.i + 1] if verb.i + 1 < verb.sent.end else verb
    if after.lower_ != "it" or act_of(scene, verb) != "end":
        return None
    low = verb.doc[max(0, verb.sent.start - 1)].sent.start
    return "end" if scene.agreements_in(verb.doc[low : verb.i]) else None


def _is_party(scene: Scene, subject: Token) -> bool:
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


_UNNAMED = (_only_practice, _planned_practice, _partnered)
