"""The record pages: places, officials, agreements, outlets and events; feeds, cards and addresses that last."""

from __future__ import annotations

import json
import re
import sqlite3
from datetime import UTC, datetime
from itertools import pairwise
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from lxml import etree, html

from data.site_citations import cite, latex
from data.site_linked_data import json_ld
from data.site_links import report_error_link
from data.site_place_match import NameIndex
from data.site_places import PlaceIndex
from tests.site_client import Site, words
from tests.site_fixture import HOSTILE_EVENT, LEAD_EVENT, SCRIPT, build_site_database

ATOM = {"a": "http://www.w3.org/2005/Atom"}
COUNTY = "/place/ca/contra-costa-county"
OFFICIAL = "/official/of-0-ada-whitlock"
RECORDS = [
    *(COUNTY, "/place/ca", "/place/pa/philadelphia", f"/event/{LEAD_EVENT}", f"/event/{HOSTILE_EVENT}", OFFICIAL),
    *(
        "/agreement/ag-lead",
        "/outlet/outlet-0",
        "/embed",
        "/embed/place/ca",
        f"/embed{COUNTY}",
        "/embed/chart?state=CA",
    ),
]
CHANGES = [
    ("first_seen", None, None, "1", "The Harbor Ledger"),
    ("changed", "status", "announced", "occurred", None),
    ("changed", "date", "2025-11-01", "2025-11-18", None),
    ("changed", "title", None, f"A title {SCRIPT}", None),
    ("reports_added", None, "1", "4", "Valley Courier; Channel 6 Newsroom"),
    ("joined", None, "ev-old", None, None),
]


def add_memory(path) -> None:
    """What publishing remembers, contact and slugs: the fixture's rows are those of a first night."""
    with sqlite3.connect(path) as db:
        rows = [(LEAD_EVENT, f"2025-11-{day:02d}T05:00:00Z", *row) for day, row in enumerate(CHANGES, 1)]
        db.executemany(
            "insert into event_changes (event_id, at, change, field, before, after, detail) values (?,?,?,?,?,?,?)",
            rows,
        )
        db.execute("insert into event_redirects values ('ev-old', ?)", [LEAD_EVENT])
        db.execute("insert into place_redirects values ('ca/diablo-county', 'fips:06013')")
        db.execute("update places set slug = 'springfield-town' where id = 'geonames:4250542'")
        db.execute("update events set review = null where id = ?", [LEAD_EVENT])
        db.execute("insert into meta values ('contact', 'desk@example.org')")
        db.execute("update reports set archive_url = 'https://web.archive.org/web/1/' || url where id % 2 = 0")
    db.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Site:
    """Invented stories that the file says are real, so that everything a real page has is there."""
    path = build_site_database(tmp_path_factory.mktemp("records") / "tracker.db", sample=False)
    add_memory(path)
    return Site(path)


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> Site:
    path = build_site_database(tmp_path_factory.mktemp("sample") / "tracker.db", events=60)
    add_memory(path)
    return Site(path)


# Every record page


@pytest.mark.parametrize("path", RECORDS)
def test_pages_are_sound_and_run_no_script(site, path):
    response = site.get(path)
    assert response.status_code == 200
    document = html.fromstring(response.text)
    assert not document.xpath("//script[not(@type='application/ld+json')] | //iframe | //@style | //style")
    assert len(document.xpath("//h1")) == 1 and document.xpath("//main")
    ids = document.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert all(i in ids for value in document.xpath("//@aria-labelledby") for i in value.split())
    levels = [int(h.tag[1]) for h in document.xpath("//h1 | //h2 | //h3 | //h4")]
    assert all(b - a <= 1 for a, b in pairwise(levels)), levels
    for element in document.iter(etree.Element):
        assert not [name for name in element.attrib if name.lower().startswith("on")]
    for address in document.xpath("//@href | //@src"):
        assert urlsplit(urljoin("https://site.test/", address)).scheme in ("http", "https", "mailto"), address


