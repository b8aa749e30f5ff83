"""What is unknown or contradicts, and which field an error names. Without a worker."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from sorairo.server.api.service import Service
from video_requests import PNG, URL, error_of, post

# --- ignored, unknown and contradictory names


def test_fields_that_can_do_nothing_are_named_back(client: TestClient):
    foreign = {"guidance_scale_2": 3, "flow_shift": 5.0, "boundary_ratio": 0.9, "user": "me"}
    foreign |= {"extra_params": {"a": 1}, "enable_teacache": True, "responseFormat": "url"}
    video = post(client, **foreign).json()
    assert sorted(video["ignored"]) == sorted(foreign)
    assert client.get(f"/v1/videos/{video['id']}").json()["ignored"] == video["ignored"]
    assert "ignored" not in post(client).json()


@pytest.mark.parametrize(
    ("path", "name", "advice"),
    [
        ("", "secnods", "Did you mean 'seconds'?"),
        ("", "promt", "Did you mean 'prompt'?"),
        ("", "aspect-ratio", "Did you mean 'aspect_ratio'?"),
        ("", "xyz", "Choose from: prompt, model, size, seconds"),
        ("/sync", "bac\u212aground", "Unknown parameter"),  # no header can have the Kelvin sign
        ("/edits", "size", "POST /v1/videos/edits does not take it."),
        ("/extensions", "n", "POST /v1/videos/extensions does not take it."),
        ("/sync", "strength", "POST /v1/videos/sync does not take it."),
        ("/characters", "prompt", "POST /v1/videos/characters does not take it."),
        ("/video_1/remix", "image", "does not take it."),
    ],
)
def test_unknown_names(client: TestClient, service: Service, path: str, name: str, advice: str):
    before = service.queue.count_unfinished()
    error = error_of(client.post(f"/v1/videos{path}", json={name: "1"}))
    assert (error["code"], error["param"]) == ("unknown_parameter", name)
    assert advice in error["message"]
    assert service.queue.count_unfinished() == before


@pytest.mark.parametrize(
    ("fields", "advice"),
    [
        ({"conditions": [{"image_url": URL, "tiem": 1}]}, "Did you mean 'time'?"),
        ({"conditions": [{"imge_url": URL}]}, "Did you mean 'image_url'?"),
        ({"input_reference": {"image_ulr": URL}}, "Did you mean 'image_url'?"),
        ({"input_reference": {"path": "a.png"}}, "Choose from: image_url"),
        ({"characters": [{"ID": "char_1"}]}, "Did you mean 'id'?"),
        ({"storyboard": {"card": [{"promt": "x", "seconds": 1}]}}, "Did you mean 'prompt'?"),
    ],
)
def test_unknown_names_within_fields(client: TestClient, fields: dict, advice: str):
    error = error_of(post(client, **fields))
    assert advice in error["message"]
    assert error["param"].startswith(next(iter(fields)))


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"size": "1280x720", "width": 640, "height": 360}, "width"),
        ({"size": "1280x720", "height": 360}, "height"),
        ({"size": "1280x720", "aspect_ratio": "9:16"}, "aspect_ratio"),
        ({"size": "1280x720", "resolution": "1080p"}, "resolution"),
        ({"width": 1280, "height": 720, "ratio": "1:1"}, "ratio"),
        ({"seconds": 4, "duration": 8}, "duration"),
        ({"seconds": 4, "num_frames": 24}, "num_frames"),
        ({"size": "64x64", "video_params": {"size": "128x128"}}, "video_params.size"),
        ({"steps": 4, "num_inference_steps": 5}, "num_inference_steps"),
        ({"image": URL, "input_reference": URL}, "input_reference"),
        ({"input_reference": [URL, URL]}, "input_reference"),
        ({"image": URL, "conditions": [{"image_url": URL}]}, "image"),
        ({"width": 640}, "height"),
        ({"height": 640}, "width"),
        ({"storyboard": {"card": [{"prompt": "x", "seconds": 1}], "size": "64x64"},
          "size": "128x128"}, "size"),
    ],
)  # fmt: skip
def test_contradictions(client: TestClient, service: Service, fields: dict, param: str):
    before = service.queue.count_unfinished()
    assert error_of(post(client, **fields))["param"] == param
    assert service.queue.count_unfinished() == before


def test_two_files_of_one_name(client: TestClient):
    files = [("input_reference", ("a.png", PNG)), ("input_reference", ("b.png", PNG))]
    error = error_of(client.post("/v1/videos", data={"prompt": "x"}, files=files))
    assert error["param"] == "input_reference"
    assert "conditions" in error["message"]


# --- what errors name


WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    *(("", {"size": each}, "size", "invalid_value") for each in ("720p", "bad", "65x64", "9x9")),
    *(("", {"seconds": x}, "seconds", "invalid_value") for x in ("999", "0", "nan", "-4", "a")),
    ("", {"duration": 999}, "duration", "invalid_value"),
    ("", {"width": 65, "height": 64}, "width", "invalid_value"),
    ("", {"resolution": "9000p"}, "resolution", "invalid_value"),
    ("", {"num_frames": 100_000}, "num_frames", "invalid_value"),
    ("", {"aspect_ratio": "wide"}, "aspect_ratio", "invalid_value"),
    ("", {"aspect_ratio": "0:1"}, "aspect_ratio", "invalid_value"),
    ("", {"size": ["64x64"]}, "size", "invalid_type"),
    ("", {"seconds": True}, "seconds", "invalid_type"),
    ("", {"prompt": 5}, "prompt", "invalid_type"),
    ("", {"prompt": " "}, "prompt", "invalid_value"),
    ("", {"prompt": None}, "prompt", "missing_required_parameter"),
    ("", {"fps": 1000}, "fps", "invalid_value"),
    ("", {"seed": -2}, "seed", "invalid_value"),
    ("", {"seed": 2**63}, "seed", "invalid_value"),
    ("", {"seed": 2**63 - 1, "n": 2}, "seed", "invalid_value"),
    ("", {"seed": 1.5}, "seed", "invalid_value"),
    ("", {"n": 11}, "n", "invalid_value"),
    ("/sync", {"n": 2}, "n", "invalid_value"),
    ("", {"steps": 0}, "steps", "invalid_value"),
    ("", {"guidance_scale": 31}, "guidance_scale", "invalid_value"),
    ("", {"negative_prompt": "x" * 2001}, "negative_prompt", "invalid_value"),
    ("", {"loop": "maybe"}, "loop", "invalid_type"),
    ("", {"model": "wan2.2"}, "model", "model_not_found"),
    ("", {"input_reference": {}}, "input_reference", "invalid_value"),
    ("", {"input_reference": []}, "input_reference", "invalid_value"),
    ("", {"input_reference": {"file_id": 1}}, "input_reference.file_id", "invalid_type"),
    ("", {"input_reference": {"image_url": "https://x/a.png"}}, "input_reference.image_url",
     "invalid_image_url"),
    ("", {"reference_url": "https://x/a.png"}, "reference_url", "invalid_image_url"),
    ("", {"input_reference": "/tmp/a.png"}, "input_reference", "invalid_type"),
    ("", {"input_reference": {"image_url": URL, "crop": 1}}, "input_reference.crop",
     "unknown_parameter"),
    ("", {"conditions": [{"image_url": URL, "tiem": 1}]}, "conditions[0].tiem",
     "unknown_parameter"),
    ("", {"conditions": [{"image_url": URL, "time": "late"}]}, "conditions[0].time",
     "invalid_value"),
    ("", {"conditions": [{"image_url": URL, "time": 99}]}, "conditions", "invalid_value"),
    ("", {"characters": [{"id": 5}]}, "characters[0].id", "invalid_type"),
    ("", {"characters": [{"name": "Mossy"}]}, "characters[0].name", "unknown_parameter"),
    ("", {"characters": ["a", "b", "c"]}, "characters", "invalid_value"),
    ("", {"characters": 5}, "characters", "invalid_type"),
    ("", {"storyboard": {"card": 5}}, "storyboard", "invalid_value"),
    ("", {"storyboard": {"card": [5]}}, "storyboard", "invalid_value"),
    ("", {"storyboard": "card = 5"}, "storyboard", "invalid_value"),
    ("", {"storyboard": {"card": {"prompt": "x"}}}, "storyboard", "invalid_value"),
    ("", {"storyboard": "x" + ".x" * 16_000 + " = 1"}, "storyboard", "invalid_value"),
    ("", {"storyboard": '[[card]]\nprompt = "x"\n' * 11_000}, "storyboard", "invalid_value"),
    ("", {"storyboard": {"card": [{"prompt": "x"}] * 30_000, "seconds": 60}}, "storyboard",
     "invalid_value"),
    ("", {"storyboard": 5}, "storyboard", "invalid_type"),
    ("", {"video_params": 5}, "video_params", "invalid_type"),
    ("/edits", {}, "video", "missing_required_parameter"),
    ("/extensions", {"video": None}, "video", "missing_required_parameter"),
    ("/edits", {"video": {}}, "video", "invalid_value"),
    ("/edits", {"video": "a path"}, "video", "invalid_type"),
    ("/edits", {"video": {"id": 5}}, "video.id", "invalid_type"),
    ("/edits", {"video": URL, "strength": 7}, "strength", "invalid_value"),
    ("/extensions", {"video": URL, "seconds": 999}, "seconds", "invalid_value"),
    ("/video_1/remix", {"prompt": ""}, "prompt", "invalid_value"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "fields", "param", "code"), WRONG)
def test_errors_name_the_field(
    client: TestClient, service: Service, path: str, fields: dict, param: str, code: str
):
    before = service.queue.count_unfinished()
    error = error_of(post(client, path, **fields))
    assert (error["param"], error["code"]) == (param, code), error
    assert service.queue.count_unfinished() == before
