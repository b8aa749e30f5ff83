"""OpenAI's routes over the queue and the media store, and some of our own."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool

from sorairo.generation.comment import read_comment
from sorairo.jobs.job import COMPLETED, FAILED, Job
from sorairo.server.auth import owner_of
from sorairo.server.events import events_of
from sorairo.server.forms import Upload, read_body
from sorairo.server.orders import Clerk, Fields, Order
from sorairo.server.refusals import ApiError, invalid_type
from sorairo.server.service import Service
from sorairo.server.video import PREVIEW, VARIANTS, video_of

POLL_AFTER = 500  # milliseconds, told to those who ask again and again

router = APIRouter()


def _service(request: Request) -> Service:
    return request.app.state.service


def _owner(request: Request) -> str:
    service = _service(request)
    return owner_of(
        request.headers.get("authorization"), service.keys, always=not service.open_here
    )


Owner = Annotated[str, Depends(_owner)]


async def _fields(request: Request) -> Fields:
    return Fields(await read_body(request))


@router.get("/models")
def list_models(request: Request, _owner: Owner) -> dict[str, Any]:
    """The names that `model` takes: OpenAI's stand for the model that is served."""
    names = ("sora-2", "sora-2-pro", _service(request).model)
    data = [{"id": n, "object": "model", "created": 0, "owned_by": "sorairo"} for n in names]
    return {"object": "list", "data": data}


@router.post("/videos")
async def create_video(request: Request, owner: Owner) -> JSONResponse:
    fields = await _fields(request)
    return await _submitted(request, owner, lambda: _service(request).clerk.create(fields))


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
) -> dict[str, Any]:
    queue = _service(request).queue
    if after is not None and queue.get(after, owner) is None:
        raise _no_such(after)
    found, more = queue.page(owner=owner, limit=limit, after=after, newest_first=order == "desc")
    data = [video_of(job) for job in found]
    first, last = (data[0]["id"], data[-1]["id"]) if data else (None, None)
    return {"object": "list", "data": data, "first_id": first, "last_id": last, "has_more": more}


@router.get("/videos/{video_id}")
def get_video(request: Request, owner: Owner, video_id: str) -> JSONResponse:
    return _told(_job(request, owner, video_id))


@router.delete("/videos/{video_id}")
def delete_video(request: Request, owner: Owner, video_id: str) -> dict[str, Any]:
    """Stops it too, where it is being made."""
    service = _service(request)
    if service.queue.delete(video_id, owner) is None:
        raise _no_such(video_id)
    service.media.drop(video_id)
    return {"id": video_id, "object": "video.deleted", "deleted": True}


@router.post("/videos/{video_id}/cancel")
def cancel_video(request: Request, owner: Owner, video_id: str) -> JSONResponse:
    job = _service(request).queue.cancel(video_id, owner)
    if job is None:
        raise _no_such(video_id)
    return _told(job)