def test_record_pages_link_both_ways_and_nowhere_in_vain(site):
    pages = [p for p in RECORDS if not p.startswith("/embed/")]
    targets = set()
    for path in pages:
        for link in site.page(path).xpath("//a/@href | //link/@href"):
            if not link.startswith(("http", "mailto")):
                targets.add(urldefrag(urljoin(path, link))[0])
    broken = {t: s for t in sorted(targets) if (s := site.get(t, follow_redirects=True).status_code) >= 400}
    assert broken == {}
    event = set(site.page(f"/event/{LEAD_EVENT}").xpath("//a/@href"))
    assert {COUNTY, OFFICIAL, "/agreement/ag-lead", "/outlet/outlet-0"} <= event
    for path in (COUNTY, OFFICIAL, "/agreement/ag-lead", "/outlet/outlet-0"):
        assert f"/event/{LEAD_EVENT}" in site.page(path).xpath("//a/@href"), path


@pytest.mark.parametrize("path", [p for p in RECORDS if not p.startswith("/embed")])
def test_head_has_the_lasting_address_titles_and_linked_data(site, sample, path):
    document = site.page(path)
    assert document.xpath("//link[@rel='canonical']/@href") == [f"http://localhost{path}"]
    told = dict(zip(document.xpath("//meta/@property"), document.xpath("//meta[@property]/@content"), strict=True))
    assert told["og:url"] == f"http://localhost{path}" and told["og:title"] and told["og:description"]
    (data,) = document.xpath("//script[@type='application/ld+json']/text()")
    assert json.loads(data)["@id"] == f"http://localhost{path}"
    invented = sample.page(path)
    assert not invented.xpath("//script")  # nothing tells machines that an invented story is true
    assert invented.xpath("//meta[@property='og:title']/@content")[0].startswith("[Invented sample]")


def test_linked_data_cannot_end_its_element(site):
    text = site.get(f"/event/{HOSTILE_EVENT}").text
    body = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)[1]
    told = json.loads(body)
    assert SCRIPT in told["name"] and "<" not in body and told["isBasedOn"] == []
    assert str(json_ld({"a": "</script>&\u2028"})) == '{"a": "\\u003c/script\\u003e\\u0026\\u2028"}'


# Places


def test_old_addresses_lead_to_the_place(site):
    for old, new in (
        ("/place/fips:06013", COUNTY),
        ("/place/fips%3A06013?from=mail", f"{COUNTY}?from=mail"),
        ("/place/CA/Contra-Costa-County", COUNTY),
        ("/places/ca/contra-costa-county", COUNTY),
        ("/place/ca/contra-costa-county/", COUNTY),
        ("/place/ca/diablo-county", COUNTY),
        ("/place/ca/diablo-county.ics", f"{COUNTY}.ics"),
        ("/place/state:TX", "/place/tx"),
        ("/embed/place/ca/diablo-county", f"/embed{COUNTY}"),
    ):
        response = site.get(old)
        assert (response.status_code, response.headers.get("location")) == (301, new), old
    assert site.get("/place/il/springfield").status_code == 404  # the file gives it another address
    assert site.page("/place/il/springfield-town").xpath("//h1/text()") == ["Springfield"]


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("/place/ca/contra-cost", COUNTY),
        ("/place/pa/filadelfia", "/place/pa/philadelphia"),
        ("/place/ny/philadelphia", "/place/pa/philadelphia"),
        ("/place/mn/mineapolis", "/place/mn/minneapolis"),
        ("/place/california/oakland", "/place/ca/oakland"),
        ("/places/xx/austin", "/place/tx/austin"),
    ],
)
def test_an_unknown_place_is_a_404_that_offers_the_nearest_names(site, wrong, meant):
    document = site.page(wrong, status=404)
    assert meant in document.xpath("//ul[@class='suggested']//a/@href")
    assert document.xpath("//input[@name='q']")


def test_nothing_is_offered_where_nothing_is_alike(site):
    assert not site.page("/place/zz/qqqqqqqqqq", status=404).xpath("//ul[@class='suggested']")
    hostile = site.get("/place/ca/%3Cscript%3Ealert(1)%3C%2Fscript%3E", follow_redirects=True)
    assert hostile.status_code == 404 and "<script>alert" not in hostile.text
    assert site.get("/place/ca/" + "a" * 5000).status_code == 404


