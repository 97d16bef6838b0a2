"""What is done to agreements: signed, renewed, ended, kept, turned down.

An act of the ontology (a verb or a noun) meets its object (a mention found by `nlp/agreements.py`); the modality of
the act decides between the codebook's types: "voted not to renew" ends an agreement, "voted against ending" keeps it.
"""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Span, Token

from nlp.action_claims import Claim, Scene
from nlp.action_syntax import CLAUSE_EDGES, RELATIVES, is_negated, is_passive, is_verb, subject_of
from nlp.agreements import AgreementMention
from nlp.event_courts import is_judge
from nlp.modality import Reading, read
from nlp.votes import read_votes

REACH = 16  # tokens from a verb to the noun of its object
ACTS = ("end", "renew", "sign", "modify", "suspend", "expire", "reject", "keep", "propose", "approve", "repeal")
_HAVING = "agreements.keep_having"
_ACT_NOUNS = tuple(f"act.{name}.noun" for name in ("end", "renew", "suspend", "expire", "modify", "reject", "sign"))
_INTRANSITIVE = frozenset({"end", "cease", "terminate", "fail", "pass", "die", "advance"})
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
_PLAIN = {
    "plain": "occurred",
    "decided": "occurred",
    "future": "announced",
    "vehicle": "proposed",
    "proposed": "proposed",
}
_NOT = {
    "plain": "occurred",
    "decided": "occurred",
    "future": "announced",
    "vehicle": "proposed",
    "proposed": "proposed",
    "refused": "occurred",
}
_DENIED = {
    "plain": "denied",
    "future": "denied",
    "refused": "denied",
    "proposed": None,
    "vehicle": None,
    "decided": "denied",
}


def agreement_claims(scene: Scene) -> Iterator[Claim]:
    """Every act on an agreement that the document tells."""
    for sentence in scene.sentences:
        mentions = scene.agreements_in(sentence)
        found = [claim for token in sentence for claim in _acts_at(scene, token, mentions)] if mentions else []
        found += implied_claims(scene, sentence, found)
        if found:
            scene.acted[sentence.start] = found
        yield from found


def _acts_at(scene: Scene, token: Token, mentions: list[AgreementMention]) -> Iterator[Claim]:
    renting = scene.tags.has(token, "agreements.practice_verbs") and token.lemma_.lower() in ("lease", "rent")
    practice = next((m for m in mentions if m.practice and m.head == token.i), None)
    if practice is not None and renting and is_negated(token):
        yield Claim("agreement_rejected", "occurred", token, 0.6, practice, subject_of(token), part="decided")
        return
    if practice is not None and _given_up(scene, token):
        claim = _claim(scene, token, "end", practice)
        if claim is not None:
            yield claim
        return
    act = act_of(scene, token)
    if act is None:
        return
    mention = object_of(scene, token, mentions) if is_verbal(scene, token) else _nominal_object(scene, token, mentions)
    if mention is None or token.i == mention.head or (is_verb(token) and _through_noun(scene, token, mention)):
        return
    claim = _claim(scene, token, act, mention)
    if claim is not None:
        yield claim


def _given_up(scene: Scene, verb: Token) -> bool:
    """ "will no longer hold immigrants for ICE"; a jail that now holds none has closed to them (`event_data`)."""
    ahead = any(c.lower_ in ("will", "'ll", "would") for c in verb.children)
    return _no_longer(verb) and (ahead or not scene.tags.has(verb, "facilities.emptied"))


def _through_noun(scene: Scene, verb: Token, mention: AgreementMention) -> bool:
    """ "approved the termination of the contract", "rejected a contract extension": the noun tells the act."""
    low, high = sorted((verb.i, mention.head))
    near = [*scene.doc[low + 1 : high], *scene.doc[mention.head + 1 : min(verb.sent.end, mention.head + 3)]]
    nouns = [t for t in near if t.pos_ == "NOUN" and t.i != verb.i]
    return any(scene.tags.has(t, *_ACT_NOUNS) and _nominal_object(scene, t, [mention]) for t in nouns)


def act_of(scene: Scene, token: Token) -> str | None:
    """The act that `token` names, None for none; verbs by their verb forms, nouns by their noun forms."""
    concepts = scene.tags.at(token.i)
    if is_verbal(scene, token):
        if f"{_HAVING}" in concepts and _no_longer(token):
            return "end"
        return next((a for a in ACTS if f"act.{a}.verb" in concepts and _starts(scene, token, f"act.{a}.verb")), None)
    for name in ("end", "renew", "suspend", "expire", "sign", "modify", "reject", "propose", "keep"):
        if f"act.{name}.noun" in concepts or f"act.{name}.adjective" in concepts:
            return name
    return None


def _no_longer(token: Token) -> bool:
    return any(t.lower_ == "longer" for t in token.doc[max(token.sent.start, token.i - 3) : token.i])


def _starts(scene: Scene, token: Token, concept: str) -> bool:
    """True where a match of `concept` begins at `token`: in "opt out", "opt" tells the act and "out" does not."""
    return bool(scene.tags.matches(concept, token.i, token.i + 1))


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


