"""Additions to OpenAI's routes: several videos at once, keyframes, storyboards, characters,
metrics, and the check of hosts and origins."""

from __future__ import annotations

import base64
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
