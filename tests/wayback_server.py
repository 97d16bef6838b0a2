"""A Wayback Machine on loopback: the availability API and Save Page Now, as their documentation describes them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "access1:secret2"
Answer = tuple[int, Any, dict[str, str]]  # status; a JSON value, or bytes as they are; headers


@dataclass
class Machine:
    """Its state. `known` are the timestamps of captures by address; `saving` what the status of a job says, one answer
    after the other (the last one again and again), by address; `broken` answers by kind of request (available, save,
    status) that come first. `log` holds (kind, address or job, headers)."""

    port: int
    known: dict[str, str] = field(default_factory=dict)
    saving: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    broken: dict[str, list[Answer]] = field(default_factory=dict)
    log: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    @property
    def root(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def asked(self, kind: str) -> list[str]:
        """Addresses or jobs of the requests of one kind."""
        return [what for told, what, _ in self.log if told == kind]

    def answer(self, kind: str, what: str, headers: dict[str, str]) -> Answer:
        """What the server says."""
        self.log.append((kind, what, headers))
        if self.broken.get(kind):
            return self.broken[kind].pop(0)
        if kind != "available" and headers.get("authorization") != f"LOW {KEY}":
            return 401, {"message": "You need to be logged in to use Save Page Now."}, {}
        return 200, {"available": self._available, "save": self._save, "status": self._status}[kind](what), {}

    def _available(self, url: str) -> dict[str, Any]:
        if url not in self.known:
            return {"url": url, "archived_snapshots": {}}
        told = {"status": "200", "available": True, "timestamp": self.known[url]}
        return {"url": url, "archived_snapshots": {"closest": told | {"url": f"http://evil.example/{url}"}}}

    def _save(self, url: str) -> dict[str, Any]:
        return {"url": url, "job_id": f"spn2-{url.encode().hex()}"}

    def _status(self, job: str) -> dict[str, Any]:
        url = bytes.fromhex(job.removeprefix("spn2-")).decode()
        told = self.saving.get(url, [{"status": "success", "timestamp": "20260920101500", "original_url": url}])
        return {"job_id": job} | (told.pop(0) if len(told) > 1 else told[0])


@contextmanager
def serve_wayback() -> Iterator[Machine]:
    """Serve it while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/wayback/available":
                self._reply("available", parse_qs(parts.query)["url"][0])
            else:
                self._reply("status", parts.path.removeprefix("/save/status/"))

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self._reply("save", form["url"][0])

        def _reply(self, kind: str, what: str) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, told, more = machine.answer(kind, what, headers)
            body = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **more}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    machine = Machine(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield machine
    finally:
        server.shutdown()
        server.server_close()