def object_in(scene: Scene, verb: Token, heads: list[int], practices: set[int] = frozenset()) -> int | None:
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
    between = verb.doc[verb.i + 1 : head]
    if not practice and _is_anothers_object(verb, head):
        return True
    for token in between:
        if token.text in CLAUSE_EDGES or token.lower_ in RELATIVES or token.lower_ in _CUTS:
            return True
        if is_verb(token) and token.tag_ not in ("VBN", "VBG") and token.dep_ not in _NOMINAL:
            return True
        if token.tag_ == "VBG" and act_of(scene, token) and not practice:
            return True
    if practice:
        return any(t.pos_ == "VERB" for t in between)
    return _hangs_on_other_noun(scene, between)


def _hangs_on_other_noun(scene: Scene, between: Span) -> bool:
    """ "canceling a meeting on 287(g)", "accepted an audit of the program": the noun before is the object."""
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
    """ "filed suit challenging its agreement": the noun is the object of the nearer verb."""
    owner = verb.doc[head].head
    return verb.i < owner.i < head and owner.pos_ == "VERB" and verb.doc[head].dep_ in ("dobj", "obj")


def _passive_subject(verb: Token, heads: list[int]) -> int | None:
    if not is_passive(verb):
        return None
    return _in_phrase(subject_of(verb), heads, verb)


def _intransitive_subject(scene: Scene, verb: Token, heads: list[int]) -> int | None:
    """ "The contract ends", "the agreement lapsed"."""
    if act_of(scene, verb) != "expire" and verb.lemma_.lower() not in _INTRANSITIVE:
        return None
    subject = subject_of(verb)
    return _in_phrase(subject, heads, verb) if subject is not None and subject.dep_ != "poss" else None


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
    """ "the contract that the board ended", "a contract ended in May"."""
    if verb.dep_ not in ("relcl", "acl") or verb.tag_ == "VBG":
        return None
    if any(c.dep_ == "dobj" and c.lower_ == "which" for c in verb.children):
        return max((h for h in heads if h < verb.i), default=None)
    if verb.dep_ == "relcl" and any(c.dep_ == "nsubj" and c.lower_ in ("that", "which", "who") for c in verb.children):
        return None
    if any(c.dep_ == "dobj" and c.lower_ not in ("that", "which") for c in verb.children):
        return None
    return verb.head.i if verb.head.i in heads else None


def _nominal_object(scene: Scene, noun: Token, mentions: list[AgreementMention]) -> AgreementMention | None:
    """ "termination of the contract", "contract extension", "withdrawal from 287(g)"."""
    for mention in mentions:
        gap = mention.head - noun.i
        if noun.dep_ in ("acomp", "attr") and gap < 0 and subject_of(noun.head) == noun.doc[mention.head]:
            return mention
        if gap in (-1, -2) and not any(is_verb(t) for t in noun.doc[mention.head : noun.i]):
            return mention
        if (
            0 < gap <= 9
            and noun.doc[noun.i + 1].lower_ in ("of", "from", "to", "in", "for")
            and not _cut_off(scene, noun, mention.head, mention.practice)
        ):
            return mention
        if gap == 1 and "adjective" in " ".join(scene.tags.at(noun.i)):
            return mention
    return None


def _claim(scene: Scene, token: Token, act: str, mention: AgreementMention) -> Claim | None:
    reading = read(token, scene.tags)
    act = _renamed(scene, token, act, mention, reading)
    votes = read_votes(token.sent.text)
    if votes and votes[0] == votes[1] and reading.mood in ("plain", "proposed", "vehicle", "decided"):
        reading.mood, reading.negated = "decided", True  # a tie fails
    outcome = outcome_of(act, reading)
    if outcome is None or (mention.practice and act not in ("end", "suspend", "expire", "keep", "renew", "modify")):
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


def _is_standing(scene: Scene, token: Token, mention: AgreementMention) -> bool:
    """ "to discuss the city's contract": an agreement somebody has is not being proposed."""
    noun = scene.doc[mention.head]
    words = [t.lower_ for t in scene.doc[max(noun.sent.start, noun.i - 6) : noun.i]]
    owned = any(w in ("its", "their", "his", "her", "'s", "’s", "existing", "current") for w in words)
    looked_at = token.lemma_.lower() in ("review", "examine", "study", "discuss", "debate", "evaluate", "look")
    owned = owned or (looked_at and bool({"the", "this", "that"} & set(words)))
    return owned and not {"new", "proposed", "draft", "possible", "potential"} & set(words)


def _is_standing_law(scene: Scene, token: Token) -> bool:
    """ "a state law that ends their agreements" tells of the law, not of an ending."""
    noun = token.head
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
    """ "an order that stops ICE from holding detainees" is a policy."""
    return any(scene.tags.has(t, "objects.policy") for t in reading.operators)


