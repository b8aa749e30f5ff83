"""Adds finished jobs that no worker did: videos that were made elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert

from sorairo.jobs import clock as clocks
from sorairo.jobs.job import COMPLETED, Job
from sorairo.jobs.library.lineage import record_origin, record_parents
from sorairo.jobs.library.tags import to_column
from sorairo.jobs.queue import Queue
from sorairo.jobs.schema import jobs
from sorairo.jobs.stored.ledger import add_stored, check_storage


@dataclass(frozen=True, kw_only=True)
class ImportedJob:
    """A job that is added as finished; the fields are those of Job."""

    id: str
    owner: str
    payload: dict[str, Any]
    result: dict[str, Any]
    created_at: float
    favourite: bool = False
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Ancestry:
    """What an archive says about the family of a video."""

    origin: str = ""
    """The id that it had; "" where it is not known."""
    parents: Mapping[str, str] = field(default_factory=dict)
    """The ids of what it was made from, each with the part that it has (see `Descent`)."""


def add_imported(
    queue: Queue,
    job: ImportedJob,
    *,
    most_bytes: float | None = None,
    ancestry: Ancestry = Ancestry(),
) -> Job:
    """The new job, which ends now. Raises QuotaError if its owner would store more than
    `most_bytes`, and IntegrityError if there is one with its id."""
    size = int(job.result.get("bytes", 0))
    with queue.database.begin() as connection:
        check_storage(connection, job.owner, size, most_bytes)
        row = {
            **vars(job),
            "tags": to_column(job.tags),
            "status": COMPLETED,
            "progress": 100,
            "ended_at": clocks.now(connection, queue.clock),
        }
        found = connection.execute(insert(jobs).values(row).returning(jobs)).one()
        record_parents(connection, job.id, job.payload)
        record_origin(connection, job.owner, job.id, ancestry.origin, ancestry.parents)
        add_stored(connection, job.id, job.owner, size)
    return Job.of(found)
