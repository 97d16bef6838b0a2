"""How an act is told: as done, decided, coming, asked for, refused.

Read from the act outwards: each word that governs it ("voted to", "no plans to", "a bill that would") is an operator
that changes the reading made so far. "Rejected a proposal to end" is: end; proposed (proposal); decided and turned
round (rejected).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from spacy.tokens import Token

from nlp.action_lexicon import Tags
from nlp.action_syntax import auxiliaries, governors, is_infinitive, is_negated, is_verb, words_before

_LETTING = frozenset({"let", "allow", "permit", "enable"})
_STAFF = frozenset(
    {
        "attorney",
        "manager",
        "staff",
        "administrator",
        "clerk",
        "executive",
        "counsel",
        "director",
        "solicitor",
        "administration",
    }
)
_RULING = frozenset({"make", "force", "direct", "order", "instruct", *_LETTING})
_TELLING = frozenset({"tell", "argue", "insist", "wonder", "question"})
_NOTHING = {
    "fall": frozenset({"short", "flat", "through", "apart"}),
    "come": frozenset({"short", "nothing", "naught"}),
    "go": frozenset({"nowhere", "defeat"}),
    "meet": frozenset({"defeat"}),
    "suffer": frozenset({"defeat"}),
    "face": frozenset({"defeat"}),
}
_RANKS = frozenset(
    ["latest", "first", "second", "third", "fourth", "fifth", "newest", "only", "last", "sixth", "tenth"]
)
MOODS = ("plain", "decided", "future", "vehicle", "proposed", "refused", "opposed")


@dataclass(slots=True)
class Reading:
    """How an act is told.

    `mood` is one of MOODS; `negated` is True where the act is told as not done; `no_longer` marks "no longer";
    `perfect` marks the past perfect, which tells older events; `ahead` that some word of the chain looks to the
    future; `operators` are the governing words, nearest first.
    """

    mood: str = "plain"
    negated: bool = False
    no_longer: bool = False
    perfect: bool = False
    ahead: bool = False
    operators: list[Token] = field(default_factory=list)


def read_done(core: Token, noun: int) -> Reading | None:
    """A clause on the noun is told as done, whatever the sentence says next: "an order signed Friday bars", "under a
    law that passed in May, workers cannot"."""
    participle = core.dep_ == "acl" and core.tag_ in ("VBN", "VBD")
    past = core.dep_ == "relcl" and core.tag_ == "VBD" and not any(c.dep_ == "aux" for c in core.children)
    done = core.head.i == noun and (participle or past) and not is_negated(core)
    return Reading("decided") if done else None


def read(core: Token, tags: Tags) -> Reading:
    """The reading of the act told by `core`, a verb or a noun."""
    reading = Reading()
    _read_auxiliaries(core, reading)
    if is_negated(core):
        reading.negated = True
    before = words_before(core, 4)
    reading.no_longer = any(t.lower_ == "longer" for t in before)
    chain = _operators(core, tags)
    if any(
        c.lower_ in ("nobody", "none") and c.dep_ in ("nsubj", "nsubjpass")
        for w in (core, *(t for t, _ in chain))
        for c in w.children
    ):
        reading.mood = "opposed"  # "nobody voted to end it": nothing happened
    if not chain and is_infinitive(core) and reading.mood == "plain" and not _is_latest(core):
        wished = any(c.dep_ == "mark" and c.lower_ == "for" for c in core.children)  # "calls for the deal to be ended"
        reading.mood = "proposed" if wished else "future"  # "Sheriff to cut ties": an infinitive that nothing governs
    if reading.mood == "proposed" and _said_would(core, chain):
        reading.mood, reading.ahead = "future", True
    for token, kind in chain:
        _apply(reading, token, kind)
    return reading


def _is_latest(core: Token) -> bool:
    """As in "the latest county to join", "became the first to end it": an infinitive of what is done."""
    noun = core.head
    if core.dep_ not in ("relcl", "acl") or noun.pos_ not in ("NOUN", "PROPN", "ADJ", "NUM"):
        return False
    words = {c.lower_ for c in noun.children} | {noun.lower_}
    return bool(words & _RANKS) or any(w[:1].isdigit() and w.endswith(("st", "nd", "rd", "th")) for w in words)


