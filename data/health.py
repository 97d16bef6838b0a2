"""How each outlet fares from crawl to crawl, and which of them broke, judged against its own last fourteen days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from data.archive import now

if TYPE_CHECKING:
    from data.archive import Archive

BASELINE_DAYS = 14
HISTORY_DAYS = 3 * BASELINE_DAYS  # how far back a quiet spell is followed, and its baseline before it
NEW_UNTIL = 3  # earlier crawls below which there is nothing to judge by
FEW_PAGES = 5  # story pages below which nothing follows from all of them failing
CHANCE = 0.001  # a quiet spell less probable than this is no coincidence
BROKEN = ("failing", "blocked", "silent")  # the verdicts of an outlet that needs a look, the plainest first
_PASSED_OVER = ("not_modified", "redirect")  # outcomes of pages that were not read anew


@dataclass(frozen=True, slots=True)
class SourceCrawl:
    """One crawl at one outlet: a row of `source_health`.

    `outcome` is read (its listings named stories), unchanged (the server said that nothing is new), empty (they named
    none), refused or failed; `detail` tells why. `at` is an ISO timestamp in UTC, `articles` the pages that gave one,
    `refused` the listings and pages that turned us away.
    """

    source_id: str
    at: str
    outcome: str
    links: int = 0
    fetched: int = 0
    articles: int = 0
    kept: int = 0
    failures: int = 0
    refused: int = 0
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an outlet's crawls amount to: ok, new, silent, failing, blocked or unvisited, and why.

    `since` is the first crawl of the present spell (ISO timestamp), `fresh` whether it is the last one.
    """

    source_id: str
    name: str
    verdict: str
    reason: str
    since: str | None = None
    fresh: bool = False

    @property
    def broken(self) -> bool:
        """Whether someone should look at it."""
        return self.verdict in BROKEN


_COLUMNS = tuple(f.name for f in fields(SourceCrawl))


# --- recording ---------------------------------------------------------------------------------------------------


class Listings(Protocol):
    """What the crawler tells of one outlet's listings and refusals; see `crawler.counts.ListingCounts`."""

    read: int
    unchanged: int
    broken: int
    resting: int
    refused: int
    links: int
    pages_refused: int
    trouble: str


def record_crawl(
    archive: Archive,
    pages: Mapping[str, Mapping[str, int]],
    listings: Mapping[str, Listings],
    *,
    complete: bool = True,
    at: str | None = None,
) -> int:
    """Store how the newest crawl in `runs` fared at each outlet; returns how many outlets it tells of.

    `pages` has the page outcomes of each source id, `listings` what its listings gave. An outlet that the crawl did
    not come to gets no row, nor, where the crawl was stopped early (`complete` false), one that it may not have got
    through. Raises ValueError before the first crawl.
    """
    run = archive.last_run("crawl")
    if run is None:
        raise ValueError("no crawl has been recorded yet")
    moment = at or now()
    crawls = [
        source_crawl(source_id, moment, pages.get(source_id, {}), listings[source_id]) for source_id in sorted(listings)
    ]
    told = [crawl for crawl in crawls if crawl and (complete or crawl.articles or crawl.outcome != "read")]
    with archive.writing():
        archive.db["source_health"].insert_all(({"run_id": run["id"]} | asdict(crawl) for crawl in told), replace=True)
    return len(told)


def source_crawl(source_id: str, at: str, pages: Mapping[str, int], listings: Listings) -> SourceCrawl | None:
    """One crawl at one outlet out of the crawler's figures; None where it was not reached."""
    if not (listings.read or listings.unchanged or listings.broken or listings.resting):
        return None
    outcome, detail = _outcome(listings, pages)
    return SourceCrawl(
        source_id,
        at,
        outcome,
        links=listings.links,
        fetched=sum(pages.values()),
        articles=_articles(pages),
        kept=pages.get("kept", 0),
        failures=listings.broken + pages.get("failed", 0) + pages.get("http_error", 0),
        refused=listings.refused + listings.pages_refused + pages.get("robots", 0),
        detail=detail or None,
    )


def _articles(pages: Mapping[str, int]) -> int:
    return pages.get("kept", 0) + pages.get("irrelevant", 0)


def _outcome(listings: Listings, pages: Mapping[str, int]) -> tuple[str, str]:
    if not (listings.read or listings.unchanged):
        return ("refused" if listings.refused else "failed"), listings.trouble
    tried = sum(number for outcome, number in pages.items() if outcome not in _PASSED_OVER)
    robots = pages.get("robots", 0)
    if tried >= FEW_PAGES and listings.pages_refused + robots >= tried:
        why = "robots.txt forbids them" if robots >= tried else "turned away or shown a wall"
        return "refused", f"all {tried} story pages refused: {why}"
    if tried >= FEW_PAGES and not _articles(pages):
        return "failed", f"none of {tried} story pages gave a story: {_told(pages)}"
    if listings.links:
        return "read", listings.trouble
    return ("unchanged" if listings.unchanged else "empty"), listings.trouble


