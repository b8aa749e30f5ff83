"""From an order to jobs: once a client hears of one, it is not lost."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Callable

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from sorairo.jobs.job import Job
from sorairo.server.asking import service_of, told
from sorairo.server.forms import Upload
from sorairo.server.orders import Order
from sorairo.server.quotas import check_quota
from sorairo.server.service import Service


async def submitted(
    request: Request,
    owner: str,
    order: Callable[[], Order],
    media: tuple[str, ...] = (),
    count: int = 1,
) -> JSONResponse:
    """The answer to a job that was accepted, the first of `count`."""
    job, headers = await run_in_threadpool(submit, request, owner, order, media, count)
    return told(request, job, headers)


def submit(
    request: Request,
    owner: str,
    order: Callable[[], Order],
    media: tuple[str, ...] = (),
    count: int = 1,
) -> tuple[Job, dict[str, str]]:
    """The first of `count` jobs, and headers that tell what else may be asked for. Raises ApiError
    and RequestError."""
    service, placed = service_of(request), order()
    headers = check_quota(service, owner, cost=count * placed.cost, count=count)
    names = [f"video_{secrets.token_hex(16)}" for _ in range(count)]
    if count > 1:
        placed = dataclasses.replace(placed, told={**placed.told, "videos": names})
    key = request.headers.get("idempotency-key")
    first = _put(service, names[0], owner, placed, media, key)
    if first.id != names[0]:  # the same request had come before
        return first, headers
    for number, name in enumerate(names[1:], start=1):
        again = f"{key[:240]} {number}" if key else None
        _put(service, name, owner, placed.again(number), media, again)
    return first, headers


def _put(
    service: Service,
    name: str,
    owner: str,
    order: Order,
    media: tuple[str, ...],
    key: str | None,
) -> Job:
    """One job with its files; or that which was submitted with the same key before."""
    kept = []
    for index, source in enumerate([*media, *order.files]):
        path = f"{name}/given/{index}"
        if isinstance(source, Upload):
            service.media.put(path, source.data)
        else:  # of another job, which may be deleted before this one is made
            service.media.copy(source, path)
        kept.append(path)
    job = service.queue.submit(
        name,
        order.payload(tuple(kept)),
        owner=owner,
        request_key=key[:255] if key else None,
        cost=order.cost,
    )
    if job.id != name:
        service.media.drop(name)
    return job
