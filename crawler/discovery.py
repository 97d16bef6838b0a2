"""Discovery: which addresses of an outlet may list its stories, what each is worth, which are chosen.

Nothing is fetched here: `crawler.spiders.discovery` brings the answers, this module judges them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urljoin, urlsplit

from crawler.articles import read_page
from crawler.canonical import belongs, host_of
from crawler.dates import url_date
from crawler.discovery_home import Home, Lead, joined, same_place, topic, vocabulary
from crawler.feeds import NotAFeedError, read_feed
from crawler.links import Link, Listing
from crawler.markup import decode, parse
from crawler.sections import read_section
from crawler.sitemaps import NotASitemapError, read_sitemap

SEVERITY = ("dead", "blocked", "moved", "empty", "stale", "ok")  # worst first
MAX_FEEDS = 3  # written for one outlet
MAX_SECTIONS = 3
MAX_NEARLY = 3  # told of what was not good enough
MAX_ROBOTS = 512_000  # bytes of robots.txt read: RFC 9309 asks for at least 500 KiB
MAX_ROBOTS_SITEMAPS = 8
MIN_SECTION_LINKS = 5  # a page with fewer stories is not taken for a section by discovery
GOOD = 2.0  # score from which a listing is worth having beside others
_NEW_SHARE = 0.2  # a further feed must bring this much that the chosen ones do not name
_REFUSED = frozenset({401, 403, 429, 451})
_NO_WALL = (None, "no_story", "no_markup", "too_large")  # what an honest listing may look like to a reader of stories
_GONE = ("not_found", "parked", "maintenance")  # kinds of walls behind which there is no outlet
_SITEMAP_LINE = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_FEED_TITLE = re.compile(rb"<title[^>]*>\s*(?:<!\[CDATA\[)?([^<\]]{1,300})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from `asked`: an HTTP answer found at `url`, or the reason why there was none (`failure`).

    `permanent` says that every redirect on the way was one for good (301 or 308). `refused` is true where we kept
    away ourselves: robots.txt forbids, or the host has turned us away too often.
    """

    asked: str
    url: str
    status: int = 0
    body: bytes = b""
    content_type: str = ""
    headers: str = ""
    permanent: bool = False
    failure: str = ""
    refused: bool = False

    @property
    def text(self) -> str:
        """The body as text."""
        charset = re.search(r"charset=[\"']?([\w-]+)", self.content_type)
        return decode(self.body, charset.group(1) if charset else None)

    @property
    def moved_to(self) -> str:
        """The new address where the page has moved to another host or path for good, else ""."""
        return self.url if self.permanent and not same_place(self.asked, self.url) else ""


@dataclass(frozen=True, slots=True)
class Judged:
    """One listing judged. `state` is one of SEVERITY, `url` the address to use from now on, `links` the addresses of
    the outlet's own stories that it names, `newest` the day of the newest one where told, `news` whether it is a feed
    or news sitemap that tells titles, `score` how good a listing it is."""

    lead: Lead
    url: str
    state: str
    reason: str
    links: tuple[str, ...] = ()
    newest: date | None = None
    news: bool = False
    score: float = 0.0

    @property
    def reads(self) -> bool:
        """Whether it gives stories of our days."""
        return self.state in ("ok", "moved")


@dataclass(frozen=True, slots=True)
class Choice:
    """The listings worth a registry line. `nearly` are the best of those that were not: old, empty or walled off."""

    feeds: tuple[Judged, ...] = ()
    sitemap: Judged | None = None
    sections: tuple[Judged, ...] = ()
    nearly: tuple[Judged, ...] = ()

    @property
    def all(self) -> tuple[Judged, ...]:
        """Every listing chosen."""
        return (*self.feeds, *([self.sitemap] if self.sitemap else []), *self.sections)


class UnreadableError(ValueError):
    """An answer is no listing; `state` is what that makes of it."""

    def __init__(self, state: str, reason: str) -> None:
        super().__init__(reason)
        self.state = state


def robots_sitemaps(answer: Answer) -> list[str]:
    """The addresses on the `Sitemap:` lines of a robots.txt (sitemaps.org), those named for news first."""
    if answer.status != 200:
        return []
    text = answer.body[:MAX_ROBOTS].decode("utf-8", "replace")
    named = dict.fromkeys(joined(answer.url, found) for found in _SITEMAP_LINE.findall(text)[:1_000])
    return sorted(filter(None, named), key=_sitemap_rank)[:MAX_ROBOTS_SITEMAPS]


