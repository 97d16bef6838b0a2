"""The WARC files of kept pages: readable from the place told, whole after a crash, of bounded size."""

from __future__ import annotations

import random
from datetime import UTC, datetime

from scrapy.http import HtmlResponse
from warcio.archiveiterator import ArchiveIterator

from crawler.warc import WarcStore

MOMENT = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)


def response(url: str, body: bytes, **headers: str) -> HtmlResponse:
    return HtmlResponse(url, status=200, headers=headers, body=body, encoding="utf-8")


def record_at(path, offset):
    with path.open("rb") as file:
        file.seek(offset)
        record = next(iter(ArchiveIterator(file)))
        return record.rec_headers, record.http_headers, record.content_stream().read()


def test_every_record_is_found_where_it_was_said_to_be(tmp_path):
    store = WarcStore(tmp_path, "agent/1")
    pages = [(f"https://ferry.example/{number}", b"<p>" + bytes([65 + number]) * 5_000) for number in range(3)]
    places = [store.write(response(url, body, ETag='"x"'), MOMENT) for url, body in pages]
    for (url, body), (name, offset) in zip(pages, places, strict=True):
        warc, http, stored = record_at(tmp_path / name, offset)  # while the file is still open: it is on the disk
        assert warc.get_header("WARC-Target-URI") == url
        assert warc.get_header("WARC-Date") == "2026-02-03T04:05:06Z"
        assert (http.get_statuscode(), http.get_header("ETag")) == ("200", '"x"')
        assert stored == body
    assert len({name for name, _ in places}) == 1


def test_transfer_headers_and_cookies_are_not_kept_and_line_breaks_harm_nothing(tmp_path):
    store = WarcStore(tmp_path, "agent/1")
    headers = {"Content-Encoding": "gzip", "Transfer-Encoding": "chunked", "Set-Cookie": "a=b", "Content-Length": "7"}
    name, offset = store.write(response("https://ferry.example/x", b"abc", **headers, Odd="a\r\nInjected: b"), MOMENT)
    _, http, stored = record_at(tmp_path / name, offset)
    told = {key.lower(): value for key, value in http.headers}
    assert told["content-length"] == "3"
    assert not {"content-encoding", "transfer-encoding", "set-cookie", "injected"} & set(told)
    assert stored == b"abc"


def test_full_file_gives_way_to_the_next(tmp_path):
    store = WarcStore(tmp_path, "agent/1", max_file=2_000)
    bodies = [random.Random(number).randbytes(2_500) for number in range(3)]
    names = [store.write(response("https://ferry.example/x", body), MOMENT)[0] for body in bodies]
    store.close()
    assert len(set(names)) == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(set(names))
    for path in tmp_path.iterdir():
        with path.open("rb") as file:
            assert next(iter(ArchiveIterator(file))).rec_type == "warcinfo"


def test_record_torn_by_a_crash_leaves_the_others_readable(tmp_path):
    store = WarcStore(tmp_path, "agent/1")
    first = store.write(response("https://ferry.example/1", b"first " * 500), MOMENT)
    store.write(response("https://ferry.example/2", b"second " * 500), MOMENT)
    store.close()
    path = tmp_path / first[0]
    path.write_bytes(path.read_bytes()[:-40])
    assert record_at(path, first[1])[2] == b"first " * 500


def test_nothing_kept_means_no_file(tmp_path):
    WarcStore(tmp_path / "warc", "agent/1").close()
    assert not (tmp_path / "warc").exists()
