"""The fields of requests: every name that clients use, what contradicts, what is unknown, and which
field an error names. Without a worker."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from services import new_service
from serving import picture
from sorairo.generation.requests.animate import AnimateRequest
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.jobs.job import Job
from sorairo.server.api.fields.parsing import _lookup
from sorairo.server.api.fields.table import TABLE, Endpoint, fields_of
from sorairo.server.api.schemas import request_body
from sorairo.server.api.service import Service
from sorairo.server.app import create_app
from sorairo.server.job_spec import JobSpec

PNG = picture()
BASE64 = base64.b64encode(PNG).decode()
URL = f"data:image/png;base64,{BASE64}"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    """One for all tests: they look at their own jobs only."""
    return new_service(tmp_path_factory.mktemp("fields"))


@pytest.fixture(scope="module")
def client(service: Service) -> Iterator[TestClient]:
    with TestClient(create_app(service), raise_server_exceptions=False) as client:
        yield client


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
    body = client.get("/openapi.json").json()["paths"][path][method]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
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


# --- what errors say


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


def test_every_alias_is_found():
    for endpoint in Endpoint:
        table = fields_of(endpoint)
        for name, field in table.items():
            assert all(_lookup(alias, table) is field for alias in (name, *field.aliases))
