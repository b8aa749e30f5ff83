"""The application without workers: keys, all forms of bodies, files, errors."""

from __future__ import annotations

import base64
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from serving import picture
from sorairo.server.api.body_parsing import parse_bracketed_keys
from sorairo.server.api.errors import ApiError
from sorairo.server.api.service import Service
from sorairo.server.app import create_app

PNG = picture()
KEYS = {
    "id",
    "object",
    "model",
    "status",
    "progress",
    "created_at",
    "completed_at",
    "expires_at",
    "prompt",
    "size",
    "seconds",
    "remixed_from_video_id",
    "error",
}


def test_the_server_process_loads_neither_torch_nor_what_few_servers_are_asked_for():
    script = "import sys, sorairo.server.supervisor; print(*sys.modules)"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert not loaded & {"torch", "mujoco", "transformers", "mcp"}


def test_a_key_sees_its_own_jobs_and_no_others(service: Service, client: TestClient):
    assert client.post("/v1/videos", json={"prompt": "open"}).status_code == 200
    (_, mine), (_, yours) = service.keys.create("mine"), service.keys.create("yours")
    response = client.get("/v1/videos")
    assert response.status_code == 401, "from the first key on"
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.json()["error"]["type"] == "authentication_error"
    me, you = ({"Authorization": f"Bearer {key}"} for key in (mine, yours))
    made = client.post("/v1/videos", json={"prompt": "x"}, headers=me).json()
    path = f"/v1/videos/{made['id']}"
    assert client.get(path, headers=me).status_code == 200
    for method, url in (
        ("GET", path),
        ("DELETE", path),
        ("POST", f"{path}/cancel"),
        ("GET", f"{path}/content"),
    ):
        assert client.request(method, url, headers=you).status_code == 404
        wrong = {"Authorization": "Bearer wrong"}
        assert client.request(method, url, headers=wrong).status_code == 401
        assert client.request(method, url).status_code == 401
    assert client.post(f"{path}/remix", json={"prompt": "y"}, headers=you).status_code == 404
    assert client.get("/v1/videos", headers=you).json()["data"] == []
    assert [v["id"] for v in client.get("/v1/videos", headers=me).json()["data"]] == [made["id"]]
    assert client.get("/healthz").status_code == 200


def test_a_public_server_requires_keys_from_the_start(service: Service):
    with TestClient(create_app(replace(service, allow_anonymous=False))) as client:
        assert client.post("/v1/videos", json={"prompt": "x"}).status_code == 401


@pytest.mark.parametrize(
    "how",
    [
        {"json": {"prompt": "x", "seconds": "8", "size": "1280x720", "seed": 7}},
        {"json": {"prompt": "x", "seconds": 8, "size": "1280x720", "seed": "7"}},
        {"data": {"prompt": "x", "seconds": "8", "size": "1280x720", "seed": "7"}},
        {"files": {k: (None, v) for k, v in (("prompt", "x"), ("seconds", "8"),
         ("size", "1280x720"), ("seed", "7"))}},
    ],
)  # fmt: skip
def test_every_form_of_a_body_is_equivalent(client: TestClient, how: dict):
    video = client.post("/v1/videos", **how).json()
    assert set(video) >= KEYS
    assert (video["prompt"], video["seconds"], video["size"], video["seed"]) == (
        "x",
        "8",
        "1280x720",
        7,
    )
    assert (video["status"], video["progress"], video["model"]) == ("queued", 0, "sora-2")
    assert video["completed_at"] is video["error"] is None


def test_pictures_in_data_urls(client: TestClient, service: Service):
    url = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    for how in (
        {"json": {"prompt": "x", "input_reference": {"image_url": url}}},
        {"files": {"prompt": (None, "x"), "input_reference[image_url]": (None, url)}},
    ):
        answer = client.post("/v1/videos", **how)
        assert answer.status_code == 200, answer.text
        job = service.queue.get(answer.json()["id"])
        assert job is not None
        (path,) = job.payload["media"]
        assert b"".join(service.media.read(path)) == PNG
    for wrong in ("http://169.254.169.254/x", "file:///etc/passwd", "data:image/png,x", 7, None):
        body = {"prompt": "x", "input_reference": {"image_url": wrong}}
        answer = client.post("/v1/videos", json=body)
        assert answer.status_code == 400
        assert set(answer.json()["error"]) - {"detail"} == {"message", "type", "param", "code"}


