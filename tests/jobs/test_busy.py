"""While another process holds the write lock of an SQLite database, readers do not wait, and
writers wait for a short time only."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine

from sorairo.jobs import database as database_module
from sorairo.jobs.database import DATABASE_UNAVAILABLE, is_busy, is_full, open_database
from sorairo.jobs.keys import ApiKeyStore
from sorairo.jobs.outbox import Outbox
from sorairo.jobs.queue import Queue

PATIENCE = 0.3  # seconds


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Engine]:
    """A database whose write lock another connection holds."""
    path = tmp_path / "jobs.db"
    database = open_database(f"sqlite:///{path}", busy_seconds=PATIENCE)
    Queue(database).submit("a", {})
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    yield database
    holder.close()
    database.dispose()


def test_readers_do_not_wait(busy: Engine):
    """Not even new processes, or those that find all writers waiting."""
    with ThreadPoolExecutor(40) as pool:
        writing = [pool.submit(Queue(busy).submit, f"b-{i}", {}) for i in range(40)]
        time.sleep(0.05)
        for database in (busy, open_database(str(busy.url))):
            queue, begun = Queue(database), time.monotonic()
            assert queue.get("a") is not None
            assert len(queue.page()[0]) == queue.count_unfinished() == 1
            assert ApiKeyStore(database).all_keys() == Outbox(database).webhooks() == []
            assert not Outbox(database).any_due()
            assert time.monotonic() - begun < PATIENCE
            database.dispose()
        errors = [each.exception() for each in writing]
    assert all(isinstance(error, DATABASE_UNAVAILABLE) for error in errors)
    assert all(is_busy(error) and not is_full(error) for error in errors if error)


def test_only_some_threads_wait_to_write(busy: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(database_module, "MAX_WAITING", 2)
    database = open_database(str(busy.url), busy_seconds=PATIENCE)
    claim = (DATABASE_UNAVAILABLE, Queue(database).claim, "w")
    waiting = [threading.Thread(target=pytest.raises, args=claim) for _ in range(2)]
    for each in waiting:
        each.start()
    time.sleep(PATIENCE / 3)
    begun = time.monotonic()
    with pytest.raises(DATABASE_UNAVAILABLE) as caught:
        Queue(database).submit("b", {})
    assert is_busy(caught.value)
    assert time.monotonic() - begun < PATIENCE / 3
    for each in waiting:
        each.join()
    database.dispose()


def test_a_full_disk_of_the_database_is_told_apart(tmp_path: Path):
    database = open_database(f"sqlite:///{tmp_path}/jobs.db")
    with database.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")  # as where the disk is full
        connection.commit()
    queue = Queue(database)
    with pytest.raises(DATABASE_UNAVAILABLE) as caught:
        queue.submit("a", {"prompt": "x" * 100_000})
    assert is_full(caught.value)
    assert not is_busy(caught.value)
    assert queue.get("a") is None
    database.dispose()


def test_a_worker_that_finds_no_job_does_not_wait(tmp_path: Path):
    """It looks for one five times a second, and takes no lock for that."""
    path = tmp_path / "jobs.db"
    queue = Queue(open_database(f"sqlite:///{path}", busy_seconds=PATIENCE))
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    assert queue.claim("w") is None
    holder.execute("ROLLBACK")
    queue.submit("a", {})
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(DATABASE_UNAVAILABLE):
        queue.claim("w")
    holder.close()
    queue.database.dispose()
