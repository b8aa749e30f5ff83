"""Routes of pictures: OpenAI's Images API. A request waits until its pictures are finished."""

from __future__ import annotations

import asyncio
import base64
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import anyio
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from sorairo.jobs.job import Job
from sorairo.server.api.dependencies import (
    Owner,
    fields_of,
    file_of,
    request_builder_of,
    service_of,
)
from sorairo.server.api.downloads import wait_for_job
from sorairo.server.api.errors import CLIENT_CLOSED_REQUEST
from sorairo.server.api.fields.image_fields import B64_JSON, URL
from sorairo.server.api.fields.parsing import Fields
from sorairo.server.api.fields.request_field import Endpoint
from sorairo.server.api.given_clips import uploaded_clip
from sorairo.server.api.image_builder import ImageBuilder
from sorairo.server.api.job_builder import DEFAULT_MODEL
from sorairo.server.api.json_response import SafeJSONResponse
from sorairo.server.api.links import link
from sorairo.server.api.new_job import NewJob
from sorairo.server.api.service import Service
from sorairo.server.api.submission import submit
from sorairo.server.api.video_view import base_url
from sorairo.server.job_spec import JobSpec
from sorairo.server.video_object import IMAGE, IMAGE_PREFIX

router = APIRouter(prefix="/v1")


@router.post("/images/generations")
async def create_image(request: Request, owner: Owner) -> Response:
    """Creates pictures that show the prompt, and responds when they are finished. A client that
    disconnects cancels them."""
    fields = await fields_of(request, Endpoint.IMAGE)
    builder = _builder(request, owner, fields)
    return await _finished(request, owner, fields, lambda: builder.image(fields))


@router.post("/images/edits")
async def edit_image(request: Request, owner: Owner) -> Response:
    """Creates pictures that change the given one to show the prompt, and responds when they are
    finished. A client that disconnects cancels them."""
    fields = await fields_of(request, Endpoint.IMAGE_EDIT)
    builder, name = _builder(request, owner, fields), fields.sent_as.get("image", "image")

    def build() -> NewJob:
        return builder.edit_image(fields, uploaded_clip(fields.require("image"), name))

    return await _finished(request, owner, fields, build)


def _builder(request: Request, owner: str, fields: Fields) -> ImageBuilder:
    builder = ImageBuilder.of(request_builder_of(request, owner))
    return builder.for_model(fields.get("model", DEFAULT_MODEL))


async def _finished(
    request: Request, owner: str, fields: Fields, build: Callable[[], NewJob]
) -> Response:
    """Submits the jobs of a request, and responds with their pictures."""
    count = fields.get("n", 1)
    first, headers = await run_in_threadpool(
        lambda: submit(request, owner, build, count=count, prefix=IMAGE_PREFIX)
    )
    names = JobSpec.from_json(first.payload).video.videos or (first.id,)
    service, waiting = service_of(request), service_of(request).waiting
    waiting.update(names)  # another client may have sent the same request
    try:
        jobs = [await wait_for_job(request, owner, name) for name in names]
        if None in jobs:  # the client is gone
            await run_in_threadpool(_delete, service, owner, names)
            return Response(status_code=CLIENT_CLOSED_REQUEST)
        done = [job for job in jobs if job is not None]
        body = await run_in_threadpool(_response, request, owner, fields, done)
        return SafeJSONResponse(body, headers=headers)
    except (Exception, asyncio.CancelledError):
        if not service.stopping.is_set():  # else the jobs are kept, as the error says
            with anyio.CancelScope(shield=True):  # a cancelled call would not wait for it
                await run_in_threadpool(_cancel, service, owner, names)
        raise
    finally:
        waiting.subtract(names)
        waiting += Counter()  # removes zeros


def _cancel(service: Service, owner: str, names: Sequence[str]) -> None:
    for name in names:
        service.queue.cancel(name, owner)


def _delete(service: Service, owner: str, names: Sequence[str]) -> None:
    """Deletes the pictures that no other client waits for."""
    for name in names:
        if service.waiting[name] == 1:
            service.queue.delete(name, owner)
            service.media.try_delete_folder(name)


def _response(request: Request, owner: str, fields: Fields, jobs: Sequence[Job]) -> dict[str, Any]:
    service, form = service_of(request), fields.get("response_format")
    if form is None:  # as OpenAI's models do
        form = URL if str(fields.get("model", "")).startswith("dall-e") else B64_JSON
    data = []
    for job in jobs:
        path = file_of(request, job, IMAGE)
        if form == URL:
            signer = request.app.state.views.signer
            needs_key = service.requires_key()
            query = signer.query(job, IMAGE) if needs_key else {"variant": IMAGE}
            data.append({"url": link(base_url(request), job, query)})
        else:
            data.append({"b64_json": base64.b64encode(b"".join(service.media.read(path))).decode()})
    if form == B64_JSON:  # the client has all of it
        _delete(service, owner, [job.id for job in jobs])
    ignored = {"ignored": fields.ignored} if fields.ignored else {}
    return {"created": int(time.time()), "data": data, "output_format": "png", **ignored}
