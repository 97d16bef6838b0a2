"""Cards that other sites show in frames: small, leading back, and the only pages that may be framed."""

from __future__ import annotations

import sqlite3

import pytest
from lxml import html

from tests.site_client import Site, words
from tests.site_fixture import LEAD_EVENT, build_site_database

COUNTY = "/place/ca/contra-costa-county"


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Site:
    return Site(build_site_database(tmp_path_factory.mktemp("cards") / "tracker.db", sample=False))


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> Site:
    return Site(build_site_database(tmp_path_factory.mktemp("sample") / "tracker.db", events=60))


def test_only_cards_may_be_framed(site):
    for path in ("/embed/place/ca", f"/embed{COUNTY}", "/embed/chart?type=protest"):
        policy = site.get(path).headers["content-security-policy"]
        assert "frame-ancestors *" in policy and "default-src 'none'" in policy
    for path in ("/", COUNTY, "/embed", "/embedded", f"/event/{LEAD_EVENT}"):
        assert "frame-ancestors 'none'" in site.get(path).headers["content-security-policy"]


def test_card_of_a_place_is_small_and_leads_back(site, sample):
    response = site.get(f"/embed{COUNTY}")
    document = html.fromstring(response.text)
    assert len(response.content) < 6000 and not document.xpath("//nav | //form")
    assert set(document.xpath("//a/@href")) == {f"http://localhost{COUNTY}"}
    assert set(document.xpath("//a/@target")) == {"_blank"}
    assert document.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert "Invented samples" in sample.get(f"/embed{COUNTY}").text


def test_chart_card_follows_the_filter_and_refuses_nonsense(site):
    document = site.page("/embed/chart?type=protest&state=CA")
    count = site.sql("select count(*) from events where type = 'protest' and state = 'CA'")[0][0]
    assert f"{count} event" in words(document.xpath("//p[@class='embed-facts']")[0])
    assert document.xpath("//svg") and document.xpath("//h1/a/@href")[0].startswith("http://localhost/explore?")
    assert site.get("/embed/chart?state=ZZ").status_code == 400


def test_code_to_copy_is_the_card_of_the_place_asked_for(site):
    document = site.page("/embed?place=pa/philadelphia")
    frames = [html.fromstring(pre.text_content()) for pre in document.xpath("//pre[@class='code-sample']")]
    sources = [frame.get("src").removeprefix("http://localhost") for frame in frames]
    assert sources[0] == "/embed/place/pa/philadelphia" and all(frame.get("title") for frame in frames)
    assert [site.get(source).status_code for source in sources] == [200, 200]
    assert "No place has the address" in words(site.page("/embed?place=%3Cb%3Enowhere"))


def test_a_state_with_more_agreements_than_are_listed_says_so(tmp_path):
    path = build_site_database(tmp_path / "tracker.db", sample=False, events=20)
    with sqlite3.connect(path) as db:
        before = db.execute(
            "select count(*), coalesce(sum(a.state = 'active'), 0) from agreements a "
            "join places p on p.id = a.place_id where p.state = 'TX'"
        ).fetchone()
        db.executemany(
            "insert into agreements (id, place_id, agreement_type, state, since) values (?, ?, ?, ?, ?)",
            [(f"many-{n}", "fips:48201", "detention", "active", "2020-01-01") for n in range(250)],
        )
    db.close()
    text = words(Site(path).page("/place/tx"))
    known, active = before[0] + 250, before[1] + 250
    assert f"{known} agreements with federal immigration enforcement known, {active} in force." in text
    assert f"{known - 200} more in the table" in text
