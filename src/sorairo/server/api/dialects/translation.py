"""What the translators share."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from sorairo.server.api.creation import creation_of
from sorairo.server.api.dependencies import fields_of, viewer_of
from sorairo.server.api.fields.request_field import Endpoint
from sorairo.server.api.submission import submit

VIDEO_PREFIX = "video_"


async def create(
    request: Request, owner: str, endpoint: Endpoint, *, any_model: bool = False
) -> tuple[dict[str, Any], dict[str, str]]:
    """Creates the videos that a request asks for: the Video object of the first, and headers. With
    `any_model`, `model` may be the name that the other service has for its model. Raises
    ApiError."""
    fields = await fields_of(request, endpoint)
    build, media = await creation_of(request, owner, fields, any_model=any_model)
    count = fields.get("n", 1)
    job, headers = await run_in_threadpool(submit, request, owner, build, media, count)
    return await run_in_threadpool(viewer_of(request), job), headers


def size_of(video: dict[str, Any]) -> tuple[int, int]:
    """Width and height of a Video object; (0, 0) where they are not known yet."""
    width, _, height = str(video["size"]).partition("x")
    return (int(width), int(height)) if width.isdecimal() and height.isdecimal() else (0, 0)


def seconds_of(video: dict[str, Any]) -> float:
    """The length of a Video object, as a whole number where it is one; 0 where it is not known."""
    seconds = float(video["seconds"] or 0)
    return int(seconds) if seconds.is_integer() else seconds


def renamed(name: str, before: str, after: str) -> str:
    """An id with another prefix; an id without the prefix `before` is not changed."""
    return after + name.removeprefix(before) if name.startswith(before) else name
