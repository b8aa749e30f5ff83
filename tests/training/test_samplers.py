"""Training examples: every kind has the shapes and the meaning of its task."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from sorairo.data.latent_dataset import ClipSet
from sorairo.flow import path as flow
from sorairo.nn.patches import patchify
from sorairo.training.data.collate import lay_out
from sorairo.training.data.encode import encode_source
from sorairo.training.data.masking import PLAIN, MaskingConfig
from sorairo.training.data.object_tokens import object_tokens
from sorairo.training.data.samplers.captions import CaptionConfig
from sorairo.training.data.samplers.registry import draw_example
from sorairo.world.tabletop.language.captions import parse
from training_recipes import KINDS, MODEL_RECIPE, SIZE, Prepared


def test_shots_of_a_story_are_in_one_style(prepared: Prepared):
    for each in prepared[1].values():
        scenes = each.scenes[SIZE]
        for first in range(0, len(scenes), 3):
            styles = {scene.style for scene in scenes[first : first + 3] if scene}
            assert len(styles) <= 1


def drawn(prepared: Prepared, draw: str, source: str, count: int = 40, **captions: float):
    rows = [kind for kinds in KINDS for kind in kinds]
    kind = next(k for k in rows if (k.draw, k.source) == (draw, source))
    rng = np.random.default_rng(0)
    return [draw_example(kind, prepared[1], rng, CaptionConfig(**captions)) for _ in range(count)]


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


def test_most_captions_mention_what_a_kind_asks_for(prepared: Prepared):
    kind = replace(KINDS[0][0], saying=("material",))
    rng, captions = np.random.default_rng(0), CaptionConfig(no_text=0.0)
    texts = [draw_example(kind, prepared[1], rng, captions).texts[0] for _ in range(200)]
    share = np.mean([parse(text).bodies[0][3] is not None for text in texts])
    assert 0.72 < share < 0.92


def test_pictures_of_a_keyed_window_are_at_their_times(prepared: Prepared):
    world = prepared[1]["world"]
    for example in drawn(prepared, "keyed", "world"):
        assert example.keyframes is not None
        assert example.keyframes.shape == (4, 2, 4, 4)
        index, first = next(
            (i, f)
            for i, clip in enumerate(world.clips[SIZE])
            for f in range(4)
            if np.array_equal(example.latents, clip[:, f : f + 1])
        )
        for at, time in enumerate(example.keyframe_times):
            which = world.picture_frames.index(round((time + first / 3) * 12))
            assert np.array_equal(example.keyframes[:, at], world.pictures[SIZE][index][:, which])


def test_every_shot_of_a_story_starts_at_the_start_of_its_clip(prepared: Prepared):
    world = prepared[1]["world"]
    beginnings = [clip[:, 0] for clip in world.clips[SIZE]]
    for example in drawn(prepared, "story", "world"):
        attended = example.prompt_weights.argmax(1)
        assert set(example.prompt_weights.ravel()) == {0.0, 1.0}
        assert attended[0] == 0
        for i in range(4):
            begins = i == 0 or attended[i] != attended[i - 1]
            found = [
                k for k, b in enumerate(beginnings) if np.array_equal(b, example.latents[:, i])
            ]
            assert bool(found) == begins
        steps = np.diff(example.times)
        np.testing.assert_allclose(steps, np.where(np.diff(attended), 1 / 12, 1 / 3))


def test_fades_go_from_one_text_to_the_other(prepared: Prepared):
    for example in drawn(prepared, "fade", "bridges", from_start=1.0):
        assert len(example.texts) == example.prompt_weights.shape[1] == 3
        np.testing.assert_allclose(example.prompt_weights.sum(1), 1)
        assert example.prompt_weights[0, 0] > 0.7
        assert (np.diff(example.prompt_weights[:, 1]) >= 0).all()


def test_all_but_the_bridge_is_given(prepared: Prepared):
    kind = next(k for row in KINDS for k in row if k.draw == "fade" and k.frames == 10)
    bridges = prepared[1]["bridges"]
    law = replace(MaskingConfig(), bridged=1.0)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        example = draw_example(kind, prepared[1], rng, CaptionConfig())
        index = next(
            i for i, c in enumerate(bridges.clips[SIZE]) if np.array_equal(c, example.latents)
        )
        other, start, end = bridges.fades[SIZE][index]
        assert other == (index if index % 2 else index + 1)
        first, last = example.bridge or (0, 0)
        assert (first * 4 - 3, last * 4 - 3) == (start, end)
        row = lay_out(example, PLAIN, rng, law, 2)
        made = row.loss_mask.reshape(10, -1) > 0
        assert made[first:last].all()
        assert not made[:first].any()
        assert not made[last:].any()
        assert set(row.prompt_weights[made.ravel()][:, 0].tolist()) != {0.0, 1.0}, "words fade"


def test_a_crop_has_its_place_in_the_picture(prepared: Prepared):
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
        looks = [(s.floor, s.light, s.style, s.bodies[0].color) for s in (scene, twin)]
        assert sum(a != b for a, b in zip(*looks, strict=True)) == 1
        assert (scene.event, scene.heading, scene.camera) == (twin.event, twin.heading, twin.camera)


def test_an_edit_begins_at_the_noised_origin(prepared: Prepared):
    """At the level where an edit begins, the line to the target is where its canvas begins."""
    (example,) = drawn(prepared, "edited", "twins", count=1)
    assert example.origin is not None
    for seed in range(20):
        config = MODEL_RECIPE.objective.masking
        row = lay_out(example, PLAIN, np.random.default_rng(seed), config, patch=2)
        origin = patchify(torch.from_numpy(example.origin.copy()).float()[None], 2)[0]
        z = row.z.float()
        away = origin - z
        ratio = float((row.edit_offset * away).sum() / (away * away).sum())  # (1 - s) / s
        torch.testing.assert_close(row.edit_offset, ratio * away)
        start = 1 / (1 + ratio)
        noise = torch.randn(z.shape)
        begun = flow.point(z, noise + row.edit_offset, torch.tensor(start))
        expected = flow.point(origin, noise, torch.tensor(start))
        torch.testing.assert_close(begun, expected, atol=1e-5, rtol=1e-5)
        assert float(row.sigma.max()) <= start


def test_tokens_that_show_a_body_weigh_more(prepared: Prepared):
    masks = np.zeros((1, 5, 32, 32), np.uint8)
    masks[0, 0, 3, 3] = 1  # the first frame stands four times in the first group
    masks[0, 4, 20, 31] = 2
    there = object_tokens(masks, (1, 4, 2, 4, 4), 4, 2)
    assert np.argwhere(there).tolist() == [[0, 0, 0, 0], [0, 1, 1, 1]]
    example = drawn(prepared, "window", "world", count=1)[0]
    assert example.objects is not None
    config = replace(MODEL_RECIPE.objective.masking, objects=4.0)
    row = lay_out(example, PLAIN, np.random.default_rng(0), config, patch=2)
    weights = np.where(example.objects.ravel(), 4.0, 1.0)
    assert row.loss_mask.tolist() == weights.tolist()
    assert set(weights) == {1.0, 4.0}


def test_twins_are_shrunk_as_their_clips(prepared: Prepared, tmp_path: Path):
    source = replace(MODEL_RECIPE.sources["twins"], shrink=2.0)
    smaller = ClipSet.load(
        encode_source(prepared[0], source, tmp_path, patch=2), fps=12.0, time_factor=4, patch=2
    )
    assert smaller.twins[SIZE].shape == smaller.clips[SIZE].shape
    assert smaller.clips[SIZE].shape[-1] == prepared[1]["twins"].clips[SIZE].shape[-1] / 2
