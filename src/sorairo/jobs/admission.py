"""Accepting jobs within what their owner may have: all of a request, or none of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, select

from sorairo.errors import QuotaError
from sorairo.jobs.job import QUEUED, RUNNING, Job
from sorairo.jobs.keys import Quota
from sorairo.jobs.schema import jobs, spending

DAY = 86_400.0  # seconds in which the cost of jobs is counted
SOON = 5  # seconds after which a job may have ended
OWNER_LOCK = 0x6F_77_6E  # of PostgreSQL, for whoever submits for an owner


@dataclass(frozen=True, kw_only=True)
class Submission:
    """Jobs that are accepted together, as (name, payload); each costs `cost`. The same owner's
    submission with the same `request_key` is accepted once."""

    jobs: Sequence[tuple[str, dict[str, Any]]]
    owner: str = ""
    request_key: str | None = None
    cost: float = 0.0
    quota: Quota = field(default_factory=Quota)


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """What an owner has: jobs that wait or run, the cost of a day's, and the seconds after which
    the first of these counts no more."""

    quota: Quota
    waiting: int
    spent: float
    lapses: int


def accept(connection: Connection, asked: Submission, now: float) -> tuple[list[Job], Allowance]:
    """New jobs, or the first of those that were accepted with the same key before. Raises
    QuotaError: then there is none."""
    _one_at_a_time(connection, asked.owner)
    before = look(connection, asked, now)
    if before is not None:
        return [before], _allowance(connection, asked, now)
    rows = [
        {
            "id": name,
            "owner": asked.owner,
            "request_key": None if index else asked.request_key,
            "payload": payload,
            "status": QUEUED,
            "created_at": now,
            "cost": asked.cost,
        }
        for index, (name, payload) in enumerate(asked.jobs)
    ]
    made = [
        Job.of(connection.execute(insert(jobs).values(row).returning(jobs)).one()) for row in rows
    ]
    if asked.quota.most_cost is not None:
        cost = asked.cost * len(made)
        connection.execute(delete(spending).where(_before(asked.owner, now - DAY)))
        connection.execute(insert(spending).values(owner=asked.owner, at=now, cost=cost))
    return made, _allowance(connection, asked, now)


def look(connection: Connection, asked: Submission, now: float) -> Job | None:
    """The first job that was accepted with the same key before; None where these would be new.
    Raises QuotaError where they would be too many."""
    if asked.request_key is not None:
        same = and_(jobs.c.owner == asked.owner, jobs.c.request_key == asked.request_key)
        before = connection.execute(select(jobs).where(same)).one_or_none()
        if before is not None:
            return Job.of(before)
    _check_at_all(asked)
    _check_now(connection, asked, now)
    return None


def _one_at_a_time(connection: Connection, owner: str) -> None:
    """SQLite has one writer; in PostgreSQL two could each see room for one, and both take it."""
    if connection.dialect.name == "postgresql":
        lock = func.pg_advisory_xact_lock(OWNER_LOCK, func.hashtext(owner))
        connection.execute(select(lock))


def _check_at_all(asked: Submission) -> None:
    """Whether there can ever be so many."""
    count, quota = len(asked.jobs), asked.quota
    if quota.most_waiting is not None and count > quota.most_waiting:
        message = f"{quota.most_waiting} jobs may wait or run at once: ask for fewer than {count}."
        raise QuotaError(message, None)
    if quota.most_cost is not None and count * asked.cost > quota.most_cost:
        raise QuotaError(
            f"This alone would be {count * asked.cost:.3g} pixel-seconds, and this key has"
            f" {quota.most_cost:.3g} a day: ask for a smaller or shorter video.",
            None,
        )


def _check_now(connection: Connection, asked: Submission, now: float) -> None:
    """Whether there may be so many beside those that there are."""
    count, quota = len(asked.jobs), asked.quota
    most, cost = quota.most_waiting, count * asked.cost
    if most is not None and _waiting(connection, asked.owner) + count > most:
        raise QuotaError(f"{most} jobs may wait or run at once: wait until one has ended.", SOON)
    if quota.most_cost is None:
        return
    spent = _spent(connection, asked.owner, now)
    total = sum(each for _, each in spent) + cost
    if total <= quota.most_cost:
        return
    raise QuotaError(
        f"This would be {total:.3g} of the {quota.most_cost:.3g} pixel-seconds that this key has a"
        " day: ask for a smaller or shorter video, or later.",
        math.ceil(_lapsed(spent, total - quota.most_cost) + DAY - now),
    )


def _lapsed(spent: Sequence[tuple[float, float]], cost: float) -> float:
    """When so much of what was spent had been spent; when all of it had, if it is no more."""
    at = 0.0
    for at, each in spent:  # noqa: B007
        cost -= each
        if cost <= 0:
            break
    return at


def _allowance(connection: Connection, asked: Submission, now: float) -> Allowance:
    spent = [] if asked.quota.most_cost is None else _spent(connection, asked.owner, now)
    return Allowance(
        quota=asked.quota,
        waiting=_waiting(connection, asked.owner) if asked.quota.most_waiting is not None else 0,
        spent=sum(cost for _, cost in spent),
        lapses=math.ceil(spent[0][0] + DAY - now) if spent else 0,
    )


def _waiting(connection: Connection, owner: str) -> int:
    mine = and_(jobs.c.status.in_((QUEUED, RUNNING)), jobs.c.owner == owner)
    return connection.execute(select(func.count()).where(mine)).scalar_one()


def _spent(connection: Connection, owner: str, now: float) -> list[tuple[float, float]]:
    """When, and what it cost, the oldest first; a deleted job has cost what it has."""
    mine = and_(spending.c.owner == owner, spending.c.at >= now - DAY)
    asked = select(spending.c.at, spending.c.cost).where(mine).order_by(spending.c.at)
    return [(row.at, row.cost) for row in connection.execute(asked).all()]


def _before(owner: str, time: float) -> Any:
    return and_(spending.c.owner == owner, spending.c.at < time)
