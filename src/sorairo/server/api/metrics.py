"""Metrics for Prometheus: requests by route, and jobs by status."""

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

UNKNOWN = "unknown"  # label of all unknown routes and methods, so that they add no time series
METHODS = ("GET", "POST", "DELETE", "HEAD", "PUT", "PATCH", "OPTIONS")
CONTENT_TYPE = CONTENT_TYPE_LATEST


class Metrics:
    """The metrics of one server process."""

    def __init__(self, queue: Queue) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self.requests = Counter(
            "sorairo_requests", "Requests by route and status.", labels, registry=self.registry
        )
        self.seconds = Histogram(
            "sorairo_request_seconds",
            "Time until the first byte of the response.",
            ("method", "route"),
            registry=self.registry,
        )
        self.registry.register(_JobCollector(queue))

    def text(self) -> bytes:
        """All metrics in Prometheus' text format."""
        return generate_latest(self.registry)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Records one request."""
        self.requests.labels(method, route, str(status)).inc()
        self.seconds.labels(method, route).observe(seconds)


class _JobCollector(Collector):
    """Counts jobs in the database whenever the metrics are read."""

    def __init__(self, queue: Queue) -> None:
        self.queue = queue

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = _job_family()
        counts = self.queue.count_by_status()
        for status in (QUEUED, RUNNING, COMPLETED, FAILED):
            family.add_metric((status,), counts.get(status, 0))
        yield family

    def describe(self) -> list[GaugeMetricFamily]:
        """The metric without values, which needs no database."""
        return [_job_family()]


def _job_family() -> GaugeMetricFamily:
    return GaugeMetricFamily("sorairo_jobs", "Jobs by status.", labels=("status",))


class MetricsMiddleware:
    """Records every request."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start = time.perf_counter()

        async def observed_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", UNKNOWN)
                method = scope["method"] if scope["method"] in METHODS else UNKNOWN
                seconds = time.perf_counter() - start
                self.metrics.observe(method, route, message["status"], seconds)
            await send(message)

        await self.app(scope, receive, observed_send)
