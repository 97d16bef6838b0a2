"""The site over HTTP, through Datasette's in-process client: what each page shows, and what it must never show."""

from __future__ import annotations

import logging
from itertools import pairwise
from urllib.parse import urldefrag, urljoin

import pytest
from lxml import etree, html

from data.public_schema import public_tables
from data.site import SiteError, build_datasette
from tests.site_client import Site, words
from tests.site_fixture import HOSTILE_EVENT, LEAD_EVENT, SCRIPT, STATES, TYPES, build_site_database

ATOM = {"a": "http://www.w3.org/2005/Atom"}
PAGES = [
    "/",
    "/about",
    "/places",
    "/place/ca",
    "/place/ca/contra-costa-county",
    "/place/pa/philadelphia",
    f"/event/{LEAD_EVENT}",
    f"/event/{HOSTILE_EVENT}",
    "/explore",
    "/explore?q=jail",
    "/explore?q=script",
    "/explore?view=table",
    "/explore?view=map&state=CA",
    "/explore?view=timeline&type=protest",
    "/explore?type=protest&from=1999&to=1999",
    "/tracker",
    "/tracker/events",
    "/tracker/reports",
    "/tracker/quotes",
    f"/tracker/events/{HOSTILE_EVENT}",
    "/tracker?sql=select+title+from+events",
    "/no-such-page",
]


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Site:
    return Site(build_site_database(tmp_path_factory.mktemp("site") / "tracker.db"))


@pytest.fixture(scope="module")
def real(tmp_path_factory) -> Site:
    """The same with meta.sample = 0, under a file name of its own."""
    return Site(build_site_database(tmp_path_factory.mktemp("real") / "public-copy.db", sample=False, events=40))


def test_database_is_mounted_as_tracker_whatever_the_file_is_called(real):
    rows = real.get("/tracker/events.json?_shape=array&_size=max").json()
    assert len(rows) == real.sql("select count(*) from events")[0][0]
    assert set(rows[0]) == {c.name for t in public_tables() if t.name == "events" for c in t.columns}
    assert list(real.datasette.databases) == ["_internal", "tracker"]


def test_missing_database_is_told_in_one_line(tmp_path):
    with pytest.raises(SiteError, match=r"none\.db: no published database yet"):
        build_datasette(tmp_path / "none.db")


# Every page


@pytest.mark.parametrize("path", [*PAGES, "/-/metadata", "/-/versions", "/tracker/nothing"])
def test_banner_on_every_page_while_samples_are_loaded(site, real, path):
    assert "Invented samples." in site.get(path, follow_redirects=True).text
    assert "Invented samples." not in real.get(path, follow_redirects=True).text


@pytest.mark.parametrize("path", PAGES)
def test_pages_ask_for_nothing_from_elsewhere_and_run_no_script(site, path):
    response = site.get(path)
    document = html.fromstring(response.text)
    assert not document.xpath("//script[not(@type='application/ld+json')] | //iframe | //object | //embed")
    assert not document.xpath("//style | //@style")
    loaded = document.xpath(
        "//img/@src | //link[@rel='stylesheet' or @rel='icon']/@href | //*[local-name()='use']/@href"
    )
    assert loaded and all(address.startswith("/static/") for address in loaded)
    for address in loaded:
        assert site.get(address).status_code == 200
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert "script-src" not in response.headers["content-security-policy"]


@pytest.mark.parametrize("path", PAGES)
def test_hostile_texts_stay_text(site, path):
    document = html.fromstring(site.get(path).text)
    for element in document.iter(etree.Element):
        assert not [name for name in element.attrib if name.lower().startswith("on")], etree.tostring(element)
    for address in document.xpath("//@href | //@src | //@action"):
        assert urljoin("https://site.test/", address).startswith(("http://", "https://")), address
    assert not document.xpath("//b[contains(., 'Outlet')]")


def test_hostile_event_is_shown_as_it_was_written(site):
    document = site.page(f"/event/{HOSTILE_EVENT}")
    assert SCRIPT in words(document.find(".//h1"))
    assert "{{ 7 * 7 }}" in words(document)
    reports = document.xpath("//ol[@class='reports']/li")
    assert len(reports) == 3
    assert [len(r.xpath(".//p[@class='report-link']/a")) for r in reports] == [0, 0, 0]
    assert all("no usable link" in words(r) for r in reports)


