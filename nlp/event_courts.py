"""Suits, rulings and settlements on cooperation, detainers and agreements."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Span, Token

from nlp.action_claims import Claim, Scene
from nlp.action_syntax import is_passive, is_verb, subject_of
from nlp.modality import read

_PROPOSING = frozenset(
    ["consider", "weigh", "mull", "urge", "ask", "seek", "could", "may", "might", "explore", "want", "threaten"]
)
_ALLEGING = frozenset(
    ["accuse", "allege", "claim", "argue", "challenge", "contend", "charge", "assert", "target", "say", "ask", "seek"]
)
_ANYBODYS = frozenset({"decision", "opinion", "judgment", "dismissal"})  # nouns of rulings and of much else
_NO_SUITS = frozenset({"petition", "appeal", "complaint", "complaints", "petitions"})  # told of letters and calls too
_COMING = frozenset(["plan", "will", "intend", "vow", "promise", "expect", "pledge", "prepare"])


FOLLOWING = 3  # sentences after one about a case that may go on about it without naming a party
BRIEF = 700  # tokens of a story that is about one case throughout


def court_claims(scene: Scene) -> Iterator[Claim]:
    """Every suit, ruling and settlement with a local party or on cooperation."""
    spoken = -FOLLOWING
    for n, sentence in enumerate(scene.sentences):
        near = n - spoken <= FOLLOWING
        if scene.tags.inside(sentence, "courts.off_topic") or not (near or _on_subject(scene, sentence)):
            continue
        for rule in (_ruling, _suit, _settlement):
            claim = rule(scene, sentence)
            if claim is not None:
                spoken = n
                yield claim


def _on_subject(scene: Scene, sentence: Span) -> bool:
    """A local party, a policy or an agreement on cooperation stands in the sentence of a topical document."""
    if not scene.topical:
        return False
    if (
        (scene.acted and len(scene.doc) < BRIEF)
        or scene.agreements_in(sentence)
        or scene.tags.inside(sentence, "cooperation.sanctuary", "type.detainer", "courts.parties")
    ):
        return True
    low, high = sentence.start_char, sentence.end_char
    if scene.tags.inside(sentence, "courts.sue_verbs", "courts.judges") and scene.tags.inside(
        sentence, "cooperation.words"
    ):
        return scene.tags.inside(sentence, "bodies.local")
    return any(m.government or scene.in_title(sentence[0]) for m in scene.places_in(low, high))


def _ruling(scene: Scene, sentence: Span) -> Claim | None:
    for token in sentence:
        if is_verb(token) and scene.tags.has(token, "courts.rule_verbs"):
            subject = subject_of(token)
            if subject is None or not is_judge(scene, subject) or is_passive(token):
                continue
            if read(token, scene.tags).mood not in ("future", "proposed"):  # "a judge must still approve the deal"
                return _claim(scene, "court_ruling", token, "occurred", 0.8, subject)
    for _, end in scene.tags.outermost("courts.ruling_nouns", sentence.start, sentence.end):
        claim = _ruling_noun(scene, scene.doc[end - 1])
        if claim is not None:
            return claim
    return None


def is_judge(scene: Scene, token: Token) -> bool:
    """True for "judge", "appeals court", "U.S. District Judge Ann Lee"; a Texas "county judge" is an executive."""
    words = scene.doc[max(token.sent.start, token.i - 6) : min(token.i + 5, token.right_edge.i + 1)]
    if not scene.tags.inside(words, "courts.judges"):
        return False
    near = words.text.lower()
    if any(
        w in near
        for w in (
            "commissioners court",
            "district attorney",
            "justice department",
            "criminal justice",
            "justice committee",
            "quorum court",
            "fiscal court",
            "county court",
            "immigration judge",
            "immigration court",
        )
    ):
        return False
    return "county judge" not in near or not _is_texan(scene)


def _is_texan(scene: Scene) -> bool:
    """In Texas a county judge is the head of the county's government."""
    place = scene.doc._.primary_place
    return place is not None and place.state == "TX"


