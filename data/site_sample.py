"""Pages of the invented sample outlets, shown under `/sample/<host>/` with their links kept inside."""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping

from data.site_links import SAMPLE_HOST

LINK = re.compile(rb"""(?P<name>\b(?:href|src|action)\s*=\s*)(?P<mark>["'])(?P<target>[^"'<>]*)(?P=mark)""", re.I)
ABSOLUTE = re.compile(rb"(?:https?:)?//([a-z0-9.-]+)(?::\d+)?(/.*)?", re.I)
HEAD_END = re.compile(rb"</head\s*>", re.I)
BODY_START = re.compile(rb"<body\b[^>]*>", re.I)
STYLE = b'<link rel="stylesheet" href="/static/sample.css">'
BANNER = (
    b'<div class="tracker-sample" role="note"><strong>Invented sample.</strong> This outlet, its people and its '
    b'stories are made up. <a href="/">To the Sanctuary Tracker</a></div>'
)
DROPPED = frozenset({"connection", "content-encoding", "content-length", "content-type", "date", "keep-alive", "server",
                     "set-cookie", "transfer-encoding", "location"})  # fmt: skip


def inside(target: str, host: str) -> str:
    """Where a sample page's link leads on this site: relative links and other hosts stay as they are."""
    absolute = ABSOLUTE.fullmatch(target.encode("utf-8", "surrogateescape"))
    if absolute:
        named = absolute[1].decode("ascii").lower()
        rest = (absolute[2] or b"/").decode("utf-8", "surrogateescape")
        return f"/sample/{named}{rest}" if SAMPLE_HOST.fullmatch(named) else target
    return f"/sample/{host}{target}" if target.startswith("/") else target


def rewritten(body: bytes, host: str) -> bytes:
    """An HTML page, in any encoding that keeps ASCII, with the links of `inside`."""

    def replace(found: re.Match[bytes]) -> bytes:
        target = found["target"].decode("utf-8", "surrogateescape")
        return found["name"] + found["mark"] + inside(target, host).encode("utf-8", "surrogateescape") + found["mark"]

    return LINK.sub(replace, body)


def framed(body: bytes) -> bytes:
    """An HTML page with a plain style and, above everything else, the word that it is invented."""
    body = HEAD_END.sub(lambda end: STYLE + end[0], body, count=1)
    return BODY_START.sub(lambda start: start[0] + BANNER, body, count=1)


def shown(status: int, headers: Mapping[str, str], body: bytes, host: str) -> tuple[int, dict[str, str], str, bytes]:
    """A sample outlet's answer as the site gives it: status, headers, content type, body."""
    told = {name.lower(): value for name, value in headers.items()}
    if told.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    kind = told.get("content-type", "text/html; charset=utf-8")
    kept = {name: value for name, value in told.items() if name not in DROPPED}
    if "location" in told:
        kept["location"] = inside(told["location"], host)
    return status, kept, kind, framed(rewritten(body, host)) if "html" in kind else body
