"""The ready queries: each runs, gives the columns it says, by its page, as JSON and as CSV."""

from __future__ import annotations

import pytest

from data.site_queries import queries
from tests.site_client import Site
from tests.site_fixture import build_site_database

NAMES = [q.name for q in queries()]
FILLED = {"terminations_by_month": "?state=CA", "closest_votes": "?state=CA", "awaiting_review": "?below=0.7"}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return Site(build_site_database(tmp_path_factory.mktemp("queries") / "tracker.db"))


def test_there_are_fifteen_and_more():
    assert len(NAMES) >= 15


@pytest.mark.parametrize("query", queries(), ids=NAMES)
def test_query_gives_its_columns(site, query):
    empty = "&".join(f"{name}=" for name in query.parameters)
    told = site.get(f"/tracker/{query.name}.json?{empty}").json()
    assert not told.get("error"), told
    assert told["columns"] == list(query.columns)
    assert query.parameters == tuple(dict.fromkeys(query.parameters))


@pytest.mark.parametrize("query", queries(), ids=NAMES)
def test_query_has_a_page_with_its_words_and_fields(site, query):
    page = site.page(f"/tracker/{query.name}{FILLED.get(query.name, '')}")
    assert page.xpath("string(//h1)") == query.title
    assert query.description in page.text_content()
    assert {field.get("name") for field in page.xpath("//form//input[@type='text']")} == set(query.parameters)


def test_parameters_choose(site):
    everywhere = site.get("/tracker/suits_and_rulings.json?state=&_shape=array").json()
    states = {row["state"] for row in everywhere}
    assert states
    for state in states:
        chosen = site.get(f"/tracker/suits_and_rulings.json?state={state}&_shape=array").json()
        assert chosen and {row["state"] for row in chosen} == {state}


def test_queries_are_listed_with_what_they_answer(site):
    page = site.page("/tracker")
    assert {a.text for a in page.xpath("//h2[@id='queries']/following::dl[1]//a")} == {q.title for q in queries()}
    assert site.get("/tracker/coming_up.csv?from=2000-01-01").status_code == 200
