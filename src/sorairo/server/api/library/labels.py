"""Routes that change several videos at once: marks, tags, the trash."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from sorairo.jobs.job import Job
from sorairo.jobs.library.changes import TRASH_SECONDS, LabelChange
from sorairo.notes import Note
from sorairo.server.api.dependencies import Owner, fields_of, service_of, viewer_of
from sorairo.server.api.errors import ApiError
from sorairo.server.api.fields.parsing import Fields
from sorairo.server.api.fields.table import Endpoint
from sorairo.server.api.json_response import SafeJSONResponse
from sorairo.server.api.quotas import quota_of

router = APIRouter(prefix="/v1")


@router.post("/videos/labels")
async def label_videos(request: Request, owner: Owner) -> SafeJSONResponse:
    """Marks videos as favourites, and changes their tags: of all of them, or of none."""
    fields = await fields_of(request, Endpoint.LABELS)
    return await run_in_threadpool(_label, request, owner, fields)


@router.post("/videos/trash")
async def trash_videos(request: Request, owner: Owner) -> dict[str, Any]:
    """Puts videos into the trash, from which they can be restored for a day; then they are deleted.
    A job that is queued or running stops. `DELETE /v1/videos/{video_id}` deletes at once."""
    fields = await fields_of(request, Endpoint.TRASH)
    return await run_in_threadpool(_trash, request, owner, fields)


@router.post("/videos/restore")
async def restore_videos(request: Request, owner: Owner) -> SafeJSONResponse:
    """Takes videos out of the trash. A job that was queued or running is queued again."""
    fields = await fields_of(request, Endpoint.RESTORE)
    return await run_in_threadpool(_restore, request, owner, fields)


def _label(request: Request, owner: str, fields: Fields) -> SafeJSONResponse:
    change = LabelChange(
        favourite=fields.get("favourite"),
        tags=fields.get("tags"),
        add=fields.get("add_tags", ()),
        remove=fields.get("remove_tags", ()),
    )
    return _listed(request, service_of(request).library.label(fields.get("ids"), owner, change))


def _trash(request: Request, owner: str, fields: Fields) -> dict[str, Any]:
    found = service_of(request).library.trash(fields.get("ids"), owner)
    if found is None:
        raise _missing("outside the trash")
    until = min(int(job.trashed_at or 0) for job in found) + int(TRASH_SECONDS)
    ids = [job.id for job in found]
    return {"object": "video.trashed", "ids": ids, "restorable_until": until}


def _restore(request: Request, owner: str, fields: Fields) -> SafeJSONResponse:
    service = service_of(request)
    restored = service.library.restore(
        fields.get("ids"),
        owner,
        size=lambda job: service.media.folder_size(job.id),
        quota=quota_of(service, owner),
    )
    return _listed(request, restored, "in the trash")


def _listed(request: Request, jobs: list[Job] | None, where: str = "here") -> SafeJSONResponse:
    if jobs is None:
        raise _missing(where)
    data = list(map(viewer_of(request), jobs))
    return SafeJSONResponse({"object": "list", "data": data})


def _missing(where: str) -> ApiError:
    message = Note(
        f"Not all of 'ids' are videos {where}: nothing was changed. List the videos again.",
        "missing_videos",
    )
    return ApiError(404, message, param="ids", code="not_found")