def test_names_alike_are_ranked_by_likeness_then_state():
    rows = [
        {"id": f"geonames:{n}", "name": name, "slug": None, "kind": "city", "state": state, "state_name": state,
         "county_fips": None, "population": 1, "latitude": 1.0, "longitude": 1.0, "events_count": 1}
        for n, (name, state) in enumerate([("Salem", "OR"), ("Salem", "MA"), ("Selma", "AL"), ("Boise", "ID")])
    ]  # fmt: skip
    found = NameIndex(PlaceIndex(rows)).nearest("salem", "MA")
    assert [(p.name, p.state) for p in found] == [("Salem", "MA"), ("Salem", "OR")]


def test_place_parts_what_stands_from_what_ended(site):
    document = site.page(COUNTY)
    sections = {s.get("aria-labelledby"): s for s in document.xpath("//section")}
    states = "select count(*) from agreements where place_id = 'fips:06013' and state {} ('ended', 'rejected')"
    assert len(sections["agreements-title"].xpath(".//li[@class='deal']")) == site.sql(states.format("not in"))[0][0]
    assert len(sections["ended-title"].xpath(".//li[@class='deal']")) == site.sql(states.format("in"))[0][0]
    assert "West County bed contract" in words(sections["ended-title"])
    totals = dict(
        site.sql(
            "select a.state, count(*) from agreements a join places p on p.id = a.place_id "
            "where p.state = 'CA' group by 1"
        )
    )
    told = {words(li.find("b")): words(li.find("span")) for li in sections["state-title"].xpath(".//li")}
    assert told["Events"] == str(site.sql("select count(*) from events where state = 'CA'")[0][0])
    assert told["Agreements ended"] == str(totals["ended"])


def test_place_shows_officials_with_acts_and_words_and_its_sources(site):
    document = site.page(COUNTY)
    (person,) = document.xpath(f"//section[@aria-labelledby='officials-title']/ul/li[a[@href='{OFFICIAL}']]")
    assert "Decided:" in words(person) and person.xpath(".//ul[@class='acts']//a")
    outlets = document.xpath("//section[@aria-labelledby='sources-title']//a/@href")
    assert "/outlet/outlet-0" in outlets


def test_place_calendar_has_meetings_and_announced_dates(site):
    response = site.get(f"{COUNTY}.ics")
    assert response.headers["content-type"].startswith("text/calendar")
    text = response.text.replace("\r\n ", "")
    wanted = site.sql(
        "select id from events where place_id = 'fips:06013' and (type = 'public_meeting' or status = 'announced') "
        "and status != 'denied' and date_precision in ('day', 'week')"
    )
    assert sorted(re.findall(r"^UID:(.+)@", text, re.M)) == sorted(row[0] for row in wanted) != []
    assert "X-WR-CALNAME:Sanctuary Tracker: Contra Costa County\\, California" in text
    assert all(len(line.encode()) <= 75 for line in response.text.split("\r\n"))


def test_feeds_follow_a_place_by_any_of_its_addresses(site):
    count = site.sql("select count(*) from events where place_id = 'fips:06013'")[0][0]
    for address in (COUNTY, "/places/ca/contra-costa-county", "/place/ca/diablo-county", "/place/CA"):
        feed = etree.fromstring(site.get(f"{address}.atom").content)
        entries = len(feed.findall("a:entry", ATOM))
        assert entries == (50 if address.endswith("CA") else min(count, 50)), address


# Events


def test_event_tells_review_history_and_where_errors_go(site):
    document = site.page(f"/event/{LEAD_EVENT}")
    assert "Read by the machine alone; no person has checked it." in words(
        document.xpath("//p[contains(@class,'review')]")[0]
    )
    history = [words(li) for li in document.xpath("//ol[@class='history']/li")]
    assert history == [
        "November 1, 2025 Entered the record with 1 report (The Harbor Ledger).",
        "November 2, 2025 Status changed from Announced to Happened.",
        "November 3, 2025 Date changed from November 1, 2025 to November 18, 2025.",
        f"November 4, 2025 Title reworded to “A title {SCRIPT}”.",
        "November 5, 2025 3 reports added (Valley Courier; Channel 6 Newsroom).",
        "November 6, 2025 Event ev-old was found to be the same and is part of this one now.",
    ]
    (link,) = set(document.xpath("//a[.='Report an error']/@href"))
    assert link.startswith("mailto:desk@example.org?subject=Error%20in%3A%20Contra")
    assert f"event%2F{LEAD_EVENT}" in link


