"""What publishing remembers: the history of each event, ids of merged events, addresses of places."""

from __future__ import annotations

import json
from collections import Counter

import pytest
import sqlite_utils

from data.archive import Archive
from data.event_history import Known, article_key, changes, known_events, redirects
from data.linking import link
from data.publish import PublishError
from data.site_place_slugs import Addresses, slug
from tests.factories import CONTRA_COSTA, DENVER, RICHMOND, add_story, make_article, make_report
from tests.test_publish import EVENT_TYPES, published


@pytest.fixture
def archive(tmp_path):
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


def told(db: sqlite_utils.Database, event_id: str | None = None) -> list[tuple]:
    where, params = ("event_id = ?", [event_id]) if event_id else (None, None)
    rows = db["event_changes"].rows_where(where, params, order_by="id")
    return [(r["change"], r["field"], r["before"], r["after"]) for r in rows]


def tell(archive, status="occurred", *, place=DENVER, day="2026-09-15", url=None, **more):
    """One story of one agreement's end."""
    article = make_article(**({"url": url} if url else {}), outlet="The Ledger")
    return add_story(archive, make_report(place_id=place.id, status=status, date=day, **more), article=article)


# Events from one publication to the next


def test_a_first_publication_is_the_beginning_and_a_second_changes_nothing(archive, tmp_path):
    tell(archive)
    db, counts = published(archive, tmp_path / "tracker.db")
    assert told(db) == [("first_seen", None, None, "1")]
    assert counts["event_changes"] == 1
    db, _ = published(archive, tmp_path / "tracker.db")
    assert len(told(db)) == 1
    assert archive.db["event_history"].count == 1


def test_what_a_night_changes_is_told_with_before_and_after(archive, tmp_path):
    tell(archive, "announced")
    published(archive, tmp_path / "tracker.db")
    tell(archive, "occurred", url="https://courier.example/2")
    db, _ = published(archive, tmp_path / "tracker.db")
    (first, *later) = told(db)
    assert first == ("first_seen", None, None, "1")
    assert ("changed", "status", "announced", "occurred") in later
    assert later[-1] == ("reports_added", None, "1", "2")
    (title,) = [row for row in later if row[1] == "title"]
    assert title[2] is None and "ends" in title[3]  # former words of a title stay private
    details = [row["detail"] for row in db["event_changes"].rows_where("change = 'reports_added'")]
    assert details == ["The Ledger"]
    with_words = [row for row in archive.db["event_history"].rows if row["field"] == "title"]
    assert with_words[0]["before"]  # the archive, which is private, has them


def test_history_is_appended_to_and_never_rewritten(archive, tmp_path):
    tell(archive, "announced")
    published(archive, tmp_path / "tracker.db")
    before = list(archive.db["event_history"].rows)
    tell(archive, "occurred", url="https://courier.example/2")
    published(archive, tmp_path / "tracker.db")
    assert list(archive.db["event_history"].rows)[: len(before)] == before


def test_a_publication_that_fails_its_checks_leaves_no_history(archive, tmp_path):
    tell(archive)
    with pytest.raises(PublishError):
        published(archive, tmp_path / "tracker.db", event_types=[t for t in EVENT_TYPES if t[0] == "protest"])
    assert archive.db["event_history"].count == archive.db["place_addresses"].count == 0


def test_before_there_is_a_history_the_public_file_tells_what_stood(archive, tmp_path):
    tell(archive)
    db, _ = published(archive, tmp_path / "tracker.db")
    (event,) = db["events"].rows
    db["events"].update(event["id"], {"status": "announced"})
    db["meta"].update("built", {"value": "2020-01-01T00:00:00+00:00"})
    db.close()
    archive.db["event_history"].delete_where()
    db, _ = published(archive, tmp_path / "tracker.db")
    rows = list(db["event_changes"].rows)
    assert [(r["change"], r["at"][:4]) for r in rows] == [("first_seen", "2020"), ("changed", rows[1]["at"][:4])]
    assert (rows[1]["before"], rows[1]["after"]) == ("announced", "occurred")


def test_a_file_that_is_none_of_ours_begins_a_new_history(archive, tmp_path):
    tell(archive)
    (tmp_path / "tracker.db").write_bytes(b"not a database at all")
    db, _ = published(archive, tmp_path / "tracker.db")
    assert [row[0] for row in told(db)] == ["first_seen"]


