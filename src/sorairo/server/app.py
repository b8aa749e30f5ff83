"""The HTTP application: routes, what stands before them, errors in one shape, health, figures."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Response

from sorairo.server.api import characters, routes
from sorairo.server.api.dependencies import Owner
from sorairo.server.api.errors import handle_errors
from sorairo.server.api.metrics import TYPE, Metrics, MetricsMiddleware
from sorairo.server.api.middleware import BodyLimitMiddleware, TrustedHostMiddleware
from sorairo.server.api.openapi import describe
from sorairo.server.api.service import Service


def create_app(service: Service) -> FastAPI:
    app = FastAPI(
        title="sorairo",
        description="OpenAI's Videos API, on your own machine.",
        docs_url=None,  # those pages load scripts from elsewhere
        redoc_url=None,
    )
    app.state.service = service
    app.include_router(characters.router)  # before /videos/{video_id}
    app.include_router(routes.router)
    metrics = Metrics(service.queue)
    # The last that is added stands before the others.
    app.add_middleware(BodyLimitMiddleware, most_bytes=service.most_bytes)
    app.add_middleware(TrustedHostMiddleware, hosts=service.hosts)
    app.add_middleware(MetricsMiddleware, metrics=metrics)
    handle_errors(app)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz")
    def readyz() -> dict[str, Any]:
        return {"status": "ok", "waiting": service.queue.waiting()}

    @app.get("/metrics")
    def figures(_owner: Owner) -> Response:
        """For Prometheus."""
        return Response(metrics.text(), media_type=TYPE)

    describe(app)
    return app
