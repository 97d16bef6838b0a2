"""A small client of the Internet Archive's Wayback Machine: is there a capture of a page, and please make one.

Two services: the availability API (archive.org/help/wayback_api.php), which needs no account, and Save Page Now
("Save Page Now 2 Public API"), which needs the keys of one (archive.org/account/s3.php). Every answer is bounded in
size and time, redirects are not followed (the keys go to nobody else), and no address out of an answer is used: a
capture's is made of its timestamp and of the page that was asked for.
"""

from __future__ import annotations

import json
import re
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from http.client import HTTPException
from importlib.resources import files
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from data.errors import TrackerError

SERVER = "https://web.archive.org"
AVAILABILITY = "https://archive.org/wayback/available"
MAX_ANSWER = 1_000_000  # bytes
MAX_URL = 2_000  # characters
SECONDS = 60.0  # for one answer
PATIENCE = 240.0  # seconds for a capture to be made
POLL = 6.0  # seconds between two questions about it
MAX_WAIT = 120.0  # seconds of a Retry-After that are waited for; a longer one ends the run
_TIMESTAMP = re.compile(r"(?:19|20)\d{12}")
_JOB = re.compile(r"[\w-]{1,200}")
_BAD_URL = re.compile(r"[\x00-\x20\x7f]")


class WaybackError(TrackerError):
    """A page could not be found or saved; the message names it. `final`: asking again is in vain."""

    final = False


class WaybackRefusedError(WaybackError):
    """The page cannot be saved."""

    final = True


class WaybackStopError(WaybackError):
    """The service wants no more requests of us for now, does not know our keys, or is not there."""


class WaybackKeyError(WaybackStopError):
    """The keys are missing, malformed, or not taken."""