@pytest.mark.parametrize("path", PAGES)
def test_landmarks_labels_and_headings(site, path):
    document = html.fromstring(site.get(path).text)
    assert document.get("lang") == "en"
    for landmark in ("//header[contains(@class,'masthead')]", "//main[@id='main']", "//footer", "//nav[@aria-label]"):
        assert document.xpath(landmark), landmark
    assert document.xpath("//a[@class='skip']/@href") == ["#main"]
    assert len(document.xpath("//h1")) == 1
    labelled = set(document.xpath("//label/@for"))
    fields = document.xpath("//input[not(@type='hidden')] | //select | //textarea")
    assert all(f.get("id") in labelled or f.xpath("ancestor::label") for f in fields)
    ids = document.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert all(i in ids for value in document.xpath("//@aria-labelledby") for i in value.split())
    levels = [int(h.tag[1]) for h in document.xpath("//h1 | //h2 | //h3 | //h4")]
    assert all(after - before <= 1 for before, after in pairwise(levels)), levels


def test_every_link_of_the_site_leads_somewhere(site):
    kinds = (
        "/",
        "/about",
        "/places",
        "/place/ca",
        "/place/ca/contra-costa-county",
        f"/event/{LEAD_EVENT}",
        "/explore",
        "/explore?view=map",
    )
    targets = set()
    for path in (*kinds, "/explore?q=springfield", "/tracker", "/tracker/agreements", "/tracker/events?_size=5"):
        links = site.page(path).xpath("//a/@href | //link/@href | //form/@action")
        targets |= {urldefrag(urljoin(path, link))[0] for link in links if not link.startswith(("http", "/sample/"))}
    targets -= {"", "/tracker.db"}
    assert len(targets) > 150
    broken = {t: s for t in sorted(targets) if (s := site.get(t, follow_redirects=True).status_code) >= 400}
    assert broken == {}


def test_not_found_is_a_page_of_the_site_and_quiet(site, capfd, caplog):
    with caplog.at_level(logging.WARNING):
        document = site.page("/nothing/at/all/here/really", status=404)
    assert "no page at this address" in words(document)
    assert capfd.readouterr() == ("", "")
    assert not caplog.records
    told = site.get("/event/none.json")
    assert told.status_code == 404
    assert told.json()["error"] == "No event has this address."


def test_fault_inside_is_logged_and_not_shown(site, monkeypatch, caplog):
    async def broken(*_args, **_options):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("data.site_events.facts", broken)
    response = site.get(f"/event/{LEAD_EVENT}")
    assert response.status_code == 500
    assert "secret detail" not in response.text
    assert "secret detail" in caplog.text


# The front page


def test_home_counts_what_the_tables_hold(site):
    document = site.page("/")
    told = {words(d.find("dt")): words(d.find("dd")) for d in document.xpath("//dl[@class='totals']/div")}
    assert told["Events"] == str(site.sql("select count(*) from events")[0][0])
    assert told["Agreements"] == str(site.sql("select count(*) from agreements")[0][0])
    legend = {
        li.xpath("string(.//a)").split()[1]: li.xpath("string(.//strong)")
        for li in document.xpath("//ul[@class='legend']/li")
    }
    assert legend == {state: str(n) for state, n in site.sql("select state, count(*) from agreements group by 1")}
    kinds = {
        words(li.find("a")): int(words(li.find("span"))) for li in document.xpath("//ul[contains(@class,'kinds')]/li")
    }
    counted = dict(
        site.sql("select t.label, count(e.id) from event_types t left join events e on e.type = t.name group by 1")
    )
    assert kinds == counted


def test_home_shows_the_newest_events_that_have_come_to_pass(site):
    document = site.page("/")
    shown = [a.get("href").removeprefix("/event/") for a in document.xpath("//div[@class='cards']//h3/a")]
    newest = site.sql("select id from events where date <= '2025-11-20' order by date desc, id limit 8")
    assert shown == [row[0] for row in newest]
    coming = document.xpath("//ol[@class='coming']/li/time/@datetime")
    assert coming == sorted(coming) and coming[0] > "2025-11-20"


