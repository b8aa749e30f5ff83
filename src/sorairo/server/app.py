"""The HTTP application: OpenAI's ten routes over the queue and the media store."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, FastAPI, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sorairo.generation.comment import read_comment
from sorairo.generation.limits import Limits
from sorairo.jobs.job import COMPLETED, FAILED, Job
from sorairo.jobs.queue import Queue
from sorairo.server.forms import Upload, read_body, too_large
from sorairo.server.media import MediaStore
from sorairo.server.orders import Clerk, Fields, Order
from sorairo.server.refusals import ApiError, envelope, handle_errors, invalid_type
from sorairo.server.video import VARIANTS, video_of

POLL_AFTER = 500  # milliseconds, told to those who ask again and again
MOST_BYTES = 100 * 2**20
OWNER = ""  # whose jobs there are while the server has no keys


@dataclass(frozen=True, kw_only=True)
class Service:
    """What the application works on."""

    queue: Queue
    media: MediaStore
    model: str = "tabletop"
    limits: Limits = field(default_factory=Limits)
    most_bytes: int = MOST_BYTES

    @property
    def clerk(self) -> Clerk:
        return Clerk(limits=self.limits)


def create_app(service: Service) -> FastAPI:
    app = FastAPI(title="sorairo", description="OpenAI's Videos API, on your own machine.")
    app.state.service = service
    app.include_router(router, prefix="/v1")
    app.add_middleware(_Bounded, most_bytes=service.most_bytes)
    handle_errors(app)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz")
    def readyz() -> dict[str, Any]:
        return {"status": "ok", "waiting": service.queue.waiting()}

    return app


class _Bounded:
    """Refuses a body that is too large as soon as that much of it has come."""

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self.app, self.most_bytes = app, most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"")
        if declared.isdigit() and int(declared) > self.most_bytes:
            await self._refuse(scope, receive, send)
            return
        come = 0

        async def counted() -> Message:
            nonlocal come
            message = await receive()
            come += len(message.get("body", b""))
            if come > self.most_bytes:
                raise too_large(self.most_bytes)
            return message

        await self.app(scope, counted, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        error = too_large(self.most_bytes)
        await envelope(error.status, str(error), code=error.code)(scope, receive, send)


router = APIRouter()


def _service(request: Request) -> Service:
    return request.app.state.service


async def _fields(request: Request) -> Fields:
    return Fields(await read_body(request, most_bytes=_service(request).most_bytes))


@router.get("/models")
async def list_models(request: Request) -> dict[str, Any]:
    """The names that `model` takes: OpenAI's stand for the model that is served."""
    names = ("sora-2", "sora-2-pro", _service(request).model)
    data = [{"id": n, "object": "model", "created": 0, "owned_by": "sorairo"} for n in names]
    return {"object": "list", "data": data}


@router.post("/videos")
async def create_video(request: Request) -> JSONResponse:
    fields = await _fields(request)
    return await _submitted(request, lambda: _service(request).clerk.create(fields))


@router.post("/videos/edits")
async def edit_video(request: Request) -> JSONResponse:
    return await _from_clip(request, lambda clerk: clerk.edit)


@router.post("/videos/extensions")
async def extend_video(request: Request) -> JSONResponse:
    return await _from_clip(request, lambda clerk: clerk.extend)


@router.get("/videos")
def list_videos(
    request: Request,
    limit: int = Query(20, ge=0, le=100),
    order: str = Query("desc", pattern="^(asc|desc)$"),
    after: str | None = None,
) -> dict[str, Any]:
    queue = _service(request).queue
    if after is not None and queue.get(after, OWNER) is None:
        raise _no_such(after)
    found, more = queue.page(owner=OWNER, limit=limit, after=after, newest_first=order == "desc")
    data = [video_of(job) for job in found]
    first, last = (data[0]["id"], data[-1]["id"]) if data else (None, None)
    return {"object": "list", "data": data, "first_id": first, "last_id": last, "has_more": more}


