"""OpenAI's routes over the queue and the media store, and some of our own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool

from sorairo.server.api.body_parsing import Upload
from sorairo.server.api.dependencies import (
    Owner,
    clerk_of,
    clip_of,
    fields_of,
    job_of,
    no_such,
    service_of,
    told,
)
from sorairo.server.api.downloads import content, finished
from sorairo.server.api.errors import ApiError, invalid_type
from sorairo.server.api.field_parsing import Fields
from sorairo.server.api.request_builder import NewJob, RequestBuilder
from sorairo.server.api.sse import events_of
from sorairo.server.api.submission import submitted
from sorairo.server.job_spec import JobSpec
from sorairo.server.video_object import PREVIEW

router = APIRouter(prefix="/v1")


@router.get("/models")
def list_models(request: Request, _owner: Owner) -> dict[str, Any]:
    """The names that `model` takes: OpenAI's stand for the model that is served."""
    names = ("sora-2", "sora-2-pro", service_of(request).model)
    data = [{"id": n, "object": "model", "created": 0, "owned_by": "sorairo"} for n in names]
    return {"object": "list", "data": data}


@router.post("/videos")
async def create_video(request: Request, owner: Owner) -> JSONResponse:
    """From text, pictures, characters or cards; `n` of them at once."""
    fields = await fields_of(request)
    count = fields.count()
    return await submitted(
        request, owner, lambda: clerk_of(request, owner).create(fields), count=count
    )


@router.post("/videos/sync")
async def create_video_now(request: Request, owner: Owner) -> Response:
    """The same, answered with the finished file; a client that goes away cancels it."""
    fields = await fields_of(request)
    answer = await submitted(request, owner, lambda: clerk_of(request, owner).create(fields))
    return await finished(request, owner, answer)


@router.post("/videos/edits")
async def edit_video(request: Request, owner: Owner) -> JSONResponse:
    return await _from_clip(request, owner, lambda clerk: clerk.edit)


@router.post("/videos/extensions")
async def extend_video(request: Request, owner: Owner) -> JSONResponse:
    return await _from_clip(request, owner, lambda clerk: clerk.extend)


@router.get("/videos")
def list_videos(
    request: Request,
    owner: Owner,
    limit: int = Query(20, ge=0, le=100),
    order: str = Query("desc", pattern="^(asc|desc)$"),
    after: str | None = None,
) -> JSONResponse:
    queue = service_of(request).queue
    if after is not None and queue.get(after, owner) is None:
        raise no_such(after)
    found, more = queue.page(owner=owner, limit=limit, after=after, newest_first=order == "desc")
    data = [service_of(request).video(job) for job in found]
    first, last = (data[0]["id"], data[-1]["id"]) if data else (None, None)
    ends = {"first_id": first, "last_id": last, "has_more": more}
    return JSONResponse({"object": "list", "data": data, **ends})


@router.get("/videos/{video_id}")
def get_video(request: Request, owner: Owner, video_id: str) -> JSONResponse:
    return told(request, job_of(request, owner, video_id))


@router.delete("/videos/{video_id}")
def delete_video(request: Request, owner: Owner, video_id: str) -> dict[str, Any]:
    """Stops it too, where it is being made."""
    service = service_of(request)
    if service.queue.delete(video_id, owner) is None:
        raise no_such(video_id)
    service.media.forget(video_id)
    return {"id": video_id, "object": "video.deleted", "deleted": True}


@router.post("/videos/{video_id}/cancel")
def cancel_video(request: Request, owner: Owner, video_id: str) -> JSONResponse:
    job = service_of(request).queue.cancel(video_id, owner)
    if job is None:
        raise no_such(video_id)
    return told(request, job)


@router.get("/videos/{video_id}/events")
async def get_events(request: Request, owner: Owner, video_id: str) -> StreamingResponse:
    """Server-Sent Events until the job has ended: the Video object whenever it changes."""
    await run_in_threadpool(job_of, request, owner, video_id)
    service = service_of(request)
    look = service.queue.get
    stream = events_of(lambda: look(video_id, owner), service.video, request.is_disconnected)
    headers = {"cache-control": "no-cache", "x-accel-buffering": "no"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


@router.get("/videos/{video_id}/preview")
def get_preview(request: Request, owner: Owner, video_id: str) -> Response:
    """A frame of the clip that is being made, as far as one can tell now."""
    media, job = service_of(request).media, job_of(request, owner, video_id)
    name, kind = PREVIEW
    path = f"{job.id}/{name}"
    if media.size(path) is None:
        raise ApiError(404, f"There is no preview of {video_id} yet.", code="not_ready")
    headers = {"cache-control": "no-store"}
    return Response(b"".join(media.read(path)), media_type=kind, headers=headers)


@router.get("/videos/{video_id}/content")
def get_content(request: Request, owner: Owner, video_id: str, variant: str = "video") -> Response:
    return content(request, job_of(request, owner, video_id), variant)


@router.post("/videos/{video_id}/remix")
async def remix_video(request: Request, owner: Owner, video_id: str) -> JSONResponse:
    fields = await fields_of(request)
    parent = await run_in_threadpool(job_of, request, owner, video_id)

    old = JobSpec.from_json(parent.payload)

    def order() -> NewJob:
        return clerk_of(request, owner).remix(fields, old, parent.id, parent.cost)

    return await submitted(request, owner, order, media=old.media)


async def _from_clip(
    request: Request, owner: str, kind: Callable[[RequestBuilder], Callable[[Fields, Any], NewJob]]
) -> JSONResponse:
    """A job made from an uploaded clip, or from that of a finished job."""
    fields = await fields_of(request)
    video = fields.found.get("video")
    clerk = clerk_of(request, owner)
    if isinstance(video, Upload):
        return await submitted(request, owner, lambda: kind(clerk)(fields, None))
    if not isinstance(video, dict):
        raise invalid_type("video", "an object or a file", video)
    parent, path = await run_in_threadpool(clip_of, request, owner, video)
    about = service_of(request).video(parent)
    return await submitted(request, owner, lambda: kind(clerk)(fields, about), media=(path,))
