"""What a trusted reverse proxy says of its client: address, scheme and host."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware


class ForwardedMiddleware:
    """Reads `X-Forwarded-For`, `-Proto` and `-Host` of requests from the addresses (or networks)
    `proxies`; the headers of all others are ignored."""

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
            await self.with_scheme(scope, receive, send)  # type: ignore[arg-type]
            return
        await self.app(scope, receive, send)

    async def _call_inner(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)