def _ruling_noun(scene: Scene, noun: Token) -> Claim | None:
    """As in "The ruling was announced Monday", "won an injunction"; not "sought an injunction"."""
    if noun.lower_ in _ANYBODYS and not scene.tags.inside(noun.sent, "courts.judges"):
        return None
    verb = noun.head
    subject = subject_of(verb) if is_verb(verb) else None
    if noun.lower_ in _ANYBODYS and subject not in (None, noun) and not is_judge(scene, subject):
        return None  # "the sheriff announced the decision, as a former judge had advised"
    if not is_verb(verb) or scene.tags.has(verb, "courts.sue_verbs", "modality.desire", "modality.future"):
        return None
    if verb.lemma_ in (
        "issue",
        "grant",
        "win",
        "announce",
        "come",
        "block",
        "order",
        "hand",
        "deliver",
        "extend",
        "bar",
        "prohibit",
        "require",
    ):
        return _claim(scene, "court_ruling", verb, "occurred", 0.6, None)
    return None


def _suit(scene: Scene, sentence: Span) -> Claim | None:
    for token in sentence:
        if is_verb(token) and scene.tags.has(token, "courts.sue_verbs") and _starts(scene, token, "courts.sue_verbs"):
            subject = subject_of(token)
            if subject is not None and is_judge(scene, subject):
                continue
            return _suit_claim(scene, token, subject)
        if token.lemma_ in ("take", "haul", "drag", "bring") and is_verb(token) and _into_court(token):
            return _suit_claim(scene, token, subject_of(token))
    for _, end in scene.tags.outermost("courts.suit_nouns", sentence.start, sentence.end):
        claim = _suit_noun(scene, scene.doc[end - 1])
        if claim is not None:
            return claim
    return _suit_before(scene, sentence)


def _into_court(verb: Token) -> bool:
    """As in "took the sheriff to court", "hauled the county into federal court"."""
    after = [t.lower_ for t in verb.doc[verb.i + 1 : min(verb.sent.end, verb.i + 10)]]
    return any(a in ("to", "into", "before") and "court" in after[i + 1 : i + 3] for i, a in enumerate(after))


def _suit_before(scene: Scene, sentence: Span) -> Claim | None:
    """As in "It was filed in May", of a suit told in the sentence before."""
    for token in sentence[:6]:
        if token.lemma_ == "file" and is_passive(token) and sentence.start > 0:
            before = scene.doc[sentence.start - 1].sent
            subject = subject_of(token)
            if (
                subject is not None
                and subject.lower_ in ("it", "case")
                and scene.tags.inside(before, "courts.suit_nouns")
            ):
                return _claim(scene, "lawsuit_filed", token, "occurred", 0.65, None)
    return None


def _starts(scene: Scene, token: Token, concept: str) -> bool:
    return bool(scene.tags.matches(concept, token.i, token.i + 1))


def _suit_claim(scene: Scene, token: Token, subject: Token | None) -> Claim | None:
    reading = read(token, scene.tags)
    if reading.negated or _lets_sue(scene, reading.operators):
        return None
    if reading.mood == "plain" and any(
        t.lower_ in ("plan", "plans", "intend", "intends")
        for t in scene.doc[max(token.sent.start, token.i - 3) : token.i]
    ):
        reading.mood = "future"
    status = _status(reading.mood, {t.lemma_.lower() for t in reading.operators})
    weight = 0.75 if subject is not None else 0.55
    claim = _claim(scene, "lawsuit_filed", token, status, weight, subject)
    claim.perfect = reading.perfect
    return claim


def _lets_sue(scene: Scene, operators: list[Token]) -> bool:
    """As in "a bill that would let the attorney general sue cities": a measure, no suit."""
    lets = [t for t in operators if is_verb(t) and t.lemma_ in ("let", "allow", "permit", "enable", "authorize")]
    subjects = [s for t in lets if (s := subject_of(t)) is not None]
    return any(scene.tags.has(s, "objects.policy", "vehicle.words") for s in subjects)


def _status(mood: str, operators: set[str]) -> str:
    if mood == "vehicle":
        return "announced" if "plan" in operators else "proposed"
    if operators & {"expect"} or mood == "proposed":
        return "proposed"
    return "announced" if mood == "future" else "occurred"


