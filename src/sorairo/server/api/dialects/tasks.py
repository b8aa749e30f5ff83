"""The video API of gateways such as new-api: `POST /v1/video/generations`, then
`GET /v1/video/generations/{task_id}`. The id of a task is that of its video."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.concurrency import run_in_threadpool

from sorairo.server.api.dependencies import Owner, job_of, viewer_of
from sorairo.server.api.dialects.translation import create, seconds_of, size_of
from sorairo.server.api.fields.request_field import Endpoint
from sorairo.server.api.json_response import SafeJSONResponse

router = APIRouter(prefix="/v1")


@router.post("/video/generations")
async def create_task(request: Request, owner: Owner) -> SafeJSONResponse:
    """For clients of new-api: creates a video, and responds with its task."""
    video, headers = await create(request, owner, Endpoint.TASK)
    return SafeJSONResponse(_task(video), headers=headers)


@router.get("/video/generations/{task_id}")
async def get_task(
    request: Request,
    owner: Owner,
    task_id: Annotated[str, Path(description="The id of a task.")],
) -> SafeJSONResponse:
    """For clients of new-api: responds with the status, and with the address of the finished
    video."""

    def read() -> dict[str, Any]:
        return _task(viewer_of(request)(job_of(request, owner, task_id)))

    return SafeJSONResponse(await run_in_threadpool(read))


def _task(video: dict[str, Any]) -> dict[str, Any]:
    width, height = size_of(video)
    metadata = {"width": width, "height": height, "duration": seconds_of(video)}
    metadata |= {name: video[name] for name in ("seed", "fps") if video.get(name) is not None}
    kept = ("object", "model", "status", "progress", "created_at", "completed_at", "error")
    task = {"task_id": video["id"], "id": video["id"], **{name: video[name] for name in kept}}
    more = {name: video[name] for name in ("url", "ignored") if name in video}
    return {**task, **more, "format": "mp4", "metadata": metadata}
