"""The spider of council agendas: for every client of the Legistar Web API its meetings to come and changed matters."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.legistar_api import BASE, Api, LegistarError
from crawler.legistar_calls import Asking, ask
from crawler.legistar_visit import ClientVisit, Script
from crawler.plan import Plan
from crawler.refusals import Refusals, drop_waiting
from crawler.storage import stop_for
from data.errors import StorageError
from data.records import Source

KIND = "agenda"  # of the sources that are clients of the API
_DOMAIN = ".legistar.com"


class LegistarSpider(Spider):
    """One run over the agenda sources of a `Plan`. All that it learns it hands to the plan's archive at once.

    A source's domain is `{client}.legistar.com`. `base` is the address of the API, `tokens` holds the key of each
    client that asks for one, `today` is the first day whose meetings are to come, by default the present one in UTC.
    """

    name = "legistar"

    def __init__(
        self,
        plan: Plan,
        *,
        base: str = BASE,
        tokens: Mapping[str, str] = MappingProxyType({}),
        today: date | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.refusals = Refusals(
            lambda host: drop_waiting(self.crawler, host),
            lambda url, seconds: plan.backoff.rest_host(url, "", seconds),
        )
        self._base, self._tokens = base.rstrip("/"), tokens
        self._today = today or datetime.now(UTC).date()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> LegistarSpider:
        """As Scrapy builds it."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.note_error, signal=signals.spider_error)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """The first question to every client, the one longest not asked first: a night may end early."""
        for source in sorted(clients(self.plan.sources), key=self._last_asked):
            try:
                api = self._api(source)
            except LegistarError as error:
                own = self.plan.counts.of(source.id)
                own.broken, own.trouble = own.broken + 1, str(error)
                self.logger.warning("%s: %s", source.id, error)
                continue
            script = ClientVisit(source, api, self.plan, self._ask, self._today).run()
            for request in self._go_on(script, lambda script=script: next(script), source):
                yield request

    def proceed(self, response: Response, script: Script, source: Source) -> Iterator[Request]:
        """Tell the client's script what was answered, and send its next question."""
        self.refusals.note(response.url, refused=response.status == 429)  # 401 and 403 are one client's, not the host's
        return self._go_on(script, lambda: script.send(response), source)

    def stumble(self, failure: Failure) -> Iterator[Request]:
        """Tell the client's script that nothing was answered."""
        kwargs = failure.request.cb_kwargs
        return self._go_on(kwargs["script"], lambda: kwargs["script"].send(failure), kwargs["source"])

    def note_error(self, failure: Failure, response: Response | None = None) -> None:
        """A fault of ours ends the visit to the client in hand; one of our own disk ends the crawl."""
        if failure.check(StorageError):
            stop_for(failure.value, self)
            return
        source = response.request.cb_kwargs.get("source") if response is not None else None
        if source:
            own = self.plan.counts.of(source.id)
            own.broken, own.trouble = own.broken + 1, f"{failure.type.__name__}: {failure.getErrorMessage()}"[:300]

    def _go_on(self, script: Script, step: Callable[[], Request], source: Source) -> Iterator[Request]:
        try:
            request = step()
        except StopIteration:
            return
        yield request.replace(
            callback=self.proceed, errback=self.stumble, cb_kwargs={"script": script, "source": source}
        )

    def _ask(self, url: str) -> Asking:
        return ask(url, self._pause, self.crawler.settings.getfloat("DOWNLOAD_DELAY"))

    def _pause(self, request: Request, seconds: float) -> None:
        self.crawler.engine.downloader.pause(request, seconds)

    def _api(self, source: Source) -> Api:
        client = source.domain.removesuffix(_DOMAIN)
        return Api(client, self._base, self._tokens.get(client, ""))

    def _last_asked(self, source: Source) -> str:
        visit = self.plan.archive.visit(f"{self._base}/{source.domain.removesuffix(_DOMAIN)}/matters")
        return visit.fetched if visit else ""


def clients(sources: list[Source]) -> list[Source]:
    """The sources that the Legistar spider visits, and no other."""
    return [source for source in sources if source.kind == KIND and source.domain.endswith(_DOMAIN)]