def test_event_links_original_and_archived_copy(site):
    document = site.page(f"/event/{LEAD_EVENT}")
    archived = document.xpath("//ol[@class='reports']//a[contains(., 'rchived copy')]/@href")
    kept = site.sql("select archive_url from reports where event_id = ? and archive_url is not null", LEAD_EVENT)
    assert sorted(archived) == sorted(row[0] for row in kept) != []
    assert len(document.xpath("//blockquote[contains(@class,'evidence')]")) == 2


def test_former_ids_of_merged_events_redirect_for_ever(site):
    for ending in ("", ".json"):
        response = site.get(f"/event/ev-old{ending}")
        assert (response.status_code, response.headers["location"]) == (301, f"/event/{LEAD_EVENT}{ending}")
    assert site.get("/event/ev-never").status_code == 404


def test_related_events_are_those_of_the_agreement_and_of_the_place_near_in_time(site):
    (deal,) = site.sql(
        "select agreement_id from events where agreement_id > '' group by 1 having count(*) > 1 limit 1"
    )[0]
    same = [row[0] for row in site.sql("select id from events where agreement_id = ? order by date desc, id", deal)]
    links = site.page(f"/event/{same[0]}").xpath("//section[@aria-labelledby='related-title']/ul[1]//a/@href")
    assert links == [f"/event/{i}" for i in same[1:7]]
    told = site.get(f"/event/{LEAD_EVENT}.json").json()
    assert [c["change"] for c in told["history"]] == [row[0] for row in CHANGES]
    assert len(told["related"]) == len(set(told["related"])) >= 4 and LEAD_EVENT not in told["related"]


def test_citation_has_a_lasting_address_and_the_day_of_access(site):
    document = site.page(f"/event/{LEAD_EVENT}")
    (bibtex,) = document.xpath("//pre[@class='bibtex']/text()")
    today = datetime.now(UTC).date().isoformat()
    assert bibtex.startswith("@misc{sanctuary-tracker-event-ev-lead,\n")
    assert f"urldate = {{{today}}}" in bibtex and f"url = {{http://localhost/event/{LEAD_EVENT}}}" in bibtex
    assert "(accessed " in words(document.xpath("//p[@class='cite']")[0])


def test_bibtex_prints_what_latex_would_read_as_commands():
    assert latex(r"50% & \end{x} #1 _a ~^") == (
        r"50\% \& \textbackslash{}end\{x\} \#1 \_a \textasciitilde{}\textasciicircum{}"
    )
    made = cite(
        key="event a}b", title="T}", address="https://x.test/e}", accessed=datetime(2026, 1, 2, tzinfo=UTC).date()
    )
    assert made.bibtex.count("{") - made.bibtex.count(r"\{") == made.bibtex.count("}") - made.bibtex.count(r"\}")


@pytest.mark.parametrize(
    ("contact", "link"),
    [
        ("https://desk.example/errors", "https://desk.example/errors"),
        ("javascript:alert(1)", None),
        ("a@b.org\nbcc: x@y.org", None),
        ("a@b.org?cc=x@y.org", None),
        ("", None),
        (None, None),
    ],
)
def test_only_a_page_or_a_mail_address_takes_errors(contact, link):
    assert report_error_link(contact, "T", "https://x.test/") == link


# Officials, agreements, outlets


def test_official_is_found_by_id_whatever_name_follows(site):
    for old in ("/official/of-0", "/official/of-0-someone-else", "/official/of-0-Ada-Whitlock"):
        response = site.get(old)
        assert (response.status_code, response.headers["location"]) == (301, OFFICIAL)
    assert site.get("/official/of-17-").headers["location"] == "/official/of-17-lou-castellano-iii"
    for unknown in ("/official/nobody", "/official/-", "/official/" + "a-" * 500):
        assert site.get(unknown).status_code == 404


