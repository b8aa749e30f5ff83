"""Routes that import clips and pictures: what an archive says about its files, and one file."""

from __future__ import annotations

import tempfile
from pathlib import Path, PurePosixPath
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from sorairo.errors import MediaError, WriteError
from sorairo.notes import Note
from sorairo.server.api.dependencies import Owner, fields_of, service_of, viewer_of
from sorairo.server.api.fields.parsing import Fields
from sorairo.server.api.fields.table import Endpoint
from sorairo.server.api.json_response import SafeJSONResponse
from sorairo.server.api.quotas import check_disk_space, quota_of
from sorairo.server.api.uploaded_file import Upload
from sorairo.server.imports.importer import Importer
from sorairo.server.imports.matching import MEDIA_SUFFIXES, UNNAMED_SUFFIXES, FoundMedia, matched
from sorairo.server.imports.records import Record, Sidecars

COPIES = 2  # of a file while it is imported
MAX_EXACT = 2**53 - 1  # of a number in JavaScript; a larger seed is text, as in a form

router = APIRouter(prefix="/v1")


@router.post("/videos/imports/plan")
async def plan_import(request: Request, _owner: Owner) -> dict[str, Any]:
    """Says what the sidecars of an archive (JSON, CSV and text files) say about its clips and
    pictures, for `POST /v1/videos/imports`. Nothing is stored."""
    fields = await fields_of(request, Endpoint.IMPORT_PLAN)
    return await run_in_threadpool(_plan, fields)


@router.post("/videos/imports")
async def import_video(request: Request, owner: Owner) -> SafeJSONResponse:
    """Imports one clip or picture into the library, as a finished video that can be remixed,
    extended and looped. The same file is imported once: later its first video is returned."""
    declared = request.headers.get("content-length", "")
    coming = int(declared) if declared.isdecimal() and len(declared) < 18 else 0
    await run_in_threadpool(check_disk_space, service_of(request), coming * COPIES)
    with tempfile.TemporaryDirectory(prefix="sorairo-import-") as folder:
        fields = await fields_of(request, Endpoint.IMPORT, Path(folder))
        return await run_in_threadpool(_import, request, owner, fields)


def _plan(fields: Fields) -> dict[str, Any]:
    sidecars = Sidecars()
    for path, text in fields.get("sidecars", {}).items():
        sidecars.read(path, text)
    suffixes = (*MEDIA_SUFFIXES, *UNNAMED_SUFFIXES)
    paths = (each for each in fields.require("media") if _suffix(each) in suffixes)
    return {
        "object": "video.import_plan",
        "data": [_described(each) for each in matched(paths, sidecars.records)],
        "unreadable": [
            {"path": each.path, "reason": str(each.reason), **each.reason.to_json()}
            for each in sidecars.unreadable
        ],
    }


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix.lower()


def _described(found: FoundMedia) -> dict[str, Any]:
    record = found.record
    said = {
        "prompt": record.prompt,
        "seed": record.seed,
        "created_at": record.created_at,
        "model": record.model,
        "favourite": record.favourite,
        "tags": list(record.tags),
        "origin": record.video,
        "parents": dict(record.parents),
    }
    known = {name: value for name, value in said.items() if value or name == "seed"}
    if record.seed is None:
        del known["seed"]
    elif record.seed > MAX_EXACT:
        known["seed"] = str(record.seed)
    others, inputs = list(found.others), list(found.inputs)
    return {"path": found.path, "others": others, "inputs": inputs, "fields": known}


def _import(request: Request, owner: str, fields: Fields) -> SafeJSONResponse:
    service, upload = service_of(request), fields.require("video")
    if not isinstance(upload, Upload) or upload.path is None:  # an id, or a file in a text
        message = Note("'video' must be a file: send a multipart form.", "not_a_file", name="video")
        raise fields.error("video", message)
    record = Record(
        prompt=fields.get("prompt", ""),
        seed=fields.get("seed"),
        created_at=fields.get("created_at"),
        model=fields.get("model", ""),
        favourite=fields.get("favourite", False),
        tags=fields.get("tags", ()),
        video=fields.get("origin", ""),
        parents=tuple(fields.get("parents", {}).items()),
    )
    inputs = [each.path for each in fields.get("inputs", ()) if each.path is not None]
    most = quota_of(service, owner).most_bytes
    size = upload.size + sum(each.stat().st_size for each in inputs)
    service.storage.check(owner, size, most)
    importer = Importer(queue=service.queue, media=service.media, owner=owner, most_bytes=most)
    try:
        name = fields.get("path") or upload.name or "upload"
        found = importer.add(upload.path, record, name=name, inputs=inputs)
    except WriteError:
        raise
    except MediaError as error:
        raise fields.error("video", error.args[0], "invalid_file") from error
    body = {"object": "video.import", "outcome": found.outcome.value}
    return SafeJSONResponse({**body, "video": viewer_of(request)(found.job)})
