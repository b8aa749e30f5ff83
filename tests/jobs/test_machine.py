"""A Hypothesis state machine of the queue: no job is lost, none is committed twice, and each ended
job has one event, in any order of operations."""

from __future__ import annotations

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine

from sorairo.errors import LeaseLostError
from sorairo.jobs.job import COMPLETED, FAILED, QUEUED, RUNNING, Job
from sorairo.jobs.outbox import Outbox
from sorairo.jobs.queue import LEASE_SECONDS, MAX_ATTEMPTS, Queue
from sorairo.jobs.schema import metadata


class Machine(RuleBasedStateMachine):
    submitted, claimed = Bundle("submitted"), Bundle("claimed")

    def __init__(self, database: Engine) -> None:
        super().__init__()
        self.now = 1000.0
        self.database = database
        with database.begin() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())
        self.queue = Queue(self.database, clock=lambda: self.now)
        self.outbox = Outbox(self.database, clock=lambda: self.now)
        self.outbox.add_webhook("http://here/")
        self.alive: dict[str, int] = {}  # progress seen, of all that were accepted
        self.ended: dict[str, str] = {}
        self.results: dict[str, dict] = {}
        self.count = 0

    def teardown(self) -> None:
        self.now += 1e9
        delivered = Counter()
        while event := self.outbox.claim_next():
            delivered[event.job] += 1
            self.outbox.mark_delivered(event)
        assert set(delivered.values()) <= {1}
        assert set(self.ended) <= set(delivered), "each ended job has an event"
        assert not (set(self.alive) - set(self.ended)) & set(delivered), "and nothing else"

    @rule(target=submitted)
    def submit(self) -> str:
        self.count += 1
        job = self.queue.submit(f"job-{self.count:03d}", {"n": self.count})
        self.alive[job.id] = 0
        return job.id

    @rule(target=claimed)
    def claim(self):
        job = self.queue.claim("w")
        if job is None:
            return multiple()
        assert job.attempts <= MAX_ATTEMPTS
        return job

    @rule(job=claimed, progress=st.integers(-5, 130))
    def renew(self, job: Job, progress: int) -> None:
        held = self._held(job)
        try:
            self.queue.renew(job, progress)
            assert held
        except LeaseLostError:
            assert not held

    @rule(job=consumes(claimed), well=st.booleans())
    def end(self, job: Job, well: bool) -> None:
        held = self._held(job)
        try:
            if well:
                self.queue.complete(job, {"fence": job.fence})
                self.results[job.id] = {"fence": job.fence}
            else:
                self.queue.fail(job, "any", "Any.")
            assert held
            self.ended[job.id] = COMPLETED if well else FAILED
        except LeaseLostError:
            assert not held

    @rule(job=consumes(claimed))
    def crash(self, job: Job) -> None:
        """The worker dies."""

    @rule(job=consumes(claimed))
    def release(self, job: Job) -> None:
        held = self._held(job)
        try:
            self.queue.release(job)
            assert held
        except LeaseLostError:
            assert not held

    @rule(job=consumes(claimed))
    def retry_later(self, job: Job) -> None:
        held = self._held(job)
        try:
            left = self.queue.retry_later(job, "any", "Any.")
            assert held
            assert left.ended == (job.attempts == MAX_ATTEMPTS)
        except LeaseLostError:
            assert not held

    @rule(seconds=st.sampled_from([0.5, 10, LEASE_SECONDS + 1, 1e5, -20.0]))
    def time_passes(self, seconds: float) -> None:
        """Or jumps back, as clocks do."""
        self.now += seconds

    @rule(job=submitted)
    def cancel(self, job: str) -> None:
        self.queue.cancel(job)

    @rule(job=consumes(submitted))
    def delete(self, job: str) -> None:
        self.queue.delete(job)
        self.alive.pop(job, None)
        self.ended.pop(job, None)

    @rule()
    def restart(self) -> None:
        self.database.dispose()

    def _held(self, job: Job) -> bool:
        """Whether a claim is still the last one of a job that runs."""
        now = self.queue.get(job.id)
        return now is not None and now.status == RUNNING and now.fence == job.fence

    @invariant()
    def nothing_is_lost_or_changed(self) -> None:
        found, more = self.queue.page(limit=1000)
        assert not more
        assert {job.id for job in found} == set(self.alive)
        for job in found:
            assert job.status in (QUEUED, RUNNING, COMPLETED, FAILED)
            assert job.progress >= self.alive[job.id], "progress never falls"
            self.alive[job.id] = job.progress
            assert (job.progress == 100) == (job.status == COMPLETED)
            assert (job.status == COMPLETED) == (job.result is not None)
            assert (job.status == FAILED) == (job.error is not None)
            if job.id in self.results:
                assert job.result == self.results[job.id], "what is committed stays"
            if job.id in self.ended:
                assert job.status == self.ended[job.id]
            elif job.ended:  # by a cancelled wait, or after too many lost workers
                assert job.status == FAILED
                self.ended[job.id] = FAILED


def test_machine(database: Engine):
    run_state_machine_as_test(
        lambda: Machine(database),
        settings=settings(max_examples=40, stateful_step_count=40, deadline=None),
    )
