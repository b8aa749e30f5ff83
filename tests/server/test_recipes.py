"""Recipes, families, estimates, readings of prompts, and what a key may use."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import httpx
import openai
import pytest
from fastapi.testclient import TestClient

from services import finish
from serving import Running, picture
from sorairo.generation.requests.animate import AnimateRequest
from sorairo.generation.requests.characters import CastRequest
from sorairo.generation.requests.edit import EditRequest
from sorairo.jobs.keys import Quota
from sorairo.server.api.service import Service
from sorairo.server.app import create_app
from sorairo.server.job_spec import JobSpec

PNG = picture()
URL = {"image_url": f"data:image/png;base64,{base64.b64encode(PNG).decode()}"}
SMALL = {"size": "64x64", "seconds": "1"}


def post(client: Any, route: str, **body: Any) -> dict[str, Any]:
    answer = client.post(f"/v1/{route}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def finished(client: TestClient, service: Service, **body: Any) -> str:
    video = post(client, "videos", **{"prompt": "a red ball", **SMALL, **body})
    finish(service, video)
    return video["id"]


def recipe(client: Any, video: str) -> dict[str, Any]:
    answer = client.get(f"/v1/videos/{video}/recipe")
    assert answer.status_code == 200, answer.text
    return answer.json()


def request_of(service: Service, video: str):
    job = service.queue.get(video)
    assert job is not None
    return JobSpec.from_json(job.payload).request


@pytest.mark.filterwarnings("ignore:The Sora API is scheduled:DeprecationWarning")
def test_a_recipe_makes_the_same_video_again(server: Running):
    """With the real model, and OpenAI's SDK as the client that waits."""
    with (
        openai.OpenAI(base_url=f"{server.url}/v1", api_key="any") as sdk,
        httpx.Client(base_url=server.url, timeout=60) as client,
    ):
        body = {"prompt": "a blue box slides to the left", "fps": 8, "num_inference_steps": 2}
        first = post(client, "videos", **body, **SMALL)
        sdk.videos.poll(first["id"])
        found = recipe(client, first["id"])
        assert found["model_digest"]
        assert (found["path"], found["inputs"]) == ("/v1/videos", [])
        again = post(client, found["path"].removeprefix("/v1/"), **found["body"])
        assert sdk.videos.poll(again["id"]).status == "completed"
        assert again["seed"] == first["seed"]
        one, two = (
            client.get(f"/v1/videos/{video['id']}/content?variant=spritesheet").content
            for video in (first, again)
        )
        assert one == two
        kinds = {"kind": "generate", "size": "64x64", "seconds": "1"}
        guess = post(client, "videos/estimate", **body, **SMALL, n=2)
        assert {name: guess[name] for name in kinds} == kinds
        assert guess["estimated_seconds"] >= 1, "as one of the same kind is finished"


@pytest.mark.parametrize(
    "body",
    [
        {"loop": True, "negative_prompt": "snow", "guidance_scale": 3, "vary": False},
        {"style": "oil"},
        {"input_reference": URL},
        {"last_frame": URL},
        {"input_reference": URL, "last_frame": URL},
        {"conditions": [{**URL, "time": 0.5, "strength": 0.5}]},
        {"reference_images": [URL, URL]},
        {"storyboard": {"card": [{"prompt": "a ball", "seconds": 0.5}, {"prompt": "a box"}]}},
    ],
)
def test_recipes_of_new_videos(client: TestClient, service: Service, body: dict):
    """What a recipe says, with its files put back, makes an equal request."""
    video = finished(client, service, **body)
    found = recipe(client, video)
    fields, files = dict(found["body"]), {}
    for each in found["inputs"]:
        data = client.get(f"/v1/videos/{video}/inputs/{each['number']}")
        assert (data.content, data.headers["content-type"]) == (PNG, "image/png")
        if each["field"].startswith("conditions"):
            fields["conditions"][each["number"]] |= URL
        elif each["field"].startswith("reference_images"):
            fields.setdefault("reference_images", []).append(URL)
        else:
            files[each["field"]] = URL
    again = post(client, "videos", **fields, **files)
    assert request_of(service, again["id"]) == request_of(service, video)
    missing = client.get(f"/v1/videos/{video}/inputs/{len(found['inputs'])}")
    assert missing.status_code == 404


