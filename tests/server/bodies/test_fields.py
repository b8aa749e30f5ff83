"""The fields of requests: every name that clients use, every form of a value. Without a worker."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from serving import picture
from sorairo.generation.requests.animate import AnimateRequest
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.server.api.fields.parsing import _lookup
from sorairo.server.api.fields.table import TABLE, Endpoint, fields_of
from sorairo.server.api.schemas import request_body
from sorairo.server.api.service import Service
from sorairo.server.app import create_app
from video_requests import BASE64, PNG, URL, error_of, finished, job_of, post, request_of

# --- the table


@pytest.mark.parametrize("endpoint", Endpoint)
def test_names_are_unambiguous(endpoint: Endpoint):
    fields = [field for field in TABLE if endpoint in field.endpoints]
    names = [name for field in fields for name in (field.name, *field.aliases)]
    assert len(names) == len(set(names))
    document = request_body(endpoint)["content"]["application/json"]["schema"]
    assert not set(names) & set(document["x-ignored"])


@pytest.mark.parametrize("endpoint", Endpoint)
def test_the_document_is_derived_from_the_table(client: TestClient, endpoint: Endpoint):
    method, path = endpoint.lower().split()
    route = client.get("/openapi.json").json()["paths"][path][method]
    assert ("requestBody" in route) == bool(fields_of(endpoint))
    if "requestBody" not in route:
        return
    schema = route["requestBody"]["content"]["application/json"]["schema"]
    assert set(schema["properties"]) == set(fields_of(endpoint))
    for name, field in fields_of(endpoint).items():
        assert (name in schema["required"]) == (endpoint in field.required_by)
        assert all(alias in schema["properties"][name]["description"] for alias in field.aliases)


# --- other names


@pytest.mark.parametrize(
    ("fields", "size", "seconds"),
    [
        ({"width": 1280, "height": 720, "num_frames": 80, "fps": 16}, "1280x720", "5"),
        ({"width": "1280", "height": "720", "num_frames": "48"}, "1280x720", "2"),
        ({"duration": 8, "aspect_ratio": "16:9", "resolution": "720p"}, "1280x720", "8"),
        ({"n_seconds": 5, "height": 1080, "width": 1920}, "1920x1080", "5"),
        ({"aspect_ratio": "9:16"}, "720x1280", "4"),
        ({"aspectRatio": "1:1", "resolution": "480p"}, "480x480", "4"),
        ({"resolution": "1080p"}, "1920x1080", "4"),
        ({"orientation": "portrait"}, "720x1280", "4"),
        ({"aspect_ratio": "16:9", "resolution": "480p"}, "854x480", "4"),
        ({"size": "854x480", "aspect_ratio": "16:9"}, "854x480", "4"),
        ({"video_params": {"width": 640, "height": 360, "num_frames": 24}}, "640x360", "1"),
        ({"size": "1280*720"}, "1280x720", "4"),
        ({"size": "1280X720", "seconds": 8.0}, "1280x720", "8"),
        ({"size": "1280x720", "width": 1280, "height": 720}, "1280x720", "4"),
        ({"seconds": "8", "duration": 8, "num_frames": 193}, "720x1280", "8"),
        ({"size": None, "seconds": None, "input_reference": None, "seed": None}, "720x1280", "4"),
        ({"size": "", "seconds": " ", "model": "", "fps": ""}, "720x1280", "4"),
        ({"no_such_field": None}, "720x1280", "4"),
    ],
)
def test_sizes_and_lengths(client: TestClient, fields: dict, size: str, seconds: str):
    answer = post(client, **fields)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["size"], answer.json()["seconds"]) == (size, seconds)
    as_text = {k: str(v) for k, v in fields.items() if not isinstance(v, dict) and v is not None}
    if as_text and set(as_text) == set(fields):
        form = client.post("/v1/videos", data={"prompt": "a ball", **as_text})
        assert (form.json()["size"], form.json()["seconds"]) == (size, seconds)


def test_sampling_parameters(client: TestClient, service: Service):
    given = {"steps": "7", "cfg_scale": "2.5", "frame_rate": 12, "negativePrompt": "a cube"}
    request = request_of(service, post(client, seed=7.0, **given))
    assert (request.seed, request.steps, request.guidance, request.fps, request.negative) == (
        *(7, 7, 2.5, 12.0),
        "a cube",
    )


@pytest.mark.parametrize("seed", [-1, "-1", -1.0, "", None])
def test_seeds_that_mean_a_random_one(client: TestClient, seed: object):
    seeds = {post(client, seed=seed).json()["seed"] for _ in range(3)}
    assert len(seeds) == 3
    assert min(seeds) >= 0


REFERENCES = {
    "data URL": URL,
    "bare base64": BASE64,
    "image_url": {"image_url": URL},
    "image_url of a chat message": {"type": "image_url", "image_url": {"url": URL}},
    "url": {"url": URL},
    "data": {"type": "image", "data": BASE64, "mime_type": "image/png"},
    "b64_json": {"b64_json": BASE64},
    "list of one": [URL],
    "list of one object": [{"image_url": URL, "file_id": None}],
}


@pytest.mark.parametrize("value", REFERENCES.values(), ids=list(REFERENCES))
@pytest.mark.parametrize("name", ["input_reference", "image", "reference_url", "imageUrl"])
def test_forms_of_a_picture(client: TestClient, service: Service, value: object, name: str):
    answer = post(client, **{name: value})
    assert isinstance(request_of(service, answer), AnimateRequest)
    (path,) = job_of(service, answer.json()).payload["media"]
    assert b"".join(service.media.read(path)) == PNG


def test_pictures_in_forms(client: TestClient, service: Service):
    for form in (
        {"input_reference": (None, URL)},
        {"input_reference": (None, f'{{"image_url": "{URL}"}}')},
        {"input_reference": (None, f'[{{"image_url": "{URL}"}}]')},
        {"image": ("a.png", PNG)},
        {"input_reference[]": ("a.png", PNG)},
        {"input_reference[image_url][url]": (None, URL)},
        {"input_reference": ("a.png", PNG), "image": (None, "")},
    ):
        answer = client.post("/v1/videos", files={"prompt": (None, "x"), **form})
        assert isinstance(request_of(service, answer), AnimateRequest), form
    empty = {"prompt": (None, "x"), "input_reference": ("", b"")}  # a browser's file input
    body, kind = httpx.Request("POST", "http://x", files=empty), "content-type"
    answer = client.post("/v1/videos", content=body.read(), headers={kind: body.headers[kind]})
    assert isinstance(request_of(service, answer), GenerateRequest)


@pytest.mark.parametrize(
    "video",
    ["{id}", {"id": "{id}"}, ["{id}"], '{{"id": "{id}"}}', {"video_id": "{id}"}],
    ids=str,
)
def test_forms_of_a_video(client: TestClient, service: Service, video: Any):
    made = finished(service, client, model="sora-2-pro", size="640x360", seconds="2")

    def with_id(value: Any) -> Any:
        if isinstance(value, str):
            return value.format(id=made["id"])
        if isinstance(value, list):
            return [with_id(each) for each in value]
        return {key: with_id(each) for key, each in value.items()}

    edited = post(client, "/edits", video=with_id(video))
    assert edited.status_code == 200, edited.text
    assert edited.json()["size"] == "640x360"
    assert edited.json()["model"] == "sora-2-pro", "that of the video"
    longer = post(client, "/extensions", video=with_id(video), model="sora-2", duration=1)
    assert (longer.json()["seconds"], longer.json()["model"]) == ("3", "sora-2")
    if isinstance(video, str):
        form = {"prompt": "x", "video": with_id(video)}
        assert client.post("/v1/videos/edits", data=form).status_code == 200
        named = {"name": "Ruby", "video": with_id(video)}
        assert client.post("/v1/videos/characters", data=named).status_code == 200


def test_forms_of_characters(client: TestClient, service: Service):
    form = {"name": (None, "Mossy"), "video": ("a.png", PNG), "user": (None, "me")}
    made = client.post("/v1/videos/characters", files=form).json()
    assert made["ignored"] == ["user"]
    one = made["id"]
    for value in (
        [{"id": one}],
        [one],
        {"id": one},
        one,
        f'[{{"id": "{one}"}}]',
        {"0": {"id": one}},
    ):
        request = request_of(service, post(client, characters=value))
        assert request.command == "cast", value
    urlencoded = {"prompt": "x", "characters[0][id]": one}
    assert request_of(service, client.post("/v1/videos", data=urlencoded)).command == "cast"


@pytest.mark.parametrize("name", ["remixed_from_video_id", "remix_id", "remix_video_id"])
def test_a_remix_by_a_field(client: TestClient, service: Service, name: str):
    made = post(client, seed=5, size="640x360", seconds="2", model="sora-2-pro").json()
    remixed = post(client, prompt="a cube", **{name: made["id"]}).json()
    assert remixed["remixed_from_video_id"] == made["id"]
    kept = ("seed", "size", "seconds", "model")
    assert [remixed[key] for key in kept] == [made[key] for key in kept]
    changed = post(client, **{name: made["id"]}, seed=6, size="64x64", seconds=1, steps=3)
    request = request_of(service, changed)
    assert (request.seed, request.width, request.steps) == (6, 64, 3)
    assert (changed.json()["size"], changed.json()["seconds"]) == ("64x64", "1")
    assert job_of(service, changed.json()).cost == 64 * 64
    drawn = [post(client, **{name: made["id"]}, seed=-1) for _ in range(2)]
    seeds = [each.json()["seed"] for each in drawn]
    assert len({5, *seeds}) == 3, "-1 is a random one"
    assert [request_of(service, each).seed for each in drawn] == seeds
    assert error_of(post(client, **{name: "video_of_nobody"}), 404)["code"] == "not_found"
    both = error_of(post(client, **{name: made["id"]}, image=URL))
    assert both["param"] == "image"


def test_json_in_curls_default_content_type(client: TestClient):
    kind = {"content-type": "application/x-www-form-urlencoded"}
    body = b' {"prompt": "a ball & a cube", "seconds": 8}'
    video = client.post("/v1/videos", content=body, headers=kind).json()
    assert (video["prompt"], video["seconds"]) == ("a ball & a cube", "8")
    form = b"prompt=a+ball+%26+%E7%BA%A2&seconds=8"
    video = client.post("/v1/videos", content=form, headers=kind).json()
    assert (video["prompt"], video["seconds"]) == ("a ball & 红", "8")


def test_every_alias_is_found():
    for endpoint in Endpoint:
        table = fields_of(endpoint)
        for name, field in table.items():
            assert all(_lookup(alias, table) is field for alias in (name, *field.aliases))


# --- models, keys, orders


def test_models(client: TestClient, service: Service):
    names = [each["id"] for each in client.get("/v1/models").json()["data"]]
    assert {"sora-2", "sora-2-pro", "sora-2-2025-10-06", "tabletop"} <= set(service.models)
    assert set(service.models) <= set(names), "others are for pictures"
    for name in service.models:
        assert post(client, model=name).json()["model"] == name
    assert post(client, model="").json()["model"] == "sora-2"
    with TestClient(create_app(replace(service, accept_any_model=True))) as lenient:
        assert post(lenient, model="wan2.2").json()["model"] == "wan2.2"


def test_an_idempotency_key_belongs_to_one_body(client: TestClient, service: Service):
    key, before = {"Idempotency-Key": "k"}, service.queue.count_unfinished()

    def ask(path: str = "/v1/videos", **fields: Any) -> httpx.Response:
        return client.post(path, json={"prompt": "x", **fields}, headers=key)

    first = ask(image=URL, seconds="8").json()
    assert ask(image=URL, seconds="8").json()["id"] == first["id"]
    assert ask(input_reference={"image_url": URL}, duration=8).json()["id"] == first["id"]
    other = base64.b64encode(picture((32, 32))).decode()
    for changed in (
        ask(image=URL),
        ask(image=URL, seconds="8", seed=1),
        ask(image=f"data:image/png;base64,{other}", seconds="8"),
        ask(f"/v1/videos/{first['id']}/remix"),
        ask("/v1/videos/edits", video=URL),
    ):
        assert error_of(changed)["code"] == "idempotency_key_reused"
    assert service.queue.count_unfinished() == before + 1
    too_long = client.post(
        "/v1/videos", json={"prompt": "x"}, headers={"Idempotency-Key": "k" * 256}
    )
    assert error_of(too_long)["param"] == "Idempotency-Key"


def test_orders_and_cancellations(client: TestClient, service: Service):
    error = error_of(client.get("/v1/videos?order=newest"))
    assert (error["param"], error["message"]) == (
        "order",
        "'order' is 'newest': choose asc or desc.",
    )
    video = post(client).json()
    while (job := service.queue.claim("worker")) and job.id != video["id"]:
        pass
    cancelled = client.post(f"/v1/videos/{video['id']}/cancel").json()
    assert (cancelled["status"], cancelled["cancel_requested"]) == ("in_progress", True)
