"""A server on loopback that speaks the Legistar Web API, as its documentation describes it.

Written from https://webapi.legistar.com/Help and https://webapi.legistar.com/Home/Examples: OData `$filter`
(comparisons joined by `and`, with numbers, strings, `null` and `datetime'...'`), `$orderby`, `$top`, `$skip`, at most
1,000 rows an answer, XML for whoever does not ask for JSON, a token for some clients. `faults` make it misbehave.
"""

from __future__ import annotations

import json
import multiprocessing
import operator
import pickle
import re
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from data.records import Source
from tests.crawling import MemoryArchive

LIMIT = 1_000
Rows = list[dict[str, Any]]
_OPERATORS = {
    "eq": operator.eq, "ne": operator.ne, "gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le,
}  # fmt: skip
_CONDITION = re.compile(r"(\w+)\s+(eq|ne|gt|ge|lt|le)\s+(datetime'[^']*'|'(?:[^']|'')*'|-?\d+|null)\s*")


class QueryError(Exception):
    """What the API answers with status 400."""


@dataclass
class Client:
    """One city's or county's data. Of `parts` the key is the path below the client, as `matters/7/sponsors`."""

    matters: Rows = field(default_factory=list)
    events: Rows = field(default_factory=list)
    parts: dict[str, Any] = field(default_factory=dict)
    token: str = ""


@dataclass
class Fault:
    """Answers `status` with `headers` and `body` instead, `times` times, to paths that contain `path`; `seconds` late.

    With status 0 the right answer is given, only later.
    """

    path: str
    status: int = 500
    body: str | bytes = '{"Message": "An error has occurred."}'
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1_000_000
    seconds: float = 0.0


@dataclass
class Legistar:
    """The running server: `log` holds every path asked for with its query, decoded, robots.txt left out."""

    port: int
    clients: dict[str, Client]
    faults: list[Fault] = field(default_factory=list)
    robots: str | None = None
    log: list[str] = field(default_factory=list)
    endless: Callable[[str, int], Rows] | None = None  # (path, number of the request) -> a page, whatever was asked

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def asked(self, part: str = "") -> list[str]:
        """The requests whose path contains `part`."""
        return [path for path in self.log if part in path]

    def answer(self, path: str, query: dict[str, str]) -> tuple[int, Any]:
        """Status and JSON value for a request."""
        name, _, rest = path.removeprefix("/v1/").partition("/")
        client = self.clients.get(name.lower())
        if client is None:
            return 404, {"Message": f"No client {name}"}
        if client.token and query.get("token") != client.token:
            return 403, {"Message": "Token is required"}
        rest = rest.lower().strip("/")
        if self.endless and rest == "matters":
            return 200, self.endless(rest, len(self.log))
        rows = {"matters": client.matters, "events": client.events}.get(rest)
        if rows is None:
            rows = client.parts.get(rest)
            if rows is None and (found := re.fullmatch(r"matters/(\d+)", rest)):
                rows = next((row for row in client.matters if row["MatterId"] == int(found[1])), None)
            if rows is None and re.fullmatch(
                r"matters/\d+/(versions|sponsors|histories)|events/\d+/eventitems|eventitems/\d+/votes", rest
            ):
                rows = []
        if rows is None:
            return 404, {"Message": "No HTTP resource was found that matches the request URI"}
        try:
            return 200, select(rows, query) if isinstance(rows, list) else rows
        except QueryError as error:
            return 400, {"Message": f"The query specified in the URI is not valid. {error}"}


def select(rows: Rows, query: dict[str, str]) -> Rows:
    """Rows by `$filter`, `$orderby`, `$skip` and `$top`, applied in this order. Raises QueryError."""
    if wanted := query.get("$filter"):
        rows = [row for row in rows if _holds(row, wanted)]
    for column in reversed([c for c in query.get("$orderby", "").split(",") if c]):
        name, _, direction = column.strip().partition(" ")
        if any(name not in row for row in rows):
            raise QueryError(f"Could not find a property named '{name}'")
        rows = sorted(rows, key=lambda row, name=name: str(row[name] or "").zfill(12), reverse=direction == "desc")
    try:
        skip, top = int(query.get("$skip", 0)), int(query.get("$top", LIMIT))
    except ValueError as error:
        raise QueryError(str(error)) from error
    return rows[skip : skip + min(top, LIMIT)]


