"""From an order to jobs: once a client hears of one, it is not lost."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Callable, Sequence

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from sorairo.jobs.admission import Submission
from sorairo.jobs.job import Job
from sorairo.jobs.schema import AWAY
from sorairo.server.api.body_parsing import Upload
from sorairo.server.api.dependencies import service_of, told
from sorairo.server.api.quotas import check_room, left, quota_of
from sorairo.server.api.request_builder import NewJob
from sorairo.server.api.service import Service


async def submitted(
    request: Request,
    owner: str,
    order: Callable[[], NewJob],
    media: tuple[str, ...] = (),
    count: int = 1,
) -> JSONResponse:
    """The answer to a job that was accepted, the first of `count`."""
    job, headers = await run_in_threadpool(submit, request, owner, order, media, count)
    return told(request, job, headers)


def submit(
    request: Request,
    owner: str,
    order: Callable[[], NewJob],
    media: tuple[str, ...] = (),
    count: int = 1,
) -> tuple[Job, dict[str, str]]:
    """The first of `count` jobs, and headers that tell what else may be asked for. All are accepted
    or none. Raises ApiError, QuotaError and RequestError."""
    service, placed = service_of(request), order()
    check_room(service)
    names = [f"video_{secrets.token_hex(16)}" for _ in range(count)]
    if count > 1:
        placed = dataclasses.replace(
            placed, video=dataclasses.replace(placed.video, videos=tuple(names))
        )
    key = request.headers.get("idempotency-key")
    orders = [placed.again(number) if number else placed for number in range(count)]
    sources = [*media, *placed.files]
    asked = Submission(
        jobs=[
            (name, each.spec(tuple(_paths(name, len(sources)))).to_json())
            for name, each in zip(names, orders, strict=True)
        ],
        owner=owner,
        request_key=key[:255] if key else None,
        cost=placed.cost,
        quota=quota_of(service, owner),
    )
    before = service.queue.look(asked)  # no file is written for what is refused
    try:
        for name in () if before else names:
            _keep_files(service, name, sources)
        accepted, allowance = service.queue.submit_all(asked)
    except AWAY:  # perhaps only the answer was lost: if it was not, the files belong to nothing
        raise
    except Exception:
        _drop(service, names)
        raise
    if accepted[0].id != names[0] and not before:  # the same request came in the meantime
        _drop(service, names)
    return accepted[0], left(allowance)


def _drop(service: Service, names: Sequence[str]) -> None:
    for name in names:
        service.media.forget(name)


def _paths(name: str, count: int) -> list[str]:
    """Where the files lie from which a job is made."""
    return [f"{name}/given/{index}" for index in range(count)]


def _keep_files(service: Service, name: str, sources: Sequence[Upload | str]) -> None:
    """Copies of what a job is made from: another job's may be deleted before this one is made."""
    for path, source in zip(_paths(name, len(sources)), sources, strict=True):
        if isinstance(source, Upload):
            service.media.put(path, source.data)
        else:
            service.media.copy(source, path)
