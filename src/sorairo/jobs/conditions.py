"""Conditions on the rows of the table `jobs`, and what follows from several columns."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, case, false, or_

from sorairo.jobs.job import QUEUED, RUNNING
from sorairo.jobs.schema import jobs


def has_id(job: str, owner: str | None) -> ColumnElement[bool]:
    """Whether a row is the job with this id, of this owner if one is given, outside the trash."""
    return and_(is_job(job, owner), jobs.c.trashed_at.is_(None))


def is_job(job: str, owner: str | None) -> ColumnElement[bool]:
    """Whether a row is the job with this id, of this owner if one is given, also in the trash."""
    if not job.isprintable():  # PostgreSQL rejects NUL, both databases reject lone surrogates
        return false()
    same = jobs.c.id == job
    return same if owner is None else and_(same, jobs.c.owner == owner)


def is_unfinished() -> ColumnElement[bool]:
    """Whether a job is queued or running, outside the trash."""
    return and_(jobs.c.status.in_((QUEUED, RUNNING)), jobs.c.trashed_at.is_(None))


def awaits_worker(now: float, *, take_over: bool) -> ColumnElement[bool]:
    """Whether a worker that looks for jobs may claim a job, or must end it."""
    if not take_over:
        return is_due(now)
    return or_(claimable(now), and_(jobs.c.status == QUEUED, jobs.c.cancelled))


def claimable(now: float) -> ColumnElement[bool]:
    """Whether a worker may claim a job."""
    return or_(is_due(now), lease_expired(now))


def is_due(now: float) -> ColumnElement[bool]:
    """Whether a job is queued and not put off to a later time."""
    due = and_(jobs.c.status == QUEUED, jobs.c.trashed_at.is_(None))
    return and_(due, or_(jobs.c.due_at.is_(None), jobs.c.due_at <= now))


def lease_expired(now: float) -> ColumnElement[bool]:
    """Whether the worker of a job was lost."""
    return and_(jobs.c.status == RUNNING, jobs.c.leased_until < now)


def seconds_worked() -> ColumnElement[float]:
    """For how long workers have held a job that is not held now: its `leased_until` is the time at
    which the last one returned it, or lost it at the latest."""
    was_held = and_(jobs.c.started_at.is_not(None), jobs.c.leased_until.is_not(None))
    return case((was_held, jobs.c.leased_until - jobs.c.started_at), else_=0.0)
