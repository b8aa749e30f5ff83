"""Submitting, claiming, ending: every step is one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    and_,
    case,
    delete,
    false,
    func,
    or_,
    select,
    update,
)

from sorairo.errors import LeaseLostError
from sorairo.jobs.admission import Allowance, Submission, accept, look
from sorairo.jobs.job import CANCELLED, COMPLETED, FAILED, QUEUED, RUNNING, WORKER_LOST, Job
from sorairo.jobs.outbox import announce
from sorairo.jobs.schema import jobs

LEASE_SECONDS = 30.0
MOST_ATTEMPTS = 3
LOST = {
    "code": WORKER_LOST,
    "message": "The workers that had this job were lost, one after another: submit it again.",
}
STOPPED = {"code": CANCELLED, "message": "The job was cancelled."}


class Queue:
    """The queue in a database. Any number of processes may have one."""

    def __init__(
        self,
        database: Engine,
        *,
        lease: float = LEASE_SECONDS,
        attempts: int = MOST_ATTEMPTS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.database, self.lease, self.attempts, self.clock = database, lease, attempts, clock
        self.reading = database.execution_options(read_only=True)

    # --- for whoever asks

    def submit(
        self,
        job: str,
        payload: dict[str, Any],
        *,
        owner: str = "",
        request_key: str | None = None,
    ) -> Job:
        """A new job, named `job`; or the one that the owner has submitted with the same
        `request_key` before."""
        one = Submission(jobs=[(job, payload)], owner=owner, request_key=request_key)
        return self.submit_all(one)[0][0]

    def submit_all(self, asked: Submission) -> tuple[list[Job], Allowance]:
        """New jobs, all of them or none; or the first of those that the owner has submitted with
        the same `request_key` before. Raises QuotaError."""
        with self.database.begin() as connection:
            return accept(connection, asked, self.clock())

    def look(self, asked: Submission) -> Job | None:
        """What `submit_all` would come to, as far as one can tell now: the job that was accepted
        before, or None. Raises QuotaError."""
        with self.reading.begin() as connection:
            return look(connection, asked, self.clock())

    def get(self, job: str, owner: str | None = None) -> Job | None:
        """None where there is no such job, or it is another one's."""
        with self.reading.begin() as connection:
            row = connection.execute(select(jobs).where(_named(job, owner))).one_or_none()
        return None if row is None else Job.of(row)

    def page(
        self,
        *,
        owner: str | None = None,
        limit: int = 20,
        after: str | None = None,
        newest_first: bool = True,
    ) -> tuple[list[Job], bool]:
        """Up to `limit` jobs behind the job `after`, and whether there are more."""
        asked: Select[Any] = select(jobs)
        if owner is not None:
            asked = asked.where(jobs.c.owner == owner)
        if after is not None:
            last = select(jobs.c.number).where(_named(after, owner)).scalar_subquery()
            asked = asked.where(jobs.c.number < last if newest_first else jobs.c.number > last)
        order = jobs.c.number.desc() if newest_first else jobs.c.number
        with self.reading.begin() as connection:
            rows = connection.execute(asked.order_by(order).limit(limit + 1)).all()
        return [Job.of(row) for row in rows[:limit]], len(rows) > limit

    def cancel(self, job: str, owner: str | None = None) -> Job | None:
        """One that waits ends at once; one that runs, when its worker next says how far it is; one
        that has ended stays as it is. None where there is no such job."""
        now = self.clock()
        ended = {"status": FAILED, "error": STOPPED, "ended_at": now}
        asked = select(jobs).where(_named(job, owner)).with_for_update()
        with self.database.begin() as connection:
            row = connection.execute(asked).one_or_none()
            if row is not None and row.status in (QUEUED, RUNNING):
                values = ended if row.status == QUEUED else {"cancelled": True}
                changed = update(jobs).where(jobs.c.number == row.number).values(values)
                row = connection.execute(changed.returning(jobs)).one()
                if row.status == FAILED:
                    announce(connection, row.id, row.owner, FAILED, now)
        return None if row is None else Job.of(row)

    def delete(self, job: str, owner: str | None = None) -> Job | None:
        """Takes a job out, wherever it is; its worker finds its lease lost. The job as it was."""
        with self.database.begin() as connection:
            gone = delete(jobs).where(_named(job, owner)).returning(jobs)
            row = connection.execute(gone).one_or_none()
        return None if row is None else Job.of(row)

    def waiting(self) -> int:
        """How many jobs have not ended."""
        asked = select(func.count()).where(jobs.c.status.in_((QUEUED, RUNNING)))
        with self.reading.begin() as connection:
            return connection.execute(asked).scalar_one()

    def known(self, names: Sequence[str]) -> set[str]:
        """Those names that are jobs'."""
        with self.reading.begin() as connection:
            asked = select(jobs.c.id).where(jobs.c.id.in_(names))
            return set(connection.execute(asked).scalars())

    def by_status(self) -> dict[str, int]:
        """How many jobs there are of each status."""
        asked = select(jobs.c.status, func.count()).group_by(jobs.c.status)
        with self.reading.begin() as connection:
            return {row[0]: row[1] for row in connection.execute(asked).all()}

    def expired(self, before: float, limit: int = 100) -> list[Job]:
        """Jobs that ended before then and still have files, the oldest first."""
        those = and_(jobs.c.ended_at < before, jobs.c.emptied.is_(False))
        asked = select(jobs).where(those).order_by(jobs.c.ended_at).limit(limit)
        with self.reading.begin() as connection:
            return [Job.of(row) for row in connection.execute(asked).all()]

    def empty(self, job: str) -> None:
        """Notes that a job's files are gone."""
        with self.database.begin() as connection:
            connection.execute(update(jobs).where(jobs.c.id == job).values(emptied=True))

    # --- for workers

    def claim(self, worker: str) -> Job | None:
        """The oldest job that waits, or whose worker was lost; None where there is none."""
        now = self.clock()
        with self.database.begin() as connection:
            self._give_up(connection, now)
            oldest = select(jobs.c.number).where(_free(now)).order_by(jobs.c.number).limit(1)
            unlocked = oldest.with_for_update(skip_locked=True)  # SQLite has one writer
            claimed = (
                update(jobs)
                .where(jobs.c.number == unlocked.scalar_subquery())
                .values(
                    status=RUNNING,
                    worker=worker,
                    fence=jobs.c.fence + 1,
                    attempts=jobs.c.attempts + 1,
                    leased_until=now + self.lease,
                    started_at=case((jobs.c.started_at.is_(None), now), else_=jobs.c.started_at),
                )
                .returning(jobs)
            )
            row = connection.execute(claimed).one_or_none()
        return None if row is None else Job.of(row)

    def renew(self, job: Job, progress: int | None = None) -> Job:
        """Keeps the lease, and says how far the job is (never less than before, and 100 only when
        it is completed); the job as it now is, perhaps with the wish that it be cancelled.

        Raises LeaseLostError.
        """
        values: dict[str, Any] = {"leased_until": self.clock() + self.lease}
        if progress is not None:
            now = min(99, max(0, progress))
            values["progress"] = case((jobs.c.progress < now, now), else_=jobs.c.progress)
        return self._write(job, values)

    def complete(self, job: Job, result: dict[str, Any]) -> Job:
        """Commits the result. Raises LeaseLostError: then nothing is committed."""
        return self._end(job, {"status": COMPLETED, "progress": 100, "result": result})

    def fail(self, job: Job, code: str, message: str) -> Job:
        """Ends a job that cannot be done. Raises LeaseLostError."""
        return self._end(job, {"status": FAILED, "error": {"code": code, "message": message}})

    def give_back(self, job: Job) -> Job:
        """Lets another worker have it, as if it had never been claimed: for one that goes home.
        Raises LeaseLostError."""
        return self._write(
            job,
            {"status": QUEUED, "attempts": jobs.c.attempts - 1, "leased_until": None},
        )

    def put_off(self, job: Job, code: str, message: str) -> Job:
        """Lets another worker try what this one could not do; after the last attempt the job has
        failed. Raises LeaseLostError."""
        if job.attempts >= self.attempts:
            return self.fail(job, code, message)
        return self._write(job, {"status": QUEUED, "leased_until": None})

    def _end(self, job: Job, values: dict[str, Any]) -> Job:
        return self._write(job, {**values, "ended_at": self.clock(), "leased_until": None})

    def _write(self, job: Job, values: dict[str, Any]) -> Job:
        """Changes a job that is still held."""
        held = and_(jobs.c.id == job.id, jobs.c.fence == job.fence, jobs.c.status == RUNNING)
        with self.database.begin() as connection:
            changed = update(jobs).where(held).values(values).returning(jobs)
            row = connection.execute(changed).one_or_none()
            if row is not None and row.status in (COMPLETED, FAILED):
                announce(connection, row.id, row.owner, row.status, row.ended_at)
        if row is None:
            raise LeaseLostError(f"The job {job.id} is another worker's now, or gone.")
        return Job.of(row)

    def _give_up(self, connection: Connection, now: float) -> None:
        """Ends jobs whose last worker was lost, and those that nobody holds and nobody wants."""
        ended = {"status": FAILED, "ended_at": now, "leased_until": None}
        wished = and_(_free(now), jobs.c.cancelled)
        tried = and_(_lost(now), jobs.c.attempts >= self.attempts)
        for those, error in ((wished, STOPPED), (tried, LOST)):
            asked = select(jobs.c.number).where(those)
            numbers = connection.execute(asked.with_for_update(skip_locked=True)).scalars().all()
            mine = update(jobs).where(jobs.c.number.in_(numbers)).values(**ended, error=error)
            for row in connection.execute(mine.returning(jobs)).all() if numbers else ():
                announce(connection, row.id, row.owner, FAILED, now)


def _named(job: str, owner: str | None) -> ColumnElement[bool]:
    if not job.isprintable():  # PostgreSQL refuses a NUL, and both half a surrogate pair
        return false()
    mine = jobs.c.id == job
    return mine if owner is None else and_(mine, jobs.c.owner == owner)


def _free(now: float) -> ColumnElement[bool]:
    return or_(jobs.c.status == QUEUED, _lost(now))


def _lost(now: float) -> ColumnElement[bool]:
    return and_(jobs.c.status == RUNNING, jobs.c.leased_until < now)
