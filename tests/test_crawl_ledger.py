"""What keeps a killed or limited crawl from losing links: the ledger, and the reading of earlier visits."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from crawler.ledger import Ledger, OpenListing
from crawler.visits import covers, is_settled, listing_detail, prospect
from data.records import Visit
from tests.crawling import MemoryArchive


def visit(url="http://f.example/a", outcome="kept", **more):
    return Visit(url, "f", more.pop("fetched", "2026-02-03T10:00:00+00:00"), outcome, **more)


def opened(url="http://f.example/feed"):
    return OpenListing(visit(url, "no_article"))


def test_listing_is_stored_when_its_last_link_is_settled_and_once():
    stored = []
    ledger, listing = Ledger(stored.append), opened()
    ledger.expect(listing, "a")
    ledger.expect(listing, "b")
    ledger.settle("a", stands=True)
    ledger.close(listing)
    assert stored == []
    ledger.settle("b", stands=True)
    ledger.settle("b", stands=True)
    assert stored == [listing.visit]


def test_listing_is_not_stored_before_all_its_links_are_known():
    stored = []
    ledger, listing = Ledger(stored.append), opened()
    ledger.expect(listing, "a")
    ledger.settle("a", stands=True)
    assert stored == []
    ledger.close(listing)
    assert stored == [listing.visit]


def test_listing_without_links_is_stored_at_once():
    stored = []
    ledger, listing = Ledger(stored.append), opened()
    ledger.close(listing)
    assert stored == [listing.visit]


def test_one_link_to_be_tried_again_holds_back_every_listing_that_names_it():
    stored = []
    ledger, first, second, late = Ledger(stored.append), opened(), opened(), opened()
    for listing in (first, second):
        ledger.expect(listing, "a")
        ledger.close(listing)
    ledger.settle("a", stands=False)
    ledger.expect(late, "a")  # named again after it was settled
    ledger.close(late)
    assert stored == []
    assert ledger.knows("a")
    assert not ledger.knows("b")


def test_cut_listing_is_never_stored():
    stored = []
    ledger, listing = Ledger(stored.append), opened()
    listing.complete = False
    ledger.close(listing)
    assert stored == []


@pytest.mark.parametrize(
    ("outcome", "status", "again", "again_if_updated"),
    [
        ("kept", 200, False, True),
        ("not_modified", 304, False, True),
        ("no_article", 200, False, True),
        ("irrelevant", 200, False, False),
        ("http_error", 404, False, False),
        ("http_error", 410, False, False),
        ("http_error", 500, True, True),
        ("http_error", 429, True, True),
        ("http_error", 403, True, True),
        ("failed", None, True, True),
        ("robots", None, True, True),
    ],
)
def test_which_pages_are_asked_for_again(outcome, status, again, again_if_updated):
    archive = MemoryArchive()
    archive.record_visit(visit(outcome=outcome, status=status))
    before, after = datetime(2026, 2, 3, 9, tzinfo=UTC), datetime(2026, 2, 3, 11, tzinfo=UTC)
    assert prospect(archive, "http://f.example/a", None).wanted is again
    assert prospect(archive, "http://f.example/a", before).wanted is again
    assert prospect(archive, "http://f.example/a", after).wanted is again_if_updated
    assert is_settled(archive.visit("http://f.example/a")) is not again


def test_a_change_is_told_by_the_servers_own_clock_where_it_has_one():
    archive = MemoryArchive()
    changed = datetime(2026, 2, 2, 12, tzinfo=UTC)  # after the page's Last-Modified, before our visit
    archive.record_visit(visit(last_modified="Sun, 01 Feb 2026 08:00:00 GMT"))
    assert prospect(archive, "http://f.example/a", changed).wanted
    archive.record_visit(visit(outcome="not_modified", last_modified="Sun, 01 Feb 2026 08:00:00 GMT"))
    assert not prospect(archive, "http://f.example/a", changed).wanted, "the server has said that nothing changed"
    archive.record_visit(visit(last_modified="yesterday"))
    assert not prospect(archive, "http://f.example/a", changed).wanted


def test_redirects_of_earlier_runs_are_followed_to_where_they_led():
    archive = MemoryArchive()
    archive.record_visit(visit("http://f.example/a", "redirect", detail="http://f.example/b"))
    assert prospect(archive, "http://f.example/a", None).url == "http://f.example/b"
    assert prospect(archive, "http://f.example/a", None).wanted, "cut off before the target was stored"
    archive.record_visit(visit("http://f.example/b", "kept"))
    assert not prospect(archive, "http://f.example/a", None).wanted
    archive.record_visit(visit("http://f.example/b", "redirect", detail="http://f.example/a"))
    assert not prospect(archive, "http://f.example/a", None).wanted, "a circle ends"


def test_validators_are_shown_only_for_a_reading_that_went_back_as_far():
    read = visit(outcome="no_article", detail=listing_detail(12, date(2026, 2, 1)))
    assert covers(read, date(2026, 2, 1))
    assert covers(read, date(2026, 2, 9))
    assert not covers(read, date(2026, 1, 31))
    assert not covers(read, None)
    whole = visit(outcome="not_modified", detail=listing_detail(12, None))
    assert covers(whole, None)
    assert covers(whole, date(2020, 1, 1))
    assert not covers(None, None)
    assert not covers(visit(outcome="failed"), None)
