"""The spider for federal lists over real HTTP, and the archive behind it."""

import multiprocessing
import os
import signal
import traceback

import pytest
from warcio.archiveiterator import ArchiveIterator

from data.archive import Archive
from tests.crawling import Reply, small_web, source_at
from tests.roster_sheets import line, workbook

PARTICIPATING, PENDING = "/lists/participatingAgencies01052026am.xlsx", "/lists/pendingAgencies01052026am.xlsx"
LATER = "/lists/participatingAgencies01312026am.xlsx"
GALVESTON = line("Galveston County Sheriff's Office", county="Galveston County")
WHARTON = line("Wharton County Sheriff's Office", county="Wharton County")


def page(*paths, etag=""):
    links = "".join(f'<li><a href="{path}">{path}</a></li>' for path in paths)
    return Reply(f"<html><body><ul>{links}</ul></body></html>", headers={"ETag": etag} if etag else {})


def sheet(*rows, etag='"1"'):
    reply = Reply(workbook(rows), headers={"ETag": etag, "Content-Type": "application/vnd.ms-excel"})

    def answer(_, headers):
        return Reply(status=304, headers={"ETag": etag}) if headers.get("if-none-match") == etag else reply

    return answer


def _crawl(sources, home, result, die_in_keep, fault):
    from scrapy.crawler import AsyncCrawlerProcess

    from crawler.plan import Plan
    from crawler.settings import scrapy_settings
    from crawler.spiders.rosters import RosterSpider
    from crawler.warc import WarcStore
    from data.rosters import keep_roster

    def keep(roster, visit, raw):
        if die_in_keep:
            os.kill(os.getpid(), signal.SIGKILL)
        if roster.status == fault:
            raise RuntimeError("a fault of ours")
        return keep_roster(archive, roster, visit, raw=raw)

    try:
        with Archive(home / "archive.db") as archive:
            warc = WarcStore(home / "warc", "test")
            plan = Plan(sources, archive, lambda title, text: 1.0, 0.5, warc, None, None, 50)
            settings = scrapy_settings(contact="desk@ferry.example", delay=0.0, per_host=4, allow_loopback=True)
            process = AsyncCrawlerProcess(settings)
            process.crawl(RosterSpider, plan=plan, keep=keep)
            process.start()
            result.put((plan.counts, None))
    except Exception:
        result.put((None, traceback.format_exc()))


def crawl(web, home, *, die_in_keep=False, fault="", **changes):
    """One crawl in a process of its own; its counts, None where it was killed."""
    home.mkdir(exist_ok=True)
    source = source_at(web, **{"id": "ice-287g", "kind": "records", "sections": ("/287g",)} | changes)
    with Archive(home / "archive.db") as archive:
        archive.sync_sources([source])
    context = multiprocessing.get_context("forkserver")
    result = context.Queue()
    process = context.Process(target=_crawl, args=([source], home, result, die_in_keep, fault))
    process.start()
    process.join(60)
    if process.exitcode == -signal.SIGKILL:
        return None
    counts, error = result.get(timeout=5)
    assert error is None, error
    return counts


def stored(home, query):
    with Archive(home / "archive.db") as archive:
        return archive.db.execute(query).fetchall()


@pytest.fixture
def web():
    with small_web({"/287g": page("/other.xlsx", PARTICIPATING, PENDING, etag='"p"')}) as served:
        served.pages[PARTICIPATING] = sheet(GALVESTON)
        served.pages[PENDING] = sheet(WHARTON)
        yield served


def test_each_new_list_is_fetched_once_and_told(web, tmp_path):
    counts = crawl(web, tmp_path)
    assert (counts.listings, counts.links, counts.fetched, counts.kept) == (1, 2, 2, 2)
    assert stored(
        tmp_path, "SELECT type, source_id FROM reports JOIN articles ON articles.id = article_id ORDER BY 1"
    ) == [
        ("agreement_proposed", "ice-287g"),
        ("agreement_signed", "ice-287g"),
    ]
    web.pages["/287g"] = page(LATER, PARTICIPATING, PENDING)
    web.pages[LATER] = sheet(WHARTON, GALVESTON)
    counts = crawl(web, tmp_path)
    assert (counts.kept, counts.not_modified) == (1, 2)
    assert stored(tmp_path, "SELECT dated, status, outcome, rows FROM roster_snapshots ORDER BY id") == [
        ("2026-01-05", "participating", "first", 1),
        ("2026-01-05", "pending", "first", 1),
        ("2026-01-31", "participating", "compared", 2),
    ]
    assert stored(tmp_path, "SELECT count(*) FROM reports WHERE type = 'agreement_signed'") == [(2,)]