def test_an_event_that_goes_and_comes_back_says_so(archive, tmp_path):
    tell(archive)
    published(archive, tmp_path / "tracker.db")
    row = next(archive.db["reports"].rows)
    archive.db["reports"].delete_where()
    db, _ = published(archive, tmp_path / "tracker.db")
    assert db["event_changes"].count == 0  # it has no page
    assert [r["change"] for r in archive.db["event_history"].rows] == ["first_seen", "withdrawn"]
    archive.db["reports"].insert(row)
    db, _ = published(archive, tmp_path / "tracker.db")
    assert [row[0] for row in told(db)] == ["first_seen", "withdrawn", "returned"]


def test_replaying_the_history_gives_what_was_published(archive, tmp_path):
    tell(archive, "announced", url="https://a.example/1")
    published(archive, tmp_path / "tracker.db")
    tell(archive, "occurred", url="https://b.example/2")
    db, _ = published(archive, tmp_path / "tracker.db")
    (event,) = db["events"].rows
    known = known_events(archive)[event["id"]]
    assert known.fields == {name: event[name] for name in known.fields}
    assert known.articles == {article_key("https://a.example/1"), article_key("https://b.example/2")}
    assert list(changes({event["id"]: known}, [event], db["reports"].rows, {}, "now")) == []


def test_removed_reports_are_counted_off_before_new_ones_are_counted_on():
    event = {"id": "e", **dict.fromkeys(("type", "status", "date", "date_precision", "place_id", "title"), "x")}
    known = Known({k: v for k, v in event.items() if k != "id"}, {article_key("u1"), article_key("u2")})
    reports = [{"event_id": "e", "url": url, "outlet": f"O;{url}"} for url in ("u2", "u3", "u4")]
    rows = [
        (r["change"], r["before"], r["after"], r["detail"]) for r in changes({"e": known}, [event], reports, {}, "t")
    ]
    assert rows == [("reports_removed", "2", "1", None), ("reports_added", "1", "3", "O,u3; O,u4")]


def test_many_outlets_are_told_by_the_first_and_a_number():
    event = {"id": "e", **dict.fromkeys(("type", "status", "date", "date_precision", "place_id", "title"), "x")}
    reports = [{"event_id": "e", "url": str(n), "outlet": f"Outlet {n:02d}"} for n in range(30)]
    (row,) = changes({}, [event], reports, {}, "t")
    assert row["detail"].endswith("Outlet 07; 22 more") and len(json.loads(row["articles"])) == 30


# Events that became one


def merge(archive, tmp_path):
    """Two events, of which a third story of the second's words and the first's day makes one."""
    tell(archive, day="2026-09-01", url="https://a.example/1")
    tell(archive, day="2026-09-01", url="https://a.example/2")
    tell(archive, day="2026-01-01", url="https://b.example/1")
    db, _ = published(archive, tmp_path / "tracker.db")
    events = {e["date"]: e["id"] for e in db["events"].rows}
    assert len(events) == 2
    archive.db["reports"].update(3, {"date": "2026-09-01"})
    return events["2026-09-01"], events["2026-01-01"]


def test_an_event_merged_into_another_redirects_to_it(archive, tmp_path):
    stays, goes = merge(archive, tmp_path)
    db, counts = published(archive, tmp_path / "tracker.db")
    assert list(db["event_redirects"].rows) == [{"id": goes, "event_id": stays}]
    assert counts["event_redirects"] == 1
    assert ("joined", None, goes, None) in told(db, stays)
    assert told(db, goes) == []
    (row,) = archive.db["event_history"].rows_where("event_id = ? and change = 'merged_into'", [goes])
    assert row["after"] == stays
    db, _ = published(archive, tmp_path / "tracker.db")
    assert Counter(row[0] for row in told(db, stays))["joined"] == 1
    assert list(db["event_redirects"].rows) == [{"id": goes, "event_id": stays}]
    assert archive.db["event_merges"].count == 1


