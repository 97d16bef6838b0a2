"""What happens to an article after the spider: screened, then kept with its raw page or noted as irrelevant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.http import Response

from crawler.plan import Plan
from data.records import Article, Visit


@dataclass(slots=True)
class Story:
    """An article on its way: `key` is the link it was found by, `visit` what is stored of its page."""

    key: str
    article: Article
    visit: Visit
    response: Response


class _PlanPipeline:
    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> _PlanPipeline:
        """As Scrapy builds it."""
        return cls(crawler)

    @property
    def plan(self) -> Plan:
        """The crawl's plan."""
        return self._crawler.spider.plan


class ScreenPipeline(_PlanPipeline):
    """Lets through what the screen takes for relevant; of the rest only the visit is stored."""

    def process_item(self, item: Story) -> Story:
        """Set the score. Raises DropItem below the threshold."""
        score = float(self.plan.screen(item.article.title, item.article.text))
        item.visit = replace(item.visit, screen=score)
        if score >= self.plan.threshold:
            return item
        item.visit = replace(item.visit, outcome="irrelevant")
        self._crawler.spider.settle(item.key, item.visit, stands=True)
        raise DropItem(f"irrelevant: {score:.2f}")


class ArchivePipeline(_PlanPipeline):
    """Keeps the article: the raw page on disk first, then article and visit in one transaction."""

    def process_item(self, item: Story) -> Story:
        """Store it and settle the link. Raises StorageError where our own disk refuses."""
        if self.plan.refused:
            raise self.plan.refused
        place = self.plan.warc.write(item.response, datetime.fromisoformat(item.visit.fetched))
        visit = replace(item.visit, outcome="kept")
        self.plan.archive.keep_article(item.article, visit, raw=place)
        self._crawler.spider.settle(item.key, visit, stands=True, stored=True)
        return item
