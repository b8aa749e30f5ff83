"""Server-Sent Events (WHATWG HTML, section 9.2): what happens to a job, as it happens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool

from sorairo.jobs.job import Job
from sorairo.jobs.schema import AWAY

LOOK_EVERY, ALIVE_EVERY, AGAIN_AFTER = 0.25, 15.0, 1.0  # seconds


async def events_of(
    look: Callable[[], Job | None],
    tell: Callable[[Job], dict[str, Any]],
    gone: Callable[[], Awaitable[bool]],
) -> AsyncIterator[str]:
    """An event `video.progress` with what is to `tell` of the job for each change, the last of them
    `video.completed`, `video.failed` or `video.deleted`; a comment now and then, so that the line
    is not thought dead. Ends when the client is `gone`."""
    last, quiet = None, 0.0
    while not await gone():
        try:
            job = await run_in_threadpool(look)
        except AWAY:  # the database is back soon, or the client tires of it
            await asyncio.sleep(AGAIN_AFTER)
            continue
        if job is None:
            yield "event: video.deleted\ndata: {}\n\n"
            return
        video = json.dumps(tell(job), ensure_ascii=False)
        if video != last:
            last, quiet = video, 0.0
            kind = job.status if job.ended else "progress"
            yield f"event: video.{kind}\ndata: {video}\n\n"
        if job.ended:
            return
        if quiet >= ALIVE_EVERY:
            quiet = 0.0
            yield ": still here\n\n"
        await asyncio.sleep(LOOK_EVERY)
        quiet += LOOK_EVERY
