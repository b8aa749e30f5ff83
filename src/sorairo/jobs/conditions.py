"""Conditions on the rows of the table `jobs`."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, or_

from sorairo.jobs.job import QUEUED, RUNNING
from sorairo.jobs.schema import jobs


def has_id(job: str, owner: str | None) -> ColumnElement[bool]:
    """Whether a row is the job with this id, of this owner if one is given."""
    if not job.isprintable():  # PostgreSQL rejects NUL, both databases reject lone surrogates
        return false()
    same = jobs.c.id == job
    return same if owner is None else and_(same, jobs.c.owner == owner)


def claimable(now: float) -> ColumnElement[bool]:
    """Whether a worker may claim a job."""
    return or_(is_due(now), lease_expired(now))


def is_due(now: float) -> ColumnElement[bool]:
    """Whether a job is queued and not put off to a later time."""
    return and_(jobs.c.status == QUEUED, or_(jobs.c.due_at.is_(None), jobs.c.due_at <= now))


def lease_expired(now: float) -> ColumnElement[bool]:
    """Whether the worker of a job was lost."""
    return and_(jobs.c.status == RUNNING, jobs.c.leased_until < now)
