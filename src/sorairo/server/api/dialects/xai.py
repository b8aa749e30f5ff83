"""xAI's video API, as Vercel's AI SDK uses it: `POST /v1/videos/generations`, then
`GET /v1/videos/{request_id}`, whose ids begin with `xai_`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.concurrency import run_in_threadpool

from sorairo.server.api.dependencies import Owner, job_of, viewer_of
from sorairo.server.api.dialects.translation import VIDEO_PREFIX, create, renamed, seconds_of
from sorairo.server.api.fields.request_field import Endpoint
from sorairo.server.api.json_response import SafeJSONResponse

PREFIX = "xai_"
STATUS = {"queued": "pending", "in_progress": "pending", "completed": "done", "failed": "failed"}

router = APIRouter(prefix="/v1")


@router.post("/videos/generations")
async def create_for_xai(request: Request, owner: Owner) -> SafeJSONResponse:
    """For clients of xAI: creates a video, and responds with the `request_id` to ask for."""
    video, headers = await create(request, owner, Endpoint.XAI, any_model=True)
    name = renamed(video["id"], VIDEO_PREFIX, PREFIX)
    return SafeJSONResponse({"request_id": name, **_ignored(video)}, headers=headers)


@router.get("/videos/xai_{request_id}")
async def get_for_xai(
    request: Request,
    owner: Owner,
    request_id: Annotated[str, Path(description="The rest of a `request_id`.")],
) -> SafeJSONResponse:
    """For clients of xAI: responds with the status, and with the address of the finished video."""

    def read() -> dict[str, Any]:
        job = job_of(request, owner, VIDEO_PREFIX + request_id)
        return _status(viewer_of(request)(job))

    return SafeJSONResponse(await run_in_threadpool(read))


def _status(video: dict[str, Any]) -> dict[str, Any]:
    status = {"status": STATUS[video["status"]], "model": video["model"]}
    status |= {"progress": video["progress"], **_ignored(video)}
    if video["status"] == "failed":
        status["error"] = video["error"]
    elif video["status"] == "completed" and "url" not in video:
        status["status"] = "expired"
    elif video["status"] == "completed":
        status["video"] = {
            "url": video["url"],
            "duration": seconds_of(video),
            "respect_moderation": True,
        }
    return status


def _ignored(video: dict[str, Any]) -> dict[str, Any]:
    return {"ignored": video["ignored"]} if "ignored" in video else {}
