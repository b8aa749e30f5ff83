"""The HTTP application: the routes, a bound on what is sent, errors in one shape, health."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sorairo.server.forms import too_large
from sorairo.server.refusals import envelope, handle_errors
from sorairo.server.routes import router
from sorairo.server.service import Service


def create_app(service: Service) -> FastAPI:
    app = FastAPI(title="sorairo", description="OpenAI's Videos API, on your own machine.")
    app.state.service = service
    app.include_router(router, prefix="/v1")
    app.add_middleware(_Bounded, most_bytes=service.most_bytes)
    handle_errors(app)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz")
    def readyz() -> dict[str, Any]:
        return {"status": "ok", "waiting": service.queue.waiting()}

    return app


class _Bounded:
    """Refuses a body that is too large as soon as that much of it has come."""

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self.app, self.most_bytes = app, most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"")
        if declared.isdigit() and int(declared) > self.most_bytes:
            await self._refuse(scope, receive, send)
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

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        error = too_large(self.most_bytes)
        await envelope(error.status, str(error), code=error.code)(scope, receive, send)
