"""A server with several models: real processes, a model fetched while it runs, and swaps."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import sorairo
from serving import Running, serving
from sorairo.errors import UnknownNameError
from sorairo.server.worker import loaded_models
from sorairo.server.worker.loaded_models import LoadedModels

QUICK = {"prompt": "a red ball drops", "seconds": "0.5", "num_inference_steps": 1, "seed": 3}


def variant(model: Path, folder: Path, width: int) -> Path:
    """A model with another native size."""
    shutil.copytree(model, folder)
    record = json.loads((folder / "model.json").read_text())
    record["config"]["native_sizes"] = [[width, 64]]
    record["config"]["name"] = folder.name
    (folder / "model.json").write_text(json.dumps(record))
    return folder


@pytest.fixture(scope="module")
def server(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("several")
    variant(tiny_model, folder / "models" / "small", 96)
    large = variant(tiny_model, folder / "large", 112)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SORAIRO_MODELS", str(folder / "models"))
        options = ("--model", str(tiny_model), "--pro-model", str(large))
        with serving(folder, options=options) as running:
            yield running


def made(server: Running, **fields: object) -> dict:
    """The Video object of a finished video."""
    sent = httpx.post(f"{server.url}/v1/videos", json={**QUICK, **fields}).raise_for_status()
    end = time.monotonic() + 60
    while time.monotonic() < end:
        video = httpx.get(f"{server.url}/v1/videos/{sent.json()['id']}").json()
        if video["status"] in ("completed", "failed"):
            return video
        time.sleep(0.1)
    raise AssertionError("the video is not finished")


@pytest.mark.parametrize(
    ("model", "native"),
    [
        ("sora-2", "64x64"),
        ("sora-2-pro", "112x64"),
        ("small", "96x64"),
        ("sora-2-pro-2025-10-06", "112x64"),
        ("tiny", "64x64"),
    ],
)
def test_each_name_runs_on_its_model(server: Running, model: str, native: str):
    video = made(server, model=model)
    assert (video["status"], video["model"]) == ("completed", model)
    width, height = map(int, native.split("x"))
    made_at = tuple(map(int, video["native_size"].split("x")))
    assert abs(made_at[0] * made_at[1] - width * height) <= 16 * 64


def test_models_that_are_installed_are_listed(server: Running):
    names = [each["id"] for each in httpx.get(f"{server.url}/v1/models").json()["data"]]
    assert {"sora-2", "sora-2-pro", "tiny", "small", "tabletop"} <= set(names)
    refused = httpx.post(f"{server.url}/v1/videos", json={**QUICK, "model": "smal"})
    assert refused.status_code == 400
    assert "small" in refused.json()["error"]["message"]


def test_a_remix_runs_on_the_model_of_its_video(server: Running):
    """Unless it names another one."""
    first = made(server, model="small")
    for fields, native in (({}, first["native_size"]), ({"model": "sora-2"}, None)):
        sent = httpx.post(
            f"{server.url}/v1/videos/{first['id']}/remix", json={"prompt": "a ball", **fields}
        ).raise_for_status()
        end = time.monotonic() + 60
        video = sent.json()
        while video["status"] not in ("completed", "failed") and time.monotonic() < end:
            time.sleep(0.1)
            video = httpx.get(f"{server.url}/v1/videos/{video['id']}").json()
        assert video["status"] == "completed"
        assert (video["native_size"] == first["native_size"]) == (native is not None)


def test_a_model_is_loaded_once_and_given_up_only_for_lack_of_memory(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    other = str(variant(tiny_model, tmp_path / "other", 96))
    loads: list[str] = []

    def load(name: str) -> sorairo.generation.engine.Engine:
        loads.append(name)
        return sorairo.load(name, device="cpu")

    models = LoadedModels(load(str(tiny_model)), str(tiny_model), load)
    assert models.get("") is models.get(str(tiny_model))
    assert models.get(other) is models.get(other)
    assert loads == [str(tiny_model), other]
    monkeypatch.setattr(loaded_models, "free_memory", lambda _device: 0.0)
    third = str(variant(tiny_model, tmp_path / "third", 80))
    models.get(third)
    models.get("")
    assert loads == [str(tiny_model), other, third, str(tiny_model)]
    with pytest.raises(UnknownNameError):
        models.get("no such model")
