"""What is left out: passing mentions, and readings that another event of the same story already tells."""

from __future__ import annotations

from datetime import date

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
_CONDEMNING = frozenset({"condemn", "denounce", "blast", "slam", "decry", "defy", "criticize", "complain"})
CONTEXT_DAYS = 5
LOWEST = 0.4  # surest reading below which an event is only a passing mention


def sift(scene: Scene, groups: list[Group]) -> list[Group]:
    """The groups that are events of their own."""
    if not scene.topical:
        return []
    told = [g for g in groups if _is_told(g) and not _is_another_cause(scene, g) and not _only_headline(g, groups)]
    _age_protests(told)
    return [g for g in told if not _told_by_another(scene, g, told)]


def _age_protests(groups: list[Group]) -> None:
    """A protest days before the newest one is told as context."""
    protests = [g for g in groups if g.best.claim.type == "protest" and g.status in ("occurred", "ongoing")]
    dates = {id(g): date.fromisoformat(g.date()[0]) for g in protests if g.date()[0] and g.date()[1] == "day"}
    newest = max(dates.values(), default=None)
    for group in protests:
        if id(group) in dates and (newest - dates[id(group)]).days >= CONTEXT_DAYS:
            for told in group.members:
                told.status = "background"


def _is_told(group: Group) -> bool:
    best = group.best
    return best.place is not None and max(t.claim.weight for t in group.members) >= max(LOWEST, SUPPORT + 0.01)


def _only_headline(group: Group, groups: list[Group]) -> bool:
    """A headline's act of a family of which the text tells another at the same place."""
    family = group.best.claim.type.split("_")[0]
    if not all(t.in_title for t in group.members) or family not in ("agreement", "policy"):
        return False
    return any(
        g is not group and _place(g) == _place(group) and g.best.claim.type.startswith(("agreement", "policy"))
        for g in groups
    )


def _is_another_cause(scene: Scene, group: Group) -> bool:
    """A protest of years ago whose sentences do not say that it was about immigration."""
    if group.best.claim.type != "protest" or group.status != "background" or group.date()[1] != "year":
        return False
    return not any(
        scene.mentions_topic(t.claim.sentence) or scene.agreements_in(t.claim.sentence) for t in group.members
    )


def _told_by_another(scene: Scene, group: Group, groups: list[Group]) -> bool:
    others = [g for g in groups if g is not group and _place(g) == _place(group)]
    kind, status = group.best.claim.type, group.status
    if kind == "agreement_expired" and status != "background":
        return any(g.best.claim.type == "agreement_terminated" and g.status != "background" for g in others)
    if kind == "agreement_proposed" and status == "proposed":
        return any(g.best.claim.type in _SETTLED and g.status != "background" and _agrees(g, group) for g in others)
    if kind == "policy_proposed" and status == "proposed":
        return any(g.best.claim.type in _POLICY_SETTLED and g.status not in ("background",) for g in others)
    if kind.startswith("data_access"):  # for access where no agreement is named
        return any(g.best.claim.type.startswith("agreement") and g.agreement_type() == "data_sharing" for g in others)
    if kind == "public_meeting":
        return group.best.claim.weight < 0.65 and not any(
            g.best.claim.type.startswith(("agreement", "policy")) for g in groups
        )
    if kind == "official_statement":
        return _is_part(scene, group, others) or _is_the_telling(group, others)
    return False


def _is_the_telling(group: Group, others: list[Group]) -> bool:
    """As in "we no longer hold anyone for ICE, the sheriff said": the words tell an event of another kind."""
    told = {t.claim.sentence.start for t in group.members}
    kinds = ("facility_", "enforcement_operation", "investigation")
    return any(
        g.best.claim.type.startswith(kinds) and told <= {t.claim.sentence.start for t in g.members} for g in others
    )


def _place(group: Group) -> str | None:
    return group.best.place.id if group.best.place else None


def _agrees(a: Group, b: Group) -> bool:
    one, two = a.agreement_type(), b.agreement_type()
    return not one or not two or one[:4] == two[:4]


def _is_part(scene: Scene, group: Group, others: list[Group]) -> bool:
    """A position taken on a decision of one's own government is part of it, unless it defies or condemns it."""
    if any(
        t.claim.trigger.lemma_.lower() in _CONDEMNING or scene.tags.inside(t.claim.sentence, "statements.defying")
        for t in group.members
    ):
        return False
    return any(
        g.best.claim.type.startswith(("agreement", "policy"))
        and g.status in ("occurred", "announced", "proposed", "denied")
        for g in others
    )
