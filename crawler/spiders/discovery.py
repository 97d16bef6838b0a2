"""The spider that looks around at outlets: it asks, `crawler.discovery` judges.

Each outlet is one coroutine over the engine's downloader, so that every request passes the same middlewares as a
crawl's (robots.txt, pace, addresses) and what to ask next can depend on what came back.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date
from typing import Any
from urllib.parse import urljoin, urlsplit

from scrapy import Request, Spider
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.discovery import (
    GOOD,
    MAX_FEEDS,
    MAX_SECTIONS,
    MIN_SECTION_LINKS,
    Answer,
    Choice,
    Judged,
    UnreadableError,
    choose,
    feed_leads,
    read_listing,
    robots_sitemaps,
    section_leads,
    sitemap_leads,
    trouble,
    unreadable,
    wall,
    weigh,
)
from crawler.discovery_check import (
    API_KINDS,
    Verdict,
    answers,
    home_addresses,
    listing_leads,
    needs_rediscovery,
    stale_days,
    verdict,
)
from crawler.discovery_home import Home, Lead, read_home
from crawler.links import Link
from crawler.opt_out import OPTED_OUT, OptedOutError
from crawler.refusals import HostRefusedError, Refusals, drop_waiting
from crawler.robots import RobotsDownError
from data.records import Source

AT_ONCE = 32  # outlets looked at at the same time
MAX_REQUESTS = 48  # to one outlet
SITE_SECONDS = 900.0  # after which nothing further of one outlet is asked
MAX_KEPT = 4_000_000  # bytes of one outlet's pages remembered, so that they need not be asked for again
MAX_CHILDREN = 2  # sitemaps read of an index, at each depth
_PERMANENT = frozenset({301, 308})
_REFUSED = frozenset({401, 403, 429})


class DiscoverySpider(Spider):
    """Looks at `sites`, each a `Source` of the registry to check or the address of a new outlet.

    `done(site, result)` is called with a `Verdict`, or with what `SiteVisit.discover` gives, as soon as it is there.
    """

    name = "discovery"

    def __init__(
        self,
        sites: Sequence[Source | str],
        done: Callable[[Source | str, Any], None],
        today: date,
        stale: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.sites, self.done, self.today, self.stale = sites, done, today, stale
        self.refusals = Refusals(lambda host: drop_waiting(self.crawler, host))

    async def start(self) -> AsyncIterator[Request]:
        """Look at every site; nothing is left to Scrapy's scheduler."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(site: Source | str) -> None:
            async with turns:
                self.done(site, await self._look_at(site))

        async with asyncio.TaskGroup() as group:
            for site in self.sites:
                group.create_task(one(site))
        for nothing in ():
            yield nothing

    async def _look_at(self, site: Source | str) -> Any:
        """A fault of ours at one site must not cost the others their answers: it is this site's answer."""
        visit = SiteVisit(self)
        try:
            return await (visit.check(site) if isinstance(site, Source) else visit.discover(site))
        except Exception as error:
            self.logger.exception("%s", site.id if isinstance(site, Source) else site)
            broken = Answer(str(site), str(site), failure=f"could not be judged: {type(error).__name__}: {error}"[:300])
            return Verdict(site, "dead", broken.failure) if isinstance(site, Source) else (broken, None, Choice())


