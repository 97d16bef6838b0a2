"""A proxy on loopback for the browser: it resolves each name itself, refuses what the crawler refuses, and connects to
the very address that it has checked.

A page's scripts may ask for anything, follow redirects that no interception sees, and resolve a name twice; here is the
one place that all of it passes (CONNECT and absolute-form requests, RFC 9110, 9.3.6 and RFC 9112, 3.2.2). Where the
environment names a proxy, requests go on to that one, and names are its to resolve, as for the crawler's own requests.
"""

from __future__ import annotations

import asyncio
import base64
import re
import socket
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from crawler.addresses import is_private
from crawler.opt_out import OptOut

_HEAD = 65_536  # bytes of a request's head
_PIECE = 65_536
_HOP = re.compile(rb"^(?:proxy-connection|connection|keep-alive|proxy-authorization)\s*:", re.IGNORECASE)
_REFUSED = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class RefusedError(Exception):
    """The browser asked for what it must not have."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What one connection may do: `max_bytes` from the server, `seconds` in all."""

    opt_out: OptOut
    allow_loopback: bool
    max_bytes: int
    seconds: float


class GuardedProxy:
    """An HTTP proxy for one browser, to be used on a running event loop."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._server: asyncio.Server | None = None
        self._at_work: set[asyncio.Task] = set()

    async def start(self) -> int:
        """Listen on a free port of this machine, and give it back."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_HEAD)
        return self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """End every connection."""
        if self._server:
            self._server.close()
        for task in tuple(self._at_work):
            task.cancel()
        await asyncio.gather(*self._at_work, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._at_work.add(task)
        try:
            with suppress(TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                async with asyncio.timeout(self._rules.seconds):
                    await self._pass_on(reader, writer)
        finally:
            self._at_work.discard(task)
            writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        try:
            host, port, onwards = read_head(head)
            self._check(host)
            upstream = upstream_for(host, "https" if not onwards else "http")
            address = None if upstream else await self._resolved(host, port)
        except RefusedError:
            if head.startswith(b"CONNECT"):  # to a plain request any answer would count as the server's own
                writer.write(_REFUSED)
                await writer.drain()
            return
        answer, out = await asyncio.open_connection(*(upstream[:2] if upstream else (address, port)))
        try:
            if upstream:
                out.write(_for_upstream(head, upstream[2]))
            elif onwards:
                out.write(onwards)
            else:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            sending = asyncio.ensure_future(_pump(reader, out, self._rules.max_bytes))
            try:
                await _pump(answer, writer, self._rules.max_bytes)
            finally:
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)
        finally:
            out.close()

    def _check(self, host: str) -> None:
        rules = self._rules
        if rules.opt_out.covers(host) or is_private(host, allow_loopback=rules.allow_loopback):
            raise RefusedError(host)

    async def _resolved(self, host: str, port: int) -> str:
        """The address to connect to. Raises RefusedError, and OSError where the name does not resolve."""
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for *_, (address, *_) in found:
            if not is_private(address, allow_loopback=self._rules.allow_loopback):
                return address
        raise RefusedError(host)


def read_head(head: bytes) -> tuple[str, int, bytes]:
    """Host, port and what to send on (nothing for CONNECT) of a request to a proxy. Raises RefusedError."""
    line, *fields = head[:-4].split(b"\r\n")
    try:
        method, target, version = line.decode("ascii").split(" ")
        parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
        host, port = parts.hostname or "", parts.port or 80
    except ValueError as error:
        raise RefusedError("not a request") from error
    if method == "CONNECT":
        return host, port, b""
    if parts.scheme not in ("http", "ws") or not host:
        raise RefusedError(parts.scheme)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    kept = [field for field in fields if not _HOP.match(field)]
    return host, port, b"\r\n".join([f"{method} {path} {version}".encode(), *kept, b"Connection: close", b"", b""])


def upstream_for(host: str, scheme: str) -> tuple[str, int, bytes] | None:
    """Host, port and authorization header of the proxy that the environment names for `host`; None for none."""
    told = None if proxy_bypass(host) else getproxies().get(scheme)
    if not told:
        return None
    parts = urlsplit(told if "//" in told else f"//{told}")
    login = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else ""
    header = b"Proxy-Authorization: Basic " + base64.b64encode(login.encode()) if login else b""
    return parts.hostname or "", parts.port or 80, header


def _for_upstream(head: bytes, authorization: bytes) -> bytes:
    """`head` for the next proxy; a plain request closes its connection, so that each one passes the check."""
    line, *fields = head[:-4].split(b"\r\n")
    close = b"" if line.startswith(b"CONNECT") else b"Connection: close"
    kept = [field for field in fields if not _HOP.match(field)]
    return b"\r\n".join([line, *kept, *filter(None, (close, authorization)), b"", b""])


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter, most: int) -> None:
    """Pass bytes on until there are none, or `most` have passed."""
    while most > 0 and (piece := await source.read(_PIECE)):
        most -= len(piece)
        target.write(piece)
        await target.drain()