def _is_lone_vote(scene: Scene, token: Token, subject: Token | None) -> bool:
    """ "only one member voted for the agreement" tells how the vote went, not that it passed."""
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
        if is_passive(word) and word.dep_ != "acl":
            by = next((c for c in word.children if c.dep_ == "agent"), None)
            actor = next(iter(by.children), None) if by is not None else None
            if actor is not None:
                return actor
            continue
        subject = subject_of(word)
        if (
            subject is not None
            and subject.pos_ in ("NOUN", "PROPN", "PRON")
            and subject.lower_ not in ("that", "which")
        ):
            return subject
    return None


def _renamed(scene: Scene, token: Token, act: str, mention: AgreementMention, reading: Reading) -> str:
    """The act as the codebook sorts it: approving an extension renews, approving an agreement signs."""
    if reading.no_longer and act in ("sign", "keep", "renew"):
        reading.negated = False
        return "end"
    if act in ("approve", "repeal"):
        act = "end" if act == "repeal" else "sign"
    return act


def outcome_of(act: str, reading: Reading) -> tuple[str, str] | None:
    """The codebook's type and status of an act so told, None where no event is told."""
    mood, negated = reading.mood, reading.negated
    if mood == "opposed":
        return None
    if act == "end":
        return _ended(mood, negated)
    if act == "renew":
        return _told("agreement_terminated", _NOT, mood) if negated else _told("agreement_renewed", _PLAIN, mood)
    if act == "sign":
        return _signed(mood, negated)
    if act == "reject":
        return None if negated else _told("agreement_rejected", _PLAIN, mood)
    if act == "keep":
        return _kept(mood, negated)
    if act == "propose":
        return None if negated else ("agreement_proposed", "proposed")
    kind = {"modify": "agreement_modified", "suspend": "agreement_suspended", "expire": "agreement_expired"}[act]
    return _told(kind, _DENIED if negated else _PLAIN, mood)


def _ended(mood: str, negated: bool) -> tuple[str, str] | None:
    if negated and mood in ("decided", "vehicle"):
        return ("agreement_kept", "occurred") if mood == "decided" else None
    return _told("agreement_terminated", _DENIED if negated else _PLAIN, mood)


def _signed(mood: str, negated: bool) -> tuple[str, str] | None:
    if negated:
        if mood == "plain":
            return None  # "has not signed", "never approved": nothing happened
        return _told("agreement_rejected", _NOT, mood)
    if mood in ("proposed", "vehicle"):
        return "agreement_proposed", "proposed"
    return _told("agreement_signed", _PLAIN, mood)


def _kept(mood: str, negated: bool) -> tuple[str, str] | None:
    if negated:
        return _told("agreement_terminated", _NOT, mood)
    return ("agreement_kept", "occurred") if mood in ("plain", "future", "decided") else None


def _told(kind: str, statuses: dict[str, str | None], mood: str) -> tuple[str, str] | None:
    status = statuses.get(mood)
    return (kind, status) if status else None


def implied_claims(scene: Scene, sentence: Span, found: list[Claim]) -> list[Claim]:
    """Acts whose object is told before or not at all: "gave notice", "have ended theirs", "whether to take part"."""
    known = _spoken_of(scene, sentence)
    if known is None or scene.in_title(sentence[0]):
        return []
    notice = scene.tags.outermost("notice.words", sentence.start, sentence.end)
    if scene.agreements_in(sentence) and not notice:
        return []
    for token in sentence:
        act = _implied_act(scene, token, bool(notice))
        if act is None or any(c.subject == subject_of(token) or abs(c.trigger.i - token.i) < 4 for c in found):
            continue
        claim = _claim(scene, token, act, known)
        if claim is not None and claim.subject is not None and _is_party(scene, claim.subject):
            claim.weight, claim.implied = 0.55, True
            return [claim]
    return _only_practice(scene, sentence) if not found else []


def _only_practice(scene: Scene, sentence: Span) -> list[Claim]:
    """ "will hold only detainees convicted of violent crimes": the terms change."""
    for mention in scene.agreements_in(sentence):
        verb = scene.doc[mention.head]
        if mention.practice and verb.i + 1 < sentence.end and verb.nbor(1).lower_ == "only":
            claim = _claim(scene, verb, "modify", mention)
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
    following = token.doc[token.i + 1 : min(token.sent.end, token.i + 3)]
    if any(t.lower_ in ("theirs", "its own", "one") for t in following):
        return act_of(scene, token)
    for act in ("end", "sign", "propose", "reject"):
        if scene.tags.matches(f"implied.{act}", token.i, token.i + 1):
            return act
    return None


def _is_party(scene: Scene, subject: Token) -> bool:
    """True for a public body, an official or a place; the federal side and crowds do not count."""
    words = scene.doc[subject.left_edge.i : min(subject.right_edge.i, subject.i + 4) + 1]
    if scene.tags.inside(words, "bodies.crowd") and not scene.tags.inside(words, "bodies.local"):
        return False
    official = any(p.kind == "official" and any(s <= subject.idx < e for s, e in p.spans) for p in scene.doc._.people)
    return official or scene.tags.inside(words, "bodies.local", "implied.parties") or subject.ent_type_ == "GPE"
