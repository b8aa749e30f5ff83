"""Previews: a linear map from latents to small pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import sorairo
from second_model import SecondModel
from sorairo.generation.engine import Engine, load
from sorairo.generation.progress import Progress
from sorairo.models import hub
from sorairo.models.loading import store_preview
from sorairo.models.preview.fit import fit_preview
from sorairo.models.preview.preview_map import FILE, read_preview, save_preview
from sorairo.models.preview.synthetic_clips import synthetic_clip
from sorairo.nn.pixels import to_video
from tiny_wan import write_wan

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def engine() -> Engine:
    return sorairo.load(device="cpu")


def test_a_codec_that_averages_is_shown_as_it_is():
    """Latents that are mean colours are drawn as these colours: nothing is lost, so that each
    pixel of a flat picture is exact."""
    model = SecondModel()
    shown = fit_preview(model.codec, CPU)
    flat = np.full((5, 16, 24, 3), (200, 100, 30), np.uint8)
    pictures = shown(model.codec.encode(to_video(flat))[0])
    assert pictures.shape == (2, 8, 12, 3)
    assert np.abs(pictures.astype(int) - [200, 100, 30]).max() <= 2


def test_previews_of_the_shipped_model_look_like_its_frames(engine: Engine):
    """Other clips than those that the map was fitted to, within 8 % of the range of colours."""
    clip = synthetic_clip(np.random.default_rng(5), 8, 96)
    latents = engine.encode(clip)
    pictures = engine.preview(latents)
    assert pictures.shape == (2, 48, 48, 3)
    frames = to_video(clip)[0].unflatten(1, (2, 4)).mean(2).transpose(0, 1)
    small = F.avg_pool2d(frames, 2).permute(0, 2, 3, 1).numpy() * 127.5 + 127.5
    error = np.abs(pictures - small).mean()
    assert error < 20
    assert np.abs(pictures[::-1] - small).mean() > error, "each shows its own latent frame"


def test_every_step_of_a_request_can_be_seen(engine: Engine):
    seen: list[np.ndarray] = []

    def on_progress(now: Progress) -> None:
        assert now.preview_fps == 3.0
        seen.append(now.preview())

    clip = engine.generate("a red ball", seconds=1, steps=3, seed=1, on_progress=on_progress)
    native = clip.resize(48, 48).frames[len(clip.frames) // 2].astype(int)
    errors = [np.abs(native - pictures[len(pictures) // 2]).mean() for pictures in seen[:3]]
    assert errors[2] < min(errors[0], 25), "the last step shows the result"


@pytest.mark.parametrize("name", ["wan2.1-1.3b", "wan2.2-5b"])
def test_previews_of_open_weights(tmp_path: Path, name: str):
    """In whatever number formats their codecs compute; the map is stored when they are fetched."""
    folder = write_wan(tmp_path / name, name)
    store_preview(hub.info(folder))
    engine, seen = load(folder, device="cpu"), []
    assert read_preview(folder, engine.model) is not None
    for each in (engine, Engine(engine.model)):  # with the stored map, and with one fitted now
        each.generate(
            *("a ball",),
            seconds=5 / engine.info["fps"],
            steps=1,
            seed=1,
            width=64,
            height=64,
            on_progress=lambda now: seen.append(now.preview()),
        )
    assert {pictures.shape for pictures in seen} == {(2, 32, 32, 3)}
    assert np.abs(seen[0].astype(int) - seen[-1]).max() <= 1


def test_a_stored_map_is_used_and_one_of_other_files_is_not(engine: Engine, tmp_path: Path):
    model, digest = engine.model, engine.info["digest"]
    fitted = fit_preview(model.codec, CPU)
    save_preview(tmp_path, fitted, digest)
    again = read_preview(tmp_path, model)
    assert again is not None
    latents = torch.randn(8, 2, 12, 12)
    assert np.array_equal(again(latents), fitted(latents))
    save_preview(tmp_path, fitted, "another model")
    assert read_preview(tmp_path, model) is None
    (tmp_path / FILE).write_bytes(b"cut")
    assert read_preview(tmp_path, model) is None
    assert read_preview(tmp_path / "nowhere", model) is None
