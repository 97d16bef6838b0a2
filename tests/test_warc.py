"""The WARC files of kept pages: readable where told, whole after a crash or on a full disk, of bounded size."""

from __future__ import annotations

import errno
import os
import random
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from scrapy.http import HtmlResponse
from warcio.archiveiterator import ArchiveIterator

from crawler.warc import WarcStore
from crawler.warc_mending import mend
from data.errors import StorageError

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


def urls_of(path):
    """The addresses of every response record, by another tool's reader, which raises on a file that is not whole."""
    with path.open("rb") as file:
        records = ArchiveIterator(file, check_digests="raise")
        return [
            record.rec_headers.get_header("WARC-Target-URI")
            for record in records
            if record.content_stream().read() and record.rec_type == "response"
        ]


def die_while_writing(folder, *bodies):
    """A process of its own stores pages 0, 1 ... and is killed with its file open; returns name and offset of each."""
    code = (
        "import os, signal, sys, pathlib\n"
        "from tests.test_warc import MOMENT, response\n"
        "from crawler.warc import WarcStore\n"
        "store = WarcStore(pathlib.Path(sys.argv[1]), 'agent/1')\n"
        "for number, body in enumerate(sys.argv[2:]):\n"
        "    place = store.write(response(f'https://ferry.example/{number}', body.encode()), MOMENT)\n"
        "    print(*place, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder), *bodies], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == -9, done.stderr
    return [(name, int(offset)) for name, offset in map(str.split, done.stdout.splitlines())]


def test_cut_at_any_byte_of_its_last_record_a_file_is_mended_to_the_records_before(tmp_path):
    (name, first), (_, last) = die_while_writing(tmp_path, "first page " * 20, "second page " * 20)
    path = tmp_path / name
    whole = path.read_bytes()
    marker = next(tmp_path.glob(".*.open"))
    mark = marker.read_bytes()
    before_last = b"%020d" % last
    assert mark == b"%020d" % len(whole)
    for size in range(last, len(whole)):  # the power failed while the last record was written
        path.write_bytes(whole[:size])
        marker.write_bytes(before_last)
        assert mend(tmp_path) == (size > last)
        assert path.read_bytes() == whole[:last]
        assert not marker.exists()
    assert urls_of(path) == ["https://ferry.example/0"]
    assert record_at(path, first)[2] == b"first page " * 20


@pytest.mark.parametrize("mark", [b"", b"\0" * 20, b"0" * 20, b"9" * 20])
def test_record_cut_short_is_found_without_the_place_marked(tmp_path, mark):
    _, (name, last) = die_while_writing(tmp_path, "first page " * 20, "second page " * 20)
    path = tmp_path / name
    path.write_bytes(path.read_bytes()[:-3] + b"\0\0\0")  # as some file systems leave it: the right size, wrong bytes
    next(tmp_path.glob(".*.open")).write_bytes(mark)
    assert mend(tmp_path) == 1
    assert path.stat().st_size == last
    assert urls_of(path) == ["https://ferry.example/0"]


def test_whole_file_of_a_dead_process_is_left_as_it_is(tmp_path):
    places = die_while_writing(tmp_path, "first page " * 20, "second page " * 20)
    path = tmp_path / places[0][0]
    whole = path.read_bytes()
    assert mend(tmp_path) == 0
    assert path.read_bytes() == whole
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_file_without_one_whole_record_is_removed(tmp_path):
    (name, _), *_ = die_while_writing(tmp_path, "first page")
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:100])
    next(tmp_path.glob(".*.open")).write_bytes(b"0" * 20)
    assert mend(tmp_path) == 1
    assert list(tmp_path.iterdir()) == []


def test_page_that_holds_a_warc_file_does_not_save_a_torn_record(tmp_path):
    """What a server sends is stored next to uncompressed where it is compressed already: it may look like a record."""
    (name, first), *_ = die_while_writing(tmp_path / "inner", "evil " * 50)
    inner = (tmp_path / "inner" / name).read_bytes()[first:]
    store = WarcStore(tmp_path / "outer", "agent/1")
    name, good = store.write(response("https://ferry.example/good", b"good " * 50), MOMENT)
    _, torn = store.write(response("https://ferry.example/evil", random.Random(1).randbytes(500) + inner * 2), MOMENT)
    store._abandon()  # the process dies
    path = tmp_path / "outer" / name
    path.write_bytes(path.read_bytes()[:-5])
    next(path.parent.glob(".*.open")).write_bytes(b"%020d" % torn)
    assert mend(path.parent) == 1
    assert urls_of(path) == ["https://ferry.example/good"]
    assert record_at(path, good)[2] == b"good " * 50


def test_file_of_a_living_process_is_not_touched(tmp_path):
    store = WarcStore(tmp_path, "agent/1")
    name, _ = store.write(response("https://ferry.example/1", b"first " * 50), MOMENT)
    path = tmp_path / name
    with path.open("ab") as file:
        file.write(b"half a rec")
    size = path.stat().st_size
    assert mend(tmp_path) == 0
    assert path.stat().st_size == size


class FullDisk:
    """Stands before a file: writes `room` bytes, then says that there is no more, as write(2) does on a full disk."""

    def __init__(self, file, room):
        self._file, self.room = file, room

    def write(self, data):
        taken = min(self.room, len(data))
        if not taken:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.room -= taken
        return self._file.write(data[:taken])

    def __getattr__(self, name):
        return getattr(self._file, name)


def test_record_that_finds_no_room_is_cut_back_and_the_next_one_is_readable(tmp_path):
    store = WarcStore(tmp_path, "agent/1")
    name, _ = store.write(response("https://ferry.example/1", b"first " * 50), MOMENT)
    size = (tmp_path / name).stat().st_size
    store._file = FullDisk(store._file, room=100)
    with pytest.raises(StorageError, match=rf"{name}: disk full"):
        store.write(response("https://ferry.example/2", b"second " * 50), MOMENT)
    assert (tmp_path / name).stat().st_size == size
    store._file.room = 10_000
    third, offset = store.write(response("https://ferry.example/3", b"third " * 50), MOMENT)
    assert (third, offset) == (name, size)
    store.close()
    assert urls_of(tmp_path / name) == ["https://ferry.example/1", "https://ferry.example/3"]
    assert record_at(tmp_path / name, offset)[2] == b"third " * 50


def test_nothing_kept_means_no_file(tmp_path):
    WarcStore(tmp_path / "warc", "agent/1").close()
    assert not (tmp_path / "warc").exists()
