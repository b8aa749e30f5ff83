"""Several processes and threads that share one database."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from sorairo.jobs import database as database_module
from sorairo.jobs.database import open_database
from sorairo.jobs.job import COMPLETED, FAILED
from sorairo.jobs.outbox import Outbox
from sorairo.jobs.queue import Queue
from sorairo.jobs.schema import outbox

JOBS, PROCESSES, ROUNDS = 120, 4, 40
HEARD_WITHIN = 20.0  # seconds
CLAIMER = Path(__file__).with_name("claimer.py")


def claimers(url: str) -> list[subprocess.Popen[str]]:
    return [
        subprocess.Popen(
            [sys.executable, str(CLAIMER), url, f"w{i}"], stdout=subprocess.PIPE, text=True
        )
        for i in range(PROCESSES)
    ]


def ends(database: Engine) -> Counter[str]:
    """Events, by job."""
    with database.begin() as connection:
        return Counter(connection.execute(select(outbox.c.job)).scalars())


def test_each_job_is_completed_by_one_process(url: str, database: Engine):
    queue = Queue(database)
    Outbox(database).add_webhook("http://here/")
    names = [queue.submit(f"job-{i:03d}", {"n": i}).id for i in range(JOBS)]
    said = [process.communicate(timeout=120)[0].split() for process in claimers(url)]
    assert Counter(name for each in said for name in each) == Counter(names)
    assert all(each == sorted(each) for each in map(_first_claims, said)), "the oldest first"
    found, _ = queue.page(limit=JOBS)
    assert {job.status for job in found} == {COMPLETED}
    assert all(job.fence == (2 if int(job.id[4:]) % 7 == 1 else 1) for job in found)
    assert ends(database) == Counter(names), "one event for each job"


def _first_claims(names: list[str]) -> list[str]:
    """Those that were not given back in between."""
    return [name for name in names if int(name[4:]) % 7 != 1]


def test_processes_that_die_lose_nothing(url: str, database: Engine):
    queue = Queue(database)
    Outbox(database).add_webhook("http://here/")
    names = [queue.submit(f"job-{i:03d}", {"n": i}).id for i in range(JOBS)]
    processes = claimers(url)
    while queue.count_unfinished() == JOBS:
        time.sleep(0.01)
    for process in processes[1:]:
        process.kill()
        process.communicate()
    processes[0].communicate(timeout=120)
    found, _ = queue.page(limit=JOBS)
    assert {job.status for job in found} == {COMPLETED}
    assert ends(database) == Counter(names)


def test_concurrent_submissions_with_one_key_make_one_job(database: Engine):
    queue = Queue(database)

    def submit(i: int) -> str:
        return queue.submit(f"job-{i}", {}, owner="me", request_key=f"key-{i % 5}").id

    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(submit, range(40)))
    assert all(len(set(names[key::5])) == 1 for key in range(5))
    assert queue.count_unfinished() == 5


def test_changing_webhooks_disturbs_no_job(database: Engine):
    queue, hooks, ending = Queue(database), Outbox(database), threading.Event()

    def change() -> None:
        while not ending.is_set():
            hooks.remove_webhook(hooks.add_webhook("http://here/").id)

    def work(i: int) -> None:
        queue.submit(f"job-{i}", {})
        job = queue.claim("w")
        assert job is not None
        queue.complete(job, {})

    with ThreadPoolExecutor(4) as pool:
        changing = pool.submit(change)
        try:
            list(pool.map(work, range(ROUNDS)))
        finally:
            ending.set()
        changing.result()
    assert queue.count_unfinished() == 0
    assert not hooks.webhooks()
    assert not ends(database), "removed webhooks get no events"


def test_a_cancellation_is_not_lost_between_claims(database: Engine):
    """Also where it is just claimed, or given back."""
    queue, ending = Queue(database), threading.Event()

    def juggle() -> None:
        while not ending.is_set():
            if job := queue.claim("restless"):
                queue.release(job)
            time.sleep(0.001)  # the lock of SQLite is not fair: others would wait for seconds

    with ThreadPoolExecutor(1) as pool:
        juggling = pool.submit(juggle)
        try:
            for i in range(ROUNDS):
                queue.submit(f"job-{i}", {})
                time.sleep(0.002)
                queue.cancel(f"job-{i}")
            end = time.monotonic() + HEARD_WITHIN
            while queue.count_unfinished() and time.monotonic() < end:
                time.sleep(0.01)
        finally:
            ending.set()
        juggling.result()
    found, _ = queue.page(limit=ROUNDS)
    assert {job.status for job in found} == {FAILED}


def test_concurrent_processes_create_the_tables(url: str):
    start = threading.Barrier(6)

    def open_one() -> int:
        start.wait()
        database = open_database(url)
        try:
            return Queue(database).count_unfinished()
        finally:
            database.dispose()

    with ThreadPoolExecutor(6) as pool:
        assert [one.result() for one in [pool.submit(open_one) for _ in range(6)]] == [0] * 6


def test_statements_on_a_busy_database_are_retried(tmp_path: Path):
    """As SQLite does when two processes enable the WAL of one file, regardless of the timeout."""
    path = tmp_path / "jobs.db"
    holding = sqlite3.connect(path, isolation_level=None)
    holding.execute("BEGIN EXCLUSIVE")
    waiting = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        waiting.execute("PRAGMA journal_mode=WAL")
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(database_module._execute_when_free, waiting, "PRAGMA journal_mode=WAL")
        with pytest.raises(TimeoutError):
            asking.result(timeout=0.3)
        holding.execute("COMMIT")
        asking.result(timeout=20)
    assert waiting.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    waiting.close()
    holding.close()


def test_a_resubmitted_request_is_recognised(opened: Callable[[], Engine]):
    """The same request, of a client that does not know whether it was accepted."""
    first, second = Queue(opened()), Queue(opened())
    accepted = first.submit("a", {}, owner="me", request_key="k")
    assert second.submit("b", {}, owner="me", request_key="k") == accepted
