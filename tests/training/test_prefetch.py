"""Batches drawn ahead by other processes, runs with a time limit, and deeper networks."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from sorairo.data.rendered_shards import render_all
from sorairo.models.model import DenoiserNetwork
from sorairo.training import run
from sorairo.training.data.encode import encode_sources
from sorairo.training.loop.prefetch import feed
from sorairo.training.loop.schedule import LoopConfig, learning_factor
from sorairo.training.loop.state import read_record
from sorairo.training.networks.game_codec import GameCodecRecipe
from sorairo.training.networks.game_model import PlayRecipe
from sorairo.training.networks.initial_weights import load_initial
from sorairo.training.networks.text_encoder import TextEncoderRecipe
from sorairo.training.recipes.registry import RECIPES
from training_recipes import CLIPS, MODEL_RECIPE, Prepared, change, with_tokenizer


def test_a_run_with_workers_is_the_same_run(model_run: Path):
    recipe = change(MODEL_RECIPE, name="tiny-model-fed", workers=2)
    worked = run.run(with_tokenizer(recipe, model_run)).parent
    one, other = (load_file(each / "state.safetensors") for each in (model_run, worked))
    assert one.keys() == other.keys()
    assert all(torch.equal(value, other[name]) for name, value in one.items())


@pytest.mark.parametrize("workers", [0, 2])
def test_batches_come_in_the_order_of_their_steps(workers: int):
    def draw(step: int) -> tuple[int, torch.Tensor]:
        time.sleep(0.05 * (step % 2))  # some are ready sooner than those before them
        return step, torch.full((2,), float(step))

    found = list(feed(draw, range(3, 9), workers=workers, pinned=False))
    assert [step for step, _ in found] == list(range(3, 9))
    assert all(bool((values == step).all()) for step, values in found)


def test_sources_encoded_by_workers_are_the_same(prepared: Prepared, tmp_path: Path):
    names = ("world", "twins", "photographs")
    here, there = (
        encode_sources(
            prepared[0],
            [(MODEL_RECIPE.sources[name], tmp_path / kind / name) for name in names],
            patch=2,
            workers=workers,
        )
        for kind, workers in (("here", 0), ("there", 2))
    )
    for one, other in zip(chain(*here), chain(*there), strict=True):
        assert (one / "scenes.json").read_bytes() == (other / "scenes.json").read_bytes()
        for path in one.glob("*.npy"):
            a, b = (np.load(each / path.name).astype(np.float32) for each in (one, other))
            # another number of threads adds up in another order
            assert np.abs(a - b).max() < 0.02
    assert not list(tmp_path.rglob(".shard*"))


def test_sets_rendered_together_are_those_rendered_alone(clips):
    (again, first) = render_all([(CLIPS, None), (CLIPS, 3)])
    assert [shard.path for shard in again] == [shard.path for shard in clips]
    assert [shard.path for shard in first] == [shard.path for shard in clips[:1]]


def test_every_recipe_names_its_sets_of_clips():
    for name, make in RECIPES.items():
        recipe = make()
        sets = recipe.rendered()
        others = GameCodecRecipe | PlayRecipe | TextEncoderRecipe
        assert sets or isinstance(recipe, others), name
        assert all(count is None or count <= clips.count for clips, count in sets), name


def test_the_learning_rate_falls_with_the_minutes():
    config = LoopConfig(steps=10_000, warmup=1, cooldown=0.4, minutes=5.0)
    factors = [learning_factor(100, config, minutes) for minutes in (0.0, 3.0, 4.0, 5.0, 6.0)]
    assert factors == pytest.approx([1.0, 1.0, 0.5, 0.0, 0.0])
    assert learning_factor(9_000, config, 0.0) == pytest.approx(0.25)  # by its steps, if sooner
    sudden = LoopConfig(steps=10, warmup=1, cooldown=0.0, minutes=1.0)
    assert [learning_factor(5, sudden, minutes) for minutes in (0.9, 1.0)] == [1.0, 0.0]


def test_a_run_with_a_time_limit_ends_and_is_saved(model_run: Path):
    recipe = change(MODEL_RECIPE, name="tiny-model-timed", steps=100_000, minutes=0.03)
    folder = run.run(with_tokenizer(recipe, model_run)).parent
    steps = int(read_record(folder / "state.safetensors")["step"])
    assert 1 <= steps < 2000
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    assert lines[-1] == {"step": steps}  # its sheet
    assert lines[-2]["learning_factor"] < 1


def test_a_deeper_network_computes_the_same_at_first(model_run: Path):
    model = MODEL_RECIPE.model
    deeper = DenoiserNetwork(replace(model.transformer, layers=5), model.text)
    load_initial(deeper, str(model_run / "model"), "denoiser")
    same = DenoiserNetwork(model.transformer, model.text)
    load_initial(same, str(model_run / "model"), "denoiser")
    generator = torch.Generator().manual_seed(0)
    inputs = (
        torch.randn(2, 6, model.transformer.token_channels, generator=generator),
        torch.randn(2, 6, 3, generator=generator),
        torch.rand(2, 6, generator=generator),
        torch.randint(0, 300, (2, 5), generator=generator),
        torch.ones(2, 5, dtype=torch.bool),
    )
    with torch.no_grad():
        torch.testing.assert_close(deeper(*inputs), same(*inputs))
    loss = deeper(*inputs).square().mean()
    loss.backward()
    outputs = [block.ffn[2].weight.grad for block in deeper.transformer.blocks]  # type: ignore[index, union-attr]
    assert all(bool(each.abs().max() > 0) for each in outputs), "new blocks learn at once"