def test_card_has_its_kind_status_place_sentence_and_source(site):
    card = site.page("/").xpath(f"//article[.//a[@href='/event/{LEAD_EVENT}']]")[0]
    assert "Agreement ended" in words(card)
    assert "Happened" in words(card)
    assert "November 18, 2025" in words(card)
    assert card.xpath(".//p[@class='card-place']/a/@href") == ["/place/ca/contra-costa-county"]
    assert "Supervisors voted 4-1" in words(card.find(".//blockquote"))
    (source,) = card.xpath(".//p[@class='card-foot']/a")
    assert words(source) == "The Harbor Ledger"
    assert source.get("href").startswith("/sample/the-harbor-ledger.example/news/")


def test_map_links_to_states_and_has_a_table_of_the_same_numbers(site):
    document = site.page("/")
    svg = document.xpath("//figure[@class='map']/svg")[0]
    assert svg.get("aria-hidden") == "true"
    assert set(svg.xpath(".//a/@tabindex")) == {"-1"}
    linked = set(svg.xpath(".//g[@class='areas']/a/@href"))
    assert linked == {f"/place/{code.lower()}" for code in STATES}
    drawn = {t.text for t in svg.xpath(".//g[@class='areas']//title")}
    rows = document.xpath("//details[@class='as-table']//tbody/tr")
    told = {words(r.find("th")): int(words(r.xpath("td")[0])) for r in rows}
    assert told == {STATES[s][0]: n for s, n in site.sql("select state, count(*) from events group by state")}
    assert all(f"{name}: {count} event{'' if count == 1 else 's'}" in drawn for name, count in told.items())
    assert {"Alaska", "Hawaii", "Puerto Rico"} <= set(told)
    dots = svg.xpath(".//g[@class='dots']//circle")
    assert len(dots) == site.sql("select count(*) from places where events_count > 0 and kind != 'state'")[0][0]
    assert all(0 < float(dot.get("cx")) < 960 and 0 < float(dot.get("cy")) < 600 for dot in dots)


# Places


def test_place_ids_lead_to_readable_addresses(site):
    for address, target in (
        ("/place/fips:06013", "/place/ca/contra-costa-county"),
        ("/place/fips%3A06013", "/place/ca/contra-costa-county"),
        ("/place/fips:17031", "/place/il/cook-county"),
        ("/place/fips:22071", "/place/la/orleans-parish"),
        ("/place/fips:24033", "/place/md/prince-georges-county"),
        ("/place/state:CA", "/place/ca"),
        ("/place/CA", "/place/ca"),
        ("/places/ca/richmond", "/place/ca/richmond"),
    ):
        response = site.get(address)
        assert response.status_code in (301, 302)
        assert response.headers["location"] == target
        assert site.get(target).status_code == 200
    for address in ("/place/fips:99999", "/place/zz", "/place/ca/atlantis"):
        assert site.get(address).status_code == 404


def test_place_page_tells_agreements_and_what_set_them(site):
    document = site.page("/place/ca/contra-costa-county")
    deals = document.xpath("//li[@class='deal']")
    assert len(deals) == site.sql("select count(*) from agreements where place_id = 'fips:06013'")[0][0]
    lead = next(d for d in deals if "West County bed contract" in words(d))
    assert "Ended since November 18, 2025" in words(lead)
    assert lead.xpath(".//p[@class='because']/a/@href") == [f"/event/{LEAD_EVENT}"]


def test_place_timeline_is_newest_first_by_year(site):
    document = site.page("/place/ca/contra-costa-county")
    years = [words(h) for h in document.xpath("//h3[@class='year']")]
    assert years == sorted(years, reverse=True)
    shown = document.xpath("//div[@class='timeline']//h4/a/@href")
    kept = site.sql("select id from events where place_id='fips:06013' and date <= '2025-11-20' order by date desc, id")
    assert shown == [f"/event/{row[0]}" for row in kept]


