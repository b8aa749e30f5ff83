"""Codecs alone in a directory, and their figures."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from random_weights import randomise
from sorairo.data.rendered_shards import Shard
from sorairo.errors import TrainingError
from sorairo.models.codec import Codec
from sorairo.training.evaluation.codec_figures import (
    CodecErrors,
    clip_figures,
    decode_seconds,
    fade_figures,
    fastest_clips,
    picture_figures,
    reconstruct,
)
from sorairo.training.loop.state import averaged_weights
from sorairo.training.networks.codec_directory import open_codec, write_codec
from sorairo.training.ship_codec import ship
from training_recipes import CODEC


@pytest.fixture(scope="module")
def codec() -> Codec:
    config = dataclasses.replace(CODEC, high_memory=True)
    return randomise(Codec(config), seed=1).requires_grad_(False)


def test_a_codec_is_written_and_opened(codec: Codec, tmp_path: Path):
    write_codec(tmp_path / "codec", codec, {"training": {"steps": 3}})
    opened = open_codec(str(tmp_path / "codec"))
    assert opened.config == codec.config
    for name, value in opened.state_dict().items():
        assert torch.equal(value.bfloat16(), codec.state_dict()[name].bfloat16()), name


def test_codecs_of_runs_and_of_models_are_opened(codec_run: Path, model_run: Path):
    ema = averaged_weights(codec_run / "state.safetensors")
    for name in ("tiny-codec", str(model_run / "model")):
        opened = open_codec(name).state_dict()["decoder.head.weight"]
        assert torch.equal(opened.bfloat16(), ema["decoder.head.weight"].bfloat16())


def test_figures_of_a_perfect_and_of_a_wrong_reconstruction():
    """A square that moves by its own side each frame, on a gradient."""
    true = np.zeros((9, 32, 96, 3), np.uint8) + np.arange(96, dtype=np.uint8)[:, None]
    mask = np.zeros((9, 32, 96), np.uint8)
    for frame in range(9):
        place = (frame, slice(8, 16), slice(8 * frame, 8 * frame + 8))
        true[place], mask[place] = 200, 1
    errors = CodecErrors()
    errors.add(true, true, mask, 4)
    assert errors.figures() == pytest.approx(
        {"psnr": 100, "objects": 100, "moving": 100, "change at border": 1, "change at inside": 1}
    )
    made = true.copy()
    made[mask > 0] -= 51  # a fifth of the range
    made[5:] += 10  # from the first frame of the third latent frame on
    errors = CodecErrors()
    errors.add(true, made, mask, 4)
    figures = errors.figures()
    assert 13 < figures["objects"] < 17 < figures["psnr"]
    assert figures["change at border"] > figures["change at inside"]


def test_figures_of_clips_are_those_of_their_reconstructions(codec: Codec, clips: list[Shard]):
    true = clips[0].frames[0]
    error = np.square(true / 255.0 - reconstruct(codec, true) / 255.0).mean()
    found = clip_figures(codec, clips, clips=1)
    assert found["psnr"] == pytest.approx(-10 * np.log10(error))
    assert clip_figures(codec, clips, clips=4)["psnr"] != found["psnr"]
    sheet = fastest_clips([codec], clips[0], clips=2, columns=5)
    assert sheet.size == (5 * 32, 4 * 32)
    assert np.asarray(sheet)[:32].mean() > 0


def test_figures_of_fades_pictures_and_speed(codec: Codec, tmp_path: Path):
    frame = np.random.default_rng(0).integers(0, 256, (128, 128, 3), dtype=np.uint8)
    Image.fromarray(frame).save(tmp_path / "noise.png")
    (value,) = picture_figures(codec, tmp_path).values()
    frames = frame[None].repeat(25, 0)
    error = np.square(reconstruct(codec, frames) / 255.0 - frames / 255.0).mean()
    assert value == pytest.approx(-10 * np.log10(error))
    fade = fade_figures(codec, frame)
    assert fade["least"] < fade["most"]
    assert decode_seconds(codec) > 0


def test_the_codec_of_a_run_is_written_with_a_scale(codec_run: Path, tmp_path: Path):
    facts = ship(str(codec_run), tmp_path / "codec")
    codec = open_codec(str(tmp_path / "codec"))
    assert bool((codec.latent_std != 1).all())
    assert facts["training"]["steps"] > 0
    kept = json.loads((tmp_path / "codec" / "codec.json").read_text())
    assert kept["training"] == facts["training"]
    assert kept["licence"] == "Apache-2.0"


def test_a_run_that_does_not_exist_is_one_sentence():
    with pytest.raises(TrainingError, match="train it first with"):
        ship("no-such-run", Path("unused"))
