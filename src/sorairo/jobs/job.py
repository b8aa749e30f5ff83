"""The record of a job, as it was when it was read from the database."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Row

from sorairo.jobs.library.tags import from_column
from sorairo.notes import Note

QUEUED, RUNNING, COMPLETED, FAILED = "queued", "running", "completed", "failed"
WORKER_LOST, CANCELLED = "worker_lost", "cancelled"  # error codes
MODERATION_BLOCKED = "moderation_blocked"  # the code that OpenAI's API has for refused content


WORKER_LOST_ERROR = {
    "code": WORKER_LOST,
    "message": "All workers that claimed this job were lost: submit it again.",
}
CANCELLED_ERROR = {"code": CANCELLED, "message": "The job was cancelled."}


def error_of(code: str, message: str) -> dict[str, Any]:
    """The `error` of a failed job; a message that is a `Note` is also its `detail`."""
    detail = {"detail": message.to_json()} if isinstance(message, Note) else {}
    return {"code": code, "message": str(message), **detail}


@dataclass(frozen=True, kw_only=True)
class Job:
    """One row of the table `jobs`. Times are in seconds since 1970."""

    id: str
    """The name under which the job was submitted."""
    owner: str
    """The id of the API key that submitted it; "" without a key."""
    payload: dict[str, Any]
    """What to do, for the worker."""
    status: str
    """QUEUED, RUNNING, COMPLETED or FAILED."""
    progress: int
    """Per cent done, 0 to 100; it never decreases."""
    attempts: int
    """How many claims count against the limit of attempts."""
    fence: int
    """How often the job was claimed; writes of a worker must name the current value."""
    cancelled: bool
    """Whether cancellation was requested while the job ran."""
    created_at: float
    """When the job was accepted."""
    started_at: float | None
    """When workers would have begun it, had they held it without a break; None before the first
    claim."""
    ended_at: float | None
    """When it was completed or failed."""
    result: dict[str, Any] | None
    """What the worker committed; None until the job is completed."""
    error: dict[str, str] | None
    """`code` and `message` of a failed job."""
    cost: float
    """What the job counts against a quota, in pixels times seconds."""
    postponed: int
    """How often it was put off because there was no room for its clip."""
    emptied: bool
    """Whether the files of the job have been deleted."""
    favourite: bool = False
    """Whether its owner marked it."""
    tags: tuple[str, ...] = ()
    """The words under which its owner sorts it."""
    trashed_at: float | None = None
    """When it was put into the trash; None for a job that is not there."""

    @property
    def ended(self) -> bool:
        """Whether the job is completed or failed."""
        return self.status in (COMPLETED, FAILED)

    @classmethod
    def of(cls, row: Row[Any]) -> Job:
        """The job in a row of the table."""
        values = {field.name: row._mapping[field.name] for field in fields(cls)}
        return cls(**{**values, "tags": from_column(values["tags"])})
