"""The library over HTTP: search, marks and tags, the trash."""

from __future__ import annotations

import io
import time
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from services import finish
from sorairo.jobs.library.changes import TRASH_SECONDS, Library
from sorairo.server.api.service import Service
from sorairo.server.app import create_app
from sorairo.server.background.cleanup import CleanupTask

SMALL = {"size": "64x64", "seconds": "1"}


def create(client: TestClient, prompt: str, **more: Any) -> str:
    answer = client.post("/v1/videos", json={"prompt": prompt, **SMALL}, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()["id"]


def listed(client: TestClient, query: str = "", **more: Any) -> list[str]:
    answer = client.get(f"/v1/videos?{query}", **more)
    assert answer.status_code == 200, answer.text
    return [video["id"] for video in answer.json()["data"]]


def change(client: TestClient, action: str, **fields: Any) -> dict[str, Any]:
    answer = client.post(f"/v1/videos/{action}", json=fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_marks_tags_and_search(client: TestClient, service: Service):
    first, second = create(client, "A red ball drops"), create(client, "一个红球")
    finish(service, {"id": first})
    found = change(client, "labels", ids=[first, second], favourite=True, tags=["Balls", "x"])
    assert [(video["favourite"], video["tags"]) for video in found["data"]] == [
        (True, ["balls", "x"])
    ] * 2
    change(client, "labels", ids=second, favourite=False, remove_tags="x", add_tags=["红"])
    assert client.get(f"/v1/videos/{second}").json()["tags"] == ["balls", "红"]
    assert client.get(f"/v1/videos/{second}").json()["kind"] == "generate"
    for query, ids in {
        "q=BALL+red": [first],
        "q=红": [second],
        "tag=balls&tag=x": [first],
        "favourite=false": [second],
        "status=completed": [first],
        "status=completed&status=queued&kind=generate": [second, first],
        "kind=extend": [],
        "sort=created&order=asc": [first, second],
    }.items():
        assert listed(client, query) == ids, query
    tags = client.get("/v1/videos/tags").json()["data"]
    assert [(tag["id"], tag["count"]) for tag in tags] == [("balls", 2), ("x", 1), ("红", 1)]


def test_the_trash_keeps_files_until_it_is_emptied(client: TestClient, service: Service):
    video = create(client, "a red ball")
    job = finish(service, {"id": video})
    path = f"{job.id}/{job.fence}/video.mp4"
    trashed = change(client, "trash", ids=[video])
    assert trashed["ids"] == [video]
    assert abs(trashed["restorable_until"] - time.time() - TRASH_SECONDS) < 60
    assert client.get(f"/v1/videos/{video}").status_code == 404
    assert client.get(f"/v1/videos/{video}/content").status_code == 404
    thumbnail = client.get(f"/v1/videos/{video}/content?variant=thumbnail")
    assert (thumbnail.status_code, thumbnail.content) == (200, b"thumbnail.webp")
    assert (listed(client), listed(client, "trashed=true")) == ([], [video])
    assert service.storage.used() == 0
    change(client, "restore", ids=[video])
    assert client.get(f"/v1/videos/{video}/content").content == b"video.mp4"
    assert service.storage.used() == service.media.folder_size(video) or 4096

    change(client, "trash", ids=[video])
    task = CleanupTask(service.queue, service.characters, service.files, service.media, None)
    task.run()
    assert service.media.size(path) is not None
    task.library = Library(service.queue.database, clock=lambda: time.time() + TRASH_SECONDS + 1)
    task.run()
    assert service.media.size(path) is None
    assert listed(client, "trashed=true") == []
    answer = client.post("/v1/videos/restore", json={"ids": [video]})
    assert (answer.status_code, answer.json()["error"]["param"]) == (404, "ids")


def test_a_full_disk_empties_the_trash(service: Service):
    full = replace(service, min_free_bytes=2**62)
    with TestClient(create_app(service)) as client:
        video = create(client, "x")
        change(client, "trash", ids=[video])
    with TestClient(create_app(full)) as client:
        assert client.post("/v1/videos", json={"prompt": "x"}).status_code == 507
        assert listed(client, "trashed=true") == []


def test_delete_is_for_good(client: TestClient, service: Service):
    video = create(client, "x")
    change(client, "trash", ids=[video])
    assert client.delete(f"/v1/videos/{video}").json()["deleted"]
    assert service.queue.get(video, or_trashed=True) is None


def test_another_keys_videos_do_not_exist(client: TestClient, service: Service):
    mine, theirs = (
        {"headers": {"authorization": f"Bearer {service.keys.create(name)[1]}"}}
        for name in ("a", "b")
    )
    video = create(client, "x", **mine)
    for action in ("labels", "trash", "restore"):
        body = {"ids": [video], **({"favourite": True} if action == "labels" else {})}
        answer = client.post(f"/v1/videos/{action}", json=body, **theirs)
        assert (answer.status_code, answer.json()["error"]["param"]) == (404, "ids")
    assert listed(client, "q=x", **theirs) == []
    assert "favourite" not in client.get(f"/v1/videos/{video}", **mine).json()


@pytest.mark.parametrize(
    ("action", "body", "param"),
    [
        ("labels", {}, "ids"),
        ("labels", {"ids": []}, "ids"),
        ("trash", {"ids": ["a"] * 1001}, "ids"),
        ("trash", {"ids": [7]}, "ids[0]"),
        ("labels", {"ids": ["a"], "tags": ["x" * 65]}, "tags"),
        ("labels", {"ids": ["a"], "tags": [str(i) for i in range(33)]}, "tags"),
        ("labels", {"ids": ["a"], "add_tags": [["x"]]}, "add_tags[0]"),
        ("labels", {"ids": ["a"], "favourite": "perhaps"}, "favourite"),
        ("trash", {"ids": ["a"], "favourite": True}, "favourite"),
    ],
)
def test_wrong_changes_are_refused(client: TestClient, action: str, body: dict, param: str):
    answer = client.post(f"/v1/videos/{action}", json=body)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


@pytest.mark.parametrize(
    ("query", "param"),
    [
        (f"q={'x' * 501}", "q"),
        ("q=%00", "q"),
        ("tag=", "tag"),
        (f"tag={'x' * 65}", "tag"),
        ("status=done", "status"),
        ("sort=size", "sort"),
        ("favourite=perhaps", "favourite"),
        ("sort=created&after=video_0", "after"),
    ],
)
def test_wrong_queries_are_refused(client: TestClient, query: str, param: str):
    answer = client.get(f"/v1/videos?{query}")
    assert answer.status_code == 400
    assert param in str(answer.json()["error"]["param"])


def test_a_text_that_cannot_be_encoded_hinders_no_export(client: TestClient, service: Service):
    """As earlier versions stored prompts, and imports the names of files that are not UTF-8."""
    finish(service, {"id": create(client, "a red ball")})
    old = service.queue.get(create(client, "x"))
    assert old is not None
    payload = {**old.payload, "video": {**old.payload["video"], "prompt": "caf\udce9"}}
    strange = f"video_{'1' * 32}"
    service.queue.submit(strange, payload)
    finish(service, {"id": strange})
    answer = client.get("/v1/videos/export")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        name = next(each for each in archive.namelist() if each.endswith("prompts.csv"))
        assert "caf?" in archive.read(name).decode("utf-8-sig")
        assert f"{strange}.json" in " ".join(archive.namelist())
