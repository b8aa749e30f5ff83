"""Azure's API of the first Sora: jobs with generations, under `/openai/v1/video/generations`, which
is served as `/v1/video/generations` (see `prefixes`).

The id of a job is `task_` and what its first video has after `video_`; that of a generation is
`gen_` and what its video has.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from sorairo.jobs.job import Job
from sorairo.server.api.dependencies import Owner, job_of, service_of, viewer_of
from sorairo.server.api.dialects.translation import (
    VIDEO_PREFIX,
    create,
    renamed,
    seconds_of,
    size_of,
)
from sorairo.server.api.downloads import file_response
from sorairo.server.api.fields.request_field import Endpoint
from sorairo.server.api.json_response import SafeJSONResponse

JOB_PREFIX, GENERATION_PREFIX = "task_", "gen_"
STATUS = {
    "queued": "queued",
    "in_progress": "running",
    "completed": "succeeded",
    "failed": "failed",
    "cancelled": "cancelled",
}
UNFINISHED = ("queued", "running")

router = APIRouter(prefix="/v1/video/generations")
JobId = Annotated[str, Path(description="The id of a job.")]
GenerationId = Annotated[str, Path(description="The id of a generation.")]


@router.post("/jobs", status_code=201)
async def create_azure_job(request: Request, owner: Owner) -> SafeJSONResponse:
    """For clients of Azure's first Sora: creates `n_variants` videos, and responds with their job.
    `model` is the name of a deployment, whatever it is."""
    video, headers = await create(request, owner, Endpoint.AZURE_JOB, any_model=True)
    job = await run_in_threadpool(_job, request, owner, video["id"])
    return SafeJSONResponse(job, 201, headers=headers)


@router.get("/jobs/{job_id}")
def get_azure_job(request: Request, owner: Owner, job_id: JobId) -> SafeJSONResponse:
    """For clients of Azure's first Sora: responds with a job and its finished generations."""
    return SafeJSONResponse(_job(request, owner, _video_id(job_id, JOB_PREFIX)))


@router.delete("/jobs/{job_id}", status_code=204)
def delete_azure_job(request: Request, owner: Owner, job_id: JobId) -> Response:
    """For clients of Azure's first Sora: deletes a job and its videos."""
    service = service_of(request)
    for job in _jobs(request, owner, _video_id(job_id, JOB_PREFIX)):
        service.queue.delete(job.id, owner)
        service.media.try_delete_folder(job.id)
    return Response(status_code=204)


@router.get("/{generation_id}/content/video")
def get_azure_video(request: Request, owner: Owner, generation_id: GenerationId) -> Response:
    """For clients of Azure's first Sora: downloads the video of a generation."""
    job = job_of(request, owner, _video_id(generation_id, GENERATION_PREFIX))
    return file_response(request, job, "video")


@router.get("/{generation_id}/content/thumbnail")
def get_azure_thumbnail(request: Request, owner: Owner, generation_id: GenerationId) -> Response:
    """For clients of Azure's first Sora: downloads the first frame of a generation."""
    job = job_of(request, owner, _video_id(generation_id, GENERATION_PREFIX))
    return file_response(request, job, "thumbnail")


def _video_id(name: str, prefix: str) -> str:
    return renamed(name, prefix, VIDEO_PREFIX)


def _jobs(request: Request, owner: str, video_id: str) -> list[Job]:
    """The jobs of all videos of a request, of which this is the first; deleted ones are missing.
    Raises ApiError."""
    first = job_of(request, owner, video_id)
    names = service_of(request).video(first).get("videos") or (first.id,)
    found = [service_of(request).queue.get(name, owner) for name in names]
    return [job for job in found if job is not None]


def _job(request: Request, owner: str, video_id: str) -> dict[str, Any]:
    jobs = _jobs(request, owner, video_id)
    videos = list(map(viewer_of(request), jobs))
    first, name = videos[0], renamed(video_id, VIDEO_PREFIX, JOB_PREFIX)
    statuses = [_status_of(video) for video in videos]
    unfinished = [status for status in statuses if status in UNFINISHED]
    wrong = [status for status in statuses if status in ("failed", "cancelled")]
    status = "succeeded"
    if wrong and not unfinished:
        status = wrong[0]
    elif unfinished:
        status = "queued" if set(statuses) == {"queued"} else "running"
    ended = [job.ended_at for job in jobs if job.ended_at is not None]
    reasons = [video["error"]["message"] for video in videos if video["error"]]
    width, height = size_of(first)
    return {
        "object": "video.generation.job",
        "id": name,
        "status": status,
        "created_at": first["created_at"],
        "finished_at": None if unfinished or not ended else int(max(ended)),
        "expires_at": first["expires_at"],
        "generations": [_generation(video, name) for video in videos if "url" in video],
        "prompt": first["prompt"],
        "model": first["model"],
        "n_variants": len(videos),
        "n_seconds": seconds_of(first),
        "width": width,
        "height": height,
        "failure_reason": reasons[0] if reasons else None,
        **({"ignored": first["ignored"]} if "ignored" in first else {}),
    }


def _status_of(video: dict[str, Any]) -> str:
    error = video["error"] or {}
    return STATUS["cancelled" if error.get("code") == "cancelled" else video["status"]]


def _generation(video: dict[str, Any], job: str) -> dict[str, Any]:
    width, height = size_of(video)
    return {
        "object": "video.generation",
        "id": renamed(video["id"], VIDEO_PREFIX, GENERATION_PREFIX),
        "job_id": job,
        "created_at": video["completed_at"],
        "width": width,
        "height": height,
        "n_seconds": seconds_of(video),
        "prompt": video["prompt"],
    }
