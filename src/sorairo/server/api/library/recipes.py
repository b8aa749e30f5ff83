"""The recipe of a video: all that is needed to make it again, and its given files."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Path, Request, Response

from sorairo import config
from sorairo.generation.requests.base import Request as GenerationRequest
from sorairo.jobs.job import Job
from sorairo.notes import Note
from sorairo.server.api.dependencies import Owner, job_of, service_of
from sorairo.server.api.downloads import Download, download_response
from sorairo.server.api.errors import ApiError
from sorairo.server.api.json_response import SafeJSONResponse
from sorairo.server.api.library.recipe_body import recipe_body
from sorairo.server.api.routes import VideoId
from sorairo.server.job_spec import JobSpec
from sorairo.server.uploads.file_types import IMAGE_TYPES, detect_type
from sorairo.server.video_object import IMAGE_PREFIX

router = APIRouter(prefix="/v1")


@router.get("/videos/{video_id}/recipe")
def get_recipe(request: Request, owner: Owner, video_id: VideoId) -> SafeJSONResponse:
    """Responds with all that is needed to make a video again: the route and the body of a request,
    its given files, the model, and the request as the command line stores it in clips."""
    return SafeJSONResponse(recipe_of(job_of(request, owner, video_id)))


@router.get("/videos/{video_id}/inputs/{number}")
def get_input(
    request: Request,
    owner: Owner,
    video_id: VideoId,
    number: int = Path(ge=0, le=99, description="Which of the `inputs` of the recipe, from 0 on."),
) -> Response:
    """Downloads a file that a video was made from."""
    job, media = job_of(request, owner, video_id), service_of(request).media
    paths = JobSpec.from_json(job.payload).given
    if number >= len(paths) or media.size(paths[number]) is None:
        message = Note(
            f"The video {job.id} has no given file {number}.", "no_input", id=job.id, number=number
        )
        raise ApiError(404, message, param="number", code="not_found")
    kind = detect_type(next(media.read(paths[number], 0, 16), b""))
    media_type = f"image/{kind}" if kind in IMAGE_TYPES else "video/mp4"
    if kind == "matroska":
        media_type = "video/webm"
    found = Download(
        path=paths[number],
        media_type=media_type,
        filename=f"{job.id}-input-{number}.{media_type.partition('/')[2]}",
        modified_at=job.created_at,
    )
    return download_response(request, found)


def recipe_of(job: Job) -> dict[str, Any]:
    """The recipe of a job, as JSON."""
    spec, result = JobSpec.from_json(job.payload), job.result or {}
    made = recipe_body(spec, is_picture=job.id.startswith(IMAGE_PREFIX))
    parents = dict(spec.video.parents or {})
    sources = [name for name, part in parents.items() if part == spec.request.command]
    inputs = []
    for number, _ in enumerate(spec.given):
        name = made.files[number] if number < len(made.files) else f"input[{number}]"
        inputs.append({"number": number, "field": name})
        if name in ("video", "next_video") and number < len(sources):
            made.body[name] = {"id": sources[number]}
            inputs[-1]["video_id"] = sources[number]
    return {
        "object": "video.recipe",
        "id": job.id,
        "method": "POST",
        "path": made.endpoint.partition(" ")[2],
        "body": made.body,
        "inputs": inputs,
        "kind": job.payload.get("command") or spec.request.command,
        "prompt": spec.video.prompt,
        "read_as": _read_as(spec.request),
        "model": spec.video.model,
        "model_digest": result.get("model_digest"),
        "sorairo_version": result.get("sorairo_version"),
        "remixed_from_video_id": spec.video.remixed_from_video_id,
        "created_at": int(job.created_at),
        **({"imported_from": spec.source} if spec.source and not spec.parts else {}),
        "request": config.to_json(spec.request),
    }


def _read_as(request: GenerationRequest) -> str | None:
    return request.read or request.expanded or None
