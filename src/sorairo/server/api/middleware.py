"""What stands before the application: a bound on what is sent, whose pages may ask, and headers
that keep a browser from guessing."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sorairo.server.api.body_parsing import too_large
from sorairo.server.api.errors import envelope

HEADERS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
}


class BodyLimitMiddleware:
    """Refuses a body that is too large as soon as that much of it has come."""

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self.app, self.most_bytes = app, most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdigit() and int(declared) > self.most_bytes:
            error = too_large(self.most_bytes)
            await envelope(error.status, str(error), code=error.code)(scope, receive, send)
            return
        come = 0

        async def counted() -> Message:
            nonlocal come
            message = await receive()
            come += len(message.get("body", b""))
            if come > self.most_bytes:
                raise too_large(self.most_bytes)
            return message

        await self.app(scope, counted, send)


class TrustedHostMiddleware:
    """Answers only under names of its own, and no page of another site: without a key, a browser's
    pages could ask in its user's name (DNS rebinding, cross-site requests). `hosts` None: any."""

    def __init__(self, app: ASGIApp, hosts: Sequence[str] | None) -> None:
        self.app, self.hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refused = self._refused(Headers(scope=scope))
        if refused:
            await envelope(403, refused, code="forbidden")(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, told)

    def _refused(self, headers: Headers) -> str | None:
        host = headers.get("host", "")
        if self.hosts is not None and _name(host) not in self.hosts:
            return "This server answers only under the name of this machine: use 127.0.0.1."
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            return "This server answers no pages of other sites: ask it from a program."
        return None


def _name(host: str) -> str:
    """Without the port."""
    return (urlsplit(f"//{host}").hostname or "").lower()
