"""Access to local data that federal enforcement is given, and that is taken away."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Span, Token

from nlp.action_claims import Claim, Scene
from nlp.action_syntax import is_verb, subject_of
from nlp.event_facilities import facility_claim
from nlp.modality import read

_STATUS = {
    "plain": "occurred",
    "decided": "announced",
    "future": "announced",
    "proposed": "proposed",
    "vehicle": "proposed",
}


def data_claims(scene: Scene) -> Iterator[Claim]:
    """Every grant and revocation."""
    if not scene.topical:
        return
    for sentence in scene.sentences:
        if sentence.start in scene.ruled:
            continue
        claim = None if facility_claim(scene, sentence) is not None else _access(scene, sentence)
        if claim is not None:
            yield claim


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
    revoking = [v for v in acting if scene.tags.has(v, "facilities.revoke_verbs")]
    return next(iter(revoking or acting or verbs), None)  # "turned off a setting that let agents search the readers"