def _told(pages: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {outcome.replace('_', ' ')}" for outcome, number in sorted(pages.items()))


# --- judging -----------------------------------------------------------------------------------------------------


def judge(crawls: Sequence[SourceCrawl]) -> tuple[str, str]:
    """Verdict and reason on the last of an outlet's crawls, given in the order of time, from those before it.

    Failing and blocked are what the last crawl met; the reason says how the fourteen days before went. Silent is an
    outlet whose listings name no stories where they mostly did, or that has had nothing new for so long that, by the
    share of its crawls that found something in the fourteen days before, chance would bring it once in a thousand
    times. Its weekends are in that share, so that a paper without a Sunday edition is not silent on Mondays.
    That all story pages failed stands until a crawl asks for one again: links that are dead are asked for once.
    """
    *earlier, last = _telling(crawls)
    before = _window(earlier, last.at)
    if last.outcome in ("failed", "refused"):
        verdict = "failing" if last.outcome == "failed" else "blocked"
        return verdict, f"{last.detail or 'no reason told'} ({_record(before)})"
    if len(before) < NEW_UNTIL:
        return "new", f"{len(before) + 1} crawl{'s' if before else ''} so far"
    if last.outcome == "empty" and (reason := _emptied(before)):
        return "silent", reason
    if reason := _dried_up(crawls):
        return "silent", reason
    return "ok", last.detail or f"{last.links} links, {last.fetched} pages"


def _telling(crawls: Sequence[SourceCrawl]) -> Sequence[SourceCrawl]:
    """The crawls without those at the end that asked for no page after one whose pages all failed."""
    end = len(crawls)
    while end > 1 and _is_well(crawls[end - 1]) and not crawls[end - 1].fetched:
        end -= 1
    last = crawls[end - 1]
    return crawls[:end] if last.outcome in ("failed", "refused") and last.fetched >= FEW_PAGES else crawls


def _window(crawls: Sequence[SourceCrawl], end: str) -> list[SourceCrawl]:
    """The crawls of the fourteen days before `end`."""
    begin = datetime.fromisoformat(end) - timedelta(days=BASELINE_DAYS)
    return [crawl for crawl in crawls if datetime.fromisoformat(crawl.at) >= begin]


def _is_well(crawl: SourceCrawl) -> bool:
    return crawl.outcome in ("read", "unchanged", "empty")


def _record(before: Sequence[SourceCrawl]) -> str:
    if not before:
        return "the first crawl"
    return f"{sum(map(_is_well, before))} of {len(before)} crawls before went well"


def _emptied(before: Sequence[SourceCrawl]) -> str:
    """Why listings without stories are a fault, empty where the outlet is often like that."""
    well = [crawl for crawl in before if _is_well(crawl)]
    full = sum(crawl.outcome in ("read", "unchanged") for crawl in well)
    return (
        f"its listings name no stories, where {full} of {len(well)} crawls found some" if full * 2 > len(well) else ""
    )


def _dried_up(crawls: Sequence[SourceCrawl]) -> str:
    """Why a spell without new pages is no coincidence, empty where it may be one."""
    well = [crawl for crawl in crawls if _is_well(crawl)]
    found = [number for number, crawl in enumerate(well) if crawl.articles]
    quiet = well[found[-1] + 1 :] if found else []
    if not quiet:
        return ""
    before = _window(well[: found[-1] + 1], quiet[0].at)
    busy = sum(crawl.articles > 0 for crawl in before)
    share = busy / (len(before) + 1)  # one more, so that few crawls prove little
    if len(before) < NEW_UNTIL or (1 - share) ** len(quiet) >= CHANCE:
        return ""
    return f"no new story in {len(quiet)} crawls, where {busy} of {len(before)} before found some"


def verdicts(archive: Archive) -> list[Verdict]:
    """The present verdict on every outlet of the registry as last synced, by id."""
    histories = _histories(archive)
    return [_verdict(source.id, source.name, histories.get(source.id, [])) for source in archive.sources()]


def _histories(archive: Archive) -> dict[str, list[SourceCrawl]]:
    newest = archive.db.execute("SELECT max(at) FROM source_health").fetchone()[0]
    histories: dict[str, list[SourceCrawl]] = {}
    if newest is None:
        return histories
    begin = (datetime.fromisoformat(newest) - timedelta(days=HISTORY_DAYS)).isoformat(timespec="seconds")
    query = f"SELECT {', '.join(_COLUMNS)} FROM source_health WHERE at >= ? ORDER BY at, run_id"
    for row in archive.db.execute(query, [begin]):
        crawl = SourceCrawl(*row)
        histories.setdefault(crawl.source_id, []).append(crawl)
    return histories


def _verdict(source_id: str, name: str, crawls: list[SourceCrawl]) -> Verdict:
    if not crawls:
        return Verdict(source_id, name, "unvisited", f"no crawl came to it in {HISTORY_DAYS} days")
    verdict, reason = judge(crawls)
    if verdict not in BROKEN:
        return Verdict(source_id, name, verdict, reason, crawls[-1].at)
    first = len(crawls) - 1
    while first and judge(crawls[:first])[0] in BROKEN:
        first -= 1
    return Verdict(source_id, name, verdict, reason, crawls[first].at, fresh=first == len(crawls) - 1)
