"""Colour leaves given frames without a step, and only where there would have been one."""

import numpy as np

from sorairo.generation.output.seams.color_ramp import TINT, ramp_colors


def grey(*sigmas: float) -> np.ndarray:
    """Frames of one grey each, with a mark of neutral mean colour: half lighter, half darker."""
    frames = np.repeat(np.asarray(sigmas, np.float32)[:, None, None, None], 32, axis=1)
    frames = np.repeat(np.repeat(frames, 32, axis=2), 3, axis=3)
    frames[:, 15:17, 15:16] += 20
    frames[:, 15:17, 16:17] -= 20
    return frames.round().clip(0, 255).astype(np.uint8)


def means(*parts: np.ndarray) -> np.ndarray:
    return np.concatenate(parts).mean((1, 2, 3))


def test_from_night_to_day_the_first_step_is_small_and_the_next_are_larger():
    before, after = grey(20), grey(124)
    made = grey(*np.linspace(20, 124, 14)[1:-1])
    course = means(before, ramp_colors(made, before, after), after)
    steps = np.diff(course)
    assert np.diff(means(before, made, after)).min() > 7
    assert max(steps[0], steps[-1]) <= TINT + 0.5, "half a level: frames are whole numbers"
    assert (np.diff(steps[:6]) > 0).all(), "it gathers speed"
    assert (steps >= 0).all()
    assert steps.max() < 2.5 * 8


def test_only_colour_is_changed():
    before, made = grey(20), grey(60, 100, 120, 124)
    out = ramp_colors(made, before, None)
    contrast = out[:, 15, 15].astype(int) - out[:, 15, 16]
    assert (contrast >= 38).all(), "the mark is as clear as it was"
    assert np.array_equal(out[2:], made[2:]), "the other half is left alone"


def test_a_small_step_is_left_alone():
    before, made = grey(20), grey(21, 60, 61)
    assert np.array_equal(ramp_colors(made, before, None), made)
    assert np.array_equal(ramp_colors(made, None, None), made)


def test_before_a_given_frame_as_after_one():
    before, made = grey(20), grey(60, 100, 120, 124)
    mirrored = ramp_colors(made[::-1], None, before)[::-1]
    assert np.array_equal(mirrored, ramp_colors(made, before, None))