def _said_would(core: Token, chain: list[tuple[Token, str]]) -> bool:
    """As in "said he would sue": the speaker's own "will", told in the past."""
    if not chain or chain[0][1] not in ("say", "future") or chain[0][0].tag_ not in ("VBD", "VBN"):
        return False
    subject = next((c for c in core.children if c.dep_ in ("nsubj", "nsubjpass")), None)
    speaks = subject is not None and subject.lower_ in ("he", "she", "they", "it", "we", "office", "county", "city")
    return speaks and any(a.lower_ in ("would", "'d") for a in auxiliaries(core))


def _read_auxiliaries(core: Token, reading: Reading) -> None:
    for aux in auxiliaries(core):
        word = aux.lower_
        if word in ("will", "'ll", "’ll", "wo", "shall"):
            reading.mood, reading.ahead = "future", True
        elif word in ("could", "may", "might", "would", "should", "must", "can", "ca", "ought"):
            reading.mood = "refused" if word in ("can", "ca") and is_negated(core) else "proposed"
        elif word == "had":
            reading.perfect = True


def _operators(core: Token, tags: Tags) -> list[tuple[Token, str]]:
    """Governing words with their kinds, nearest first: by the parse, else by word order."""
    chain = governors(core)
    found: list[tuple[Token, str]] = []
    below = core
    for token in chain:
        kind = kind_of(token, tags)
        if kind == "desire" and token.lemma_ in _TELLING and not is_infinitive(below):
            kind = "say"  # "told them that", not "told them to"
        if kind is None and below.head.i == token.i and _carries(token, below):
            kind = "let"
        below = token if is_verb(token) else below
        if is_verb(token) and tags.has(token, "act.end.verb") and found and found[-1][1] in ("vehicle", "future"):
            kind = "reject"  # "dropped plans to", "scrapped a proposal to"
        if kind:
            found.append((token, kind))
    if not {"against", "reject"} & {k for _, k in found} and _against_before(core):
        found.insert(0, (core, "against"))
    if any(kind != "say" for _, kind in found) or (core.dep_ == "ROOT" and not is_infinitive(core)):
        return found
    if not (is_infinitive(core) or core.tag_ == "VBG"):
        return found
    near = [(t, kind) for t in words_before(core) if (kind := kind_of(t, tags)) and t.i < core.i - 1]
    return near[:2] or found


def _carries(token: Token, below: Token) -> bool:
    """As in "may let ICE use it", "his first act will be to end it": the act is as sure as the letting, the being."""
    if below.dep_ not in ("xcomp", "ccomp", "acomp") or below.tag_ != "VB" or not is_verb(token):
        return False
    return token.lemma_ in _LETTING or (token.lemma_ == "be" and is_infinitive(below))


def _against_before(core: Token) -> bool:
    return any(t.lower_ == "against" for t in words_before(core, 5))


def _orders_staff(token: Token) -> bool:
    """As in "a resolution directing the city attorney to end the deal": the body's own hand, so its own act."""
    after = [t.lower_ for t in token.doc[token.i + 1 : min(token.sent.end, token.i + 7)]]
    return bool(_STAFF & set(after[: after.index("to")] if "to" in after else after))


def kind_of(token: Token, tags: Tags) -> str | None:
    """What `token` does to an act that it governs, None for nothing."""
    if token.lower_ == "against":
        return None if tags.has(token, "modality.reject") else "against"
    if tags.has(token, "modality.refuse_nouns") or tags.has(token, "modality.can_not"):
        return "refuse"
    if not is_verb(token):
        return _noun_kind(token, tags)
    if _comes_to_nothing(token):
        return "reject"
    if token.lemma_ in _RULING and _is_rule(token, tags) and not _orders_staff(token):
        return "forbid"  # "a bill that would make sheriffs join", "an order directing the patrol to join": a policy
    for name in ("forbid", "postpone", "reject", "refuse", "decide", "desire", "future", "say"):
        if tags.has(token, f"modality.{name}"):
            return name
    if tags.has(token, "act.propose.verb"):
        return "desire"
    if tags.has(token, "act.approve.verb"):
        return "decide"
    return None


