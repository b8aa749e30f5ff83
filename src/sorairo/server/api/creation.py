"""How routes build new videos: from the fields of a request, as a remix of a video, or as a change
of given clips."""

from __future__ import annotations

import functools
from collections.abc import Callable

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from sorairo.jobs.job import Job
from sorairo.server.api.dependencies import clip_of, job_of, request_builder_of, service_of
from sorairo.server.api.fields.parsing import Fields
from sorairo.server.api.fields.references import VideoReference
from sorairo.server.api.fields.table import Endpoint
from sorairo.server.api.given_clips import GivenClip, finished_clip, uploaded_clip
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


def retry_of(request: Request, owner: str, fields: Fields, job: Job) -> Build:
    """What builds a video by the request of another one. Called in a thread."""
    old = JobSpec.from_json(job.payload)
    builder = request_builder_of(request, owner, any_model=True).for_model(old.video.model)
    return lambda: builder.retry(fields, old, job), old.media


def change_of(request: Request, owner: str, fields: Fields) -> Callable[[], NewJob]:
    """What builds a video that is made from given clips: uploads, or the results of finished jobs.
    Called in a thread."""
    any_builder = request_builder_of(request, owner)
    names = ("video", "next_video") if fields.endpoint == Endpoint.CONNECT else ("video",)

    def build() -> NewJob:
        clips = [_given_clip(request, owner, fields, name) for name in names]
        builder = any_builder.for_model(fields.get("model") or clips[0].model or DEFAULT_MODEL)
        match fields.endpoint:
            case Endpoint.EDIT:
                return builder.edit(fields, clips[0])
            case Endpoint.EXTEND:
                return builder.extend(fields, clips[0])
            case Endpoint.LOOP:
                return builder.loop(fields, clips[0])
            case _:
                return builder.connect(fields, clips[0], clips[1])

    return build


def _given_clip(request: Request, owner: str, fields: Fields, name: str) -> GivenClip:
    """The clip that a field holds. Raises ApiError."""
    video, sent_as = fields.get(name), fields.sent_as.get(name, name)
    if not isinstance(video, VideoReference):
        return uploaded_clip(video, sent_as)
    parent, path = clip_of(request, owner, video)
    return finished_clip(parent, service_of(request).video(parent), path, sent_as)
