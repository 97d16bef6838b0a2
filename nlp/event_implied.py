"""Acts on agreements whose object was told before or is not told at all: "gave notice", "have ended theirs"."""

from __future__ import annotations

from itertools import pairwise

from spacy.tokens import Span, Token

from nlp.action_claims import Claim, Scene
from nlp.action_objects import act_of
from nlp.action_syntax import is_passive, is_verb, subject_of
from nlp.agreements import AgreementMention
from nlp.event_unnamed import UNNAMED, Maker, is_party


def implied_claims(scene: Scene, sentence: Span, found: list[Claim], make: Maker) -> list[Claim]:
    """Acts whose object is told before or not at all: "gave notice", "have ended theirs", "whether to take part"."""
    limited = next((c for rule in UNNAMED if (c := rule(scene, sentence, make))), []) if not found else []
    known = _spoken_of(scene, sentence)
    if not limited and not found and (acted := _on_it(scene, sentence, make)):
        return acted
    if limited or known is None or scene.in_title(sentence[0]):
        return limited
    notice = scene.tags.outermost("notice.words", sentence.start, sentence.end)
    named = bool(scene.agreements_in(sentence))
    for token in sentence:
        act = _implied_act(scene, token, bool(notice)) if notice or not named else _ends_it(scene, token)
        if act is None or any(c.subject == subject_of(token) or abs(c.trigger.i - token.i) < 4 for c in found):
            continue
        claim = make(scene, token, act, known)
        if claim is not None and claim.subject is not None and is_party(scene, claim.subject):
            claim.weight, claim.implied = 0.55, True
            return [claim]
    return []


def _on_it(scene: Scene, sentence: Span, make: Maker) -> list[Claim]:
    """As in "the contract drew protests, and the board voted 6-3 against it": an agreement of the same sentence."""
    mentions = [m for m in scene.agreements_in(sentence) if not m.practice]
    for token in sentence if mentions else ():
        after = [t.lower_ for t in scene.doc[token.i + 1 : min(sentence.end, token.i + 7)]]
        told = is_verb(token) and token.tag_ == "VBD" and token.dep_ != "advcl" and token.i > sentence.start
        if told and token.nbor(-1).lower_ == "it" and act_of(scene, token) == "expire":
            ended = [m for m in mentions if m.head < token.i]
            claim = make(scene, token, "expire", ended[-1]) if ended else None
            if claim is not None:
                return [claim]
        if not is_verb(token) or not (after[:1] == ["it"] or (token.lemma_ == "vote" and _votes_on_it(after))):
            continue
        act = act_of(scene, token)
        before = [m for m in mentions if m.head < token.i]
        if act not in ("reject", "renew", "approve", "sign", "keep") or not before:
            continue
        if scene.tags.any(["objects.policy", "vehicle.words"], sentence.start, token.i):
            continue  # "sent the governor a bill on agreements, and she signed it"
        claim = make(scene, token, act, before[-1])
        if claim is not None and claim.subject is not None and is_party(scene, claim.subject):
            claim.weight = 0.6
            return [claim]
    return []


def _votes_on_it(after: list[str]) -> bool:
    return any(a in ("against", "for") and b == "it" for a, b in pairwise(after))


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
