"""Outages of the database and full disks: clients get an error, and no accepted job is lost."""

from __future__ import annotations

import io
import random
import sqlite3
import tempfile
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
from small_disk import filled, small_disk, small_files
from sorairo.generation.engine import Engine
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.jobs.characters import CharacterStore
from sorairo.jobs.database import open_database
from sorairo.jobs.job import COMPLETED, FAILED, QUEUED, RUNNING, Job
from sorairo.jobs.keys import ApiKeyStore
from sorairo.jobs.queue import Queue
from sorairo.jobs.stored.files import FileStore
from sorairo.jobs.stored.ledger import StorageLedger
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


@pytest.fixture(scope="module")
def tiny(tiny_model: Path) -> Engine:
    return sorairo.load(tiny_model)


@pytest.mark.parametrize("place", ["temporary files", "media", "database"])
def test_a_job_is_put_off_while_a_disk_is_full(
    tiny: Engine, tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
):
    """Whichever disk that is. It counts no attempt, and the clip has the bytes of another one."""
    monkeypatch.setattr("sorairo.server.worker.worker.MIN_FREE_BYTES", 2**16)
    with small_disk(tmp_path / "small", 2**21):
        folders = dict.fromkeys(("temporary files", "media", "database"), tmp_path)
        folders[place] = tmp_path / "small"
        monkeypatch.setattr(tempfile, "tempdir", str(folders["temporary files"]))
        database = open_database(f"sqlite:///{folders['database']}/jobs.db")
        worker = Worker(tiny, Queue(database), MediaStore(str(folders["media"] / "media")))
        submitted(worker.queue)
        job = claimed(worker.queue)
        with filled(tmp_path / "small"):
            working = threading.Thread(target=worker.run_job, args=[job])
            working.start()
            working.join(3 if place == "database" else 60)
            assert working.is_alive() == (place == "database"), "it waits for the database only"
            assert now(worker.queue).status == (RUNNING if place == "database" else QUEUED)
        working.join(60)
        if place != "database":
            assert (now(worker.queue).attempts, now(worker.queue).postponed) == (0, 1)
            monkeypatch.setattr(worker.queue, "clock", lambda: time.time() + 10)
            worker.run_job(claimed(worker.queue))
        job = now(worker.queue)
        assert (job.status, job.attempts) == (COMPLETED, 1)
        assert job.result is not None
        disturbed = b"".join(worker.media.read(f"{job.result['folder']}/video.mp4"))
        worker.queue.delete("video_1")
        submitted(worker.queue)
        worker.run_job(claimed(worker.queue))
        assert b"".join(worker.media.read("video_1/1/video.mp4")) == disturbed
        database.dispose()


def test_no_job_is_lost_on_a_disk_that_is_full_again_and_again(
    tiny: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    """Database, clips and temporary files on one disk."""
    monkeypatch.setattr("sorairo.server.worker.worker.MIN_FREE_BYTES", 0)
    monkeypatch.setattr("sorairo.jobs.queue.POSTPONED_SECONDS", 0.05)
    rng, names = random.Random(0), [f"video_{i}" for i in range(20)]
    with small_disk(tmp_path / "small", 2**24):  # SQLite's log alone takes 4 MB
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "small"))
        database = open_database(f"sqlite:///{tmp_path}/small/jobs.db")
        worker = Worker(tiny, Queue(database), MediaStore(str(tmp_path / "small/media")))
        request = GenerateRequest(prompt="a red ball", seconds=0.5, steps=2)
        spec = JobSpec(request=request, video=VideoFields()).to_json()
        for name in names:
            worker.queue.submit(name, spec)
        working = threading.Thread(target=worker.run)
        working.start()
        for _ in range(8):
            time.sleep(rng.uniform(0.0, 0.2))
            with filled(tmp_path / "small"):
                time.sleep(0.2)
        end = time.monotonic() + 60
        while worker.queue.count_unfinished() and time.monotonic() < end:
            time.sleep(0.05)
        worker.stopping.set()
        working.join()
        ended = [worker.queue.get(name) for name in names]
        assert [(job.status, job.error) for job in ended if job] == [(COMPLETED, None)] * len(names)
        assert {job.attempts for job in ended if job} == {1}
        assert "put off" in caplog.text or "unreachable" in caplog.text, "it met the full disk"
        database.dispose()


def test_jobs_are_refused_while_any_disk_is_nearly_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for place in ("temporary", "media", "database"):
        with small_disk(tmp_path / f"disk-{place}", 2**24):
            folders = {**dict.fromkeys(("temporary", "media", "database"), tmp_path)}
            folders[place] = tmp_path / f"disk-{place}"
            monkeypatch.setattr(tempfile, "tempdir", str(folders["temporary"]))
            database = open_database(f"sqlite:///{folders['database']}/{place}.db")
            with client_of(database, MediaStore(str(folders["media"] / "media"))) as client:
                answer = client.post("/v1/videos", json={"prompt": "a ball"})
                assert answer.status_code == 507
                assert "try again later" in answer.json()["error"]["message"]
                assert client.get("/v1/videos").json()["data"] == []
            database.dispose()


def client_of(database: Database, media: MediaStore) -> TestClient:
    service = Service(
        queue=Queue(database),
        media=media,
        keys=ApiKeyStore(database),
        characters=CharacterStore(database),
        files=FileStore(database),
        storage=StorageLedger(database),
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