@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("edits", {"strength": 0.5, "region": "25%,0%,50%,100%", "start": 0.2, "end": 0.8}),
        ("extensions", {"seconds": "1", "direction": "backward"}),
        ("extensions", {"seconds": "2"}),
        ("extensions", {"seconds": "1", "direction": "both", "start": 0.2, "end": 0.8}),
        ("loops", {"seconds": "1"}),
        ("connections", {"seconds": "1", "start_prompt": "a ball", "end_prompt": "a box"}),
        ("connections", {"seconds": "1", "curve": [0, 0.25, 1]}),
    ],
)
def test_recipes_and_families_of_changed_videos(
    client: TestClient, service: Service, route: str, body: dict
):
    names = ["video", "next_video"] if route == "connections" else ["video"]
    parents = [finished(client, service) for _ in names]
    given = {name: {"id": each} for name, each in zip(names, parents, strict=True)}
    before = post(client, f"videos/{route}/estimate", prompt="x", **body, **given)
    video = post(client, f"videos/{route}", prompt="x", **body, **given)
    assert (before["size"], before["seconds"]) == (video["size"], video["seconds"])
    found = recipe(client, video["id"])
    assert [each["video_id"] for each in found["inputs"]] == parents
    again = post(client, found["path"].removeprefix("/v1/"), **found["body"])
    assert request_of(service, again["id"]) == request_of(service, video["id"])

    remix = post(client, f"videos/{video['id']}/remix", prompt="y")["id"]
    client.delete(f"/v1/videos/{parents[0]}")
    tree = client.get(f"/v1/videos/{video['id']}/lineage").json()
    kind = before["kind"]
    assert tree["parents"] == [{"id": each, "relation": kind} for each in sorted(parents)]
    assert tree["children"] == [{"id": remix, "relation": "remix"}]
    family = {each["id"]: each for each in tree["family"]}
    assert set(family) == {video["id"], remix, again["id"], *parents}
    assert "video" not in family[parents[0]], "it is deleted"
    assert family[remix]["video"]["prompt"] == "y"


def test_of_a_sent_clip_and_a_video_the_recipe_names_neither(client: TestClient, service: Service):
    """It does not know which is which; the recipe has both files."""
    video = finished(client, service)
    fields = {"prompt": "a ball", "seconds": "1", "next_video[id]": video}
    files = {"video": ("a.png", PNG)}
    answer = client.post("/v1/videos/connections", data=fields, files=files)
    assert answer.status_code == 200, answer.text
    found = recipe(client, answer.json()["id"])
    assert [each["field"] for each in found["inputs"]] == ["video", "next_video"]
    assert not any("video_id" in each for each in found["inputs"])
    assert not {"video", "next_video"} & set(found["body"])


def test_a_mask_says_what_is_changed(client: TestClient, service: Service):
    video = {"id": finished(client, service)}
    edit = post(client, "videos/edits", prompt="x", video=video, mask=URL)
    job = service.queue.get(edit["id"])
    assert job is not None
    kept = [b"".join(service.media.read(path)) for path in job.payload["media"]]
    assert kept == [b"video.mp4", PNG]
    assert isinstance(request_of(service, edit["id"]), EditRequest)
    wide = base64.b64encode(picture((128, 64))).decode()
    for body, param in (
        ({"mask": {"image_url": f"data:image/png;base64,{wide}"}}, "mask"),
        ({"mask": URL, "region": "0,0,8,8"}, "mask"),
        ({"region": "0,0,8"}, "region"),
        ({"region": "60,0,8,8"}, "video"),
        ({"start": -1}, "start"),
    ):
        fields = {"prompt": "x", "video": video, **body}
        answer = client.post("/v1/videos/edits", json=fields)
        assert (answer.status_code, answer.json()["error"]["param"]) == (400, param), body


def test_a_part_of_a_video_is_extended(client: TestClient, service: Service):
    video = {"id": finished(client, service)}  # of one second
    body = {"prompt": "x", "video": video, "seconds": "2"}
    longer = post(client, "videos/extensions", **body, direction="both", start=0.25, end=0.75)
    assert longer["seconds"] == "4.5"
    for wrong, param in (
        ({"start": 1.5}, "video"),
        ({"start": 0.5, "end": 0.5}, "video"),
        ({"end": 9}, "video"),
        ({"direction": "up"}, "direction"),
    ):
        answer = client.post("/v1/videos/extensions", json={**body, **wrong})
        assert (answer.status_code, answer.json()["error"]["param"]) == (400, param), wrong
    both = {"prompt": "x", "video": video, "next_video": video}
    for curve in ([0.5], [0, 2], "up", [0] * 65):
        answer = client.post("/v1/videos/connections", json={**both, "curve": curve})
        assert answer.status_code == 400, curve
        assert answer.json()["error"]["param"].startswith("curve")