def feed_leads(home: Home) -> tuple[list[Lead], list[Lead]]:
    """Feeds to try: those that the page declares and its systems' (wanted topics first), and what is tried at last."""
    declared = [lead for lead in home.feeds if _topic(lead, home) != "never"]
    known = [path for key in home.systems for path in vocabulary().systems[key].feeds]
    first = sorted(declared, key=lambda lead: {"wanted": 0, "": 1}.get(_topic(lead, home), 2))
    first += [Lead("feed", urljoin(home.url, path)) for path in known]
    last = [Lead("feed", urljoin(home.url, path)) for path in vocabulary().feeds]
    return _each_once(first), _each_once(last, first)


def sitemap_leads(home: Home, named: Sequence[str]) -> tuple[list[Lead], list[Lead]]:
    """Sitemaps to try: those that robots.txt names (`named`) and the systems' own, and what is tried at last."""
    known = [urljoin(home.url, path) for key in home.systems for path in vocabulary().systems[key].sitemaps]
    news = [url for url in named if _sitemap_rank(url) == 0]
    first = _each_once(Lead("sitemap", url) for url in (*news, *known, *named))
    guesses = [Lead("sitemap", urljoin(home.url, path)) for path in vocabulary().sitemaps]
    return first, _each_once(guesses, first)


def section_leads(home: Home) -> list[Lead]:
    """Section pages to try: the navigation's, then the systems' own."""
    known = [path for key in home.systems for path in vocabulary().systems[key].sections]
    return _each_once([*home.sections, *(Lead("section", urljoin(home.url, path)) for path in known)])


def _each_once(leads: Iterable[Lead], but: Iterable[Lead] = ()) -> list[Lead]:
    seen = {lead.url for lead in but}
    found = {}
    for lead in leads:
        if lead.url not in seen:
            found.setdefault(lead.url, lead)
    return list(found.values())


def _sitemap_rank(url: str) -> int:
    path = urlsplit(url).path.lower() + urlsplit(url).query.lower()
    if re.search(r"video|image|author|categor|tag|page-sitemap|product", path):
        return 2
    return 0 if "news" in path else 1


def _topic(lead: Lead, home: Home | None = None) -> str:
    title = lead.title.lower()
    for name in (home.name, home.domain.removeprefix("www.")) if home else ():
        title = title.replace(name.lower(), " ") if name else title
    parts = urlsplit(lead.url)
    return topic(f"{parts.path} {parts.query} {title}")


def trouble(answer: Answer) -> tuple[str, str] | None:
    """(state, reason) of an answer that brings no page: refused, walled off, gone, unreachable; None for a page."""
    if answer.failure:
        return ("blocked" if answer.refused else "dead"), answer.failure
    if answer.status in _REFUSED:
        return "blocked", f"HTTP {answer.status}"
    if answer.status != 200:
        return "dead", f"HTTP {answer.status}"
    return None


def wall(answer: Answer) -> tuple[str, str] | None:
    """(state, reason) of a page that is a wall or an error told with status 200, else None."""
    if b"<" not in answer.body[:5_000]:
        return None
    reason = read_page(answer.text, answer.url).reason
    if reason in _NO_WALL:
        return None
    return ("dead" if reason in _GONE else "blocked"), f"{reason} page with status 200"


def read_listing(answer: Answer, lead: Lead, domain: str) -> Listing:
    """The links of the answer to `lead`. Raises UnreadableError where it gives none."""
    if found := trouble(answer):
        raise UnreadableError(*found)
    try:
        if lead.kind == "feed":
            return read_feed(answer.body, answer.url, answer.content_type.lower())
        if lead.kind == "sitemap":
            return read_sitemap(answer.body, answer.url)
    except (NotAFeedError, NotASitemapError) as error:
        raise UnreadableError(*(wall(answer) or ("dead", f"not a {lead.kind}: {error}"))) from error
    if found := wall(answer):
        raise UnreadableError(*found)
    tree = parse(answer.text)
    return read_section(tree, answer.url, domain) if tree is not None else Listing()


def unreadable(lead: Lead, error: UnreadableError) -> Judged:
    """The judgement on a listing that could not be read."""
    return Judged(lead, lead.url, error.state, str(error)[:300])


