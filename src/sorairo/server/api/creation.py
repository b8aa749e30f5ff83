"""How routes build new videos: from the fields of a request, or as a remix of a video."""

from __future__ import annotations

import functools
from collections.abc import Callable

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from sorairo.server.api.dependencies import job_of, request_builder_of, service_of
from sorairo.server.api.fields.parsing import Fields
from sorairo.server.api.job_builder import DEFAULT_MODEL
from sorairo.server.api.new_job import NewJob
from sorairo.server.job_spec import JobSpec

Build = tuple[Callable[[], NewJob], tuple[str, ...]]  # builds a job, and its files from other jobs


async def creation_of(
    request: Request, owner: str, fields: Fields, *, any_model: bool = False
) -> Build:
    """What builds a new video, or a remix where the fields name a video to remix. With `any_model`,
    the request may name a model that the server does not know."""
    create = functools.partial(creation_now, request, owner, fields, any_model=any_model)
    return await run_in_threadpool(create)


def creation_now(request: Request, owner: str, fields: Fields, *, any_model: bool = False) -> Build:
    """The same as `creation_of`, in a thread."""
    if video := fields.get("remixed_from_video_id"):
        return _remix(request, owner, fields, video.id)
    builder = request_builder_of(request, owner, any_model=any_model)
    builder = builder.for_model(fields.get("model", DEFAULT_MODEL))
    return lambda: builder.create(fields), ()


async def remix_of(request: Request, owner: str, fields: Fields, video_id: str) -> Build:
    """What builds a remix of a video. Raises ApiError."""
    return await run_in_threadpool(_remix, request, owner, fields, video_id)


def _remix(request: Request, owner: str, fields: Fields, video_id: str) -> Build:
    parent = job_of(request, owner, video_id)
    old, builder = JobSpec.from_json(parent.payload), request_builder_of(request, owner)
    builder = builder.for_model(fields.get("model", old.video.model))
    shown = service_of(request).video(parent)
    return lambda: builder.remix(fields, old, parent, shown), old.media
