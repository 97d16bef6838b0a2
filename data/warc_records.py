"""WARC files as they are found: any size, compressed record by record or whole, torn at the end, damaged within.

Every gzip member is decompressed on its own, so that damage costs the records of that member and the rest of the file
goes on. Nothing is held but one page, at most `MAX_BODY` bytes.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import BinaryIO

from warcio.archiveiterator import WARCIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.recordloader import ArcWarcRecord

MAX_BODY = 10 * 1024 * 1024
BLOCK = 64 * 1024
LONG_AGO = "1970-01-01T00:00:00+00:00"  # for a record whose date cannot be read: older than anything kept
_UNDONE = frozenset({"gzip", "x-gzip", "deflate"})
_GZIP = b"\x1f\x8b\x08"
_RECORD = re.compile(rb"WARC/\d\.\d\r?\n")
_HTML = re.compile(r"(?:text/html|application/xhtml\+xml)\b", re.IGNORECASE)
_LOOKS_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WarcRecord:
    """One response record. `kind` is page, not_html, bad_status, too_large or damaged; only a page has a body.

    `offset` is the byte at which the record's gzip member (or, uncompressed, the record) begins, `number` counts the
    records before it in that member. `at` is the file's offset after it. `fetched` is an ISO timestamp in UTC.
    """

    kind: str
    file: str
    offset: int
    at: int
    url: str = ""
    fetched: str = LONG_AGO
    status: int | None = None
    body: str | bytes = b""
    problem: str = ""
    number: int = 0

    @property
    def reference(self) -> str:
        """File name and offset, by which the record is found again."""
        return f"{self.file}@{self.offset}"


@dataclass(frozen=True, slots=True)
class WarcAnswer:
    """What the server answered, with the transfer's encodings undone; `body` is None where it is over `MAX_BODY`."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes | None


def read_records(path: Path) -> Iterator[WarcRecord]:
    """The response records of a WARC file in its order; damage is a record of kind `damaged`, told where it lies."""
    with path.open("rb") as stream:
        compressed = stream.read(2) == _GZIP[:2]
        stream.seek(0)
        parts = _members(stream) if compressed else _plain_parts(stream)
        for part in parts:
            yield from _records_of(part, path.name, stream)


def read_answers(path: Path, offset: int) -> Iterator[WarcAnswer | None]:
    """The records of the gzip member at `offset` (uncompressed: of the file from there) in their order, None for one
    that is no HTTP response. Ends where the records end or damage begins."""
    with path.open("rb") as stream:
        stream.seek(offset)
        gzipped = stream.read(2) == _GZIP[:2]
        stream.seek(offset)
        read = _Member(stream).read if gzipped else stream.read
        records = WARCIterator(_Part(offset, read, gzipped=gzipped))
        while True:
            try:
                record = next(records, None)
                answer = _answer(record) if record else None
            except Exception:  # the parser raises whatever the bytes provoke
                return
            if record is None:
                return
            yield answer


# --- parts: gzip members, or stretches of an uncompressed file -----------------------------------------------------


class _Part:
    """A readable stretch of decompressed bytes that begins at `offset` of the file and knows whether it is whole."""

    def __init__(self, offset: int, read: Callable[[int], bytes], *, gzipped: bool) -> None:
        self.offset = offset
        self.gzipped = gzipped
        self.problem = ""
        self._read = read

    def read(self, size: int = -1) -> bytes:
        if self.problem:
            return b""
        try:
            return self._read(BLOCK if size is None or size < 0 else size)
        except (zlib.error, EOFError) as error:
            self.problem = str(error) or type(error).__name__
            return b""


def _members(stream: BinaryIO) -> Iterator[_Part]:
    offset = 0
    while offset is not None:
        stream.seek(offset)
        member = _Member(stream)
        part = _Part(offset, member.read, gzipped=True)
        yield part
        while part.read(BLOCK):
            pass  # whatever the reader left of the member
        if part.problem:
            offset = _next_member(stream, offset + 1)
        else:
            offset = member.end(offset)


