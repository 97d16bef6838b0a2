"""The files of a filter: CSV, JSON, GeoJSON, Atom (RFC 4287) and iCalendar (RFC 5545, by a checker of its own)."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, datetime

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from data import site_explore_files
from data.site_calendar import calendar, escaped, folded
from data.site_explore_files import BOUNDS, COLUMNS, TYPES
from tests.site_client import Site
from tests.site_fixture import HOSTILE_EVENT, build_site_database

ATOM = "{http://www.w3.org/2005/Atom}"
ONCE = {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "URL", "LOCATION", "GEO", "STATUS", "TRANSP"}
TEXTS = {"SUMMARY", "DESCRIPTION", "LOCATION", "NAME", "X-WR-CALNAME", "CATEGORIES", "UID"}
PARAMETERS = r"(?P<params>(?:;[A-Z-]+=[^;:\"\x00-\x1f]+)*)"
LINE = re.compile(rf"(?P<name>[A-Z0-9-]+){PARAMETERS}:(?P<value>[^\x00-\x08\x0a-\x1f\x7f]*)")


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Site:
    return Site(build_site_database(tmp_path_factory.mktemp("files") / "tracker.db"))


def read_calendar(content: bytes) -> tuple[dict[str, str], list[dict[str, str]]]:
    """The calendar's properties and its events', after asserting what RFC 5545 asks of both."""
    assert content.endswith(b"\r\n") and b"\n" not in content.replace(b"\r\n", b"")
    raw = content.split(b"\r\n")[:-1]
    assert all(0 < len(line) <= 75 for line in raw)
    for line in raw:
        line.decode("utf-8")  # no character is cut in two
    top, events, stack, components = {}, [], [], 0
    for line in re.sub(r"\r\n[ \t]", "", content.decode("utf-8")).split("\r\n")[:-1]:
        found = LINE.fullmatch(line)
        assert found, line
        name, value = found["name"], found["value"]
        if name == "BEGIN":
            stack.append(value)
            components += 1
            if value == "VEVENT":
                events.append({})
        elif name == "END":
            assert stack.pop() == value
        elif stack[-1] in ("VCALENDAR", "VEVENT"):
            into = top if stack == ["VCALENDAR"] else events[-1]
            assert name not in into, f"{name} twice"
            if name in TEXTS:
                assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", value), value
                assert not re.sub(r"\\[\\;,nN]", "", value).count("\\"), value
                value = re.sub(r"\\([\\;,nN])", lambda m: "\n" if m[1] in "nN" else m[1], value)
            into[name] = value
    assert stack == [] and components > 1  # a calendar has a component
    assert top["VERSION"] == "2.0" and top["PRODID"] and top["CALSCALE"] == "GREGORIAN"
    for event in events:
        assert set(event) <= ONCE | {"CATEGORIES"}
        datetime.strptime(event["DTSTAMP"], "%Y%m%dT%H%M%SZ")
        start, end = (datetime.strptime(event[n], "%Y%m%d").date() for n in ("DTSTART", "DTEND"))
        assert end > start and event["SUMMARY"] and event["UID"]
        assert event["STATUS"] in {"TENTATIVE", "CONFIRMED", "CANCELLED"}
        assert event["URL"].startswith("http")
    assert len({event["UID"] for event in events}) == len(events)
    return top, events


def test_calendar_holds_meetings_and_announced_dates(site):
    response = site.get("/explore.ics?from=2024")
    assert response.headers["content-type"] == "text/calendar; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="events.ics"'
    _, events = read_calendar(response.content)
    expected = site.sql(
        "select id, date from events where (type = 'public_meeting' or status = 'announced') "
        "and date_precision in ('day', 'week') and date >= '2024'"
    )
    told = {e["UID"]: e["DTSTART"] for e in events}
    assert told == {f"{i}@sanctuary-tracker": day.replace("-", "") for i, day in expected}
    assert len(told) > 10
    (meeting,) = [e for e in events if e["UID"].startswith(f"{expected[0][0]}@")]
    assert meeting["URL"] == f"http://localhost/event/{expected[0][0]}"


def test_calendar_is_the_same_on_another_host_and_another_day(site):
    here, there = (
        read_calendar(site.get("/explore.ics", headers={"host": host}).content)[1] for host in ("a.test", "b.test")
    )
    for one, other in zip(here, there, strict=True):
        assert (one["UID"], one["DTSTAMP"], one["DTSTART"]) == (other["UID"], other["DTSTAMP"], other["DTSTART"])


def test_calendar_without_events_is_a_calendar(site):
    top, events = read_calendar(site.get("/explore.ics?from=1999&to=1999").content)
    assert events == [] and top["X-WR-CALNAME"] == "[Invented samples] Sanctuary Tracker: 1999"


def an_event(title: str, summary: str, **more) -> dict:
    event = {"id": "ev-1", "title": title, "summary": summary, "url": "/event/ev-1", "type_label": "Public meeting"}
    event |= {"status": "announced", "status_words": "Announced", "date": "2025-03-01", "date_precision": "day"}
    return event | {"last_seen": None, "first_seen": None, "place": None} | more


@given(st.text(max_size=200), st.text(max_size=400))
def test_any_text_makes_a_valid_calendar(title, summary):
    told = an_event("x" + title, summary)
    made = calendar([told], title=title, root="https://s.test", page="https://s.test/explore")
    _, (event,) = read_calendar(made)
    lines = ("x" + title).replace("\r\n", "\n").replace("\r", "\n")
    assert event["SUMMARY"] == re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", lines)


def test_lines_are_folded_between_characters():
    line = folded("SUMMARY:" + "é北🙂" * 40)
    assert all(len(part.encode()) <= 75 for part in line.split("\r\n"))
    assert line.replace("\r\n ", "") == "SUMMARY:" + "é北🙂" * 40 + "\r\n"
    assert folded("A" * 75) == "A" * 75 + "\r\n"
    assert escaped("a\\b;c,d\r\ne\x07") == "a\\\\b\\;c\\,d\\ne"


def test_a_week_lasts_a_week_and_what_is_vaguer_is_left_out():
    events = [an_event("a", "", date_precision=p, id=p) for p in ("day", "week", "month", "year", "unknown", None)]
    _, told = read_calendar(calendar(events, title="t", root="https://s.test", page="https://s.test/"))
    assert [(e["UID"].partition("@")[0], e["DTEND"]) for e in told] == [("day", "20250302"), ("week", "20250308")]


def test_feed_of_a_filter_is_valid_atom(site):
    response = site.get("/explore.atom?state=CA&view=map")
    assert response.headers["content-type"] == "application/atom+xml; charset=utf-8"
    root = etree.fromstring(response.content)
    assert [len(root.findall(ATOM + name)) for name in ("id", "title", "updated", "author")] == [1, 1, 1, 1]
    links = {link.get("rel"): link.get("href") for link in root.findall(ATOM + "link")}
    assert links["self"] == "http://localhost/explore.atom?state=CA&view=map"
    assert site.get(links["alternate"].removeprefix("http://localhost")).status_code == 200
    entries = root.findall(ATOM + "entry")
    assert len(entries) == min(BOUNDS["atom"], site.sql("select count(*) from events where state='CA'")[0][0])
    for entry in entries:
        assert [len(entry.findall(ATOM + name)) for name in ("id", "title", "updated", "summary")] == [1, 1, 1, 1]
        moment = entry.findtext(ATOM + "updated")
        assert datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ") and entry.findtext(ATOM + "id").startswith("http")
    ids = [entry.findtext(ATOM + "id") for entry in entries]
    assert len(set(ids)) == len(ids)
    parsed = feedparser.parse(response.content)
    assert not parsed.bozo and parsed.version == "atom10" and len(parsed.entries) == len(entries)
    assert parsed.feed.title == "[Invented samples] Sanctuary Tracker: California"


@pytest.mark.parametrize("asked", ["", "?q=script", "?from=1999&to=1999", "?q=%22%00"])
def test_every_feed_can_be_parsed(site, asked):
    for path in ("/explore.atom", "/events.atom"):
        parsed = feedparser.parse(site.get(path + asked).content)
        assert not parsed.bozo and parsed.feed.updated and parsed.feed.id


def test_csv_has_every_event_of_the_filter_and_no_formula(site):
    response = site.get("/explore.csv?state=PA")
    assert response.headers["content-type"] == TYPES["csv"]
    rows = list(csv.DictReader(io.StringIO(response.text, newline="")))
    assert list(rows[0]) == [*COLUMNS, "place", "page"]
    assert {row["id"] for row in rows} == {r[0] for r in site.sql("select id from events where state='PA'")}
    hostile = next(row for row in rows if row["id"] == HOSTILE_EVENT)
    assert hostile["summary"].startswith("</blockquote>") and hostile["place"] == "Philadelphia, Pennsylvania"
    assert site_explore_files._safe("=1+1") == "'=1+1" and site_explore_files._safe(-1.5) == -1.5


def test_json_and_geojson_have_the_columns_of_the_table(site):
    response = site.get("/explore.json?type=protest")
    assert response.headers["access-control-allow-origin"] == "*"
    told = response.json()
    rows = {r[0]: r[1:] for r in site.sql("select id, title, date, confidence from events where type='protest'")}
    assert told["count"] == told["shown"] == len(rows) and told["next"] is None
    assert {e["id"]: (e["title"], e["date"], e["confidence"]) for e in told["events"]} == rows
    response = site.get("/explore.geojson?type=protest")
    assert response.headers["content-type"] == "application/geo+json; charset=utf-8"
    shown = response.json()
    assert shown["type"] == "FeatureCollection" and len(shown["features"]) == len(rows)
    for feature in shown["features"]:
        longitude, latitude = feature["geometry"]["coordinates"]
        assert -180 <= longitude <= -60 and 15 <= latitude <= 72
        assert feature["properties"]["page"] == f"http://localhost/event/{feature['id']}"


def test_what_is_more_than_a_file_holds_is_said_and_can_be_walked(site, monkeypatch):
    monkeypatch.setattr(site_explore_files, "BOUNDS", {**BOUNDS, "json": 30, "csv": 30})
    total = site.sql("select count(*) from events")[0][0]
    seen, path = [], "/explore.json?sort=confidence"
    while path:
        told = site.get(path).json()
        assert told["count"] == total and told["bound"] == 30
        seen += [event["id"] for event in told["events"]]
        assert (told["next"] is None) == ("downloads" not in told)
        path = told["next"] and told["next"].removeprefix("http://localhost")
    assert len(seen) == len(set(seen)) == total
    response = site.get("/explore.csv")
    assert response.headers["x-total-count"] == str(total) and response.headers["x-shown-count"] == "30"
    assert f"events-30-of-{total}.csv" in response.headers["content-disposition"]
    assert 'rel="next"' in response.headers["link"] and "/downloads>" in response.headers["link"]


def test_page_links_to_every_file_of_its_filter(site):
    document = site.page("/explore?state=CA&type=protest&view=table")
    links = document.xpath("//section[@class='take']//ul//a/@href")
    assert links == [f"/explore.{kind}?state=CA&type=protest" for kind in ("csv", "json", "geojson", "atom", "ics")]
    assert all(site.get(link).status_code == 200 for link in links)
    assert document.xpath("//link[@title='These events']/@href") == ["/explore.atom?state=CA&type=protest"]


def test_dates_of_calendar_are_days():
    _, (event,) = read_calendar(
        calendar([an_event("t", "s")], title="t", root="https://s.test", page="https://s.test/", stamp="2025-02-01")
    )
    assert date.fromisoformat(event["DTSTART"]) == date(2025, 3, 1)
    assert event["DTSTAMP"] == "20250201T000000Z"
    assert json.dumps(event)
