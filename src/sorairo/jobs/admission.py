"""Accepting submitted jobs within the quota of their owner: all jobs of a request, or none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, select

from sorairo.errors import QuotaError
from sorairo.jobs.conditions import is_unfinished
from sorairo.jobs.job import QUEUED, Job
from sorairo.jobs.keys import Quota
from sorairo.jobs.library.lineage import record_parents
from sorairo.jobs.schema import jobs, spending
from sorairo.jobs.stored.ledger import MIN_BYTES, add_stored, check_storage
from sorairo.notes import Note

DAY = 86_400.0  # seconds for which the cost of a job counts
RETRY_SECONDS = 5  # after which one of the unfinished jobs may have ended
OWNER_LOCK = 0x6F_77_6E  # class of PostgreSQL's advisory locks, one lock per owner


@dataclass(frozen=True, kw_only=True)
class Submission:
    """Jobs that are accepted together or not at all."""

    jobs: Sequence[tuple[str, dict[str, Any]]]
    """The id and the payload of each job."""
    owner: str = ""
    """The id of an API key; "" without a key."""
    request_key: str | None = None
    """An idempotency key: the owner's submissions with the same key are accepted only once."""
    cost: float = 0.0
    """The cost of each job, in pixels times seconds."""
    bytes: int = 0
    """The size of the given files of each job."""
    quota: Quota = field(default_factory=Quota)
    """What the owner may use."""


@dataclass(frozen=True, kw_only=True)
class QuotaUsage:
    """How much of a quota is used."""

    quota: Quota
    """The limits."""
    waiting: int
    """Jobs that are queued or running; 0 if there is no limit on them."""
    spent: float
    """The cost of the jobs of the last day; 0 if there is no limit on it."""
    resets_in: int
    """Seconds until the oldest of these jobs no longer counts."""


def accept(
    connection: Connection, submission: Submission, now: float
) -> tuple[list[Job], QuotaUsage]:
    """The new jobs, or the first of those that were accepted before with the same request key.

    Raises QuotaError: then no job is accepted.
    """
    _lock_owner(connection, submission.owner)
    before = check(connection, submission, now)
    if before is not None:
        return [before], usage_of(connection, submission.owner, submission.quota, now)
    rows = [
        {
            "id": name,
            "owner": submission.owner,
            "request_key": None if index else submission.request_key,
            "payload": payload,
            "status": QUEUED,
            "created_at": now,
            "cost": submission.cost,
        }
        for index, (name, payload) in enumerate(submission.jobs)
    ]
    accepted = [
        Job.of(connection.execute(insert(jobs).values(row).returning(jobs)).one()) for row in rows
    ]
    for job in accepted:
        add_stored(connection, job.id, job.owner, submission.bytes)
        record_parents(connection, job.id, job.payload)
    if submission.quota.most_cost is not None:
        cost = submission.cost * len(accepted)
        connection.execute(delete(spending).where(_before(submission.owner, now - DAY)))
        connection.execute(insert(spending).values(owner=submission.owner, at=now, cost=cost))
    return accepted, usage_of(connection, submission.owner, submission.quota, now)


def check(connection: Connection, submission: Submission, now: float) -> Job | None:
    """The first job that was accepted before with the same request key; None if there is none.

    Raises QuotaError if new jobs would exceed the quota.
    """
    if submission.request_key is not None:
        same = and_(jobs.c.owner == submission.owner, jobs.c.request_key == submission.request_key)
        before = connection.execute(select(jobs).where(same)).one_or_none()
        if before is not None:
            return Job.of(before)
    _check_against_limits(submission)
    _check_against_usage(connection, submission, now)
    added = len(submission.jobs) * max(MIN_BYTES, submission.bytes)
    check_storage(connection, submission.owner, added, submission.quota.most_bytes)
    return None


