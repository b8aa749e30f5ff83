"""What routes look up from a request: the service, the owner, the fields, jobs and files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from starlette.concurrency import run_in_threadpool

from sorairo.jobs.characters import Character
from sorairo.jobs.job import COMPLETED, FAILED, Job
from sorairo.notes import Note
from sorairo.server.api.auth import authenticate
from sorairo.server.api.body_parsing import read_body
from sorairo.server.api.errors import ApiError
from sorairo.server.api.fields.parsing import Fields, parse_fields
from sorairo.server.api.fields.references import VideoReference
from sorairo.server.api.fields.table import Endpoint
from sorairo.server.api.fields.table import fields_of as field_table
from sorairo.server.api.json_response import SafeJSONResponse
from sorairo.server.api.prefixes import DEPLOYMENT
from sorairo.server.api.request_builder import RequestBuilder
from sorairo.server.api.resolved_references import has_references, resolved
from sorairo.server.api.service import Service
from sorairo.server.video_object import IMAGE, IMAGE_PREFIX, PICTURE, VARIANTS

# Routes that `/videos/{video_id}` matches.
POST_ONLY = (
    *("sync", "edits", "extensions", "loops", "connections", "generations"),
    *("labels", "trash", "restore", "estimate", "imports", "cuts", "films"),
)
POLL_AFTER_MS = 500  # clients should wait this long between two requests for a job


def service_of(request: Request) -> Service:
    """The stores and settings of the server."""
    return request.app.state.service


def _owner(request: Request) -> str:
    service = service_of(request)
    return authenticate(request.headers, service.keys, required=service.requires_key())


Owner = Annotated[str, Depends(_owner)]
"""A route parameter: the id of the request's API key. Without a valid key the status is 401."""


def _file_owner(
    request: Request,
    expires: str | None = Query(None, description="When `signature` expires, in seconds."),
    signature: str | None = Query(
        None, description="Replaces the key, in a `url` of a completed Video object."
    ),
) -> str:
    service = service_of(request)
    if signature is None or not service.requires_key():
        return _owner(request)
    video_id, variant = request.path_params["video_id"], request.query_params.get("variant")
    job = service.queue.get(video_id)
    if job is None:
        raise not_found(video_id)
    query = {"expires": expires or "", "signature": signature}
    request.app.state.views.signer.check(job, variant or "video", query)
    if not service.keys.is_valid(job.owner):
        raise ApiError(
            403,
            Note("The key of this link has been revoked.", "key_revoked"),
            code="invalid_signature",
        )
    return job.owner


FileOwner = Annotated[str, Depends(_file_owner)]
"""A route parameter: the owner by a signed link to a file of `video_id`, or as `Owner`."""


def viewer_of(request: Request) -> Callable[[Job], dict[str, Any]]:
    """What makes the Video object of a job, for the client of a request."""
    return request.app.state.views.viewer(request)


async def fields_of(request: Request, endpoint: Endpoint, folder: Path | None = None) -> Fields:
    """The fields of the body of a request to this endpoint. Without a `model`, it is the deployment
    in the path of Azure's clients. Files are in memory, or in the `folder`. Raises ApiError."""
    values, deployment = await read_body(request, folder), request.scope.get(DEPLOYMENT)
    if deployment and "model" in field_table(endpoint):
        values = {**values, "model": values.get("model") or deployment}
    service = service_of(request)

    def parse() -> Fields:
        return parse_fields(values, endpoint, service.served(values.get("model")).limits)

    fields = await run_in_threadpool(parse)
    if not has_references(fields):
        return fields
    return await run_in_threadpool(lambda: resolved(service, _owner(request), fields))


def job_of(request: Request, owner: str, video_id: str, *, or_trashed: bool = False) -> Job:
    """The owner's job with this id; one in the trash is only found with `or_trashed`. Raises
    ApiError."""
    job = service_of(request).queue.get(video_id, owner, or_trashed=or_trashed)
    if job is None:
        raise not_found(video_id)
    return job


