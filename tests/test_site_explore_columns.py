"""The columns in memory against the tables they are read from, the chart, the queries of the pages, the front page."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.site_charts import HEIGHT, MOST_BARS, WIDTH, _round_up, month_chart, month_days, month_words
from data.site_database import published
from data.site_explore_answer import answered, month_counts
from data.site_explore_columns import event_columns, read_columns
from data.site_explore_query import Query
from data.site_explore_text import ACTED, SPOKEN, TEXTS
from data.site_home import age_words, home_page
from tests.site_client import Site, words
from tests.site_fixture import SCRIPT, TYPES, build_site_database

FAMILIES = {name: family for name, _, family, _ in TYPES}


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Site:
    return Site(build_site_database(tmp_path_factory.mktemp("columns") / "tracker.db", events=300))


@pytest.fixture(scope="module")
def columns(site):
    connection = sqlite3.connect(site.path)
    yield read_columns(connection, FAMILIES)
    connection.close()


def test_columns_count_what_the_tables_hold(site, columns):
    assert columns.size == site.sql("select count(*) from events")[0][0]
    for name, column in (("state", "state"), ("type", "type"), ("place_id", "place_id"), ("status", "status")):
        assert columns.coded[name].counted(None) == dict(site.sql(f"select {column}, count(*) from events group by 1"))
    assert columns.coded["review"].counted(None) == dict(
        site.sql("select coalesce(review, 'unreviewed'), count(*) from events group by 1")
    )
    assert columns.outlets.counted(None) == dict(
        site.sql("select outlet, count(distinct event_id) from reports group by 1")
    )
    families = columns.coded["family"].counted(None)
    assert families == dict(
        site.sql("select t.family, count(*) from events e join event_types t on t.name = e.type group by 1")
    )


def test_masked_counts_of_outlets_are_those_of_the_table(site, columns):
    mask = columns.coded["state"].having(["CA"])
    found = site.sql(
        "select r.outlet, count(distinct e.id) from reports r join events e on e.id = r.event_id "
        "where e.state = 'CA' group by 1"
    )
    assert columns.outlets.counted(mask) == dict(found)
    assert columns.outlets.counted(np.zeros(columns.size, dtype=bool)) == {}
    with_script = [name for name in columns.outlets.names if SCRIPT in name]
    assert columns.outlets.having(with_script, columns.size).sum() == 1
    assert columns.outlets.having(["no such"], columns.size).sum() == 0


def test_rows_and_reports_lead_to_their_events(site, columns):
    rowids = [r[0] for r in site.sql("select rowid from events where type = 'protest'")]
    assert (columns.of_rows(rowids) == columns.coded["type"].having(["protest"])).all()
    reports = [r[0] for r in site.sql("select r.rowid from reports r where outlet = 'Valley Courier'")]
    assert (columns.of_reports(reports) == columns.outlets.having(["Valley Courier"], columns.size)).all()
    assert columns.of_rows([10**9]).sum() == 0 and columns.of_reports([10**9]).sum() == 0
    assert columns.position(10**9) is None


def test_months_are_those_of_the_dates(site, columns):
    counted = {m: sum(found.values()) for m, found in month_counts(columns, None).items()}
    rows = site.sql("select substr(date, 1, 4) * 12 + substr(date, 6, 2) - 1, count(*) from events group by 1")
    assert counted == dict(rows)


def test_a_file_without_events_is_read_and_shown(tmp_path):
    site = Site(build_site_database(tmp_path / "tracker.db", events=0))
    connection = sqlite3.connect(site.path)
    for table in ("quotes", "event_actors", "reports", "agreements", "events"):
        connection.execute(f"delete from {table}")
    connection.execute("update places set events_count = 0")
    connection.commit()
    assert answered(read_columns(connection, FAMILIES), Query(), None).count == 0
    connection.close()
    for view in ("list", "table", "map", "timeline"):
        assert "0 events" in words(site.page(f"/explore?view={view}"))
    assert "0 events" in words(site.page("/")) and site.get("/explore.csv").status_code == 200


def test_readers_at_once_read_the_file_once(site, monkeypatch):
    read = []

    def counted(*arguments):
        read.append(1)
        return read_columns(*arguments)

    monkeypatch.setattr("data.site_explore_columns.read_columns", counted)
    database = published(site.datasette)
    database._memo.clear()

    async def many():
        return await asyncio.gather(*(event_columns(database) for _ in range(5)))

    found = asyncio.run(many())
    assert len(read) == 1 and len({id(f) for f in found}) == 1


def test_a_read_that_failed_is_tried_again(site, monkeypatch):
    def broken(*_arguments):
        raise sqlite3.OperationalError("disk I/O error")

    database = published(site.datasette)
    database._memo.clear()
    with monkeypatch.context() as patch:
        patch.setattr("data.site_explore_columns.read_columns", broken)
        with pytest.raises(sqlite3.OperationalError):
            asyncio.run(event_columns(database))
    assert asyncio.run(event_columns(database)).size


ASKED = ["/explore", "/explore?q=jail+whitlock", "/explore?state=CA&type=protest", "/explore?view=map&confidence=0.7"]
ASKED += ["/explore?view=timeline&outlet=Valley+Courier", "/explore.atom?q=jail", "/explore.json", "/explore.ics"]


@pytest.mark.parametrize("path", ASKED)
def test_every_query_of_the_explore_page_uses_an_index(site, monkeypatch, path):
    database = published(site.datasette)
    site.get("/explore")  # what is read once for each file is read
    database._memo["columns"].memo.clear()
    asked = []
    execute = type(database).execute

    async def noting(self, sql, params=None, **options):
        asked.append((sql, params or {}))
        return await execute(self, sql, params, **options)

    monkeypatch.setattr(type(database), "execute", noting)
    assert site.get(path).status_code == 200
    connection = sqlite3.connect(site.path)
    steps = [r[3] for sql, params in asked for r in connection.execute(f"explain query plan {sql}", params)]
    given = {"match": "x", "limit": 9, "ids": "[]"}
    for sql in (*TEXTS, SPOKEN, ACTED):
        steps += [r[3] for r in connection.execute(f"explain query plan {sql}", given)]
    connection.close()
    big = {"e", "r", "q", "a", "events", "reports", "quotes", "event_actors"}
    walked = [s for s in steps if s.startswith("SCAN") and s.split()[1] in big]
    assert steps and walked == []


# The chart


@given(st.dictionaries(st.integers(1990 * 12, 2040 * 12), st.integers(1, 5000), min_size=1, max_size=60))
def test_bars_stand_on_the_axis_and_count_every_event(months):
    chart = month_chart({m: {"court": n, "policy": 1} for m, n in months.items()}, ["policy", "court"])
    assert chart["total"] == sum(months.values()) + len(months)
    assert len(chart["bars"]) <= MOST_BARS + 1
    for bar in chart["bars"]:
        assert bar["x"] >= 0 and bar["x"] + bar["width"] <= WIDTH
        assert sum(piece["count"] for piece in bar["pieces"]) == bar["count"]
        assert all(0 <= piece["y"] <= HEIGHT and piece["height"] >= 0 for piece in bar["pieces"])


def test_a_long_span_is_drawn_by_quarter_or_year():
    def unit(months: int) -> str:
        return month_chart({24000: {"court": 1}, 24000 + months: {"court": 1}}, ["court"])["unit"]

    assert [unit(m) for m in (1, 40, 60, 200, 900)] == ["month", "month", "quarter", "year", "2 years"]
    assert month_chart({}, []) is None
    assert len(month_chart({24000: {"court": 1}, 24040: {"court": 1}}, ["court"], last=12)["bars"]) == 12
    assert month_words(2025 * 12 + 10) == "November 2025" and month_days(2025 * 12 + 9, 3) == ("2025-10", "2025-12")


def test_axis_ends_at_a_round_number_with_a_whole_half():
    tops = [_round_up(n) for n in (0, 1, 3, 9, 11, 27, 99, 101, 4321)]
    assert tops == [2, 2, 4, 10, 20, 30, 100, 200, 5000]
    assert all(_round_up(n) >= n and _round_up(n) % 2 == 0 for n in range(1, 3000))


# The front page


def test_front_page_tells_what_is_new_in_the_files_own_time(site):
    page = asyncio.run(home_page(published(site.datasette)))
    assert page["today"] == "2025-11-20"
    for name, since in (("day", "2025-11-19"), ("week", "2025-11-13")):
        seen = site.sql("select count(*) from events where first_seen > ? and first_seen <= '2025-11-20'", since)
        told = site.sql("select count(*) from reports where published > ? and published <= '2025-11-20'", since)
        deals = site.sql(
            "select count(*) from agreements where since > ? and since <= '2025-11-20' "
            "and state in ('active', 'suspended', 'ended', 'rejected')",
            since,
        )
        news = page["news"][name]
        assert (news["events"], news["reports"], news["changed_count"]) == (seen[0][0], told[0][0], deals[0][0])
    assert page["news"]["week"]["events"] > page["news"]["day"]["events"] > 0


def test_front_page_counts_agreements_and_protests(site):
    figures = asyncio.run(home_page(published(site.datasette)))["figures"]
    in_force = dict(site.sql("select agreement_type, count(*) from agreements where state = 'active' group by 1"))
    assert {row["name"]: row["n"] for row in figures["in_force"]} == in_force
    ended = "select count(*) from agreements where state = 'ended' and since between '2025-01-01' and '2025-11-20'"
    assert figures["ended"] == site.sql(ended)[0][0] > 0
    document = site.page("/")
    protests = next(a for a in document.xpath("//p[@class='big']/a") if "protest" in words(a))
    assert words(protests).split()[0] == str(figures["protests"])
    found = site.page(protests.get("href")).get_element_by_id("result-title")
    assert words(found).split()[0] == str(figures["protests"])
    for link in document.xpath("//figure[@class='chart']//svg/a/@href")[-3:]:
        assert site.get(link).status_code == 200


def test_an_old_copy_says_so():
    assert age_words("2025-11-20T05:00:00Z", date(2025, 11, 21)) == ""
    assert "12 days old" in age_words("2025-11-20T05:00:00Z", date(2025, 12, 2))
    assert age_words(None, date(2025, 12, 2)) == "" and age_words("soon", date(2025, 12, 2)) == ""


def test_front_page_of_an_old_file_says_so(site):
    assert "This copy of the data is" in words(site.page("/").xpath("//p[@class='notice']")[0])
