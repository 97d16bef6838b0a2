"""The explore page: words, filters and their counts, views, paging, refusals, and queries no reader would type."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urlencode

import pytest
from datasette.database import QueryInterrupted
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.site_database import published
from data.site_explore_query import CHOSEN, SORTS, VIEWS, BadParameter, Known, Query, fixed_names, read_query
from data.site_explore_text import marked, match_expression, state_asked, state_at_end
from data.site_places import PlaceIndex, place_index
from tests.site_client import Site, words
from tests.site_fixture import HOSTILE_EVENT, LEAD_EVENT, SCRIPT, build_site_database


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Site:
    return Site(build_site_database(tmp_path_factory.mktemp("explore") / "tracker.db"))


def shown_events(document) -> list[str]:
    return document.xpath("//div[@class='timeline']//h3/a/@href")


def told_count(document) -> int:
    return int(words(document.get_element_by_id("result-title")).split()[0].replace(",", ""))


def choice_counts(document, name: str) -> dict[str, int]:
    rows = document.xpath(f"//ul[@class='boxes']/li[.//input[@name='{name}'][@value != '']]")
    return {r.xpath("string(.//input/@value)"): int(r.xpath("string(.//span[@class='count'])")) for r in rows}


# The search box's address


@pytest.mark.parametrize(
    ("asked", "target"),
    [
        ("California", "state:CA"),
        ("  New   york ", "state:NY"),
        ("N.Y.", "state:NY"),
        ("contra costa county", "fips:06013"),
        ("Oakland, CA", "geonames:5378538"),
        ("springfield illinois", "geonames:4250542"),
    ],
)
def test_a_place_named_in_full_is_gone_to(site, asked, target):
    response = site.get("/search?" + urlencode({"q": asked}))
    assert response.status_code == 302
    places = asyncio.run(place_index(published(site.datasette)))
    assert response.headers["location"] == places.by_id[target].url
    assert site.get(response.headers["location"]).status_code == 200


@pytest.mark.parametrize("asked", ["q=Springfield", "q=jail&state=CA", "state=CA", "q=Wyoming"])
def test_other_searches_keep_their_parameters(site, asked):
    assert site.get(f"/search?{asked}").headers["location"] == f"/explore?{asked}"


def test_old_addresses_are_answered(site):
    response = site.get("/search?q=&type=protest&year=2025&page=3", follow_redirects=True)
    assert response.status_code == 200
    assert str(response.url).endswith("/explore?type=protest&year=2025")
    assert site.get("/search").headers["location"] == "/explore"


# Words


def test_words_are_found_in_titles_sentences_and_other_reports(site):
    assert f"/event/{LEAD_EVENT}" in shown_events(site.page("/explore?q=supervisors+jail"))
    # only the wire story's sentence has the word, which is not the event's summary
    document = site.page("/explore?q=cancelled")
    assert shown_events(document) == [f"/event/{LEAD_EVENT}"]
    assert "The county board on Tuesday cancelled" in words(document.xpath("//p[@class='also']")[0])
    # the last word may be a beginning
    assert f"/event/{LEAD_EVENT}" in shown_events(site.page("/explore?q=supervis"))


def test_words_are_found_in_places_and_people_beside_the_texts(site):
    in_state = {r[0] for r in site.sql("select id from events where state='CA' and summary like '%jail%'")}
    assert in_state and in_state <= {e["id"] for e in site.get("/explore.json?q=california+jail").json()["events"]}
    acted = {r[0] for r in site.sql("select event_id from event_actors where name = 'Ada Whitlock'")}
    found = {e["id"] for e in site.get("/explore.json?q=Whitlock").json()["events"]}
    assert acted <= found and f"{LEAD_EVENT}" in found
    both = {e["id"] for e in site.get("/explore.json?q=whitlock+supervisors").json()["events"]}
    assert both == {LEAD_EVENT}
    document = site.page("/explore?q=whitlock+supervisors")
    assert [words(m) for m in document.xpath("//p[@class='also']/mark")] == ["Whitlock"]


def test_place_with_its_state_is_that_place_alone(site):
    places = "//ol[@aria-labelledby='places-title']//a/text()"
    both = site.page("/explore?q=Springfield").xpath(places)
    assert set(both) == {"Springfield, Illinois", "Springfield, Massachusetts"}
    for asked in ("Springfield, IL", "springfield illinois"):
        document = site.page("/explore?" + urlencode({"q": asked}))
        assert document.xpath(places) == ["Springfield, Illinois"]
        count = site.sql("select count(*) from events where place_id = 'geonames:4250542'")[0][0]
        assert told_count(document) == count


def test_officials_and_quotes_are_found(site):
    document = site.page("/explore?q=Dahlgren")
    assert len(document.xpath("//ul[@aria-labelledby='officials-title']/li")) == 3
    assert "Henrik Dahlgren" in words(document.xpath("//div[@class='quotes-found']")[0])


def test_found_words_are_marked_and_hostile_texts_stay_text(site):
    document = site.page("/explore?q=vote+script")
    assert not document.xpath("//script | //main//b | //img")
    marks = {words(m).lower() for m in site.page("/explore?q=jails").xpath("//article//mark")}
    assert marks == {"jail"}  # by the stem, as the index finds it
    card = site.page("/explore?q=alert").xpath(f"//article[.//a[@href='/event/{HOSTILE_EVENT}']]")[0]
    assert SCRIPT in words(card.find(".//h3")) and words(card.find(".//h3//mark")) == "alert"


def test_marks_are_made_after_escaping():
    shown = marked([f"{SCRIPT} jail & <b>", None, "\x02x\x03 jailed"], "jail")
    assert str(shown[0]) == "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; <mark>jail</mark> &amp; &lt;b&gt;"
    assert shown[1] == "" and str(shown[2]) == "x  <mark>jailed</mark>"
    assert marked(["as it is"], "") == ["as it is"] and marked(["a"], "!!") == ["a"]


@given(st.text(max_size=80), st.text(max_size=30))
def test_marking_adds_marks_and_nothing_else(text, asked):
    from markupsafe import escape

    from data.site_words import printable

    (shown,) = marked([text], asked)
    plain = str(escape(shown)).replace("<mark>", "").replace("</mark>", "")
    assert plain == str(escape(printable(text)))


# Filters


FILTERS = [
    ("state=CA", "state = 'CA'"),
    ("state=california&state=tx", "state in ('CA', 'TX')"),
    ("type=protest", "type = 'protest'"),
    ("family=court", "type in ('lawsuit_filed', 'court_ruling')"),
    ("family=court&type=court_ruling", "type = 'court_ruling'"),
    ("status=announced", "status = 'announced'"),
    ("agreement=detention", "agreement_type = 'detention'"),
    ("direction=limits_cooperation", "direction = 'limits_cooperation'"),
    ("stance=for_cooperation", "stance = 'for_cooperation'"),
    ("place=fips:06013", "place_id = 'fips:06013'"),
    ("place=contra+costa+county", "place_id = 'fips:06013'"),
    ("place=ca/oakland", "place_id = 'geonames:5378538'"),
    ("review=confirmed", "review = 'confirmed'"),
    ("review=unreviewed", "coalesce(review, 'unreviewed') = 'unreviewed'"),
    ("confidence=0.85", "confidence >= 0.85"),
    ("from=2025-02&to=2025-10-15", "date between '2025-02-01' and '2025-10-15'"),
    ("year=2024", "date like '2024%'"),
    ("outlet=valley+courier", "id in (select event_id from reports where outlet = 'Valley Courier')"),
    (
        "state=CA&type=protest&status=occurred&confidence=0.5&from=2024",
        "state='CA' and type='protest' and status='occurred' and confidence >= .5 and date >= '2024-01-01'",
    ),
]


@pytest.mark.parametrize(("filters", "sql"), FILTERS)
def test_each_filter_finds_what_the_table_holds(site, filters, sql):
    expected = [row[0] for row in site.sql(f"select id from events where {sql} order by date desc, rowid")]
    assert len(expected) > 0
    document = site.page(f"/explore?{filters}")
    assert told_count(document) == len(expected)
    assert shown_events(document) == [f"/event/{i}" for i in expected[:20]]


def test_counts_of_choices_are_those_under_the_other_filters(site):
    document = site.page("/explore?type=protest&state=CA&from=2023")
    where = "date >= '2023-01-01'"
    states = dict(site.sql(f"select state, count(*) from events where type = 'protest' and {where} group by 1"))
    assert choice_counts(document, "state") == states
    types = dict(site.sql(f"select type, count(*) from events where state = 'CA' and {where} group by 1"))
    assert choice_counts(document, "type") == types
    both = f"type = 'protest' and state = 'CA' and {where}"
    statuses = dict(site.sql(f"select status, count(*) from events where {both} group by 1"))
    assert choice_counts(document, "status") == statuses
    outlets = "select outlet, count(distinct event_id) from reports where event_id in (select id from events where "
    assert choice_counts(document, "outlet") == dict(site.sql(f"{outlets} {both}) group by 1"))
    assert set(document.xpath("//input[@checked]/@value")) == {"protest", "CA", ""}
    surer = choice_counts(document, "confidence")
    assert surer["0.7"] == site.sql(f"select count(*) from events where {both} and confidence >= .7")[0][0]


def test_filters_in_use_can_be_taken_off_one_by_one(site):
    document = site.page("/explore?type=protest&state=CA&state=TX&confidence=0.5&year=2025&q=jail")
    chips = {words(a): a.get("href") for a in document.xpath("//ul[@class='chips']//a")}
    assert len(chips) == 6
    assert {href.count("state=") for href in chips.values()} == {1, 2}
    texas = next(href for told, href in chips.items() if "Texas" in told)
    assert texas == "/explore?q=jail&state=CA&type=protest&from=2025-01-01&to=2025-12-31&confidence=0.5"
    assert any("Dates: 2025" in told for told in chips)


def test_a_result_without_events_says_what_to_loosen(site):
    document = site.page("/explore?q=jail&state=AK&from=1999&to=1999")
    assert told_count(document) == 0
    assert "takes" not in words(document.xpath("//div[@class='empty']")[0])
    assert not document.xpath("//ul[@class='loosen']")  # two filters are in the way
    document = site.page("/explore?type=protest&from=1999&to=1999")
    loosen = {a.text: a.get("href") for a in document.xpath("//ul[@class='loosen']//a")}
    assert loosen == {"Without the dates": "/explore?type=protest"}


# Views, order, pages


def test_every_view_has_the_same_events(site):
    asked = "state=CA&family=agreement"
    expected = {r[0] for r in site.sql("select id from events where state='CA' and type like 'agreement%'")}
    table = site.page(f"/explore?{asked}&view=table")
    assert {a.rpartition("/")[2] for a in table.xpath("//table[@class='results']//th/a/@href")} == expected
    timeline = site.page(f"/explore?{asked}&view=timeline")
    assert {a.rpartition("/")[2] for a in timeline.xpath("//ul[@class='lines']//a/@href")} == expected
    months = [int(re.search(r"\d+(?= event)", words(h))[0]) for h in timeline.xpath("//h3[@class='year']")]
    assert sum(months) == len(expected) == told_count(table) == told_count(timeline)
    bars = timeline.xpath("//figure[@class='chart']//svg//title/text()")
    assert sum(int(re.search(r": (\d+) event", bar)[1]) for bar in bars) == len(expected)
    for document in (table, timeline):
        assert document.xpath("//nav[@class='views']//a[@aria-current]/text()")


def test_map_is_of_the_filter_and_narrows_it(site):
    document = site.page("/explore?family=court&view=map")
    counted = dict(
        site.sql("select state, count(*) from events where type in ('lawsuit_filed','court_ruling') group by 1")
    )
    links = document.xpath("//figure[@class='map']//g[@class='areas']/a/@href")
    assert set(links) == {f"/explore?family=court&view=map&state={code}" for code in counted}
    rows = document.xpath("//h3[@class='as-h2']/following-sibling::div[1]//tbody/tr")
    assert sorted(int(words(row.find("td"))) for row in rows) == sorted(counted.values())
    one = site.page(links[0])
    assert one.xpath("//svg[@class='one-state']")
    assert len(one.xpath("//figure[@class='map']//g[@class='areas']//path")) > 3


@pytest.mark.parametrize("sort", SORTS)
def test_pages_go_forth_and_back_and_lose_no_event(site, sort):
    column = {"date": "date", "reported": "last_seen", "confidence": "confidence"}[sort]
    pages, path = [], f"/explore?sort={sort}"
    while path:
        document = site.page(path)
        pages.append(shown_events(document))
        path = (document.xpath("//a[@rel='next']/@href") or [None])[0]
    seen = [event.removeprefix("/event/") for page in pages for event in page]
    assert len(seen) == len(set(seen)) == site.sql("select count(*) from events")[0][0]
    values = dict(site.sql(f"select id, {column} from events"))
    assert [values[i] for i in seen] == sorted(values.values(), reverse=True)
    back = [shown_events(document)]
    while before := document.xpath("//a[@rel='prev']/@href"):
        document = site.page(before[0])
        back.insert(0, shown_events(document))
    backwards = [event for page in back for event in page]
    assert backwards == [event for page in pages for event in page]


def test_a_page_whose_first_event_is_gone_goes_on_at_its_date(site):
    dates = site.sql("select id from events where date < '2025-06-01' order by date desc, rowid limit 3")
    document = site.page("/explore?after=2025-06-01_withdrawn")
    assert shown_events(document)[:3] == [f"/event/{row[0]}" for row in dates]


# What cannot be answered


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("colour=red", "colour"),
        ("state=Atlantis", "state"),
        ("type=protst", "type"),
        ("place=Springfield", "place"),
        ("place=Atlantis", "place"),
        ("outlet=No+such+paper", "outlet"),
        ("review=perhaps", "review"),
        ("from=2025-13-01", "from"),
        ("from=soon", "from"),
        ("to=2025-02-30", "to"),
        ("from=2025&to=2024", "from"),
        ("year=20x", "year"),
        ("year=2024&from=2024", "year"),
        ("confidence=2", "confidence"),
        ("confidence=nan", "confidence"),
        ("sort=id", "sort"),
        ("view=cube", "view"),
        ("after=x", "after"),
        ("after=2025-01-01_a&before=2025-01-01_a", "before"),
        ("sort=date&sort=date", "sort"),
        ("&".join(["state=CA"] * 70), "state"),
    ],
)
def test_bad_parameters_are_refused_by_name(site, asked, name):
    document = site.page(f"/explore?{asked}&q=jail", status=400)
    assert words(document.xpath("//p[@class='standfirst']/code")[0]) == name
    without = document.xpath("//main//p/a/@href")[0]
    assert f"{name}=" not in without
    told = site.get(f"/explore.json?{asked}")
    assert told.status_code == 400 and told.json()["parameter"] == name
    plain = site.get(f"/explore.csv?{asked}")
    assert plain.status_code == 400 and plain.text.startswith(f"{name}: ")


def test_a_slip_is_answered_with_what_was_meant(site):
    told = words(site.page("/explore?type=protst", status=400).xpath("//p[@class='standfirst']")[0])
    assert "Did you mean “protest”" in told
    told = words(site.page("/explore?place=Springfield", status=400))
    assert "more than one place" in told and "Springfield, Illinois" in told


def test_too_slow_a_search_says_so(site, monkeypatch):
    async def slow(*_args, **_options):
        raise QueryInterrupted(None, "select", {})

    monkeypatch.setattr("data.site_explore_text._both", slow)
    assert "takes too long" in words(site.page("/explore?q=neverasked", status=400))
    assert "takes too long" in site.get("/explore.ics?q=neverasked").text


def test_a_search_with_more_matches_than_it_takes_in_says_so(site, monkeypatch):
    monkeypatch.setattr("data.site_explore_text.MATCHED", 5)
    monkeypatch.setattr("data.site_explore_text._both", _few)
    document = site.page("/explore?q=officials+spoke")
    assert words(document.get_element_by_id("result-title")).startswith("At least ")
    assert "the newest are shown" in words(document.xpath("//p[@class='notice']")[0])


async def _few(database, match, within):
    from data.site_explore_text import TEXTS, _rowids

    return [await _rowids(database, sql, match=match, within=within, limit=5) for sql in TEXTS]


ODD = ['"', "'", "*", "a OR", "NEAR(", "title:x", "-x", "^", "(", "\\", "%", ";drop table events", "\x00", "𝕏", "__"]
ODD += ["é" * 400, "{name} : x", "a AND", "W*"]


@pytest.mark.parametrize("asked", ODD)
def test_odd_queries_are_answered(site, asked):
    assert site.get("/explore?" + urlencode({"q": asked})).status_code == 200
    for kind in ("atom", "csv", "ics"):
        assert site.get(f"/explore.{kind}?" + urlencode({"q": asked})).status_code == 200


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40), st.text(max_size=8), st.text(max_size=5))
def test_no_query_breaks_the_page(site, asked, state, page):
    arguments = {"q": asked, "state": state, "after": page, "year": page, "place": state, "type": state}
    encoded = urlencode({k: v.encode("utf-8", "surrogatepass") for k, v in arguments.items()})
    assert site.get(f"/explore?{encoded}").status_code in (200, 400)
    assert site.get(f"/search?{encoded}").status_code == 302


@given(st.text(max_size=60))
def test_match_expression_is_words_in_quotes_and_nothing_else(text):
    expression = match_expression(text)
    assert expression.count('"') % 2 == 0
    outside = "".join(expression.split('"')[0::2])
    assert set(outside) <= {" ", "*"}


@settings(max_examples=60)
@given(
    st.dictionaries(st.sampled_from(["state", "review", "family"]), st.integers(0, 2), max_size=3),
    st.sampled_from(sorted(VIEWS)),
    st.sampled_from(sorted(SORTS)),
    st.text(max_size=20),
)
def test_the_address_of_a_query_reads_as_the_query(chosen, view, sort, text):
    known = Known({name: fixed_names().get(name, {}) for name in CHOSEN}, PlaceIndex([]))
    given_pairs = [(name, list(known.names[name].values())[at]) for name, at in chosen.items()]
    query = read_query([*given_pairs, ("view", view), ("sort", sort), ("q", text)], known)
    assert read_query(query.pairs(), known) == query
    with pytest.raises(BadParameter, match="no such filter"):
        read_query([("colour", "")], known)


def test_months_and_years_stand_for_their_days():
    known = Known({}, PlaceIndex([]))
    query = read_query([("from", "2024-02"), ("to", "2024-02")], known)
    assert (query.start, query.end) == ("2024-02-01", "2024-02-29")
    assert read_query([("year", "2023")], known) == Query(start="2023-01-01", end="2023-12-31")


def test_state_words():
    assert state_asked("District of Columbia") == "DC"
    assert state_asked("Oakland") is None
    assert state_at_end("Oakland, CA") == ("Oakland", "CA")
    assert state_at_end("St. Louis County Missouri") == ("St. Louis County", "MO")
    assert state_at_end("California") == ("California", None)


def test_searches_at_the_same_time_do_not_disturb_each_other(tmp_path):
    site = Site(build_site_database(tmp_path / "tracker.db", events=60))

    async def many():
        await site.datasette.invoke_startup()
        paths = ["/explore?q=jail", "/explore?type=protest", "/", "/explore?view=map"] * 3
        return await asyncio.gather(*(site.datasette.client.get(path) for path in paths))

    answers = asyncio.run(many())
    assert {answer.status_code for answer in answers} == {200}
    assert answers[0].text == answers[4].text == answers[8].text
