"""The HTTP application: routes, middleware, error handlers, health checks and metrics."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from fastapi import FastAPI, Response

from sorairo.server.api import batches, characters, files, images, pages, routes, studio_files
from sorairo.server.api.dependencies import Owner
from sorairo.server.api.dialects import azure_jobs, tasks, xai
from sorairo.server.api.errors import add_error_handlers
from sorairo.server.api.forwarded import ForwardedMiddleware
from sorairo.server.api.json_response import SafeJSONResponse
from sorairo.server.api.library.routers import LIBRARY_ROUTERS
from sorairo.server.api.metrics import CONTENT_TYPE, Metrics, MetricsMiddleware
from sorairo.server.api.middleware import (
    ON_DISK,
    BodyLimitMiddleware,
    HeadMiddleware,
    SecurityHeadersMiddleware,
)
from sorairo.server.api.openapi import DescribedAPI
from sorairo.server.api.origins import OriginMiddleware
from sorairo.server.api.play import routes as play_routes
from sorairo.server.api.play import socket as play_socket
from sorairo.server.api.prefixes import PrefixMiddleware
from sorairo.server.api.request_ids import RequestIdMiddleware, UnexpectedErrorMiddleware
from sorairo.server.api.service import Service
from sorairo.server.api.video_view import VideoViews
from sorairo.server.mcp import http_endpoint


def create_app(service: Service, *, proxies: Sequence[str] = ()) -> FastAPI:
    """The application of a server that works with these stores and settings. The `X-Forwarded-*`
    headers of requests from the addresses `proxies` are read."""
    app = DescribedAPI(
        title="sorairo",
        description="OpenAI's Videos API, on your own machine.",
        default_response_class=SafeJSONResponse,
        docs_url=None,  # these pages load scripts from other hosts
        redoc_url=None,
    )
    app.state.service, app.state.views = service, VideoViews(service)
    for router in LIBRARY_ROUTERS:  # before routes that match their paths, too
        app.include_router(router)
    for each in (characters, xai, azure_jobs, tasks, routes, files, images, batches, pages):
        app.include_router(each.router)
    for each in (play_routes, play_socket, studio_files):
        app.include_router(each.router)
    metrics = Metrics(service.queue)
    # The middleware that is added last runs first.
    app.add_middleware(UnexpectedErrorMiddleware)
    app.add_middleware(BodyLimitMiddleware, max_bytes=service.max_body_bytes, larger=ON_DISK)
    app.add_middleware(OriginMiddleware, service=service)
    app.add_middleware(SecurityHeadersMiddleware)
    app.add_middleware(MetricsMiddleware, metrics=metrics)
    app.add_middleware(PrefixMiddleware)
    app.add_middleware(HeadMiddleware)
    if proxies:
        app.add_middleware(ForwardedMiddleware, proxies=proxies)
    app.add_middleware(RequestIdMiddleware)
    add_error_handlers(app)
    _add_monitoring(app, service, metrics)
    _add_mcp(app, service)
    return app


def _add_mcp(app: FastAPI, service: Service) -> None:
    """Adds the endpoint for agents, if the package `mcp` is installed."""
    if find_spec("mcp") is not None:
        http_endpoint.add_endpoint(app, service)


def _add_monitoring(app: FastAPI, service: Service, metrics: Metrics) -> None:
    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Responds while the process is alive."""
        return {"status": "ok"}

    @app.get("/readyz")
    def readyz() -> dict[str, Any]:
        """Responds while the database is reachable; `waiting` counts unfinished jobs."""
        return {"status": "ok", "waiting": service.queue.count_unfinished()}

    @app.get("/metrics")
    def get_metrics(_owner: Owner) -> Response:
        """Metrics for Prometheus."""
        return Response(metrics.text(), media_type=CONTENT_TYPE)