def _holds(row: dict[str, Any], wanted: str) -> bool:
    at, holds = 0, True
    while at < len(wanted):
        if at:
            if not wanted.startswith("and ", at):
                raise QueryError(f"Syntax error at position {at} in '{wanted}'")
            at += 4
        found = _CONDITION.match(wanted, at)
        if found is None or found[1] not in row:
            raise QueryError(f"Syntax error at position {at} in '{wanted}'")
        holds = holds and _compare(row[found[1]], found[2], found[3])
        at = found.end()
    return holds


def _compare(value: Any, how: str, literal: str) -> bool:
    if literal == "null":
        return _OPERATORS[how](value is None, True) if how in ("eq", "ne") else False
    if value is None:
        return how == "ne"
    if literal.startswith("datetime"):
        return _OPERATORS[how](datetime.fromisoformat(value), datetime.fromisoformat(literal[9:-1]))
    return _OPERATORS[how](value, literal[1:-1].replace("''", "'") if literal.startswith("'") else int(literal))


@contextmanager
def legistar(clients: dict[str, Client], **changes: Any) -> Iterator[Legistar]:
    """Serve the clients' data."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/robots.txt":
                return self._send(200 if server.robots else 404, (server.robots or "").encode(), {})
            server.log.append(unquote(self.path))
            for fault in server.faults:
                if fault.path in unquote(self.path) and fault.times > 0:
                    fault.times -= 1
                    time.sleep(fault.seconds)
                    if fault.status:
                        body = fault.body.encode() if isinstance(fault.body, str) else fault.body
                        return self._send(fault.status, body, fault.headers)
                    break
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            status, found = server.answer(parts.path, query)
            if "application/json" not in self.headers.get("Accept", ""):
                return self._send(200, b"<ArrayOfGranicusMatter/>", {"Content-Type": "application/xml"})
            return self._send(status, json.dumps(found).encode(), {})

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            told = {"Content-Type": "application/json; charset=utf-8", "Content-Length": str(len(body)), **headers}
            for name, value in told.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    server = Legistar(http.server_address[1], clients, **changes)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()


# --- data --------------------------------------------------------------------------------------------------------


def matter(number: int, title: str, modified: str = "2026-11-20T10:00:00.397", **changes: Any) -> dict[str, Any]:
    """A row of `matters`; `changes` are fields without their prefix "Matter"."""
    told = {
        "Id": number, "Guid": f"{number:08X}-0000", "LastModifiedUtc": modified, "RowVersion": "AAAA", "Name": None,
        "File": f"26-{number:04d}", "Title": title, "TypeName": "Resolution", "StatusName": "In Committee",
        "BodyName": "Common Council", "IntroDate": "2026-11-03T00:00:00", "AgendaDate": None, "PassedDate": None,
        "EnactmentDate": None, "EnactmentNumber": None, "Version": "1", "RestrictViewViaWeb": False,
    }  # fmt: skip
    return {f"Matter{name}": value for name, value in (told | changes).items()}


def event(number: int, day: str, body: str = "Common Council", **changes: Any) -> dict[str, Any]:
    """A row of `events`; `changes` are fields without their prefix "Event"."""
    told = {
        "Id": number, "LastModifiedUtc": "2026-11-20T08:00:00.3", "BodyName": body, "Date": f"{day}T00:00:00",
        "Time": "9:00 AM", "Location": "City Hall, Room 301-B, 200 E. Wells St.", "AgendaStatusName": "Final",
        "Comment": None, "AgendaLastPublishedUTC": None, "Items": [],
        "InSiteURL": f"https://milwaukee.legistar.com/MeetingDetail.aspx?LEGID={number}&GID=7&G=AB",
    }  # fmt: skip
    return {f"Event{name}": value for name, value in (told | changes).items()}


def item(number: int, title: str, matter_id: int | None = None, **changes: Any) -> dict[str, Any]:
    """A row of a meeting's `eventitems`; `changes` are fields without their prefix "EventItem"."""
    told = {"Id": number, "Title": title, "MatterId": matter_id, "MatterName": None, "AgendaNote": None}
    return {f"EventItem{name}": value for name, value in (told | changes).items()}


def sponsor(name: str, sequence: int = 0) -> dict[str, Any]:
    """A row of a matter's `sponsors`."""
    return {
        "MatterSponsorName": name,
        "MatterSponsorSequence": sequence,
        "MatterSponsorMatterVersion": "1",
        "MatterSponsorNameId": 100 + sequence,
    }


