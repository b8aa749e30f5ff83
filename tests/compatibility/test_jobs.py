"""A server continues with the database and the media of an earlier version."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from serving import Listening, free_port, listening

from .conftest import Sorairo
from .program import CHANGED, FILES, FRAME_TOLERANCE, difference

EXPECTED = json.loads((FILES / "jobs" / "expected.json").read_text())
KEY = {"authorization": f"Bearer {EXPECTED['key']['key']}"}
INTERRUPTED = {"prompt": "a red ball drops", "seed": 39, "seconds": "20", "size": "64x64"}
INTERRUPTED |= {"fps": 12, "num_inference_steps": 12, "rewrite": False}
REMIXED = ("generate", "cast", "loop", "animate", "storyboard", "edit", "extend")
DATABASE = ("--database", "sqlite:///jobs.db")


@pytest.fixture(scope="module")
def hooks() -> Iterator[Listening]:
    with listening() as listener:
        yield listener


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, hooks: Listening) -> Path:
    """A copy of the old server's files. Webhooks go to a listener of this test, and the checkpoint
    of one of the two interrupted jobs, which are the same, is changed."""
    path = tmp_path_factory.mktemp("old")
    shutil.copytree(FILES / "models", path / "models")
    shutil.copytree(FILES / "jobs", path / "jobs")
    with sqlite3.connect(path / "jobs" / "jobs.db") as database:
        database.execute("UPDATE hooks SET url = ?", (hooks.url,))
    database.close()
    stages = path / "jobs" / "media" / EXPECTED["altered"]["id"] / "stages"
    checkpoint = stages / "canvas-0.safetensors"
    with safe_open(checkpoint, framework="np") as file:
        about = file.metadata()
    tensors = load_file(checkpoint)
    save_file({**tensors, "latents": -tensors["latents"]}, checkpoint, about)
    return path / "jobs"


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[httpx.Client]:
    """A client of a server with one worker in that folder, with the old key."""
    port = free_port()
    words = ("serve", "--port", str(port), *DATABASE, "--media", "media")
    process = subprocess.Popen(
        [sys.executable, "-m", "sorairo", *words, "--model", "../models/tiny"],
        cwd=folder,
        start_new_session=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/v1", headers=KEY) as client:
            _wait(client, process)
            yield client
    finally:
        process.terminate()
        process.wait(20)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _wait(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert process.poll() is None, "the server has ended"
        try:
            client.get("/videos").raise_for_status()
            return
        except httpx.ConnectError:
            time.sleep(0.1)
    raise AssertionError("the server did not come up")


def completed(client: httpx.Client, video: str, folder: Path) -> tuple[dict[str, Any], Path]:
    """A video when it is completed, and its file."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        found = client.get(f"/videos/{video}").raise_for_status().json()
        assert found["status"] != "failed", found
        if found["status"] == "completed":
            path = folder / f"{video}.mp4"
            path.write_bytes(client.get(f"/videos/{video}/content").raise_for_status().content)
            return found, path
        time.sleep(0.1)
    raise AssertionError(f"{video} was not completed")


def test_finished_videos_are_listed_as_before(client: httpx.Client):
    page = client.get("/videos", params={"limit": 100}).raise_for_status().json()["data"]
    found = {each["id"]: each for each in page}
    ended = {
        name: video
        for name, video in EXPECTED["videos"].items()
        if video["status"] in ("completed", "failed")
    }
    assert len(ended) == 10
    assert {each["error"]["code"] for each in ended.values() if each["error"]} == {
        "cancelled",
        "invalid_request",
    }
    for name, video in ended.items():
        new = {key: value for key, value in found[name].items() if key not in video}
        same = [key for key in video if key != "seconds"]
        assert {key: found[name][key] for key in same} == {key: video[key] for key in same}
        optional = {"url", "duration", "kind", "processing_seconds"}
        assert set(new) <= optional, "what only completed videos have"
        length = new.get("duration", float(found[name]["seconds"]))
        assert length == float(video["seconds"]), "`seconds` is now the requested length"


def test_files_are_those_on_the_disk(client: httpx.Client, folder: Path):
    video = EXPECTED["generate"]["id"]
    for variant, name in (
        ("video", "video.mp4"),
        ("thumbnail", "thumbnail.webp"),
        ("spritesheet", "spritesheet.jpg"),
    ):
        answer = client.get(f"/videos/{video}/content", params={"variant": variant})
        assert answer.content == (folder / "media" / video / "1" / name).read_bytes()


