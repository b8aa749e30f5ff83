"""Requests for videos to a server without a worker, and what became of them."""

from __future__ import annotations

import base64
from typing import Any

import httpx
from fastapi.testclient import TestClient

from serving import picture
from sorairo.generation.requests.base import Request
from sorairo.jobs.job import Job
from sorairo.server.api.service import Service
from sorairo.server.job_spec import JobSpec

PNG = picture()
BASE64 = base64.b64encode(PNG).decode()
URL = f"data:image/png;base64,{BASE64}"


def post(client: TestClient, path: str = "", **body: Any) -> httpx.Response:
    return client.post(f"/v1/videos{path}", json={"prompt": "a ball", **body})


def job_of(service: Service, video: dict[str, Any]) -> Job:
    job = service.queue.get(video["id"])
    assert job is not None
    return job


def request_of(service: Service, answer: httpx.Response) -> Request:
    assert answer.status_code == 200, answer.text
    return JobSpec.from_json(job_of(service, answer.json()).payload).request


def error_of(answer: httpx.Response, status: int = 400) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    return answer.json()["error"]


def finished(service: Service, client: TestClient, **fields: Any) -> dict[str, Any]:
    """A video that a worker has completed."""
    video = post(client, **fields).json()
    job = service.queue.claim("worker")
    while job is not None and job.id != video["id"]:
        job = service.queue.claim("worker")
    assert job is not None
    for name in ("video.mp4", "thumbnail.webp"):
        service.media.put(f"{job.id}/1/{name}", name.encode())
    result = {"folder": f"{job.id}/1", "size": video["size"], "seconds": video["seconds"]}
    service.queue.complete(job, result)
    return video
