"""`/mcp` of the API server: the Model Context Protocol over streamable HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI
from mcp.server.mcpserver import Context
from mcp.server.transport_security import TransportSecuritySettings
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sorairo.server.api.auth import authenticate
from sorairo.server.api.errors import ApiError, error_response
from sorairo.server.api.service import Service
from sorairo.server.mcp.api_client import ApiClient
from sorairo.server.mcp.server import build_server
from sorairo.server.mcp.session import ToolSession

PATH = "/mcp"


def add_endpoint(app: FastAPI, service: Service) -> None:
    """Adds `/mcp` to the application. Its tools call the application itself, with the key of the
    caller."""
    endpoint = _Endpoint(app, service)
    app.router.routes.append(Route(PATH, endpoint, methods=["GET", "POST", "DELETE"]))
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(application: FastAPI) -> AsyncIterator[None]:
        async with inner(application), endpoint.running():
            yield

    app.router.lifespan_context = lifespan


def _session(app: FastAPI) -> ToolSession:
    transport = httpx.ASGITransport(app)

    @asynccontextmanager
    async def connect(ctx: Context) -> AsyncIterator[ApiClient]:
        given = ctx.headers or {}
        names = ("authorization", "api-key", "x-api-key", "host")
        headers = {name: given[name] for name in names if name in given}
        base_url = f"http://{given.get('host', '127.0.0.1')}/v1"
        async with httpx.AsyncClient(
            transport=transport, base_url=base_url, headers=headers
        ) as http:
            yield ApiClient(http)

    return ToolSession(connect=connect, local_files=False)


class _Endpoint:
    """Handles messages of the protocol while the application runs. Responds with 401 to requests
    without a valid key, before any message is read."""

    def __init__(self, app: FastAPI, service: Service) -> None:
        self._app, self._service = app, service
        self._inner: ASGIApp | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Handles messages until the block ends. An application may run several times."""
        server = build_server(_session(self._app))
        # The host and the origin of a request have been checked by the application's middleware.
        checked = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        self._inner = server.streamable_http_app(
            streamable_http_path=PATH, stateless_http=True, transport_security=checked
        )
        async with server.session_manager.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await run_in_threadpool(self._authenticate, Request(scope))
        except ApiError as error:
            response = error_response(error.status, str(error), code=error.code)
            await response(scope, receive, send)
            return
        if self._inner is None:
            raise RuntimeError("the application has not been started")
        await self._inner(scope, receive, send)

    def _authenticate(self, request: Request) -> None:
        service = self._service
        authenticate(request.headers, service.keys, required=service.requires_key())
