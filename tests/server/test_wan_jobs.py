"""Jobs with open weights, from end to end: a real server, a tiny random Wan of each family, a LoRA,
a killed worker, a cancelled job.

A checkpoint is written after every step.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from serving import Running, serving
from sorairo.video import Clip
from tiny_wan import write_wan

WITHIN = 200.0  # seconds
QUICK = {"model": "small", "prompt": "a red ball", "size": "64x64", "seed": 3}
SHORT = {**QUICK, "seconds": "0.3", "num_inference_steps": 1}
OTHERS = ("wan2.2-5b", "wan2.2-14b", "wan2.2-i2v-14b", "wan2.1-vace-1.3b")
MANY_STEPS = {**QUICK, "seconds": "0.5", "num_inference_steps": 50}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("wan-jobs")


@pytest.fixture(scope="module")
def server(tiny_model: Path, folder: Path) -> Iterator[Running]:
    write_wan(folder / "models" / "small", "wan2.1-1.3b")
    for name in OTHERS:
        write_wan(folder / "models" / name, name)
    (folder / "loras").mkdir()
    stem = "diffusion_model.blocks.0.self_attn.q"
    factors = {f"{stem}.lora_down.weight": torch.ones(3, 128) / 8}
    factors[f"{stem}.lora_up.weight"] = torch.randn(128, 3)
    for name in ("paper", "self_forcing"):
        save_file(factors, folder / "loras" / f"{name}.safetensors")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SORAIRO_MODELS", str(folder / "models"))
        patch.setenv("SORAIRO_LORAS", str(folder / "loras"))
        options = ("--model", str(tiny_model), "--lease", "2", "--attempts", "9")
        options += ("--checkpoint-seconds", "0", "--device", "cpu", "--no-offload")
        with serving(folder, options=options) as running:
            yield running


def submitted(server: Running, fields: dict[str, Any], **files: bytes) -> str:
    body: dict[str, Any] = {"data": fields, "files": files} if files else {"json": fields}
    sent = httpx.post(f"{server.url}/v1/videos", timeout=60, **body).raise_for_status()
    return sent.json()["id"]


def finished(server: Running, video: str) -> dict[str, Any]:
    end = time.monotonic() + WITHIN
    while time.monotonic() < end:
        found = httpx.get(f"{server.url}/v1/videos/{video}", timeout=60).json()
        if found["status"] not in ("queued", "in_progress"):
            return found
        time.sleep(0.2)
    raise AssertionError("the video is not finished")


def content(server: Running, video: str) -> bytes:
    return (
        httpx.get(f"{server.url}/v1/videos/{video}/content", timeout=60).raise_for_status().content
    )


def wait_for(condition: Any) -> None:
    end = time.monotonic() + WITHIN
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_lora_changes_a_clip_and_the_next_is_as_before(server: Running):
    plain, changed, again = (
        submitted(server, {**SHORT, **more}) for more in ({}, {"loras": ["paper:0.5"]}, {})
    )
    videos = [finished(server, each) for each in (plain, changed, again)]
    assert [each["status"] for each in videos] == ["completed"] * 3
    assert any("paper.safetensors: 2 of 2 keys" in each for each in videos[1]["loras"])
    clips = [content(server, each) for each in (plain, changed, again)]
    assert clips[0] == clips[2] != clips[1]


def test_a_killed_worker_and_a_cancelled_job(server: Running, folder: Path):
    """The clip is that of a job that was not disturbed; a job can be cancelled after it."""
    whole = submitted(server, MANY_STEPS)
    assert finished(server, whole)["status"] == "completed"
    killed = submitted(server, MANY_STEPS)
    wait_for(lambda: list((folder / "media" / killed).glob("**/stages/*")))
    for worker in psutil.Process(server.process.pid).children():
        worker.kill()
    assert finished(server, killed)["status"] == "completed"
    assert content(server, killed) == content(server, whole)
    cancelled = submitted(server, {**MANY_STEPS, "seconds": "5.5"})
    address = f"{server.url}/v1/videos/{cancelled}"
    wait_for(lambda: httpx.get(address, timeout=60).json()["progress"] > 0)
    httpx.post(f"{address}/cancel", timeout=60).raise_for_status()
    assert finished(server, cancelled)["error"]["code"] == "cancelled"
    assert finished(server, submitted(server, SHORT))["status"] == "completed"


def test_a_draft(server: Running):
    """The same each time, as its recipe says; another word is refused."""
    fields = {**QUICK, "seconds": "0.1", "num_inference_steps": 30, "quality": "draft"}
    first = finished(server, submitted(server, fields))
    recipe = httpx.get(f"{server.url}/v1/videos/{first['id']}/recipe", timeout=60).json()["body"]
    assert (recipe["quality"], recipe["num_inference_steps"]) == ("draft", 30)
    again = finished(server, submitted(server, fields))
    assert [each["status"] for each in (first, again)] == ["completed"] * 2
    assert content(server, first["id"]) == content(server, again["id"])
    wrong = httpx.post(f"{server.url}/v1/videos", json={**fields, "quality": "rough"}, timeout=60)
    error = wrong.json()["error"]
    assert (wrong.status_code, error["param"]) == (400, "quality")
    assert error["message"] == "'quality' must be full or draft."


def test_each_family_animates_a_picture(server: Running, tmp_path: Path):
    """The picture is the first frame; the same request makes the same file."""
    pixels = np.full((64, 64, 3), (40, 160, 90), np.uint8)
    given = tmp_path / "given.png"
    Image.fromarray(pixels).save(given)
    fields = [{**SHORT, "model": name, "fps": "16"} for name in OTHERS for _ in range(2)]
    asked = [submitted(server, each, input_reference=given.read_bytes()) for each in fields]
    found = [finished(server, each) for each in asked]
    assert [each["status"] for each in found] == ["completed"] * 8
    clips = [content(server, each) for each in asked]
    assert clips[::2] == clips[1::2]
    assert len(set(clips)) == len(OTHERS)
    for name, clip in zip(OTHERS, clips[::2], strict=True):
        (tmp_path / "clip.mp4").write_bytes(clip)
        frames = Clip.load(tmp_path / "clip.mp4").frames
        assert frames.shape == (5, 64, 64, 3), name
        assert np.abs(frames[0].astype(int) - pixels).mean() < 2, name
        assert np.abs(frames[-1].astype(int) - pixels).mean() > 2, name


def test_fast_is_the_lora_for_few_steps_of_the_model(server: Running, tmp_path: Path):
    """The Video and its recipe name the LoRA; the recipe makes the same clip. A model that has no
    such LoRA, or of which it is not installed, is refused with what to do."""
    fields = {**QUICK, "seconds": "0.1"}
    video = finished(server, submitted(server, {**fields, "fast": True, "loras": ["paper:0.5"]}))
    assert [each.split(":")[0] for each in video["loras"]] == [
        "self_forcing.safetensors",
        "paper.safetensors",
    ]
    recipe = httpx.get(f"{server.url}/v1/videos/{video['id']}/recipe", timeout=60).json()
    assert recipe["body"]["loras"] == ["self_forcing", "paper:0.5"]
    again = submitted(server, recipe["body"])
    assert finished(server, again)["status"] == "completed"
    shown = []
    for each in (video["id"], again):
        (tmp_path / "clip.mp4").write_bytes(content(server, each))
        shown.append(Clip.load(tmp_path / "clip.mp4").frames)
    assert np.array_equal(*shown)
    for model, advice in (
        ("sora-2", "leave fast out"),
        ("wan2.2-5b", "models pull wan2.2-5b-fast"),
    ):
        body = {**fields, "model": model, "fast": True}
        answer = httpx.post(f"{server.url}/v1/videos", json=body, timeout=60)
        error = answer.json()["error"]
        assert (answer.status_code, error["param"]) == (400, "fast")
        assert advice in error["message"]
    models = httpx.get(f"{server.url}/v1/server", timeout=60).json()["models"]
    assert {each["id"]: each["fast"] and each["fast"]["name"] for each in models}["small"] == (
        "self_forcing"
    )
