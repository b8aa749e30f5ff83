"""Routes of models and videos: OpenAI's, and some of our own."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from sorairo.notes import Note
from sorairo.server.api.creation import change_of, creation_of, remix_of, retry_of
from sorairo.server.api.dependencies import (
    FileOwner,
    Owner,
    fields_of,
    job_of,
    not_found,
    service_of,
    video_response,
    viewer_of,
)
from sorairo.server.api.downloads import file_response, wait_for_file
from sorairo.server.api.errors import ApiError
from sorairo.server.api.fields.parsing import Fields
from sorairo.server.api.fields.table import Endpoint
from sorairo.server.api.json_response import SafeJSONResponse
from sorairo.server.api.service import IMAGE_MODELS
from sorairo.server.api.sse import job_events
from sorairo.server.api.submission import submit, submit_and_respond
from sorairo.server.video_object import MOVING_PREVIEW, PREVIEW_TYPE, STILL_PREVIEW

router = APIRouter(prefix="/v1")
VideoId = Annotated[str, Path(description="The id of a video.")]


@router.get("/models")
def list_models(request: Request, _owner: Owner) -> dict[str, Any]:
    """The names that `model` accepts: those of installed models, and OpenAI's, which are aliases of
    the served ones."""
    return {"object": "list", "data": [_model_object(name) for name in _model_names(request)]}


@router.get("/models/{model}")
def get_model(
    request: Request, _owner: Owner, model: str = Path(description="The name of a model.")
) -> dict[str, Any]:
    """Responds with one of the models."""
    names = _model_names(request)
    if model not in names:
        message = Note(
            f"There is no model '{model[:80]}': choose {', '.join(names)}.",
            "no_model",
            model=model[:80],
            known=", ".join(names),
        )
        raise ApiError(404, message, param="model", code="model_not_found")
    return _model_object(model)


def _model_names(request: Request) -> tuple[str, ...]:
    return (*service_of(request).models, *IMAGE_MODELS)


def _model_object(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "sorairo"}


@router.post("/videos")
async def create_video(request: Request, owner: Owner) -> SafeJSONResponse:
    """Creates a video from a text, pictures, characters or a storyboard, or `n` of them at once."""
    fields = await fields_of(request, Endpoint.CREATE)
    build, media = await creation_of(request, owner, fields)
    return await submit_and_respond(request, owner, build, media, count=fields.get("n", 1))


@router.post("/videos/sync")
async def create_video_now(request: Request, owner: Owner) -> Response:
    """Creates a video and responds with the finished file. A client that disconnects cancels the
    job."""
    fields = await fields_of(request, Endpoint.SYNC)
    build, media = await creation_of(request, owner, fields)
    job, _ = await run_in_threadpool(submit, request, owner, build, media)
    response = await wait_for_file(request, owner, job.id)
    if fields.ignored:
        response.headers["x-ignored-parameters"] = ", ".join(fields.ignored)
    return response


@router.post("/videos/edits")
async def edit_video(request: Request, owner: Owner) -> SafeJSONResponse:
    """Creates a video that changes an uploaded or finished one to show the prompt."""
    return await _submit_for_clips(request, owner, Endpoint.EDIT)


@router.post("/videos/extensions")
async def extend_video(request: Request, owner: Owner) -> SafeJSONResponse:
    """Creates a video that continues an uploaded or finished one by `seconds`, after its end or
    before its beginning."""
    return await _submit_for_clips(request, owner, Endpoint.EXTEND)


@router.post("/videos/loops")
async def loop_video(request: Request, owner: Owner) -> SafeJSONResponse:
    """Creates a video that loops: an uploaded or finished one, and a bridge to its beginning."""
    return await _submit_for_clips(request, owner, Endpoint.LOOP)


@router.post("/videos/connections")
async def connect_videos(request: Request, owner: Owner) -> SafeJSONResponse:
    """Creates a video of two uploaded or finished ones with a bridge between them."""
    return await _submit_for_clips(request, owner, Endpoint.CONNECT)


@router.get("/videos/{video_id}")
def get_video(request: Request, owner: Owner, video_id: VideoId) -> SafeJSONResponse:
    """Responds with the Video object: status, progress, and the error if the job failed."""
    return video_response(request, job_of(request, owner, video_id))


@router.delete("/videos/{video_id}")
def delete_video(request: Request, owner: Owner, video_id: VideoId) -> dict[str, Any]:
    """Deletes a video and its files. A job that is queued or running is stopped."""
    service = service_of(request)
    if service.queue.delete(video_id, owner) is None:
        raise not_found(video_id)
    service.media.try_delete_folder(video_id)
    return {"id": video_id, "object": "video.deleted", "deleted": True}


@router.post("/videos/{video_id}/cancel")
def cancel_video(request: Request, owner: Owner, video_id: VideoId) -> SafeJSONResponse:
    """Stops a job that is queued or running; the video becomes `failed`. A video that has ended is
    not changed."""
    job = service_of(request).queue.cancel(video_id, owner)
    if job is None:
        raise not_found(video_id)
    return video_response(request, job)


@router.get("/videos/{video_id}/events")
async def get_events(request: Request, owner: Owner, video_id: VideoId) -> StreamingResponse:
    """Server-Sent Events until the job has ended: the Video object whenever it changes."""
    await run_in_threadpool(job_of, request, owner, video_id)
    service = service_of(request)
    get_job = service.queue.get
    stream = job_events(
        lambda: get_job(video_id, owner),
        viewer_of(request),
        request.is_disconnected,
        service.stopping.is_set,
    )
    headers = {"cache-control": "no-cache", "x-accel-buffering": "no"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


@router.get("/videos/{video_id}/preview")
def get_preview(
    request: Request,
    owner: Owner,
    video_id: VideoId,
    animated: bool = Query(False, description="1 for the whole clip as an animation."),
    optional: bool = Query(False, description="1 for 204 where there is no preview, not 404."),
) -> Response:
    """What a video looks like while it is being generated, renewed every second: its middle frame,
    or the whole clip. It is deleted when the video has ended."""
    media, job = service_of(request).media, service_of(request).queue.get(video_id, owner)
    path = f"{video_id}/{MOVING_PREVIEW if animated else STILL_PREVIEW}"
    is_there = job is not None and not job.ended and media.size(path) is not None
    if optional and not is_there:
        return Response(status_code=204, headers={"cache-control": "no-store"})
    if job is None:
        raise not_found(video_id)
    if not is_there:
        reason = f"{video_id} has ended" if job.ended else "it appears after the first step"
        raise ApiError(404, Note(f"There is no preview: {reason}.", "no_preview"), code="not_ready")
    headers = {"cache-control": "no-store"}
    return Response(b"".join(media.read(path)), media_type=PREVIEW_TYPE, headers=headers)


@router.get("/videos/{video_id}/content")
def get_content(
    request: Request,
    owner: FileOwner,
    video_id: VideoId,
    variant: str = Query("video", description="Which file: the clip, a frame, or several frames."),
    download: bool = Query(True, description="0 lets a browser show the file, not store it."),
) -> Response:
    """Downloads a file of a finished video, or the part of it that `Range` asks for. Of a video in
    the trash there is the thumbnail alone."""
    job = job_of(request, owner, video_id, or_trashed=variant == "thumbnail")
    return file_response(request, job, variant, download=download)


@router.post("/videos/{video_id}/remix")
async def remix_video(request: Request, owner: Owner, video_id: VideoId) -> SafeJSONResponse:
    """Creates a video like this one, with the same seed and settings, from another prompt."""
    fields = await fields_of(request, Endpoint.REMIX)
    build, media = await remix_of(request, owner, fields, video_id)
    return await submit_and_respond(request, owner, build, media)


@router.post("/videos/{video_id}/retry")
async def retry_video(request: Request, owner: Owner, video_id: VideoId) -> SafeJSONResponse:
    """Creates a video by the request of this one: with its texts, its given files, its seed and its
    settings, and made from the same videos. For a video that has failed."""
    fields = await fields_of(request, Endpoint.RETRY)
    return await run_in_threadpool(_retry, request, owner, fields, video_id)


def _retry(request: Request, owner: str, fields: Fields, video_id: str) -> SafeJSONResponse:
    old = job_of(request, owner, video_id)
    build, media = retry_of(request, owner, fields, old)
    prefix = f"{old.id.partition('_')[0]}_"  # of a video, or of a picture
    job, headers = submit(request, owner, build, media, prefix=prefix)
    return video_response(request, job, headers)


async def _submit_for_clips(request: Request, owner: str, endpoint: Endpoint) -> SafeJSONResponse:
    """Submits a job that works on clips: uploads, or the results of finished jobs."""
    fields = await fields_of(request, endpoint)
    return await submit_and_respond(request, owner, change_of(request, owner, fields))