@router.get("/videos/{video_id}/events")
async def get_events(request: Request, owner: Owner, video_id: str) -> StreamingResponse:
    """Server-Sent Events until the job has ended: the Video object whenever it changes."""
    await run_in_threadpool(_job, request, owner, video_id)
    queue = _service(request).queue
    stream = events_of(lambda: queue.get(video_id, owner), request.is_disconnected)
    headers = {"cache-control": "no-cache", "x-accel-buffering": "no"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


@router.get("/videos/{video_id}/preview")
def get_preview(request: Request, owner: Owner, video_id: str) -> Response:
    """A frame of the clip that is being made, as far as one can tell now."""
    media, job = _service(request).media, _job(request, owner, video_id)
    name, kind = PREVIEW
    path = f"{job.id}/{name}"
    if media.size(path) is None:
        raise ApiError(404, f"There is no preview of {video_id} yet.", code="not_ready")
    headers = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
    return Response(b"".join(media.read(path)), media_type=kind, headers=headers)


@router.get("/videos/{video_id}/content")
def get_content(request: Request, owner: Owner, video_id: str, variant: str = "video") -> Response:
    if variant not in VARIANTS:
        message = f"There is no variant '{variant[:40]}': choose {', '.join(VARIANTS)}."
        raise ApiError(400, message, param="variant", code="invalid_value")
    service, job = _service(request), _job(request, owner, video_id)
    if job.status != COMPLETED or job.result is None:
        state = "has failed" if job.status == FAILED else "is not finished"
        raise ApiError(404, f"The video {video_id} {state}: it has no content.", code="not_ready")
    name, kind = VARIANTS[variant]
    path = f"{job.result['folder']}/{name}"
    size = service.media.size(path)
    if size is None:
        raise ApiError(404, f"The files of {video_id} are gone.", code="expired")
    headers = {
        "content-length": str(size),
        "content-disposition": f'attachment; filename="{video_id}{name[name.index(".") :]}"',
        "x-content-type-options": "nosniff",
    }
    return StreamingResponse(service.media.read(path), media_type=kind, headers=headers)


@router.post("/videos/{video_id}/remix")
async def remix_video(request: Request, owner: Owner, video_id: str) -> JSONResponse:
    fields = await _fields(request)
    parent = await run_in_threadpool(_job, request, owner, video_id)

    def order() -> Order:
        old = read_comment(parent.payload["request"])
        clerk = _service(request).clerk
        return clerk.remix(fields, old, parent.id, parent.payload["told"])

    return await _submitted(request, owner, order, media=tuple(parent.payload["media"]))


async def _from_clip(
    request: Request, owner: str, kind: Callable[[Clerk], Callable[[Fields, Any], Order]]
) -> JSONResponse:
    """A job made from an uploaded clip, or from that of a finished job."""
    fields = await _fields(request)
    video = fields.found.get("video")
    clerk = _service(request).clerk
    if isinstance(video, Upload):
        return await _submitted(request, owner, lambda: kind(clerk)(fields, None))
    if not isinstance(video, dict):
        raise invalid_type("video", "an object or a file", video)
    parent = await run_in_threadpool(_job, request, owner, Fields(video).text("id"))
    if parent.status != COMPLETED or parent.result is None:
        raise ApiError(400, f"The video {parent.id} is not finished.", param="video")
    path = f"{parent.result['folder']}/{VARIANTS['video'][0]}"
    return await _submitted(
        request, owner, lambda: kind(clerk)(fields, video_of(parent)), media=(path,)
    )


async def _submitted(
    request: Request, owner: str, order: Callable[[], Order], media: tuple[str, ...] = ()
) -> JSONResponse:
    """The answer to a job that was accepted: from here on it is not lost."""
    return _told(await run_in_threadpool(_submit, request, owner, order, media))


def _submit(
    request: Request, owner: str, order: Callable[[], Order], media: tuple[str, ...]
) -> Job:
    service, placed = _service(request), order()
    name = f"video_{secrets.token_hex(16)}"
    kept = []
    for index, source in enumerate([*media, *placed.files]):
        path = f"{name}/given/{index}"
        if isinstance(source, Upload):
            service.media.put(path, source.data)
        else:  # of another job, which may be deleted before this one is made
            service.media.copy(source, path)
        kept.append(path)
    key = request.headers.get("idempotency-key")
    job = service.queue.submit(
        name, placed.payload(tuple(kept)), owner=owner, request_key=key[:255] if key else None
    )
    if job.id != name:  # the same request had come before
        service.media.drop(name)
    return job


def _job(request: Request, owner: str, video_id: str) -> Job:
    job = _service(request).queue.get(video_id, owner)
    if job is None:
        raise _no_such(video_id)
    return job


def _no_such(video_id: str) -> ApiError:
    message = f"There is no video '{video_id[:80]}'."
    return ApiError(404, message, param="video_id", code="not_found")


def _told(job: Job) -> JSONResponse:
    headers = {} if job.ended else {"openai-poll-after-ms": str(POLL_AFTER)}
    return JSONResponse(video_of(job), headers=headers)
