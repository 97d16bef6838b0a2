"""Outlets, council calendars and federal lists in one crawl."""

from __future__ import annotations

import csv
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from crawler.crews import crews_of
from crawler.plan import Plan
from crawler.spiders.legistar import LegistarSpider
from crawler.spiders.outlets import OutletSpider
from crawler.spiders.rosters import RosterSpider
from data.sources import COLUMNS
from tests.crawling import MemoryArchive, Reply, small_web
from tests.factories import make_source
from tests.roster_sheets import line, workbook

LIST = "/lists/participatingAgencies01052026am.xlsx"
STORY = "/news/2026/commissioners-end-ice-contract"
FEED = f"""<rss version="2.0"><channel><title>Paper</title><item><title>Commissioners end ICE contract</title>
<link>http://paper.example{STORY}</link><pubDate>Mon, 05 Jan 2026 10:00:00 GMT</pubDate></item></channel></rss>"""
BODY = (
    "<p>GALVESTON, Texas - Galveston County commissioners voted 4-1 on Monday to end the county's contract to hold "
    "detainees for U.S. Immigration and Customs Enforcement at the county jail.</p>"
    "<p>The vote came after weeks of protests outside the jail. The contract will run out in 60 days, "
    "and the sheriff said that ICE had been told of the decision in writing.</p>"
)
PAGE = f"""<html lang="en"><head><title>Commissioners end ICE contract</title>
<meta property="article:published_time" content="2026-01-05T10:00:00Z"></head>
<body><article><h1>Commissioners end ICE contract</h1>{BODY}</article></body></html>"""


def plan_of(*sources):
    return Plan(list(sources), MemoryArchive(), lambda title, text: 1.0, 0.5, None, None, None, 50)


def test_every_source_goes_to_the_spider_of_its_kind():
    paper, council, ice = (make_source(id=kind, domain=f"{kind}.example", kind=kind) for kind in KINDS)
    crews = crews_of(plan_of(paper, council, ice), keep_roster=print, tokens={"ames": "key"})
    assert [(crew.spider, crew.plan.sources) for crew in crews] == [
        (OutletSpider, [paper]),
        (LegistarSpider, [council]),
        (RosterSpider, [ice]),
    ]
    assert crews[1].extras == {"tokens": {"ames": "key"}}
    assert len({id(crew.plan.counts) for crew in crews}) == 1


KINDS = ("daily", "agenda", "records")


def test_no_spider_without_sources_but_one_for_a_crawl_of_nothing():
    council = make_source(kind="agenda")
    assert [crew.spider for crew in crews_of(plan_of(council), keep_roster=print, tokens={})] == [LegistarSpider]
    assert [crew.spider for crew in crews_of(plan_of(), keep_roster=None, tokens={})] == [OutletSpider]


def registry(file: Path) -> Path:
    rows = [
        {"id": "paper", "name": "The Paper", "domain": "paper.example", "city": "Galveston", "state": "TX"}
        | {"kind": "daily", "feeds": "http://paper.example/feed"},
        {"id": "ice", "name": "ICE lists", "domain": "lists.example", "state": "DC", "kind": "records"}
        | {"sections": "http://lists.example/287g"},
    ]
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return file


def test_a_night_reads_news_and_federal_lists_and_the_site_has_both(tmp_path):
    roster = workbook([line("Galveston County Sheriff's Office", county="Galveston County")])
    pages = {
        "http://paper.example/feed": Reply(FEED, headers={"Content-Type": "application/rss+xml"}),
        f"http://paper.example{STORY}": Reply(PAGE),
        "http://lists.example/287g": Reply(f'<html><body><a href="{LIST}">participating agencies</a></body></html>'),
        f"http://lists.example{LIST}": Reply(roster, headers={"Content-Type": "application/vnd.ms-excel"}),
    }
    chosen = registry(tmp_path / "sources.csv")
    with small_web(pages) as web:
        environment = {k: v for k, v in os.environ.items() if k.lower() not in ("no_proxy", "http_proxy")} | {
            "TRACKER_HOME": str(tmp_path / "home"),
            "TRACKER_CONTACT": "desk@tracker.example",
            "TRACKER_DELAY": "0.05",
            "http_proxy": web.root,
        }
        for verb in (["crawl", "--registry", str(chosen), "--since", "2026-01-01"], ["extract"], ["link"], ["publish"]):
            subprocess.run([sys.executable, "-m", "tracker", *verb], env=environment, check=True, capture_output=True)
    with closing(sqlite3.connect(tmp_path / "home" / "tracker.db")) as db:
        told = dict(db.execute("SELECT events.type, reports.outlet FROM events JOIN reports ON event_id = events.id"))
        kinds = dict(db.execute("SELECT id, kind FROM sources"))
    assert told.keys() >= {"agreement_terminated", "agreement_signed"}
    assert kinds == {"paper": "daily", "ice": "records"}
    assert len(list((tmp_path / "home" / "warc").iterdir())) == 1