def not_found(video_id: str) -> ApiError:
    """The error for an id of no video of the owner, or for a route that only takes POST."""
    if video_id in POST_ONLY:
        message = Note(
            f"There is no such request for /v1/videos/{video_id}: send POST.", "wrong_request"
        )
        return ApiError(405, message, code="method_not_allowed", headers={"allow": "POST"})
    message = Note(f"There is no video '{video_id[:80]}'.", "no_video", id=video_id[:80])
    return ApiError(404, message, param="video_id", code="not_found")


def video_response(
    request: Request, job: Job, headers: dict[str, str] | None = None
) -> SafeJSONResponse:
    """The Video object of a job, with a polling hint while the job has not ended. Reads from the
    database."""
    hint = {} if job.ended else {"openai-poll-after-ms": str(POLL_AFTER_MS)}
    return SafeJSONResponse(viewer_of(request)(job), headers={**hint, **(headers or {})})


def file_of(request: Request, job: Job, variant: str) -> str:
    """The name of a file of a finished job. Raises ApiError."""
    files = {**VARIANTS, **({IMAGE: PICTURE} if job.id.startswith(IMAGE_PREFIX) else {})}
    if variant not in files:
        message = Note(
            f"There is no variant '{variant[:40]}': choose {', '.join(files)}.",
            "no_variant",
            variant=variant[:40],
            known=", ".join(files),
        )
        raise ApiError(400, message, param="variant", code="invalid_value")
    if job.status != COMPLETED or job.result is None:
        state = "has failed" if job.status == FAILED else "is not finished"
        raise ApiError(
            404,
            Note(f"The video {job.id} {state}: it has no content.", "not_ready", id=job.id),
            code="not_ready",
        )
    path = f"{job.result['folder']}/{files[variant][0]}"
    if job.emptied or service_of(request).media.size(path) is None:
        raise ApiError(
            404,
            Note(f"The files of {job.id} have been deleted.", "files_deleted", id=job.id),
            code="expired",
        )
    return path


def clip_of(request: Request, owner: str, video: VideoReference) -> tuple[Job, str]:
    """The finished job of a video, and the name of its clip. Raises ApiError."""
    job = job_of(request, owner, video.id)
    if job.status != COMPLETED:
        raise ApiError(
            400,
            Note(f"The video {job.id} is not finished.", "not_ready", id=job.id),
            param="video",
            code="not_ready",
        )
    return job, file_of(request, job, "video")


def character_of(request: Request, owner: str, character: str) -> Character:
    """The owner's character with this id. Raises ApiError."""
    found = service_of(request).characters.get(character, owner)
    if found is None:
        message = Note(
            f"There is no character '{character[:80]}'.", "no_character", id=character[:80]
        )
        raise ApiError(404, message, param="character_id", code="not_found")
    return found


@dataclass(frozen=True)
class OwnedFiles:
    """Stored files that a request of an owner may refer to (a `StoredFiles`)."""

    request: Request
    """The request, for the stores of its server."""
    owner: str
    """Whose videos and characters are found."""

    def picture(self, video: str) -> str:
        """The name of the thumbnail of a finished video. Raises ApiError."""
        return file_of(self.request, job_of(self.request, self.owner, video), "thumbnail")

    def clip(self, video: str) -> tuple[str, float]:
        """The name of the clip of a finished video, and its length. Raises ApiError."""
        job, path = clip_of(self.request, self.owner, VideoReference(video))
        return path, float((job.result or {}).get("seconds", 4.0))

    def character(self, character: str) -> tuple[str, Character]:
        """The name of the clip of a character, and the character. Raises ApiError."""
        found = character_of(self.request, self.owner, character)
        return found.clip, found


def request_builder_of(request: Request, owner: str, *, any_model: bool = False) -> RequestBuilder:
    """What turns the fields of a request into a job. With `any_model`, it may name a model that the
    server does not know."""
    service, files = service_of(request), OwnedFiles(request, owner)
    deployment = request.scope.get(DEPLOYMENT)  # a name of Azure's customers, whatever it is
    known = (*service.models, *([deployment] if deployment else ()))
    models = None if any_model or service.accept_any_model else known
    return RequestBuilder(
        limits=service.limits,
        stored_files=files,
        models=models,
        memory=service.memory,
        served=service.served,
    )