class _Member:
    """One gzip member, decompressed piece by piece."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._inflate = zlib.decompressobj(wbits=31)
        self._taken = 0
        self._left = b""

    def read(self, size: int) -> bytes:
        while not self._inflate.eof:
            raw = self._left or self._stream.read(BLOCK)
            if not raw:
                raise EOFError("the file ends within a record")
            self._taken += 0 if self._left else len(raw)
            data = self._inflate.decompress(raw, max(size, 1))
            self._left = self._inflate.unconsumed_tail
            if data:
                return data
        return b""

    def end(self, offset: int) -> int | None:
        """Where the next member begins, None at the end of the file. Zeros between members are passed over."""
        rest = self._inflate.unused_data
        at = offset + self._taken - len(rest)
        while True:
            rest = rest or self._stream.read(BLOCK)
            if not rest:
                return None
            stripped = rest.lstrip(b"\x00")
            at += len(rest) - len(stripped)
            if stripped:
                return at
            rest = b""


def _next_member(stream: BinaryIO, start: int) -> int | None:
    """The next place from `start` on where a gzip member with a WARC record in it begins."""
    for at in _find(stream, _GZIP, start):
        stream.seek(at)
        try:
            head = zlib.decompressobj(wbits=31).decompress(stream.read(BLOCK), 16)
        except zlib.error:
            continue
        if head.startswith(b"WARC/"):
            return at
    return None


def _plain_parts(stream: BinaryIO) -> Iterator[_Part]:
    offset: int | None = 0
    while offset is not None:
        stream.seek(offset)
        part = _Part(offset, stream.read, gzipped=False)
        yield part
        offset = next(_find(stream, b"WARC/1.", part.offset + 1), None) if part.problem else None


def _find(stream: BinaryIO, what: bytes, start: int) -> Iterator[int]:
    at, kept = start, b""
    while True:
        stream.seek(at + len(kept))
        block = kept + stream.read(BLOCK)
        if len(block) < len(what):
            return
        found = block.find(what)
        while found >= 0:
            yield at + found
            found = block.find(what, found + 1)
        kept = block[len(block) - len(what) + 1 :]
        at += len(block) - len(kept)
        stream.seek(at + len(kept))
        if not stream.read(1):
            return


# --- records -------------------------------------------------------------------------------------------------------


def _records_of(part: _Part, file: str, stream: BinaryIO) -> Iterator[WarcRecord]:
    records = WARCIterator(part)
    start = part.offset
    for number in count():
        offset = part.offset if part.gzipped else start + records.offset
        try:
            record = next(records, None)
            told = _told(record, file, offset) if record else None
            if record:
                records.get_record_offset()  # reads to the record's end, which is where a torn one shows
            if records.err_count:
                part.problem = part.problem or "the record is not as long as it says"
        except Exception as error:  # the parser raises whatever the bytes provoke; the record is told as damaged
            part.problem = part.problem or f"{type(error).__name__}: {error}"
            told = None
        if part.problem:
            part.offset = offset  # where the search for the next whole record begins
            yield WarcRecord("damaged", file, offset, stream.tell(), problem=part.problem)
            return
        if record is None:
            return
        if told is not None:
            yield WarcRecord(at=stream.tell(), number=number if part.gzipped else 0, **told)


def _told(record: ArcWarcRecord, file: str, offset: int) -> dict | None:
    """The fields of a response record; None for other records (requests, metadata)."""
    if record.rec_type != "response":
        return None
    headers = record.rec_headers
    told = {
        "file": file,
        "offset": offset,
        "url": (headers.get_header("WARC-Target-URI") or "").strip("<> "),
        "fetched": _timestamp(headers.get_header("WARC-Date")),
    }
    http = record.http_headers
    if http is None:
        return told | {"kind": "not_html"}
    status = int(http.get_statuscode()) if (http.get_statuscode() or "").isdigit() else None
    told["status"] = status
    if status != 200:
        return told | {"kind": "bad_status"}
    kind = http.get_header("Content-Type")
    if kind and not _HTML.match(kind.strip()):
        return told | {"kind": "not_html"}
    body = _body(record)
    if body is None or len(body) > MAX_BODY:
        return told | {"kind": "too_large"}
    if not kind and not _LOOKS_HTML.search(body[:2048]):
        return told | {"kind": "not_html"}
    return told | {"kind": "page", "body": _as_text(body, kind or "")}


def _answer(record: ArcWarcRecord) -> WarcAnswer | None:
    http = record.http_headers
    told = http.get_statuscode() if http is not None else None
    if record.rec_type != "response" or not (told or "").isdigit():
        return None
    body = _body(record)
    if body is not None and len(body) > MAX_BODY:
        body = None
    undone = {"transfer-encoding", "content-length"}
    encoding = (http.get_header("Content-Encoding") or "").lower().strip()
    if encoding in _UNDONE or _LOOKS_HTML.search((body or b"")[:2048]):
        undone.add("content-encoding")
    return WarcAnswer(int(told), tuple((n, v) for n, v in http.headers if n.lower() not in undone), body)


def _body(record: ArcWarcRecord) -> bytes | None:
    """The page's bytes, transfer and content encoding undone; None where there are too many."""
    if int(record.rec_headers.get_header("Content-Length") or 0) > MAX_BODY + BLOCK:
        return None
    http = record.http_headers
    chunked = "chunked" in (http.get_header("Transfer-Encoding") or "").lower()
    stream = ChunkedDataReader(record.raw_stream) if chunked else record.raw_stream
    raw = stream.read(MAX_BODY + 1)
    encoding = (http.get_header("Content-Encoding") or "").lower().strip()
    return _inflated(raw, encoding) if encoding in _UNDONE else raw


def _inflated(raw: bytes, encoding: str) -> bytes:
    """`raw` decompressed up to one byte more than is taken; as it is where the header says what is not so."""
    for wbits in (15, -15) if encoding == "deflate" else (31,):
        try:
            return zlib.decompressobj(wbits=wbits).decompress(raw, MAX_BODY + 1)
        except zlib.error:
            continue
    return raw


def _as_text(body: bytes, content_type: str) -> str | bytes:
    """Decoded where the server names a charset and it fits; else the bytes, for the page's own declaration."""
    charset = _CHARSET.search(content_type)
    try:
        return body.decode(charset[1]) if charset else body
    except (LookupError, UnicodeError):
        return body


def _timestamp(text: str | None) -> str:
    try:
        moment = datetime.fromisoformat((text or "").strip())
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        return LONG_AGO
