"""Jerks beside given frames are spread, and nothing else is changed."""

from __future__ import annotations

import numpy as np

from sorairo.generation.output.seams.retiming import CUT, EVEN, retime_jerks

FPS = 12.0


def sigmas(*values: float) -> np.ndarray:
    """Grey frames of these levels, half of the picture as much darker as the other is lighter."""
    frames = np.full((len(values), 16, 16, 3), 128.0)
    frames[:, :, :8] += np.array(values)[:, None, None, None]
    frames[:, :, 8:] -= np.array(values)[:, None, None, None]
    return frames.round().clip(0, 255).astype(np.uint8)


def steps(*parts: np.ndarray) -> np.ndarray:
    frames = np.concatenate(parts).astype(float)
    return np.abs(np.diff(frames, axis=0)).mean((1, 2, 3))


def test_what_changes_evenly_stays_bit_for_bit():
    course = sigmas(*range(0, 72, 2))
    before, made, after = course[:12], course[12:24], course[24:]
    assert np.array_equal(retime_jerks(made, before, after, FPS), made)


def test_a_cut_in_a_bridge_is_spread():
    before, after = sigmas(*np.arange(0, 12)), sigmas(*np.arange(72, 84))
    made = sigmas(*np.arange(12, 24), *np.arange(60, 72))
    out = retime_jerks(made, before, after, FPS)
    assert out.shape == made.shape
    assert steps(made).max() == 37
    assert steps(before, out, after).max() <= 1.05 * max(CUT * 1, EVEN * 73 / 25)
    assert np.all(np.diff(out[:, 0, 0, 0].astype(int)) >= 0), "in order, as before"


def test_what_gathers_speed_is_no_cut():
    """A fall between two pictures of it, that ends at once."""
    fall = np.cumsum([1] * 12 + [2, 3, 4, 5, 6, 7] + [1] * 18)
    course = np.full((len(fall), 16, 64, 3), 128, np.uint8)
    course[:, :, :16] = sigmas(*2 * fall)  # a quarter of the picture: the scene is the same
    before, made, after = course[:8], course[8:28], course[28:]
    assert steps(made).max() == 3.5
    assert steps(retime_jerks(made, before, after, FPS)).max() >= 3


def test_a_jump_beside_a_given_frame_is_spread():
    before, made = sigmas(*np.arange(0, 12)), sigmas(*np.arange(15, 39))
    out = retime_jerks(made, before, None, FPS)
    assert steps(before, made)[11] == 4
    assert steps(before, out).max() <= 2
    assert np.array_equal(out[-6:], made[-6:]), "a second later nothing has changed"


def test_before_a_given_frame_as_after_one():
    before, made = sigmas(*np.arange(0, 12)), sigmas(*np.arange(15, 39))
    mirrored = retime_jerks(made[::-1], None, before[::-1], FPS)
    assert np.abs(mirrored[::-1].astype(int) - retime_jerks(made, before, None, FPS)).max() <= 1


def test_what_happens_later_in_an_extension_happens():
    before, made = sigmas(*np.arange(0, 12)), sigmas(*np.arange(12, 24), *np.arange(60, 72))
    assert np.array_equal(retime_jerks(made, before, None, FPS), made)


def test_without_given_frames_nothing_is_done():
    made = sigmas(0, 80, 0, 80)
    assert retime_jerks(made, None, None, FPS) is made


def test_a_long_segment_is_retimed_at_both_ends_only():
    made = sigmas(*np.arange(15, 75, 0.5), *np.arange(0, 60, 0.5))
    before, after = sigmas(*np.arange(0, 12)), sigmas(*np.arange(63, 75))
    out = retime_jerks(made, before, after, FPS)
    assert steps(made).max() == steps(out).max() == steps(made)[119], "what happens between"
    changes = steps(before, out, after)
    assert changes[11] <= 2
    assert changes[-12] <= 2
    assert np.array_equal(out[24:-24], made[24:-24])


def test_a_single_frame_between_two_stays():
    """No step beside it can run faster for its sake."""
    before, made, after = sigmas(0, 1), sigmas(40), sigmas(3, 4)
    assert np.array_equal(retime_jerks(made, before, after, FPS), made)


def test_segments_with_nothing_to_compare_stay_as_they_are():
    """One frame after the only given one, and none."""
    course = sigmas(0, 60)
    given, made = course[:1], course[1:]
    assert np.array_equal(retime_jerks(made, given, None, FPS), made)
    assert np.array_equal(retime_jerks(made, None, given, FPS), made)
    for before, after in ((given, None), (None, given), (given, given), (course, course)):
        assert retime_jerks(made[:0], before, after, FPS).shape == (0, 16, 16, 3)
