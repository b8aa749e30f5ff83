"""A job, as it was when it was read."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Row

QUEUED, RUNNING, COMPLETED, FAILED = "queued", "running", "completed", "failed"
WORKER_LOST, CANCELLED = "worker_lost", "cancelled"  # codes of errors


@dataclass(frozen=True, kw_only=True)
class Job:
    """`payload` is what is to be done, `result` what came of it, `error` {"code", "message"}.
    `progress` is 0 to 100 and never falls; `fence` counts the claims; times are in seconds since
    1970. `cost` is what a quota counts; `emptied`: its files are gone."""

    id: str
    owner: str
    payload: dict[str, Any]
    status: str
    progress: int
    attempts: int
    fence: int
    cancelled: bool
    created_at: float
    started_at: float | None
    ended_at: float | None
    result: dict[str, Any] | None
    error: dict[str, str] | None
    cost: float
    emptied: bool

    @property
    def ended(self) -> bool:
        return self.status in (COMPLETED, FAILED)

    @classmethod
    def of(cls, row: Row[Any]) -> Job:
        return cls(**{field.name: row._mapping[field.name] for field in fields(cls)})
