"""Additions to OpenAI's routes: several videos at once, keyframes, storyboards, characters, expiry,
metrics, and the check of hosts and origins."""

from __future__ import annotations

import base64
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text

from services import finish
from serving import picture
from sorairo.generation.requests.animate import AnimateRequest
from sorairo.generation.requests.characters import CastRequest
from sorairo.generation.requests.storyboard.request import Storyboard
from sorairo.jobs.database import open_database
from sorairo.jobs.keys import ApiKeyStore
from sorairo.jobs.queue import Queue
from sorairo.server.api.service import Service
from sorairo.server.app import create_app
from sorairo.server.background.cleanup import ORPHAN_SECONDS, CleanupTask
from sorairo.server.job_spec import JobSpec

PNG = picture()
URL = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
SMALL = {"size": "64x64", "seconds": "1"}


def request_and_job(service: Service, video: dict):
    job = service.queue.get(video["id"])
    assert job is not None
    return JobSpec.from_json(job.payload).request, job


# --- creating videos


def test_videos_of_one_request_differ_by_their_seeds(client: TestClient, service: Service):
    first = client.post("/v1/videos", json={"prompt": "x", "n": 3, "seed": 7}).json()
    assert first["videos"][0] == first["id"]
    found = [client.get(f"/v1/videos/{name}").json() for name in first["videos"]]
    assert [video["seed"] for video in found] == [7, 8, 9]
    assert service.queue.count_unfinished() == 3
    header = {"Idempotency-Key": "k"}
    for _ in range(2):
        client.post("/v1/videos", json={"prompt": "x", "n": 2}, headers=header)
    assert service.queue.count_unfinished() == 5
    for wrong in (0, 11, 1.5, "many", [1]):
        assert client.post("/v1/videos", json={"prompt": "x", "n": wrong}).status_code == 400


def test_keyframes(client: TestClient, service: Service):
    finished = client.post("/v1/videos", json={"prompt": "x"}).json()
    finish(service, finished)
    conditions = [{"image_url": URL}, {"id": finished["id"], "time": 1.5, "strength": 0.5}]
    body = {"prompt": "x", "conditions": conditions}
    request, job = request_and_job(service, client.post("/v1/videos", json=body).json())
    assert isinstance(request, AnimateRequest)
    assert request.at == (0.0, 1.5)
    assert request.strength == (1.0, 0.5)
    kept = [b"".join(service.media.read(path)) for path in job.payload["media"]]
    assert kept == [PNG, b"thumbnail.webp"]
    form = {"conditions[][file]": ("a.png", PNG), "conditions[][time]": (None, "2")}
    sent = client.post("/v1/videos", files={"prompt": (None, "x"), **form})
    request, _ = request_and_job(service, sent.json())
    assert request.at == (2.0,)
    for wrong in (
        "a",
        ["a"],
        [{}],
        [{"image_url": URL, "time": "late"}],
        [{"image_url": URL, "time": 99}],
        [{"image_url": URL, "strength": 0}],
        [{"image_url": URL, "strength": 1.5}],
        [{"image_url": URL, "strength": "much"}],
        [{"image_url": URL}] * 9,
    ):
        answer = client.post("/v1/videos", json={"prompt": "x", "conditions": wrong})
        assert answer.status_code == 400, wrong
    unknown = {"prompt": "x", "conditions": [{"id": "video_of_nobody"}]}
    assert client.post("/v1/videos", json=unknown).status_code == 404


def test_storyboards(client: TestClient, service: Service):
    cards = [{"prompt": "a red ball rolls", "seconds": 2}, {"prompt": "it drops", "seconds": 1}]
    written = '[[card]]\nprompt = "a red ball rolls"\nseconds = 2\n'
    written += '[[card]]\nprompt = "it drops"\nseconds = 1\n'
    for story in ({"card": cards}, written):
        body = {"storyboard": story, "seed": 5, "size": "640x360"}
        video = client.post("/v1/videos", json=body).json()
        request, _ = request_and_job(service, video)
        assert isinstance(request, Storyboard)
        assert [card.prompt for card in request.cards] == ["a red ball rolls", "it drops"]
        assert (request.seed, request.width, request.height) == (5, 640, 360)
        assert (video["seconds"], video["size"]) == ("3", "640x360")
    for wrong in (
        "[[card",
        {"card": []},
        {"card": [{"prompt": "x"}]},
        {"card": [{"prompt": "x", "seconds": 1, "picture": "/etc/passwd"}]},
        [1],
        {"cards": 1},
    ):
        answer = client.post("/v1/videos", json={"storyboard": wrong})
        assert answer.status_code == 400, wrong
        assert "passwd" not in answer.text


def test_exclusive_fields(client: TestClient):
    body = {
        "prompt": "x",
        "conditions": [{"image_url": URL}],
        "input_reference": {"image_url": URL},
    }
    assert client.post("/v1/videos", json=body).status_code == 400
    body = {"prompt": "x", "loop": True, "input_reference": {"image_url": URL}}
    assert client.post("/v1/videos", json=body).status_code == 400


def test_long_prompts_are_accepted_and_returned_whole(client: TestClient, service: Service):
    prompt = "a red ball " * 2000
    video = client.post("/v1/videos", json={"prompt": prompt}).json()
    assert video["prompt"] == prompt
    request, _ = request_and_job(service, video)
    assert len(request.prompt) <= service.limits.max_prompt
    assert prompt.startswith(request.prompt)
    assert client.post("/v1/videos", json={"prompt": "x" * 32_001}).status_code == 400


# --- characters


