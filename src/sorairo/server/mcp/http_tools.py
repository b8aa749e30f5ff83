"""The tools behind `/mcp` of the API server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
from fastapi import FastAPI
from mcp.server.mcpserver import Context
from mcp.server.transport_security import TransportSecuritySettings
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from sorairo.server.api.forwarded import SERVED_BELOW
from sorairo.server.mcp.api_client import ApiClient
from sorairo.server.mcp.server import build_server
from sorairo.server.mcp.session import ToolSession


def handler(app: FastAPI, path: str) -> AbstractAsyncContextManager[ASGIApp]:
    """Handles messages to `path` while the context lasts. The tools call `app`, with the key of
    the caller."""
    server = build_server(_session(app))
    # The host and the origin of a request have been checked by the application's middleware.
    checked = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    inner = server.streamable_http_app(
        streamable_http_path=path, stateless_http=True, transport_security=checked
    )

    @asynccontextmanager
    async def running() -> AsyncIterator[ASGIApp]:
        async with server.session_manager.run():
            yield inner

    return running()


def _session(app: FastAPI) -> ToolSession:
    @asynccontextmanager
    async def connect(ctx: Context) -> AsyncIterator[ApiClient]:
        given = ctx.headers or {}
        names = ("authorization", "api-key", "x-api-key", "host")
        headers = {name: given[name] for name in names if name in given}
        request = ctx.request_context.request
        scheme = request.url.scheme if isinstance(request, Request) else "http"  # of links
        base_url = f"{scheme}://{given.get('host', '127.0.0.1')}/v1"
        below = request.scope.get(SERVED_BELOW, "") if isinstance(request, Request) else ""

        async def call(inner: Scope, receive: Receive, send: Send) -> None:
            await app({**inner, SERVED_BELOW: below}, receive, send)

        transport = httpx.ASGITransport(call)
        async with httpx.AsyncClient(
            transport=transport, base_url=base_url, headers=headers
        ) as http:
            yield ApiClient(http)

    return ToolSession(connect=connect, local_files=False)
