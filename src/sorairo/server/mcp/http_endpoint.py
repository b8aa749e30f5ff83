"""`/mcp` of the API server: the Model Context Protocol over streamable HTTP. Its library and tools
are loaded with the first message: that takes half a second, and few servers are asked."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sorairo.server.api.auth import authenticate
from sorairo.server.api.errors import ApiError, error_response
from sorairo.server.api.service import Service

PATH = "/mcp"
TOOLS = "sorairo.server.mcp.http_tools"


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


class _Endpoint:
    """Handles messages of the protocol while the application runs. Responds with 401 to requests
    without a valid key, before any message is read."""

    def __init__(self, app: FastAPI, service: Service) -> None:
        self._app, self._service = app, service
        self._asked = asyncio.Event()
        self._inner: asyncio.Future[ASGIApp] | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Handles messages until the block ends. An application may run several times."""
        self._asked = asyncio.Event()
        self._inner = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self._run(self._asked, self._inner))
        try:
            yield
        finally:
            self._inner = None
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self, asked: asyncio.Event, inner: asyncio.Future[ASGIApp]) -> None:
        """Loads the tools once they are `asked` for, and runs them until it is cancelled."""
        await asked.wait()
        try:
            async with await run_in_threadpool(self._load) as handler:
                inner.set_result(handler)
                await asyncio.Event().wait()
        except Exception as error:
            if inner.done():
                raise
            inner.set_exception(error)

    def _load(self) -> AbstractAsyncContextManager[ASGIApp]:
        tools: Any = importlib.import_module(TOOLS)
        return tools.handler(self._app, PATH)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await run_in_threadpool(self._authenticate, Request(scope))
        except ApiError as error:
            response = error_response(error.status, str(error), code=error.code)
            await response(scope, receive, send)
            return
        if self._inner is None:
            raise RuntimeError("the application has not been started")
        self._asked.set()
        # a request that goes away while the tools are loaded does not end that for others
        handler = await asyncio.shield(self._inner)
        await handler(scope, receive, send)

    def _authenticate(self, request: Request) -> None:
        service = self._service
        authenticate(request.headers, service.keys, required=service.requires_key())
