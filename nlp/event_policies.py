"""Policies on cooperation: put forward, passed, turned down, repealed, and which way they point.

Two shapes are read: an act on a policy's name ("passed an ordinance") and a decision told by its content alone
("voted to bar police from helping ICE"). The direction is the sign of a small product: cooperation counts plus,
sanctuary counts minus, and every limiting word before it ("bar", "end", "exceptions") turns it round.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from spacy.tokens import Span, Token

from nlp.action_claims import Claim, Scene
from nlp.action_direction import direction_of, keeps_from, sign_name, sign_of, title_direction
from nlp.action_light import light_act
from nlp.action_objects import is_verbal, object_in
from nlp.action_syntax import is_verb, subject_of
from nlp.event_agreements import agent
from nlp.event_courts import is_judge
from nlp.event_measures import new_law, past_order, policy_heads, vetoed, would
from nlp.modality import Reading, read, read_done
from nlp.votes import read_votes

_ACTS = ("repeal", "reject", "approve", "propose", "modify", "suspend")
_STATUS_WORDS = ("become", "declare", "designate", "make", "label", "remain", "name")
_FLAT = {"plain": "occurred", "decided": "occurred", "future": "announced"}


def policy_claims(scene: Scene) -> Iterator[Claim]:
    """Every act on a policy that the document tells."""
    earlier: list[Claim] = []
    for sentence in scene.sentences:
        if not _concerns(scene, sentence):
            continue
        found = list(_of_sentence(scene, sentence))
        for claim in found:
            claim.direction = claim.direction or _inherited(earlier) or title_direction(scene)
        if found:
            scene.ruled.add(sentence.start)
        earlier += found
        yield from (c for c in found if c.typed or (c.direction is not None and not (c.implied and scene.acted)))


def _inherited(earlier: list[Claim]) -> str | None:
    """The direction of the measure told last."""
    return next((c.direction for c in reversed(earlier) if c.direction), None)


def _of_sentence(scene: Scene, sentence: Span) -> Iterator[Claim]:
    named = (
        list(_named(scene, sentence))
        or list(vetoed(scene, sentence))
        or list(would(scene, sentence))
        or list(past_order(scene, sentence))
        or list(new_law(scene, sentence))
    )
    yield from named
    suit = scene.tags.inside(sentence, "courts.suit_nouns")
    if (
        not named
        and not suit
        and sentence.start not in scene.acted
        and not scene.tags.inside(sentence, "facilities.emptied")
    ):
        yield from _by_content(scene, sentence)


def _concerns(scene: Scene, sentence: Span) -> bool:
    """True where the sentence, or a topical document's sentence on a definite measure, is about cooperation."""
    if scene.tags.inside(sentence, "cooperation.words", "cooperation.sanctuary", "relevance.strong"):
        return True
    return scene.topical and (scene.tags.inside(sentence, "objects.policy", "vehicle.words") or "veto" in sentence.text)


def _named(scene: Scene, sentence: Span) -> Iterator[Claim]:
    """Acts on a policy that is named; a participle ("an order signed Friday") only where no verb tells an act."""
    heads = policy_heads(scene, sentence)
    found = list(_acts_on(scene, sentence, heads, alone=False)) if heads else []
    yield from found or (_acts_on(scene, sentence, heads, alone=True) if heads else ())


def _acts_on(scene: Scene, sentence: Span, heads: list[int], *, alone: bool) -> Iterator[Claim]:
    for token in sentence:
        act = _act(scene, token)
        if act is None:
            continue
        if token.dep_ == "acl" and token.head.i in heads and not alone:
            continue
        head = object_in(scene, token, heads) or _signed_it(token, heads)
        if head is not None and scene.doc[head].lower_ == "amendment" and sentence.start in scene.acted:
            continue  # an amendment to the contract
        if head is None or head == token.i or _is_agreement_vehicle(scene, sentence, head):
            continue
        if any(t.pos_ == "NOUN" and scene.tags.has(t, "cooperation.limiting") for t in scene.doc[token.i + 1 : head]):
            continue  # "end loopholes in the ordinance" is told by its content
        claim = _claim(scene, token, act, scene.doc[head])
        if claim is not None:
            yield claim


def _signed_it(verb: Token, heads: list[int]) -> int | None:
    """As in "passed a bill that bars it, and the governor signed it": the measure named before in the sentence."""
    after = [t.lower_ for t in verb.doc[verb.i + 1 : min(verb.sent.end, verb.i + 5)]]
    after = after[:1] == ["it"] or ("signature" in after and after[-2:] == ["on", "it"])
    return max((h for h in heads if h < verb.i), default=None) if after and is_verb(verb) else None


def _is_agreement_vehicle(scene: Scene, sentence: Span, head: int) -> bool:
    """True for "a bill to end the contract": the agreement's own claim tells it."""
    reach = scene.doc[head : min(sentence.end, head + 14)]
    for mention in scene.agreements_in(reach):
        between = scene.doc[head + 1 : mention.head]
        if scene.tags.inside(between, "modality.forbid"):
            return False
        if any(
            scene.tags.at(t.i) & {"act.end.verb", "act.renew.verb", "act.sign.verb", "act.suspend.verb"} and is_verb(t)
            for t in between
        ):
            return not mention.practice
    return False


