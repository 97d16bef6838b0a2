"""A crawl out of WARC files: the archive answers, the network is not asked, pages go through the crawl's own code."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.replay import Tape
from data.records import Source
from data.sample.server import serve_sample
from data.warc_records import MAX_BODY
from data.warc_replay import Recording, RecordingError
from tests.chain import REGISTRY
from tests.crawling import MemoryArchive, Reply, always, crawl_apart, rss, small_web, source_at, story
from tests.killing import broken_places, finish, start, state
from tests.test_kill import crawl

DAY = "2026-03-04T05:06:07Z"
OUTLET = Source(
    "herald", "Ferry Herald", "ferry.example", "Ferry", "Alder", "OR", "weekly", feeds=("https://ferry.example/feed",)
)


def record(url: str, reply: Reply, day: str = DAY) -> bytes:
    """One response record as an archive has it, uncompressed."""
    buffer = io.BytesIO()
    body = reply.body.encode() if isinstance(reply.body, str) else reply.body
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body))} | reply.headers
    writer = WARCWriter(buffer, gzip=False)
    http = StatusAndHeaders(f"{reply.status} X", list(headers.items()), "HTTP/1.1")
    made = writer.create_warc_record(
        url, "response", payload=io.BytesIO(body), http_headers=http, warc_headers_dict={"WARC-Date": day}
    )
    writer.write_record(made)
    return buffer.getvalue()


def warc(folder: Path, *records: bytes, name: str = "a.warc.gz") -> Path:
    """A file with these records, each compressed by itself."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(b"".join(map(gzip.compress, records)))
    return path


def replay(sources, archive, folder, *paths, **changes):
    changes = {"recording": Recording(paths), "strangers": True, "allow_loopback": False} | changes
    return crawl_apart(sources, archive, folder, **changes)


def outcomes(archive, root="https://ferry.example"):
    return {url.removeprefix(root): visit.outcome for url, visit in archive.visits.items()}


def test_archived_listings_are_read_and_the_network_is_never_asked(tmp_path):
    with small_web({"/feed": rss("/live"), "/live": story("Live agreement")}) as web:
        path = warc(
            tmp_path,
            record(f"{web.root}/robots.txt", Reply("User-agent: *\nDisallow: /closed\nCrawl-delay: 60\n")),
            record(
                f"{web.root}/feed", rss("/ends-pact?utm_source=rss", "/moved", "/closed/1", "/gone", "/lost", "/cake")
            ),
            record(f"{web.root}/ends-pact", story("Alder ends pact")),
            record(f"{web.root}/moved", Reply(status=301, headers={"Location": "/moved/here"})),
            record(f"{web.root}/moved/here", story("Moved pact")),
            record(f"{web.root}/closed/1", story("Closed pact")),
            record(f"{web.root}/gone", Reply("no such page", 404)),
            record(f"{web.root}/cake", story("Bake sale", word="cake")),
            record(f"{web.root}/not-in-the-feed", story("Front page")),
        )
        archive = MemoryArchive()
        sources = [source_at(web, feeds=["/feed"], sections=["/section"])]
        counts = replay(sources, archive, tmp_path, path, allow_loopback=True)
        assert web.log == []
    assert outcomes(archive, web.root) == {
        "/ends-pact": "kept",
        "/moved": "redirect",
        "/moved/here": "kept",
        "/closed/1": "robots",
        "/gone": "http_error",
        "/lost": "failed",  # a crawl of the web may try it; so the feed is not noted as read
        "/cake": "irrelevant",
    }
    assert "not in the archive" in archive.visits[f"{web.root}/lost"].detail
    assert (counts.listings, counts.listings_failed, counts.kept) == (1, 0, 2)
    assert archive.visits[f"{web.root}/ends-pact"].fetched == "2026-03-04T05:06:07+00:00"
    assert len(archive.raw) == 2


