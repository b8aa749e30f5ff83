"""The recipe of a video: all that is needed to make it again, and its given files."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Path, Request, Response

from sorairo import config
from sorairo.generation.requests.base import Request as GenerationRequest
from sorairo.jobs.job import Job
from sorairo.models.lora.fast import default_loras
from sorairo.notes import Note
from sorairo.server.api.characters import CharacterId
from sorairo.server.api.dependencies import Owner, character_of, job_of, service_of
from sorairo.server.api.downloads import Download, download_response
from sorairo.server.api.errors import ApiError
from sorairo.server.api.json_response import SafeJSONResponse
from sorairo.server.api.library.recipe_body import recipe_body
from sorairo.server.api.routes import VideoId
from sorairo.server.job_spec import JobSpec
from sorairo.server.uploads.file_types import IMAGE_TYPES, detect_type
from sorairo.server.video_object import IMAGE_PREFIX

CLIPS = ("video", "next_video")  # fields that hold what a video is made from

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
    name = f"{job.id}-input-{number}"
    return _given_file(request, paths[number], name, job.created_at)


@router.get("/videos/characters/{character_id}/content")
def get_character_content(request: Request, owner: Owner, character_id: CharacterId) -> Response:
    """Downloads the picture or clip of a character."""
    found = character_of(request, owner, character_id)
    return _given_file(request, found.clip, found.id, found.created_at)


def _given_file(request: Request, path: str, name: str, modified_at: float) -> Response:
    """A picture or clip that somebody sent, under a name without its ending. Raises ApiError."""
    media = service_of(request).media
    if media.size(path) is None:
        message = Note(f"The files of {name} have been deleted.", "files_deleted", id=name)
        raise ApiError(404, message, code="expired")
    kind = detect_type(next(media.read(path, 0, 16), b""))
    media_type = f"image/{kind}" if kind in IMAGE_TYPES else "video/mp4"
    if kind == "matroska":
        media_type = "video/webm"
    found = Download(
        path=path,
        media_type=media_type,
        filename=f"{name}.{media_type.partition('/')[2]}",
        modified_at=modified_at,
    )
    return download_response(request, found)


def recipe_of(job: Job) -> dict[str, Any]:
    """The recipe of a job, as JSON."""
    spec, result = JobSpec.from_json(job.payload), job.result or {}
    default = default_loras(result.get("model_name", ""), result.get("model_digest", ""))
    is_picture = job.id.startswith(IMAGE_PREFIX)
    made = recipe_body(spec, is_picture=is_picture, default_loras=default)
    parents = dict(spec.video.parents or {})
    sources = [name for name, part in parents.items() if part == spec.request.command]
    if len(sources) != sum(each in CLIPS for each in made.files):
        sources = []  # one of the clips was sent: which one is not known
    inputs, cast = [], spec.video.characters or ()
    for number, _ in enumerate(spec.given):
        name = made.files[number] if number < len(made.files) else f"input[{number}]"
        inputs.append({"number": number, "field": name})
        if name.startswith("characters"):
            inputs[-1]["character_id"] = cast[number - len(spec.given)]
        if name in CLIPS and sources:
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
        "model_name": result.get("model_name"),
        "model_digest": result.get("model_digest"),
        "sorairo_version": result.get("sorairo_version"),
        "remixed_from_video_id": spec.video.remixed_from_video_id,
        "created_at": int(job.created_at),
        **({"imported_from": spec.source} if spec.source and not spec.parts else {}),
        "request": config.to_json(spec.request),
    }


def _read_as(request: GenerationRequest) -> str | None:
    return request.read or request.expanded or None