def _act(scene: Scene, token: Token) -> str | None:
    concepts = scene.tags.at(token.i)
    if is_verbal(scene, token):
        if "modality.postpone" in concepts:
            return "postpone"
        if token.lemma_.lower() in _STATUS_WORDS[:3]:
            return "approve"
        if token.lemma_.lower() == "vote" and not scene.tags.matches("act.reject.verb", token.i, token.i + 1):
            return "vote"
        if (light := light_act(scene, token)) is not None:
            return "repeal" if light == "end" else light if light in _ACTS else None
        return next((a for a in _ACTS if scene.tags.matches(f"act.{a}.verb", token.i, token.i + 1)), None)
    return next((a for a in ("repeal", "reject", "propose") if f"act.{a}.noun" in concepts), None)


def _claim(scene: Scene, token: Token, act: str, head: Token) -> Claim | None:
    reading = read_done(token, head.i) or read(token, scene.tags)
    if _is_courts(scene, token, reading) or _is_agreements(scene, token, head, reading):
        return None
    if act == "vote":
        act = _vote(scene, token, head, reading)
    if act is None:
        return None
    outcome = outcome_of(act, reading, scene, token)
    if outcome is None:
        return None
    kind, status = outcome
    if kind == "policy_adopted" and _by_committee(token):
        kind, status = "policy_proposed", "proposed"
    planned = act in ("repeal", "reject") and not scene.tags.has(head, "objects.policy")
    if planned and kind == "policy_repealed":
        kind = "policy_rejected"  # a plan that is dropped was never in force
    practice = next((m for m in scene.agreements if m.practice and head.i < m.head < head.i + 14), None)
    if planned and kind == "policy_rejected" and practice is not None:
        return Claim("agreement_rejected", status, token, 0.65, practice, agent(token, reading), part="decided")
    direction = direction_of(scene, head, token)
    concerned = scene.tags.inside(token.sent, "cooperation.words", "cooperation.sanctuary", "relevance.strong")
    named = scene.tags.has(head, "objects.policy")
    if direction is None and not (_anaphoric(head) or (named and concerned)):
        return None
    return Claim(
        type=kind,
        status=status,
        trigger=token,
        weight=0.45
        + 0.15 * (direction is not None)
        + 0.1 * concerned
        + 0.1 * (reading.mood == "decided")
        + 0.1 * is_verb(token),
        subject=agent(token, reading),
        operators=reading.operators,
        perfect=reading.perfect,
        ahead=reading.ahead,
        direction=direction,
        typed=named,
        implied=_anaphoric(head),
        part="sponsored" if kind == "policy_proposed" else "decided",
    )


def _by_committee(token: Token) -> bool:
    """As in "a Senate committee advanced the bill": it is still only put forward."""
    subject = subject_of(token)
    return subject is not None and subject.lower_ in ("committee", "subcommittee", "panel")


def _is_courts(scene: Scene, token: Token, reading: Reading) -> bool:
    """What a judge does to a policy is a ruling, and a federal policy is none of ours."""
    subjects = [subject_of(word) for word in (token, *reading.operators)]
    return any(s is not None and (is_judge(scene, s) or scene.is_federal(s) or _is_head_of_state(s)) for s in subjects)


def _is_head_of_state(subject: Token) -> bool:
    """As in "The president signed a bill"; a council has a president too, but is named with it."""
    own = [c for c in subject.children if c.dep_ not in ("det", "punct")]
    return subject.lower_ == "president" and not own


def _is_agreements(scene: Scene, token: Token, head: Token, reading: Reading) -> bool:
    """True where an act on an agreement in the same sentence is told by the same words."""
    words = {token.i, head.i, *(t.i for t in reading.operators)}
    for claim in scene.acted.get(token.sent.start, ()):
        if words & {claim.trigger.i, *(t.i for t in claim.operators)}:
            return True
    return False


def _vote(scene: Scene, token: Token, head: Token, reading: Reading) -> str | None:
    """What a vote on a policy comes to: "voted 6-2 for a resolution", "will vote on a resolution"."""
    between = {t.lower_ for t in scene.doc[token.i + 1 : head.i]}
    if reading.mood == "future" or reading.ahead:
        return "propose"
    if "against" in between:
        reading.negated = False
        return "reject"
    return "approve" if "for" in between or "favor" in between else None


def _anaphoric(head: Token) -> bool:
    return any(c.lower_ in ("the", "this", "that", "its") for c in head.children)


