"""Size, length and cost of a given clip are known before its job is accepted, and bounded."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import openai
import pytest
from fastapi.testclient import TestClient
from openai.types import Video
from PIL import Image

import hostile
from footage import shades, write_video
from sorairo.jobs.job import Job
from sorairo.jobs.keys import Quota
from sorairo.models.model_info import MemoryNeeds
from sorairo.server.api.memory_budget import MemoryBudget
from sorairo.server.api.service import Service
from sorairo.server.app import create_app
from sorairo.server.job_spec import JobSpec

PROMPT = {"prompt": "a red ball drops"}


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Five frames of 1280x720 in 5.005 s."""
    frames = [np.full((720, 1280, 3), 40 * i, np.uint8) for i in range(5)]
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    times = [1001 * i for i in range(5)]
    return write_video(path, frames, times, codec="mpeg4", end=5005).read_bytes()


def post(client: TestClient, route: str, clip: bytes, **fields: Any) -> httpx.Response:
    header = fields.pop("headers", {})
    return client.post(
        f"/v1/videos/{route}",
        data={**(PROMPT if route != "characters" else {"name": "it"}), **fields},
        files={"video": ("clip.mp4", clip)},
        headers=header,
    )


def finish(service: Service, **result: Any) -> Job:
    job = service.queue.claim("worker")
    assert job is not None
    folder = f"{job.id}/{job.fence}"
    for name in ("video.mp4", "thumbnail.webp", "spritesheet.jpg"):
        service.media.put(f"{folder}/{name}", b"x")
    return service.queue.complete(job, {"folder": folder, **result})


def job_of(service: Service, answer: httpx.Response) -> Job:
    job = service.queue.get(answer.json()["id"])
    assert job is not None
    return job


@pytest.mark.parametrize(
    ("route", "seconds", "exact"), [("edits", "5", 5.005), ("extensions", "9", 9.005)]
)
def test_size_length_and_cost_are_those_of_the_clip(
    client: TestClient, service: Service, film: bytes, route: str, seconds: str, exact: float
):
    answer = post(client, route, film, **({"seconds": "4"} if route == "extensions" else {}))
    video, job = answer.json(), job_of(service, answer)
    assert (video["size"], video["seconds"]) == ("1280x720", seconds)
    assert job.cost == pytest.approx(1280 * 720 * exact, rel=1e-3)
    request = JobSpec.from_json(job.payload).request
    assert (request.width, request.height) == (1280, 720)
    done = finish(service, size="1280x720", seconds=f"{exact}", fps=0.999)
    shown = client.get(f"/v1/videos/{done.id}").json()
    assert (shown["seconds"], shown["duration"]) == (seconds, exact), "it does not change"


@pytest.mark.filterwarnings("ignore:The Sora API is scheduled:DeprecationWarning")
@pytest.mark.parametrize("clip_of", ["file", "id"])
def test_strict_clients_read_every_answer(
    client: TestClient, service: Service, film: bytes, clip_of: str
):
    sdk = openai.OpenAI(
        base_url="http://testserver/v1",
        api_key="any",
        http_client=client,
        max_retries=0,
        _strict_response_validation=True,
    )
    if clip_of == "file":
        edited = sdk.videos.edit(prompt="x", video=film)
        longer = sdk.videos.extend(prompt="x", seconds="4", video=film)
    else:
        sdk.videos.create(prompt="x", size="1280x720", seconds="4")
        done = finish(service, size="1280x720", seconds="4", fps=24.0)
        body = {"prompt": "x", "video": {"id": done.id}}
        edited = sdk.post("/videos/edits", body=body, cast_to=Video)
        longer = sdk.post("/videos/extensions", body={**body, "seconds": "4"}, cast_to=Video)
    again = sdk.videos.remix(edited.id, prompt="y")
    listed = list(sdk.videos.list())
    before = 4 if clip_of == "id" else 5
    assert [int(each.seconds) for each in (edited, longer, again)] == [before, before + 4, before]
    assert {each.size for each in listed} == {"1280x720"}


@pytest.mark.parametrize(
    ("size", "times", "expected"),
    [
        ((96, 64), [0, 100, 200], ("96x64", "1")),
        ((65, 91), [0, 500, 1000, 1500, 2000], ("66x92", "3")),
        ((4096, 1024), [0, 1000], ("2048x512", "2")),
        ((32, 16), [0, 1000], ("128x64", "2")),
    ],
)
def test_results_of_unusual_clips(
    client: TestClient, tmp_path: Path, size: tuple[int, int], times: list[int], expected: tuple
):
    frames = shades([90] * len(times), size[1], size[0])
    name = "x.mov" if size[0] % 2 else "x.mp4"
    how = {"codec": "mjpeg", "pixel_format": "yuvj444p"} if size[0] % 2 else {"codec": "mpeg4"}
    end = 2 * times[-1] - times[-2]
    data = write_video(tmp_path / name, frames, times, settings={}, end=end, **how).read_bytes()
    video = post(client, "edits", data).json()
    assert (video["size"], video["seconds"]) == expected


