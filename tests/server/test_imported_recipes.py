"""Clips that sorairo made keep their recipes when they are imported."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient

from sorairo.generation.requests.base import InputFile, Request
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.generation.requests.metadata import is_cut, request_of
from sorairo.generation.requests.storyboard.request import Card, Storyboard
from sorairo.server.api.service import Service
from sorairo.server.imports.importer import Importer
from sorairo.server.imports.records import Record
from sorairo.server.job_spec import JobSpec
from sorairo.video import Clip

PLAIN = GenerateRequest(
    prompt="a red ball rolls", seconds=2.0, seed=9, steps=6, negative="snow", width=64, height=64
)
BOARD = Storyboard(
    prompt="",
    seed=4,
    style="noir",
    cards=(
        Card(start=0.0, end=1.0, prompt="a red ball drops"),
        Card(start=1.0, end=2.0, prompt="a blue box slides"),
    ),
)


def imported(client: TestClient, path: Path, request: Request, **fields: str) -> dict:
    """The video of a clip that says it was made from `request`."""
    frames = np.full((24, 64, 64, 3), 90, np.uint8)
    comment = request.to_comment(model_digest="0123456789abcdef")
    Clip(frames=frames, fps=12, metadata={"comment": comment}).save(path)
    files = {"video": (path.name, path.read_bytes())}
    answer = client.post("/v1/videos/imports", data=fields, files=files)
    assert answer.status_code == 200, answer.text
    return answer.json()["video"]


def recipe(client: TestClient, video: dict) -> dict:
    return client.get(f"/v1/videos/{video['id']}/recipe").json()


def test_a_clip_made_from_text_is_made_again(client: TestClient, service: Service, tmp_path: Path):
    video = imported(
        client, tmp_path / "a.mp4", PLAIN, tags="old", prompt="another", model="sora-2"
    )
    assert (video["kind"], video["prompt"], video["seed"]) == ("generate", PLAIN.prompt, 9)
    assert (video["tags"], video["model"], video["seconds"]) == (["old"], "sora-2", "2")
    found = recipe(client, video)
    wanted = {"prompt": PLAIN.prompt, "seed": 9, "size": "64x64", "seconds": "2", "fps": PLAIN.fps}
    wanted |= {"num_inference_steps": 6, "negative_prompt": "snow", "model": "sora-2"}
    assert found["body"] == wanted
    assert (found["path"], found["inputs"]) == ("/v1/videos", [])
    assert found["model_digest"] == "0123456789abcdef"

    again = client.post(f"/v1/videos/{video['id']}/retry").json()
    job = service.queue.get(again["id"])
    assert job is not None
    assert JobSpec.from_json(job.payload).request == PLAIN
    assert job.cost == 64 * 64 * 2
    remix = client.post(f"/v1/videos/{video['id']}/remix", json={"prompt": "a box"}).json()
    job = service.queue.get(remix["id"])
    assert job is not None
    assert JobSpec.from_json(job.payload).request == replace(PLAIN, prompt="a box")


def test_a_clip_that_was_cut_is_not_made_again(
    client: TestClient, service: Service, tmp_path: Path
):
    """The request in it is that of the first clip: it says the prompt and makes another clip."""
    video = imported(client, tmp_path / "a.mp4", PLAIN)
    part = {"id": video["id"], "start": 0.5, "end": 1.0}
    cut = client.post("/v1/videos/cuts", json={"parts": [part]}).json()
    path = tmp_path / "cut.mp4"
    path.write_bytes(client.get(f"/v1/videos/{cut['id']}/content").content)
    assert is_cut(Clip.load(path))
    assert request_of(Clip.load(path)) == PLAIN
    for data, prompt in (({}, PLAIN.prompt), ({"prompt": "half of it"}, "half of it")):
        files = {"video": (path.name, path.read_bytes())}
        again = client.post("/v1/videos/imports", data=data, files=files).json()["video"]
        assert (again["kind"], again["prompt"], again["seconds"]) == ("import", prompt, "1")
        assert "imported_from" in recipe(client, again)
        client.delete(f"/v1/videos/{again['id']}")


def test_a_cut_of_an_earlier_version_is_known_by_its_parents(
    client: TestClient, service: Service, tmp_path: Path
):
    path = tmp_path / "cut.mp4"
    Clip(
        frames=np.full((6, 64, 64, 3), 90, np.uint8),
        fps=12,
        metadata={"comment": PLAIN.to_comment()},
    ).save(path)
    record = Record(prompt="half of it", parents=(("video_0123456789", "cut"),))
    made = Importer(queue=service.queue, media=service.media).add(path, record, name="cut.mp4")
    assert made.job.payload["command"] == "import"
    assert made.job.payload["video"]["prompt"] == "half of it"


def test_a_storyboard_is_made_again(client: TestClient, service: Service, tmp_path: Path):
    video = imported(client, tmp_path / "a.mp4", BOARD)
    body = recipe(client, video)["body"]
    assert [card["prompt"] for card in body["storyboard"]["card"]] == [
        "a red ball drops",
        "a blue box slides",
    ]
    again = client.post(f"/v1/videos/{video['id']}/retry").json()
    assert (video["model"], again["model"]) == ("", "sora-2")
    job = service.queue.get(again["id"])
    assert job is not None
    assert JobSpec.from_json(job.payload).request == BOARD


def test_what_it_costs_to_make_again_is_what_its_request_asks_for(
    client: TestClient, service: Service, tmp_path: Path
):
    """Not what the file that claims it looks like."""
    large = replace(PLAIN, width=512, height=256, seconds=8.0)
    video = imported(client, tmp_path / "a.mp4", large)
    again = client.post(f"/v1/videos/{video['id']}/retry").json()
    job = service.queue.get(again["id"])
    assert job is not None
    assert job.cost == 512 * 256 * 8


@pytest.mark.parametrize(
    "request_",
    [
        replace(PLAIN, loras=("/etc/secret.safetensors",)),
        replace(PLAIN, loras=("own.safetensors:0.5",)),
        replace(PLAIN, loras=("../own",)),
        replace(PLAIN, loras=("own:99",)),
        replace(PLAIN, inputs=(InputFile(name="a.png", sha256=""),)),
        replace(BOARD, cards=(replace(BOARD.cards[0], picture="a.png"), BOARD.cards[1])),
        replace(BOARD, names=("Kim",)),
    ],
    ids=["path", "file", "folder", "no weight", "given file", "picture", "character"],
)
def test_a_request_that_needs_files_is_an_import(
    client: TestClient, tmp_path: Path, request_: Request
):
    video = imported(client, tmp_path / "a.mp4", request_)
    assert (video["kind"], video["seed"]) == ("import", request_.seed)
    answer = client.post(f"/v1/videos/{video['id']}/retry")
    assert answer.json()["error"]["detail"]["code"] == "not_generated"