def test_archive_without_listings_gives_every_page_of_it(tmp_path):
    path = warc(
        tmp_path,
        record("https://www.ferry.example/council/ends-pact?utm_source=x", story("Alder ends pact")),
        record("https://www.ferry.example/style.css", Reply("p {}", headers={"Content-Type": "text/css"})),
        record("https://www.ferry.example/error", Reply("an agreement broke down", 500)),
        record("https://news.elsewhere.example/2026/pact", story("Elsewhere signs agreement")),
    )
    archive = MemoryArchive()
    counts = replay([OUTLET], archive, tmp_path, path)
    assert (counts.links, counts.fetched, counts.kept, counts.listings) == (2, 2, 2, 0)
    ours = archive.articles["https://www.ferry.example/council/ends-pact"]
    theirs = archive.articles["https://news.elsewhere.example/2026/pact"]
    assert (ours.outlet, ours.source_id, ours.source.city) == ("Ferry Herald", "herald", "Ferry")
    assert (theirs.source_id, theirs.source) == (None, None)
    again = replay([OUTLET], archive, tmp_path / "again", path)
    assert (again.links, again.seen, again.fetched, again.kept) == (2, 2, 0, 0)
    chosen = replay([OUTLET], MemoryArchive(), tmp_path / "chosen", path, strangers=False)
    assert (chosen.links, chosen.kept) == (1, 1)


def test_hosts_that_turned_the_archiver_away_are_read_to_the_end(tmp_path):
    walls = [record(f"https://ferry.example/news/{n}", Reply("<title>Just a moment...</title>")) for n in range(8)]
    last = record("https://ferry.example/story/at-the-end", story("The agreement at the end"))
    archive = MemoryArchive()
    counts = replay([OUTLET], archive, tmp_path, warc(tmp_path, *walls, last))
    assert outcomes(archive)["/story/at-the-end"] == "kept"
    assert (counts.fetched, counts.kept, counts.postponed) == (9, 1, 0)


def test_of_several_captures_the_newest_is_read(tmp_path):
    url = "https://ferry.example/council/pact"
    new = record(url, story("New agreement"), "2026-03-05T00:00:00Z")
    old = record(url, story("Old agreement"), "2026-03-04T00:00:00Z")
    archive = MemoryArchive()
    replay([OUTLET], archive, tmp_path, warc(tmp_path, new, name="a.warc.gz"), warc(tmp_path, old, name="b.warc.gz"))
    assert archive.articles[url].title == "New agreement"
    assert archive.visits[url].fetched == "2026-03-05T00:00:00+00:00"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("https://ferry.example/a", "https://ferry.example/a"),
        ("https://ferry.example/a#part", "https://ferry.example/a"),
        ("https://ferry.example/a?utm_medium=feed", "https://ferry.example/a"),
        ("http://www.ferry.example/a/", "https://ferry.example/a"),
        ("https://ferry.example/A", None),
        ("https://news.ferry.example/a", None),
        ("https://ferry.example/a?id=1", "https://ferry.example/a?id=1"),
        ("https://ferry.example/a?id=2", None),
        ("http://ferry.example/old", "http://ferry.example/old"),
        ("https://ferry.example/old", None),
        ("https://ferry.example/same", None),
    ],
)
def test_address_is_found_in_its_other_spellings_and_in_no_other(tmp_path, asked, found):
    away = Reply(status=301, headers={"Location": "https://ferry.example/old"})
    path = warc(
        tmp_path,
        record("https://ferry.example/a", story("A")),
        record("https://ferry.example/a?id=1", story("A1")),
        record("http://ferry.example/old", away),
        record("https://ferry.example/same", Reply(status=304)),
    )
    place = Tape(Recording([path])).find(asked)
    assert (place and place.url) == found


def pages(*numbers: int) -> list[bytes]:
    return [record(f"https://ferry.example/story/{n}", story(f"Agreement {n}")) for n in numbers]


def replayed(tmp_path: Path, data: bytes, name: str = "a.warc.gz") -> tuple[list[str], Recording]:
    """The titles kept from a file of these bytes."""
    path = tmp_path / name
    path.write_bytes(data)
    archive = MemoryArchive()
    replay([OUTLET], archive, tmp_path / "home", path, screen=always)
    recording = Recording([path])
    list(recording.records())
    return sorted(article.title for article in archive.articles.values()), recording


@pytest.mark.parametrize("packed", [lambda r: b"".join(r), lambda r: gzip.compress(b"".join(r))])
def test_file_not_compressed_or_compressed_as_a_whole(tmp_path, packed):
    titles, recording = replayed(tmp_path, packed(pages(*range(12))))
    assert titles == sorted(f"Agreement {n}" for n in range(12))
    assert (recording.found, recording.damaged) == (12, 0)