def test_ends_and_references(client: TestClient, service: Service):
    both = request_of(service, finished(client, service, input_reference=URL, last_frame=URL))
    assert isinstance(both, AnimateRequest)
    assert both.at == (0.0, 1.0)
    form = [("reference_images", ("a.png", PNG)), ("reference_images", ("b.png", PNG))]
    answer = client.post("/v1/videos", data={"prompt": "x", **SMALL}, files=form)
    assert answer.status_code == 200, answer.text
    assert isinstance(request_of(service, answer.json()["id"]), CastRequest)
    for body in (
        {"reference_images": [URL] * 4},
        {"reference_images": [URL], "input_reference": URL},
        {"last_frame": URL, "conditions": [URL]},
        {"last_frame": "x"},
    ):
        assert client.post("/v1/videos", json={"prompt": "x", **body}).status_code == 400, body


def test_prompts_are_read(service: Service):
    known = replace(service, limits=replace(service.limits, world="tabletop"))
    with TestClient(create_app(known)) as client:
        prompt = "A turquois ball and a Zebra on the grass, zebra"
        found = post(client, "prompts/readings", prompt=prompt, seed=3)
        places = [(each["start"], each["end"]) for each in found["unknown"]]
        assert [prompt[a:b] for a, b in places] == ["turquois", "Zebra", "zebra"]
        assert found["unknown"][0]["nearest"][0] == "turquoise"
        assert found["understood"]
        assert "ball" in found["expanded"]
        typos = "a smal ball slydes to the lefft on a marble flor with an elephant"
        parts = post(client, "prompts/readings", prompt=typos)["unknown"]
        nearest = {each["word"]: each["nearest"][:1] for each in parts}
        words = {"smal": ["small"], "slydes": ["slides"], "lefft": ["left"], "flor": ["floor"]}
        assert nearest == {**words, "elephant": []}, "parts of phrases are proposed, too"
        ball = "a red ball rolls"
        varied = {post(client, "prompts/readings", prompt=ball, seed=i)["varied"] for i in (1, 2)}
        assert len(varied - {ball}) == 2
        zh = post(client, "prompts/readings", prompt="一个红色的大象")
        assert [each["word"] for each in zh["unknown"]] == ["大象"]
        assert not post(client, "prompts/readings", prompt="zebra")["understood"]
        words = client.get("/v1/prompts/words").json()
        assert {"shape", "color"} <= {each["kind"] for each in words["data"]}
        for example in words["examples"]:
            assert post(client, "prompts/readings", prompt=example)["unknown"] == []
        assert client.post("/v1/prompts/readings", json={}).status_code == 400


def test_estimates_check_as_requests_do(client: TestClient, service: Service):
    guess = post(client, "videos/estimate", prompt="x", **SMALL, n=3)
    assert guess["pixel_seconds"] == 3 * 64 * 64
    assert (guess["estimated_seconds"], guess["jobs_ahead"]) == (None, 0)
    assert client.post("/v1/videos/estimate", json={"prompt": "x", "size": "7"}).status_code == 400
    assert service.queue.page() == ([], False), "nothing was submitted"


def test_the_account_of_a_key(client: TestClient, service: Service):
    free = client.get("/v1/account").json()
    assert (free["key"], free["key_required"]) == (None, False)
    key, secret = service.keys.create("studio", Quota(most_waiting=4, most_cost=1e6))
    header = {"authorization": f"Bearer {secret}"}
    client.post("/v1/videos", json={"prompt": "x", **SMALL}, headers=header)
    found = client.get("/v1/account", headers=header).json()
    assert found["key"] == {"id": key.id, "name": "studio", "admin": False}
    assert (found["quota"]["jobs"], found["quota"]["pixel_seconds_per_day"]) == (4, 1e6)
    assert found["used"] == {"jobs": 1, "pixel_seconds": 64 * 64, "bytes": 4096}
    server = client.get("/v1/server", headers=header).json()
    (model,) = [each for each in server["models"] if each["served"]]
    assert (model["id"], model["id"]) == (server["model"], "tabletop")
    assert model["bytes"] > 1e6
    assert all(each["bytes"] > 1e9 for each in server["pulls"])
    assert len(server["pulls"]) > 2