def action(number: int, day: str, name: str, body: str, passed: int | None = None, tally: str | None = None) -> dict:
    """A row of a matter's `histories`."""
    return {
        "MatterHistoryId": number,
        "MatterHistoryActionDate": f"{day}T00:00:00",
        "MatterHistoryActionName": name,
        "MatterHistoryActionBodyName": body,
        "MatterHistoryPassedFlag": passed,
        "MatterHistoryTally": tally,
    }


def roll_call(**votes: str) -> Rows:
    """The `votes` on an item: `Ana_Ruiz="Aye"`."""
    return [{"VotePersonName": name.replace("_", " "), "VoteValueName": value} for name, value in votes.items()]


def text_of(number: int, plain: str) -> dict[str, Any]:
    """The parts by which a matter's text is found."""
    return {
        f"matters/{number}/versions": [{"Key": f"{number}9", "Value": "1"}],
        f"matters/{number}/texts/{number}9": {"MatterTextId": number, "MatterTextPlain": plain, "MatterTextRtf": None},
    }


ICE = "Resolution directing the City Attorney to end the agreement with U.S. Immigration and Customs Enforcement"
PAGE = "https://milwaukee.legistar.com/gateway.aspx?id={}&m=l"


def stamp(number: int) -> str:
    """The time of the change number `number`, ten seconds apart."""
    minutes, seconds = divmod(number * 10, 60)
    hours, minutes = divmod(minutes, 60)
    return f"2026-11-20T{hours:02d}:{minutes:02d}:{seconds:02d}.123"


def many(count: int, relevant: tuple[int, ...]) -> Rows:
    """`count` matters, of which the numbers in `relevant` are about ICE."""
    return [
        matter(n, ICE if n in relevant else f"Resolution on parking at pier {n}", stamp(n)) for n in range(1, count + 1)
    ]


# --- the spider --------------------------------------------------------------------------------------------------


def client_source(client: str = "milwaukee", **changes: Any) -> Source:
    """A source of the registry that is a client of the API."""
    given = {"id": client, "name": "Milwaukee Common Council", "domain": f"{client}.legistar.com", "city": "Milwaukee"}
    return Source(**(given | {"county": "Milwaukee County", "state": "WI", "kind": "agenda"} | changes))


def visit_clients(server: Legistar, sources: list[Source], archive: MemoryArchive, folder: Path, **changes: Any) -> Any:
    """Run the spider in a process of its own (a reactor runs once), bring `archive` up to date, return the counts.

    None where the process was killed. `changes` are fields of the plan, `settings`, `today` and `tokens`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["crawler.run"])
    result = folder / "result.pickle"
    process = context.Process(target=_visit, args=(server.base, sources, archive, folder, changes, result))
    process.start()
    process.join(60)
    if process.is_alive():
        process.kill()
        raise AssertionError("the visit did not end within a minute")
    if process.exitcode == -signal.SIGKILL:
        return None
    counts, after, error = pickle.loads(result.read_bytes())
    assert error is None, error
    archive.__dict__.update(after.__dict__)
    return counts


def _visit(
    base: str, sources: list[Source], archive: MemoryArchive, folder: Path, changes: dict[str, Any], result: Path
) -> None:
    from scrapy.crawler import AsyncCrawlerProcess  # the reactor belongs to this process

    from crawler.plan import Plan
    from crawler.settings import scrapy_settings
    from crawler.spiders.legistar import LegistarSpider
    from crawler.warc import WarcStore
    from nlp.relevance import SCREEN_THRESHOLD, screen

    try:
        spider = {"base": base, "today": changes.pop("today", date(2026, 11, 25)), "tokens": changes.pop("tokens", {})}
        settings = scrapy_settings(contact="desk@ferry.example", delay=0.0, per_host=4, allow_loopback=True)
        settings |= changes.pop("settings", {})
        given = {"screen": screen, "threshold": SCREEN_THRESHOLD, "since": date(2026, 11, 11), "limit": None}
        given |= {"warc": WarcStore(folder / "warc", "test"), "max_pages": 200}
        plan = Plan(sources=sources, archive=archive, **(given | changes))
        process = AsyncCrawlerProcess(settings)
        task = process.crawl(crawler := process.create_crawler(LegistarSpider), plan=plan, **spider)
        process.start()
        if task.exception():
            raise task.exception()
        ended, faults = crawler.stats.get_value("finish_reason"), crawler.stats.get_value("spider_exceptions/count")
        assert (ended, faults) == ("finished", None), f"{ended}, {crawler.stats.get_stats()}"
        plan.warc.close()
        counts, error = plan.counts, None
    except Exception:
        counts, error = None, traceback.format_exc()
    result.write_bytes(pickle.dumps((counts, archive, error)))
