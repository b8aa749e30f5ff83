"""The Video object as a client sees it: with its place in the queue and the address of its file."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from fastapi import Request

from sorairo.jobs.forecast import Forecaster
from sorairo.jobs.job import COMPLETED, Job
from sorairo.jobs.signing_secret import signing_secret
from sorairo.server.api.forwarded import SERVED_BELOW
from sorairo.server.api.links import LinkSigner, link
from sorairo.server.api.service import Service

VOLATILE = ("estimated_seconds",)  # keys that change by themselves


class VideoViews:
    """What Video objects need beyond their jobs (`app.state.views`)."""

    def __init__(self, service: Service) -> None:
        database = service.queue.database
        self.service = service
        self.forecaster = Forecaster(database, clock=service.queue.clock)
        self.signer = LinkSigner(cache(lambda: signing_secret(database)))

    def viewer(self, request: Request) -> Callable[[Job], dict[str, Any]]:
        """A function that makes the Video object of a job for the client of a request; it reads
        from the database."""
        base = base_url(request)
        needs_key = cache(self.service.requires_key)

        def view(job: Job) -> dict[str, Any]:
            return {**self.service.video(job), **self._forecast(job), **address(job)}

        def address(job: Job) -> dict[str, Any]:
            if job.status != COMPLETED or job.emptied:
                return {}
            query = {"variant": "video"}
            if needs_key():
                query = self.signer.query(job, "video")
            return {"url": link(base, job, query)}

        return view

    def _forecast(self, job: Job) -> dict[str, Any]:
        found = vars(self.forecaster.of(job))
        return {name: value for name, value in found.items() if value is not None}


def base_url(request: Request) -> str:
    """The address under which the client has reached the server, without a slash at its end."""
    host, (name, port) = request.headers.get("host"), request.scope.get("server") or ("", None)
    name = f"[{name}]" if ":" in name else name
    address = f"{request.scope.get('scheme', 'http')}://{host or f'{name}:{port}'}"
    return address + request.scope.get(SERVED_BELOW, "")
