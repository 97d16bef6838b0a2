"""Answers of the sample web: a pure function from a request to a response, with the oddities of real sites.

Redirect chains, dead links, a server error, a page that says "not found" with status 200, gzip, Latin-1 declared only
in the page, validators with 304 answers, robots.txt files with a closed path and a crawl delay.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from data.sample.feeds import TYPES, monthly_sitemap, months, render_feed
from data.sample.pages import message_page, section_page, story_page
from data.sample.stories import SampleOutlet, load_outlets

HTML = "text/html"
HOP_STATUS = (301, 302, 308)
MONTHLY = re.compile(r"/sitemap-(\d{4}-\d{2})\.xml")


@dataclass(frozen=True, slots=True)
class Response:
    """A status, headers by name, and the body as it goes over the wire."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def respond(host: str, path: str, headers: Mapping[str, str], revision: int = 0) -> Response:
    """The sample web's answer to GET `path` (query string and all) at `host`; 502 for a host it does not know."""
    outlet = load_outlets().get(host.split(":")[0].lower())
    if outlet is None:
        return _text(502, f"no such sample outlet: {host}\n")
    bare = path.split("?")[0].split("#")[0] or "/"
    asked = {name.lower(): value for name, value in headers.items()}
    for answer in _ANSWERS:
        response = answer(outlet, bare, revision)
        if response is not None:
            return _finish(outlet, response, asked)
    return _page(outlet, 404, message_page(outlet, "Page not found", "We looked everywhere. The page is gone."))


def _robots(outlet: SampleOutlet, path: str, revision: int) -> Response | None:
    if path != "/robots.txt":
        return None
    return _text(404, "") if outlet.robots is None else _text(200, outlet.robots)


def _redirect(outlet: SampleOutlet, path: str, revision: int) -> Response | None:
    for story in outlet.stories(revision):
        if path in story.hops:
            i = story.hops.index(path)
            onward = [*story.hops, story.path][i + 1]
            return Response(HOP_STATUS[i % len(HOP_STATUS)], {"Location": outlet.url(onward)})
    return None


def _feed(outlet: SampleOutlet, path: str, revision: int) -> Response | None:
    monthly = MONTHLY.fullmatch(path)
    if monthly and monthly[1] in months(outlet, revision) and any(s.kind == "index" for s in outlet.sitemaps):
        return _dated(outlet, TYPES["news"], monthly_sitemap(outlet, monthly[1], revision), revision)
    for feed in (*outlet.feeds, *outlet.sitemaps):
        if feed.path == path:
            return _dated(outlet, TYPES[feed.kind], render_feed(outlet, feed, revision), revision)
    return None


def _front(outlet: SampleOutlet, path: str, revision: int) -> Response | None:
    if path == "/":
        return _page(outlet, 200, section_page(outlet, None, revision))
    for section, address in outlet.sections.items():
        if address == path:
            return _page(outlet, 200, section_page(outlet, section, revision))
    return None


def _oddity(outlet: SampleOutlet, path: str, revision: int) -> Response | None:
    if path in outlet.broken:
        return _page(outlet, 500, message_page(outlet, "Something went wrong", "Error 500. Please try again later."))
    if path in outlet.soft_404:
        text = "Sorry, we can't find that page. It may have been moved or deleted. Try the search box above."
        return _page(outlet, 200, message_page(outlet, "Page not found", text))
    return None


def _story(outlet: SampleOutlet, path: str, revision: int) -> Response | None:
    story = next((s for s in outlet.stories(revision) if s.path.rstrip("/") == path.rstrip("/")), None)
    if story is None:
        return None
    response = _page(outlet, 200, story_page(outlet, story, revision))
    stamp = {"Last-Modified": _http_date(story.touched)}
    marked = {"X-Sample-Gzip": "1"} if story.gzip else {}
    return Response(response.status, {**response.headers, **stamp, **marked}, response.body)


def _page(outlet: SampleOutlet, status: int, html: str) -> Response:
    told = HTML if outlet.charset != "utf-8" else f"{HTML}; charset=utf-8"
    return Response(status, {"Content-Type": told}, html.encode(outlet.charset, "xmlcharrefreplace"))


def _dated(outlet: SampleOutlet, content_type: str, text: str, revision: int) -> Response:
    newest = max(story.touched for story in outlet.stories(revision))
    return Response(200, {"Content-Type": content_type, "Last-Modified": _http_date(newest)}, text.encode())


def _text(status: int, text: str) -> Response:
    return Response(status, {"Content-Type": "text/plain; charset=utf-8"}, text.encode())


def _finish(outlet: SampleOutlet, response: Response, asked: Mapping[str, str]) -> Response:
    """The response with its validators, as 304 when the client has it already, gzipped where the page says so."""
    if response.status != 200:
        return response
    headers = dict(response.headers)
    zipped = headers.pop("X-Sample-Gzip", None) and "gzip" in asked.get("accept-encoding", "")
    if outlet.validators in ("both", "etag"):
        headers["ETag"] = f'"{hashlib.sha256(response.body).hexdigest()[:16]}"'
    if outlet.validators not in ("both", "last-modified"):
        headers.pop("Last-Modified", None)
    if _unchanged(headers, asked):
        return Response(304, {name: headers[name] for name in ("ETag", "Last-Modified") if name in headers})
    if zipped:
        return Response(200, {**headers, "Content-Encoding": "gzip"}, gzip.compress(response.body, mtime=0))
    return Response(200, headers, response.body)


def _unchanged(headers: Mapping[str, str], asked: Mapping[str, str]) -> bool:
    """RFC 9110, 13.2.2: an entity tag in the request makes the date of no account."""
    if "if-none-match" in asked and "ETag" in headers:
        tags = {tag.strip().removeprefix("W/") for tag in asked["if-none-match"].split(",")}
        return headers["ETag"] in tags or "*" in tags
    if "if-modified-since" in asked and "Last-Modified" in headers:
        try:
            since = parsedate_to_datetime(asked["if-modified-since"])
        except ValueError:
            return False
        return parsedate_to_datetime(headers["Last-Modified"]) <= since
    return False


def _http_date(when: datetime) -> str:
    return format_datetime(when.astimezone(UTC), usegmt=True)


_ANSWERS: tuple[Callable[[SampleOutlet, str, int], Response | None], ...] = (
    *(_robots, _redirect, _feed),
    *(_front, _oddity, _story),
)