def test_answers_are_found_in_any_order_in_a_file_compressed_as_a_whole(tmp_path):
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzip.compress(b"".join(pages(0, 1, 2))))
    recording = Recording([path])
    places = [(record.url, file, record.offset, record.number) for file, record in recording.records()]
    for url, *place in [*places, *reversed(places), places[1]]:
        assert f"Agreement {url[-1]}".encode() in recording.answer(*place).body
    assert recording.answer(0, 0, 3) is None


def test_torn_last_record_and_damage_within_cost_only_themselves(tmp_path):
    members = [gzip.compress(r) for r in pages(0, 1, 2, 3)]
    broken = members[1][:200] + b"\xff" * 40 + members[1][240:]
    titles, recording = replayed(tmp_path, members[0] + broken + members[2] + members[3][:-30])
    assert titles == ["Agreement 0", "Agreement 2"]
    assert (recording.found, recording.damaged) == (2, 2)
    assert recording.problems[0].startswith(f"a.warc.gz@{len(members[0])}: ")


@pytest.mark.parametrize("wrong", [-200, 100, 10**9])
def test_record_of_another_length_than_it_says_costs_only_itself(tmp_path, wrong):
    long, good = pages(0, 2)
    told = int(long.partition(b"Content-Length: ")[2].split(b"\r\n")[0])
    long = long.replace(b"Content-Length: %d\r\n" % told, b"Content-Length: %d\r\n" % (told + wrong), 1)
    titles, recording = replayed(tmp_path, b"".join(map(gzip.compress, [long, good])))
    assert titles[-1] == "Agreement 2"
    assert recording.found + recording.damaged == 2


def test_bomb_and_oversized_page_are_not_read(tmp_path):
    bomb = gzip.compress(b"<html><body>agreement " + b" " * (3 * MAX_BODY))
    packed = record("https://ferry.example/story/bomb", Reply(bomb, headers={"Content-Encoding": "gzip"}))
    large = record("https://ferry.example/story/large", Reply(b"<html>agreement" + b" " * (MAX_BODY + 10)))
    titles, recording = replayed(tmp_path, b"".join(map(gzip.compress, [packed, large, *pages(1)])))
    assert titles == ["Agreement 1"]
    assert recording.found == 3


def test_pages_packed_by_the_server_or_said_to_be_are_read(tmp_path):
    page = story("Agreement 7").body.encode()
    packed = Reply(gzip.compress(page), headers={"Content-Encoding": "gzip"})
    unpacked = Reply(story("Agreement 8").body, headers={"Content-Encoding": "br"})  # as some archivers leave it
    chunked = Reply(b"%x\r\n%s\r\n0\r\n\r\n" % (len(page), page), headers={"Transfer-Encoding": "chunked"})
    records = [record(f"https://ferry.example/story/{n}", reply) for n, reply in enumerate((packed, unpacked, chunked))]
    archive = MemoryArchive()
    replay([OUTLET], archive, tmp_path, warc(tmp_path, *records))
    assert {url[-1]: a.title for url, a in archive.articles.items()} == {
        "0": "Agreement 7", "1": "Agreement 8", "2": "Agreement 7",
    }  # fmt: skip


@pytest.mark.parametrize("data", [b"", b"<html>a page and no archive</html>", gzip.compress(b"a page")])
def test_file_that_is_no_warc_is_named(tmp_path, data):
    path = tmp_path / "page.html"
    path.write_bytes(data)
    with pytest.raises(RecordingError, match=r"page\.html: no response record"):
        Tape(Recording([path]))


@pytest.mark.slow
def test_lost_archive_is_built_again_out_of_its_own_warc_files(tmp_path):
    home, rebuilt = tmp_path / "home", tmp_path / "rebuilt"
    with serve_sample() as server:
        finish(crawl(home, server.proxy_url))
    files = [word for path in (home / "warc").iterdir() for word in ("--replay", str(path))]
    said = finish(start(rebuilt, "crawl", "--registry", str(REGISTRY), *files, TRACKER_CONTACT=""))
    assert said.startswith("replay: ")
    assert state(rebuilt)["articles"] == state(home)["articles"]
    assert len(state(home)["articles"]) > 20
    assert list(broken_places(rebuilt)) == []
    again = finish(start(rebuilt, "crawl", "--registry", str(REGISTRY), *files, TRACKER_CONTACT=""))
    assert " 0 fetched, 0 kept" in again
    assert state(rebuilt)["articles"] == state(home)["articles"]
