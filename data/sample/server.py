"""The sample web over HTTP on loopback, as a plain proxy and by Host header.

A crawler reaches the outlets by `http_proxy=http://127.0.0.1:<port>`; a browser or curl may name the host itself.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from data.sample.site import Response, respond


@dataclass(slots=True)
class SampleServer:
    """A running sample web. Set `revision` to 1 for the state in which stories have been updated.

    `requests` is the log: (seconds since the epoch, host, path, status), in the order of the answers.
    """

    port: int
    revision: int = 0
    requests: list[tuple[float, str, str, int]] = field(default_factory=list)

    @property
    def proxy_url(self) -> str:
        """The value for `http_proxy`."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def serve_sample(port: int = 0) -> Iterator[SampleServer]:
    """Serve the sample web on 127.0.0.1 (a free port for 0) while the block runs.

    Raises OSError when the port is taken.
    """
    server = _Server(("127.0.0.1", port), _Handler)
    server.sample = SampleServer(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.sample
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    sample: SampleServer


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "SampleOutlets"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Requests are kept in `SampleServer.requests`, not printed."""

    def _answer(self, *, with_body: bool) -> None:
        host, path = self._target()
        sample = self.server.sample
        response = respond(host, path, dict(self.headers.items()), sample.revision)
        sample.requests.append((time.time(), host, path, response.status))
        self._send(response, with_body)

    def _target(self) -> tuple[str, str]:
        """Host and path: of the absolute request line when we are the proxy, else by the Host header."""
        if self.path.startswith("http://"):
            parts = urlsplit(self.path)
            return parts.hostname or "", (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return self.headers.get("Host", "").split(":")[0], self.path

    def _send(self, response: Response, with_body: bool) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status != 304:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if with_body and response.status != 304:
            self.wfile.write(response.body)