@dataclass(frozen=True, slots=True)
class Capture:
    """A copy of a page: its address, and the moment at which it was made (ISO, UTC)."""

    url: str
    made: str

    @property
    def day(self) -> date:
        """The day on which it was made."""
        return date.fromisoformat(self.made[:10])


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class Wayback:
    """The Wayback Machine, by the account of `key` ("access:secret").

    `server` replaces both services, for tests. Raises WaybackKeyError for a key of another form.
    """

    def __init__(
        self,
        key: str,
        *,
        agent: str,
        server: str = "",
        sleep: Callable[[float], None] = time.sleep,
        patience: float = PATIENCE,
        seconds: float = SECONDS,
    ) -> None:
        access, _, secret = key.partition(":")
        if not access or not secret or not key.isascii() or _BAD_URL.search(key):
            raise WaybackKeyError("the Wayback Machine's keys must be written as ACCESS:SECRET")
        self._key = key
        self._agent = agent
        self._save = (server or SERVER).rstrip("/") + "/save"
        self._available = server.rstrip("/") + "/wayback/available" if server else AVAILABILITY
        self._sleep = sleep
        self._patience = patience
        self._seconds = seconds
        self._opener = build_opener(_NoRedirects)

    def find(self, url: str, near: date) -> Capture | None:
        """The capture of `url` closest to the day `near`, None where there is none of a page that was well (HTTP 200).

        Raises WaybackError.
        """
        query = urlencode({"url": _checked(url), "timestamp": f"{near:%Y%m%d}"})
        told = self._ask(url, Request(f"{self._available}?{query}"))
        snapshots = told.get("archived_snapshots")
        closest = snapshots.get("closest") if isinstance(snapshots, dict) else None
        if not isinstance(snapshots, dict) or not isinstance(closest, dict | None):
            raise WaybackError(f"{url}: the availability service's answer cannot be read")
        if not closest or closest.get("available") is not True or str(closest.get("status")) != "200":
            return None
        return _capture(url, closest.get("timestamp"))

    def save(self, url: str) -> Capture:
        """Have a capture of `url` made and wait for it. Raises WaybackError."""
        form = {"url": _checked(url), "skip_first_archive": "1", "if_not_archived_within": "1d"}
        told = self._ask(url, Request(self._save, urlencode(form).encode(), method="POST"), keyed=True)
        job = told.get("job_id")
        if told.get("status") == "error" or not isinstance(job, str) or not _JOB.fullmatch(job):
            raise _refusal(url, told)
        return self._wait_for(url, job)

    def _wait_for(self, url: str, job: str) -> Capture:
        waited = 0.0
        while waited < self._patience:
            self._sleep(POLL)
            waited += POLL
            told = self._ask(url, Request(f"{self._save}/status/{quote(job)}"), keyed=True)
            if told.get("status") == "success":
                return _capture(url, told.get("timestamp"))
            if told.get("status") != "pending":
                raise _refusal(url, told)
        raise WaybackError(f"{url}: not saved within {self._patience:.0f} seconds")

    # --- requests ------------------------------------------------------------------------------------------------

    def _ask(self, url: str, request: Request, *, keyed: bool = False) -> dict[str, Any]:
        """The answer's JSON object; where the service asks for a short pause it is made, and asked once more."""
        request.add_header("User-Agent", self._agent)
        request.add_header("Accept", "application/json")
        if keyed:
            request.add_unredirected_header("Authorization", f"LOW {self._key}")
        status, body, wait = self._send(url, request)
        if status in (429, 503) and wait is not None and wait <= MAX_WAIT:
            self._sleep(wait)
            status, body, wait = self._send(url, request)
        _check_status(url, status)
        try:
            told = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise WaybackError(f"{url}: the Wayback Machine's answer is no JSON") from error
        if not isinstance(told, dict):
            raise WaybackError(f"{url}: the Wayback Machine's answer is no JSON object")
        return told

    def _send(self, url: str, request: Request) -> tuple[int, bytes, float | None]:
        """Status, body and the seconds of Retry-After. Raises WaybackStopError where nobody answers."""
        try:
            with self._opener.open(request, timeout=self._seconds) as answer:
                return answer.status, self._read(url, answer), None
        except HTTPError as error:
            with error:
                wait = error.headers.get("Retry-After", "")
                return error.code, b"", float(wait[:9]) if wait.isdecimal() else None
        except (OSError, HTTPException) as error:
            raise WaybackStopError(f"{url}: no answer from {urlsplit(request.full_url).netloc}: {error}") from error

    def _read(self, url: str, answer: Any) -> bytes:
        end, body = time.monotonic() + self._seconds, b""
        while chunk := answer.read1(65_536):
            body += chunk
            if len(body) > MAX_ANSWER:
                raise WaybackError(f"{url}: the Wayback Machine's answer is longer than {MAX_ANSWER:,} bytes")
            if time.monotonic() > end:
                raise WaybackStopError(f"{url}: the Wayback Machine's answer took longer than {self._seconds:.0f} s")
        return body


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable or len(url) > MAX_URL or _BAD_URL.search(url):
        raise WaybackRefusedError(f"{url[:200]!r} is no address that can be saved")
    return url


def _check_status(url: str, status: int) -> None:
    if status == 200:
        return
    if status in (401, 403):
        raise WaybackKeyError(f"the Wayback Machine does not take the keys: HTTP {status}")
    if status == 429:
        raise WaybackStopError("the Wayback Machine wants no more requests for now: HTTP 429")
    raise WaybackError(f"{url}: the Wayback Machine answered HTTP {status}")


def _capture(url: str, timestamp: object) -> Capture:
    told = timestamp if isinstance(timestamp, str) and _TIMESTAMP.fullmatch(timestamp) else ""
    try:
        made = datetime.strptime(told, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise WaybackError(f"{url}: the Wayback Machine names no moment of its capture") from error
    return Capture(f"{SERVER}/web/{told}/{url}", made.isoformat())


@lru_cache(maxsize=1)
def _meanings() -> tuple[frozenset[str], frozenset[str]]:
    raw = tomllib.loads(files("crawler").joinpath("wayback.toml").read_text(encoding="utf-8"))
    return frozenset(raw["final"].split()), frozenset(raw["stop"].split())


def _refusal(url: str, told: dict[str, Any]) -> WaybackError:
    """The error that an answer tells, by its `status_ext`; the service's own words are cut and made one line."""
    code = str(told.get("status_ext") or "").removeprefix("error:")[:60]
    words = " ".join(str(told.get("message") or told.get("exception") or "").split())[:200]
    final, stop = _meanings()
    kind = WaybackRefusedError if code in final else WaybackStopError if code in stop else WaybackError
    kind = WaybackKeyError if code == "unauthorized" else kind
    return kind(f"{url}: not saved: {': '.join(filter(None, (code, words))) or 'no reason told'}")
