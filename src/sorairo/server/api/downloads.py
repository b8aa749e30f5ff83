"""The files of a finished video, now or as soon as it is finished."""

from __future__ import annotations

import asyncio
import json

from fastapi import Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool

from sorairo.jobs.job import CANCELLED, COMPLETED, Job
from sorairo.server.api.dependencies import file_of, no_such, service_of
from sorairo.server.api.errors import ApiError
from sorairo.server.video_object import VARIANTS

LOOK_EVERY = 0.25  # seconds
STATUS = {"invalid_request": 400, CANCELLED: 400}  # of a job's error; any other is the server's own


def content(request: Request, job: Job, variant: str) -> StreamingResponse:
    """A file of a finished job. Raises ApiError."""
    path = file_of(request, job, variant)
    media, (name, kind) = service_of(request).media, VARIANTS[variant]
    headers = {
        "content-length": str(media.size(path) or 0),
        "content-disposition": f'attachment; filename="{job.id}{name[name.index(".") :]}"',
    }
    return StreamingResponse(media.read(path), media_type=kind, headers=headers)


async def finished(request: Request, owner: str, accepted: JSONResponse) -> Response:
    """The video of a job that was just accepted, when it has ended. Raises ApiError."""
    video_id = json.loads(bytes(accepted.body))["id"]
    queue = service_of(request).queue
    while True:
        job = await run_in_threadpool(queue.get, video_id, owner)
        if job is None:
            raise no_such(video_id)
        if job.status == COMPLETED:
            return await run_in_threadpool(content, request, job, "video")
        if job.ended:
            error = job.error or {"code": "server_error", "message": "The video has failed."}
            status = STATUS.get(error["code"], 500)
            raise ApiError(status, error["message"], code=error["code"])
        if await request.is_disconnected():
            await run_in_threadpool(queue.cancel, video_id, owner)
            return Response(status_code=499)
        await asyncio.sleep(LOOK_EVERY)
