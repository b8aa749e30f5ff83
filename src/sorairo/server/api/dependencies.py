"""What every route needs: the service, whose request it is, its fields, the job it names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import JSONResponse

from sorairo.jobs.characters import Character
from sorairo.jobs.job import COMPLETED, FAILED, Job
from sorairo.server.api.auth import owner_of
from sorairo.server.api.body_parsing import read_body
from sorairo.server.api.errors import ApiError
from sorairo.server.api.field_parsing import Fields
from sorairo.server.api.request_builder import RequestBuilder
from sorairo.server.api.service import Service
from sorairo.server.video_object import VARIANTS

POLL_AFTER = 500  # milliseconds, told to those who ask again and again


def service_of(request: Request) -> Service:
    return request.app.state.service


def _owner(request: Request) -> str:
    service = service_of(request)
    return owner_of(
        request.headers.get("authorization"), service.keys, always=not service.open_here
    )


Owner = Annotated[str, Depends(_owner)]


async def fields_of(request: Request) -> Fields:
    return Fields(await read_body(request))


def job_of(request: Request, owner: str, video_id: str) -> Job:
    job = service_of(request).queue.get(video_id, owner)
    if job is None:
        raise no_such(video_id)
    return job


def no_such(video_id: str) -> ApiError:
    message = f"There is no video '{video_id[:80]}'."
    return ApiError(404, message, param="video_id", code="not_found")


def told(request: Request, job: Job, headers: dict[str, str] | None = None) -> JSONResponse:
    steered = {} if job.ended else {"openai-poll-after-ms": str(POLL_AFTER)}
    return JSONResponse(service_of(request).video(job), headers={**steered, **(headers or {})})


def file_of(request: Request, job: Job, variant: str) -> str:
    """The name of a file of a finished job. Raises ApiError."""
    if variant not in VARIANTS:
        message = f"There is no variant '{variant[:40]}': choose {', '.join(VARIANTS)}."
        raise ApiError(400, message, param="variant", code="invalid_value")
    if job.status != COMPLETED or job.result is None:
        state = "has failed" if job.status == FAILED else "is not finished"
        raise ApiError(404, f"The video {job.id} {state}: it has no content.", code="not_ready")
    path = f"{job.result['folder']}/{VARIANTS[variant][0]}"
    if job.emptied or service_of(request).media.size(path) is None:
        raise ApiError(404, f"The files of {job.id} are gone.", code="expired")
    return path


def clip_of(request: Request, owner: str, named: Any) -> tuple[Job, str]:
    """A finished job that a request is about, by an object with its `id`, and its video. Raises
    ApiError."""
    job = job_of(request, owner, Fields(named).text("id"))
    if job.status != COMPLETED:
        raise ApiError(400, f"The video {job.id} is not finished.", param="video")
    return job, file_of(request, job, "video")


@dataclass(frozen=True)
class Files:
    """What an owner's request may refer to (an orders.Finder)."""

    request: Request
    owner: str

    def picture(self, video: str) -> str:
        return file_of(self.request, job_of(self.request, self.owner, video), "thumbnail")

    def character(self, character: str) -> tuple[str, str]:
        found = character_of(self.request, self.owner, character)
        return f"{found.id}/given/0", found.name


def clerk_of(request: Request, owner: str) -> RequestBuilder:
    return service_of(request).clerk(Files(request, owner))


def character_of(request: Request, owner: str, character: str) -> Character:
    found = service_of(request).characters.get(character, owner)
    if found is None:
        message = f"There is no character '{character[:80]}'."
        raise ApiError(404, message, param="character_id", code="not_found")
    return found