def _suit_noun(scene: Scene, noun: Token) -> Claim | None:
    """As in "The lawsuit was filed Tuesday", "filed suit", "considering legal action"."""
    if any(c.lower_ == "no" for c in noun.children):
        return None
    filed = next((c for c in noun.children if c.dep_ == "acl" and c.lemma_ in ("file", "bring", "lodge")), None)
    if filed is not None and noun.lower_ not in _NO_SUITS and filed.tag_ in ("VBN", "VBD"):
        return _claim(scene, "lawsuit_filed", filed, "occurred", 0.65, None)
    verb = noun.head
    for _ in range(4):
        if is_verb(verb) or verb.head.i == verb.i:
            break
        verb = verb.head
    if not is_verb(verb):
        return None
    lemma = verb.lemma_.lower()
    if scene.tags.has(verb, "courts.file_verbs") and lemma != "announce":
        return _suit_claim(scene, verb, None if is_passive(verb) else subject_of(verb))
    if _is_alleging(scene, noun, verb):
        return _claim(scene, "lawsuit_filed", verb, "occurred", 0.6, None)
    if lemma in _PROPOSING:
        return _claim(scene, "lawsuit_filed", verb, "proposed", 0.65, subject_of(verb))
    if lemma in _COMING:
        return _claim(scene, "lawsuit_filed", verb, "announced", 0.55, subject_of(verb))
    return None


def _is_alleging(scene: Scene, noun: Token, verb: Token) -> bool:
    """As in "A lawsuit accuses the sheriff of", "the suit, which alleges": a suit that speaks has been filed."""
    return noun.dep_ == "nsubj" and noun.lower_ not in _NO_SUITS and verb.lemma_.lower() in _ALLEGING


def _settlement(scene: Scene, sentence: Span) -> Claim | None:
    court = scene.tags.inside(sentence, "courts.suit_nouns", "courts.sue_verbs")
    for token in sentence:
        if not is_verb(token) or not _starts(scene, token, "courts.settle_verbs"):
            continue
        if token.lemma_ == "pay" and not (court and scene.tags.inside(sentence, "courts.settle_nouns")):
            continue
        if token.lemma_ in ("settle", "resolve") or court or scene.tags.inside(sentence, "courts.settle_nouns"):
            reading = read(token, scene.tags)
            if reading.mood == "future" and not reading.operators and "pay" in (token.lemma_, token.head.lemma_):
                reading.mood = "plain"  # "will pay $125,000 to settle": the terms of one reached
            return _claim(
                scene,
                "settlement",
                token,
                {"future": "announced", "proposed": "proposed"}.get(reading.mood, "occurred"),
                0.7,
                subject_of(token),
            )
    if court or scene.tags.inside(sentence, "courts.case_nouns"):
        closed = next((t for t in sentence if is_verb(t) and _closes_case(scene, t)), None)
        if closed is not None:
            return _claim(scene, "settlement", closed, "occurred", 0.65, None)
    for _, end in scene.tags.outermost("courts.settle_nouns", sentence.start, sentence.end):
        noun = scene.doc[end - 1]
        reached = next(
            (c for c in noun.children if c.dep_ == "acl" and c.lemma_ in ("reach", "announce", "sign", "approve")), None
        )
        if reached is not None:
            return _claim(scene, "settlement", reached, "occurred", 0.65, None)
        if noun.head.lower_ == "under" and any(t.lemma_ in ("pay", "agree", "change") for t in sentence):
            return _claim(scene, "settlement", noun, "occurred", 0.65, None)  # "will pay $90,000 under a settlement"
        verb = noun.head if is_verb(noun.head) else noun.head.head
        if is_verb(verb) and verb.lemma_ in (
            "reach",
            "approve",
            "announce",
            "sign",
            "agree",
            "accept",
            "receive",
            "end",
        ):
            return _claim(scene, "settlement", verb, "occurred", 0.7, subject_of(verb))
    return None


def _closes_case(scene: Scene, verb: Token) -> bool:
    """As in "a deal that ends a three-year-old case", "agreed to new rules to resolve the suit"."""
    if verb.lemma_.lower() not in ("end", "resolve", "close", "conclude", "drop"):
        return False
    case = next((c for c in verb.children if c.dep_ == "dobj"), None)
    if case is None or not scene.tags.has(case, "courts.suit_nouns", "courts.case_nouns"):
        return False
    before = scene.doc[verb.sent.start : verb.i]
    return any(t.lower_ in ("deal", "agreement", "agreed", "accord", "pact", "terms", "paid", "pay") for t in before)


def _claim(scene: Scene, kind: str, token: Token, status: str, weight: float, subject: Token | None) -> Claim:
    part = {"lawsuit_filed": "sued", "court_ruling": "decided"}.get(kind, "decided")
    return Claim(type=kind, status=status, trigger=token, weight=weight, subject=subject, part=part)
