"""Training learns: less loss on what was seen; and what it learns from has the right shape."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from sorairo.data.clips import Shard, digest
from sorairo.data.latents import VARIANTS, Bucket, LatentStore
from sorairo.models.bundle import Denoiser
from sorairo.models.codec import Codec, pad_start
from sorairo.training import runs
from sorairo.training.codec import fit_scale, to_frames, to_video
from sorairo.training.denoiser import DenoiserObjective
from sorairo.training.loop import LoopConfig, learning_factor, step_generator
from training_recipes import CLIPS, CODEC, CODEC_RECIPE, LOOP, MODEL_RECIPE, SIZE, change


def losses(folder: Path) -> list[float]:
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return [line["loss"] for line in lines if "loss" in line]


def test_a_codec_learns(clips: list[Shard]):
    seen = losses(runs.run_codec(change(CODEC_RECIPE, name="learning-codec", steps=40)))
    assert len(seen) == 40
    assert np.mean(seen[-5:]) < 0.5 * np.mean(seen[:3])


def test_a_model_learns(model_run: Path):
    seen = losses(runs.run_model(change(MODEL_RECIPE, name="learning-model", steps=60)).parent)
    assert np.mean(seen[-10:]) < 0.75 * np.mean(seen[:3])


@pytest.fixture
def store(model_run: Path) -> LatentStore:
    folder = runs.run_folder(CODEC_RECIPE.name) / f"latents-{digest(CLIPS)}"
    return LatentStore(folder, CLIPS.fps, CODEC.time_factor)


def test_latents_are_those_of_the_clips(store: LatentStore, clips: list[Shard], model_run: Path):
    codec, _, _ = runs.prepare(MODEL_RECIPE)
    shapes = {name: store.arrays[name, SIZE].shape for name in VARIANTS}
    assert shapes == {
        "full": (4, 4, 4, 4, 4),
        "half": (4, 4, 4, 2, 2),
        "slow": (4, 4, 2, 4, 4),
        "picture": (4, 4, 3, 4, 4),
    }
    assert [scene for shard in clips for scene in shard.scenes] == store.scenes[SIZE]
    for shard, first in ((clips[0], 0), (clips[1], 2)):
        for i in range(2):
            video = to_video(shard.frames[i][None])
            with torch.no_grad():
                latents = codec.encode(pad_start(video, 4))[0].numpy()
                picture = codec.encode(pad_start(video[:, :, 12:13], 4))[0].numpy()
            spread = latents.std()
            stored = store.arrays["full", SIZE][first + i]
            assert np.abs(stored - latents).mean() < 0.02 * spread  # stored in 16 bits
            stored = store.arrays["picture", SIZE][first + i][:, 2:]
            assert np.abs(stored - picture).mean() < 0.02 * spread


def test_windows(store: LatentStore):
    bucket = Bucket(variant="full", size=SIZE, frames=3, weight=1.0)
    rng = np.random.default_rng(0)
    whole = store.arrays["full", SIZE]
    starts = set()
    for _ in range(60):
        window = store.draw(bucket, rng, from_start=0.0, chinese=0.0)
        assert window.latents.shape == (4, 3, 4, 4)
        assert window.frame_seconds == pytest.approx(4 / 12)
        assert window.caption.isascii()
        starts |= {
            start
            for start in range(2)
            if any(np.array_equal(window.latents, clip[:, start : start + 3]) for clip in whole)
        }
    assert starts == {0, 1}, "cut at any latent frame"
    for _ in range(20):
        window = store.draw(bucket, rng, from_start=1.0, chinese=1.0)
        assert any(np.array_equal(window.latents, clip[:, :3]) for clip in whole)
        assert not window.caption.isascii()
    slow = Bucket(variant="slow", size=SIZE, frames=2, weight=1.0)
    assert store.draw(slow, rng, from_start=0, chinese=0).frame_seconds == pytest.approx(8 / 12)
    long = Bucket(variant="full", size=SIZE, frames=13, weight=1.0)
    assert store.draw(long, rng, from_start=0, chinese=0).latents.shape == (4, 4, 4, 4)


def test_captions_are_in_both_languages(store: LatentStore):
    captions = store.captions(100, seed=0)
    assert sum(each.isascii() for each in captions) == 50
    assert captions == store.captions(100, seed=0)


def test_batches(store: LatentStore, model_run: Path):
    codec, _, tokenizer = runs.prepare(MODEL_RECIPE)
    model = MODEL_RECIPE.model
    objective = DenoiserObjective(
        Denoiser(model.transformer, model.text),
        MODEL_RECIPE.objective,
        store,
        tokenizer,
        LOOP.steps,
        (model, codec),
    )
    for seed in range(12):
        batch = objective.batch(0, np.random.default_rng(seed))
        b, n, p = batch.z.shape
        assert p == model.transformer.token_channels
        assert n in (3 * 4, 2 * 4, 1 * 4)
        assert b == 128 // n
        assert batch.positions.shape == (b, n, 3)
        assert batch.sigma.shape == batch.counted.shape == (b, n)
        assert batch.ids.shape == batch.mask.shape == (b, 40)
        assert bool(batch.counted.any(1).all())
        assert bool(((batch.sigma >= 0) & (batch.sigma <= 1)).all())
        assert bool(batch.mask[:, 0].all())
        again = objective.batch(0, np.random.default_rng(seed))
        assert torch.equal(batch.z, again.z)
        assert torch.equal(batch.ids, again.ids)
    first, _ = objective.loss(0, step_generator(0, 0))
    again, _ = objective.loss(0, step_generator(0, 0))
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
