"""The queue: jobs run at least once and are committed exactly once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from sorairo.errors import LeaseLostError, RequestError
from sorairo.jobs.job import CANCELLED, COMPLETED, FAILED, QUEUED, RUNNING, WORKER_LOST
from sorairo.jobs.outbox import Outbox
from sorairo.jobs.queue import Queue


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue(database: Engine, clock: Clock) -> Queue:
    return Queue(database, clock=clock)


def test_a_job_from_beginning_to_end(queue: Queue, clock: Clock):
    submitted = queue.submit("a", {"prompt": "x"}, owner="me")
    assert (submitted.status, submitted.progress, submitted.payload) == (QUEUED, 0, {"prompt": "x"})
    clock.now += 5
    job = queue.claim("worker")
    assert job is not None
    assert (job.id, job.status, job.fence, job.attempts) == ("a", RUNNING, 1, 1)
    assert job.started_at == 1005
    assert queue.claim("another") is None
    assert queue.renew(job, 40).progress == 40
    assert queue.renew(job, 20).progress == 40, "progress never falls"
    assert queue.renew(job, 100).progress == 99, "100 only if the result exists"
    clock.now += 5
    done = queue.complete(job, {"file": "clip.mp4"})
    assert (done.status, done.progress, done.result) == (COMPLETED, 100, {"file": "clip.mp4"})
    assert (done.ended_at, done.ended) == (1010, True)
    assert queue.get("a") == done
    assert queue.get("a", owner="me") == done
    assert queue.get("a", owner="you") is None


def test_jobs_are_claimed_in_order_and_each_once(queue: Queue):
    for i in range(40):
        queue.submit(f"job-{i:02d}", {})
    assert queue.count_unfinished() == 40
    with ThreadPoolExecutor(4) as pool:
        claimed = [job.id for job in pool.map(lambda i: queue.claim(f"w{i}"), range(40)) if job]
    assert sorted(claimed) == [f"job-{i:02d}" for i in range(40)]
    assert queue.claim("w") is None


def test_a_worker_without_its_lease_can_change_nothing(queue: Queue, clock: Clock):
    queue.submit("a", {})
    slow = queue.claim("slow")
    assert slow is not None
    clock.now += 20
    queue.renew(slow, 10)
    clock.now += 29
    assert queue.claim("quick") is None, "the lease was renewed"
    clock.now += 2
    quick = queue.claim("quick")
    assert quick is not None
    assert (quick.fence, quick.attempts, quick.progress) == (2, 2, 10)
    for write in (
        lambda: queue.renew(slow, 50),
        lambda: queue.complete(slow, {"file": "slow"}),
        lambda: queue.fail(slow, "any", "Any."),
        lambda: queue.release(slow),
    ):
        with pytest.raises(LeaseLostError):
            write()
    queue.complete(quick, {"file": "quick"})
    with pytest.raises(LeaseLostError):
        queue.complete(quick, {"file": "again"})
    found = queue.get("a")
    assert found is not None
    assert found.result == {"file": "quick"}


def test_a_job_fails_after_three_lost_workers(queue: Queue, clock: Clock):
    queue.submit("a", {})
    for _ in range(3):
        assert queue.claim("mortal")
        clock.now += 31
    assert queue.claim("mortal") is None
    found = queue.get("a")
    assert found is not None
    assert found.status == FAILED
    assert found.error is not None
    assert found.error["code"] == WORKER_LOST


def test_releasing_a_job_counts_no_attempt(queue: Queue):
    queue.submit("a", {})
    for _ in range(5):
        job = queue.claim("restless")
        assert job is not None
        assert job.attempts == 1
        queue.release(job)


def test_cancelling(queue: Queue, clock: Clock):
    for name in "abc":
        queue.submit(name, {}, owner="me")
    first = queue.claim("worker")
    assert first is not None
    waiting = queue.cancel("b", "me")
    assert waiting is not None
    assert waiting.status == FAILED
    assert waiting.error is not None
    assert waiting.error["code"] == CANCELLED
    running = queue.cancel("a", "me")
    assert running is not None
    assert (running.status, running.cancelled) == (RUNNING, True)
    assert queue.renew(first).cancelled, "its worker is informed"
    assert queue.cancel("c", "you") is None
    clock.now += 31  # the worker never comes back
    later = queue.claim("another")
    assert later is not None
    assert later.id == "c"
    ended = queue.get("a")
    assert ended is not None
    assert ended.error is not None
    assert ended.error["code"] == CANCELLED
    done = queue.complete(later, {})
    assert queue.cancel("c", "me") == done, "an ended job is not changed"


def test_deleting_takes_the_job_from_its_worker(queue: Queue):
    queue.submit("a", {}, owner="me")
    job = queue.claim("worker")
    assert job is not None
    assert queue.delete("a", "you") is None
    assert queue.delete("a", "me") == job
    assert queue.get("a") is None
    with pytest.raises(LeaseLostError):
        queue.renew(job)


def test_a_request_key_names_one_job_of_an_owner(queue: Queue):
    first = queue.submit("a", {"n": 1}, owner="me", request_key="k")
    assert queue.submit("b", {"n": 2}, owner="me", request_key="k") == first
    assert queue.submit("c", {}, owner="you", request_key="k").id == "c"
    assert queue.submit("d", {}, owner="me").id == "d"
    assert queue.submit("e", {}, owner="me").id == "e"


@pytest.mark.parametrize("newest_first", [True, False])
def test_pages(queue: Queue, newest_first: bool):
    names = [f"job-{i}" for i in range(7)]
    for name in names:
        queue.submit(name, {}, owner="me")
        queue.submit(f"other-{name}", {}, owner="you")
    expected = names[::-1] if newest_first else names
    seen: list[str] = []
    more, after = True, None
    while more:
        page, more = queue.page(owner="me", limit=3, after=after, newest_first=newest_first)
        seen += [job.id for job in page]
        after = seen[-1]
    assert seen == expected
    assert queue.page(owner="me", limit=0) == ([], True)


def test_jobs_survive_a_restart(opened: Callable[[], Engine]):
    database = opened()
    submitted = Queue(database).submit("a", {"prompt": "x"})
    database.dispose()
    assert Queue(opened()).get("a") == submitted


def test_retries_end_in_failure(queue: Queue):
    queue.submit("a", {})
    for attempt in (1, 2, 3):
        job = queue.claim("w")
        assert job is not None
        assert job.attempts == attempt
        left = queue.retry_later(job, "storage_error", "No room.")
        assert left.status == (QUEUED if attempt < 3 else FAILED)
    assert queue.claim("w") is None
    assert left.error == {"code": "storage_error", "message": "No room."}


def test_a_cancelled_job_is_not_claimed_again(queue: Queue):
    queue.submit("a", {})
    job = queue.claim("w")
    assert job is not None
    queue.cancel("a")
    queue.release(job)
    assert queue.claim("w") is None
    found = queue.get("a")
    assert found is not None
    assert found.error is not None
    assert found.error["code"] == CANCELLED


@pytest.mark.parametrize("name", ["", "a\0", "\ud800", "x" * 10_000, "video\n", "一"])
def test_ids_of_no_job(queue: Queue, name: str):
    queue.submit("a", {})
    assert queue.get(name) is None
    assert queue.cancel(name) is None
    assert queue.delete(name) is None
    with pytest.raises(RequestError, match="there is no video"):
        queue.page(after=name)


def test_payloads_are_stored_exactly(queue: Queue):
    payload = {
        "prompt": "a\0b \ud800 \N{SNOWMAN} 一",
        "n": [1, 2.5, None, True],
        "deep": {"": "'\"\\"},
    }
    queue.submit("a", payload)
    job = queue.claim("w")
    assert job is not None
    assert job.payload == payload
    done = queue.complete(job, payload)
    assert queue.get("a") == done
    assert done.result == payload


def test_a_job_that_cannot_be_stored_is_put_off(queue: Queue, clock: Clock):
    """It counts no attempt, others go first, and it waits longer each time."""
    queue.submit("large", {})
    queue.submit("small", {})
    for seconds in (2, 4, 8, 16, 32, 60, 60, 60):
        job = queue.claim("w")
        assert job is not None
        assert (job.id, job.attempts) == ("large", 1)
        left = queue.postpone(job)
        assert (left.status, left.attempts) == (QUEUED, 0)
        clock.now += seconds - 0.5
        other = queue.claim("w")
        assert other is not None
        assert other.id == "small"
        queue.release(other)
        clock.now += 1
    with pytest.raises(LeaseLostError):
        queue.postpone(job)
    queue.cancel("small")
    large = queue.claim("w")
    assert large is not None
    queue.cancel("large")
    queue.postpone(large)
    assert queue.claim("w") is None
    ended = queue.get("large")
    assert ended is not None
    assert ended.error is not None
    assert ended.error["code"] == CANCELLED


def test_after_an_outage_only_queued_jobs_are_claimed(queue: Queue, clock: Clock):
    """A worker whose renewals failed may live: its job is not taken, and does not fail."""
    queue.submit("held", {})
    held = queue.claim("alive")
    assert held is not None
    queue.submit("waiting", {})
    clock.now += 1000
    waiting = queue.claim("another", take_over=False)
    assert waiting is not None
    assert waiting.id == "waiting"
    assert queue.claim("another", take_over=False) is None
    assert queue.renew(held).status == RUNNING


SKEWED = """
import sys, time
real, away = time.time, float(sys.argv[2])
time.time = lambda: real() + away
from sorairo.jobs.database import open_database
from sorairo.jobs.outbox import Outbox
from sorairo.jobs.queue import Queue
database = open_database(sys.argv[1])
job, event = Queue(database).claim("skewed"), Outbox(database).claim_next()
print(job and job.id, event and event.job)
"""


@pytest.mark.parametrize("away", [45, -45])
def test_a_machine_whose_clock_is_wrong_takes_no_job_of_a_living_worker(
    url: str, database: Engine, away: int
):
    queue, outbox = Queue(database), Outbox(database)
    outbox.add_webhook("http://here/")
    for name in ("running", "ended"):
        queue.submit(name, {})
    queue.cancel("ended")
    assert queue.claim("alive")
    assert outbox.claim_next()

    def claimed() -> str:
        command = [sys.executable, "-c", SKEWED, url, str(away)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    assert claimed() == "None None"
    queue.submit("waiting", {})
    assert claimed() == "waiting None"
    assert queue.claim("alive") is None, "the lease of the other machine is as long as ours"
