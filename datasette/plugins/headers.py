"""What every answer tells a browser: nothing from elsewhere, no scripts, no framing."""

from collections.abc import Awaitable, Callable
from typing import Any

from datasette import hookimpl

App = Callable[[Any, Any, Any], Awaitable[None]]
POLICY = (
    b"default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    b"frame-ancestors 'none'"
)
SAMPLE_POLICY = POLICY.replace(b"style-src 'self'", b"style-src 'self' 'unsafe-inline'")  # outlets style as they like
EMBED_POLICY = POLICY.replace(b"frame-ancestors 'none'", b"frame-ancestors *")  # cards made to stand in other pages
COMMON = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
]


@hookimpl
def asgi_wrapper() -> Callable[[App], App]:
    def wrap(app: App) -> App:
        async def guarded(scope: Any, receive: Any, send: Any) -> None:
            path = scope.get("path", "")
            policy = SAMPLE_POLICY if path.startswith("/sample/") else POLICY
            if path.startswith("/embed/"):
                policy = EMBED_POLICY

            async def send_guarded(message: dict[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    added = [*COMMON, (b"content-security-policy", policy)]
                    message = {**message, "headers": [*message.get("headers", []), *added]}
                await send(message)

            await app(scope, receive, send_guarded)

        return guarded

    return wrap
