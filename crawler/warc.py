"""Raw pages of kept articles as WARC files, so that every published fact leads back to the bytes it came from.

The format is that of the WARC File Format 1.1 (IIPC), every record a gzip member of its own (its annex D), so that a
record is found again by the file's name and its offset.
"""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path

from scrapy.http import Response
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.archive import WarcPlace
from crawler.warc_mending import Marker
from data.errors import storing
from data.files import sync

MAX_FILE = 1_000_000_000  # bytes, the size that web archives use
_NOT_STORED = frozenset({"content-encoding", "transfer-encoding", "content-length", "set-cookie"})


class WarcStore:
    """Writes response records into files of its own: one set a process, so a record torn by a crash is the last of its
    file and nobody appends behind it (`crawler.warc_mending` cuts it off). A place is returned only when its bytes are
    on the disk.
    """

    def __init__(self, folder: Path, agent: str, *, max_file: int = MAX_FILE) -> None:
        self._folder = folder
        self._agent = agent
        self._max_file = max_file
        self._stem = f"tracker-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}"
        self._serial = 0
        self._file: FileIO | None = None
        self._marker: Marker | None = None

    def write(self, response: Response, fetched: datetime) -> WarcPlace:
        """Store the response (body as decoded from its transfer, headers as sent) and say where it begins.

        Raises StorageError, which names the file, where it cannot be written; what was written of the record is cut
        off again, so that the next one is found by everybody.
        """
        record = _response_record(response, fetched)
        file = self._file or self._open()
        path = Path(file.name)
        with storing(path):
            offset = self._append(file, record)
            if file.tell() >= self._max_file:
                self.close()
        return path.name, offset

    def close(self) -> None:
        """Close the current file; a later `write` begins the next."""
        if self._file:
            self._file.close()
        if self._marker:
            self._marker.remove()
        self._file = self._marker = None

    def _open(self) -> FileIO:
        path = self._next_path()
        with storing(path):
            self._folder.mkdir(parents=True, exist_ok=True)
            marker = Marker.create(path)
            try:
                file = path.open("xb", buffering=0)  # nothing may wait in memory and follow behind a record cut off
            except OSError:
                marker.remove()
                raise
            self._file, self._marker = file, marker
            self._append(file, _info_record(path.name, self._agent))
            sync(self._folder)
            sync(self._folder.parent)
        return file

    def _append(self, file: FileIO, record: bytes) -> int:
        """Write the record, wait until it is on the disk, and say where it begins; on failure there is none of it."""
        offset = file.tell()
        try:
            _write_all(file, record)
            os.fsync(file.fileno())
        except BaseException:
            self._cut_back(file, offset)
            raise
        if self._marker:
            self._marker.note(file.tell())
        return offset

    def _cut_back(self, file: FileIO, offset: int) -> None:
        """End the file at `offset`. Where even that fails it keeps its marker, by which the next run mends it."""
        try:
            file.truncate(offset)
            file.seek(offset)
            os.fsync(file.fileno())
            if offset == 0:  # not even the file's own description found room
                Path(file.name).unlink()
                self.close()
        except OSError:
            self._abandon()

    def _abandon(self) -> None:
        """Let go of a file that cannot be used; the next record begins another."""
        if self._file:
            self._file.close()
        if self._marker:
            self._marker.release()
        self._file = self._marker = None

    def _next_path(self) -> Path:
        while True:
            path = self._folder / f"{self._stem}-{self._serial:05d}.warc.gz"
            self._serial += 1
            if not path.exists():
                return path


def _write_all(file: FileIO, data: bytes) -> None:
    """Write every byte: a nearly full disk takes a part and says so without an error (write(2))."""
    left = memoryview(data)
    while left:
        left = left[file.write(left) or 0 :]


def _response_record(response: Response, fetched: datetime) -> bytes:
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=True)
    record = writer.create_warc_record(
        response.url,
        "response",
        payload=io.BytesIO(response.body),
        http_headers=_http_headers(response),
        warc_headers_dict={"WARC-Date": f"{fetched.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"},
    )
    writer.write_record(record)
    return buffer.getvalue()


def _info_record(name: str, agent: str) -> bytes:
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=True)
    info = {"software": agent, "format": "WARC File Format 1.1", "robots": "obey"}
    writer.write_record(writer.create_warcinfo_record(name, info))
    return buffer.getvalue()


def _http_headers(response: Response) -> StatusAndHeaders:
    """The response's headers less those of the transfer, which is undone, and less cookies."""
    headers = [
        (name.decode("latin-1"), value.decode("latin-1").replace("\r", " ").replace("\n", " "))
        for name, values in response.headers.items()
        for value in values
        if name.decode("latin-1").lower() not in _NOT_STORED
    ]
    headers.append(("Content-Length", str(len(response.body))))
    return StatusAndHeaders(
        f"{response.status} OK" if response.status == 200 else str(response.status), headers, "HTTP/1.1"
    )