def _comes_to_nothing(verb: Token) -> bool:
    """As in "fell one vote short", "went down to defeat", "met with defeat"."""
    words = _NOTHING.get(verb.lemma_)
    return words is not None and any(t.lower_ in words for t in verb.doc[verb.i + 1 : min(verb.sent.end, verb.i + 5)])


def _votes_against(verb: Token) -> bool:
    """As in "voted 5-0 against letting ICE in", where a tally parts the two words."""
    after = verb.doc[verb.i + 1 : min(verb.sent.end, verb.i + 7)]
    against = next((t.i for t in after if t.lower_ == "against"), None)
    return against is not None and any(t.like_num for t in verb.doc[verb.i + 1 : against])


def _is_rule(verb: Token, tags: Tags) -> bool:
    subject = next((c for c in verb.children if c.dep_ == "nsubj"), None)
    if verb.dep_ == "acl" or (subject is not None and subject.lower_ in ("that", "which") and verb.dep_ == "relcl"):
        subject = verb.head
    return subject is not None and tags.has(subject, "objects.policy")


def _noun_kind(token: Token, tags: Tags) -> str | None:
    if tags.has(token, "modality.decide_nouns"):
        return "vote" if token.lemma_.lower() == "vote" else "decide"
    if tags.has(token, "vehicle.words"):
        return "vehicle"
    if token.lower_ == "about" and token.i + 1 < len(token.doc) and token.nbor(1).lower_ == "to":
        return "future"  # "is about to end it"
    if tags.has(token, "act.reject.noun"):
        return "reject"
    if token.lower_ in ("plans", "plan", "promise", "pledge", "vow", "intention", "intent"):
        return "future"
    return None


def _apply(reading: Reading, token: Token, kind: str) -> None:
    """Change `reading` by one governing word."""
    reading.operators.append(token)
    if kind == "let":  # "may let ICE use the jail": what is let is as sure as the letting
        _read_auxiliaries(token, reading)
        reading.negated = reading.negated != is_negated(token)
        return
    negated = is_negated(token)
    future = _is_future(token)
    reading.ahead = reading.ahead or future
    if any(a.lower_ == "had" for a in auxiliaries(token)):
        reading.perfect = True
    if kind == "forbid":  # what a rule forbids or demands of others is a policy
        reading.mood = "opposed"
    elif kind == "against":
        reading.negated = not reading.negated
        reading.mood = "opposed" if reading.mood == "plain" else reading.mood
    elif reading.mood == "opposed":
        if kind == "decide" and reading.negated and _votes_against(token):
            reading.mood = "decided"  # "voted 5-0 against letting ICE in"
    elif kind == "vehicle":
        reading.mood = "vehicle"
    elif kind in ("desire", "postpone"):
        reading.mood = "refused" if kind == "desire" and negated and token.lemma_ in ("want", "plan") else "proposed"
    elif kind == "refuse":
        reading.mood = "refused" if not negated else "proposed"
        reading.negated = True if not negated else reading.negated
    elif kind == "reject":
        _decide(reading, negated, future, flip=True)
    elif kind in ("decide", "vote"):
        _decide(reading, negated, future, flip=False)
    elif kind == "future":
        _promise(reading, negated)
    elif kind == "say" and reading.mood == "vehicle" and future:
        reading.mood = "proposed"


def _decide(reading: Reading, negated: bool, future: bool, flip: bool) -> None:
    if reading.mood == "opposed" or (reading.mood == "proposed" and not flip):
        return  # "voted to consider ending": still only considered
    if flip:
        reading.negated = not reading.negated
    if negated:
        reading.negated = not reading.negated
    reading.mood = "proposed" if future else "decided"


def _promise(reading: Reading, negated: bool) -> None:
    if negated:
        reading.negated, reading.mood = not reading.negated, "future"
    elif reading.mood in ("plain", "future"):
        reading.mood = "future"
    elif reading.mood == "decided":
        reading.mood = "proposed"


def _is_future(token: Token) -> bool:
    """True for "will vote", "would approve", "to vote", "could decide"."""
    words = {a.lower_ for a in auxiliaries(token)}
    if words & {"will", "'ll", "’ll", "would", "could", "may", "might", "should", "must"}:
        return True
    return is_verb(token) and is_infinitive(token)