@router.get("/videos/{video_id}")
def get_video(request: Request, video_id: str) -> JSONResponse:
    return _told(_job(request, video_id))


@router.delete("/videos/{video_id}")
def delete_video(request: Request, video_id: str) -> dict[str, Any]:
    """Stops it too, where it is being made."""
    service = _service(request)
    if service.queue.delete(video_id, OWNER) is None:
        raise _no_such(video_id)
    service.media.drop(video_id)
    return {"id": video_id, "object": "video.deleted", "deleted": True}


@router.post("/videos/{video_id}/cancel")
def cancel_video(request: Request, video_id: str) -> JSONResponse:
    job = _service(request).queue.cancel(video_id, OWNER)
    if job is None:
        raise _no_such(video_id)
    return _told(job)


@router.get("/videos/{video_id}/content")
def get_content(request: Request, video_id: str, variant: str = "video") -> Response:
    if variant not in VARIANTS:
        message = f"There is no variant '{variant[:40]}': choose {', '.join(VARIANTS)}."
        raise ApiError(400, message, param="variant", code="invalid_value")
    service, job = _service(request), _job(request, video_id)
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
async def remix_video(request: Request, video_id: str) -> JSONResponse:
    fields = await _fields(request)
    parent = await run_in_threadpool(_job, request, video_id)

    def order() -> Order:
        old = read_comment(parent.payload["request"])
        clerk = _service(request).clerk
        return clerk.remix(fields, old, parent.id, parent.payload["told"])

    return await _submitted(request, order, media=tuple(parent.payload["media"]))


async def _from_clip(
    request: Request, kind: Callable[[Clerk], Callable[[Fields, Any], Order]]
) -> JSONResponse:
    """A job made from an uploaded clip, or from that of a finished job."""
    fields = await _fields(request)
    video = fields.found.get("video")
    clerk = _service(request).clerk
    if isinstance(video, Upload):
        return await _submitted(request, lambda: kind(clerk)(fields, None))
    if not isinstance(video, dict):
        raise invalid_type("video", "an object or a file", video)
    parent = await run_in_threadpool(_job, request, Fields(video).text("id"))
    if parent.status != COMPLETED or parent.result is None:
        raise ApiError(400, f"The video {parent.id} is not finished.", param="video")
    path = f"{parent.result['folder']}/{VARIANTS['video'][0]}"
    return await _submitted(request, lambda: kind(clerk)(fields, video_of(parent)), media=(path,))


async def _submitted(
    request: Request, order: Callable[[], Order], media: tuple[str, ...] = ()
) -> JSONResponse:
    """The answer to a job that was accepted: from here on it is not lost."""
    return _told(await run_in_threadpool(_submit, request, order, media))


def _submit(request: Request, order: Callable[[], Order], media: tuple[str, ...]) -> Job:
    service, placed = _service(request), order()
    name = f"video_{secrets.token_hex(16)}"
    for index, file in enumerate(placed.files):
        path = f"{name}/given/{index}"
        service.media.put(path, file.data)
        media += (path,)
    key = request.headers.get("idempotency-key")
    job = service.queue.submit(
        name, placed.payload(media), owner=OWNER, request_key=key[:255] if key else None
    )
    if job.id != name:  # the same request had come before
        service.media.drop(name)
    return job


def _job(request: Request, video_id: str) -> Job:
    job = _service(request).queue.get(video_id, OWNER)
    if job is None:
        raise _no_such(video_id)
    return job


def _no_such(video_id: str) -> ApiError:
    message = f"There is no video '{video_id[:80]}'."
    return ApiError(404, message, param="video_id", code="not_found")


def _told(job: Job) -> JSONResponse:
    headers = {} if job.ended else {"openai-poll-after-ms": str(POLL_AFTER)}
    return JSONResponse(video_of(job), headers=headers)
