"""BatchStore: many jobs that were submitted with one file, and whose results are one file."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, and_, insert, or_, select, update

from sorairo.jobs.job import COMPLETED as JOB_COMPLETED
from sorairo.jobs.job import FAILED as JOB_FAILED
from sorairo.jobs.job import Job
from sorairo.jobs.schema import batches, jobs

IN_PROGRESS, CANCELLING = "in_progress", "cancelling"
COMPLETED, CANCELLED, FAILED = "completed", "cancelled", "failed"
UNFINISHED = (IN_PROGRESS, CANCELLING)
AT_ONCE = 500  # ids in one query


@dataclass(frozen=True, kw_only=True)
class Batch:
    """One row of the table `batches`. Times are in seconds since 1970."""

    id: str
    owner: str
    """The id of the API key that created it; "" without a key."""
    status: str
    """IN_PROGRESS, CANCELLING, COMPLETED, CANCELLED or FAILED."""
    input_file: str
    """The id of the file with the requests."""
    endpoint: str
    """The path that all requests are for."""
    metadata: dict[str, str] = field(default_factory=dict)
    """What the client wants to be kept with it."""
    lines: list[dict[str, Any]] = field(default_factory=list)
    """For each request its `custom_id`, and its `job` or the `error` for which there is none."""
    errors: list[dict[str, Any]] = field(default_factory=list)
    """Why it has failed as a whole."""
    created_at: float
    cancelled_at: float | None = None
    """When cancelling was requested."""
    ended_at: float | None = None
    output_file: str | None = None
    """The id of the file with the responses; None: there are none."""
    error_file: str | None = None
    """The id of the file with the errors; None: there are none."""


class BatchStore:
    """The batches in a database."""

    def __init__(self, database: Engine, *, clock: Callable[[], float] = time.time) -> None:
        self.database, self.clock = database, clock
        self.reading = database.execution_options(read_only=True)

    def new_id(self) -> str:
        """A new id; ids sort by time."""
        return f"batch_{int(self.clock() * 1e6):013x}{secrets.token_hex(10)[:19]}"

    def add(self, batch: Batch) -> None:
        """Stores a new batch."""
        with self.database.begin() as connection:
            connection.execute(insert(batches).values(_row(batch)))

    def get(self, batch: str, owner: str) -> Batch | None:
        """The owner's batch with this id; None if there is none."""
        if not batch.isprintable():  # PostgreSQL rejects NUL
            return None
        mine = and_(batches.c.id == batch, batches.c.owner == owner)
        with self.reading.begin() as connection:
            row = connection.execute(select(batches).where(mine)).one_or_none()
        return None if row is None else _batch(row._mapping)

    def page(self, owner: str, *, limit: int, after: str | None) -> tuple[list[Batch], bool]:
        """Up to `limit` batches of an owner that are older than `after`, newest first, and whether
        there are more."""
        query = select(batches).where(batches.c.owner == owner)
        if after is not None:
            query = query.where(batches.c.id < after)
        with self.reading.begin() as connection:
            rows = connection.execute(query.order_by(batches.c.id.desc()).limit(limit + 1)).all()
        return [_batch(row._mapping) for row in rows[:limit]], len(rows) > limit

    def jobs_of(self, batch: Batch) -> dict[str, Job]:
        """The jobs of a batch that exist, by id; see `states_of`."""
        return {row.id: Job.of(row) for row in self._jobs(batch, jobs)}

    def states_of(self, batch: Batch) -> dict[str, str]:
        """The status of each job of a batch that exists, by id. One that was put into the trash
        before it had ended is none: nobody works on it."""
        return {row.id: row.status for row in self._jobs(batch, jobs.c.id, jobs.c.status)}

    def _jobs(self, batch: Batch, *columns: Any) -> Iterator[Any]:
        names = [each["job"] for each in batch.lines if each.get("job")]
        exists = or_(jobs.c.trashed_at.is_(None), jobs.c.status.in_((JOB_COMPLETED, JOB_FAILED)))
        with self.reading.begin() as connection:
            for first in range(0, len(names), AT_ONCE):
                mine = jobs.c.id.in_(names[first : first + AT_ONCE])
                yield from connection.execute(select(*columns).where(mine, exists)).all()

    def cancel(self, batch: Batch) -> None:
        """Records that cancelling was requested, if the batch has not ended."""
        values = {"status": CANCELLING, "cancelled_at": self.clock()}
        self._change(batch, (IN_PROGRESS,), values)

    def end(self, batch: Batch, files: tuple[str | None, str | None]) -> bool:
        """Ends a batch with its output and error files. False if it has ended before."""
        status = CANCELLED if batch.status == CANCELLING else COMPLETED
        values = {"status": status, "ended_at": self.clock()}
        values |= {"output_file": files[0], "error_file": files[1]}
        return self._change(batch, (batch.status,), values)

    def _change(self, batch: Batch, before: Sequence[str], values: dict[str, Any]) -> bool:
        same = and_(batches.c.id == batch.id, batches.c.status.in_(before))
        with self.database.begin() as connection:
            return connection.execute(update(batches).where(same).values(values)).rowcount == 1


_DETAILS = ("metadata", "lines", "errors")  # in one column, as JSON


def _row(batch: Batch) -> dict[str, Any]:
    columns = {name: each for name, each in vars(batch).items() if name not in _DETAILS}
    return {**columns, "details": {name: getattr(batch, name) for name in _DETAILS}}


def _batch(row: Any) -> Batch:
    values = dict(row)
    details = values.pop("details")
    return Batch(**values, **details)
