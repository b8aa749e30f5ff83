"""Restarts and outages of PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from postgresql import PostgreSQL
from sorairo.jobs.database import DATABASE_UNAVAILABLE, open_database
from sorairo.jobs.job import COMPLETED
from sorairo.jobs.keys import ApiKeyStore
from sorairo.jobs.queue import Queue
from sorairo.jobs.schema import jobs


@pytest.fixture
def database(postgresql: PostgreSQL) -> Iterator[Engine]:
    database = open_database(postgresql.new())
    yield database
    database.dispose()


def test_a_restart_between_two_operations_goes_unnoticed(database: Engine, postgresql: PostgreSQL):
    queue, keys = Queue(database), ApiKeyStore(database)
    _, secret = keys.create("studio")
    queue.submit("a", {"n": 1})
    postgresql.restart()
    job = queue.claim("w")
    assert job is not None
    assert job.payload == {"n": 1}
    postgresql.restart()
    assert queue.renew(job, 50).progress == 50
    postgresql.restart()
    assert queue.complete(job, {"file": "x"}).status == COMPLETED
    postgresql.restart()
    assert keys.find_owner(secret) is not None


def test_operations_fail_during_an_outage(database: Engine, postgresql: PostgreSQL):
    queue = Queue(database)
    queue.submit("a", {})
    job = queue.claim("w")
    assert job is not None
    postgresql.stop()
    try:
        for step in (
            lambda: queue.submit("b", {}),
            lambda: queue.get("a"),
            lambda: queue.claim("w"),
            lambda: queue.renew(job),
            lambda: queue.complete(job, {}),
            lambda: queue.count_unfinished(),
        ):
            with pytest.raises(DATABASE_UNAVAILABLE):
                step()
    finally:
        postgresql.start()
    assert queue.complete(job, {}).status == COMPLETED
    assert queue.get("b") is None


def test_an_interrupted_transaction_is_rolled_back(database: Engine, postgresql: PostgreSQL):
    queue = Queue(database)
    queue.submit("a", {})

    def cut_short() -> None:
        with database.begin() as connection:
            connection.execute(jobs.delete())
            postgresql.restart()

    with pytest.raises(DATABASE_UNAVAILABLE):
        cut_short()
    assert queue.get("a") is not None
