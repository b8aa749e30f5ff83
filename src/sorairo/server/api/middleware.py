"""Middleware: a limit on the size of bodies, a check of host and origin, and security headers."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sorairo.server.api.body_parsing import too_large
from sorairo.server.api.errors import error_response

SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
}


class BodyLimitMiddleware:
    """Rejects a request body as soon as more than `max_bytes` of it are announced or received."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app, self.max_bytes = app, max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdigit() and int(declared) > self.max_bytes:
            error = too_large(self.max_bytes)
            await error_response(error.status, str(error), code=error.code)(scope, receive, send)
            return
        received = 0

        async def limited_receive() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_bytes:
                raise too_large(self.max_bytes)
            return message

        await self.app(scope, limited_receive, send)


class TrustedHostMiddleware:
    """Serves only requests for one of `hosts` (None: any) and of no foreign origin.

    A server without keys trusts every local program. Without these checks, any web page could send
    requests through the user's browser (DNS rebinding, cross-site requests).
    """

    def __init__(self, app: ASGIApp, hosts: Sequence[str] | None) -> None:
        self.app, self.hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        reason = self._reason_to_reject(Headers(scope=scope))
        if reason:
            await error_response(403, reason, code="forbidden")(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)

    def _reason_to_reject(self, headers: Headers) -> str | None:
        host = headers.get("host", "")
        if self.hosts is not None and _host_name(host) not in self.hosts:
            return "This server accepts only requests to this machine's own names: use 127.0.0.1."
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            return "This server accepts no requests from pages of other sites: use a program."
        return None


def _host_name(host: str) -> str:
    """A Host header without the port."""
    return (urlsplit(f"//{host}").hostname or "").lower()
