"""Routes of files: uploaded once, and named by `file_id` in later requests."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from sorairo.errors import QuotaError, RequestError
from sorairo.jobs.stored.files import StoredFile
from sorairo.notes import Note, sentence_of
from sorairo.server.api.dependencies import Owner, fields_of, service_of
from sorairo.server.api.downloads import Download, download_response
from sorairo.server.api.errors import ApiError
from sorairo.server.api.fields.file_fields import BATCH
from sorairo.server.api.fields.parsing import Fields
from sorairo.server.api.fields.request_field import Endpoint
from sorairo.server.api.given_clips import inspected
from sorairo.server.api.quotas import check_disk_space, quota_of
from sorairo.server.api.service import Service
from sorairo.server.api.upload_validation import check_upload
from sorairo.server.api.uploaded_file import Upload
from sorairo.server.uploads.file_types import IMAGE_TYPES, detect_type

JSON_LINES = "application/jsonl"
# By the detected type of the content; text is JSON lines.
MEDIA_TYPES = {"mov": "video/mp4", "matroska": "video/webm"}
MAX_FILENAME = 255

router = APIRouter(prefix="/v1")
FileId = Annotated[str, Path(description="The id of a file.")]


@router.post("/files")
async def create_file(request: Request, owner: Owner) -> dict[str, Any]:
    """Stores a file, so that later requests can name it by `file_id`. The response for a clip has
    its length in `seconds`."""
    fields = await fields_of(request, Endpoint.FILE)
    return await run_in_threadpool(_create, service_of(request), owner, fields)


@router.get("/files")
def list_files(
    request: Request,
    owner: Owner,
    limit: int = Query(10_000, ge=1, le=10_000, description="How many files a page has."),
    order: Literal["asc", "desc"] = Query("desc", description="Oldest first, or newest first."),
    after: str | None = Query(None, description="The last id of the page before."),
    purpose: str | None = Query(None, description="Only files with this purpose."),
) -> dict[str, Any]:
    """Lists the files of the key, page by page."""
    files, newest_first = service_of(request).files, order == "desc"
    try:
        found, more = files.page(
            owner, limit=limit, after=after, purpose=purpose, newest_first=newest_first
        )
    except RequestError as error:
        raise ApiError(400, sentence_of(error), param="after", code="invalid_value") from error
    data = list(map(file_object, found))
    first, last = (data[0]["id"], data[-1]["id"]) if data else (None, None)
    ends = {"first_id": first, "last_id": last, "has_more": more}
    return {"object": "list", "data": data, **ends}


@router.get("/files/{file_id}")
def get_file(request: Request, owner: Owner, file_id: FileId) -> dict[str, Any]:
    """Responds with what is known of a file."""
    return file_object(file_of_id(request, owner, file_id))


@router.get("/files/{file_id}/content")
def get_file_content(request: Request, owner: Owner, file_id: FileId) -> Response:
    """Downloads a file, or the part of it that `Range` asks for."""
    file, media = file_of_id(request, owner, file_id), service_of(request).media
    if media.size(file.path) is None:
        raise not_found(file_id)
    kind = detect_type(next(media.read(file.path, 0, 16), b""))
    media_type = f"image/{kind}" if kind in IMAGE_TYPES else MEDIA_TYPES.get(kind or "", JSON_LINES)
    found = Download(
        path=file.path,
        media_type=media_type,
        filename=file.id,
        modified_at=file.created_at,
    )
    return download_response(request, found)


@router.delete("/files/{file_id}")
def delete_file(request: Request, owner: Owner, file_id: FileId) -> dict[str, Any]:
    """Deletes a file. Jobs that were made with it are not changed."""
    file, service = file_of_id(request, owner, file_id), service_of(request)
    service.files.remove(file.id, owner)
    service.media.try_delete_folder(file.id)
    return {"id": file.id, "object": "file", "deleted": True}


def file_of_id(request: Request, owner: str, file_id: str) -> StoredFile:
    """The owner's file with this id. Raises ApiError."""
    found = service_of(request).files.get(file_id, owner)
    if found is None:
        raise not_found(file_id)
    return found


def not_found(file_id: str) -> ApiError:
    """The error for an id of no file of the owner."""
    message = Note(f"There is no file '{file_id[:80]}'.", "no_file", id=file_id[:80])
    return ApiError(404, message, param="file_id", code="not_found")


def _create(service: Service, owner: str, fields: Fields) -> dict[str, Any]:
    upload: Upload = fields.require("file")
    purpose, lasts = fields.require("purpose"), fields.get("expires_after")
    name, known = fields.sent_as.get("file", "file"), {}
    if purpose == BATCH:
        _check_text(upload.data, name)
    elif check_upload(upload.data, name) not in IMAGE_TYPES:
        known["seconds"] = inspected(upload, name).duration
    stored = store(service, owner, upload, purpose, lasts or service.retention_seconds)
    return {**file_object(stored), **known}


def _check_text(data: bytes, name: str) -> None:
    """Raises ApiError unless a file can be a batch."""
    try:
        is_text = bool(data.strip()) and data.decode("utf-8").lstrip("\ufeff \t\r\n")[:1] == "{"
    except UnicodeDecodeError:
        is_text = False
    if not is_text:
        text = f"'{name}' must be a text file with one JSON object in each line (JSONL)."
        message = Note(text, "not_json_lines")
        raise ApiError(400, message, param=name, code="invalid_file")


def store(
    service: Service,
    owner: str,
    upload: Upload,
    purpose: str,
    lasts: float | None,
    *,
    is_limited: bool = True,
) -> StoredFile:
    """Stores a file that expires after `lasts` seconds; with `is_limited`, within the quota of its
    owner and the disk. Raises ApiError and QuotaError."""
    if is_limited:
        check_disk_space(service)
    file = service.files.new(
        _filename(upload.name), purpose, len(upload.data), owner=owner, lasts=lasts
    )
    most = quota_of(service, owner).most_bytes if is_limited else None
    service.storage.check(owner, file.bytes, most)  # before the file is written
    service.media.put(file.path, upload.data)
    try:
        service.files.add(file, most)
    except QuotaError:
        service.media.try_delete_folder(file.id)
        raise
    return file


def _filename(name: str) -> str:
    """The last part of a client's name, without what cannot be stored or shown."""
    last = re.split(r"[/\\]", name)[-1].encode("utf-8", "replace").decode()
    return "".join(each for each in last if each.isprintable())[:MAX_FILENAME] or "upload"


def file_object(file: StoredFile) -> dict[str, Any]:
    """The File object of a stored file."""
    return {
        "id": file.id,
        "object": "file",
        "bytes": file.bytes,
        "created_at": int(file.created_at),
        "expires_at": None if file.expires_at is None else int(file.expires_at),
        "filename": file.filename,
        "purpose": file.purpose,
        "status": "processed",
    }
