"""Outages of the database and of the media store: clients get an error, and no accepted job is
lost."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine as Database

import sorairo
from one_job import FILES, claimed, client_of, kept, now, submitted
from postgresql import PostgreSQL
from sorairo.generation.engine import Engine
from sorairo.jobs.database import open_database
from sorairo.jobs.job import COMPLETED, FAILED, QUEUED
from sorairo.jobs.queue import Queue
from sorairo.server.uploads.media_store import MediaStore
from sorairo.server.worker.worker import STORAGE_ERROR, STORAGE_MESSAGE, Worker

pytestmark = pytest.mark.usefixtures("short_retries")


@pytest.fixture(scope="module")
def engine() -> Engine:
    return sorairo.load()


@pytest.fixture
def away(postgresql: PostgreSQL) -> Iterator[Database]:
    """A database that can be stopped."""
    database = open_database(postgresql.new())
    yield database
    database.dispose()


def test_a_worker_waits_for_its_database(
    engine: Engine, media: MediaStore, away: Database, postgresql: PostgreSQL
):
    worker = Worker(engine, Queue(away), media)
    submitted(worker.queue)
    working = threading.Thread(target=worker.run_job, args=[claimed(worker.queue)])
    postgresql.stop()
    try:
        working.start()
        while kept(media) != FILES:
            time.sleep(0.05)
        working.join(1)
        assert working.is_alive(), "it has the clip, but no database"
    finally:
        postgresql.start()
    working.join(60)
    job = now(worker.queue)
    assert (job.status, job.attempts, kept(media)) == (COMPLETED, 1, FILES)


def test_a_worker_that_stops_during_an_outage_leaves_the_job_to_another(
    engine: Engine, media: MediaStore, away: Database, postgresql: PostgreSQL
):
    worker = Worker(engine, Queue(away, lease=0.1), media)
    submitted(worker.queue)
    job = claimed(worker.queue)
    worker.stopping.set()
    postgresql.stop()
    try:
        worker.run_job(job)
    finally:
        postgresql.start()
    again = Worker(engine, Queue(away), media)
    again.run_job(claimed(again.queue))
    assert (now(again.queue).status, kept(media, 2)) == (COMPLETED, FILES)


def test_a_worker_claims_jobs_after_an_outage(
    engine: Engine, media: MediaStore, away: Database, postgresql: PostgreSQL
):
    worker = Worker(engine, Queue(away), media)
    submitted(worker.queue)
    postgresql.stop()
    working = threading.Thread(target=worker.run)
    try:
        working.start()
        time.sleep(0.5)
    finally:
        postgresql.start()
    end = time.monotonic() + 60
    while now(worker.queue).status != COMPLETED and time.monotonic() < end:
        time.sleep(0.1)
    worker.stopping.set()
    working.join()
    assert now(worker.queue).status == COMPLETED


def test_a_commit_whose_response_was_lost_stays(
    engine: Engine, media: MediaStore, sqlite: Database
):
    worker = Worker(engine, Queue(sqlite), media)
    submitted(worker.queue)
    job = claimed(worker.queue)
    other = open_database(str(sqlite.url))
    commit, cut = sqlite.dialect.do_commit, []

    def commit_and_break(connection) -> None:
        commit(connection)
        if not cut and now(Queue(other)).status == COMPLETED:
            cut.append(True)
            raise sqlite3.OperationalError("the connection is gone")

    sqlite.dialect.do_commit = commit_and_break
    worker.run_job(job)
    other.dispose()
    assert cut
    assert (now(worker.queue).status, kept(media)) == (COMPLETED, FILES)


def test_a_clip_that_cannot_be_stored_is_retried_and_finally_fails(
    engine: Engine, media: MediaStore, sqlite: Database
):
    worker = Worker(engine, Queue(sqlite), media)
    submitted(worker.queue)
    in_the_way = Path(media.root, "video_1")
    in_the_way.write_bytes(b"")
    worker.run_job(claimed(worker.queue))
    assert (now(worker.queue).status, now(worker.queue).attempts) == (QUEUED, 1)
    worker.run_job(claimed(worker.queue))
    worker.run_job(claimed(worker.queue))
    job = now(worker.queue)
    assert job.status == FAILED
    detail = {"code": "not_stored", "values": {}}
    assert job.error == {"code": STORAGE_ERROR, "message": STORAGE_MESSAGE, "detail": detail}


def test_requests_during_a_database_outage_get_503(
    media: MediaStore, away: Database, postgresql: PostgreSQL
):
    with client_of(away, media) as client:
        made = client.post("/v1/videos", json={"prompt": "x"}).json()
        postgresql.stop()
        try:
            for method, path in (
                ("POST", "/v1/videos"),
                ("GET", "/v1/videos"),
                ("GET", f"/v1/videos/{made['id']}"),
                ("GET", "/readyz"),
            ):
                body = {"prompt": "x"} if method == "POST" else None
                answer = client.request(method, path, json=body)
                assert answer.status_code == 503
                assert answer.headers["retry-after"]
                assert answer.json()["error"]["type"] == "server_error"
            assert client.get("/healthz").status_code == 200
        finally:
            postgresql.start()
        assert client.get(f"/v1/videos/{made['id']}").json() == made
        postgresql.restart()
        assert client.post("/v1/videos", json={"prompt": "x"}).status_code == 200
