"""Training learns: less loss on what was seen; and what it learns from has the right shape."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from sorairo.data.clips import Shard
from sorairo.data.latents import ClipSet
from sorairo.flow import path as flow
from sorairo.models.bundle import Denoiser
from sorairo.models.codec import Codec, pad_start
from sorairo.nn.patches import patchify
from sorairo.training import runs
from sorairo.training.codec import fit_scale, to_frames, to_video
from sorairo.training.denoiser import DenoiserObjective, lay_out
from sorairo.training.examples import Taste
from sorairo.training.loop import LoopConfig, learning_factor, step_generator
from sorairo.training.painting import PaintingConfig
from sorairo.training.sources import encode_source, shown
from sorairo.world.tabletop.styles import apply_style
from training_recipes import CODEC, CODEC_RECIPE, KINDS, LOOP, MODEL_RECIPE, SIZE, change


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


Prepared = tuple[Codec, dict[str, ClipSet], Tokenizer]


@pytest.fixture(scope="module")
def prepared(model_run: Path) -> Prepared:
    return runs.prepare(MODEL_RECIPE)


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


def test_shots_of_a_story_are_in_one_style(prepared: Prepared):
    for each in prepared[1].values():
        scenes = each.scenes[SIZE]
        for first in range(0, len(scenes), 3):
            styles = {scene.style for scene in scenes[first : first + 3] if scene}
            assert len(styles) <= 1


def drawn(prepared: Prepared, draw: str, source: str, count: int = 40, **taste: float):
    rows = [kind for kinds in KINDS for kind in kinds]
    kind = next(k for k in rows if (k.draw, k.source) == (draw, source))
    rng = np.random.default_rng(0)
    return [kind.example(prepared[1], rng, Taste(**taste)) for _ in range(count)]


def test_windows(prepared: Prepared):
    whole = prepared[1]["world"].clips[SIZE]
    starts = set()
    for example in drawn(prepared, "window", "world", from_start=0.0, chinese=0.0, no_text=0.0):
        assert example.latents.shape == (4, 3, 4, 4)
        np.testing.assert_allclose(example.times, [0, 1 / 3, 2 / 3])
        assert example.texts[0].isascii()
        starts |= {
            start
            for start in range(2)
            if any(np.array_equal(example.latents, clip[:, start : start + 3]) for clip in whole)
        }
    assert starts == {0, 1}, "cut at any latent frame"
    for example in drawn(prepared, "window", "world", from_start=1.0, chinese=1.0, no_text=0.0):
        assert any(np.array_equal(example.latents, clip[:, :3]) for clip in whole)
        assert not example.texts[0].isascii()
    slow = drawn(prepared, "window", "slow", count=1)[0]
    np.testing.assert_allclose(slow.times, [0, 2 / 3])


def test_pictures_of_a_keyed_window_stand_at_their_times(prepared: Prepared):
    world = prepared[1]["world"]
    for example in drawn(prepared, "keyed", "world"):
        assert example.loose is not None
        assert example.loose.shape == (4, 2, 4, 4)
        index, first = next(
            (i, f)
            for i, clip in enumerate(world.clips[SIZE])
            for f in range(4)
            if np.array_equal(example.latents, clip[:, f : f + 1])
        )
        for at, time in enumerate(example.loose_times):
            which = world.picture_frames.index(round((time + first / 3) * 12))
            assert np.array_equal(example.loose[:, at], world.pictures[SIZE][index][:, which])


def test_shots_of_a_story_each_begin_anew(prepared: Prepared):
    world = prepared[1]["world"]
    beginnings = [clip[:, 0] for clip in world.clips[SIZE]]
    for example in drawn(prepared, "story", "world"):
        heard = example.shares.argmax(1)
        assert set(example.shares.ravel()) == {0.0, 1.0}
        assert heard[0] == 0
        for i in range(4):
            begins = i == 0 or heard[i] != heard[i - 1]
            found = [
                k for k, b in enumerate(beginnings) if np.array_equal(b, example.latents[:, i])
            ]
            assert bool(found) == begins
        steps = np.diff(example.times)
        np.testing.assert_allclose(steps, np.where(np.diff(heard), 1 / 12, 1 / 3))


def test_fades_go_from_one_text_to_the_other(prepared: Prepared):
    for example in drawn(prepared, "fade", "fades", from_start=1.0):
        assert len(example.texts) == example.shares.shape[1] == 3
        np.testing.assert_allclose(example.shares.sum(1), 1)
        assert example.shares[0, 0] > 0.7
        assert (np.diff(example.shares[:, 1]) >= 0).all()


def test_a_crop_knows_where_it_lies(prepared: Prepared):
    large = prepared[1]["large"].clips[SIZE]
    for example in drawn(prepared, "crop", "large"):
        assert example.box is not None
        assert example.whole == (2, 2)
        top, left, rows, columns = example.box
        assert (top, left, rows, columns) == (0, 0, 2, 2)
        assert any(
            np.array_equal(example.latents[:, 0], p) for c in large for p in c.swapaxes(0, 1)
        )


def test_an_edit_leads_from_one_twin_to_the_other(prepared: Prepared):
    twins = prepared[1]["twins"]
    one, other = twins.clips[SIZE], twins.twins[SIZE]
    for example in drawn(prepared, "edited", "twins"):
        assert example.origin is not None
        pairs = [(example.latents, example.origin), (example.origin, example.latents)]
        assert any(
            np.array_equal(a, one[i, :, f : f + 3]) and np.array_equal(b, other[i, :, f : f + 3])
            for a, b in pairs
            for i in range(6)
            for f in range(2)
        )
    for scene, twin in zip(twins.scenes[SIZE], twins.twin_scenes[SIZE], strict=True):
        assert scene is not None
        told = [(s.floor, s.light, s.style, s.bodies[0].color) for s in (scene, twin)]
        assert sum(a != b for a, b in zip(*told, strict=True)) == 1
        assert (scene.event, scene.heading, scene.camera) == (twin.event, twin.heading, twin.camera)


def test_an_edit_begins_at_the_noised_origin(prepared: Prepared):
    """At the level where an edit begins, the line to the target is where its canvas begins."""
    (example,) = drawn(prepared, "edited", "twins", count=1)
    assert example.origin is not None
    for seed in range(20):
        config = MODEL_RECIPE.objective.painting
        row = lay_out(example, "plain", np.random.default_rng(seed), config, patch=2)
        origin = patchify(torch.from_numpy(example.origin.copy()).float()[None], 2)[0]
        away = origin - row.z
        ratio = float((row.pull * away).sum() / (away * away).sum())  # (1 - s) / s
        torch.testing.assert_close(row.pull, ratio * away)
        start = 1 / (1 + ratio)
        noise = torch.randn(row.z.shape)
        begun = flow.point(row.z, noise + row.pull, torch.tensor(start))
        expected = flow.point(origin, noise, torch.tensor(start))
        torch.testing.assert_close(begun, expected, atol=1e-5, rtol=1e-5)
        assert float(row.sigma.max()) <= start


def test_tokens_that_show_a_body_weigh_more(prepared: Prepared):
    masks = np.zeros((1, 5, 32, 32), np.uint8)
    masks[0, 0, 3, 3] = 1  # the first frame stands four times in the first group
    masks[0, 4, 20, 31] = 2
    there = shown(masks, (1, 4, 2, 4, 4), 4)
    assert np.argwhere(there).tolist() == [[0, 0, 0, 0], [0, 1, 1, 1]]
    example = drawn(prepared, "window", "world", count=1)[0]
    assert example.objects is not None
    config = replace(MODEL_RECIPE.objective.painting, objects=4.0)
    row = lay_out(example, "plain", np.random.default_rng(0), config, patch=2)
    weights = np.where(example.objects.ravel(), 4.0, 1.0)
    assert row.counted.tolist() == weights.tolist()
    assert set(weights) == {1.0, 4.0}


def test_twins_are_made_smaller_alike(prepared: Prepared, tmp_path: Path):
    source = replace(MODEL_RECIPE.sources["twins"], shrink=2.0)
    smaller = ClipSet.load(encode_source(prepared[0], source, tmp_path))
    assert smaller.twins[SIZE].shape == smaller.clips[SIZE].shape
    assert smaller.clips[SIZE].shape[-1] == prepared[1]["twins"].clips[SIZE].shape[-1] / 2


def test_captions_are_in_both_languages(prepared: Prepared):
    captions = runs.captions(prepared[1], 100, seed=0)
    assert sum(each.isascii() for each in captions) == 50
    assert captions == runs.captions(prepared[1], 100, seed=0)


def test_batches(prepared: Prepared):
    codec, sets, tokenizer = prepared
    model = MODEL_RECIPE.model
    objective = DenoiserObjective(
        Denoiser(model.transformer, model.text),
        MODEL_RECIPE.objective,
        sets,
        tokenizer,
        LOOP.steps,
        (model, codec),
    )
    texts_of = {12: 1, 16: 3, 8: 1, 4: 1}
    for seed in range(16):
        batch = objective.batch(0, np.random.default_rng(seed))
        b, n, p = batch.z.shape
        assert p == model.transformer.token_channels
        assert b == 128 // n
        k = texts_of[n]
        assert (batch.shares is None) == (k == 1)
        assert batch.positions.shape == (b, n, 3)
        assert batch.sigma.shape == batch.counted.shape == (b, n)
        assert batch.ids.shape == batch.mask.shape == (b * k, MODEL_RECIPE.objective.text_tokens)
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


def test_each_phase_has_its_own_law_of_noise(prepared: Prepared):
    """From half of the steps on there is hardly any noise."""
    codec, sets, tokenizer = prepared
    model, usual = MODEL_RECIPE.model, MODEL_RECIPE.objective.phases[0]
    low = PaintingConfig(shift=1e-3, plain=1, per_frame=0, prefix=0, suffix=0, both=0, middle=0)
    phases = (replace(usual, until=0.5), replace(usual, painting=replace(low, box=0)))
    objective = DenoiserObjective(
        Denoiser(model.transformer, model.text),
        replace(MODEL_RECIPE.objective, phases=phases),
        sets,
        tokenizer,
        100,
        (model, codec),
    )
    sigma = {
        step: torch.cat(
            [objective.batch(step, np.random.default_rng(i)).sigma.flatten() for i in range(8)]
        )
        for step in (49, 50)
    }
    assert float(sigma[49].median()) > 0.3
    assert float(sigma[50].median()) < 0.05
