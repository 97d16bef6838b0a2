"""Packed bodies: unpacked whole and within the bound, or refused."""

from __future__ import annotations

import gzip
import os
import zlib

import brotli
import pytest
from backports import zstd

from crawler.compression import UnpackError, unpack

PACKERS = {"gzip": gzip.compress, "x-gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress}
PACKERS |= {"zstd": zstd.compress}


@pytest.mark.parametrize("encoding", PACKERS)
def test_packed_body_is_unpacked_whole_or_not_at_all(encoding):
    raw = os.urandom(70_000) + b"word " * 100_000
    body = PACKERS[encoding](raw)
    assert unpack(body, encoding, len(raw)) == raw
    with pytest.raises(UnpackError, match="unpacks to more than 1000 bytes"):
        unpack(body, encoding, 1_000)
    for length in (1, 20, len(body) // 2, len(body) - 1):
        with pytest.raises(UnpackError):
            unpack(body[:length], encoding, 0)


def test_packed_bodies_as_servers_really_send_them():
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    assert unpack(stream.compress(b"raw deflate") + stream.flush(), "deflate", 0) == b"raw deflate"
    assert unpack(gzip.compress(b"two ") + gzip.compress(b"members") + b"\0\0", "gzip", 0) == b"two members"
    assert unpack(zstd.compress(b"two ") + zstd.compress(b"frames"), "zstd", 0) == b"two frames"
    assert unpack(gzip.compress(b""), "gzip", 0) == b""


def test_zstd_window_beyond_what_the_web_allows_is_refused():
    level = {zstd.CompressionParameter.window_log: 27, zstd.CompressionParameter.enable_long_distance_matching: 1}
    body = zstd.ZstdCompressor(options=level)
    packed_body = body.compress(os.urandom(1_000)) + body.flush()
    with pytest.raises(UnpackError, match="zstd body is broken"):
        unpack(packed_body, "zstd", 0)
