"""What is done to agreements: signed, renewed, ended, kept, turned down.

An act of the ontology (a verb or a noun) meets its object (a mention found by `nlp/agreements.py`); the modality of
the act decides between the codebook's types: "voted not to renew" ends an agreement, "voted against ending" keeps it.
"""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from nlp.action_claims import Claim, Scene
from nlp.action_light import is_longer
from nlp.action_objects import act_of, is_verbal, no_longer, nominal_object, object_of, through_noun
from nlp.action_syntax import governors, is_passive, is_verb, subject_of
from nlp.agreements import AgreementMention
from nlp.event_courts import is_judge
from nlp.event_implied import implied_claims
from nlp.event_outcomes import outcome_of
from nlp.event_unnamed import is_party, offer_claims
from nlp.modality import Reading, read, read_done
from nlp.votes import read_votes

_LETTING = frozenset({"let", "allow", "permit", "enable", "authorize"})
_AMOUNTS = frozenset({"beds", "detainees", "rate", "rates", "diem", "fee", "charge", "payment"})
_AGREEING = frozenset({"agree", "contract", "sign"})  # verbs that make an agreement of "hold detainees for ICE"


def agreement_claims(scene: Scene) -> Iterator[Claim]:
    """Every act on an agreement that the document tells."""
    for sentence in scene.sentences:
        mentions = scene.agreements_in(sentence)
        found = offer_claims(scene, sentence, _claim)
        if mentions and not found:
            found = [claim for token in sentence for claim in _acts_at(scene, token, mentions)]
        found += implied_claims(scene, sentence, found, _claim)
        if found:
            scene.acted[sentence.start] = found
        yield from found


def _acts_at(scene: Scene, token: Token, mentions: list[AgreementMention]) -> Iterator[Claim]:
    practice = next((m for m in mentions if m.practice and m.head == token.i), None)
    if practice is not None and _is_renting(scene, token):
        claim = _claim(scene, token, "sign", practice)
        if claim is not None:
            yield claim
        return
    if practice is not None and _given_up(scene, token):
        claim = _claim(scene, token, "end", practice)
        if claim is not None:
            yield claim
        return
    act = act_of(scene, token)
    if act is None:
        return
    mention = object_of(scene, token, mentions) if is_verbal(scene, token) else nominal_object(scene, token, mentions)
    if mention is None or token.i == mention.head or (is_verb(token) and through_noun(scene, token, mention)):
        return
    if act == "sign" and any(c.dep_ == "dobj" and _is_law(scene, c, mention) for c in token.children):
        return
    claim = _claim(scene, token, act, mention)
    if claim is not None:
        yield claim


def _is_renting(scene: Scene, verb: Token) -> bool:
    """True where space is rented to federal enforcement or let to it, by no act that ends or keeps the renting."""
    if not _rents(verb) or verb.tag_ in ("VBZ", "VBP"):
        return False
    before = verb.nbor(-1) if verb.i > verb.sent.start else verb
    return not any(scene.tags.has(before, f"act.{act}.verb") for act in ("keep", "end", "suspend", "renew"))


def _rents(verb: Token) -> bool:
    """As in "rent beds to ICE", "let ICE use the jail"."""
    return verb.lemma_.lower() in ("lease", "rent") or is_let(verb)


def is_let(verb: Token) -> bool:
    """True for "use" in "let ICE use the jail", "allowed the agency to use it"."""
    head = verb.head
    return verb.dep_ in ("ccomp", "xcomp") and head.i < verb.i and head.lemma_.lower() in _LETTING


def _is_law(scene: Scene, noun: Token, mention: AgreementMention) -> bool:
    """As in "signed a law on detention contracts": the law is signed, no contract."""
    return noun.i != mention.head and scene.tags.has(noun, "objects.policy")


def _given_up(scene: Scene, verb: Token) -> bool:
    """As in "will no longer hold immigrants for ICE"; a jail that now holds none has closed
    to them (`event_facilities`)."""
    ahead = any(c.lower_ in ("will", "'ll", "would") for c in verb.children)
    return no_longer(verb) and (ahead or not scene.tags.has(verb, "facilities.emptied"))