def weigh(
    lead: Lead,
    answer: Answer,
    links: Sequence[Link],
    domain: str,
    *,
    today: date,
    stale_days: int,
    least: int = 1,
) -> Judged:
    """Judge the listing `lead` by the links that it gave.

    It counts only where at least half of what it names lies on the outlet's own `domain`. It is stale where the
    newest story told a date is more than `stale_days` before `today`; a date in the future tells nothing. `least` is
    the number of stories below which it counts as empty.
    """
    own = [link for link in links if belongs(link.url, domain)]
    if len(own) < least or 2 * len(own) < len(links):
        return Judged(lead, lead.url, "empty", _why_empty(links, own, domain))
    newest = max((day for link in own if (day := _day(link)) and day <= today + timedelta(days=1)), default=None)
    news = lead.kind == "feed" or (lead.kind == "sitemap" and any(link.title for link in own))
    told = f"{len(own)} stories" + (f", newest {newest.isoformat()}" if newest else "")
    urls, score = tuple(link.url for link in own), _score(lead, answer, len(own), newest, today)
    if newest and (today - newest).days > stale_days:
        return Judged(lead, lead.url, "stale", f"newest story {newest.isoformat()}", urls, newest, news, score)
    if answer.moved_to:
        reason = f"moved to {answer.moved_to}"
        return Judged(lead, answer.moved_to, "moved", reason, urls, newest, news, score)
    return Judged(lead, lead.url, "ok", told, urls, newest, news, score)


def _why_empty(links: Sequence[Link], own: Sequence[Link], domain: str) -> str:
    strangers = sorted({host_of(link.url) for link in links} - {host_of(link.url) for link in own})
    if strangers and 2 * len(own) < len(links):
        return f"names stories of {', '.join(strangers[:3])}, not of {domain}"
    return f"names {len(own)} stories" if own else "names no stories"


def _day(link: Link) -> date | None:
    told = [day for day in (link.published, link.updated and link.updated.date()) if day]
    return max(told, default=None) or url_date(link.url, date.max)


def _score(lead: Lead, answer: Answer, stories: int, newest: date | None, today: date) -> float:
    """How good a listing is: what it is about, how fresh, how full."""
    title = _FEED_TITLE.search(answer.body[:5_000]) if lead.kind == "feed" else None
    told = topic(title.group(1).decode("utf-8", "replace").partition(" - ")[0]) if title else ""
    worth = {"wanted": 2.0, "": 1.0, "unwanted": -4.0, "never": -20.0}
    subject = worth[_topic(lead)] if _topic(lead) else (worth[told] if told in ("unwanted", "never") else 1.0)
    if lead.kind == "feed" and answer.body.count(b'type="audio') * 2 > stories:
        subject = worth["never"]
    freshness = 0.0 if newest is None else _freshness((today - newest).days)
    return subject + freshness + min(3.0, math.log2(stories + 1) / 2)


def _freshness(age: int) -> float:
    return next((worth for most, worth in ((3, 3.0), (14, 2.0), (60, 1.0)) if age <= most), -2.0)


def choose(judged: Iterable[Judged]) -> Choice:
    """The best listings: at most MAX_FEEDS feeds that each bring something new, one sitemap (a news sitemap before a
    plain one), and section pages where neither gives anything."""
    judged = list(judged)
    good = sorted((one for one in judged if one.reads and one.score > -10), key=lambda one: -one.score)
    feeds = _feeds([one for one in good if one.lead.kind == "feed"])
    sitemaps = [one for one in good if one.lead.kind == "sitemap" and (one.news or (not feeds and one.newest))]
    sitemap = max(sitemaps, key=lambda one: (one.news, one.score), default=None)
    sections = [] if feeds or sitemap else [one for one in good if one.lead.kind == "section"][:MAX_SECTIONS]
    nearly = [one for state in ("stale", "blocked", "empty") for one in judged if one.state == state][:MAX_NEARLY]
    return Choice(tuple(feeds), sitemap, tuple(sections), tuple(nearly))


def _feeds(feeds: list[Judged]) -> list[Judged]:
    wanted = [one for one in feeds if one.score > GOOD] or feeds[:1]
    chosen: list[Judged] = []
    named: set[str] = set()
    for one in wanted:
        fresh = set(one.links) - named
        if len(fresh) >= max(1, _NEW_SHARE * len(one.links)) and len(chosen) < MAX_FEEDS:
            chosen.append(one)
            named |= fresh
    return chosen
