"""Flicker and steps are removed; motion and correct frames are left alone."""

from __future__ import annotations

import numpy as np

from sorairo.models.upscaling.postprocess import apply_filters, damp_flicker, smooth_steps

STARTS = [0, *range(1, 21, 4)]


def grey(values: np.ndarray) -> np.ndarray:
    """Frames of one colour each."""
    frames = np.repeat(np.asarray(values)[:, None, None, None], 3, axis=3)
    return np.broadcast_to(frames, (len(values), 16, 16, 3)).round().astype(np.uint8).copy()


def test_a_still_picture_stays_as_it_is():
    picture = np.random.default_rng(0).integers(0, 256, (1, 16, 16, 3), dtype=np.uint8)
    frames = picture.repeat(21, 0)
    assert np.array_equal(apply_filters(frames, STARTS), frames)
    assert np.array_equal(apply_filters(picture, [0]), picture)


def test_flicker_is_taken_out():
    rng = np.random.default_rng(0)
    still = rng.integers(20, 230, (1, 16, 16, 3)).repeat(40, 0)
    frames = (still + rng.normal(0, 1.5, still.shape)).round().astype(np.uint8)
    out = damp_flicker(frames)
    before, after = (np.abs(np.diff(f.astype(int), axis=0)).mean() for f in (frames, out))
    assert after < 0.4 * before
    assert np.square(out[10:] - still[10:]).mean() < np.square(frames[10:] - still[10:]).mean()


def test_stairs_become_a_slope():
    truth = np.arange(21) * 2.0 + 40
    stairs = np.concatenate([[truth[0]], truth[1:].reshape(5, 4).mean(1).repeat(4)])
    out = smooth_steps(grey(stairs), STARTS)[:, 0, 0, 0].astype(float)
    assert np.abs(np.diff(stairs)).max() >= 5
    assert np.abs(np.diff(out)).max() <= 3
    assert np.abs(out - truth)[:-3].mean() < 0.5 * np.abs(stairs - truth)[:-3].mean()


def test_a_true_slope_is_left_alone():
    frames = grey(np.arange(21) * 2.0 + 40)
    out = smooth_steps(frames, STARTS)
    assert np.abs(out[:-2].astype(int) - frames[:-2]).max() <= 1


def test_something_that_moves_is_left_alone():
    frames = grey(np.full(21, 30.0))
    for i in range(21):
        frames[i, 4:10, i // 2 : i // 2 + 5] = 220
    out = apply_filters(frames, STARTS).astype(int)
    assert np.abs(out - frames).mean() < 1.0


def test_large_steps_are_cuts_or_motion():
    frames = grey(np.repeat([20.0, 200.0], [9, 12]))
    assert np.array_equal(smooth_steps(frames, STARTS), frames)
