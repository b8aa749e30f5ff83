"""The detail that the codec loses at a seam is carried into the generated frames, and nothing
else."""

from __future__ import annotations

import numpy as np

from sorairo.generation.output.seams.correct import correct_canvas

RNG = np.random.default_rng(0)
TRUE = RNG.integers(60, 190, (48, 48, 3)).astype(np.float32)


def laid(frames: np.ndarray, exact: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Decoded frames of a still picture, the same with the given frames pasted in, and a mask of
    these."""
    given = np.zeros(len(frames), bool)
    given[exact] = True
    over = frames.copy()
    over[given] = TRUE.astype(np.uint8)
    return over, frames, given


def away(frames: np.ndarray) -> np.ndarray:
    """Mean difference of each frame from the true picture."""
    return np.abs(frames - TRUE).mean((1, 2, 3))


def test_another_colour_fades_in():
    over, decoded, exact = laid(np.repeat((TRUE + 12)[None], 40, 0).astype(np.uint8), [0, 1])
    off = away(correct_canvas(over, decoded, exact))
    assert off[:2].max() == 0
    assert off[2] < 1
    assert np.all(np.diff(off[2:]) > -0.2), "little by little"
    assert np.diff(off).max() < 2
    assert off[-1] > 11, "the model's own in the end"


def test_detail_is_kept_where_nothing_changes_and_nowhere_else():
    blurred = np.repeat(np.full((1, 48, 48, 3), TRUE.mean()), 20, 0)
    blurred[10:, :, 24:] = 230  # something comes into the right half
    over, decoded, exact = laid(blurred.astype(np.uint8), [0])
    made = correct_canvas(over, decoded, exact).astype(np.float32)
    left, right = made[:, :, :20], made[:, :, 28:]
    detail = TRUE[:, :20].std()
    assert left[1:].std((1, 2)).min() > 0.5 * detail
    assert right[10:].std((1, 2)).max() < 0.15 * detail


def test_given_frames_and_what_is_made_alone_stay():
    frames = RNG.integers(0, 255, (12, 32, 32, 3), dtype=np.uint8)
    other = RNG.integers(0, 255, frames.shape, dtype=np.uint8)
    none, every = np.zeros(12, bool), np.ones(12, bool)
    assert correct_canvas(frames, other, none) is frames, "a minute is not copied"
    assert np.array_equal(correct_canvas(frames, other, every), frames)
    some = none.copy()
    some[4:7] = True
    assert np.array_equal(correct_canvas(frames, other, some)[4:7], frames[4:7])


def test_both_sides_of_what_is_given():
    codec = np.repeat((TRUE - 9)[None], 21, 0).astype(np.uint8)
    over, decoded, exact = laid(codec, [10])
    off = away(correct_canvas(over, decoded, exact))
    assert off[9] < 1
    assert off[11] < 1
    np.testing.assert_allclose(off, off[::-1], atol=0.5)
