"""The place of a job in the queue, and the estimate of the time until it is completed."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from sorairo.jobs.admission import Submission
from sorairo.jobs.forecast import Forecast, Forecaster
from sorairo.jobs.job import Job
from sorairo.jobs.library.changes import Library
from sorairo.jobs.queue import Queue
from sorairo.jobs.stored.expected_rates import write_expected
from sorairo.jobs.work_rates import Point, Rate, Rates, Work
from sorairo.server.video_object import video_of

NONE = Forecast()


class Clock:
    now = 1e9

    def __call__(self) -> float:
        return self.now


class Bench:
    """A queue and a clock that only moves when it is told to."""

    def __init__(self, database: Engine) -> None:
        self.clock = Clock()
        self.queue = Queue(database, clock=self.clock, lease=1e6)
        self.forecaster = Forecaster(database, clock=self.clock)

    def submit(self, name: str, cost: float, kind: str = "generate", effort: float = 1.0) -> Job:
        jobs = [(name, {"command": kind, **({"effort": effort} if effort != 1.0 else {})})]
        return self.queue.submit_all(Submission(jobs=jobs, cost=cost))[0][0]

    def claim(self, progress: int = 0) -> Job:
        job = self.queue.claim("me")
        assert job is not None
        return self.queue.renew(job, progress)

    def finish(
        self,
        name: str,
        cost: float,
        seconds: float,
        kind: str = "generate",
        effort: float = 1.0,
    ) -> None:
        self.submit(name, cost, kind, effort)
        job = self.claim()
        self.clock.now += seconds
        self.queue.complete(job, {})

    def of(self, name: str) -> Forecast:
        job = self.queue.get(name)
        assert job is not None
        return self.forecaster.of(job)


def test_places_in_the_queue(database: Engine):
    bench = Bench(database)
    for name in ("a", "b", "c"):
        bench.submit(name, 10)
    assert [bench.of(name).queue_position for name in ("a", "b", "c")] == [1, 2, 3]
    running = bench.claim()
    bench.clock.now += 2
    assert [bench.of(name).queue_position for name in ("a", "b", "c")] == [None, 1, 2]
    bench.queue.complete(running, {})
    assert bench.of("a") == NONE
    bench.submit("d", 10)
    assert bench.of("d").queue_position == 3, "at once"


def test_without_finished_jobs_of_the_kind_there_is_no_estimate(database: Engine):
    bench = Bench(database)
    bench.submit("a", 10)
    assert bench.of("a") == Forecast(queue_position=1)
    bench.claim()
    assert bench.of("a") == NONE
    bench.queue.cancel("a")
    bench.finish("edited", 10, 100, "edit")
    bench.submit("b", 10)
    assert bench.of("b").estimated_seconds is None
    bench.submit("free", 0, "edit")
    bench.clock.now += 60
    assert bench.of("free").estimated_seconds is None, "nothing is known of its work"


def test_what_a_worker_has_measured_counts_until_a_job_of_the_kind_is_finished(database: Engine):
    bench = Bench(database)
    write_expected(database, "", [Point(1.0, 9.0)])
    write_expected(database, "", [Point(1.0, 3.0)])
    bench.submit("a", 10)
    bench.submit("b", 20)
    assert [bench.of(name).estimated_seconds for name in ("a", "b")] == [30, 90]
    job = bench.claim()
    bench.clock.now += 12
    bench.queue.complete(job, {})
    bench.clock.now += 60
    assert bench.of("b").estimated_seconds == 24


def test_estimates_are_work_times_the_usual_rate(database: Engine):
    bench = Bench(database)
    for number, seconds in enumerate((20, 20, 500)):  # one was disturbed: the median counts
        bench.finish(f"done_{number}", 10, seconds)
    bench.finish("edited", 10, 50, "edit")
    bench.submit("a", 10)
    assert bench.of("a") == Forecast(queue_position=1, estimated_seconds=20)
    bench.submit("b", 30, "edit")
    bench.submit("c", 40)
    assert bench.of("b").estimated_seconds == 20 + 150
    assert bench.of("c").estimated_seconds == 20 + 150 + 80
    bench.claim()
    bench.clock.now += 15
    assert bench.of("a").estimated_seconds == 5
    assert bench.of("c").estimated_seconds == 5 + 150 + 80
    bench.clock.now += 60
    assert bench.of("a").estimated_seconds == 0, "late"


def rate(*seen: tuple[float, float]) -> Rate:
    return Rate([Point(pixels, seconds) for pixels, seconds in seen])


def work(pixels: float, length: float = 2.0, effort: float = 1.0) -> Work:
    return Work(kind=("generate", ""), pixels=pixels, length=length, effort=effort)


def test_pixels_count_as_much_as_finished_jobs_say():
    """Not at all for a model whose results are enlarged, fully for one that works at their size,
    and by their root where only one size is known."""
    assert rate((1e5, 8), (9e5, 8)).seconds(work(4e5)) == pytest.approx(16)
    assert rate((1e5, 8), (9e5, 72)).seconds(work(4e5)) == pytest.approx(64)
    assert rate((1e5, 8), (1e5, 8)).seconds(work(4e5)) == pytest.approx(32)
    assert rate((1e5, 8)).seconds(work(1e5, 5.0)) == 40
    spec = {"command": "edit", "runs_on": "big", "video": {"size": "200x100"}}
    assert Work.of(spec, 6e4) == Work(kind=("edit", "big"), pixels=2e4, length=3.0)


def test_steps_count_as_much_as_finished_jobs_say():
    """A second of a clip takes 2 seconds, and 8 more with the default steps: the law is found from
    four jobs, two at each of two sizes."""
    law = Rate([Point(1e5, 10), Point(1e5, 4, 0.25), Point(4e5, 40), Point(4e5, 16, 0.25)])
    assert (law.fixed, law.exponent) == pytest.approx((0.2, 1.0))
    for effort, seconds in ((0.04, 2.32), (0.25, 4), (1, 10), (5, 42)):
        assert law.seconds(work(1e5, 1.0, effort)) == pytest.approx(seconds)
    assert law.seconds(work(2e5, 1.0, 0.25)) == pytest.approx(8)
    only_steps = Rate([Point(1e5, 10), Point(1e5, 1, 0.1)])
    assert only_steps.fixed == 0
    assert only_steps.seconds(work(1e5, 1.0, 0.5)) == pytest.approx(5)
    no_steps = Rate([Point(1e5, 10), Point(1e5, 10, 0.1)])
    assert no_steps.seconds(work(1e5, 1.0, 0.5)) == pytest.approx(10, rel=0.03)


def test_the_share_that_steps_do_not_change_is_taken_from_what_was_measured():
    """Until jobs of the kind had several efforts; without anything measured it is a fifth."""
    measured = {"": [Point(1e5, 5), Point(1e5, 3, 0.2)]}
    point = [Point(1e5, 20)]
    rates = Rates.of({("generate", ""): point, ("generate", "other"): point}, measured)
    assert rates.seconds(work(1e5, 1.0, 0.2)) == pytest.approx(12)
    other = Work(kind=("generate", "other"), pixels=1e5, length=1.0, effort=0.5)
    assert rates.seconds(other) == pytest.approx(12)


def test_an_estimate_counts_the_steps_of_a_job(database: Engine):
    """Of two jobs that are alike but for their steps, one with 10 and one with 50."""
    bench = Bench(database)
    bench.finish("usual", 10, 100)
    bench.finish("few", 10, 30, effort=0.125)
    bench.submit("ten", 10, effort=0.2)
    bench.submit("fifty", 10)
    assert bench.of("ten").estimated_seconds == 36
    assert bench.of("fifty").estimated_seconds == 36 + 100


def test_progress_tells_more_than_other_jobs(database: Engine):
    bench = Bench(database)
    bench.finish("done", 10, 20)
    bench.submit("a", 10)
    bench.submit("b", 10)
    job = bench.claim()
    bench.clock.now += 30
    bench.queue.renew(job, 25)
    assert bench.of("a").estimated_seconds == 90
    assert bench.of("b").estimated_seconds == 90 + 20


def test_time_without_a_worker_is_no_time_of_a_job(database: Engine):
    """A server that is down for a night, and a job that is restored from the trash."""
    bench = Bench(database)
    library = Library(database, clock=bench.clock)
    bench.submit("a", 10)
    job = bench.claim()
    for away in ("stopped", "full", "trashed", "lost"):
        bench.clock.now += 5
        if away == "stopped":
            bench.queue.release(job)
        elif away == "full":
            bench.queue.postpone(job)
        elif away == "trashed":
            library.trash(["a"], "")
        else:
            bench.queue.lease = 5.0
            bench.queue.renew(job)
        bench.clock.now += 30_000
        if away == "trashed":
            library.restore(["a"], "", size=lambda _job: 0)
        job = bench.claim()
    bench.clock.now += 5
    job = bench.queue.renew(job, 60)
    assert (bench.clock.now - (job.started_at or 0)) == 30, "25 of work, and 5 of a lease"
    assert bench.of("a").estimated_seconds == 20
    bench.queue.complete(job, {})
    done = bench.queue.get("a")
    assert done is not None
    assert video_of(done)["processing_seconds"] == 30


def test_running_jobs_share_what_is_ahead(database: Engine):
    bench = Bench(database)
    bench.finish("done", 10, 20)
    for name in ("a", "b", "c", "d"):
        bench.submit(name, 10)
    for _ in range(2):
        bench.claim()
    bench.clock.now += 10
    assert bench.of("c").estimated_seconds == (10 + 10) / 2 + 20
    assert bench.of("d").estimated_seconds == (10 + 10 + 20) / 2 + 20