def _lock_owner(connection: Connection, owner: str) -> None:
    """Makes concurrent submissions of an owner wait. In PostgreSQL, two could otherwise both use
    the last free place; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        lock = func.pg_advisory_xact_lock(OWNER_LOCK, func.hashtext(owner))
        connection.execute(select(lock))


def _check_against_limits(submission: Submission) -> None:
    """Raises QuotaError if the submission alone exceeds the quota."""
    count, quota = len(submission.jobs), submission.quota
    if quota.most_waiting is not None and count > quota.most_waiting:
        raise QuotaError(
            Note(
                f"At most {quota.most_waiting} jobs may be queued or running: ask for fewer than"
                f" {count}.",
                "quota_waiting",
                most=quota.most_waiting,
            ),
            None,
        )
    if quota.most_cost is not None and count * submission.cost > quota.most_cost:
        raise QuotaError(
            Note(
                f"This request needs {count * submission.cost:,.0f} pixel-seconds, and the key has"
                f" {quota.most_cost:,.0f} per day: ask for a smaller or shorter video.",
                "quota_cost",
                needed=round(count * submission.cost),
                most=round(quota.most_cost),
            ),
            None,
        )


def _check_against_usage(connection: Connection, submission: Submission, now: float) -> None:
    """Raises QuotaError if the submission exceeds what is left of the quota."""
    count, quota = len(submission.jobs), submission.quota
    cost = count * submission.cost
    check_waiting(connection, submission.owner, count, quota.most_waiting)
    if quota.most_cost is None:
        return
    spent = _spent(connection, submission.owner, now)
    total = sum(each for _, each in spent) + cost
    if total <= quota.most_cost:
        return
    raise QuotaError(
        Note(
            f"This request would bring the day's total to {total:,.0f} pixel-seconds, and the key"
            f" has"
            f" {quota.most_cost:,.0f} per day: ask for a smaller or shorter video, or try again"
            f" later.",
            "quota_day",
            total=round(total),
            most=round(quota.most_cost),
        ),
        math.ceil(_freed_at(spent, total - quota.most_cost) + DAY - now),
    )


def check_waiting(connection: Connection, owner: str, added: int, most: int | None) -> None:
    """Raises QuotaError if an owner would have more than `most` jobs that are queued or running."""
    if most is not None and _waiting(connection, owner) + added > most:
        raise QuotaError(
            Note(
                f"At most {most} jobs may be queued or running: wait until one has ended.",
                "quota_jobs",
                most=most,
            ),
            RETRY_SECONDS,
        )


def _freed_at(spent: Sequence[tuple[float, float]], cost: float) -> float:
    """The time of the (time, cost) entry with which the running total reaches `cost`; the time of
    the last entry if it never does."""
    at = 0.0
    for at, each in spent:  # noqa: B007
        cost -= each
        if cost <= 0:
            break
    return at


def usage_of(connection: Connection, owner: str, quota: Quota, now: float) -> QuotaUsage:
    """How much of its quota an owner uses."""
    spent = [] if quota.most_cost is None else _spent(connection, owner, now)
    return QuotaUsage(
        quota=quota,
        waiting=_waiting(connection, owner) if quota.most_waiting is not None else 0,
        spent=sum(cost for _, cost in spent),
        resets_in=math.ceil(spent[0][0] + DAY - now) if spent else 0,
    )


def _waiting(connection: Connection, owner: str) -> int:
    mine = and_(is_unfinished(), jobs.c.owner == owner)
    return connection.execute(select(func.count()).where(mine)).scalar_one()


def _spent(connection: Connection, owner: str, now: float) -> list[tuple[float, float]]:
    """Time and cost of the submissions of the last day, oldest first. Jobs that were deleted since
    still count."""
    mine = and_(spending.c.owner == owner, spending.c.at >= now - DAY)
    query = select(spending.c.at, spending.c.cost).where(mine).order_by(spending.c.at)
    return [(row.at, row.cost) for row in connection.execute(query).all()]


def _before(owner: str, time: float) -> Any:
    return and_(spending.c.owner == owner, spending.c.at < time)
