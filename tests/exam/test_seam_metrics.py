"""Measures of pixels: checked against closed forms, and on clips that must fail."""

from __future__ import annotations

import numpy as np
import pytest

from sorairo.exam.perception import seam_metrics


def sliding(count: int = 24, speed: float = 1.0, start: float = 8.0) -> np.ndarray:
    """A bright square on a dark ground, going right by `speed` pixels a frame."""
    frames = np.full((count, 64, 64, 3), 40, np.uint8)
    for index, frame in enumerate(frames):
        left = round(start + speed * index)
        frame[20:36, left : left + 16] = 220
    return frames


def test_even_motion_has_no_jump_anywhere():
    frames = sliding()
    assert [seam_metrics.jump(frames, at) for at in range(20)] == pytest.approx([1.0] * 20)
    assert seam_metrics.excess(frames, 11) == pytest.approx(1.0)
    assert seam_metrics.sharpest(frames, 0, 23) == pytest.approx(1.0)


def test_a_cut_and_a_tint_are_found_where_they_are():
    frames = sliding()
    frames[12:] = np.minimum(frames[12:].astype(int) + 30, 255).astype(np.uint8)
    assert seam_metrics.jump(frames, 11) > 5 > 1.5 > seam_metrics.jump(frames, 10)
    assert seam_metrics.excess(frames, 11) > 5
    assert seam_metrics.tint(frames, 11) == pytest.approx(30, abs=1)
    assert seam_metrics.sharpest(frames, 12, 23) < 1.5 < seam_metrics.sharpest(frames, 4, 16)


def test_a_new_shot_is_another_picture():
    frames = sliding()
    frames[12:] = 255 - frames[12:]
    assert [cut for cut in range(1, 30) if seam_metrics.cut_at(frames, cut)] == [12]
    still = frames[:1].repeat(24, 0)
    assert not seam_metrics.cut_at(still, 12)
    still[12:] += 1  # as at a key frame
    still[12:, :, ::2] -= 1
    assert not seam_metrics.cut_at(still, 12)


def test_fast_motion_at_a_joint_is_no_excess():
    slow, fast = sliding(16, 1.0), sliding(4, 3.0, start=24)
    frames = np.concatenate([slow, fast])
    assert seam_metrics.jump(frames, 17) > 2
    assert seam_metrics.excess(frames, 17) == pytest.approx(1.0)


def test_a_clip_that_goes_there_and_back_has_no_seam():
    there = sliding()
    assert seam_metrics.seam(np.concatenate([there, there[-2:0:-1]])) == pytest.approx(1.0)
    assert seam_metrics.seam(there) > 5


def test_stillness_is_not_divided_by():
    still = np.full((8, 16, 16, 3), 7, np.uint8)
    assert seam_metrics.usual(still) == seam_metrics.FLOOR
    assert seam_metrics.jump(still, 3) == seam_metrics.seam(still) == 0


def test_motion_is_followed_whatever_the_colours():
    frames = sliding()
    negative = 255 - frames // 2
    track = seam_metrics.moving_track(frames)
    seen = seam_metrics.moving_track(negative)
    assert seam_metrics.motion_similarity(track, seen) == pytest.approx(1.0, abs=0.01)
    assert np.ptp(track[:, 0]) == pytest.approx(21 / 64, abs=0.02)
    assert seam_metrics.motion_similarity(track, seam_metrics.moving_track(frames[::-1])) < 0
    assert (
        seam_metrics.motion_similarity(track, seam_metrics.moving_track(np.zeros_like(frames))) == 0
    )


def test_gaps_of_a_track_keep_what_was_seen_last():
    track = np.array([[np.nan, np.nan], [0.2, 0.3], [np.nan, np.nan], [0.4, 0.5]])
    assert seam_metrics.held(track).tolist() == [[0.2, 0.3], [0.2, 0.3], [0.2, 0.3], [0.4, 0.5]]
    assert (seam_metrics.held(np.full((3, 2), np.nan)) == 0.5).all()


def test_decibels_have_a_top():
    frames = sliding(2)
    assert seam_metrics.psnr(frames[0], frames[0]) == 60
    assert seam_metrics.psnr(frames[0], frames[0] + 1) == pytest.approx(48.13, abs=0.01)


def test_jerks_are_distinguished_from_even_motion():
    frames = sliding(40)
    assert seam_metrics.pulse(frames) == pytest.approx(1.0)
    jerky = frames[np.arange(39) // 4 * 4]
    assert seam_metrics.pulse(jerky) > 3
