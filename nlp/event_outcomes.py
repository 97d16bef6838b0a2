"""The codebook's type and status of an act on an agreement, by the way it is told.

"Voted not to renew" ends an agreement, "voted against ending" keeps it, "will not sign" turns it down.
"""

from __future__ import annotations

from nlp.modality import Reading

# Status by mood: of an act told as done, of one told as not done, of an ending told as not coming.
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
        if negated:
            return ("agreement_rejected", "occurred") if mood in ("decided", "refused") else None
        return "agreement_proposed", "proposed"
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
