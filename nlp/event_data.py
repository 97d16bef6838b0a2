"""Detention sites that open and close, and access to data that is given and taken away."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Span, Token

from nlp.action_claims import Claim, Scene
from nlp.action_syntax import is_verb, subject_of
from nlp.modality import read

_STATUS = {
    "plain": "occurred",
    "decided": "announced",
    "future": "announced",
    "proposed": "proposed",
    "vehicle": "proposed",
}


def data_claims(scene: Scene) -> Iterator[Claim]:
    """Every opening, closing, grant and revocation."""
    if not scene.topical:
        return
    for sentence in scene.sentences:
        if sentence.start in scene.ruled:
            continue
        for rule in (_emptied, _filled, _facility, _access):
            claim = rule(scene, sentence)
            if claim is not None:
                yield claim
                break


def _emptied(scene: Scene, sentence: Span) -> Claim | None:
    """As in "The jail no longer keeps people for ICE", "the last ICE detainees left the jail"."""
    if not scene.tags.inside(sentence, "facilities.nouns"):
        return None
    for start, end in scene.tags.outermost("facilities.emptied", sentence.start, sentence.end):
        token = scene.doc[end - 1]
        verb = token if is_verb(token) else token.head
        if any(t.lower_ in ("will", "to", "would", "could") for t in scene.doc[max(sentence.start, start - 2) : start]):
            return None
        ice = scene.tags.inside(sentence, "party.ICE", "objects.detainees", "party.DHS")
        if ice and _is_site(scene, subject_of(verb), start, sentence):
            return Claim("facility_closed", "occurred", token, 0.75, subject=subject_of(verb), part="announced")
    return None


def _filled(scene: Scene, sentence: Span) -> Claim | None:
    """As in "the first busload of ICE detainees arrived at the jail"."""
    if not scene.tags.inside(sentence, "facilities.nouns") or not scene.tags.inside(
        sentence, "objects.detainees", "party.ICE"
    ):
        return None
    for start, _ in scene.tags.outermost("facilities.filled", sentence.start, sentence.end):
        verb = next((t for t in sentence if t.lemma_ in ("arrive", "come", "move", "reach") and is_verb(t)), None)
        if verb is not None and abs(verb.i - start) <= 12:
            mood = read(verb, scene.tags).mood
            return Claim("facility_opened", _STATUS.get(mood, "occurred"), verb, 0.65, part=None)
    return None


def _is_site(scene: Scene, subject: Token | None, start: int, sentence: Span) -> bool:
    if subject is not None:
        phrase = scene.doc[subject.left_edge.i : subject.right_edge.i + 1]
        if scene.tags.inside(phrase, "facilities.nouns") or scene.tags.inside(phrase, "objects.detainees"):
            return True
    return scene.tags.any(["facilities.nouns"], sentence.start, start)


def _facility(scene: Scene, sentence: Span) -> Claim | None:
    if not scene.tags.inside(sentence, "party.ICE", "objects.detainees", "party.DHS", "relevance.strong"):
        return None
    for token in sentence:
        if not is_verb(token):
            continue
        opens, closes = (scene.tags.matches(f"facilities.{k}_verbs", token.i, token.i + 1) for k in ("open", "close"))
        if not (opens or closes) or not _acts_on_site(scene, token, receives=token.lemma_ in _RECEIVING):
            continue
        reading = read(token, scene.tags)
        status = _STATUS.get(reading.mood)
        if reading.negated or status is None:
            continue
        kind = "facility_closed" if closes else "facility_opened"
        return Claim(
            kind,
            status,
            token,
            0.6,
            subject=subject_of(token),
            operators=reading.operators,
            perfect=reading.perfect,
            part="decided",
        )
    return None


_RECEIVING = frozenset({"receive", "accept", "welcome", "take"})


def _acts_on_site(scene: Scene, verb: Token, receives: bool) -> bool:
    """The site is what opens, or what is opened; where detainees are received, the site receives its first."""
    subject = subject_of(verb)
    site = subject is not None and scene.tags.has(subject, "facilities.nouns")
    if receives:
        after = scene.doc[verb.i + 1 : min(verb.sent.end, verb.i + 8)]
        return site and scene.tags.inside(after, "objects.detainees") and any(t.lower_ == "first" for t in after)
    if verb.lemma_ in ("begin", "start"):  # "the county began housing detainees"
        after = scene.doc[verb.i + 1 : min(verb.sent.end, verb.i + 8)]
        local = subject is not None and (site or subject.ent_type_ == "GPE" or scene.tags.has(subject, "bodies.local"))
        return local and scene.tags.inside(after, "objects.detainees")
    objects = [c for c in verb.children if c.dep_ in ("dobj", "nsubjpass")]
    return site or any(scene.tags.has(o, "facilities.nouns") for o in objects)


def _access(scene: Scene, sentence: Span) -> Claim | None:
    """ICE gains or loses access where no agreement is named."""
    if not scene.tags.inside(sentence, "party.ICE", "party.CBP", "party.DHS", "bodies.federal"):
        return None
    if sentence.start in scene.acted or any(_is_contract(scene, m.head) for m in scene.agreements_in(sentence)):
        return None
    for _, end in scene.tags.outermost("facilities.access_nouns", sentence.start, sentence.end):
        noun = scene.doc[end - 1]
        verb = _governing_verb(scene, noun)
        if verb is None:
            continue
        if (queried := _queried(scene, verb)) is not None:
            return queried
        revokes = scene.tags.has(verb, "facilities.revoke_verbs") or _shuts_out(verb)
        grants = scene.tags.has(verb, "facilities.grant_verbs")
        if not (revokes or grants) or not _is_access(scene, noun):
            continue
        reading = read(verb, scene.tags)
        status = _STATUS.get(reading.mood)
        if status is None:
            continue
        gone = revokes != reading.negated
        kind = "data_access_revoked" if gone or reading.no_longer else "data_access_granted"
        return Claim(
            kind,
            status,
            verb,
            0.55,
            subject=subject_of(verb),
            operators=reading.operators,
            perfect=reading.perfect,
            part="decided",
        )
    return None


def _shuts_out(verb: Token) -> bool:
    """As in "locked agents out of the camera system", "kicked ICE off the network"."""
    if verb.lemma_.lower() not in ("lock", "shut", "kick", "boot", "freeze", "cut", "keep", "take"):
        return False
    return any(t.lower_ in ("out", "off") for t in verb.doc[verb.i + 1 : min(verb.sent.end, verb.i + 7)])


def _queried(scene: Scene, verb: Token) -> Claim | None:
    """As in "ICE can no longer search the records", "agents can now look through the rosters"."""
    if not scene.tags.has(verb, "facilities.query_verbs") or not scene.is_federal(subject := subject_of(verb)):
        return None
    before = {t.lower_ for t in scene.doc[max(verb.sent.start, verb.i - 5) : verb.i]}
    able = bool(before & {"can", "able", "could"})
    if "longer" in before or (able and before & {"not", "n't", "unable"} and "anymore" in verb.sent.text):
        kind = "data_access_revoked"
    elif able and "now" in before:
        kind = "data_access_granted"
    else:
        return None
    status = "announced" if before & {"will", "'ll"} else "occurred"
    return Claim(kind, status, verb, 0.55, subject=subject, part="decided")


def _is_contract(scene: Scene, head: int) -> bool:
    """False for cameras and readers, which are what ICE has access to as often as what is contracted for."""
    return not scene.tags.has(scene.doc[head], "facilities.data_nouns", "facilities.access_nouns")


def _is_access(scene: Scene, noun: Token) -> bool:
    """Access to data, or the data itself; not access to a building or a road."""
    if noun.lower_ == "access":
        return scene.tags.inside(
            noun.doc[max(noun.sent.start, noun.i - 6) : min(noun.sent.end, noun.i + 12)], "facilities.data_nouns"
        )
    kept = noun.i > 0 and noun.nbor(-1).lower_ in (
        "driver",
        "dmv",
        "vehicle",
        "jail",
        "voter",
        "license",
        "police",
        "booking",
    )
    return noun.lower_ not in ("information", "records", "footage") or kept


def _governing_verb(scene: Scene, noun: Token) -> Token | None:
    """The nearest verb above that gives or takes away, else the nearest verb: "blocked ICE from searching records"."""
    token, verbs = noun, []
    for _ in range(5):
        token = token.head
        if is_verb(token):
            verbs.append(token)
    acting = [v for v in verbs if scene.tags.has(v, "facilities.grant_verbs", "facilities.revoke_verbs")]
    return next(iter(acting or verbs), None)
