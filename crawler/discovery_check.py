"""The verdict on one outlet of the registry, and what would mend its line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit

from crawler.canonical import belongs
from crawler.discovery import Answer, Choice, Judged, trouble, wall
from crawler.discovery_home import Home, Lead, vocabulary
from data.records import Source

API_KINDS = ("agenda", "records")  # their addresses are read by spiders of their own: here they need only answer
_WORD = re.compile(r"[^\W\d_]{4,}")
_COMMON = frozenset(
    ("news", "daily", "times", "post", "journal", "press", "home", "radio", "public", "media", "city", "county")
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one outlet fares. `state` is one of `crawler.discovery.SEVERITY`, `listings` are all its listings judged.

    `found` is what discovery would write instead where something is broken, `changes` the registry's columns that
    this would change (column -> new value).
    """

    source: Source
    state: str
    reason: str
    listings: tuple[Judged, ...] = ()
    found: Choice = field(default_factory=Choice)
    changes: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The verdict as plain values for JSON."""
        return {
            "id": self.source.id,
            "name": self.source.name,
            "state": self.source.state,
            "verdict": self.state,
            "reason": self.reason,
            "listings": [_plain(one) for one in self.listings],
            "found": [_plain(one) for one in self.found.all],
            "changes": self.changes,
        }


def _plain(judged: Judged) -> dict[str, Any]:
    told = asdict(judged)
    lead, links, newest = told.pop("lead"), told.pop("links"), told.pop("newest")
    return {
        "kind": lead["kind"],
        "address": lead["url"],
        **told,
        "stories": len(links),
        "newest": newest.isoformat() if newest else None,
    }


def stale_days(kind: str, asked: int | None = None) -> int:
    """Days after which the newest story of an outlet of this kind is too old; `asked` overrides the table."""
    told = vocabulary().stale_days
    return asked if asked is not None else told.get(kind, told["default"])


def listing_leads(source: Source) -> list[Lead]:
    """The registry's listings of the outlet; where there is none, its home page is its section page."""
    leads = [Lead("feed", url) for url in source.feeds]
    leads += [Lead("sitemap", source.sitemap)] if source.sitemap else []
    leads += [Lead("section", url) for url in source.sections]
    return leads or [Lead("section", f"https://{source.domain}/")]


def home_addresses(source: Source) -> list[str]:
    """Where the outlet's home page may be, likeliest first: the scheme of its listings, then the other."""
    told = [urlsplit(url) for url in (*source.feeds, source.sitemap, *source.sections) if url]
    own = [f"{parts.scheme}://{parts.netloc}/" for parts in told if parts.hostname == source.domain]
    return list(dict.fromkeys([*own[:1], f"https://{source.domain}/", f"http://{source.domain}/"]))


def answers(lead: Lead, answer: Answer) -> Judged:
    """The judgement on an address that only has to answer."""
    found = trouble(answer) or wall(answer)
    if found:
        return Judged(lead, lead.url, *found)
    if answer.moved_to:
        return Judged(lead, answer.moved_to, "moved", f"moved to {answer.moved_to}")
    return Judged(lead, lead.url, "ok", "answers")


def needs_rediscovery(source: Source, listings: Sequence[Judged], home: Answer) -> bool:
    """Whether looking around may find something better: a listing is broken, and the site lets us in."""
    if source.kind in API_KINDS or trouble(home) or wall(home):
        return False
    return any(one.state in ("dead", "empty", "stale") for one in listings) or bool(domain_moved(source, home))


def domain_moved(source: Source, home: Answer) -> str:
    """The new host where the home page has moved to another site for good, else ""."""
    if home.failure or home.status != 200 or not home.permanent or belongs(home.url, source.domain):
        return ""
    return (urlsplit(home.url).hostname or "").lower()


def verdict(
    source: Source, listings: Sequence[Judged], home: Answer, page: Home | None, found: Choice | None = None
) -> Verdict:
    """Sum up: an outlet is as well as its best listing, except that what has moved is told."""
    state, reason = _sum_up(source, listings, home)
    if found is not None and found.all and state != "ok":
        reason += f"; found {', '.join(one.url for one in found.all)}"
    changes = _changes(source, listings, home, page, found or Choice())
    return Verdict(source, state, reason[:1_000], tuple(listings), found or Choice(), changes)


def _sum_up(source: Source, listings: Sequence[Judged], home: Answer) -> tuple[str, str]:
    if new := domain_moved(source, home):
        return "moved", f"the home page has moved to {new}"
    moved = [one for one in listings if one.state == "moved"]
    if moved:
        return "moved", "; ".join(f"{one.lead.url} {one.reason}" for one in moved)
    good = [one for one in listings if one.state == "ok"]
    broken = [f"{one.lead.url}: {one.state}, {one.reason}" for one in listings if one.state != "ok"]
    if good:
        return "ok", "; ".join([max(good, key=lambda one: len(one.links)).reason, *broken])
    for state in ("blocked", "stale", "empty"):
        if any(one.state == state for one in listings):
            return state, "; ".join(broken)
    return "dead", _common_reason(listings) or "; ".join(broken)


def _common_reason(listings: Sequence[Judged]) -> str:
    reasons = {one.reason for one in listings}
    return reasons.pop() if len(reasons) == 1 and len(listings) > 1 else ""


def _changes(
    source: Source, listings: Sequence[Judged], home: Answer, page: Home | None, found: Choice
) -> dict[str, str]:
    """The columns that get better: a moved address becomes the new one, a broken one what was found in its place.

    A broken address stays where nothing at all was found: the outlet may come back. A new domain is taken over only
    where the page there goes by the outlet's name, for a lapsed domain leads anywhere.
    """
    new_domain = domain_moved(source, home)
    if new_domain and not (page and found.all and _same_name(source.name, page.name)):
        return {}
    domain = new_domain or source.domain
    told = {
        "feeds": _mended([one for one in listings if one.lead.kind == "feed"], found.feeds, found),
        "sitemap": _mended([one for one in listings if one.lead.kind == "sitemap"], _some(found.sitemap), found)[:1],
        "sections": _mended([one for one in listings if one.lead.kind == "section"], found.sections, found),
    }
    if not source.sections and not source.feeds and not source.sitemap and not found.all:
        return {}
    after = {"domain": domain} | {column: " ".join(urls) for column, urls in told.items()}
    before = {"domain": source.domain, "feeds": " ".join(source.feeds), "sitemap": source.sitemap}
    before["sections"] = " ".join(source.sections)
    return {column: value for column, value in after.items() if value != before[column]}


def _some(judged: Judged | None) -> tuple[Judged, ...]:
    return (judged,) if judged else ()


def _mended(listings: Sequence[Judged], found: Sequence[Judged], all_found: Choice) -> list[str]:
    kept = [one.url if one.reads else one.lead.url for one in listings if one.reads or one.state == "blocked"]
    broken = [one.lead.url for one in listings if not one.reads and one.state != "blocked"]
    fresh = [one.url for one in found]
    if broken and not all_found.all:
        return list(dict.fromkeys([*kept, *broken]))
    return list(dict.fromkeys([*kept, *fresh])) if broken or not listings else kept


def _same_name(one: str, other: str) -> bool:
    first, second = ({word.lower() for word in _WORD.findall(name)} - _COMMON for name in (one, other))
    return bool(first & second) if first else one.lower() in other.lower()