def test_place_page_names_what_lies_around_and_within(site):
    county = site.page("/place/ca/contra-costa-county")
    inside = county.xpath("//section[@aria-labelledby='within-title']//a/@href")
    assert set(inside) == {"/place/ca/richmond", "/place/ca/concord"}
    near = county.xpath("//section[@aria-labelledby='near-title']//a/@href")
    assert near[0] == "/place/ca" and "/place/ca/oakland" in near and "/place/ca/los-angeles" not in near
    city = site.page("/place/ca/richmond")
    assert city.xpath("//nav[@aria-label='Breadcrumb']//a/@href") == [
        "/places",
        "/place/ca",
        "/place/ca/contra-costa-county",
    ]
    state = site.page("/place/ca")
    assert len(state.xpath("//section[@aria-labelledby='within-title']//li")) == 7


def test_place_downloads_hold_exactly_its_events(site):
    document = site.page("/place/ca/contra-costa-county")
    links = dict(
        zip(
            document.xpath("//ul[@class='actions']//a/text()"),
            document.xpath("//ul[@class='actions']//a/@href"),
            strict=True,
        )
    )
    count = site.sql("select count(*) from events where place_id = 'fips:06013'")[0][0]
    assert len(site.get(links["Events as JSON"]).json()) == count
    assert len(site.get(links["Events as CSV"]).text.strip().splitlines()) == count + 1
    feed = etree.fromstring(site.get(links["Follow by feed"]).content)
    assert len(feed.findall("a:entry", ATOM)) == count


# Events


def test_event_page_tells_the_whole_record(site):
    text = words(site.page(f"/event/{LEAD_EVENT}"))
    definition = next(t[3] for t in TYPES if t[0] == "agreement_terminated")
    for told in (
        definition,
        "The reports give the day.",
        "4 for, 1 against",
        "Almost certain",
        "about 96 have the right kind and place",
        "West County bed contract",
        "Ada Whitlock decided",
        "Teresa Quintanilla voted against",
        "“Our jail is not for rent, and the people who live here told us so.” Marcus Oyelaran",
        "Event ev-lead, data of November 20, 2025. http://localhost/event/ev-lead",
    ):
        assert told in text


def test_wire_story_counts_once_and_its_other_outlets_are_folded(site):
    reports = site.page(f"/event/{LEAD_EVENT}").xpath("//ol[@class='reports']/li")
    assert len(reports) == 2
    wire = next(r for r in reports if "cancelled its detention agreement" in words(r))
    assert words(wire.find(".//summary")) == "The same text in 2 other outlets"
    assert len(wire.xpath(".//details//li/a")) == 2


def test_event_page_leads_to_its_neighbours_in_time(site):
    order = [r[0] for r in site.sql("select id from events where place_id='fips:06013' order by date, id")]
    at = order.index(LEAD_EVENT)
    links = site.page(f"/event/{LEAD_EVENT}").xpath("//ul[@class='beside steps']//a/@href")
    assert links == [f"/event/{order[at + 1]}", f"/event/{order[at - 1]}"]
    first = site.page(f"/event/{order[0]}").xpath("//ul[@class='beside steps']//span/text()")
    assert first == ["Next"]


def test_event_json_has_every_report(site):
    told = site.get(f"/event/{LEAD_EVENT}.json").json()
    assert told["id"] == LEAD_EVENT and told["sample"] == "an invented sample"
    assert told["place"] == {"id": "fips:06013", "name": "Contra Costa County", "kind": "county", "state": "CA"}
    assert len(told["reports"]) == 4
    assert [r["wire_group"] for r in told["reports"]].count(77) == 3
    assert {a["part"] for a in told["actors"]} == {"decided", "voted_for", "voted_against", "sponsored", "announced"}


def test_real_stories_are_linked_where_they_are_and_samples_are_closed(real):
    links = real.page(f"/event/{LEAD_EVENT}").xpath("//p[@class='report-link']/a/@href")
    assert links and all(link.startswith("https://") for link in links)
    assert real.get("/sample/the-harbor-ledger.example/news/1").status_code == 404