def _claim(scene: Scene, token: Token, act: str, mention: AgreementMention) -> Claim | None:
    reading = read_done(token, mention.head) or read(token, scene.tags)
    act = _renamed(scene, token, act, mention, reading)
    votes = read_votes(token.sent.text)
    if votes and votes[0] == votes[1] and act != "keep" and not _tie_broken(token):
        reading.mood, reading.negated = "decided", True  # a tie fails
    outcome = outcome_of(act, reading)
    if outcome == ("agreement_terminated", "denied") and votes and votes[0] != votes[1]:
        outcome = "agreement_kept", "occurred"  # refused by a vote
    above = [t for t in governors(token) if is_verb(t)]
    if any(scene.tags.has(t, "courts.sue_verbs") or _by_judge(scene, t) for t in above):
        return None  # "went to court to stop it", "must stop, a judge ordered"
    renting = _rents(scene.doc[mention.head])
    agreed = act == "sign" and token.lemma_.lower() in _AGREEING
    if outcome is None or (
        mention.practice
        and not (renting or agreed)
        and act not in ("end", "suspend", "expire", "keep", "renew", "modify")
    ):
        return None
    if mention.practice and act == "renew":
        outcome = (
            ("agreement_kept", "occurred")
            if outcome[0] == "agreement_renewed" and outcome[1] in ("occurred", "announced")
            else outcome
        )
    if _is_standing_law(scene, token) or (mention.practice and _by_policy(scene, reading)):
        return None
    if act == "keep" and mention.practice and scene.doc[mention.head].tag_ != "VBG":
        return None
    subject = agent(token, reading)
    if _is_lone_vote(scene, token, subject) or (subject is not None and is_judge(scene, subject)):
        return None
    if _is_private(scene, subject) or (scene.is_federal(subject) and _is_federal_only(scene, token, act, mention)):
        return None
    if act == "reject" and token.lemma_.lower() == "oppose" and (subject is None or not is_party(scene, subject)):
        return None  # "hundreds gather to oppose the deal"
    if act == "reject" and scene.doc[mention.head].lower_ in ("involvement", "participation", "relationship", "ties"):
        return None  # "denied involvement in the raids"
    if outcome == ("agreement_proposed", "proposed") and act == "propose" and _is_standing(scene, token, mention):
        return None
    kind, status = outcome
    weight = 0.5 + 0.2 * mention.linked + 0.1 * is_verb(token) + 0.1 * (reading.mood != "plain")
    return Claim(
        type=kind,
        status=status,
        trigger=token,
        weight=weight - 0.1 * (not scene.topical),
        agreement=mention,
        subject=subject,
        operators=reading.operators,
        perfect=reading.perfect,
        ahead=reading.ahead,
        part="sponsored" if status == "proposed" else "decided",
    )


def _is_federal_only(scene: Scene, token: Token, act: str, mention: AgreementMention) -> bool:
    """True where a federal act has no local partner: "the president signed a memorandum", "ICE keeps detaining"."""
    if mention.practice and act != "end":
        return True
    sentence = token.sent
    local = scene.tags.inside(sentence, "bodies.local", "facilities.nouns")
    placed = any(m.government for m in scene.places_in(sentence.start_char, sentence.end_char))
    return not (local or placed) and (act != "end" or not mention.linked)


def _is_private(scene: Scene, subject: Token | None) -> bool:
    """A prison company's own contract with ICE is no local agreement."""
    if subject is None:
        return False
    if subject.lower_ in ("it", "they") and is_verb(subject.head) and is_verb(subject.head.head):
        subject = subject_of(subject.head.head) or subject  # "the company said it had signed"
    words = scene.doc[subject.left_edge.i : min(subject.right_edge.i + 1, subject.i + 6)]
    return scene.tags.inside(
        words, "party.GEO Group", "party.CoreCivic", "party.LaSalle Corrections", "bodies.companies"
    ) and not scene.tags.inside(words, "bodies.local")


def _is_standing(scene: Scene, token: Token, mention: AgreementMention) -> bool:
    """As in "to discuss the city's contract": an agreement somebody has is not being proposed."""
    noun = scene.doc[mention.head]
    words = [t.lower_ for t in scene.doc[max(noun.sent.start, noun.i - 6) : noun.i]]
    owned = any(w in ("its", "their", "his", "her", "'s", "’s", "existing", "current") for w in words)
    looked_at = token.lemma_.lower() in ("review", "examine", "study", "discuss", "debate", "evaluate", "look")
    owned = owned or (looked_at and bool({"the", "this", "that"} & set(words)))
    return owned and not {"new", "proposed", "draft", "possible", "potential"} & set(words)


def _is_standing_law(scene: Scene, token: Token) -> bool:
    """As in "a state law that ends their agreements" tells of the law, not of an ending."""
    noun = token.head
    if token.dep_ in ("relcl", "acl") and noun.lower_ in ("legislation", "bill"):
        after = token.doc[token.i + 1 : min(token.sent.end, token.i + 4)]
        return any(t.lower_ in ("every", "all", "any", "local", "such") for t in after)
    return token.dep_ in ("relcl", "acl") and noun.lower_ in (
        "law",
        "laws",
        "rule",
        "statute",
        "act",
        "provision",
        "policy",
    )


