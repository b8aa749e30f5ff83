"""Bridges between rollouts begin and end at the given states, without jumps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sorairo.world.bridges import bridge_span, cross_fade, hermite
from sorairo.world.tabletop.dynamics.sampling import sample_scene
from sorairo.world.tabletop.dynamics.simulate import simulate
from sorairo.world.tabletop.rendering.clip_generator import CLIPS
from sorairo.world.tabletop.rendering.transitions import return_to_start, rollouts_across
from sorairo.world.tabletop.scene import CANVAS_WORLD

FRAMES, FPS = 49, 12.0


@given(seed=st.integers(0, 2**32), groups=st.integers(9, 30))
def test_spans_are_between_whole_groups(seed: int, groups: int):
    frames = (groups - 1) * 4 + 1
    first, last = bridge_span(np.random.default_rng(seed), frames, 4)
    assert first % 4 == last % 4 == 1
    assert 9 <= first < first + 12 <= last <= frames - 12


def test_no_room_for_a_bridge():
    with pytest.raises(ValueError, match="too few"):
        bridge_span(np.random.default_rng(0), 20, 4)


def test_a_spline_has_the_given_steps_at_its_ends():
    start, end, steps = np.array([1.0, 0.0]), np.array([2.0, 5.0]), ([0.002, 0.0], [0.0, -0.001])
    whole = np.concatenate([start[None], hermite(start, end, steps, 999), end[None]])
    np.testing.assert_allclose(whole[1] - whole[0], steps[0], atol=2e-5)
    np.testing.assert_allclose(whole[-1] - whole[-2], steps[1], atol=2e-5)


@pytest.mark.parametrize("event", ["roll", "swing", "turntable", "drop"])
def test_a_rollout_returns_to_its_own_beginning(event: str):
    world = CANVAS_WORLD
    rng = np.random.default_rng(5)
    scene = next(s for s in (sample_scene(rng, world) for _ in range(200)) if s.event == event)
    take = simulate(scene, seconds=FRAMES / FPS, fps=FPS)
    loop = return_to_start(scene, (17, 37), FRAMES, FPS, rng)
    assert len(loop) == FRAMES
    np.testing.assert_array_equal(loop.qpos[37:], take.qpos[: FRAMES - 37])
    model = loop.model
    steps = np.abs(np.diff(loop.qpos[:, :3] if model.nq == 7 else loop.qpos, axis=0))
    if event == "turntable":  # a turn more is the same place
        steps = np.minimum(steps % (2 * np.pi), -steps % (2 * np.pi))
    own = np.abs(np.diff(take.qpos[:, :3] if model.nq == 7 else take.qpos, axis=0)).max()
    assert steps[16:37].max() < own + 1.5, "no jump: metres or radians a frame"


@pytest.mark.parametrize("span", [(9, 21), (25, 37), (9, 37)])
def test_a_loop_has_the_given_length(span: tuple[int, int]):
    rng = np.random.default_rng(0)
    scene = sample_scene(rng, CANVAS_WORLD)
    for _ in range(4):
        assert len(return_to_start(scene, span, FRAMES, FPS, rng)) == FRAMES


def test_two_rollouts_in_one_clip():
    rng = np.random.default_rng(3)
    one, other = (sample_scene(rng, CANVAS_WORLD) for _ in range(2))
    before, after = rollouts_across(one, other, (17, 37), FRAMES, FPS)
    assert len(before) == 37
    assert len(after) == FRAMES - 17
    np.testing.assert_array_equal(before.qpos[:17], simulate(one, seconds=17 / FPS, fps=FPS).qpos)
    np.testing.assert_array_equal(after.qpos[20:], simulate(other, seconds=12 / FPS, fps=FPS).qpos)
    black, white = np.zeros((37, 2, 2, 3), np.uint8), np.full((32, 2, 2, 3), 255, np.uint8)
    clip = cross_fade(black, white, (17, 37))
    assert len(clip) == FRAMES
    assert (clip[:17] == 0).all()
    assert (clip[37:] == 255).all()
    assert (np.diff(clip[:, 0, 0, 0].astype(int)) >= 0).all()


def test_clips_with_bridges_have_no_cut():
    for sample in CLIPS.samples(
        seeds=range(3), part=CANVAS_WORLD, seconds=FRAMES / FPS, fps=FPS, size=(48, 48), bridges=4
    ):
        assert sample.frames.shape == (FRAMES, 48, 48, 3)
        assert sample.masks.shape == (FRAMES, 48, 48)
        assert sample.bridge is not None
        first, last = sample.bridge
        changes = np.abs(np.diff(sample.frames.astype(float), axis=0)).mean((1, 2, 3))
        inside = changes[first - 1 : last]
        assert inside.max() < 3 * np.median(inside) + 1
