"""Packed bodies: unpacked up to the bound on a body, and refused where the data ends in the middle.

Scrapy hands on whatever a torn body gave, and half a story would be taken for the whole one.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable

import brotli
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MAX_LAYERS = 3  # encodings of one body over each other
_STEP = 65_536  # bytes unpacked at a time
_GZIP = 16 + zlib.MAX_WBITS
_WINDOW = {zstd.DecompressionParameter.window_log_max: 23}  # 8 MiB, the most that RFC 9659 lets a web server use


class UnpackError(IgnoreRequest):
    """The packed body is broken, ends in the middle, or unpacks to more than the bound."""


class BoundedCompressionMiddleware(HttpCompressionMiddleware):
    """Scrapy's own, with the unpacking of `unpack`."""

    def _handle_encoding(self, body: bytes, content_encoding: list[bytes], max_size: int) -> tuple[bytes, list[bytes]]:
        if sum(told.count(b",") + 1 for told in content_encoding) > MAX_LAYERS:
            raise UnpackError(f"packed in more than {MAX_LAYERS} layers")
        return super()._handle_encoding(body, content_encoding, max_size)

    @staticmethod
    def _decode(body: bytes, encoding: bytes, max_size: int) -> bytes:
        return unpack(body, encoding.decode("latin-1"), max_size) if body else b""


def unpack(body: bytes, encoding: str, max_size: int) -> bytes:
    """`body` unpacked, `encoding` one of gzip, x-gzip, deflate, br and zstd (RFC 9110, 7932, 8878).

    Raises UnpackError where it is broken or torn, or unpacks to more than `max_size` bytes (0: no bound).
    """
    try:
        return _UNPACKERS[encoding](body, max_size)
    except (zlib.error, brotli.error, zstd.ZstdError, EOFError) as error:
        raise UnpackError(f"{encoding} body is broken: {error}"[:200]) from error


def _zlib_streams(body: bytes, max_size: int, bits: int) -> bytes:
    """All gzip members, or the one zlib stream, of `body`; what follows that is none is left out, as browsers do."""
    unpacked = bytearray()
    while True:
        stream = zlib.decompressobj(bits)
        while not stream.eof:
            piece = stream.decompress(body, _STEP)
            _add(unpacked, piece, max_size)
            body = stream.unconsumed_tail
            if not stream.eof and not body and not piece:
                raise UnpackError("packed body ends in the middle")
        body = stream.unused_data
        if bits != _GZIP or body[:2] != b"\x1f\x8b":
            return bytes(unpacked)


def _deflate(body: bytes, max_size: int) -> bytes:
    try:
        return _zlib_streams(body, max_size, zlib.MAX_WBITS)
    except zlib.error:  # what some servers send under this name has no zlib header
        return _zlib_streams(body, max_size, -zlib.MAX_WBITS)


def _brotli(body: bytes, max_size: int) -> bytes:
    stream, unpacked = brotli.Decompressor(), bytearray()
    piece = stream.process(body, output_buffer_limit=_STEP)
    while piece or not stream.can_accept_more_data():
        _add(unpacked, piece, max_size)
        piece = stream.process(b"", output_buffer_limit=_STEP)
    if not stream.is_finished():
        raise UnpackError("packed body ends in the middle")
    return bytes(unpacked)


def _zstd(body: bytes, max_size: int) -> bytes:
    unpacked = bytearray()
    while body:
        stream = zstd.ZstdDecompressor(options=_WINDOW)
        while not stream.eof:
            piece = stream.decompress(body, _STEP)
            _add(unpacked, piece, max_size)
            body = b""
            if not stream.eof and not piece and stream.needs_input:
                raise UnpackError("packed body ends in the middle")
        body = stream.unused_data
    return bytes(unpacked)


def _add(unpacked: bytearray, piece: bytes, max_size: int) -> None:
    unpacked += piece
    if max_size and len(unpacked) > max_size:
        raise UnpackError(f"unpacks to more than {max_size} bytes")


_UNPACKERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": lambda body, max_size: _zlib_streams(body, max_size, _GZIP),
    "x-gzip": lambda body, max_size: _zlib_streams(body, max_size, _GZIP),
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
