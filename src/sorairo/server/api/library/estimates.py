"""Routes that say what a request would take, without making anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from sorairo.errors import SorairoError
from sorairo.generation.requests.storyboard.toml import written_times
from sorairo.jobs.work_rates import Work
from sorairo.notes import sentence_of
from sorairo.server.api.creation import change_of, creation_of
from sorairo.server.api.dependencies import Owner, fields_of, service_of
from sorairo.server.api.fields.table import Endpoint
from sorairo.server.api.new_job import NewJob

router = APIRouter(prefix="/v1")


@router.post("/videos/estimate")
async def estimate_video(request: Request, owner: Owner) -> dict[str, Any]:
    """Says what a request to `POST /v1/videos` would take. It is checked, and nothing is made."""
    fields = await fields_of(request, Endpoint.CREATE)
    build, _ = await creation_of(request, owner, fields)
    return await run_in_threadpool(_estimate, request, build, fields.get("n", 1))


@router.post("/storyboards/readings")
async def read_board(request: Request, _owner: Owner) -> dict[str, Any]:
    """Reads the TOML file of a storyboard: responds with its table, as `storyboard` of a request.
    `picture` and `clip` of its cards name files beside it. `times` are the start and the end of
    each card; null where a card lasts as long as its clip."""
    fields = await fields_of(request, Endpoint.BOARD_READING)
    table = fields.require("toml")
    try:
        times = written_times(table)
    except SorairoError as error:
        raise fields.error("toml", sentence_of(error)) from error
    return {"object": "storyboard.reading", "table": table, "times": times}


@router.post("/videos/edits/estimate")
async def estimate_edit(request: Request, owner: Owner) -> dict[str, Any]:
    """Says what a request to `POST /v1/videos/edits` would take."""
    return await _estimate_change(request, owner, Endpoint.EDIT)


@router.post("/videos/extensions/estimate")
async def estimate_extension(request: Request, owner: Owner) -> dict[str, Any]:
    """Says what a request to `POST /v1/videos/extensions` would take."""
    return await _estimate_change(request, owner, Endpoint.EXTEND)


@router.post("/videos/loops/estimate")
async def estimate_loop(request: Request, owner: Owner) -> dict[str, Any]:
    """Says what a request to `POST /v1/videos/loops` would take."""
    return await _estimate_change(request, owner, Endpoint.LOOP)


@router.post("/videos/connections/estimate")
async def estimate_connection(request: Request, owner: Owner) -> dict[str, Any]:
    """Says what a request to `POST /v1/videos/connections` would take."""
    return await _estimate_change(request, owner, Endpoint.CONNECT)


async def _estimate_change(request: Request, owner: str, endpoint: Endpoint) -> dict[str, Any]:
    fields = await fields_of(request, endpoint)
    return await run_in_threadpool(_estimate, request, change_of(request, owner, fields), 1)


def _estimate(request: Request, build: Callable[[], NewJob], count: int) -> dict[str, Any]:
    job = service_of(request).read(build())
    work = Work.of(job.spec(()).to_json(), job.cost)
    found = request.app.state.views.forecaster.of_new(work)
    seconds = None if found.seconds is None else found.seconds * count
    return {
        "object": "video.estimate",
        "kind": job.request.command,
        "size": job.video.size,
        "seconds": job.video.seconds,
        "videos": count,
        "pixel_seconds": round(job.cost * count),
        "estimated_seconds": seconds,
        "wait_seconds": found.wait_seconds,
        "jobs_ahead": found.ahead,
        "notes": list(job.video.notes or ()),
        "note_details": list(job.video.note_details or ()),
    }
