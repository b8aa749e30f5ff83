"""Requests to the shipped model that say nothing about sampling use its LoRA for few steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from services import finish
from sorairo.models import hub
from sorairo.server.api.library.recipe_body import recipe_body
from sorairo.server.api.served_models import served_model
from sorairo.server.api.service import Service
from sorairo.server.app import create_app
from sorairo.server.job_spec import JobSpec

OWN = ["tabletop-fast"]
SMALL = {"prompt": "a red ball", "size": "64x64", "seconds": "1"}
BOARD: dict[str, Any] = {"card": [{"prompt": "a red ball drops", "seconds": 1}]}


@pytest.fixture
def shipped(service: Service) -> Iterator[TestClient]:
    limits = served_model("tabletop", hub.info(hub.find("tabletop")), None).limits
    with TestClient(create_app(replace(service, limits=limits))) as client:
        yield client


def made(client: TestClient, route: str, body: dict[str, Any]) -> tuple[str, list[str]]:
    """The id of a new video, and the LoRAs of its request."""
    answer = client.post(f"/v1/{route}", json=body)
    assert answer.status_code == 200, answer.text
    video = answer.json()["id"]
    return video, client.get(f"/v1/videos/{video}/recipe").json()["request"]["loras"]


@pytest.mark.parametrize(
    ("more", "loras"),
    [
        ({}, OWN),
        ({"fast": False}, []),
        ({"num_inference_steps": 10}, []),
        ({"guidance_scale": 3}, []),
        ({"negative_prompt": "snow"}, []),
        ({"quality": "high"}, OWN),  # of OpenAI's Images API, where it says nothing of steps
        ({"storyboard": BOARD}, OWN),
        ({"storyboard": {**BOARD, "steps": 12}}, []),
        ({"storyboard": {**BOARD, "quality": "full"}}, OWN),  # says nothing of steps, as elsewhere
        ({"storyboard": BOARD, "num_inference_steps": 10}, []),
        ({"storyboard": BOARD, "fast": False}, []),
        ({"storyboard": {**BOARD, "guidance": 3}, "fast": True}, OWN),
    ],
)
def test_new_videos(shipped: TestClient, more: dict[str, Any], loras: list[str]):
    body = {**SMALL, **more}
    if "storyboard" in more:
        del body["prompt"], body["seconds"]
    assert made(shipped, "videos", body)[1] == loras


def test_a_negative_prompt_has_no_effect_in_few_steps(shipped: TestClient):
    """Guidance is distilled into them: a video and an estimate say so."""
    body = {**SMALL, "negative_prompt": "snow"}
    said = "Ignored (a negative prompt needs a guidance above 1): snow"
    for more, notes in (
        ({"fast": True}, [said]),
        ({"fast": True, "guidance_scale": 3}, []),
        ({}, []),
    ):
        for route in ("videos/estimate", "videos"):
            answer = shipped.post(f"/v1/{route}", json={**body, **more}).json()
            assert [each for each in answer.get("notes", []) if "negative" in each] == notes
            codes = [each["code"] for each in answer.get("note_details", [])]
            assert ("unguided" in codes) is bool(notes)


def test_recipes_say_how_their_video_was_sampled(shipped: TestClient, service: Service):
    """What makes it again: the LoRA by name, or that there was none."""
    for fast, said in ((None, {"loras": OWN}), (False, {"fast": False})):
        video, loras = made(shipped, "videos", {**SMALL, "fast": fast})
        job = service.queue.get(video)
        assert job is not None
        body = recipe_body(JobSpec.from_json(job.payload), default_loras=(*OWN,)).body
        assert {name: body[name] for name in ("loras", "fast") if name in body} == said
        again = made(shipped, "videos", body)[1]
        assert [each.removesuffix(":1") for each in again] == loras  # its weight, written out


def test_remixes_keep_how_their_video_was_sampled(shipped: TestClient, service: Service):
    for fast, loras in ((None, OWN), (False, [])):
        video, before = made(shipped, "videos", {**SMALL, "fast": fast})
        assert before == loras
        finish(service, {"id": video})
        remixed = f"videos/{video}/remix"
        for more, after in (
            ({}, loras),
            ({"fast": True}, OWN),
            ({"fast": False}, []),
            ({"guidance_scale": 3}, []),
        ):
            assert made(shipped, remixed, {"prompt": "a blue ball", **more})[1] == after
        assert made(shipped, f"videos/{video}/retry", {})[1] == loras
