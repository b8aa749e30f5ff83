"""OpenAI's Images API: its own SDK against a real server, and requests that are refused."""

from __future__ import annotations

import base64
import io
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import anyio
import httpx
import openai
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from serving import Running, picture
from sorairo.jobs.keys import Quota
from sorairo.server.api.service import Service
from sorairo.server.app import create_app

pytestmark = pytest.mark.filterwarnings("ignore:The Sora API is scheduled:DeprecationWarning")

QUICK = {"num_inference_steps": 1, "seed": 3}


@pytest.fixture(scope="module")
def sdk(server: Running) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key="any", max_retries=0) as client:
        yield client


def opened(data: bytes) -> Image.Image:
    found = Image.open(io.BytesIO(data))
    assert found.format == "PNG"
    return found


def check_again(url: str, route: str) -> None:
    """The recipe of a picture is a request for a picture, and a retry makes the same picture."""
    video = url.partition("/content")[0]
    recipe = httpx.get(f"{video}/recipe").json()
    assert recipe["path"] == f"/v1/images/{route}"
    assert not {"fps", "style", "seconds"} & set(recipe["body"])
    assert [each["field"] for each in recipe["inputs"]] == ["image"] * (route == "edits")
    again = httpx.post(f"{video}/retry").json()["id"]
    assert again.startswith("image_")
    address = f"{video.rpartition('/')[0]}/{again}"
    for _ in range(600):
        if httpx.get(address).json()["status"] == "completed":
            break
        time.sleep(0.1)
    assert httpx.get(f"{address}/recipe").json()["request"] == recipe["request"]
    one, two = (httpx.get(f"{each}/content?variant=image").content for each in (video, address))
    assert one == two


def test_pictures_are_generated(sdk: openai.OpenAI):
    before = [each.id for each in sdk.videos.list()]
    made = sdk.images.generate(
        model="gpt-image-1",
        prompt="a red ball on a wooden floor",
        n=2,
        size="128x96",  # type: ignore[arg-type]
        quality="low",
        extra_body=QUICK,
    )
    assert made.created > 1.7e9
    one, two = (opened(base64.b64decode(each.b64_json or "")) for each in made.data or ())
    assert one.size == two.size == (128, 96)
    assert one.tobytes() != two.tobytes(), "their seeds differ"
    assert [each.id for each in sdk.videos.list()] == before, "pictures are no videos"


def test_pictures_have_addresses(sdk: openai.OpenAI):
    made = sdk.images.generate(
        model="dall-e-3",
        prompt="a red ball on a wooden floor",
        size="64x64",  # type: ignore[arg-type]
        extra_body=QUICK,
    )
    url = (made.data or [])[0].url or ""
    answer = httpx.get(url)
    assert answer.headers["content-type"] == "image/png"
    assert opened(answer.content).size == (64, 64)
    check_again(url, "generations")


def test_a_picture_is_edited(sdk: openai.OpenAI):
    made = sdk.images.edit(
        image=("a.png", picture((80, 64))), prompt="a blue cube", extra_body=QUICK
    )
    assert opened(base64.b64decode((made.data or [])[0].b64_json or "")).size == (80, 64)
    body = {**QUICK, "response_format": "url"}
    made = sdk.images.edit(
        image=("a.png", picture((80, 64))), prompt="a blue cube", extra_body=body
    )
    check_again((made.data or [])[0].url or "", "edits")


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({}, "prompt"),
        ({"prompt": "a ball", "size": "10x10"}, "size"),
        ({"prompt": "a ball", "size": "large"}, "size"),
        ({"prompt": "a ball", "n": 11}, "n"),
        ({"prompt": "a ball", "response_format": "jpeg"}, "response_format"),
        ({"prompt": "a ball", "model": "midjourney"}, "model"),
        ({"prompt": "a ball", "seconds": "4"}, "seconds"),
        ({"prompt": "a ball", "image": "x"}, "image"),
    ],
)
def test_refused_requests_name_the_field(
    client: TestClient, service: Service, fields: dict, param: str
):
    answer = client.post("/v1/images/generations", json=fields)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
    assert service.queue.count_unfinished() == 0


def finish_pictures(service: Service) -> None:
    """Ends all jobs as workers would, with files that say nothing."""
    while (job := service.queue.claim("worker")) is not None:
        folder = f"{job.id}/{job.fence}"
        service.media.put(f"{folder}/picture.png", b"a picture")
        service.queue.complete(job, {"folder": folder, "size": "64x64", "seconds": "1"})


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


TWICE = {"Idempotency-Key": "the same"}


def test_a_server_that_stops_keeps_the_jobs_of_pictures(client: TestClient, service: Service):
    """As its error says: the same request gets them later."""
    body = {"prompt": "a ball", "size": "64x64", "n": 2}
    service.stopping.set()
    stopped = client.post("/v1/images/generations", json=body, headers=TWICE)
    assert (stopped.status_code, service.queue.count_unfinished()) == (503, 2)
    service.stopping.clear()
    finish_pictures(service)
    again = client.post("/v1/images/generations", json=body, headers=TWICE)
    assert (again.status_code, len(again.json()["data"])) == (200, 2)
    assert not service.waiting
    assert not service.media.folders_older_than(time.time() + 60), "the client has all of it"


def test_two_requests_for_the_same_pictures_get_them_both(client: TestClient, service: Service):
    body = {"prompt": "a ball", "size": "64x64", "n": 2}
    with ThreadPoolExecutor() as pool:
        answers = [
            pool.submit(client.post, "/v1/images/generations", json=body, headers=TWICE)
            for _ in range(2)
        ]
        try:
            wait_for(lambda: sum(service.waiting.values()) == 6)
            finish_pictures(service)
            found = [each.result(60).json()["data"] for each in answers]
        finally:
            service.stopping.set()  # ends what still waits
    assert found[0] == found[1]
    assert len(found[0]) == 2
    assert not service.waiting


def test_a_call_within_the_process_that_is_cancelled_cancels_its_jobs(service: Service):
    """As the tool of an agent does that has gone."""

    async def call() -> None:
        transport = httpx.ASGITransport(create_app(service))
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as http:
            body = {"prompt": "a ball", "size": "64x64", "n": 2}
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(partial(http.post, "/v1/images/generations", json=body))
                while sum(service.waiting.values()) < 3:
                    await anyio.sleep(0.01)
                tasks.cancel_scope.cancel()

    anyio.run(call)
    assert service.queue.count_unfinished() == 0
    assert not service.waiting


def test_a_picture_counts_against_the_quota(client: TestClient, service: Service):
    _, secret = service.keys.create("small", Quota(most_cost=100))
    headers = {"Authorization": f"Bearer {secret}"}
    body = {"prompt": "a ball", "size": "512x512"}
    answer = client.post("/v1/images/generations", json=body, headers=headers)
    assert answer.status_code == 403


def test_models_of_pictures_are_listed_and_make_no_videos(client: TestClient):
    names = [each["id"] for each in client.get("/v1/models").json()["data"]]
    assert "gpt-image-1" in names
    answer = client.post("/v1/videos", json={"prompt": "a ball", "model": "dall-e-3"})
    assert answer.json()["error"]["code"] == "model_not_found"
