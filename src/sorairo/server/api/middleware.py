"""Middleware: security headers, HEAD requests, and a limit on the size of bodies."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sorairo.notes import sentence_of
from sorairo.server.api.body_parsing import MAX_IMPORT_BYTES, too_large
from sorairo.server.api.errors import error_response

SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
}
HEAD = "sorairo.head"  # key of the scope: only the head of the response is wanted
ON_DISK = {
    "/v1/videos/imports": MAX_IMPORT_BYTES
}  # routes that take files to the disk, not to memory
MAX_LENGTH_DIGITS = 20  # of a Content-Length; longer numbers are larger than any limit


class SecurityHeadersMiddleware:
    """Adds the SECURITY_HEADERS that a response does not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)


class HeadMiddleware:
    """Answers HEAD as GET without the body (RFC 9110, section 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        ended = False

        async def send_head(message: Message) -> None:
            nonlocal ended
            if message["type"] == "http.response.start":
                await send(message)
            elif not ended:
                ended = True
                await send({"type": "http.response.body", "body": b"", "more_body": False})

        async def receive_nothing() -> Message:
            # A response that goes on, such as a stream of events, ends when its client has left.
            return {"type": "http.disconnect"} if ended else await receive()

        await self.app({**scope, "method": "GET", HEAD: True}, receive_nothing, send_head)


class BodyLimitMiddleware:
    """Rejects a request body as soon as more than `max_bytes` of it are announced or received; for
    a path in `larger`, more than it says."""

    def __init__(self, app: ASGIApp, max_bytes: int, larger: Mapping[str, int] = {}) -> None:
        self.app, self.max_bytes, self.larger = app, max_bytes, larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = self.larger.get(scope["path"], self.max_bytes)
        if _declares_more(Headers(scope=scope).get("content-length", ""), most):
            error = too_large(most)
            await error_response(error.status, sentence_of(error), code=error.code)(
                scope, receive, send
            )
            return
        received = 0

        async def limited_receive() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise too_large(most)
            return message

        await self.app(scope, limited_receive, send)


def _declares_more(length: str, most: int) -> bool:
    if not (length.isascii() and length.isdigit()):
        return False
    return len(length) > MAX_LENGTH_DIGITS or int(length) > most
