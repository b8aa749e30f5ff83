"""Responses with the files of a video: when it is finished, or after waiting for it."""

from __future__ import annotations

import asyncio

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from sorairo.jobs.job import CANCELLED, COMPLETED, Job
from sorairo.server.api.dependencies import file_of, not_found, service_of
from sorairo.server.api.errors import CLIENT_CLOSED_REQUEST, ApiError
from sorairo.server.video_object import VARIANTS

POLL_INTERVAL = 0.25  # seconds
CLIENT_ERRORS = ("invalid_request", CANCELLED)  # codes of failed jobs; others are server errors


def file_response(request: Request, job: Job, variant: str) -> StreamingResponse:
    """A file of a finished job. Raises ApiError."""
    path = file_of(request, job, variant)
    media, (name, media_type) = service_of(request).media, VARIANTS[variant]
    headers = {
        "content-length": str(media.size(path) or 0),
        "content-disposition": f'attachment; filename="{job.id}{name[name.index(".") :]}"',
    }
    return StreamingResponse(media.read(path), media_type=media_type, headers=headers)


async def wait_for_file(request: Request, owner: str, video_id: str) -> Response:
    """The clip of a job, as soon as it is finished. Cancels the job if the client disconnects.
    Raises ApiError if the job fails."""
    service = service_of(request)
    queue = service.queue
    while True:
        job = await run_in_threadpool(queue.get, video_id, owner)
        if job is None:
            raise not_found(video_id)
        if job.status == COMPLETED:
            return await run_in_threadpool(file_response, request, job, "video")
        if job.ended:
            error = job.error or {"code": "server_error", "message": "The video has failed."}
            status = 400 if error["code"] in CLIENT_ERRORS else 500
            raise ApiError(status, error["message"], code=error["code"])
        if service.stopping.is_set():
            raise _stopping(video_id)
        if await request.is_disconnected():
            await run_in_threadpool(queue.cancel, video_id, owner)
            return Response(status_code=CLIENT_CLOSED_REQUEST)
        await asyncio.sleep(POLL_INTERVAL)


def _stopping(video_id: str) -> ApiError:
    message = (
        "The server is stopping. The job is kept: repeat the request with the same Idempotency-Key,"
        f" or retrieve {video_id}."
    )
    return ApiError(503, message, code="unavailable", headers={"retry-after": "5"})
