"""What a trusted reverse proxy says of its client: address, scheme, host, and the path below which
it serves this server."""

from __future__ import annotations

import re
from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

SERVED_BELOW = "sorairo.served_below"  # key of the scope: a path such as /videos, or ""
_PATH = re.compile(r"((?:/[A-Za-z0-9._~-]+)+)/?")


class ForwardedMiddleware:
    """Reads `X-Forwarded-For`, `-Proto`, `-Host` and `-Prefix` of requests from the addresses (or
    networks) `proxies`; the headers of all others are ignored."""

    def __init__(self, app: ASGIApp, proxies: Sequence[str]) -> None:
        # The addresses are those of ProxyHeadersMiddleware, which changes `client` and `scheme`.
        self.app, self.proxies = app, list(proxies)
        self.with_scheme = ProxyHeadersMiddleware(self._call_inner, self.proxies)  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client, known = scope.get("client"), scope["type"] in ("http", "websocket")
        if known and client and client[0] in self.with_scheme.trusted_hosts:
            headers = Headers(scope=scope)
            host = headers.get("x-forwarded-host", "").rpartition(",")[2].strip()
            if host:
                changed = MutableHeaders(raw=list(scope["headers"]))
                changed["host"] = host
                scope = {**scope, "headers": changed.raw}
            below = _PATH.fullmatch(
                headers.get("x-forwarded-prefix", "").rpartition(",")[2].strip()
            )
            scope = {**scope, SERVED_BELOW: below[1] if below else ""}
            await self.with_scheme(scope, receive, send)  # type: ignore[arg-type]
            return
        await self.app(scope, receive, send)

    async def _call_inner(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)