def test_an_edit_of_an_upload_counts_against_the_quota(
    client: TestClient, service: Service, film: bytes
):
    _, secret = service.keys.create("small", Quota(most_cost=6 * 1280 * 720))
    header = {"Authorization": f"Bearer {secret}"}
    assert post(client, "edits", film, headers=header).status_code == 200
    answer = post(client, "edits", film, headers=header)
    assert answer.status_code == 429
    assert "9,225,216 pixel-seconds, and the key has 5,529,600" in answer.json()["error"]["message"]
    assert post(client, "extensions", film, seconds="4", headers=header).status_code == 403


def test_a_remix_shows_what_the_result_shows(client: TestClient, service: Service):
    first = client.post("/v1/videos", json={**PROMPT, "size": "64x64", "seconds": "4"}).json()
    finish(service, size="640x360", seconds="7", fps=24.0)
    answer = client.post(f"/v1/videos/{first['id']}/remix", json=PROMPT)
    assert (answer.json()["size"], answer.json()["seconds"]) == ("640x360", "7")
    assert job_of(service, answer).cost == 640 * 360 * 7


@pytest.mark.parametrize("route", ["edits", "extensions", "characters"])
@pytest.mark.parametrize("make", [hostile.of_a_hidden_long_frame, hostile.of_repeated_edits])
def test_a_clip_that_is_too_long_is_refused_at_once(
    client: TestClient, service: Service, tmp_path: Path, route: str, make: Any
):
    answer = post(client, route, make(tmp_path))
    error = answer.json()["error"]
    assert (answer.status_code, error["param"], error["code"]) == (400, "video", "invalid_file")
    assert error["message"].endswith("make it smaller or shorter first.")
    assert service.queue.count_unfinished() == 0
    assert not list((tmp_path / "media").iterdir()), "nothing is stored"


@pytest.mark.parametrize(
    ("times", "side", "reason"),
    [
        ([0, 125_000], 64, "too long to change at once"),
        ([0, 40], 14, "too few to see anything"),
        ([0, 40, 80, 7200], 2048, "2.1 GB of pixels, more than 2 GB"),
    ],
)
def test_what_the_worker_would_refuse_is_refused_at_once(
    client: TestClient, tmp_path: Path, times: list[int], side: int, reason: str
):
    frames = [np.zeros((side, side, 3), np.uint8)] * len(times)
    how = {"codec": "mpeg4", "settings": {"g": "600"}}
    data = write_video(tmp_path / "x.mp4", frames, times, **how).read_bytes()
    answer = post(client, "edits", data)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "video")
    assert reason in answer.json()["error"]["message"]


@contextmanager
def with_memory(service: Service, gigabytes: float) -> Iterator[TestClient]:
    budget = MemoryBudget(available=gigabytes * 1e9, needs=MemoryNeeds(weights=34_000_000))
    with TestClient(create_app(replace(service, memory=budget))) as client:
        yield client


def test_what_does_not_fit_into_memory_is_refused_at_once(service: Service, film: bytes):
    large = {**PROMPT, "size": "1280x720", "seconds": "20"}
    with with_memory(service, 1.5) as client:
        answer = client.post("/v1/videos", json=large)
        error = answer.json()["error"]
        assert (answer.status_code, error["param"], error["code"]) == (400, "size", "too_large")
        size = error["message"].partition("ask for ")[2].partition(" ")[0]
        assert client.post("/v1/videos", json={**large, "size": size}).status_code == 200
        assert post(client, "edits", film).status_code == 200, "five frames"
        refused = post(client, "extensions", film, seconds="100", fps="60")
        assert (refused.status_code, refused.json()["error"]["param"]) == (400, "video")
    with with_memory(service, 8) as client:
        assert client.post("/v1/videos", json=large).status_code == 200


def animated(kind: str) -> bytes:
    file = io.BytesIO()
    pages = [Image.new("RGB", (64, 64), (9 * i, 0, 0)) for i in range(3)]
    pages[0].save(file, kind, save_all=True, append_images=pages[1:])
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "film", "small"])
def test_what_is_no_picture_is_no_reference(client: TestClient, film: bytes, kind: str):
    data = {"film": film, "small": hostile.png(8, 8)}.get(kind) or animated(kind)
    url = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    answer = client.post("/v1/videos", data=PROMPT, files={"input_reference": ("x", data)})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "input_reference")
    conditions = [{"image_url": url}]
    answer = client.post("/v1/videos", json={**PROMPT, "conditions": conditions})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "conditions")
