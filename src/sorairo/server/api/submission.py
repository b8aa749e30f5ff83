"""Submitting jobs: files are stored first, then all jobs of a request are accepted together."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Callable, Sequence
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from sorairo.errors import MediaError
from sorairo.jobs.admission import Submission
from sorairo.jobs.database import DATABASE_UNAVAILABLE
from sorairo.jobs.job import Job
from sorairo.notes import Note
from sorairo.server.api.dependencies import service_of, video_response
from sorairo.server.api.errors import ApiError
from sorairo.server.api.json_response import SafeJSONResponse
from sorairo.server.api.new_job import NewJob
from sorairo.server.api.quotas import check_disk_space, quota_of, rate_limit_headers
from sorairo.server.api.service import Service
from sorairo.server.api.uploaded_file import Upload

MAX_IDEMPOTENCY_KEY = 255


async def submit_and_respond(
    request: Request,
    owner: str,
    build: Callable[[], NewJob],
    media: tuple[str, ...] = (),
    count: int = 1,
) -> SafeJSONResponse:
    """Submits jobs as `submit` does; the response is the Video object of the first."""
    job, headers = await run_in_threadpool(submit, request, owner, build, media, count)
    return await run_in_threadpool(video_response, request, job, headers)


def submit(
    request: Request,
    owner: str,
    build: Callable[[], NewJob],
    media: tuple[str, ...] = (),
    count: int = 1,
    *,
    prefix: str = "video_",
    is_idempotent: bool = True,
) -> tuple[Job, dict[str, str]]:
    """Accepts `count` jobs that differ by their seeds, all or none.

    Args:
        request: The HTTP request.
        owner: The owner of the jobs.
        build: Builds the job; called in a thread.
        media: Names of given files in the media store, before those of the built job.
        count: How many jobs.
        prefix: The beginning of the ids of the jobs.
        is_idempotent: Whether the idempotency key of the request is that of these jobs.

    Returns:
        The first job, and headers that say what is left of the quota. If the owner has submitted a
        request with the same idempotency key before, the first job of that request.

    Raises:
        ApiError, QuotaError, RequestError: No job was accepted.
    """
    service, job = service_of(request), build()
    ids = [f"{prefix}{secrets.token_hex(16)}" for _ in range(count)]
    files = [*media, *job.files]
    submission = Submission(
        jobs=_payloads(service, job, ids, len(files)),
        owner=owner,
        request_key=_idempotency_key(request) if is_idempotent else None,
        cost=job.cost,
        bytes=sum(_size(service, each) for each in files),
        quota=quota_of(service, owner),
    )
    accepted_before = service.queue.check(submission)  # before any file is written
    _check_same_request(accepted_before, job)
    if not accepted_before:  # one that was accepted is found even if it would be refused now
        check_disk_space(service)
        payloads = _payloads(service, job, ids, len(files), read=True)
        submission = dataclasses.replace(submission, jobs=payloads)
    try:
        if not accepted_before:
            for name in ids:
                _store_files(service, name, files)
        accepted, usage = service.queue.submit_all(submission)
    except DATABASE_UNAVAILABLE:  # the jobs may have been accepted: keep their files
        raise
    except Exception:
        _delete_files(service, ids)
        raise
    if accepted[0].id != ids[0] and not accepted_before:  # the same request came concurrently
        _delete_files(service, ids)
        _check_same_request(accepted[0], job)
    return accepted[0], rate_limit_headers(usage)


def _payloads(
    service: Service,
    job: NewJob,
    ids: Sequence[str],
    num_files: int,
    *,
    read: bool = False,
) -> list[tuple[str, dict[str, Any]]]:
    """The id and payload of each job; the seed increases from one to the next, and with it what is
    drawn from the seed. `read`: whether prompts are put in words of the model."""
    if len(ids) > 1:
        job = dataclasses.replace(job, video=dataclasses.replace(job.video, videos=tuple(ids)))
    jobs = [job.with_later_seed(index) if index else job for index in range(len(ids))]
    if read:
        jobs = [service.read(each) for each in jobs]
    filtered = service.filter_output
    return [
        (name, each.spec(tuple(_paths(name, num_files)), filtered=filtered).to_json())
        for name, each in zip(ids, jobs, strict=True)
    ]


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key and len(key) > MAX_IDEMPOTENCY_KEY:
        message = Note(
            f"An Idempotency-Key has at most {MAX_IDEMPOTENCY_KEY} characters.", "idempotency_key"
        )
        raise ApiError(400, message, param="Idempotency-Key", code="invalid_value")
    return key or None


def _check_same_request(accepted: Job | None, job: NewJob) -> None:
    """Raises ApiError if a job that was accepted before, with the same idempotency key, was built
    from another body. Jobs of earlier versions have no digest."""
    before = accepted.payload.get("body_digest") if accepted else None
    if before and before != job.body_digest:
        raise ApiError(
            400,
            Note(
                "This Idempotency-Key belongs to a request with another body: choose a new key.",
                "idempotency_key_reused",
            ),
            param="Idempotency-Key",
            code="idempotency_key_reused",
        )


def _paths(job: str, count: int) -> list[str]:
    """The names of a job's given files in the media store."""
    return [f"{job}/given/{index}" for index in range(count)]


def _size(service: Service, file: Upload | str) -> int:
    """The size of a given file."""
    return len(file.data) if isinstance(file, Upload) else service.media.size(file) or 0


def _store_files(service: Service, job: str, files: Sequence[Upload | str]) -> None:
    """Stores the given files of a job. Files of other jobs are copied, because those jobs may be
    deleted before this one runs."""
    for path, file in zip(_paths(job, len(files)), files, strict=True):
        if isinstance(file, Upload):
            service.media.put(path, file.data)
            continue
        try:
            service.media.copy(file, path)
        except MediaError as error:
            name = file.partition("/")[0]
            message = Note(f"The files of {name} have been deleted.", "files_deleted", id=name)
            raise ApiError(404, message, param="video_id", code="expired") from error


def _delete_files(service: Service, jobs: Sequence[str]) -> None:
    for job in jobs:
        service.media.try_delete_folder(job)
