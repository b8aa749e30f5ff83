"""The id and the duration of every request, in the response and in the log; unexpected errors."""

from __future__ import annotations

import logging
import secrets
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sorairo.server.api.errors import error_response

REQUEST_ID = "sorairo.request_id"  # key of the scope
MAX_CLIENT_ID = 128  # characters of X-Client-Request-Id that are logged
QUIET_METHODS = ("GET", "HEAD", "OPTIONS")  # clients poll: these are logged only if they fail
QUIET_PATHS = ("/estimate", "/prompts/readings")  # nothing is made; asked while people type
LOGGER = "sorairo.requests"
log = logging.getLogger(LOGGER)


def new_request_id() -> str:
    """A random id."""
    return f"req_{secrets.token_hex(16)}"


class RequestIdMiddleware:
    """Adds `x-request-id` and `openai-processing-ms` to responses, and logs requests that change
    something and those that fail with a server error, with the `X-Client-Request-Id` of the client.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, scope[REQUEST_ID] = time.perf_counter(), new_request_id()

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                duration = int(1000 * (time.perf_counter() - start))
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = scope[REQUEST_ID]
                headers["openai-processing-ms"] = str(duration)
                _log_request(scope, message["status"], duration)
            await send(message)

        await self.app(scope, receive, send_with_id)


def _log_request(scope: Scope, status: int, duration: int) -> None:
    quiet = scope["method"] in QUIET_METHODS or scope["path"].endswith(QUIET_PATHS)
    if status < 500 and quiet:
        return
    client_id = Headers(scope=scope).get("x-client-request-id", "")[:MAX_CLIENT_ID]
    log.log(
        logging.INFO if status < 500 else logging.WARNING,
        "%s %s: %d after %d ms (%s%s)",
        scope["method"],
        ascii(scope["path"][:200])[1:-1],
        status,
        duration,
        scope[REQUEST_ID],
        f", the client's {ascii(client_id)[1:-1]}" if client_id else "",
    )


class UnexpectedErrorMiddleware:
    """Turns an exception that no handler knows into a response with status 500, and logs it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def observed_send(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, observed_send)
        except Exception:
            if scope["type"] != "http" or started:
                raise
            log.exception("an unexpected error (%s)", scope.get(REQUEST_ID))
            message = "An internal error occurred; the server's log has the details."
            await error_response(500, message)(scope, receive, send)
