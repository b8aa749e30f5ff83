"""xAI's video API, as Vercel's AI SDK uses it: `POST /v1/videos/generations`, then
`GET /v1/videos/{request_id}`, whose ids begin with `xai_`."""

from __future__ import annotations

import base64
import ipaddress
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Path, Request
from starlette.concurrency import run_in_threadpool

from sorairo.jobs.job import Job
from sorairo.server.api.dependencies import Owner, file_of, job_of, service_of, viewer_of
from sorairo.server.api.dialects.translation import VIDEO_PREFIX, create, renamed, seconds_of
from sorairo.server.api.fields.request_field import Endpoint
from sorairo.server.api.json_response import SafeJSONResponse

PREFIX = "xai_"
STATUS = {"queued": "pending", "in_progress": "pending", "completed": "done", "failed": "failed"}
PRIVATE_NAMES = ("localhost", ".local", ".internal")

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
        video = viewer_of(request)(job)
        if "url" in video and _refuses(request, video["url"]):
            video["url"] = _data_url(request, job)
        return _status(video)

    return SafeJSONResponse(await run_in_threadpool(read))


def _refuses(request: Request, url: str) -> bool:
    """Whether the client downloads nothing from this address: Vercel's AI SDK refuses those of
    private networks and of the machine itself, but takes data URLs."""
    if "ai-sdk/" not in request.headers.get("user-agent", ""):
        return False
    host = (urlsplit(url).hostname or "").lower().rstrip(".")
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host.endswith(PRIVATE_NAMES)


def _data_url(request: Request, job: Job) -> str:
    """The clip of a finished job as a data URL."""
    data = b"".join(service_of(request).media.read(file_of(request, job, "video")))
    return f"data:video/mp4;base64,{base64.b64encode(data).decode()}"


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
