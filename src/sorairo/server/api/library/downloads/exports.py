"""Exports: several videos as a zip with their clips, prompts, recipes and given files."""

from __future__ import annotations

import csv
import io
import json
import time
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from sorairo.jobs.job import COMPLETED, Job
from sorairo.jobs.library.lineage import FamilyTree
from sorairo.jobs.library.listing import JobFilter
from sorairo.notes import Note
from sorairo.server.api.dependencies import Owner, fields_of, service_of
from sorairo.server.api.errors import ApiError
from sorairo.server.api.fields.table import Endpoint
from sorairo.server.api.library.downloads.zip_stream import ZipStream
from sorairo.server.api.library.lists import Wanted
from sorairo.server.api.library.recipes import recipe_of
from sorairo.server.api.service import Service
from sorairo.server.job_spec import JobSpec
from sorairo.server.uploads.file_types import IMAGE_TYPES, detect_type
from sorairo.server.video_object import IMAGE_PREFIX, VARIANTS

MAX_IDS = 1000
AT_ONCE = 100  # videos that are read from the database at once
COLUMNS = ("id", "created_at", "kind", "model", "size", "seconds", "seed", "tags", "prompt", "file")
ZIP = "application/zip"

router = APIRouter(prefix="/v1")


@router.get("/videos/export")
def export_videos(
    request: Request,
    wanted: Wanted,
    ids: list[str] = Query([], description="Only these videos; repeatable, or with commas."),
) -> StreamingResponse:
    """Downloads finished videos, all of them or those that the query asks for, as a zip: a folder
    with `clips`, `recipes`, `inputs` (given files), `index.json` and `prompts.csv`, which `sorairo
    import` reads again."""
    names = [name for each in ids for name in each.split(",") if name]
    if len(names) > MAX_IDS or not all(name.isprintable() for name in names):
        message = Note(
            f"'ids' must be at most {MAX_IDS} ids of videos: export them in parts.",
            "too_many_ids",
            most=MAX_IDS,
        )
        raise ApiError(400, message, param="ids", code="invalid_value")
    return _exported(request, replace(wanted, ids=tuple(names)))


@router.post("/videos/export")
async def export_chosen_videos(request: Request, owner: Owner) -> StreamingResponse:
    """Downloads the finished ones of the videos `ids` as `GET /v1/videos/export` does: for more ids
    than an address can hold."""
    fields = await fields_of(request, Endpoint.EXPORT)
    wanted = JobFilter(owner=owner, hidden=IMAGE_PREFIX, ids=tuple(fields.get("ids")))
    return await run_in_threadpool(_exported, request, wanted)


def _exported(request: Request, wanted: JobFilter) -> StreamingResponse:
    """The finished ones of the videos as a zip. Raises ApiError if there are none."""
    chosen = replace(wanted, status=(COMPLETED,))
    found, _ = service_of(request).library.page(chosen, limit=1)
    if not found:
        message = Note("There is no finished video to export: choose others.", "nothing_to_export")
        raise ApiError(404, message, param="ids", code="not_found")
    folder = f"sorairo-{time.strftime('%Y-%m-%d')}"
    return StreamingResponse(
        _archive(service_of(request), chosen, folder),
        media_type=ZIP,
        headers={"content-disposition": f'attachment; filename="{folder}.zip"'},
    )


def _archive(service: Service, wanted: Any, folder: str) -> Iterator[bytes]:
    stream, index, now = ZipStream(), [], time.time()
    families = FamilyTree(service.queue.database)
    for job in _jobs(service, wanted):
        entry = {**service.video(job), "files": []}
        if parents := families.parents(job.id):
            entry["parents"] = parents
        for name, path in _files(service, job):
            chunks = service.media.read(path)
            yield from stream.add(f"{folder}/{name}", chunks, job.ended_at or now)
            entry["files"].append(name)
        recipe = _text(json.dumps(recipe_of(job), ensure_ascii=False, indent=2))
        yield from stream.add(f"{folder}/recipes/{job.id}.json", [recipe], now)
        index.append(entry)
    text = _text(json.dumps(index, ensure_ascii=False, indent=2))
    yield from stream.add(f"{folder}/index.json", [text], now)
    yield from stream.add(f"{folder}/prompts.csv", [_table(index)], now)
    yield from stream.end()


def _jobs(service: Service, wanted: Any) -> Iterator[Job]:
    after, more = None, True
    while more:
        found, more = service.library.page(wanted, limit=AT_ONCE, after=after)
        yield from found
        after = found[-1].id if found else None


def _files(service: Service, job: Job) -> Iterator[tuple[str, str]]:
    """The files of a video that exist: their names in the archive and in the media store."""
    if job.result is None or job.emptied:
        return
    clip = f"{job.result['folder']}/{VARIANTS['video'][0]}"
    if service.media.size(clip) is not None:
        yield f"clips/{job.id}.mp4", clip
    for number, path in enumerate(JobSpec.from_json(job.payload).given):
        if service.media.size(path) is not None:
            kind = detect_type(next(service.media.read(path, 0, 16), b""))
            suffix = kind if kind in IMAGE_TYPES else "webm" if kind == "matroska" else "mp4"
            yield f"inputs/{job.id}-{number}.{suffix}", path


def _table(index: Iterable[dict[str, Any]]) -> bytes:
    """A table of the prompts, which spreadsheets read."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    for video in index:
        values = {**video, "tags": "\n".join(video.get("tags", ())), "file": video["files"][:1]}
        cells = (values.get(name) for name in COLUMNS)
        rows.writerow(_cell(each[0] if isinstance(each, list) and each else each) for each in cells)
    return BOM_UTF8 + _text(text.getvalue())


def _text(text: str) -> bytes:
    """A text in UTF-8, with "?" for every lone surrogate: one such row hinders no export."""
    return text.encode("utf-8", "replace")


def _cell(value: Any) -> Any:
    """A value that no spreadsheet takes for a formula."""
    if value in (None, [], ""):
        return ""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" else value
