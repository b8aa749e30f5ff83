"""Routes of batches: a file with requests becomes jobs, and their results become a file."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.concurrency import run_in_threadpool

from sorairo.jobs.job import COMPLETED as JOB_COMPLETED
from sorairo.jobs.job import FAILED as JOB_FAILED
from sorairo.jobs.stored.batches import CANCELLED, COMPLETED, FAILED, Batch
from sorairo.server.api.batch_files import ended
from sorairo.server.api.batch_input import start
from sorairo.server.api.dependencies import Owner, fields_of, service_of
from sorairo.server.api.errors import ApiError
from sorairo.server.api.fields.request_field import Endpoint

router = APIRouter(prefix="/v1")
BatchId = Annotated[str, Path(description="The id of a batch.")]


@router.post("/batches")
async def create_batch(request: Request, owner: Owner) -> dict[str, Any]:
    """Submits the requests of a file with the purpose `batch`, each line one object with
    `custom_id`, `method`, `url` and `body`."""
    fields = await fields_of(request, Endpoint.BATCH)

    def create() -> dict[str, Any]:
        return _object(request, owner, start(request, owner, fields))

    return await run_in_threadpool(create)


@router.get("/batches")
def list_batches(
    request: Request,
    owner: Owner,
    limit: int = Query(20, ge=1, le=100, description="How many batches a page has."),
    after: str | None = Query(None, description="The last id of the page before."),
) -> dict[str, Any]:
    """Lists the batches of the key, newest first, page by page."""
    if after is not None and not (after.startswith("batch_") and after.isprintable()):
        message = f"'after': there is no batch '{after[:80]}'."
        raise ApiError(400, message, param="after", code="invalid_value")
    found, more = service_of(request).batches.page(owner, limit=limit, after=after)
    data = [_object(request, owner, each) for each in found]
    first, last = (data[0]["id"], data[-1]["id"]) if data else (None, None)
    return {
        "object": "list", "data": data, "first_id": first, "last_id": last, "has_more": more
    }  # fmt: skip


@router.get("/batches/{batch_id}")
def get_batch(request: Request, owner: Owner, batch_id: BatchId) -> dict[str, Any]:
    """Responds with the status of a batch, how many of its requests are done, and the ids of the
    files with the results when all have ended."""
    return _object(request, owner, _batch_of(request, owner, batch_id))


@router.post("/batches/{batch_id}/cancel")
def cancel_batch(request: Request, owner: Owner, batch_id: BatchId) -> dict[str, Any]:
    """Cancels the requests of a batch that have not ended."""
    service, batch = service_of(request), _batch_of(request, owner, batch_id)
    if batch.ended_at is None:
        service.batches.cancel(batch)
        for line in batch.lines:
            if line.get("job"):
                service.queue.cancel(line["job"], owner)
    return _object(request, owner, _batch_of(request, owner, batch_id))


def _batch_of(request: Request, owner: str, batch_id: str) -> Batch:
    found = service_of(request).batches.get(batch_id, owner)
    if found is None:
        message = f"There is no batch '{batch_id[:80]}'."
        raise ApiError(404, message, param="batch_id", code="not_found")
    return found


def _object(request: Request, owner: str, batch: Batch) -> dict[str, Any]:
    """The Batch object. A batch whose requests have all ended gets its files first."""
    batches = service_of(request).batches
    states = batches.states_of(batch)
    if batch.ended_at is None and set(states.values()) <= {JOB_COMPLETED, JOB_FAILED}:
        batch = ended(request, owner, batch, batches.jobs_of(batch))
    times = {
        COMPLETED: "completed_at", CANCELLED: "cancelled_at", FAILED: "failed_at"
    }  # fmt: skip
    known = {"in_progress_at": batch.created_at, "cancelling_at": batch.cancelled_at}
    if batch.ended_at is not None:
        known[times[batch.status]] = batch.ended_at
    names = ("in_progress_at", "cancelling_at", *times.values())
    return {
        "id": batch.id,
        "object": "batch",
        "endpoint": batch.endpoint,
        "completion_window": "24h",
        "status": batch.status,
        "input_file_id": batch.input_file,
        "output_file_id": batch.output_file,
        "error_file_id": batch.error_file,
        "created_at": int(batch.created_at),
        **{name: int(known[name]) if known.get(name) else None for name in names},
        "errors": {"object": "list", "data": batch.errors} if batch.errors else None,
        "metadata": batch.metadata or None,
        "request_counts": _counts(batch, states),
    }


def _counts(batch: Batch, states: dict[str, str]) -> dict[str, int]:
    found = list(states.values())
    missing = len(batch.lines) - len(found)  # refused, or deleted since
    return {
        "total": len(batch.lines),
        "completed": found.count(JOB_COMPLETED),
        "failed": found.count(JOB_FAILED) + missing,
    }
