"""Training of the upscaler: pairs, loss, evaluation and resumed runs."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from sorairo.data.rendered_shards import Shard
from sorairo.models.upscaling.upscaler import Upscaler, UpscalerConfig
from sorairo.models.upscaling.upscaler_files import load_upscaler, save_upscaler
from sorairo.training.data.pair_crops import soften
from sorairo.training.data.pairs import Pair, PairsConfig, average, drifting_leaves, make_pairs
from sorairo.training.data.photographs.pictures import pictures_folder
from sorairo.training.evaluation.upscaler import enlarged_by_filter, measure
from sorairo.training.loop.optimiser import OptimiserConfig
from sorairo.training.loop.randomness import step_generator, step_rng
from sorairo.training.loop.schedule import LoopConfig
from sorairo.training.networks.codec_directory import stored_codec
from sorairo.training.networks.upscaler import UpscalerRecipe, UpscalerTask, large_clips
from sorairo.training.objectives.upscaler import (
    UpscalerLossConfig,
    UpscalerObjective,
)
from sorairo.training.run import run
from sorairo.world.tabletop.scene import FIRST_LIGHT
from training_recipes import rendered

CLIPS = dataclasses.replace(
    large_clips(FIRST_LIGHT, 2, 0), sizes=((64, 64),), seconds=9 / 24, shard_clips=2
)
NETWORK = UpscalerConfig(width=8, blocks=(1, 1, 1))


@pytest.fixture(scope="module")
def shards() -> list[Shard]:
    return rendered(CLIPS)


@pytest.fixture(scope="module")
def pairs(shards: list[Shard], tiny_model: Path, tmp_path_factory: pytest.TempPathFactory):
    config = PairsConfig(styled=0.5, leaves=1, model=str(tiny_model))
    return make_pairs(shards, tmp_path_factory.mktemp("pairs"), config, stored_codec)


def objective(pairs: list[Pair], **config: float) -> UpscalerObjective:
    torch.manual_seed(0)
    settings = UpscalerLossConfig(batch=2, crop=8, **config)  # type: ignore[arg-type]
    return UpscalerObjective(Upscaler(NETWORK), settings, pairs, pairs[:2])


def test_pairs_have_matching_shapes(pairs: list[Pair]):
    assert len(pairs) == 3
    for pair in pairs:
        variants, frames, height, width, _ = pair.small.shape
        assert variants == 2
        assert pair.large.shape == (2 * frames - 1, 4 * height, 4 * width, 3)
        assert pair.masks.shape == pair.large.shape[:3]
        assert np.array_equal(pair.small[0], average(pair.large[::2]))
    assert pairs[0].masks.any()
    assert not pairs[2].masks.any()
    assert frames == 9  # of the leaves; with the copies the codec adds, whole groups


def test_pairs_are_made_once(pairs: list[Pair], shards: list[Shard], tiny_model: Path):
    before = [(each.path / "large.npy").stat().st_mtime_ns for each in pairs]
    config = PairsConfig(styled=0.5, leaves=1, model=str(tiny_model))
    again = make_pairs(shards, pairs[0].path.parent, config, stored_codec)
    assert [each.path for each in again] == [each.path for each in pairs]
    assert [(each.path / "large.npy").stat().st_mtime_ns for each in again] == before


def test_averages():
    frames = np.arange(2 * 8 * 4 * 3).reshape(2, 8, 4, 3).astype(np.uint8)
    exact = frames.reshape(2, 2, 4, 1, 4, 3).mean((2, 4))
    assert np.abs(average(frames) - exact).max() <= 0.5


def test_drifting_leaves_move_with_their_texture():
    first, second = drifting_leaves(np.random.default_rng(1))[:2].astype(int)
    inner = (slice(20, -20),) * 2
    shifts = [(y, x) for y in range(-8, 9) for x in range(-8, 9)]
    exact = [
        shift
        for shift in shifts
        if np.array_equal(np.roll(second, shift, (0, 1))[inner], first[inner])
    ]
    assert len(exact) == 1
    assert exact != [(0, 0)]


def test_small_frames_are_the_averaged_large_ones(pairs: list[Pair]):
    """Without the codec and softening, what should be made, averaged down, is what is given."""
    found = 0
    wanted = objective(pairs, softened=0.0, leaves=0.0)
    for seed in range(40):
        rng = np.random.default_rng(seed)
        small, large, weight = wanted.crops.sample(rng)
        assert small.shape == (1, 3, 4, 8, 8)
        assert large.shape == (1, 3, 3, 32, 32)
        assert weight.shape == (1, 1, 3, 32, 32)
        assert float(weight.min()) >= 1
        boxes = torch.nn.functional.avg_pool3d(large[:, :, :2], (1, 4, 4))
        found += bool((boxes - small[:, :, 1:3]).abs().max() < 0.01)
    assert 8 < found < 32, "half are averaged, half have passed the codec"


def test_softening_keeps_plain_pictures_and_blurs_others():
    plain = torch.full((1, 3, 4, 8, 8), 0.3)
    assert torch.allclose(soften(plain, 1.3), plain, atol=1e-5)
    noise = torch.randn(1, 3, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    assert soften(noise, 1.3).std() < 0.9 * noise.std()


def test_a_step_has_its_own_randomness(pairs: list[Pair]):
    wanted = objective(pairs)
    losses = [
        wanted.loss(wanted.draw(step, step_rng(0, step)), step_generator(0, step))[0].item()
        for step in (0, 1, 0)
    ]
    assert losses[0] == losses[2] != losses[1]


def test_the_loss_falls_as_the_recipe_trains(pairs: list[Pair]):
    wanted = objective(pairs, leaves=0.0, softened=0.0)
    task = UpscalerTask(UpscalerRecipe(name="any"), pairs, pairs)
    optimiser = task.optimiser(wanted.network)
    losses = []
    for step in range(100):
        loss, _ = wanted.loss(wanted.draw(step, step_rng(0, step % 4)), step_generator(0, step))
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        losses.append(loss.item())
    assert sum(losses[-4:]) < 0.8 * sum(losses[:4])
    small, *_ = wanted.draw(0, step_rng(0, 0))
    features = wanted.network.features(small)
    assert features.std((0, 2, 3)).min() > 0.01, "every unit of the last layer tells"
    assert features.abs().max() < 100


def test_an_untrained_upscaler_is_as_good_as_the_filter(pairs: list[Pair]):
    measured, rows = measure(load_untrained(), pairs[:2])
    for variant in ("averaged", "codec"):
        for place in ("frames", "between"):
            filtered = measured[f"{variant}_{place}_lanczos"]
            assert measured[f"{variant}_{place}"] == pytest.approx(filtered, abs=0.05)
    assert len(rows) == 4
    assert enlarged_by_filter(pairs[0].small[0]).shape == pairs[0].large[::2].shape


def load_untrained() -> Upscaler:
    return Upscaler(NETWORK).eval()


def test_a_run_resumes_and_saves(tiny_model: Path):
    recipe = UpscalerRecipe(
        name="tiny-upscaler-whole",
        clips=CLIPS,
        wide=CLIPS,
        held_out=CLIPS,
        pairs=PairsConfig(leaves=1, model=str(tiny_model)),
        upscaler=NETWORK,
        objective=UpscalerLossConfig(batch=2, crop=8),
        optimiser=OptimiserConfig(),
        loop=LoopConfig(steps=4, warmup=1, cooldown=0.0, log_every=1, sheet_every=1000),
    )
    whole = run(recipe)
    parts = dataclasses.replace(recipe, name="tiny-upscaler-parts")
    run(dataclasses.replace(parts, loop=dataclasses.replace(recipe.loop, steps=2)))
    resumed = run(parts)
    states = [load_upscaler(path).state_dict() for path in (whole, resumed)]
    for name, value in states[0].items():
        assert torch.equal(value, states[1][name]), name
    assert json.loads((resumed / "upscaler.json").read_text())["training"]["steps"] == 4
    assert (resumed.parent / "sheet-000004.png").exists()


def test_pairs_of_photographs(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = pictures_folder()
    folder.mkdir(parents=True)
    noise = np.random.default_rng(0).integers(0, 256, (120, 160, 3), dtype=np.uint8)
    Image.fromarray(noise).save(folder / "noise.png")
    config = PairsConfig(leaves=0, photographs=1, model=str(tiny_model))
    (pair,) = make_pairs([], tmp_path / "pairs", config, stored_codec)
    assert pair.large.shape[0] == 2 * pair.small.shape[1] - 1
    assert np.array_equal(pair.small[0], average(pair.large[::2]))
    assert pair.large.std() > 10


def test_an_upscaler_continues_another(pairs: list[Pair], tmp_path: Path):
    torch.manual_seed(1)
    first = Upscaler(NETWORK)
    torch.nn.init.normal_(first.head.weight, std=0.1)
    save_upscaler(first, tmp_path / "first")
    recipe = UpscalerRecipe(name="next", start=str(tmp_path / "first"), upscaler=NETWORK)
    network = UpscalerTask(recipe, pairs, pairs).network()
    for name, value in network.state_dict().items():
        assert torch.equal(value.bfloat16(), first.state_dict()[name].bfloat16()), name
