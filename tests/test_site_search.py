"""The search page: words, filters, state names, and queries that no reader would type."""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.site_search import LAST_PAGE, Query, match_expression, state_asked, state_at_end
from tests.site_client import Site, words
from tests.site_fixture import LEAD_EVENT, build_site_database


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Site:
    return Site(build_site_database(tmp_path_factory.mktemp("search") / "tracker.db"))


def shown_events(document) -> list[str]:
    return document.xpath("//div[@class='timeline']//h3/a/@href")


@pytest.mark.parametrize(
    ("asked", "target"),
    [
        ("California", "/places/ca"),
        ("ca", "/places/ca"),
        ("  New   york ", "/places/ny"),
        ("N.Y.", "/places/ny"),
        ("puerto rico", "/places/pr"),
    ],
)
def test_state_name_or_postal_code_goes_to_the_state(site, asked, target):
    response = site.get("/search?" + urlencode({"q": asked}))
    assert response.status_code == 302
    assert response.headers["location"] == target


def test_state_page_shows_the_city_of_the_same_name(site):
    document = site.page("/places/ny")
    assert document.xpath("//p[@class='notice']//a/@href") == ["/places/ny/new-york-city"]


def test_state_not_in_the_data_is_searched_for(site):
    assert site.get("/search?q=Wyoming").status_code == 200


def test_place_with_its_state_is_that_place_alone(site):
    both = site.page("/search?q=Springfield").xpath("//section[@aria-labelledby='places-title']//a/text()")
    assert set(both) == {"Springfield, Illinois", "Springfield, Massachusetts"}
    for asked in ("Springfield, IL", "springfield illinois"):
        one = site.page("/search?" + urlencode({"q": asked})).xpath(
            "//section[@aria-labelledby='places-title']//a/text()"
        )
        assert one == ["Springfield, Illinois"]


def test_words_are_found_in_titles_sentences_and_other_reports(site):
    assert f"/event/{LEAD_EVENT}" in shown_events(site.page("/search?q=supervisors+jail"))
    # only the wire story's sentence has the word, which is not the event's summary
    assert shown_events(site.page("/search?q=cancelled")) == [f"/event/{LEAD_EVENT}"]
    # the last word may be a beginning
    assert f"/event/{LEAD_EVENT}" in shown_events(site.page("/search?q=supervis"))


def test_officials_and_quotes_are_found(site):
    document = site.page("/search?q=Dahlgren")
    assert len(document.xpath("//section[@aria-labelledby='officials-title']//li")) == 3
    assert "Henrik Dahlgren" in words(document.xpath("//section[@aria-labelledby='quotes-title']")[0])


def test_filters_narrow_and_can_be_taken_off(site):
    document = site.page("/search?type=protest&state=CA&year=2025")
    expected = site.sql(
        "select '/event/' || id from events where type = 'protest' and state = 'CA' and date like '2025%' "
        "order by date desc, id"
    )
    assert shown_events(document) == [row[0] for row in expected][:20]
    assert words(document.get_element_by_id("events-title")) == f"{len(expected)} events"
    chips = document.xpath("//ul[@class='chips']//a/@href")
    assert set(chips) == {
        "/search?state=CA&year=2025",
        "/search?type=protest&year=2025",
        "/search?type=protest&state=CA",
    }
    assert document.xpath("//select[@name='type']/option[@selected]/@value") == ["protest"]


@pytest.mark.parametrize(
    ("filters", "sql"),
    [
        ("family=court", "type in ('lawsuit_filed', 'court_ruling')"),
        ("status=announced", "status = 'announced'"),
        ("agreement=detention", "agreement_type = 'detention'"),
        ("direction=limits_cooperation", "direction = 'limits_cooperation'"),
        ("stance=for_cooperation", "stance = 'for_cooperation'"),
        ("place=fips:06013", "place_id = 'fips:06013'"),
    ],
)
def test_each_filter_counts_what_the_table_holds(site, filters, sql):
    count = site.sql(f"select count(*) from events where {sql}")[0][0]
    assert count > 1
    assert words(site.page(f"/search?{filters}").get_element_by_id("events-title")) == f"{count} events"


def test_pages_do_not_repeat_or_lose_an_event(site):
    seen, path = [], "/search"
    while path:
        document = site.page(path)
        seen += shown_events(document)
        path = (document.xpath("//nav[@class='pages']//a[@rel='next']/@href") or [None])[0]
    assert len(seen) == len(set(seen)) == site.sql("select count(*) from events")[0][0]


@pytest.mark.parametrize(
    "asked",
    [
        '"',
        "'",
        "*",
        "a OR",
        "NEAR(",
        "title:x",
        "-x",
        "^",
        "(",
        "\\",
        "%",
        ";drop table events",
        "\x00",
        "𝕏",
        "__",
        "é" * 400,
    ],
)
def test_odd_queries_are_answered(site, asked):
    assert site.get("/search?" + urlencode({"q": asked})).status_code == 200
    assert site.get("/events.atom?" + urlencode({"q": asked})).status_code == 200


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40), st.text(max_size=8), st.text(max_size=5))
def test_no_query_breaks_the_page(site, asked, state, page):
    arguments = {"q": asked, "state": state, "page": page, "year": page, "type": state}
    encoded = urlencode({k: v.encode("utf-8", "surrogatepass") for k, v in arguments.items()})
    assert site.get(f"/search?{encoded}", follow_redirects=True).status_code == 200


@given(st.text(max_size=60))
def test_match_expression_is_words_in_quotes_and_nothing_else(text):
    expression = match_expression(text)
    assert expression.count('"') % 2 == 0
    outside = "".join(expression.split('"')[0::2])
    assert set(outside) <= {" ", "*"}


def test_too_slow_a_search_says_so(site, monkeypatch):
    from datasette.database import QueryInterrupted

    async def slow(*_args, **_options):
        raise QueryInterrupted(None, "select", {})

    monkeypatch.setattr("data.site_search.event_cards", slow)
    document = site.page("/search?q=jail")
    assert "takes too long" in words(document.xpath("//p[@class='notice']")[0])


def test_query_reads_what_it_understands():
    query = Query.from_arguments({"q": " x ", "state": "ca", "year": "20x", "page": "3", "colour": "red"})
    assert query == Query("x", {"state": "CA"}, 3)
    assert query.url() == "/search?q=x&state=CA"
    assert query.url(page=4) == "/search?q=x&state=CA&page=4"
    assert query.without("state").url() == "/search?q=x"
    assert Query.from_arguments({"page": "-1"}).page == 1
    assert Query.from_arguments({"page": "99999"}).page == LAST_PAGE
    assert Query().url() == "/search"


def test_state_words():
    assert state_asked("District of Columbia") == "DC"
    assert state_asked("Oakland") is None
    assert state_at_end("Oakland, CA") == ("Oakland", "CA")
    assert state_at_end("St. Louis County Missouri") == ("St. Louis County", "MO")
    assert state_at_end("Rockland New York") == ("Rockland", "NY")
    assert state_at_end("California") == ("California", None)


def test_searches_at_the_same_time_do_not_disturb_each_other(site):
    async def many():
        paths = ["/search?q=jail", "/search?type=protest", "/", "/places/ca"] * 3
        return await asyncio.gather(*(site.datasette.client.get(path) for path in paths))

    answers = asyncio.run(many())
    assert {answer.status_code for answer in answers} == {200}
    assert answers[0].text == answers[4].text == answers[8].text
