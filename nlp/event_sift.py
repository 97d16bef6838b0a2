"""What is left out: passing mentions, and readings that another event of the same story already tells."""

from __future__ import annotations

from nlp.action_claims import Scene
from nlp.event_merge import Group
from nlp.event_protests import SUPPORT

_SETTLED = (
    "agreement_signed",
    "agreement_renewed",
    "agreement_terminated",
    "agreement_rejected",
    "agreement_kept",
    "agreement_modified",
)
_POLICY_SETTLED = ("policy_adopted", "policy_rejected", "policy_repealed")
LOWEST = 0.4  # surest reading below which an event is only a passing mention


def sift(scene: Scene, groups: list[Group]) -> list[Group]:
    """The groups that are events of their own."""
    if not scene.topical:
        return []
    told = [
        g
        for g in groups
        if g.best.claim.weight > SUPPORT and g.best.claim.weight >= LOWEST and g.best.place is not None
    ]
    return [g for g in told if not _told_by_another(g, told)]


def _told_by_another(group: Group, groups: list[Group]) -> bool:
    others = [g for g in groups if g is not group and _place(g) == _place(group)]
    kind, status = group.best.claim.type, group.status
    if kind == "agreement_expired" and status != "background":
        return any(g.best.claim.type == "agreement_terminated" and g.status != "background" for g in others)
    if kind == "agreement_proposed" and status == "proposed":
        return any(g.best.claim.type in _SETTLED and g.status != "background" and _agrees(g, group) for g in others)
    if kind == "policy_proposed" and status == "proposed":
        return any(g.best.claim.type in _POLICY_SETTLED and g.status not in ("background",) for g in others)
    if kind == "official_statement":
        return _is_part(group, others)
    return False


def _place(group: Group) -> str | None:
    return group.best.place.id if group.best.place else None


def _agrees(a: Group, b: Group) -> bool:
    one, two = a.agreement_type(), b.agreement_type()
    return not one or not two or one[:4] == two[:4]


def _is_part(group: Group, others: list[Group]) -> bool:
    """A statement by somebody who decided or voted is part of that decision."""
    speakers = {a.name for a in group.actors()}
    deciding = [g for g in others if g.best.claim.type.startswith(("agreement", "policy")) and g.status != "background"]
    return any(speakers & {a.name for a in g.actors()} for g in deciding)