def test_the_raw_list_is_in_the_warc_store_where_the_archive_says(web, tmp_path):
    crawl(web, tmp_path)
    ((url, file, offset),) = stored(
        tmp_path, "SELECT url, warc_file, warc_offset FROM roster_snapshots WHERE status = 'participating'"
    )
    with (tmp_path / "warc" / file).open("rb") as stream:
        stream.seek(offset)
        record = next(iter(ArchiveIterator(stream)))
        assert record.rec_headers.get_header("WARC-Target-URI") == url == web.root + PARTICIPATING
        assert record.content_stream().read(2) == b"PK"


def test_a_page_unchanged_is_answered_304_and_asks_for_no_list(web, tmp_path):
    crawl(web, tmp_path)
    body = web.pages["/287g"]
    web.pages["/287g"] = lambda _, headers: Reply(status=304) if headers.get("if-none-match") == '"p"' else body
    web.log.clear()
    counts = crawl(web, tmp_path)
    assert (counts.listings_unchanged, web.requested()) == (1, ["/287g"])


def test_a_list_without_validators_is_not_fetched_again(web, tmp_path):
    web.pages["/287g"], web.pages[PARTICIPATING] = page(PARTICIPATING), Reply(workbook([GALVESTON]))
    crawl(web, tmp_path)
    web.log.clear()
    assert crawl(web, tmp_path).seen == 1
    assert web.requested() == ["/287g"]


def test_several_lists_on_one_page_are_compared_in_the_order_of_their_dates(web, tmp_path):
    web.pages["/287g"] = page(LATER, PARTICIPATING)
    web.pages[LATER] = sheet(WHARTON)
    crawl(web, tmp_path)
    assert stored(tmp_path, "SELECT dated, outcome FROM roster_snapshots ORDER BY id") == [
        ("2026-01-05", "first"),
        ("2026-01-31", "compared"),
    ]


def test_a_broken_list_is_named_and_tried_again_though_the_page_is_unchanged(web, tmp_path):
    web.pages[PARTICIPATING] = Reply(b"<html>Access denied</html>")
    counts = crawl(web, tmp_path)
    assert (counts.kept, counts.failed) == (1, 1)
    assert "participatingAgencies01052026am.xlsx: not a workbook" in counts.listings_of["ice-287g"].trouble
    web.pages[PARTICIPATING] = sheet(GALVESTON)
    assert crawl(web, tmp_path).kept == 1
    assert stored(tmp_path, "SELECT outcome FROM visits WHERE url LIKE '%participatingAgencies01052026am.xlsx'") == [
        ("kept",)
    ]


@pytest.mark.parametrize(("reply", "words"), [(Reply("gone", 404), "HTTP 404"), (page("/other.xlsx"), "links no list")])
def test_a_page_that_links_no_list_any_more_is_told(web, tmp_path, reply, words):
    web.pages["/287g"] = reply
    counts = crawl(web, tmp_path)
    assert counts.listings_failed == 1
    assert words in counts.listings_of["ice-287g"].trouble


def test_lists_on_a_strange_host_are_not_fetched(web, tmp_path):
    web.pages["/287g"] = page(f"http://localhost:{web.port}{PARTICIPATING}", PENDING)
    assert crawl(web, tmp_path).fetched == 1
    assert PARTICIPATING not in web.requested()


def test_a_cut_list_is_kept_and_its_trouble_told(web, tmp_path):
    rows = [line(f"Galveston County Constable Precinct {n}", county="Galveston County") for n in range(1, 31)]
    web.pages |= {"/287g": page(PARTICIPATING, LATER), PARTICIPATING: sheet(*rows), LATER: sheet(*rows[:5])}
    counts = crawl(web, tmp_path)
    assert "25 of 30 rows are gone at once" in counts.listings_of["ice-287g"].trouble
    assert stored(tmp_path, "SELECT count(*) FROM reports WHERE type = 'agreement_terminated'") == [(0,)]


def test_a_kill_before_the_rows_are_kept_loses_nothing(web, tmp_path):
    assert crawl(web, tmp_path, die_in_keep=True) is None
    assert stored(tmp_path, "SELECT count(*) FROM visits") == [(0,)]
    assert crawl(web, tmp_path).kept == 2


def test_robots_txt_is_obeyed(web, tmp_path):
    web.pages["/robots.txt"] = Reply("User-agent: *\nDisallow: /lists/", headers={"Content-Type": "text/plain"})
    counts = crawl(web, tmp_path)
    assert (counts.robots, web.requested()) == (2, ["/287g"])


def test_other_kinds_of_sources_are_left_to_their_spiders(web, tmp_path):
    assert crawl(web, tmp_path, kind="weekly").listings == 0
    assert web.requested() == []


def test_a_fault_of_ours_spoils_one_list_only(web, tmp_path):
    counts = crawl(web, tmp_path, fault="participating")
    assert (counts.kept, counts.failed) == (1, 1)
    assert crawl(web, tmp_path).kept == 1
