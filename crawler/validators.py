"""Conditional requests: what the server gave us the last time is shown to it again."""

from __future__ import annotations

from scrapy import Request
from scrapy.http import Response

from data.records import Visit

META = "tracker_validators"
_MAX_HEADER = 1_000  # characters; longer validators are not kept


class ConditionalGetMiddleware:
    """Sends the `Visit` in a request's meta as If-None-Match and If-Modified-Since.

    They belong to one address: a redirected request carries none, else the other page would be asked about this one.
    """

    def process_request(self, request: Request) -> None:
        """Set or remove the two headers."""
        visit: Visit | None = request.meta.get(META)
        etag, modified = (
            (visit.etag, visit.last_modified) if visit and "redirect_times" not in request.meta else (None, None)
        )
        for name, value in (("If-None-Match", etag), ("If-Modified-Since", modified)):
            if value:
                request.headers[name] = value
            elif name in request.headers:
                del request.headers[name]


def response_validators(response: Response) -> tuple[str | None, str | None]:
    """The response's ETag and Last-Modified headers, None where missing or absurdly long."""
    return _header(response, "ETag"), _header(response, "Last-Modified")


def _header(response: Response, name: str) -> str | None:
    value = (response.headers.get(name) or b"").decode("latin-1").strip()
    return value if 0 < len(value) <= _MAX_HEADER else None