def test_chains_of_merges_end_at_the_living_and_rings_end_nowhere(archive):
    rows = [("a", "b"), ("b", "c"), ("x", "y"), ("y", "x"), ("d", "gone"), ("e", "c"), ("e", "f")]
    archive.db["event_merges"].insert_all({"event_id": o, "merged_into": n, "at": "t"} for o, n in rows)
    assert redirects(archive, {"c", "f"}) == {"a": "c", "b": "c", "e": "f"}
    assert redirects(archive, {"a", "c"}) == {"b": "c"}  # what lives again leads nowhere


def test_linking_twice_notes_a_merge_once(archive, tmp_path):
    merge(archive, tmp_path)
    link(archive)
    link(archive)
    assert archive.db["event_merges"].count == 1


# Addresses of places


def place(number: int, name: str = "Springfield", *, people: int = 0, fips: str | None = None, **more) -> dict:
    row = {"id": f"geonames:{number}", "name": name, "kind": "city", "state": "PA", "population": people}
    return row | {"county_fips": fips} | more


def given(addresses: Addresses) -> list[dict]:
    return [{**row, "at": "t"} for row in addresses.new]


def county(fips: str) -> str | None:
    return {"42029": "Chester County", "42045": "Delaware"}.get(fips)


def test_namesakes_of_a_state_get_their_county_then_their_number():
    rows = [place(1, people=5), place(2, people=9, fips="42029"), place(3, fips="42045"), place(4, fips="42045")]
    state = {**place(0), "id": "state:PA", "kind": "state"}
    done = Addresses([]).assign([*rows, state], county)
    assert {row["id"]: row["slug"] for row in done} == {
        "geonames:2": "springfield",
        "geonames:1": "springfield-geonames-1",
        "geonames:3": "springfield-delaware-county",
        "geonames:4": "springfield-geonames-4",
        "state:PA": "",
    }
    assert [row["id"] for row in done] == [row["id"] for row in [*rows, state]]


def test_a_county_and_a_city_of_one_name_are_apart():
    rows = [place(1, "Berks"), {**place(2, "Berks"), "id": "fips:42011", "kind": "county"}]
    assert [row["slug"] for row in Addresses([]).assign(rows, county)] == ["berks", "berks-county"]


def test_an_address_once_given_is_kept_though_a_larger_namesake_comes():
    first = Addresses([])
    first.assign([place(1, people=5)], county)
    later = Addresses(given(first))
    rows = later.assign([place(1, people=5), place(2, people=900)], county)
    assert [row["slug"] for row in rows] == ["springfield", "springfield-geonames-2"]
    assert [row["place_id"] for row in later.new] == ["geonames:2"]


def test_a_renamed_place_keeps_its_former_address_as_a_redirect():
    first = Addresses([])
    first.assign([place(1, "Old Name")], county)
    second = Addresses(given(first))
    rows = second.assign([place(1, "New Name"), place(2, "Old Name")], county)
    assert [row["slug"] for row in rows] == ["new-name", "old-name-geonames-2"]
    assert list(second.redirects(rows)) == [{"address": "pa/old-name", "place_id": "geonames:1"}]
    back = Addresses(given(first) + given(second))
    rows = back.assign([place(1, "Old Name")], county)
    assert rows[0]["slug"] == "old-name" and back.new == []
    assert list(back.redirects(rows)) == [{"address": "pa/new-name", "place_id": "geonames:1"}]


def test_published_places_have_their_slugs(archive, tmp_path):
    tell(archive, place=CONTRA_COSTA)
    tell(archive, place=RICHMOND)
    db, _ = published(archive, tmp_path / "tracker.db")
    slugs = {row["id"]: row["slug"] for row in db["places"].rows}
    assert slugs == {CONTRA_COSTA.id: "contra-costa-county", RICHMOND.id: "richmond", "state:CA": ""}
    assert archive.db["place_addresses"].count == 2
    assert slug("Ñ Ünïcode / City") == "n-unicode-city"


def test_contact_stands_in_the_file_only_where_there_is_one(archive, tmp_path):
    tell(archive)
    db, _ = published(archive, tmp_path / "a.db", contact="https://desk.example/")
    assert db["meta"].get("contact")["value"] == "https://desk.example/"
    db, _ = published(archive, tmp_path / "b.db")
    assert not list(db["meta"].rows_where("key = 'contact'"))
