"""Figures for Prometheus: requests by route, and what the queue holds."""

from __future__ import annotations

import time
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sorairo.jobs.job import COMPLETED, FAILED, QUEUED, RUNNING
from sorairo.jobs.queue import Queue

UNKNOWN = "unknown"  # routes that are none: whoever tries paths makes no series
TYPE = CONTENT_TYPE_LATEST


class Metrics:
    """The figures of one server."""

    def __init__(self, queue: Queue) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self.requests = Counter(
            "sorairo_requests", "Requests that were answered.", labels, registry=self.registry
        )
        self.seconds = Histogram(
            "sorairo_request_seconds",
            "Until the first byte of the answer.",
            ("method", "route"),
            registry=self.registry,
        )
        self.registry.register(_Jobs(queue))

    def text(self) -> bytes:
        return generate_latest(self.registry)

    def saw(self, method: str, route: str, status: int, seconds: float) -> None:
        self.requests.labels(method, route, str(status)).inc()
        self.seconds.labels(method, route).observe(seconds)


class _Jobs(Collector):
    """Counted in the database when somebody looks."""

    def __init__(self, queue: Queue) -> None:
        self.queue = queue

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily("sorairo_jobs", "Jobs by status.", labels=("status",))
        counts = self.queue.by_status()
        for status in (QUEUED, RUNNING, COMPLETED, FAILED):
            family.add_metric((status,), counts.get(status, 0))
        yield family

    def describe(self) -> list[GaugeMetricFamily]:
        """Without looking into the database."""
        return [GaugeMetricFamily("sorairo_jobs", "Jobs by status.", labels=("status",))]


class MetricsMiddleware:
    """Notes every request in the figures."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", UNKNOWN)
                spent = time.perf_counter() - began
                self.metrics.saw(_method(scope), route, message["status"], spent)
            await send(message)

        await self.app(scope, receive, noted)


def _method(scope: Scope) -> str:
    known = ("GET", "POST", "DELETE", "HEAD", "PUT", "PATCH", "OPTIONS")
    return scope["method"] if scope["method"] in known else UNKNOWN
