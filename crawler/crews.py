"""Which spider visits which sources: outlets, council calendars and federal lists, side by side in one process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from scrapy import Spider

from crawler.plan import Plan
from crawler.replay import ReplaySpider, Tape
from crawler.spiders import legistar, rosters
from crawler.spiders.outlets import OutletSpider


@dataclass(frozen=True, slots=True)
class Crew:
    """A spider and what it is made with. The plans of all crews share the archive, the counts and the WARC store."""

    spider: type[Spider]
    plan: Plan
    extras: dict[str, Any] = field(default_factory=dict)


def crews_of(plan: Plan, *, keep_roster: rosters.Keep | None, tokens: Mapping[str, str]) -> list[Crew]:
    """The crews of a crawl: none without sources, and one at least, so that a crawl of nothing ends as one of little.

    Federal lists are left out where nobody keeps them (`keep_roster` None); `tokens` are keys of Legistar clients.
    """
    own = (legistar.KIND, rosters.KIND)
    outlets = [source for source in plan.sources if source.kind not in own]
    agendas = [source for source in plan.sources if source.kind == legistar.KIND]
    lists = [source for source in plan.sources if source.kind == rosters.KIND and keep_roster]
    crews = [
        Crew(OutletSpider, replace(plan, sources=outlets)),
        Crew(legistar.LegistarSpider, replace(plan, sources=agendas), {"tokens": tokens}),
        Crew(rosters.RosterSpider, replace(plan, sources=lists), {"keep": keep_roster}),
    ]
    return [crew for crew in crews if crew.plan.sources] or crews[:1]


def replay_crew(plan: Plan, tape: Tape, *, strangers: bool) -> list[Crew]:
    """The one crew of a replay; see `crawler.replay`."""
    return [Crew(ReplaySpider, plan, {"tape": tape, "strangers": strangers})]
