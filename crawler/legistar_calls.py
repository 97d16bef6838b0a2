"""One question to an API at a time, asked again after a pause where the server is in trouble.

A visit to a client is a generator that yields requests and is sent what came of them, so that it reads from top to
bottom although Scrapy sends its requests one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Generator

from scrapy import Request
from scrapy.exceptions import DownloadCancelledError
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.addresses import PrivateAddressError
from crawler.backoff import failure_kind, status_kind
from crawler.opt_out import OptedOutError
from crawler.pace import MAX_RETRY_AFTER, retry_after
from crawler.refusals import HostRefusedError
from crawler.robots import RobotsDownError

Answer = Response | Failure
Asking = Generator[Request, Answer, Response]
RETRIES = 2  # times that a question is put again in one night
BACK_OFF = 3.0  # times the usual delay, the first time; doubled each time
TROUBLED = frozenset({408, 429, 500, 502, 503, 504, 522, 524})
_FINAL = frozenset({400, 404, 405, 410})
_OWN_REFUSALS = (HostRefusedError, RobotsDownError, PrivateAddressError, OptedOutError)


class UnansweredError(Exception):
    """No usable answer. `outcome` and `status` are as in a Visit, `kind` as in `crawler.backoff`.

    `stands` says that asking again is of no use, `alone` that nothing more may be asked of the host in this run,
    `too_large` that the answer went over the bound of a body.
    """

    def __init__(
        self,
        detail: str,
        *,
        outcome: str = "failed",
        status: int | None = None,
        kind: str = "soft",
        stands: bool = False,
        alone: bool = False,
        too_large: bool = False,
    ) -> None:
        super().__init__(detail)
        self.outcome, self.status, self.kind = outcome, status, kind
        self.stands, self.alone, self.too_large = stands, alone, too_large


def ask(url: str, pause: Callable[[Request, float], None], delay: float) -> Asking:
    """The answer of status 200 from `url`. Raises UnansweredError.

    `pause` lets the host of a request rest for some seconds; `delay` is the usual time between two requests, in
    seconds, of which the pauses are a multiple where the server names none (Retry-After, RFC 9110, section 10.2.3).
    """
    attempt = 0
    while True:
        # the API answers with XML to whoever would also take a web page
        request = Request(url, headers={"Accept": "application/json"}, meta={"dont_retry": True})
        answer = yield request
        if isinstance(answer, Response) and answer.status == 200:
            return answer
        if attempt == RETRIES or not _may_pass(answer):
            raise unanswered(answer)
        told = retry_after(answer) if isinstance(answer, Response) else None
        pause(request, max(delay, 0.01) * BACK_OFF * 2**attempt if told is None else told)
        attempt += 1


def unanswered(answer: Answer) -> UnansweredError:
    """What an answer that is none amounts to."""
    if isinstance(answer, Response):
        return UnansweredError(
            f"HTTP {answer.status}",
            outcome="http_error",
            status=answer.status,
            kind=status_kind(answer.status),
            stands=answer.status in _FINAL,
            alone=answer.status == 429,
        )
    kind = failure_kind(answer)
    if _is_forbidden(answer):
        return UnansweredError("disallowed by robots.txt", outcome="robots", kind=kind, alone=True)
    told = str(answer.value) if answer.check(*_OWN_REFUSALS) else f"{answer.type.__name__}: {answer.getErrorMessage()}"
    large = bool(answer.check(DownloadCancelledError))
    return UnansweredError(told[:300], kind=kind, alone=bool(answer.check(*_OWN_REFUSALS)), too_large=large)


def _is_forbidden(failure: Failure) -> bool:
    return "Forbidden by robots.txt" in str(failure.value)


def _may_pass(answer: Answer) -> bool:
    if isinstance(answer, Failure):
        return not answer.check(*_OWN_REFUSALS, DownloadCancelledError) and not _is_forbidden(answer)
    return answer.status in TROUBLED and (retry_after(answer) or 0.0) <= MAX_RETRY_AFTER
