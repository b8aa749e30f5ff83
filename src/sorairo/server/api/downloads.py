"""Responses with the files of a video: when it is finished, or after waiting for it."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import itertools
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from sorairo.jobs.job import CANCELLED, COMPLETED, MODERATION_BLOCKED, Job
from sorairo.notes import Note, note_from_json
from sorairo.server.api.dependencies import file_of, not_found, service_of
from sorairo.server.api.errors import CLIENT_CLOSED_REQUEST, ApiError
from sorairo.server.api.middleware import HEAD
from sorairo.server.api.ranges import UnsatisfiableRangeError, Validators
from sorairo.server.video_object import IMAGE, PICTURE, VARIANTS

POLL_INTERVAL = 0.25  # seconds
CACHE_CONTROL = "private, immutable, max-age=86400"
# codes of failed jobs; others are server errors
CLIENT_ERRORS = ("invalid_request", CANCELLED, MODERATION_BLOCKED)


def file_response(request: Request, job: Job, variant: str, *, download: bool = True) -> Response:
    """A file of a finished job, or the part of it that the request asks for. Raises ApiError.

    The file never changes, so that clients may keep it: its name in the media store, which
    contains the number of the claim, makes the entity tag. With `download`, a browser stores the
    file; without, it shows it.
    """
    path = file_of(request, job, variant)
    name, media_type = {**VARIANTS, IMAGE: PICTURE}[variant]
    found = Download(
        path=path,
        media_type=media_type,
        filename=f"{job.id}{name[name.index('.') :]}",
        modified_at=job.ended_at or 0.0,
    )
    return download_response(request, found, download=download)


@dataclass(frozen=True, kw_only=True)
class Download:
    """A file of the media store that never changes."""

    path: str
    """Its name in the media store."""
    media_type: str
    """Its media type."""
    filename: str
    """Under which name a browser stores it."""
    modified_at: float
    """When it was written, in seconds since 1970."""


def download_response(request: Request, found: Download, *, download: bool = True) -> Response:
    """A file, or the part of it that the request asks for. Raises ApiError."""
    media, path = service_of(request).media, found.path
    size = media.size(path) or 0
    tag = hashlib.sha256(f"{path} {size}".encode()).hexdigest()[:32]
    validators = Validators(etag=f'"{tag}"', modified_at=found.modified_at)
    kind = "attachment" if download else "inline"
    headers = {
        "accept-ranges": "bytes",
        "cache-control": CACHE_CONTROL,
        "content-disposition": f'{kind}; filename="{found.filename}"',
        "etag": validators.etag,
        "last-modified": validators.last_modified,
    }
    conditions = request.headers if request.method == "GET" else {}  # not those of a POST
    if validators.is_unchanged(conditions):
        return Response(status_code=304, headers=headers)
    try:
        part = validators.range_of(conditions, size)
    except UnsatisfiableRangeError as error:
        raise _unsatisfiable(size) from error
    status, (start, end) = (200, (0, size)) if part is None else (206, part)
    if part is not None:
        headers["content-range"] = f"bytes {start}-{end - 1}/{size}"
    headers["content-length"] = str(end - start)
    if request.scope.get(HEAD):
        return Response(status_code=status, headers=headers, media_type=found.media_type)
    chunks = media.read(path, start, end)
    first = next(chunks, b"")  # an error of the store is still one with a status
    return StreamingResponse(
        itertools.chain((first,), chunks), status, headers=headers, media_type=found.media_type
    )


def _unsatisfiable(size: int) -> ApiError:
    return ApiError(
        416,
        Note(f"The range lies behind the end of the file, which has {size} bytes.", "range_behind"),
        code="invalid_range",
        headers={"content-range": f"bytes */{size}"},
    )


async def wait_for_file(request: Request, owner: str, video_id: str) -> Response:
    """The clip of a job, as soon as it is finished; see `wait_for_job`."""
    job = await wait_for_job(request, owner, video_id)
    if job is None:
        return Response(status_code=CLIENT_CLOSED_REQUEST)
    return await run_in_threadpool(file_response, request, job, "video")


async def wait_for_job(request: Request, owner: str, video_id: str) -> Job | None:
    """A job, as soon as it is finished; None if the client disconnects. Then the job is cancelled,
    unless another client waits for it, and the same request makes a new job. Raises ApiError if the
    job fails."""
    service = service_of(request)
    service.waiting[video_id] += 1
    try:
        while True:
            job = await _job_if_finished(request, owner, video_id)
            if job is not None:
                return job
            if service.stopping.is_set():
                raise _stopping(video_id)
            if await request.is_disconnected():
                if service.waiting[video_id] == 1:
                    cancel = functools.partial(service.queue.cancel, forget_key=True)
                    await run_in_threadpool(cancel, video_id, owner)
                return None
            await asyncio.sleep(POLL_INTERVAL)
    finally:
        service.waiting[video_id] -= 1
        if not service.waiting[video_id]:
            del service.waiting[video_id]


async def _job_if_finished(request: Request, owner: str, video_id: str) -> Job | None:
    """A job; None while it is not finished. Raises ApiError."""
    job = await run_in_threadpool(service_of(request).queue.get, video_id, owner)
    if job is None:
        raise not_found(video_id)
    if job.status == COMPLETED:
        return job
    if job.ended:
        error: dict[str, Any] = job.error or {
            "code": "server_error",
            "message": "The video has failed.",
        }
        status = 400 if error["code"] in CLIENT_ERRORS else 500
        message = note_from_json(error["message"], error.get("detail"))
        raise ApiError(status, message, code=error["code"])
    return None


def _stopping(video_id: str) -> ApiError:
    message = Note(
        "The server is stopping. The job is kept: repeat the request with the same Idempotency-Key,"
        f" or retrieve {video_id}.",
        "stopping",
    )
    return ApiError(503, message, code="unavailable", headers={"retry-after": "5"})