def test_an_interrupted_job_goes_on(client: httpx.Client, folder: Path):
    """It starts from its checkpoint and gives the frames of a job that was not interrupted."""
    whole = client.post("/videos", json=INTERRUPTED).raise_for_status().json()
    _, again = completed(client, EXPECTED["interrupted"]["id"], folder)
    _, altered = completed(client, EXPECTED["altered"]["id"], folder)
    _, uninterrupted = completed(client, whole["id"], folder)
    assert difference(again, uninterrupted) < FRAME_TOLERANCE
    assert difference(altered, again) > CHANGED, "the checkpoint decides"


def test_a_queued_job_is_made(client: httpx.Client, folder: Path):
    first = EXPECTED["queued"]
    for number, video in enumerate(first["videos"]):
        found, _ = completed(client, video, folder)
        assert (found["prompt"], found["seed"]) == ("a green ball", 40 + number)
        assert (found["size"], found["fps"], found["seconds"]) == ("64x64", 6.0, "0.5")
        assert found["videos"] == first["videos"]


@pytest.mark.parametrize("kind", REMIXED)
def test_a_remix_with_the_same_prompt_is_the_same_video(
    client: httpx.Client, folder: Path, kind: str
):
    """The request and the given files of the old job are read."""
    old = EXPECTED[kind]
    asked = {"prompt": "at night" if kind == "storyboard" else old["prompt"]}
    made = client.post(f"/videos/{old['id']}/remix", json=asked).raise_for_status().json()
    assert made["remixed_from_video_id"] == old["id"]
    found, path = completed(client, made["id"], folder)
    for fact in ("seed", "size", "fps", "native_size", "model"):
        assert found[fact] == old[fact]
    assert found["duration"] == float(old["seconds"])
    before = folder / "media" / old["id"] / "1" / "video.mp4"
    assert difference(path, before) < FRAME_TOLERANCE


def test_a_request_that_was_accepted_is_not_accepted_again(client: httpx.Client):
    headers = {"Idempotency-Key": "generate"}
    answer = client.post("/videos", json={"prompt": "anything"}, headers=headers)
    assert answer.json()["id"] == EXPECTED["generate"]["id"]


def test_a_character_is_used_again(client: httpx.Client, folder: Path):
    character = EXPECTED["character"]
    assert client.get(f"/videos/characters/{character['id']}").json() == character
    asked = {"prompt": "Ball rolls", "characters": [{"id": character["id"]}], "seconds": "0.5"}
    asked |= {"size": "64x64", "fps": 6, "num_inference_steps": 3, "seed": 32, "rewrite": False}
    made = client.post("/videos", json=asked).raise_for_status().json()
    _, path = completed(client, made["id"], folder)
    before = folder / "media" / EXPECTED["cast"]["id"] / "1" / "video.mp4"
    assert difference(path, before) < FRAME_TOLERANCE


def test_keys_and_revoked_keys(client: httpx.Client):
    revoked = {"authorization": f"Bearer {EXPECTED['revoked']['key']}"}
    assert client.get("/videos").status_code == 200
    assert client.get("/videos", headers=revoked).status_code == 401
    assert client.get("/videos", headers={"authorization": ""}).status_code == 401


def test_keys_and_webhooks_are_listed(
    client: httpx.Client, folder: Path, sorairo: Sorairo, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(folder)
    studio, gone = sorairo("keys", "list", "--json", *DATABASE).facts
    assert (studio["id"], studio["name"]) == (EXPECTED["key"]["id"], "studio")
    assert studio["revoked_at"] is None
    assert studio["quota"] == {"most_waiting": 50, "most_cost": 1e9, "most_bytes": None}
    assert (gone["id"], gone["name"]) == (EXPECTED["revoked"]["id"], "gone")
    assert gone["revoked_at"] > gone["created_at"] == pytest.approx(1.696e9, rel=1e-3)
    hooks = sorairo("webhooks", "list", *DATABASE).stdout.split()
    assert hooks[:2] == [EXPECTED["hook"]["id"], EXPECTED["key"]["id"]]


def test_an_event_that_was_not_delivered_is_delivered(client: httpx.Client, hooks: Listening):
    """It is signed with the old secret."""
    wanted = EXPECTED["generate"]["id"]
    while True:
        body, headers = hooks.received.get(timeout=30)
        event = json.loads(body)
        if event["data"]["id"] == wanted:
            break
    assert event["type"] == "video.completed"
    about = {name.lower(): value for name, value in headers.items()}
    secret = base64.b64decode(EXPECTED["hook"]["secret"].removeprefix("whsec_"))
    signed = b".".join((about["webhook-id"].encode(), about["webhook-timestamp"].encode(), body))
    signature = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    assert about["webhook-signature"] == f"v1,{signature}"
    assert about["webhook-id"].startswith("evt_")