def _by_policy(scene: Scene, reading: Reading) -> bool:
    """As in "an order that stops ICE from holding detainees" is a policy."""
    return any(scene.tags.has(t, "objects.policy") for t in reading.operators)


def _is_lone_vote(scene: Scene, token: Token, subject: Token | None) -> bool:
    """As in "just one trustee voted for the deal" tells how the vote went, not that it passed."""
    if subject is None:
        return False
    words = {t.lower_ for t in scene.doc[subject.left_edge.i : subject.i + 1]}
    before = scene.doc[max(token.sent.start, subject.left_edge.i - 1)].lower_
    return (
        bool(words & {"only", "one", "lone"})
        and (before in ("only", "just") or "only" in words)
        and scene.tags.has(token, "modality.decide")
    )


def agent(token: Token, reading: Reading) -> Token | None:
    """Who does it: the subject of the act, else of the nearest word that governs it."""
    for word in (token, *reading.operators):
        if is_let(word) and word.head in reading.operators:
            continue  # "let ICE use it" is done by whoever lets
        if is_passive(word) and word.dep_ != "acl":
            by = next((c for c in word.children if c.dep_ == "agent"), None)
            actor = next(iter(by.children), None) if by is not None else None
            if actor is not None:
                return actor
            continue
        subject = subject_of(word)
        if (
            subject is not None
            and subject not in reading.operators  # "no plans to end it": the plans do not end it
            and subject.pos_ in ("NOUN", "PROPN", "PRON")
            and subject.lower_ not in ("that", "which")
        ):
            return subject
    return None


def _by_judge(scene: Scene, verb: Token) -> bool:
    subject = next((c for c in verb.children if c.dep_ == "nsubj"), None)
    return subject is not None and is_judge(scene, subject)


def _tie_broken(token: Token) -> bool:
    """As in "deadlocked 4-4 until the mayor cast the deciding vote"."""
    words = {t.lower_ for t in token.sent}
    if words & {"deciding", "tiebreaking", "tiebreaker"}:
        return True
    return "tie" in words and bool(words & {"breaking", "broke", "broken"})


def _stopped(scene: Scene, token: Token) -> str | None:
    """As in "stopped taking part in the task force", "hit pause on joining": the act that governs the doing."""
    if token.tag_ != "VBG" or token.dep_ not in ("xcomp", "pcomp"):
        return None
    above = [token.head, token.head.head, token.head.head.head]
    verb = next((t for t in above if is_verb(t)), None)
    act = act_of(scene, verb) if verb is not None and verb.i < token.i else None
    return act if act in ("end", "suspend") else None


def _is_draft(scene: Scene, mention: AgreementMention) -> bool:
    """As in "scrapped a proposed contract", "killed a deal that would have put detainees in the jail"."""
    noun = scene.doc[mention.head]
    left = {t.lower_ for t in scene.doc[max(noun.sent.start, noun.i - 5) : noun.i]}
    right = [t.lower_ for t in scene.doc[noun.i + 1 : min(noun.sent.end, noun.i + 3)]]
    return bool(left & {"proposed", "planned", "prospective", "would-be"}) or right == ["that", "would"]


def _is_revised(scene: Scene, mention: AgreementMention) -> bool:
    """As in "approved revised contract terms", "signed an amended agreement"."""
    low = max(scene.doc[mention.head].sent.start, mention.head - 4)
    return any(t.lower_ in ("revised", "amended", "modified", "updated") for t in scene.doc[low : mention.head])


def _renamed(scene: Scene, token: Token, act: str, mention: AgreementMention, reading: Reading) -> str:
    """The act as the codebook sorts it: approving an extension renews, approving an agreement signs."""
    if reading.no_longer and act in ("sign", "keep", "renew"):
        reading.negated = False
        return "end"
    if act in ("sign", "keep") and (stop := _stopped(scene, token)):
        return stop
    if act == "end" and scene.doc[mention.head].lower_ in _AMOUNTS:
        return "modify"  # "cut the number of beds"
    if act == "end" and _is_draft(scene, mention):
        return "reject"
    if act in ("approve", "sign") and _is_revised(scene, mention):
        return "modify"
    if act == "sign" and is_longer([t.lower_ for t in token.doc[token.i : min(token.sent.end, token.i + 18)]]):
        return "renew"
    if act in ("approve", "repeal"):
        act = "end" if act == "repeal" else "sign"
    return act
