"""Outages of the database and full disks: clients get an error, and no accepted job is lost."""

from __future__ import annotations

import io
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import Engine as Database

import sorairo
from postgresql import PostgreSQL
from small_disk import small_files
from sorairo.generation.engine import Engine
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.jobs.characters import CharacterStore
from sorairo.jobs.database import open_database
from sorairo.jobs.job import COMPLETED, FAILED, QUEUED, Job
from sorairo.jobs.keys import ApiKeyStore
from sorairo.jobs.queue import Queue
from sorairo.server.api.service import Service
from sorairo.server.app import create_app
from sorairo.server.job_spec import JobSpec, VideoFields
from sorairo.server.uploads.media_store import MediaStore
from sorairo.server.video_object import VARIANTS
from sorairo.server.worker.worker import STORAGE_ERROR, STORAGE_MESSAGE, Worker

FILES = {name for name, _ in VARIANTS.values()}


@pytest.fixture(scope="module")
def engine() -> Engine:
    return sorairo.load()


@pytest.fixture
def media(tmp_path: Path) -> MediaStore:
    return MediaStore(str(tmp_path / "media"))


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path}/jobs.db")
    yield database
    database.dispose()


@pytest.fixture
def away(postgresql: PostgreSQL) -> Iterator[Database]:
    """A database that can be stopped."""
    database = open_database(postgresql.new())
    yield database
    database.dispose()


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sorairo.server.worker.worker.RETRY_INTERVAL", 0.1)


def submitted(queue: Queue) -> None:
    request = GenerateRequest(prompt="a red ball", seconds=0.5, steps=2)
    queue.submit("video_1", JobSpec(request=request, video=VideoFields()).to_json())


def claimed(queue: Queue) -> Job:
    job = queue.claim("me")
    assert job is not None
    return job


def now(queue: Queue) -> Job:
    job = queue.get("video_1")
    assert job is not None
    return job


def kept(media: MediaStore, fence: int = 1) -> set[str]:
    return {path.name for path in Path(media.root, "video_1", str(fence)).glob("*")}


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
    assert job.error == {"code": STORAGE_ERROR, "message": STORAGE_MESSAGE}


def test_no_job_is_started_on_a_full_disk(
    engine: Engine, media: MediaStore, sqlite: Database, monkeypatch: pytest.MonkeyPatch
):
    worker = Worker(engine, Queue(sqlite), media)
    submitted(worker.queue)
    with monkeypatch.context() as full:
        full.setattr("sorairo.server.worker.worker.MIN_FREE_BYTES", 2**62)
        working = threading.Thread(target=worker.run)
        working.start()
        time.sleep(1)
        assert now(worker.queue).attempts == 0
    end = time.monotonic() + 60
    while now(worker.queue).status != COMPLETED and time.monotonic() < end:
        time.sleep(0.1)
    worker.stopping.set()
    working.join()
    assert now(worker.queue).status == COMPLETED


def client_of(database: Database, media: MediaStore) -> TestClient:
    service = Service(
        queue=Queue(database),
        media=media,
        keys=ApiKeyStore(database),
        characters=CharacterStore(database),
    )
    return TestClient(create_app(service), raise_server_exceptions=False)


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


def test_uploads_to_a_full_disk_get_507(media: MediaStore, sqlite: Database):
    noise = np.random.default_rng(0).integers(0, 256, (800, 800, 3), np.uint8)
    picture = io.BytesIO()
    Image.fromarray(noise).save(picture, format="PNG")
    with client_of(sqlite, media) as client:
        given = {"input_reference": ("x.png", picture.getvalue(), "image/png")}
        with small_files(2**20):
            answer = client.post("/v1/videos", data={"prompt": "x"}, files=given)
        assert answer.status_code == 507
        assert answer.json()["error"]["code"] == "storage_error"
        assert client.get("/v1/videos").json()["data"] == []
        assert not list(Path(media.root).iterdir())
        Path(media.root).rmdir()
        Path(media.root).write_bytes(b"")
        answer = client.post("/v1/videos", data={"prompt": "x"}, files=given)
        assert answer.status_code == 503
        assert client.get("/v1/videos").json()["data"] == []