def test_characters(client: TestClient, service: Service, tmp_path: Path):
    form = {"name": (None, "Mossy"), "video": ("a.png", PNG)}
    made = client.post("/v1/videos/characters", files=form).json()
    assert made["name"] == "Mossy"
    assert made["id"].startswith("char_")
    path = f"/v1/videos/characters/{made['id']}"
    assert client.get(path).json() == made
    shown = client.get(f"{path}/content")
    assert (shown.content, shown.headers["content-type"]) == (PNG, "image/png")
    body = {"prompt": "Mossy rolls", "characters": [{"id": made["id"]}]}
    request, job = request_and_job(service, client.post("/v1/videos", json=body).json())
    assert isinstance(request, CastRequest)
    assert request.names == ("Mossy",)
    assert [b"".join(service.media.read(name)) for name in job.payload["media"]] == [PNG]
    assert client.delete(path).json()["deleted"] is True
    assert client.get(path).status_code == client.get(f"{path}/content").status_code == 404
    assert client.post("/v1/videos", json=body).status_code == 404
    assert not (tmp_path / "media" / made["id"]).exists()
    assert service.media.size(job.payload["media"][0]), "videos that were asked for keep their own"
    for wrong in ({"name": "", "video": URL}, {"name": "x"}, {"name": "x" * 81, "video": {}}):
        assert client.post("/v1/videos/characters", json=wrong).status_code == 400


def test_characters_belong_to_their_owner(client: TestClient, service: Service):
    (_, mine), (_, yours) = service.keys.create("mine"), service.keys.create("yours")
    me, you = ({"Authorization": f"Bearer {key}"} for key in (mine, yours))
    form = {"name": (None, "Mossy"), "video": ("a.png", PNG)}
    path = client.post("/v1/videos/characters", files=form, headers=me).json()["id"]
    for method in ("GET", "DELETE"):
        answer = client.request(method, f"/v1/videos/characters/{path}", headers=you)
        assert answer.status_code == 404


# --- how long


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


# --- figures, and who may ask


def test_metrics(client: TestClient, service: Service):
    client.post("/v1/videos", json={"prompt": "x"})
    client.get("/v1/videos/video_of_nobody")
    client.get("/nowhere/at/all")
    response = client.get("/metrics").text
    assert 'sorairo_jobs{status="queued"} 1.0' in response
    assert 'route="/v1/videos/{video_id}",status="404"' in response
    assert "video_of_nobody" not in response
    assert "nowhere" not in response
    service.keys.create("any")
    assert client.get("/metrics").status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "127.0.0.1:8000"}, 200),
        ({"host": "localhost"}, 200),
        ({"host": "evil.example"}, 403),
        ({"host": "127.0.0.1.evil.example"}, 403),
        ({"host": "localhost", "origin": "http://localhost"}, 200),
        ({"host": "localhost", "origin": "http://evil.example"}, 403),
        ({"host": "localhost", "origin": "null"}, 403),
    ],
)
def test_other_hosts_and_origins_are_rejected(service: Service, headers: dict, status: int):
    guarded = replace(service, hosts=("localhost", "127.0.0.1", "::1"))
    with TestClient(create_app(guarded)) as client:
        answer = client.get("/v1/videos", headers=headers)
    assert answer.status_code == status
    if status == 200:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src" in answer.headers["content-security-policy"]


# --- a database of an earlier version


def test_older_databases_are_migrated(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/old.db"
    older = create_engine(url)
    with older.begin() as connection:
        connection.execute(
            text(
                "CREATE TABLE jobs (number INTEGER PRIMARY KEY AUTOINCREMENT, id VARCHAR(64) NOT"
                " NULL UNIQUE, owner VARCHAR(64) NOT NULL, request_key VARCHAR(255), payload JSON"
                " NOT NULL, status VARCHAR(16) NOT NULL, progress INTEGER NOT NULL, attempts"
                " INTEGER NOT NULL, fence INTEGER NOT NULL, worker VARCHAR(255), leased_until"
                " FLOAT, cancelled BOOLEAN NOT NULL, created_at FLOAT NOT NULL, started_at FLOAT,"
                " ended_at FLOAT, result JSON, error JSON, UNIQUE (owner, request_key))"
            )
        )
        connection.execute(
            text(
                "INSERT INTO jobs (id, owner, payload, status, progress, attempts, fence,"
                " cancelled, created_at) VALUES ('video_1', '', '{}', 'queued', 0, 0, 0, 0, 1.0)"
            )
        )
    older.dispose()
    database = open_database(url)
    job = Queue(database).claim("worker")
    assert job is not None
    assert (job.id, job.cost, job.emptied) == ("video_1", 0.0, False)
    assert ApiKeyStore(database).all_keys() == []
    database.dispose()


def test_characters_are_listed_page_by_page(client: TestClient, service: Service):
    made = [service.characters.add(f"char_{n}", f"Ruby {n}").id for n in range(5)][::-1]
    service.characters.add("char_of_another", "Sapphire", "key_1")
    first = client.get("/v1/videos/characters?limit=2").json()
    assert [each["id"] for each in first["data"]] == made[:2]
    assert (first["has_more"], first["last_id"]) == (True, made[1])
    rest = client.get(f"/v1/videos/characters?after={made[1]}").json()
    assert ([each["id"] for each in rest["data"]], rest["has_more"]) == (made[2:], False)
    for name in made:  # the usual loop that empties a list
        assert client.delete(f"/v1/videos/characters/{name}").json()["deleted"]
        rest = client.get(f"/v1/videos/characters?after={name}&limit=1").json()["data"]
        assert [each["id"] for each in rest] == made[made.index(name) + 1 :][:1]
    for wrong in ("char_of_another", "char_none", "%00"):
        answer = client.get(f"/v1/videos/characters?after={wrong}")
        assert (answer.status_code, answer.json()["error"]["param"]) == (400, "after")
