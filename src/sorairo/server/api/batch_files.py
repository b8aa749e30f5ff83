"""The files with the results of a batch, one JSON object in each line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fastapi import Request

from sorairo.jobs.job import COMPLETED, Job
from sorairo.jobs.stored.batches import Batch
from sorairo.server.api.dependencies import service_of, viewer_of
from sorairo.server.api.errors import TYPES
from sorairo.server.api.files import store
from sorairo.server.api.json_response import json_bytes
from sorairo.server.api.uploaded_file import Upload

DELETED = {"status": 404, "message": "The video was deleted.", "param": None, "code": "not_found"}
FAILED_STATUS = 500
SEPARATORS = "\x85\u2028\u2029"  # JSON escapes other characters that end lines


def ended(request: Request, owner: str, batch: Batch, jobs: dict[str, Job]) -> Batch:
    """The batch with its files, which are stored once: of two requests that find its jobs ended at
    the same time, the first one wins."""
    service, view = service_of(request), viewer_of(request)
    results, errors = [], []
    for index, line in enumerate(batch.lines):
        job = jobs.get(line.get("job") or "")
        if job is not None and job.status == COMPLETED:
            results.append(_line(batch, index, line, 200, view(job)))
        else:
            status, body = _error(line, job)
            errors.append(_line(batch, index, line, status, body))
    files = tuple(
        _stored(request, owner, batch, name, lines)
        for name, lines in (("output", results), ("error", errors))
    )
    output, error = files
    if not service.batches.end(batch, (output, error)):
        for file in filter(None, files):
            service.files.remove(file, owner)
            service.media.try_delete_folder(file)
    return service.batches.get(batch.id, owner) or replace(batch, output_file=output)


def _error(line: dict[str, Any], job: Job | None) -> tuple[int, dict[str, Any]]:
    """The status and the body of a request that has no result."""
    found = dict(line.get("error") or DELETED)
    if job is not None and job.error:
        found = {"status": FAILED_STATUS, **job.error, "param": None}
    status = found.pop("status")
    default = "server_error" if status >= 500 else "invalid_request_error"
    return status, {"error": {**found, "type": TYPES.get(status, default)}}


def _line(
    batch: Batch, index: int, line: dict[str, Any], status: int, body: dict[str, Any]
) -> dict[str, Any]:
    name = f"{batch.id}-{index + 1}"
    response = {"status_code": status, "request_id": name, "body": body}
    return {
        "id": name,
        "custom_id": line["custom_id"],
        "response": response,
        "error": None,
    }


def _in_one_line(value: dict[str, Any]) -> bytes:
    """JSON without the characters in texts at which programs may end a line, too."""
    text = json_bytes(value)
    for separator in SEPARATORS:
        text = text.replace(separator.encode(), f"\\u{ord(separator):04x}".encode())
    return text


def _stored(
    request: Request, owner: str, batch: Batch, name: str, lines: Sequence[dict[str, Any]]
) -> str | None:
    if not lines:
        return None
    service = service_of(request)
    data = b"".join(_in_one_line(each) + b"\n" for each in lines)
    upload = Upload(name=f"{batch.id}_{name}.jsonl", data=data)
    file = store(
        service, owner, upload, "batch_output", service.retention_seconds, is_limited=False
    )
    return file.id