def test_file_names_are_not_paths(client: TestClient, service: Service, tmp_path: Path):
    file = ("../../../../escaped.png", PNG, "image/png")
    answer = client.post("/v1/videos", data={"prompt": "x"}, files={"input_reference": file})
    assert answer.status_code == 200
    assert not list(tmp_path.rglob("*escaped*"))
    for name in ("../x", "a//b", "a/./b", "", "/etc/passwd"):
        with pytest.raises(ValueError, match="not a valid name"):
            service.media.size(name)


def test_the_same_request_twice_is_one_job(client: TestClient, service: Service):
    header = {"Idempotency-Key": "k"}
    first, again = (
        client.post("/v1/videos", json={"prompt": "x"}, headers=header).json() for _ in range(2)
    )
    assert first["id"] == again["id"]
    assert service.queue.count_unfinished() == 1


def test_deleting_a_video_deletes_its_files(client: TestClient, service: Service, tmp_path: Path):
    file = ("a.png", PNG, "image/png")
    made = client.post("/v1/videos", data={"prompt": "x"}, files={"input_reference": file}).json()
    assert len([p for p in (tmp_path / "media").rglob("*") if p.is_file()]) == 1
    assert client.delete(f"/v1/videos/{made['id']}").json() == {
        "id": made["id"],
        "object": "video.deleted",
        "deleted": True,
    }
    assert not [p for p in (tmp_path / "media").rglob("*") if p.is_file()]
    assert client.get(f"/v1/videos/{made['id']}").status_code == 404


def test_a_remix_does_not_depend_on_its_parent(client: TestClient, service: Service):
    file = ("a.png", PNG, "image/png")
    made = client.post("/v1/videos", data={"prompt": "x"}, files={"input_reference": file}).json()
    remixed = client.post(f"/v1/videos/{made['id']}/remix", json={"prompt": "y"}).json()
    assert remixed["remixed_from_video_id"] == made["id"]
    assert remixed["seed"] == made["seed"]
    client.delete(f"/v1/videos/{made['id']}")
    job = service.queue.get(remixed["id"])
    assert job is not None
    (path,) = job.payload["media"]
    assert b"".join(service.media.read(path)) == PNG


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/videos", b"{"),
        ("/v1/videos", b"[1]"),
        ("/v1/videos", b'{"prompt": "x", "seed": 1e999}'),
        ("/v1/videos", b"\xff\xfe"),
        ("/v1/videos", b"[" * 100_000),
        ("/v1/videos/edits", b'{"prompt": "x"}'),
        ("/v1/videos/edits", b'{"prompt": "x", "video": "a path"}'),
        ("/v1/videos/edits", b'{"prompt": "x", "video": {}}'),
        ("/v1/videos/extensions", b'{"prompt": "x", "video": {"id": ["a"]}}'),
    ],
)
def test_invalid_bodies_get_an_error_object(client: TestClient, path: str, body: bytes):
    answer = client.post(path, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert set(error) - {"detail"} == {"message", "type", "param", "code"}
    assert error["type"] == "invalid_request_error"


def test_invalid_strengths_are_rejected(client: TestClient):
    for strength in ("strong", "7"):
        files = {"video": ("a.png", PNG), "prompt": (None, "x"), "strength": (None, strength)}
        assert client.post("/v1/videos/edits", files=files).status_code == 400


def test_unknown_routes_and_invalid_parameters_are_rejected(client: TestClient):
    assert client.get("/v1/videos?limit=101").status_code == 400
    assert client.get("/v1/videos?order=up").status_code == 400
    unknown = client.get("/v1/videos?after=video_of_nobody")
    assert (unknown.status_code, unknown.json()["error"]["param"]) == (400, "after")
    assert client.get("/v1/embeddings").status_code == 404
    assert client.put("/v1/videos").status_code == 405
    for answer in (client.get("/v1/embeddings"), client.put("/v1/videos")):
        assert set(answer.json()["error"]) == {"message", "type", "param", "code"}


names = st.sampled_from(["a", "b", "c[]", "d[x]", "d[y]", "e[][x]", "e[][y]", "f[x][y]", "c", "d"])


@given(st.lists(st.tuples(names, st.text(max_size=3)), max_size=12))
def test_bracketed_keys_raise_only_api_errors(items: list[tuple[str, str]]):
    found = {}
    with suppress(ApiError):
        found = parse_bracketed_keys(items)
    for name in {"a", "b"} & {name for name, _ in items}:
        values = [value for key, value in items if key == name]
        assert not found or found[name] == (values if len(values) > 1 else values[0])
