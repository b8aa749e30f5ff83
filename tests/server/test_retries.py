"""A video that has failed is made again by its own request, whatever kind that is."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from services import finish
from serving import picture
from sorairo.generation.requests.storyboard.request import Storyboard
from sorairo.server.api.service import Service
from sorairo.server.app import create_app
from sorairo.server.job_spec import JobSpec

LARGE, SMALLER = picture(), picture((32, 32))
URLS = [
    {"image_url": f"data:image/png;base64,{base64.b64encode(each).decode()}"}
    for each in (LARGE, SMALLER)
]
SMALL = {"size": "64x64", "seconds": "1"}
CARDS = [
    {"prompt": "a red ball rolls on the grass", "seconds": 1, "style": "neon"},
    {"picture": URLS[1], "seconds": 0.5, "at": 0.25},
    {"prompt": "a blue box slides on the sand", "seconds": 1, "cut": False},
]
BOARD = {"size": "64x64", "prompt": "at night", "style": "oil", "card": CARDS}


def post(client: TestClient, route: str, **body: Any) -> dict[str, Any]:
    answer = client.post(f"/v1/videos{route}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def spec_of(service: Service, video: str) -> JobSpec:
    job = service.queue.get(video)
    assert job is not None
    return JobSpec.from_json(job.payload)


def files_of(service: Service, spec: JobSpec) -> list[bytes]:
    return [b"".join(service.media.read(path)) for path in spec.media]


def parents_of(client: TestClient, video: str) -> list[dict[str, str]]:
    return client.get(f"/v1/videos/{video}/lineage").json()["parents"]


def check_retry(client: TestClient, service: Service, video: dict[str, Any]) -> str:
    """Cancels a job and retries it; returns the id of the new job."""
    cancelled = client.post(f"/v1/videos/{video['id']}/cancel").json()
    assert cancelled["error"]["code"] == "cancelled"
    again = post(client, f"/{video['id']}/retry")
    assert again["id"] != video["id"]
    one, two = spec_of(service, video["id"]), spec_of(service, again["id"])
    assert two.request == one.request
    alone = replace(one, video=replace(one.video, videos=None))
    assert replace(two, media=(), body_digest="") == replace(alone, media=(), body_digest="")
    assert files_of(service, two) == files_of(service, one)
    assert parents_of(client, again["id"]) == parents_of(client, video["id"])
    same = ("prompt", "seed", "size", "seconds", "model", "kind", "notes", "remixed_from_video_id")
    assert [again.get(name) for name in same] == [video.get(name) for name in same]
    return again["id"]


@pytest.fixture
def known(service: Service) -> Service:
    """A service that reads prompts, as that of the shipped model does."""
    return replace(service, limits=replace(service.limits, world="tabletop"))


def test_new_videos_are_retried(known: Service):
    bodies = [
        {"negative_prompt": "snow", "guidance_scale": 3, "num_inference_steps": 5, "style": "oil"},
        {"loop": True, "vary": False, "fps": 12},
        {"rewrite": False},
        {"input_reference": URLS[0]},
        {"input_reference": URLS[0], "last_frame": URLS[1]},
        {"conditions": [{**URLS[0], "time": 0.5, "strength": 0.5}]},
        {"reference_images": URLS},
    ]
    with TestClient(create_app(known)) as client:
        for body in bodies:
            sent = {"prompt": "a red ball drops onto the grass", **SMALL, **body}
            check_retry(client, known, post(client, "", **sent))
        first = post(client, "", prompt="a red ball", n=2, seed=7, **SMALL)
        again = check_retry(client, known, client.get(f"/v1/videos/{first['videos'][1]}").json())
        assert spec_of(known, again).request.seed == 8, "the second one of a request"
        assert "videos" not in client.get(f"/v1/videos/{again}").json()


def test_storyboards_are_retried(known: Service):
    with TestClient(create_app(known)) as client:
        video = post(client, "", storyboard=BOARD, seed=5)
        board = spec_of(known, check_retry(client, known, video)).request
        assert isinstance(board, Storyboard)
        assert [card.prompt for card in board.cards] == [
            "a red ball rolls on the grass", "", "a blue box slides on the sand"
        ]  # fmt: skip
        assert (board.prompt, board.style, board.cards[0].style) == ("at night", "oil", "neon")


def test_characters_are_retried(client: TestClient, service: Service):
    form = {"files": {"video": ("a.png", LARGE)}, "data": {"name": "Ruby"}}
    ruby = client.post("/v1/videos/characters", **form).json()["id"]
    video = post(client, "", prompt="Ruby rolls", characters=[{"id": ruby}], **SMALL)
    client.delete(f"/v1/videos/characters/{ruby}")
    assert spec_of(service, check_retry(client, service, video)).video.characters == (ruby,)


def test_changed_videos_are_retried(client: TestClient, service: Service):
    one, two = (post(client, "", prompt=f"a ball {i}", **SMALL)["id"] for i in range(2))
    for each in (one, two):
        finish(service, {"id": each})
    both = {"start_prompt": "a ball", "end_prompt": "a box", "curve": [0, 0.25, 1]}
    routes = {
        "/edits": {"strength": 0.4, "region": "25%,0%,50%,100%", "start": 0.25, "end": 0.75},
        "/extensions": {"seconds": "1", "direction": "both", "start": 0.2, "end": 0.8},
        "/loops": {"seconds": "1"},
        "/connections": {"seconds": "1", "next_video": {"id": two}, **both},
        f"/{one}/remix": {"seed": 3},
    }
    for route, body in routes.items():
        given = {} if "remix" in route else {"video": {"id": one}}
        video = post(client, route, prompt="x", **given, **body)
        again = check_retry(client, service, video)
        wanted = {one, two} if "connections" in route else {one}
        assert {each["id"] for each in parents_of(client, again)} == wanted, route
    masked = post(client, "/edits", prompt="x", video={"id": one}, mask=URLS[1])
    client.delete(f"/v1/videos/{one}")
    again = check_retry(client, service, masked)
    assert files_of(service, spec_of(service, again)) == [b"video.mp4", SMALLER]


def test_the_same_prompt_leaves_all_texts_as_they_are(client: TestClient, service: Service):
    """Programs retry with a remix by the prompt of the Video object."""
    one, two = (post(client, "", prompt=f"a ball {i}", **SMALL)["id"] for i in range(2))
    for each in (one, two):
        finish(service, {"id": each})
    ends = {"start_prompt": "a ball", "end_prompt": "a box"}
    clips = {"video": {"id": one}, "next_video": {"id": two}}
    for video in (
        post(client, "", storyboard=BOARD),
        post(client, "/connections", prompt="x", **clips, **ends),
    ):
        again = post(client, f"/{video['id']}/remix", prompt=video["prompt"])
        before, after = (spec_of(service, each["id"]).request for each in (video, again))
        assert after == before
        other = post(client, f"/{video['id']}/remix", prompt="a can")
        assert spec_of(service, other["id"]).request == before.reworded("a can")


def test_what_cannot_be_retried(client: TestClient, service: Service):
    assert client.post("/v1/videos/video_1/retry").status_code == 404
    video = post(client, "", prompt="x", input_reference=URLS[0], **SMALL)
    answer = client.post(f"/v1/videos/{video['id']}/retry", json={"prompt": "y"})
    assert answer.json()["error"]["code"] == "unknown_parameter"
    service.media.delete_folder(video["id"])
    answer = client.post(f"/v1/videos/{video['id']}/retry")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "expired")
    clip = post(client, "", prompt="x", **SMALL)
    finish(service, clip)
    header = {"Idempotency-Key": "k"}
    made = [client.post(f"/v1/videos/{clip['id']}/retry", headers=header) for _ in range(2)]
    assert made[0].json()["id"] == made[1].json()["id"]
