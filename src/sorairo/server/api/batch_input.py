"""From the file of a batch to its jobs."""

from __future__ import annotations

import io
import itertools
from codecs import BOM_UTF8
from typing import Any

from fastapi import Request

from sorairo.errors import QuotaError, SorairoError, StorageUnavailableError, WriteError
from sorairo.jobs.stored.batches import FAILED, IN_PROGRESS, Batch
from sorairo.server.api.creation import creation_now
from sorairo.server.api.dependencies import service_of
from sorairo.server.api.errors import RETRY_SOON, ApiError
from sorairo.server.api.fields.file_fields import BATCH
from sorairo.server.api.fields.parsing import Fields, parse_fields
from sorairo.server.api.fields.request_field import Endpoint
from sorairo.server.api.json_text import parse_json
from sorairo.server.api.resolved_references import resolved
from sorairo.server.api.submission import submit

VIDEOS = "/v1/videos"
MAX_LINES = 1000
MAX_CUSTOM_ID = 64
LINE_KEYS = ("custom_id", "method", "url", "body")


def start(request: Request, owner: str, fields: Fields) -> Batch:
    """Submits the requests of a batch, and stores it. Requests that are not valid become errors of
    their lines; a file that is none of a batch makes the batch fail. Raises ApiError."""
    service = service_of(request)
    file = service.files.get(fields.require("input_file_id"), owner)
    if file is None or file.purpose != BATCH:
        message = "There is no file with this id and the purpose 'batch': upload it first."
        raise ApiError(400, message, param="input_file_id", code="invalid_value")
    batch = Batch(
        id=service.batches.new_id(),
        owner=owner,
        status=IN_PROGRESS,
        input_file=file.id,
        endpoint=VIDEOS,
        metadata=fields.get("metadata", {}),
        created_at=service.batches.clock(),
    )
    lines, errors = _parsed(b"".join(service.media.read(file.path)))
    if errors:
        vars(batch).update(status=FAILED, errors=errors, ended_at=batch.created_at)
    else:
        vars(batch).update(lines=_submitted(request, owner, lines))
    try:
        service.batches.add(batch)
    except Exception:  # nobody would know the jobs, and clients send the request again
        _cancel(request, owner, batch.lines)
        raise
    return batch


def _parsed(data: bytes) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The lines of the file, or why it is none of a batch."""
    # by line feeds alone: JSON may have other separators, such as U+2028, within its strings
    texts = enumerate(io.BytesIO(data.removeprefix(BOM_UTF8)), start=1)
    filled = list(itertools.islice((each for each in texts if each[1].strip()), MAX_LINES + 1))
    if len(filled) > MAX_LINES:
        message = f"The file has more than {MAX_LINES} requests: send them in several files."
        return [], [_error(None, message, "too_many_requests")]
    lines, errors, seen = [], [], set()
    for number, text in filled:
        try:
            lines.append(_line(text.decode("utf-8", "replace"), seen))
        except ApiError as error:
            errors.append(_error(number, str(error), error.code or "invalid_value", error.param))
    return lines, list(itertools.islice(errors, 50))


def _line(text: str, seen: set[str]) -> dict[str, Any]:
    """One request. Raises ApiError."""
    line = parse_json(text.encode(), "line")
    if not isinstance(line, dict) or not isinstance(line.get("body"), dict):
        message = "Each line must be an object with custom_id, method, url and body."
        raise ApiError(400, message, code="invalid_json_line")
    name = line.get("custom_id")
    if not isinstance(name, str) or not 1 <= len(name) <= MAX_CUSTOM_ID or not name.isprintable():
        message = f"'custom_id' must have 1 to {MAX_CUSTOM_ID} characters."
        raise ApiError(400, message, param="custom_id", code="invalid_value")
    if name in seen:
        message = f"The custom_id '{name}' is there twice."
        raise ApiError(400, message, param="custom_id", code="duplicate_custom_id")
    seen.add(name)
    if line.get("method") != "POST" or line.get("url") != VIDEOS:
        message = f"'method' must be POST and 'url' must be {VIDEOS}."
        raise ApiError(400, message, param="url", code="invalid_url")
    return line


def _error(line: int | None, message: str, code: str, param: str | None = None) -> dict[str, Any]:
    return {"line": line, "message": message, "code": code, "param": param}


def _submitted(request: Request, owner: str, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines of the batch, with the jobs of the requests that were accepted. Without a database
    or a media store, none is, nor where the server stops meanwhile."""
    done: list[dict[str, Any]] = []
    try:
        for line in lines:
            if service_of(request).stopping.is_set():
                message = "The server is stopping: send the request again."
                raise ApiError(503, message, code="unavailable", headers=RETRY_SOON)
            done.append(_one(request, owner, line))
    except Exception:
        _cancel(request, owner, done)
        raise
    return done


def _cancel(request: Request, owner: str, lines: list[dict[str, Any]]) -> None:
    for line in lines:
        if line.get("job"):
            service_of(request).queue.cancel(line["job"], owner)


def _one(request: Request, owner: str, line: dict[str, Any]) -> dict[str, Any]:
    service, name = service_of(request), line["custom_id"]
    try:
        limits = service.served(line["body"].get("model")).limits
        fields = parse_fields(line["body"], Endpoint.SYNC, limits)
        fields = resolved(service, owner, fields)
        build, media = creation_now(request, owner, fields)
        job, _ = submit(request, owner, build, media, is_idempotent=False)
        return {"custom_id": name, "job": job.id}
    except ApiError as error:
        if error.status >= 500:
            raise
        details = {"message": str(error), "param": error.param, "code": error.code}
        return {"custom_id": name, "error": {"status": error.status, **details}}
    except (StorageUnavailableError, WriteError):
        raise
    except SorairoError as error:
        quota = isinstance(error, QuotaError)
        code = "rate_limit_exceeded" if quota else "invalid_value"
        details = {"message": str(error), "param": None, "code": code}
        return {"custom_id": name, "error": {"status": 429 if quota else 400, **details}}
