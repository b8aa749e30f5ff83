"""The route that cuts and joins finished videos."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from sorairo.errors import MediaError, WriteError
from sorairo.notes import Note, sentence_of
from sorairo.server.api.dependencies import Owner, clip_of, fields_of, service_of, video_response
from sorairo.server.api.errors import ApiError
from sorairo.server.api.fields.parsing import Fields
from sorairo.server.api.fields.references import VideoReference
from sorairo.server.api.fields.table import Endpoint
from sorairo.server.api.json_response import SafeJSONResponse
from sorairo.server.api.library.downloads.derived import converting
from sorairo.server.api.quotas import check_disk_space, quota_of
from sorairo.server.imports.cutter import Cutter, Part

router = APIRouter(prefix="/v1")


@router.post("/videos/cuts")
async def cut_videos(request: Request, owner: Owner) -> SafeJSONResponse:
    """Cuts parts out of finished videos and joins them, as a new video, which is finished at once:
    no model is needed."""
    fields = await fields_of(request, Endpoint.CUT)
    return await run_in_threadpool(_cut, request, owner, fields)


def _cut(request: Request, owner: str, fields: Fields) -> SafeJSONResponse:
    service = service_of(request)
    check_disk_space(service)
    given = enumerate(fields.require("parts"))
    parts = [_part(request, owner, fields, index, each) for index, each in given]
    most = quota_of(service, owner).most_bytes
    cutter = Cutter(queue=service.queue, media=service.media, owner=owner, most_bytes=most)
    try:
        with converting():
            return video_response(request, cutter.cut(parts))
    except WriteError:
        raise
    except MediaError as error:
        raise fields.error("parts", sentence_of(error), "invalid_file") from error


def _part(request: Request, owner: str, fields: Fields, index: int, given: dict[str, Any]) -> Part:
    start, end = given.get("start", 0.0), given.get("end")
    if end is not None and end <= start:
        message = Note(
            f"'parts[{index}]' ends at {end:g} s, before it begins at {start:g} s.",
            "part_end",
            part=index + 1,
            start=start,
            end=end,
        )
        raise ApiError(400, message, param=f"parts[{index}].end", code="invalid_value")
    job, file = clip_of(request, owner, VideoReference(given["id"]))
    return Part(job=job, file=file, start=start, end=end)
