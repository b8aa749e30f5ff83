"""Clients of other services, by what they send and what they read: xAI's (as Vercel's AI SDK uses
it), new-api's, Azure's first Sora, SGLang's. Without a worker; responses match the document."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient

from services import new_service
from serving import picture
from sorairo.generation.requests.animate import AnimateRequest
from sorairo.server.api.service import Service
from sorairo.server.app import create_app
from sorairo.server.job_spec import JobSpec

PNG = picture()
URL = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    return new_service(tmp_path_factory.mktemp("dialects"))


@pytest.fixture(scope="module")
def app(service: Service) -> FastAPI:
    return create_app(service)


@pytest.fixture(scope="module")
def document(app: FastAPI) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_asgi("/openapi.json", app)


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def work(service: Service, *, fail: bool = False) -> None:
    """Ends all jobs, as a worker would."""
    while (job := service.queue.claim("worker")) is not None:
        if fail:
            service.queue.fail(job, "invalid_request", "It was asked to fail.")
            continue
        for name in ("video.mp4", "thumbnail.webp", "spritesheet.jpg"):
            service.media.put(f"{job.id}/1/{name}", f"{name} of {job.id}".encode())
        video = job.payload["video"]
        result = {"folder": f"{job.id}/1", "size": video["size"], "seconds": video["seconds"]}
        service.queue.complete(job, {**result, "fps": 24.0})


def checked(
    document: schemathesis.BaseSchema, shape: str, answer: httpx.Response, status: int = 200
) -> Any:
    """The body of a response that the document allows for `shape`, a method and a path."""
    assert answer.status_code == status, answer.text
    method, path = shape.split()
    document[path][method].validate_response(answer)
    return answer.json() if answer.content else None


# --- xAI


XAI = {"model": "grok-imagine-video", "prompt": "a red ball", "duration": 8}


def test_xai(client: TestClient, service: Service, document: schemathesis.BaseSchema):
    body = {**XAI, "aspect_ratio": "16:9", "resolution": "720p", "image": {"url": URL}}
    answer = client.post("/v1/videos/generations", json=body)
    made = checked(document, "POST /v1/videos/generations", answer)
    assert made["request_id"].startswith("xai_")
    path, shape = f"/v1/videos/{made['request_id']}", "GET /v1/videos/xai_{request_id}"
    waiting = checked(document, shape, client.get(path))
    assert (waiting["status"], waiting["model"]) == ("pending", "grok-imagine-video")
    assert "video" not in waiting
    work(service)
    done = checked(document, shape, client.get(path))
    assert (done["status"], done["video"]["duration"]) == ("done", 8)
    assert done["video"]["respect_moderation"] is True
    file = client.get(done["video"]["url"])
    assert file.content.startswith(b"video.mp4 of video_")
    ordinary = client.get(path.replace("xai_", "video_")).json()
    assert (ordinary["size"], ordinary["seconds"]) == ("1280x720", "8")
    request = JobSpec.from_json(service.queue.get(ordinary["id"]).payload).request  # type: ignore
    assert isinstance(request, AnimateRequest)
    service.queue.mark_files_deleted(ordinary["id"])
    assert checked(document, shape, client.get(path))["status"] == "expired"


@pytest.mark.parametrize(
    ("host", "is_data"),
    [
        ("127.0.0.1:8000", True),
        ("localhost", True),
        ("[::1]:8000", True),
        ("192.168.1.2", True),
        ("gpu.local", True),
        ("8.8.8.8", False),
        ("videos.example.com", False),
    ],
)
def test_the_ai_sdk_gets_data_where_it_refuses_addresses(
    client: TestClient, service: Service, host: str, is_data: bool
):
    made = client.post("/v1/videos/generations", json={"prompt": "a ball"}).json()
    work(service)
    path = f"/v1/videos/{made['request_id']}"
    sdk = {"user-agent": "ai/6.0.1 ai-sdk/xai/3.0.138 runtime/node.js/20", "host": host}
    url = client.get(path, headers=sdk).json()["video"]["url"]
    assert url.startswith("data:video/mp4;base64," if is_data else f"http://{host}/v1/videos/")
    if is_data:
        assert base64.b64decode(url.partition(",")[2]).startswith(b"video.mp4 of video_")
    other = client.get(path, headers={"host": host}).json()["video"]["url"]
    assert other.startswith(f"http://{host}/v1/videos/")


def test_xai_failures(client: TestClient, service: Service, document: schemathesis.BaseSchema):
    made = client.post("/v1/videos/generations", json=XAI).json()
    work(service, fail=True)
    path, shape = f"/v1/videos/{made['request_id']}", "GET /v1/videos/xai_{request_id}"
    failed = checked(document, shape, client.get(path))
    assert (failed["status"], failed["error"]["code"]) == ("failed", "invalid_request")
    assert client.get("/v1/videos/xai_0").status_code == 404
    for wrong, param in (({"prompt": ""}, "prompt"), ({"duration": 999}, "duration"),
                         ({"image": {"url": "https://x/a.png"}}, "image.url"), ({"n": 2}, "n"),
                         ({"resolution": "best"}, "resolution")):  # fmt: skip
        answer = client.post("/v1/videos/generations", json={**XAI, **wrong})
        assert answer.status_code == 400
        assert answer.json()["error"]["param"] == param
    assert client.get("/v1/videos/generations").status_code == 405


# --- new-api


TASK = {"model": "sora-2", "prompt": "a red ball", "width": 1280, "height": 720, "duration": 5}


def test_tasks(client: TestClient, service: Service, document: schemathesis.BaseSchema):
    body = {**TASK, "n": 1, "seed": 7, "image": URL, "response_format": "url"}
    answer = client.post("/v1/video/generations", json=body)
    made = checked(document, "POST /v1/video/generations", answer)
    assert (made["status"], made["ignored"]) == ("queued", ["response_format"])
    path, shape = f"/v1/video/generations/{made['task_id']}", "GET /v1/video/generations/{task_id}"
    assert checked(document, shape, client.get(path)).get("url") is None
    work(service)
    done = checked(document, shape, client.get(path))
    assert (done["status"], done["error"], done["format"]) == ("completed", None, "mp4")
    expected = {"width": 1280, "height": 720, "duration": 5, "seed": 7, "fps": 24.0}
    assert done["metadata"] == expected
    assert client.get(done["url"]).content.startswith(b"video.mp4")
    failing = client.post("/v1/video/generations", json=TASK).json()["task_id"]
    work(service, fail=True)
    failed = checked(document, shape, client.get(f"/v1/video/generations/{failing}"))
    assert (failed["status"], failed["error"]["message"]) == ("failed", "It was asked to fail.")
    assert client.get("/v1/video/generations/video_of_nobody").status_code == 404
    error = client.post("/v1/video/generations", json={**TASK, "model": "kling-v1"}).json()["error"]
    assert (error["code"], error["param"]) == ("model_not_found", "model")


# --- Azure's first Sora


JOB = {
    "model": "my-sora",
    "prompt": "a red ball",
    "n_seconds": "5",
    "height": "480",
    "width": "854",
}


@pytest.mark.parametrize("base", ["/openai/v1", "/openai/deployments/my-sora", "/v1"])
def test_azure_jobs(
    client: TestClient, service: Service, document: schemathesis.BaseSchema, base: str
):
    url, query = f"{base}/video/generations", {"api-version": "preview"}
    answer = client.post(f"{url}/jobs", params=query, json={**JOB, "n_variants": "2"})
    made = checked(document, "POST /v1/video/generations/jobs", answer, 201)
    assert made["id"].startswith("task_")
    assert (made["status"], made["generations"], made["model"]) == ("queued", [], "my-sora")
    assert (made["n_seconds"], made["n_variants"], made["width"]) == (5, 2, 854)
    path, shape = f"{url}/jobs/{made['id']}", "GET /v1/video/generations/jobs/{job_id}"
    claimed = service.queue.claim("worker")
    assert checked(document, shape, client.get(path, params=query))["status"] == "running"
    assert claimed is not None
    service.queue.release(claimed)
    work(service)
    done = checked(document, shape, client.get(path, params=query))
    assert (done["status"], len(done["generations"])) == ("succeeded", 2)
    assert done["finished_at"] >= done["created_at"]
    contents = set()
    for each in done["generations"]:
        assert (each["id"][:4], each["job_id"]) == ("gen_", made["id"])
        file = client.get(f"{url}/{each['id']}/content/video", params=query)
        assert file.headers["content-type"] == "video/mp4"
        contents.add(file.content)
        assert client.head(f"{url}/{each['id']}/content/video").status_code == 200
        thumbnail = client.get(f"{url}/{each['id']}/content/thumbnail")
        assert thumbnail.headers["content-type"] == "image/webp"
    assert len(contents) == 2
    gone = checked(document, "DELETE /v1/video/generations/jobs/{job_id}", client.delete(path), 204)
    assert gone is None
    assert client.get(path).status_code == 404
    assert client.get(f"{url}/{done['generations'][1]['id']}/content/video").status_code == 404


def test_azure_failures(client: TestClient, service: Service, document: schemathesis.BaseSchema):
    shape = "GET /v1/video/generations/jobs/{job_id}"
    url = "/openai/v1/video/generations"
    failing, cancelled = (client.post(f"{url}/jobs", json=JOB).json()["id"] for _ in range(2))
    client.post(f"/v1/videos/{cancelled.replace('task_', 'video_')}/cancel")
    ended = checked(document, shape, client.get(f"{url}/jobs/{cancelled}"))
    assert ended["status"] == "cancelled"
    generation = failing.replace("task_", "gen_")
    assert client.get(f"{url}/{generation}/content/video").status_code == 404
    work(service, fail=True)
    ended = checked(document, shape, client.get(f"{url}/jobs/{failing}"))
    assert (ended["status"], ended["failure_reason"]) == ("failed", "It was asked to fail.")
    assert client.get(f"{url}/jobs/task_0").status_code == 404
    answer = client.post(f"{url}/jobs", json={**JOB, "inpaint_items": []})
    assert answer.json()["error"]["param"] == "inpaint_items"
    keyless = client.post(f"{url}/jobs", json={"prompt": "x", "width": 1})
    assert keyless.json()["error"]["param"] == "height"


def test_jobs_of_other_keys_are_not_found(tmp_path_factory: pytest.TempPathFactory):
    service = new_service(tmp_path_factory.mktemp("keys"))
    (_, mine), (_, yours) = service.keys.create("mine"), service.keys.create("yours")
    me, you = {"api-key": mine}, {"api-key": yours}
    with TestClient(create_app(service)) as client:
        job = client.post("/v1/video/generations/jobs", json=JOB, headers=me).json()["id"]
        name = job.removeprefix("task_")
        for path in (
            f"video/generations/jobs/{job}",
            f"video/generations/video_{name}",
            f"video/generations/gen_{name}/content/video",
            f"videos/xai_{name}",
        ):
            assert client.get(f"/v1/{path}", headers=you).status_code == 404
            assert client.get(f"/v1/{path}").status_code == 401
        assert client.delete(f"/v1/video/generations/jobs/{job}", headers=you).status_code == 404
        assert client.get(f"/v1/videos/xai_{name}", headers=me).json()["status"] == "pending"


# --- SGLang, on the ordinary routes


def test_sglang(client: TestClient, service: Service):
    fields = {"size": "832x480", "num_frames": 48, "fps": 24, "seed": 1024, "guidance_scale_2": 3.0}
    fields |= {"enable_teacache": False, "generator_device": "cuda", "input_reference": URL}
    fields |= {"output_quality": "default", "diffusers_kwargs": None}
    video = client.post("/v1/videos", json={"prompt": "x", **fields}).json()
    assert (video["size"], video["seconds"], video["seed"]) == ("832x480", "2", 1024)
    expected = ["enable_teacache", "generator_device", "guidance_scale_2", "output_quality"]
    assert sorted(video["ignored"]) == expected
    request = JobSpec.from_json(service.queue.get(video["id"]).payload).request  # type: ignore
    assert isinstance(request, AnimateRequest)
