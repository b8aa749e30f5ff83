"""The loss falls in training, and batches have the right shapes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from sorairo.data.clip_sets import MOVING_LIFE_CLIPS
from sorairo.data.rendered_shards import Shard
from sorairo.models.codec import Codec, pad_start
from sorairo.models.model import DenoiserNetwork
from sorairo.nn.pixels import to_frames, to_video
from sorairo.training import run
from sorairo.training.data.masking import MaskingConfig
from sorairo.training.data.sources import LatentSource
from sorairo.training.data.tokenizer import captions
from sorairo.training.loop.randomness import step_generator, step_rng
from sorairo.training.loop.schedule import LoopConfig, learning_factor
from sorairo.training.networks.encoding_codec import fit_scale
from sorairo.training.networks.initial_weights import load_initial
from sorairo.training.networks.model_record import trained_scenes
from sorairo.training.objectives.denoiser import DenoiserObjective
from sorairo.training.recipes.canvas import canvas
from sorairo.world.tabletop.rendering.styles import apply_style
from sorairo.world.tabletop.scene import CANVAS_WORLD, CROWD_WORLD
from training_recipes import (
    CODEC,
    CODEC_RECIPE,
    LOOP,
    MODEL_RECIPE,
    SIZE,
    Prepared,
    change,
    with_tokenizer,
)


def losses(folder: Path) -> list[float]:
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return [line["loss"] for line in lines if "loss" in line]


def test_a_codec_learns(clips: list[Shard]):
    seen = losses(run.run(change(CODEC_RECIPE, name="learning-codec", steps=40)))
    assert len(seen) == 40
    assert np.mean(seen[-5:]) < 0.5 * np.mean(seen[:3])


def test_a_model_learns(model_run: Path):
    recipe = change(MODEL_RECIPE, name="learning-model", steps=60)
    seen = losses(run.run(with_tokenizer(recipe, model_run)).parent)
    assert np.mean(seen[-10:]) < 0.75 * np.mean(seen[:3])


def test_latents_are_those_of_the_clips(prepared: Prepared, clips: list[Shard]):
    codec, sets, _ = prepared
    world, unstyled = sets["world"], sets["slow"]
    assert world.clips[SIZE].shape == (6, 4, 4, 4, 4)
    assert unstyled.clips[SIZE].shape == (6, 4, 2, 4, 4)
    assert world.pictures[SIZE].shape == (6, 4, 3, 4, 4)
    assert world.picture_frames == (4, 8, 12)
    assert sets["large"].clips[SIZE].shape == (6, 4, 13, 4, 4)
    assert sets["photographs"].clips[SIZE].shape == (25, 4, 4, 4, 4)
    assert [scene for shard in clips for scene in shard.scenes] == unstyled.scenes[SIZE]
    for index in range(6):
        frames = clips[index // 3].frames[index % 3]
        scene = world.scenes[SIZE][index]
        assert scene is not None
        video = to_video(apply_style(scene.style, frames)[None])
        with torch.no_grad():
            latents = codec.encode(pad_start(video, 4))[0].numpy()
            picture = codec.encode(pad_start(video[:, :, 12:13], 4))[0].numpy()
        spread = latents.std()
        stored = world.clips[SIZE][index]
        assert np.abs(stored - latents).mean() < 0.02 * spread  # stored in 16 bits
        stored = world.pictures[SIZE][index][:, 2:]
        assert np.abs(stored - picture).mean() < 0.02 * spread


def test_captions_are_in_both_languages(prepared: Prepared):
    found = captions(prepared[1], 100, seed=0)
    assert sum(each.isascii() for each in found) == 50
    assert found == captions(prepared[1], 100, seed=0)


def test_batches(prepared: Prepared):
    codec, sets, tokenizer = prepared
    model = MODEL_RECIPE.model
    objective = DenoiserObjective(
        DenoiserNetwork(model.transformer, model.text),
        MODEL_RECIPE.objective,
        sets,
        tokenizer,
        LOOP.steps,
        (model, codec),
    )
    texts_of = {12: 1, 16: 3, 40: 3, 8: 1, 4: 1}
    for seed in range(16):
        batch = objective.draw(0, np.random.default_rng(seed))
        b, n, p = batch.z.shape
        assert p == model.transformer.token_channels
        assert b == 128 // n
        k = texts_of[n]
        assert (batch.prompt_weights is None) == (k == 1)
        assert batch.positions.shape == (b, n, 3)
        assert batch.sigma.shape == batch.loss_mask.shape == (b, n)
        assert batch.ids.shape == batch.mask.shape == (b * k, MODEL_RECIPE.objective.text_tokens)
        assert bool(batch.loss_mask.any(1).all())
        assert bool(((batch.sigma >= 0) & (batch.sigma <= 1)).all())
        assert bool(batch.mask[:, 0].all())
        again = objective.draw(0, np.random.default_rng(seed))
        assert torch.equal(batch.z, again.z)
        assert torch.equal(batch.ids, again.ids)
    objective.config = replace(objective.config, samples=2)
    assert {len(objective.draw(0, np.random.default_rng(seed)).z) for seed in range(8)} == {2}
    first, _ = objective.loss(objective.draw(0, step_rng(0, 0)), step_generator(0, 0))
    again, _ = objective.loss(objective.draw(0, step_rng(0, 0)), step_generator(0, 0))
    assert first.item() == again.item()


def test_latents_are_normalised(clips: list[Shard]):
    torch.manual_seed(0)
    codec = Codec(CODEC)
    fit_scale(codec, clips)
    videos = [to_video(clip[None, :12]) for shard in clips for clip in shard.frames]
    with torch.no_grad():
        latents = torch.cat([codec.encode(video) for video in videos])
    channels = latents.transpose(0, 1).flatten(1)
    torch.testing.assert_close(channels.mean(1), torch.zeros(4), atol=0.25, rtol=0)
    torch.testing.assert_close(channels.std(1), torch.ones(4), atol=0.25, rtol=0)


def test_pixels_and_back():
    frames = np.random.default_rng(0).integers(0, 256, (2, 5, 8, 6, 3), dtype=np.uint8)
    video = to_video(frames)
    assert video.shape == (2, 3, 5, 8, 6)
    assert video.min() >= -1
    assert video.max() <= 1
    assert np.array_equal(to_frames(video), frames)


def test_the_learning_rate_rises_stays_and_falls():
    config = LoopConfig(steps=100, warmup=10, cooldown=0.3)
    factors = [learning_factor(step, config) for step in range(101)]
    assert factors[0] == pytest.approx(0.1)
    assert factors[9:71] == [1.0] * 62
    assert factors[85] == pytest.approx(0.5)
    assert factors[100] == 0
    assert np.all(np.diff(factors[:10]) > 0)
    assert np.all(np.diff(factors[70:]) < 0)
    assert learning_factor(0, LoopConfig(steps=10, warmup=0)) == 1.0


def test_every_step_has_randomness_of_its_own():
    drawn = {
        float(torch.rand((), generator=step_generator(seed, step)))
        for seed in range(3)
        for step in range(20)
    }
    assert len(drawn) == 60


def test_each_phase_has_its_own_law_of_noise(prepared: Prepared):
    """From half of the steps on there is hardly any noise."""
    codec, sets, tokenizer = prepared
    model, usual = MODEL_RECIPE.model, MODEL_RECIPE.objective.phases[0]
    low = MaskingConfig(shift=1e-3, plain=1, per_frame=0, prefix=0, suffix=0, both=0, middle=0)
    phases = (replace(usual, until=0.5), replace(usual, masking=replace(low, box=0)))
    objective = DenoiserObjective(
        DenoiserNetwork(model.transformer, model.text),
        replace(MODEL_RECIPE.objective, phases=phases),
        sets,
        tokenizer,
        100,
        (model, codec),
    )
    sigma = {
        step: torch.cat(
            [objective.draw(step, np.random.default_rng(i)).sigma.flatten() for i in range(8)]
        )
        for step in (49, 50)
    }
    assert float(sigma[49].median()) > 0.3
    assert float(sigma[50].median()) < 0.05


def test_a_larger_vocabulary_keeps_the_words_it_knows(model_run: Path):
    text = MODEL_RECIPE.model.text
    larger = replace(text, vocabulary=text.vocabulary + 8)
    torch.manual_seed(1)
    denoiser = DenoiserNetwork(MODEL_RECIPE.model.transformer, larger)
    drawn_rows = denoiser.text.embedding.weight.detach().clone()
    load_initial(denoiser, str(model_run / "model"), "denoiser")
    rows = denoiser.text.embedding.weight.detach()
    assert torch.equal(rows[text.vocabulary :], drawn_rows[text.vocabulary :])
    assert not torch.equal(rows[: text.vocabulary], drawn_rows[: text.vocabulary])


def test_a_model_is_trained_on_all_scenes_of_its_sources():
    known = trained_scenes(canvas().sources)
    assert known is not None
    assert set(CANVAS_WORLD.events) | set(CROWD_WORLD.events) == set(known.events)
    assert len(set(known.cameras)) == len(known.cameras)
    assert known.max_bodies == CROWD_WORLD.max_bodies
    assert "neon" in known.styles
    life = {"life": LatentSource(clips=MOVING_LIFE_CLIPS)}
    assert trained_scenes(life) is None, "nothing of the table-top"
