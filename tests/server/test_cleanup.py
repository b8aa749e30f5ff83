"""When files of jobs are deleted: after their time, and when nobody needs them."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

from fastapi.testclient import TestClient

from services import finish
from sorairo.server.api.service import Service
from sorairo.server.app import create_app
from sorairo.server.background.cleanup import ORPHAN_SECONDS, CleanupTask


def test_files_expire(service: Service, tmp_path: Path):
    keeping = replace(service, retention_seconds=3600.0)
    with TestClient(create_app(keeping)) as client:
        video = client.post("/v1/videos", json={"prompt": "x"}).json()
        assert video["expires_at"] is None
        job = finish(service, video)
        path = f"/v1/videos/{video['id']}"
        response = client.get(path).json()
        assert response["expires_at"] == int(job.ended_at + 3600)
        assert client.get(f"{path}/content").status_code == 200
        stores = (service.queue, service.characters, service.files, service.media)
        CleanupTask(*stores, 3600.0).run()
        assert client.get(f"{path}/content").status_code == 200, "not yet"
        CleanupTask(*stores, 1e-9).run()
        answer = client.get(f"{path}/content")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "expired")
        assert client.get(path).json()["status"] == "completed"
    assert not (tmp_path / "media" / video["id"]).exists()


def test_a_job_that_ends_without_a_worker_leaves_no_checkpoints_and_no_preview(
    client: TestClient, service: Service
):
    names = [client.post("/v1/videos", json={"prompt": "x"}).json()["id"] for _ in range(2)]
    for _ in names:
        job = service.queue.claim("worker")
        assert job is not None
        for file in ("stages/0.safetensors", "preview/still.webp", "given/0"):
            service.media.put(f"{job.id}/{file}", b"x")
    assert client.get(f"/v1/videos/{names[0]}/preview").status_code == 200
    service.queue.release(job)
    for name in names:
        client.post(f"/v1/videos/{name}/cancel").raise_for_status()
    assert client.get(f"/v1/videos/{names[1]}").json()["status"] == "failed"
    assert client.get(f"/v1/videos/{names[1]}/preview").status_code == 404
    assert client.get(f"/v1/videos/{names[1]}/preview?optional=1").status_code == 204
    CleanupTask(service.queue, service.characters, service.files, service.media, None).run()
    assert service.media.folder_size(names[0]) == 3, "its worker has not stopped yet"
    assert service.media.size(f"{names[1]}/given/0") == 1, "for a retry"
    assert service.media.folder_size(names[1]) == 1


def test_the_clip_of_a_worker_that_died_is_deleted(client: TestClient, service: Service):
    video = client.post("/v1/videos", json={"prompt": "x"}).json()
    lost = service.queue.claim("worker")
    assert lost is not None
    service.media.put(f"{lost.id}/{lost.fence}/video.mp4", b"never committed")
    service.queue.release(lost)
    job = finish(service, video)
    assert job.fence == 2
    CleanupTask(service.queue, service.characters, service.files, service.media, None).run()
    assert service.media.folder_size(f"{job.id}/1") == 0
    assert client.get(f"/v1/videos/{job.id}/content").content == b"video.mp4"


def test_orphaned_files_are_deleted_after_a_while(service: Service, tmp_path: Path):
    media, old = tmp_path / "media", time.time() - ORPHAN_SECONDS - 60
    orphan, young, known = f"video_{'0' * 32}", f"video_{'1' * 32}", f"char_{'2' * 32}"
    strange = "video_archive"  # of somebody else
    service.characters.add(known, "Mossy")
    trial = "trial-0123abcd"  # of a worker that was killed
    for name in (orphan, young, known, strange, trial):
        service.media.put(f"{name}/given/0", b"x")
        if name != young:
            os.utime(media / name, (old, old))
    CleanupTask(service.queue, service.characters, service.files, service.media, None).run()
    assert {path.name for path in media.iterdir()} == {young, known, strange}