class SiteVisit:
    """One outlet's visit: what was asked once is remembered, within bounds, and there is an end to asking."""

    def __init__(self, spider: DiscoverySpider) -> None:
        self._spider = spider
        self._answers: dict[str, Answer] = {}
        self._down: dict[str, Answer] = {}  # scheme and host that cannot be reached
        self._kept = 0  # bytes of pages that are remembered
        self._asked = 0
        self._ends = asyncio.get_running_loop().time() + SITE_SECONDS

    async def check(self, source: Source) -> Verdict:
        """The verdict on a source of the registry."""
        home = await self._first(home_addresses(source))
        listings = [await self._judge(lead, source) for lead in listing_leads(source)]
        if not needs_rediscovery(source, listings, home):
            return verdict(source, listings, home, None)
        page = read_home(home.text, home.url, home.headers)
        return verdict(source, listings, home, page, await self._look_around(page, source.kind))

    async def discover(self, address: str) -> tuple[Answer, Home | None, Choice]:
        """What a site offers: its home page's answer, what that page tells, the listings chosen."""
        urls = [address] if "://" in address else [f"http://{address}", f"https://{address}"]
        home = await self._first([url if urlsplit(url).path else f"{url}/" for url in urls])
        if trouble(home) or wall(home):
            return home, None, Choice()
        page = read_home(home.text, home.url, home.headers)
        return home, page, await self._look_around(page, page.kind)

    async def _first(self, urls: Sequence[str]) -> Answer:
        """The first of `urls` that answers at all, else what is wrong with the first."""
        found = [await self._ask(urls[0])]
        for url in urls[1:]:
            if not found[-1].failure or found[-1].refused:
                break
            found.append(await self._ask(url))
        return found[0] if found[-1].failure else found[-1]

    async def _look_around(self, page: Home, kind: str) -> Choice:
        site = Source("", page.name, page.domain, "", "", "", kind)
        named = robots_sitemaps(await self._ask(urljoin(page.url, "/robots.txt"), robots=True))
        first_feeds, last_feeds = feed_leads(page)
        judged = await self._try(first_feeds, site, lambda found: len(_good(found, "feed")) >= MAX_FEEDS)
        if not _good(judged, "feed"):
            judged += await self._try(last_feeds, site, lambda found: bool(_good(found, "feed")))
        for leads in sitemap_leads(page, named):
            if not _has_news_sitemap(judged):
                judged += await self._try(leads, site, _has_news_sitemap)
        if not choose(judged).all:
            sections = [*section_leads(page), Lead("section", page.url)]
            judged += await self._try(sections, site, lambda found: len(_good(found, "section")) >= MAX_SECTIONS)
        return choose(judged)

    async def _try(
        self, leads: Sequence[Lead], site: Source, enough: Callable[[Sequence[Judged]], bool]
    ) -> list[Judged]:
        """Judge one lead after the other until `enough` is found."""
        found: list[Judged] = []
        for lead in leads:
            if enough(found):
                break
            found.append(await self._judge(lead, site))
        return found

    async def _judge(self, lead: Lead, source: Source) -> Judged:
        """The judgement on one listing; of a section that nobody has put into the registry more is asked."""
        answer = await self._ask(lead.url)
        if source.kind in API_KINDS or source.render:
            return answers(lead, answer)
        try:
            links = await self._links(lead, answer, source.domain, 0)
        except UnreadableError as error:
            return unreadable(lead, error)
        days = stale_days(source.kind, self._spider.stale)
        least = MIN_SECTION_LINKS if lead.kind == "section" and not source.id else 1
        return weigh(lead, answer, links, source.domain, today=self._spider.today, stale_days=days, least=least)

    async def _links(self, lead: Lead, answer: Answer, domain: str, depth: int) -> list[Link]:
        listing = read_listing(answer, lead, domain)
        links = list(listing.links)
        for child in listing.listings[: MAX_CHILDREN if depth < 2 else 0]:
            answered = await self._ask(child)
            if not trouble(answered):
                links += await self._links(Lead("sitemap", child), answered, domain, depth + 1)
        return links

    async def _ask(self, url: str, *, robots: bool = False) -> Answer:
        if url in self._answers:
            return self._answers[url]
        site = "://".join(urlsplit(url)[:2])
        if site in self._down:
            return Answer(url, url, failure=self._down[site].failure)
        if self._asked >= MAX_REQUESTS or asyncio.get_running_loop().time() > self._ends:
            return Answer(url, url, failure="not asked: this outlet has taken too long", refused=True)
        self._asked += 1
        answer = await self._fetch(url, robots=robots)
        if self._kept + len(answer.body) <= MAX_KEPT:
            self._answers[url] = answer
            self._kept += len(answer.body)
        if answer.failure and not answer.refused:
            self._down[site] = answer
        return answer

    async def _fetch(self, url: str, *, robots: bool) -> Answer:
        try:
            request = Request(url, meta={"dont_obey_robotstxt": robots})
        except ValueError as error:
            return Answer(url, url, failure=f"not an address: {error}")
        try:
            response = await self._spider.crawler.engine.download_async(request)
        except Exception as error:  # whatever the network, a middleware or a server makes of it is the answer
            return Answer(url, url, failure=_failure(error), refused=_is_refusal(error))
        self._spider.refusals.note(response.url, refused=response.status in _REFUSED)
        return _answer(url, response)


def _good(judged: Sequence[Judged], kind: str) -> list[Judged]:
    return [one for one in judged if one.lead.kind == kind and one.reads and one.score > GOOD]


def _has_news_sitemap(judged: Sequence[Judged]) -> bool:
    return any(one.lead.kind == "sitemap" and one.reads and one.news for one in judged)


def _answer(asked: str, response: Response) -> Answer:
    meta = response.request.meta
    reasons = meta.get("redirect_reasons", [])
    headers = "\n".join(
        f"{name.decode('latin-1')}: {value.decode('latin-1')}"
        for name, values in response.headers.items()
        for value in values
    )
    return Answer(
        asked,
        response.url if urlsplit(response.url).path else f"{response.url}/",
        response.status,
        response.body,
        (response.headers.get("Content-Type") or b"").decode("latin-1"),
        headers[:20_000],
        permanent=bool(reasons) and set(reasons) <= _PERMANENT,
    )


def _is_refusal(error: Exception) -> bool:
    kept_away = isinstance(error, HostRefusedError | OptedOutError)
    return kept_away or (isinstance(error, IgnoreRequest) and "Forbidden by robots.txt" in str(error))


def _failure(error: Exception) -> str:
    if isinstance(error, OptedOutError):
        return OPTED_OUT
    if isinstance(error, HostRefusedError):
        return "the host turns us away"
    if _is_refusal(error):
        return "robots.txt forbids"
    if isinstance(error, RobotsDownError) and error.cause is not None:
        return _failure(error.cause)
    return f"{type(error).__name__}: {error}".strip(": ")[:200]
