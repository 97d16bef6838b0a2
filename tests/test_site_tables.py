"""Datasette's own pages as the site shows them, and its feeds."""

from __future__ import annotations

import json
import sqlite3

import pytest
from lxml import etree

from data.public_schema import public_tables
from data.site_database import published
from tests.site_client import Site, words
from tests.site_fixture import HOSTILE_EVENT, LEAD_EVENT, SCRIPT, TYPES, build_site_database

ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Site:
    return Site(build_site_database(tmp_path_factory.mktemp("tables") / "tracker.db"))


def test_feed_of_newest_events(site):
    response = site.get("/events.atom")
    assert response.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = etree.fromstring(response.content)
    assert feed.findtext("a:title", namespaces=ATOM) == "[Invented samples] Sanctuary Tracker: newest events"
    entries = feed.findall("a:entry", ATOM)
    assert len(entries) == 50
    stamps = [e.findtext("a:updated", namespaces=ATOM) for e in entries]
    assert stamps == sorted(stamps, reverse=True) and feed.findtext("a:updated", namespaces=ATOM) == stamps[0]
    ids = [e.findtext("a:id", namespaces=ATOM) for e in entries]
    assert len(set(ids)) == 50 and f"http://localhost/event/{LEAD_EVENT}" in ids


def test_feed_of_a_search_and_of_a_state(site):
    feed = etree.fromstring(site.get("/events.atom?type=protest&state=CA").content)
    count = site.sql("select count(*) from events where type='protest' and state='CA'")[0][0]
    assert len(feed.findall("a:entry", ATOM)) == count > 0
    state = etree.fromstring(site.get("/place/ca.atom").content)
    assert all("California" in e.findtext("a:summary", namespaces=ATOM) for e in state.findall("a:entry", ATOM))


def test_robots_and_about(site):
    assert "Disallow: /explore?\nDisallow: /search" in site.get("/robots.txt").text
    text = words(site.page("/about"))
    for _, label, _, definition in TYPES:
        assert label in text and definition in text
    for told in ("How certainty is measured", "Known limits", "No detainee", "Using the data"):
        assert told in text


def test_columns_are_described_from_the_schema(site):
    for table in public_tables():
        told = {
            words(d.find("dt")): words(d.find("dd"))
            for d in site.page(f"/tracker/{table.name}").xpath("//details[@class='columns-told']//dl/div")
        }
        assert told == {c.name: c.meaning for c in table.columns}


def test_events_table_has_facets_labels_and_newest_first(site):
    document = site.page("/tracker/events")
    facets = {h.get("id").removeprefix("facet-") for h in document.xpath("//section[@class='facet']/h2")}
    assert facets == {"type", "status", "state", "agreement_type", "direction", "stance"}
    assert "Agreement ended" in words(document.xpath("//section[@aria-labelledby='facet-type']")[0])
    dates = document.xpath("//td[starts-with(@class,'col-date ')]/div/text()")
    assert dates == sorted(dates, reverse=True)
    told = site.get("/tracker/events.json").json()
    assert "suggested_facets" not in told or told["suggested_facets"] == []


def test_full_text_search_on_tables(site):
    found = site.get("/tracker/events.json?_search=supervisors&_shape=array").json()
    assert [row["id"] for row in found] == [LEAD_EVENT]
    assert site.get("/tracker/quotes.json?_search=rent&_shape=array").json()


def test_cells_link_articles_only_where_they_may_be_linked(site):
    rows = site.page("/tracker/reports?event_id=ev-hostile").xpath("//td[starts-with(@class,'col-url ')]/div")
    assert len(rows) == 3 and not [r for r in rows if r.findall("a")]
    (link,) = site.page("/tracker/reports?event_id=ev-lead&_size=1").xpath(
        "//td[starts-with(@class,'col-url ')]//a/@href"
    )
    assert link.startswith("/sample/")


def test_cells_lead_to_the_pages_of_events_and_places(site):
    (row,) = site.page("/tracker/agreements?id=ag-lead").xpath("//table//tbody/tr")
    assert row.xpath("td[starts-with(@class,'col-place_id ')]//a/@href") == ["/place/fips:06013"]
    (event,) = row.xpath("td[starts-with(@class,'col-event_id ')]//a")
    assert event.get("href") == f"/event/{LEAD_EVENT}"
    assert words(event) == "Contra Costa County supervisors end the jail contract with ICE"
    hostile = site.page(f"/tracker/reports?event_id={HOSTILE_EVENT}").xpath(
        "//td[starts-with(@class,'col-event_id ')]//a"
    )
    assert len(hostile) == 3 and SCRIPT in words(hostile[0])


def test_slow_question_is_refused_politely(site):
    slow = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
    response = site.get("/tracker", params={"sql": slow})
    assert response.status_code == 400
    assert "Invented samples." in response.text


def test_every_query_of_the_front_page_uses_an_index(site, monkeypatch):
    database = published(site.datasette)
    asked = []
    execute = type(database).execute

    async def noting(self, sql, params=None, **options):
        asked.append((sql, params or {}))
        return await execute(self, sql, params, **options)

    monkeypatch.setattr(type(database), "execute", noting)
    database._memo.clear()
    site.page("/")
    connection = sqlite3.connect(site.path)
    steps = [r[3] for sql, params in asked for r in connection.execute(f"explain query plan {sql}", params)]
    connection.close()
    walked = [s for s in steps if s.split()[1] in {"e", "events", "reports"} and "INDEX" not in s]
    assert len(asked) > 8
    assert walked == []


def test_json_of_a_search_is_open_to_other_sites(site):
    assert site.get("/tracker/events.json").headers["access-control-allow-origin"] == "*"
    assert json.loads(site.get(f"/event/{LEAD_EVENT}.json").content)
