"""Server-Sent Events (WHATWG HTML, section 9.2) that follow the progress of a job."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool

from sorairo.jobs.database import DATABASE_UNAVAILABLE
from sorairo.jobs.job import Job
from sorairo.server.api.json_response import json_bytes
from sorairo.server.api.video_view import VOLATILE

POLL_INTERVAL, KEEP_ALIVE_INTERVAL, RETRY_INTERVAL = 0.25, 15.0, 1.0  # seconds
STOPPING = "retry: 5000\n: the server is stopping, connect again\n\n"


async def job_events(
    get_job: Callable[[], Job | None],
    to_video: Callable[[Job], dict[str, Any]],
    is_disconnected: Callable[[], Awaitable[bool]],
    is_stopping: Callable[[], bool] = lambda: False,
) -> AsyncIterator[str]:
    """Yields an event `video.progress` with the Video object at every change, and finally
    `video.completed`, `video.failed` or `video.deleted`.

    A comment every KEEP_ALIVE_INTERVAL keeps the connection open. Ends early if the client
    disconnects, and with a comment if the server stops.
    """
    last, quiet = None, 0.0
    while not await is_disconnected():
        if is_stopping():
            yield STOPPING
            return
        try:
            job, video = await run_in_threadpool(_read, get_job, to_video)
        except DATABASE_UNAVAILABLE:
            await asyncio.sleep(RETRY_INTERVAL)
            continue
        if job is None:
            yield "event: video.deleted\ndata: {}\n\n"
            return
        lasting = {name: value for name, value in video.items() if name not in VOLATILE}
        if lasting != last:
            last, quiet = lasting, 0.0
            kind = job.status if job.ended else "progress"
            yield f"event: video.{kind}\ndata: {json_bytes(video).decode()}\n\n"
        if job.ended:
            return
        if quiet >= KEEP_ALIVE_INTERVAL:
            quiet = 0.0
            yield ": keep-alive\n\n"
        await asyncio.sleep(POLL_INTERVAL)
        quiet += POLL_INTERVAL


def _read(
    get_job: Callable[[], Job | None], to_video: Callable[[Job], dict[str, Any]]
) -> tuple[Job | None, dict[str, Any]]:
    job = get_job()
    return job, {} if job is None else to_video(job)
