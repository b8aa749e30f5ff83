"""The job queue: jobs are submitted, claimed by workers, and ended, each in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, and_, case, delete, func, or_, select, update

from sorairo.errors import LeaseLostError
from sorairo.jobs import clock as clocks
from sorairo.jobs.admission import QuotaUsage, Submission, accept, check
from sorairo.jobs.conditions import (
    awaits_worker,
    claimable,
    has_id,
    is_due,
    is_job,
    is_unfinished,
    lease_expired,
    seconds_worked,
)
from sorairo.jobs.cursors import remember_place
from sorairo.jobs.job import (
    CANCELLED_ERROR,
    COMPLETED,
    FAILED,
    QUEUED,
    RUNNING,
    WORKER_LOST_ERROR,
    Job,
    error_of,
)
from sorairo.jobs.library.lineage import forget_child
from sorairo.jobs.library.listing import JobFilter, page_of
from sorairo.jobs.outbox import add_events
from sorairo.jobs.schema import jobs
from sorairo.jobs.stored.ledger import add_stored, remove_stored

LEASE_SECONDS = 30.0
MAX_ATTEMPTS = 3
POSTPONED_SECONDS, MAX_POSTPONED_SECONDS = 2.0, 60.0  # of a job that could not be stored


class Queue:
    """The queue in a database. Any number of processes may open the same queue.

    A claim is held for `lease` seconds unless it is renewed. A job fails after `attempts` claims
    that led to no result. Times are those of the database, or of `clock`.
    """

    def __init__(
        self,
        database: Engine,
        *,
        lease: float = LEASE_SECONDS,
        attempts: int = MAX_ATTEMPTS,
        clock: clocks.Clock | None = None,
    ) -> None:
        self.database, self.lease, self.attempts, self.clock = database, lease, attempts, clock
        self.reading = database.execution_options(read_only=True)

    def _now(self, connection: Connection) -> float:
        return clocks.now(connection, self.clock)

    # --- for servers

    def submit(
        self, job: str, payload: dict[str, Any], *, owner: str = "", request_key: str | None = None
    ) -> Job:
        """A new job with the id `job`, or the owner's earlier job with the same `request_key`."""
        one = Submission(jobs=[(job, payload)], owner=owner, request_key=request_key)
        return self.submit_all(one)[0][0]

    def submit_all(self, submission: Submission) -> tuple[list[Job], QuotaUsage]:
        """The new jobs, all of them or none, or the first of the owner's earlier jobs with the same
        `request_key`. Raises QuotaError."""
        with self.database.begin() as connection:
            return accept(connection, submission, self._now(connection))

    def check(self, submission: Submission) -> Job | None:
        """What `submit_all` would do at the moment: the job that was accepted before, or None if
        new jobs would be accepted. Raises QuotaError."""
        with self.reading.begin() as connection:
            return check(connection, submission, self._now(connection))

    def get(self, job: str, owner: str | None = None, *, or_trashed: bool = False) -> Job | None:
        """The job with this id, of this owner if one is given; None if there is none. One in the
        trash is only found with `or_trashed`."""
        same = is_job(job, owner) if or_trashed else has_id(job, owner)
        with self.reading.begin() as connection:
            row = connection.execute(select(jobs).where(same)).one_or_none()
        return None if row is None else Job.of(row)

    def page(
        self,
        *,
        owner: str | None = None,
        limit: int = 20,
        after: str | None = None,
        newest_first: bool = True,
        hidden: str | None = None,
    ) -> tuple[list[Job], bool]:
        """Up to `limit` jobs that follow the job `after`, which may be deleted meanwhile, and
        whether there are more, without those whose ids begin with `hidden`. Raises RequestError if
        there never was a job `after`."""
        wanted = JobFilter(owner=owner, hidden=hidden or "")
        with self.reading.begin() as connection:
            return page_of(connection, wanted, limit=limit, after=after, newest_first=newest_first)

    def cancel(self, job: str, owner: str | None = None, *, forget_key: bool = False) -> Job | None:
        """Cancels a job: a queued job ends at once, a running job when its worker notices, and an
        ended job is not changed. None if there is no such job. With `forget_key`, a later
        submission with the same request key makes a new job."""
        query = select(jobs).where(has_id(job, owner)).with_for_update()
        with self.database.begin() as connection:
            row = connection.execute(query).one_or_none()
            if row is not None and row.status in (QUEUED, RUNNING):
                now = self._now(connection)
                values: dict[str, Any] = {"cancelled": True}
                if forget_key:
                    values["request_key"] = None
                if row.status == QUEUED:
                    values |= {"status": FAILED, "error": CANCELLED_ERROR, "ended_at": now}
                change = update(jobs).where(jobs.c.number == row.number).values(values)
                row = connection.execute(change.returning(jobs)).one()
                if row.status == FAILED:
                    add_events(connection, row.id, row.owner, FAILED, now)
        return None if row is None else Job.of(row)

    def delete(self, job: str, owner: str | None = None) -> Job | None:
        """Deletes a job in any state, also in the trash; a worker that runs it loses its lease.
        Returns the job as it was, or None if there was none."""
        with self.database.begin() as connection:
            deletion = delete(jobs).where(is_job(job, owner)).returning(jobs)
            row = connection.execute(deletion).one_or_none()
            if row is not None:
                now = self._now(connection)
                remember_place(connection, row, now)
                remove_stored(connection, row.id)
                forget_child(connection, row.id)
        return None if row is None else Job.of(row)

    def count_unfinished(self) -> int:
        """The number of jobs that are queued or running."""
        query = select(func.count()).where(is_unfinished())
        with self.reading.begin() as connection:
            return connection.execute(query).scalar_one()

    def count_by_status(self) -> dict[str, int]:
        """The number of jobs of each status; a status without jobs is missing."""
        kept = jobs.c.trashed_at.is_(None)
        query = select(jobs.c.status, func.count()).where(kept).group_by(jobs.c.status)
        with self.reading.begin() as connection:
            return {row[0]: row[1] for row in connection.execute(query).all()}

    def existing_ids(self, ids: Sequence[str]) -> set[str]:
        """Those of the ids that belong to a job of any owner."""
        with self.reading.begin() as connection:
            query = select(jobs.c.id).where(jobs.c.id.in_(ids))
            return set(connection.execute(query).scalars())

    def expired(self, seconds: float, limit: int = 100) -> list[Job]:
        """Jobs that ended more than `seconds` ago and still have files, oldest first."""
        with self.reading.begin() as connection:
            before = self._now(connection) - seconds
            old = and_(jobs.c.ended_at < before, jobs.c.emptied.is_(False))
            query = select(jobs).where(old).order_by(jobs.c.ended_at).limit(limit)
            return [Job.of(row) for row in connection.execute(query).all()]

    def troubled_within(self, seconds: float) -> list[Job]:
        """Jobs that a worker had begun and that failed, and those that were claimed more than once,
        of the ones that ended within the last `seconds`."""
        with self.reading.begin() as connection:
            lately = jobs.c.ended_at > self._now(connection) - seconds
            failed = and_(jobs.c.status == FAILED, jobs.c.fence > 0)
            query = select(jobs).where(or_(failed, jobs.c.fence > 1), lately)
            return [Job.of(row) for row in connection.execute(query).all()]

    def mark_files_deleted(self, job: str) -> None:
        """Records that the files of a job have been deleted."""
        with self.database.begin() as connection:
            connection.execute(update(jobs).where(jobs.c.id == job).values(emptied=True))
            remove_stored(connection, job)

    # --- for workers

    def claim(self, worker: str, *, take_over: bool = True) -> Job | None:
        """The oldest job that is queued or whose worker was lost, now held by `worker`; None if
        there is none. Without `take_over`, only queued jobs are claimed."""
        with self.reading.begin() as connection:  # idle workers do not lock the database
            waiting = awaits_worker(self._now(connection), take_over=take_over)
            if connection.execute(select(jobs.c.number).where(waiting).limit(1)).first() is None:
                return None
        with self.database.begin() as connection:
            now = self._now(connection)
            if take_over:
                self._fail_abandoned(connection, now)
            ready = claimable(now) if take_over else is_due(now)
            oldest = select(jobs.c.number).where(ready).order_by(jobs.c.number).limit(1)
            unlocked = oldest.with_for_update(skip_locked=True)  # SQLite has one writer
            claim = (
                update(jobs)
                .where(jobs.c.number == unlocked.scalar_subquery())
                .values(
                    status=RUNNING,
                    worker=worker,
                    fence=jobs.c.fence + 1,
                    attempts=jobs.c.attempts + 1,
                    leased_until=now + self.lease,
                    started_at=now - seconds_worked(),
                )
                .returning(jobs)
            )
            row = connection.execute(claim).one_or_none()
        return None if row is None else Job.of(row)

    def renew(self, job: Job, progress: int | None = None) -> Job:
        """Renews the lease and records the progress, which never decreases and stays below 100
        until the job is completed. In the job that is returned, `cancelled` may be set.

        Raises LeaseLostError.
        """
        values: dict[str, Any] = {}
        if progress is not None:
            now = min(99, max(0, progress))
            values["progress"] = case((jobs.c.progress < now, now), else_=jobs.c.progress)
        return self._write(job, values, after={"leased_until": self.lease})

    def complete(self, job: Job, result: dict[str, Any]) -> Job:
        """Commits the result. Raises LeaseLostError: then nothing is committed."""
        return self._end(job, {"status": COMPLETED, "progress": 100, "result": result})

    def fail(self, job: Job, code: str, message: str) -> Job:
        """Ends a job with an error, which keeps what a `Note` says. Raises LeaseLostError."""
        return self._end(job, {"status": FAILED, "error": error_of(code, message)})

    def release(self, job: Job) -> Job:
        """Returns a job to the queue without counting the attempt, for a worker that shuts down.
        Raises LeaseLostError."""
        values = {"status": QUEUED, "attempts": jobs.c.attempts - 1}
        return self._write(job, values, after={"leased_until": 0.0})

    def retry_later(self, job: Job, code: str, message: str) -> Job:
        """Returns a job to the queue for another attempt; after the last attempt it fails with this
        error. Raises LeaseLostError."""
        if job.attempts >= self.attempts:
            return self.fail(job, code, message)
        return self._write(job, {"status": QUEUED}, after={"leased_until": 0.0})

    def postpone(self, job: Job) -> Job:
        """Returns a job to the queue because nobody could store its clip now. The attempt does not
        count; the job is due after POSTPONED_SECONDS, and after twice as long each further time.
        Raises LeaseLostError."""
        seconds = min(POSTPONED_SECONDS * 2.0 ** min(job.postponed, 10), MAX_POSTPONED_SECONDS)
        return self._write(
            job,
            {
                "status": QUEUED,
                "attempts": jobs.c.attempts - 1,
                "postponed": jobs.c.postponed + 1,
            },
            after={"due_at": seconds, "leased_until": 0.0},
        )

    def _end(self, job: Job, values: dict[str, Any]) -> Job:
        return self._write(job, {**values, "leased_until": None}, after={"ended_at": 0.0})

    def _write(
        self, job: Job, values: Mapping[str, Any], after: Mapping[str, float] | None = None
    ) -> Job:
        """Changes a job if the claim is still the current one; `after` has columns that are set to
        a time so many seconds from now. Raises LeaseLostError."""
        held = and_(jobs.c.id == job.id, jobs.c.fence == job.fence, jobs.c.status == RUNNING)
        with self.database.begin() as connection:
            now = self._now(connection) if after else 0.0
            times = {column: now + seconds for column, seconds in (after or {}).items()}
            change = update(jobs).where(held).values(**values, **times).returning(jobs)
            row = connection.execute(change).one_or_none()
            if row is not None and row.status in (COMPLETED, FAILED):
                add_events(connection, row.id, row.owner, row.status, row.ended_at)
                if row.result:
                    add_stored(connection, row.id, row.owner, row.result.get("bytes", 0))
        if row is None:
            raise LeaseLostError(f"The job {job.id} was deleted, or another worker has claimed it.")
        return Job.of(row)

    def _fail_abandoned(self, connection: Connection, now: float) -> None:
        """Ends cancelled jobs that no worker holds, and jobs whose last attempt was lost."""
        ended = {"status": FAILED, "ended_at": now, "leased_until": None}
        free = or_(jobs.c.status == QUEUED, lease_expired(now))
        cancelled = and_(free, jobs.c.cancelled)
        exhausted = and_(lease_expired(now), jobs.c.attempts >= self.attempts)
        for condition, error in ((cancelled, CANCELLED_ERROR), (exhausted, WORKER_LOST_ERROR)):
            query = select(jobs.c.number).where(condition)
            numbers = connection.execute(query.with_for_update(skip_locked=True)).scalars().all()
            change = update(jobs).where(jobs.c.number.in_(numbers)).values(**ended, error=error)
            for row in connection.execute(change.returning(jobs)).all() if numbers else ():
                add_events(connection, row.id, row.owner, FAILED, now)
