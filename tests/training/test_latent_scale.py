"""The scale of a codec's latents: to which clips it is fitted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from sorairo.data.clips_config import ClipsConfig
from sorairo.data.rendered_shards import Shard
from sorairo.models.codec import Codec
from sorairo.training.data.sources import LatentSource, clips_shown
from sorairo.training.networks import encoding_codec
from sorairo.training.networks.encoding_codec import fit_scale
from training_recipes import CLIPS, CODEC, MODEL_RECIPE


def made(folder: Path, frames: np.ndarray) -> list[Shard]:
    """A shard of these frames, uint8 [n, F, H, W, 3]."""
    folder.mkdir()
    np.save(folder / "frames.npy", frames)
    return [Shard(folder)]


def test_it_is_fitted_to_all_sources_of_a_recipe(
    codec_run: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """A dark set and a bright one give half of the clips each. Dead leaves are no set."""
    dark, bright, leaves = (replace(CLIPS, first_seed=seed) for seed in (500, 600, 700))
    rendered: list[tuple[ClipsConfig, int]] = []

    def render(config: ClipsConfig, *, first: int) -> list[Shard]:
        rendered.append((config, first))
        level = 255 * (config == bright)
        return made(tmp_path / str(len(rendered)), np.full((3, 12, 32, 32, 3), level, np.uint8))

    monkeypatch.setattr(encoding_codec, "render", render)
    means = {}
    for name, sets in {"dark": (dark,), "bright": (bright,), "both": (dark, bright)}.items():
        sources = {str(i): LatentSource(clips=each) for i, each in enumerate((*sets, *sets))}
        sources["leaves"] = LatentSource(clips=leaves, leaves=25)
        recipe = replace(MODEL_RECIPE, name=f"scale-of-{name}", sources=sources)
        means[name] = recipe.encoded()[0].codec.latent_mean
    assert rendered == [(dark, 400), (bright, 400), (dark, 200), (bright, 200)]
    share = (means["both"] - means["dark"]) / (means["bright"] - means["dark"])
    torch.testing.assert_close(share, share.mean().expand_as(share), atol=1e-3, rtol=0)
    assert 0.3 < float(share.mean()) < 0.7


def test_a_recipe_of_dead_leaves_alone_names_a_set():
    leaves = LatentSource(clips=CLIPS, leaves=25)
    assert clips_shown([leaves, leaves]) == [CLIPS]


@pytest.mark.parametrize(("frames", "filled"), [(1, [0, 0, 0, 0]), (3, [0, 0, 1, 2])])
def test_less_than_a_group_of_frames_has_copies_before_it(
    tmp_path: Path, frames: int, filled: list[int]
):
    shown = np.random.default_rng(0).integers(0, 256, (4, frames, 16, 16, 3), dtype=np.uint8)
    torch.manual_seed(0)
    codec = Codec(CODEC)
    torch.nn.init.normal_(codec.encoder.head.weight)
    found = []
    for index, each in enumerate((shown, shown[:, filled])):
        fit_scale(codec, made(tmp_path / str(index), each))
        found.append((codec.latent_mean.clone(), codec.latent_std.clone()))
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other)
