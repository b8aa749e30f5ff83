"""When a job will be finished: its place in the queue, and an estimate from finished jobs."""

from __future__ import annotations

import math
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, select

from sorairo.jobs import clock as clocks
from sorairo.jobs.conditions import is_unfinished
from sorairo.jobs.job import COMPLETED, QUEUED, RUNNING, Job
from sorairo.jobs.schema import jobs
from sorairo.jobs.stored.expected_rates import read_expected
from sorairo.jobs.work_rates import Kind, Point, Rates, Work

RECENT_JOBS, PER_KIND = 200, 20  # finished jobs that are read, and that count for each kind
MIN_PROGRESS = 10  # per cent from which on a job's own progress tells most about its duration
QUEUE_SECONDS, RATES_SECONDS = 1.0, 15.0  # for which what was read from the database is used again
# What `Work` reads of a payload: a queue may have thousands of jobs.
_PAYLOAD = jobs.c.payload
_WORK = (
    _PAYLOAD["command"].as_string().label("command"),
    _PAYLOAD["runs_on"].as_string().label("runs_on"),
    _PAYLOAD["video"]["size"].as_string().label("size"),
    _PAYLOAD["effort"].as_float().label("effort"),
    jobs.c.cost,
)


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What is known about the future of a job; None where nothing is."""

    queue_position: int | None = None
    """1 for the next job that a worker takes; None for a job that is not queued."""
    estimated_seconds: int | None = None
    """Until it is completed."""


@dataclass(frozen=True, kw_only=True)
class NewForecast:
    """What is known about a job that is not submitted yet; None where nothing is."""

    seconds: int | None
    """How long it takes once it runs."""
    wait_seconds: int | None
    """How long it would wait before."""
    ahead: int
    """How many jobs are queued before it."""


@dataclass(frozen=True)
class _Snapshot:
    """The unfinished jobs at one moment."""

    positions: Mapping[str, int] = field(default_factory=dict)
    waits: Mapping[str, float | None] = field(default_factory=dict)
    """Seconds until a queued job is started."""
    wait: float | None = 0.0
    """Seconds until a job that is submitted now is started."""


class Forecaster:
    """Forecasts for the jobs in a database.

    What a job takes follows from the last finished jobs of the same kind (the same command and
    model), see `Rate`; without any, from what a worker has measured of the model. Jobs
    ahead are shared between as many workers as there are running jobs.
    """

    def __init__(self, database: Engine, *, clock: clocks.Clock | None = None) -> None:
        self.reading, self.clock = database.execution_options(read_only=True), clock
        self.offset = 0.0  # of the database's clock from that of this machine
        self.lock = threading.Lock()
        self.rates = Rates()
        self.snapshot = _Snapshot()
        self.rates_until = self.snapshot_until = 0.0

    def of(self, job: Job) -> Forecast:
        """The forecast for a job."""
        if job.ended:
            return Forecast()
        with self.lock:
            missing = job.status == QUEUED and job.id not in self.snapshot.positions
            if missing or self.snapshot_until <= self._now():
                self._read()
            snapshot, rates = self.snapshot, self.rates
        own = rates.seconds(Work.of(job.payload, job.cost))
        if job.status == RUNNING:
            return Forecast(
                estimated_seconds=_whole(_remaining(own, job.progress, job.started_at, self._now()))
            )
        wait = snapshot.waits.get(job.id)
        total = None if own is None or wait is None else wait + own
        return Forecast(
            queue_position=snapshot.positions.get(job.id), estimated_seconds=_whole(total)
        )

    def of_new(self, work: Work) -> NewForecast:
        """The forecast for a job that is not submitted yet."""
        with self.lock:
            if self.snapshot_until <= self._now():
                self._read()
            snapshot, rates = self.snapshot, self.rates
        ahead = len(snapshot.positions)
        return NewForecast(
            seconds=_whole(rates.seconds(work)),
            wait_seconds=_whole(snapshot.wait),
            ahead=ahead,
        )

    def _now(self) -> float:
        return self.clock() if self.clock else time.time() + self.offset

    def _read(self) -> None:
        with self.reading.begin() as connection:
            now = clocks.now(connection, self.clock)
            self.offset = now - time.time()
            if self.rates_until <= now or not self.rates.kinds:
                self.rates, self.rates_until = _rates(connection), now + RATES_SECONDS
            self.snapshot = _snapshot(connection, self.rates, now)
        self.snapshot_until = now + QUEUE_SECONDS


def _rates(connection: Connection) -> Rates:
    """What the last finished jobs of each kind took, and what is expected of models."""
    columns = (*_WORK, jobs.c.started_at, jobs.c.ended_at, jobs.c.attempts)
    done = select(*columns).where(jobs.c.status == COMPLETED)
    seen: dict[Kind, list[Point]] = defaultdict(list)
    for row in connection.execute(done.order_by(jobs.c.number.desc()).limit(RECENT_JOBS)):
        undisturbed = row.attempts == 1 and row.cost > 0 and row.started_at is not None
        work = _work(row)
        if undisturbed and len(seen[work.kind]) < PER_KIND:
            rate = (row.ended_at - row.started_at) / work.length
            seen[work.kind].append(Point(work.pixels, rate, work.effort))
    known = {kind: points for kind, points in seen.items() if points}
    return Rates.of(known, read_expected(connection))


def _snapshot(connection: Connection, rates: Rates, now: float) -> _Snapshot:
    columns = (*_WORK, jobs.c.id, jobs.c.progress, jobs.c.started_at)
    query = select(*columns).order_by(jobs.c.number)

    def total(row: Any) -> float | None:
        return rates.usual(_work(row))

    running = connection.execute(query.where(jobs.c.status == RUNNING)).all()
    left = [_remaining(total(row), row.progress, row.started_at, now) for row in running]
    ahead = None if None in left else math.fsum(each for each in left if each is not None)
    positions, waits = {}, {}
    for row in connection.execute(query.where(is_unfinished(), jobs.c.status == QUEUED)):
        positions[row.id] = len(positions) + 1
        waits[row.id] = None if ahead is None else ahead / max(1, len(running))
        own = total(row)
        ahead = None if ahead is None or own is None else ahead + own
    wait = None if ahead is None else ahead / max(1, len(running))
    return _Snapshot(positions, waits, wait)


def _work(row: Any) -> Work:
    payload = {"command": row.command, "runs_on": row.runs_on, "video": {"size": row.size}}
    return Work.of({**payload, "effort": row.effort}, row.cost)


def _remaining(
    total: float | None, progress: int, started_at: float | None, now: float
) -> float | None:
    """Seconds until a running job is completed."""
    elapsed = now - (started_at or now)
    if progress >= MIN_PROGRESS:
        return elapsed * (100 - progress) / progress
    return None if total is None else max(0.0, total - elapsed)


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else math.ceil(round(seconds, 6))
