"""One job, video_1, that a worker of the test runs; and a client of its database."""

from __future__ import annotations

from pathlib import Path

from fastapi.testclient import TestClient
from sqlalchemy import Engine as Database

from services import service_on
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.jobs.job import Job
from sorairo.jobs.queue import Queue
from sorairo.server.app import create_app
from sorairo.server.job_spec import JobSpec, VideoFields
from sorairo.server.uploads.media_store import MediaStore
from sorairo.server.video_object import VARIANTS

FILES = {name for name, _ in VARIANTS.values()}


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


def client_of(database: Database, media: MediaStore) -> TestClient:
    app = create_app(service_on(database, media))
    return TestClient(app, raise_server_exceptions=False)