def outcome_of(act: str, reading: Reading, scene: Scene, token: Token) -> tuple[str, str] | None:
    """The codebook's type and status of an act on a policy, None where no event is told."""
    mood, negated = reading.mood, reading.negated
    if mood == "opposed":
        return None
    if act == "postpone":
        return ("policy_rejected", "occurred") if _for_good(scene, token) else ("policy_proposed", "proposed")
    if act == "propose" or mood in ("proposed", "vehicle"):
        return None if negated else ("policy_proposed", "proposed")
    status = _FLAT.get(mood, "occurred")
    if act == "reject":
        return None if negated else ("policy_rejected", status)
    if act == "modify" and negated:
        return None  # "will not change its policy"
    if act == "repeal":
        return (
            ("policy_rejected", status)
            if negated and mood == "decided"
            else None
            if negated
            else ("policy_repealed", status)
        )
    if negated:
        return "policy_rejected", "occurred" if mood != "refused" else "denied"
    return "policy_adopted", status


def _for_good(scene: Scene, token: Token) -> bool:
    """A measure tabled by vote, indefinitely, or "in effect killed" has failed."""
    near = scene.doc[token.sent.start : min(len(scene.doc), token.sent.end + 60)].text.lower()
    return any(w in near for w in ("indefinitely", "kills", "killed", "effectively dead", "for good")) or any(
        t.lower_ in ("voted", "votes", "vote") for t in scene.doc[token.sent.start : token.i]
    )


def _by_content(scene: Scene, sentence: Span) -> Iterator[Claim]:
    """As in "voted to bar police from helping ICE", "will no longer honor ICE detainers"."""
    for token in sentence:
        if not is_verbal(scene, token):
            continue
        claim = _content_claim(scene, token)
        if claim is not None:
            yield claim
            return


def _content_claim(scene: Scene, token: Token) -> Claim | None:
    concepts = scene.tags.at(token.i)
    limiting, granting = "cooperation.limiting" in concepts, "cooperation.granting" in concepts
    limiting = limiting or _keeps_out(token)
    no_longer = any(t.lower_ == "longer" for t in scene.doc[max(token.sent.start, token.i - 3) : token.i])
    if not (limiting or granting or no_longer) or not _acts_on_cooperation(scene, token):
        return None
    reading = read(token, scene.tags)
    detainers = scene.tags.any(["type.detainer"], token.i, min(token.sent.end, token.i + 6))
    voted = reading.mood == "plain" and bool(read_votes(token.sent.text))
    decided = voted or reading.mood == "decided" or ((no_longer or detainers) and reading.mood in ("plain", "future"))
    proposed = reading.mood in ("proposed", "vehicle") and any(
        scene.tags.has(t, "act.propose.verb", "vehicle.words") for t in reading.operators
    )
    if any(t.lemma_ == "fail" for t in reading.operators):
        return None  # "failed to honor a detainer" tells a case, not a policy
    if not (decided or proposed) or reading.mood == "opposed" or _is_courts(scene, token, reading):
        return None
    subject = agent(token, reading)
    if subject is None or not _is_local(scene, subject) or scene.is_federal(subject_of(token.sent.root)):
        return None
    if detainers and not no_longer and (reading.mood == "plain" or not granting):
        return None
    negated = reading.negated and not no_longer and not detainers
    kind = "policy_proposed" if proposed else "policy_rejected" if negated else "policy_adopted"
    return Claim(
        type=kind,
        status="proposed" if proposed else "occurred",
        trigger=token,
        weight=0.6,
        subject=subject,
        operators=reading.operators,
        perfect=reading.perfect,
        direction=sign_name(
            sign_of(scene, token.i if limiting else token.i + 1, token.sent.end)
            * (-1 if no_longer or (detainers and reading.negated) else 1)
        ),
        part="decided",
    )


def _keeps_out(verb: Token) -> bool:
    """As in "keep police out of immigration work", "keep ICE off city property", "steer officers away from"."""
    if verb.lemma_.lower() not in ("keep", "take", "get", "pull", "steer"):
        return False
    after = [t.lower_ for t in verb.doc[verb.i + 2 : min(verb.sent.end, verb.i + 7)]]
    if keeps_from(verb):
        return True
    return "off" in after or any(a in ("out", "away") and b in ("of", "from") for a, b in pairwise(after))


def _acts_on_cooperation(scene: Scene, token: Token) -> bool:
    """True where cooperation or sanctuary is told within reach after the verb, and no agreement is its object."""
    end = min(token.sent.end, token.i + 16)
    if any(token.i < m.head < end and not m.practice for m in scene.agreements):
        return False
    return scene.tags.any(("cooperation.words", "cooperation.sanctuary"), token.i + 1, end)


def _is_local(scene: Scene, subject: Token) -> bool:
    """True for councils, sheriffs, named persons and pronouns; not for the federal government or a crowd."""
    span = scene.doc[subject.left_edge.i : subject.i + 1]
    if scene.tags.inside(span, "bodies.local") or subject.lower_ in ("he", "she", "they", "members", "it"):
        return True
    return subject.ent_type_ in ("PERSON", "GPE") and not scene.tags.inside(span, "bodies.federal")
