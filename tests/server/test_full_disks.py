"""Full disks: clients get an error, and no accepted job is lost."""

from __future__ import annotations

import io
import random
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import Engine as Database

import sorairo
from one_job import claimed, client_of, now, submitted
from small_disk import filled, small_disk, small_files
from sorairo.generation.engine import Engine
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.jobs.database import open_database
from sorairo.jobs.job import COMPLETED, QUEUED, RUNNING
from sorairo.jobs.queue import Queue
from sorairo.server.job_spec import JobSpec, VideoFields
from sorairo.server.uploads.media_store import MediaStore
from sorairo.server.worker.worker import Worker

pytestmark = pytest.mark.usefixtures("short_retries")


@pytest.fixture(scope="module")
def tiny(tiny_model: Path) -> Engine:
    return sorairo.load(tiny_model)


def test_no_job_is_started_on_a_full_disk(
    tiny: Engine, media: MediaStore, sqlite: Database, monkeypatch: pytest.MonkeyPatch
):
    worker = Worker(tiny, Queue(sqlite), media)
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