def test_official_page_has_acts_words_and_feed(site):
    document = site.page(OFFICIAL)
    acts = site.sql("select distinct event_id from event_actors where official_id = 'of-0'")
    links = document.xpath("//div[@class='act']//h4/a/@href")
    assert set(links) == {f"/event/{row[0]}" for row in acts} and len(links) == len(acts)
    assert words(document.xpath("//div[@class='act']/p")[0])
    said = {row[0] for row in site.sql("select text from quotes where official_id = 'of-0' limit 40")}
    assert len(document.xpath("//ul[@class='quotes']/li")) == len(said)
    feed = etree.fromstring(site.get(f"{OFFICIAL}.atom").content)
    assert {e.text.rpartition("/")[2] for e in feed.findall("a:entry/a:id", ATOM)} == {row[0] for row in acts}
    assert feed.find("a:title", ATOM).text == "Sanctuary Tracker: Ada Whitlock"


def test_agreement_page_tells_its_events_in_order(site):
    (deal, count) = site.sql(
        "select agreement_id, count(*) from events where agreement_id > '' group by 1 order by 2 desc"
    )[0]
    links = site.page(f"/agreement/{deal}").xpath("//div[@class='timeline']//h3/a/@href")
    told = site.sql("select id from events where agreement_id = ? order by date, id", deal)
    assert links == [f"/event/{row[0]}" for row in told] and len(links) == count > 1
    assert site.get("/agreement/none").status_code == 404


def test_outlet_page_tells_its_newest_reports_and_places(site):
    document = site.page("/outlet/outlet-0")
    counted = site.sql("select count(*) from reports where source_id = 'outlet-0'")[0][0]
    assert f"{counted} reports of events on record" in words(document)
    assert document.xpath("//ul[@class='actions']//a[.='the-harbor-ledger.example']/@href") == [
        "https://the-harbor-ledger.example/"
    ]
    dates = document.xpath("//ol[@class='reports']//time/@datetime")
    assert dates == sorted(dates, reverse=True) and len(dates) == 40
    assert site.get("/outlet/none").status_code == 404


def test_rows_of_the_tables_lead_to_the_pages(site):
    for table, key, page, of in (
        ("officials", "of-0", "/official/of-0", "event_actors?official_id=of-0"),
        ("agreements", "ag-lead", "/agreement/ag-lead", "events?agreement_id=ag-lead"),
        ("sources", "outlet-0", "/outlet/outlet-0", "reports?source_id=outlet-0"),
    ):
        assert page in site.page(f"/tracker/{of}").xpath("//td//a/@href")
        assert page in site.page(f"/tracker/{table}/{key}").xpath("//ul[@class='actions']//a/@href")
    kind = site.page(f"/event/{LEAD_EVENT}").xpath("//a[.='Feed of this kind']/@href")[0]
    feed = etree.fromstring(site.get(kind).content)
    assert {c.get("term") for c in feed.findall("a:entry/a:category", ATOM)} == {"agreement_terminated"}


def test_names_without_an_office_have_no_page(site):
    hostile = site.page(f"/event/{HOSTILE_EVENT}")
    (actor,) = [li for li in hostile.xpath("//ul[@class='people']/li") if SCRIPT in words(li)]
    assert not actor.xpath(".//a")


# Nothing is walked through


def test_queries_of_the_record_pages_use_indexes(site, monkeypatch):
    """EXPLAIN QUERY PLAN of whatever the pages ask: no table that grows with the news is scanned."""
    asked: list[tuple[str, object]] = []
    database = site.datasette.databases["tracker"]
    execute = type(database).execute

    async def noted(self, sql, params=None, *rest, **options):
        asked.append((sql, params))
        return await execute(self, sql, params, *rest, **options)

    for path in RECORDS:  # what is computed once for each file is computed now
        site.get(path)
    monkeypatch.setattr(type(database), "execute", noted)
    for path in [*RECORDS, f"{COUNTY}.ics", f"{OFFICIAL}.atom", "/event/ev-old", "/place/ca/diablo-county"]:
        site.get(path)
    grows = (
        "events|reports|quotes|event_actors|agreements|officials|event_changes|event_redirects|place_redirects|[erqa]"
    )
    walked = []
    with sqlite3.connect(site.path) as db:
        for sql, params in asked:
            if not sql.lstrip().lower().startswith("select"):
                continue
            for *_, step in db.execute(f"explain query plan {sql}", params or {}):
                if re.match(rf"SCAN ({grows})\b", step):
                    walked.append((step, sql))
    db.close()
    assert len(asked) > 40
    assert walked == []
