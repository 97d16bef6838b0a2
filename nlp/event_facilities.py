"""Detention sites that open, take their first immigration detainees, empty and close."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Span, Token

from nlp.action_claims import Claim, Scene
from nlp.action_syntax import is_negated, is_verb, subject_of
from nlp.modality import read

_STATUS = {
    "plain": "occurred",
    "decided": "announced",
    "future": "announced",
    "proposed": "proposed",
    "vehicle": "proposed",
}
_RECEIVING = frozenset({"receive", "accept", "welcome", "take"})
_TIED = frozenset({"immigration", "immigrant", "immigrants", "ice", "migrant", "migrants", "deportation", "detention"})
_HELD = ("objects.detainees", "facilities.held", "facilities.loads", "facilities.foreign")
_ALONE = frozenset({"everyone", "everybody", "no", "nobody", "all", "still"})
_BEING = frozenset({"be", "have", "hold", "house", "keep", "remain", "leave"})
_BEGINNING = frozenset({"begin", "start", "resume"})
_STATES = (("facilities.closed_states", "facility_closed"), ("facilities.open_states", "facility_opened"))


def facility_claims(scene: Scene) -> Iterator[Claim]:
    """Every opening and closing."""
    if not scene.topical:
        return
    for sentence in scene.sentences:
        if sentence.start in scene.ruled:
            continue
        claim = facility_claim(scene, sentence)
        if claim is not None:
            yield claim


def facility_claim(scene: Scene, sentence: Span) -> Claim | None:
    """What the sentence tells of a detention site, None for nothing."""
    if not _concerns_detainees(scene, sentence) or _is_private(scene, sentence):
        return None
    for rule in (_emptied, _moved, _facility, _state, _now_holds):
        claim = rule(scene, sentence)
        if claim is not None:
            return claim
    return None


def _concerns_detainees(scene: Scene, sentence: Span) -> bool:
    return scene.tags.inside(
        sentence, "party.ICE", "party.CBP", "objects.detainees", "party.DHS", "relevance.strong", "facilities.foreign"
    ) or _own_site(scene, sentence)


def _is_private(scene: Scene, sentence: Span) -> bool:
    """True where a prison company acts and no local or state body is named: no local agreement."""
    company = scene.tags.inside(sentence, "bodies.companies", "party.GEO Group", "party.CoreCivic")
    return company and not scene.acted and not scene.tags.inside(sentence, "facilities.publics")


def _own_site(scene: Scene, words: Span) -> bool:
    """True for a site that its own words tie to immigration: "the immigration camp", "ICE's new lockup"."""
    if scene.tags.inside(words, "facilities.own"):
        return True
    for start, _ in scene.tags.matches("facilities.nouns", words.start, words.end):
        if any(t.lower_ in _TIED for t in scene.doc[max(words.start, start - 3) : start]):
            return True
    return False


def _emptied(scene: Scene, sentence: Span) -> Claim | None:
    """As in "The jail no longer keeps people for ICE", "now holds no ICE detainees"."""
    if not scene.tags.inside(sentence, "facilities.nouns"):
        return None
    for start, _ in scene.tags.outermost("objects.detainees", sentence.start, sentence.end):
        if any(t.lower_ in ("no", "zero") for t in scene.doc[max(sentence.start, start - 2) : start]):
            near = reversed(list(scene.doc[max(sentence.start, start - 5) : start]))
            verb = next((t for t in near if is_verb(t)), None)
            if verb is not None and verb.lemma_ in _BEING and not {c.lower_ for c in verb.children} & {"will", "would"}:
                return Claim("facility_closed", "occurred", verb, 0.65, subject=subject_of(verb), part="announced")
    for start, end in scene.tags.outermost("facilities.emptied", sentence.start, sentence.end):
        token = scene.doc[end - 1]
        verb = token if is_verb(token) else token.head
        if any(t.lower_ in ("will", "to", "would", "could") for t in scene.doc[max(sentence.start, start - 2) : start]):
            return None
        ice = scene.tags.inside(sentence, "party.ICE", "objects.detainees", "party.DHS")
        if ice and _is_site(scene, subject_of(verb), start, sentence):
            return Claim("facility_closed", "occurred", token, 0.75, subject=subject_of(verb), part="announced")
    return None


def _moved(scene: Scene, sentence: Span) -> Claim | None:
    """The first who come and the last who go: "the last detainee left the jail", "a first busload pulled in"."""
    if not scene.tags.inside(sentence, "facilities.nouns", "facilities.own"):
        return None
    for token in sentence:
        if not is_verb(token) or is_negated(token):
            continue
        goes, comes = scene.tags.has(token, "facilities.leave_verbs"), scene.tags.has(token, "facilities.come_verbs")
        if not (goes or comes):
            continue
        who = _movers(scene, token)
        if token.dep_ in ("acl", "relcl") or any(t.lower_ == "among" for words in who for t in words):
            continue
        if goes and any(_all_of(scene, words) for words in who):
            kind = "facility_closed"
        elif comes and who and (_first(scene, token, who) or _begins(token)):
            kind = "facility_opened"
        else:
            continue
        claim = _claim(scene, kind, token, 0.7)
        if claim is not None:
            return claim
    return None


def _movers(scene: Scene, verb: Token) -> list[Span]:
    """The words of the subject and object of `verb` that are people held for immigration enforcement."""
    low = max(verb.sent.start, verb.i - 16)
    subject = subject_of(verb)
    led = subject is not None and subject.i < verb.i
    before = scene.doc[max(low, subject.left_edge.i) : verb.i] if led else scene.doc[low : verb.i]
    after = scene.doc[verb.i + 1 : min(verb.sent.end, verb.i + 9)]
    return [words for words in (before, after) if len(words) and scene.tags.inside(words, *_HELD)]


def _all_of(scene: Scene, words: Span) -> bool:
    """As in "the last ICE detainees", "the 90 men still held there"; not "last week"."""
    for start, end in scene.tags.matches("facilities.all_of", words.start, words.end):
        near = (start, min(words.end, end + 5))
        alone = scene.doc[start].lower_ in _ALONE
        if scene.doc[min(end, len(scene.doc) - 1)].ent_type_ != "DATE" and (alone or scene.tags.any(_HELD, *near)):
            return True
    return False


def _first(scene: Scene, verb: Token, who: list[Span]) -> bool:
    """As in "the first busload arrived", "spent their first night"."""
    near = scene.doc[verb.i + 1 : min(verb.sent.end, verb.i + 5)]
    return any(scene.tags.inside(words, "facilities.first_of") for words in (*who, near) if len(words))


def _begins(verb: Token) -> bool:
    """As in "began filling", "started arriving"."""
    return verb.tag_ in ("VBG", "VB") and verb.head.lemma_.lower() in _BEGINNING


def _is_site(scene: Scene, subject: Token | None, start: int, sentence: Span) -> bool:
    if subject is not None:
        phrase = scene.doc[subject.left_edge.i : subject.right_edge.i + 1]
        if scene.tags.inside(phrase, "facilities.nouns") or scene.tags.inside(phrase, "objects.detainees"):
            return True
    return scene.tags.any(["facilities.nouns"], sentence.start, start)


def _facility(scene: Scene, sentence: Span) -> Claim | None:
    for token in sentence:
        if not is_verb(token):
            continue
        opens, closes = (scene.tags.matches(f"facilities.{k}_verbs", token.i, token.i + 1) for k in ("open", "close"))
        if not (opens or closes) or not _acts_on_site(scene, token):
            continue
        claim = _claim(scene, "facility_closed" if closes else "facility_opened", token, 0.6)
        if claim is not None:
            return claim
    return None


def _now_holds(scene: Scene, sentence: Span) -> Claim | None:
    """As in "ICE is now keeping 60 men in a wing of the county jail"."""
    for token in sentence:
        if token.lower_ != "now" or not is_verb(token.head) or is_negated(token.head):
            continue
        verb = token.head
        after = scene.doc[verb.i + 1 : min(sentence.end, verb.i + 14)]
        holds = scene.tags.has(verb, "agreements.practice_verbs") and scene.tags.inside(after, *_HELD)
        fewer = any(t.lower_ in ("no", "only", "zero", "fewer") for t in after[:4])
        if (
            not fewer
            and holds
            and verb.tag_ in ("VBG", "VBZ", "VBP")
            and scene.tags.inside(sentence, "facilities.nouns")
        ):
            return _claim(scene, "facility_opened", verb, 0.55)
    return None


def _state(scene: Scene, sentence: Span) -> Claim | None:
    """A site that is told to be open or closed by an idiom: "went dark", "is up and running", "shut its doors"."""
    for concept, kind in _STATES:
        for start, _ in scene.tags.outermost(concept, sentence.start, sentence.end):
            verb = next((t for t in (scene.doc[start], scene.doc[start].head) if is_verb(t)), None)
            site = scene.doc[max(sentence.start, start - 24) : start]
            if verb is None or not scene.tags.inside(site, "facilities.nouns", "facilities.own"):
                continue
            claim = _claim(scene, kind, verb, 0.6)
            if claim is not None:
                return claim
    return None


def _claim(scene: Scene, kind: str, verb: Token, weight: float) -> Claim | None:
    reading = read(verb, scene.tags)
    status = _STATUS.get(reading.mood)
    if reading.negated or status is None:
        return None
    coming = verb.tag_ == "VBG" and any(t.lower_ in ("is", "are") for t in verb.children)
    if coming and status == "occurred" and kind == "facility_closed":
        status = "announced"  # "is shutting its doors at the end of the month"
    return Claim(
        kind,
        status,
        verb,
        weight,
        subject=subject_of(verb),
        operators=reading.operators,
        perfect=reading.perfect,
        part="decided",
    )


def _acts_on_site(scene: Scene, verb: Token) -> bool:
    """The site is what opens, or what is opened; where detainees are received, the site receives its first."""
    subject = subject_of(verb)
    site = subject is not None and scene.tags.has(subject, "facilities.nouns")
    after = scene.doc[verb.i + 1 : min(verb.sent.end, verb.i + 16)]
    if verb.lemma_ in _RECEIVING:
        held = scene.tags.inside(after, "objects.detainees", "facilities.held")
        if _begins(verb):
            held = held or any(t.lower_ in ("people", "men", "women", "inmates") for t in after[:4])
        first = any(t.lower_ in ("first", "initial") for t in after) or _begins(verb)
        return held and first and (site or _is_local(scene, subject))
    if verb.lemma_ in _BEGINNING:  # "the county began housing detainees"
        sends = scene.is_federal(subject) and scene.tags.inside(after, "facilities.nouns")
        return (site or _is_local(scene, subject) or sends) and scene.tags.inside(after, "objects.detainees")
    objects = [c for c in verb.children if c.dep_ in ("dobj", "nsubjpass")]
    if site and objects and objects[0].i > verb.i and not scene.tags.has(objects[0], "facilities.nouns"):
        return False  # "closed its visiting room"
    return site or any(scene.tags.has(o, "facilities.nouns") for o in objects)


def _is_local(scene: Scene, subject: Token | None) -> bool:
    return subject is not None and (subject.ent_type_ == "GPE" or scene.tags.has(subject, "bodies.local"))


__all__ = ["facility_claim", "facility_claims"]
