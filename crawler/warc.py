"""Raw pages of kept articles as WARC files, so that every published fact leads back to the bytes it came from."""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from scrapy.http import Response
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.archive import WarcPlace

MAX_FILE = 1_000_000_000  # bytes, the size that web archives use
_NOT_STORED = frozenset({"content-encoding", "transfer-encoding", "content-length", "set-cookie"})


class WarcStore:
    """Writes response records into files of its own: one set a process, so a record torn by a crash is the last of its
    file and nobody appends behind it. A place is returned only when its bytes are on the disk.
    """

    def __init__(self, folder: Path, agent: str, *, max_file: int = MAX_FILE) -> None:
        self._folder = folder
        self._agent = agent
        self._max_file = max_file
        self._stem = f"tracker-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}"
        self._serial = 0
        self._file: BinaryIO | None = None
        self._writer: WARCWriter | None = None

    def write(self, response: Response, fetched: datetime) -> WarcPlace:
        """Store the response (body as decoded from its transfer, headers as sent) and say where it begins."""
        writer, file = self._open()
        offset = file.tell()
        record = writer.create_warc_record(
            response.url,
            "response",
            payload=io.BytesIO(response.body),
            http_headers=_http_headers(response),
            warc_headers_dict={"WARC-Date": f"{fetched.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"},
        )
        writer.write_record(record)
        self._flush(file)
        place = (Path(file.name).name, offset)
        if file.tell() >= self._max_file:
            self.close()
        return place

    def close(self) -> None:
        """Close the current file; a later `write` begins the next."""
        if self._file:
            self._file.close()
        self._file = self._writer = None

    def _open(self) -> tuple[WARCWriter, BinaryIO]:
        if self._file is None or self._writer is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._next_path()
            self._file = path.open("xb")
            self._writer = WARCWriter(self._file, gzip=True)
            info = {"software": self._agent, "format": "WARC File Format 1.1", "robots": "obey"}
            self._writer.write_record(self._writer.create_warcinfo_record(path.name, info))
            self._flush(self._file)
            _sync_folder(self._folder)
        return self._writer, self._file

    def _next_path(self) -> Path:
        while True:
            path = self._folder / f"{self._stem}-{self._serial:05d}.warc.gz"
            self._serial += 1
            if not path.exists():
                return path

    @staticmethod
    def _flush(file: BinaryIO) -> None:
        file.flush()
        os.fsync(file.fileno())


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


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
