"""Frames at any times become frames at a constant rate, without losing time or frames."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sorairo.errors import TooLargeError
from sorairo.video.reading.timeline import MAX_FPS, Timeline


def timeline_of(lengths: list[float], start: float = 0.0) -> Timeline:
    """Frames that last for `lengths` (seconds)."""
    times = start + np.cumsum([0.0, *lengths])
    return Timeline(starts=times[:-1], end=float(times[-1]))


def lengths_shown(timeline: Timeline, shown: np.ndarray, fps: float) -> np.ndarray:
    return np.bincount(shown, minlength=len(timeline.starts)) / fps


times = st.lists(st.floats(0.001, 4.0), min_size=1, max_size=40)


@given(times, st.floats(-100, 1e5), st.sampled_from([(), (25.0,), (24000 / 1001, 30.0)]))
def test_any_times_keep_their_length_and_their_place(lengths: list, start: float, nominal: tuple):
    timeline = timeline_of(lengths, start)
    shown, fps = timeline.at_constant_rate(nominal)
    assert len(shown) / fps == pytest.approx(timeline.duration, abs=0.1)
    assert (np.diff(shown) >= 0).all()
    if timeline.even_rate(nominal) is not None:
        assert shown.tolist() == list(range(len(lengths)))
        drift = timeline.starts - timeline.starts[0] - shown / fps
        assert np.abs(drift).max() <= 0.5 / fps + 1e-6
        return
    assert fps <= MAX_FPS + 1e-6
    at = timeline.starts[0] + np.arange(len(shown)) / fps
    ends = np.append(timeline.starts[1:], timeline.end)
    early, late = timeline.starts[shown] - at, at - ends[shown]
    assert max(early.max(), late.max()) <= 0.5 / fps + 1e-6


@given(times)
def test_no_frame_is_lost_that_some_rate_can_show(lengths: list):
    timeline = timeline_of([max(length, 1.01 / MAX_FPS) for length in lengths])
    shown, _ = timeline.at_constant_rate()
    assert len(lengths) - len(set(shown.tolist())) <= 0.02 * len(lengths)


@given(st.integers(2, 300), st.sampled_from([0.2, 1.0, 12.0, 24000 / 1001, 25.0, 60.0, 120.0]))
def test_even_times_give_every_frame_once_at_the_exact_rate(count: int, fps: float):
    stored = np.round(np.arange(count + 1) / fps, 3)  # as Matroska does
    timeline = Timeline(starts=stored[:-1], end=float(stored[-1]))
    shown, found = timeline.at_constant_rate([fps, 1.25 * fps])
    assert shown.tolist() == list(range(count))
    assert found == fps


@pytest.mark.parametrize(
    ("lengths", "fps", "expected"),
    [
        ([0.04] * 24 + [3.04], 25, [*range(24), *[24] * 76]),  # a last frame that is held
        ([3, 3, 3], 1 / 3, [0, 1, 2]),
        ([3, 3, 3.04], 3 / 9.04, [0, 1, 2]),
        ([1, 5], 1, [0, 1, 1, 1, 1, 1]),
        ([5, 1], 1, [0, 0, 0, 0, 0, 1]),
        ([3, 3, 3, 0.04], 25, [0] * 75 + [1] * 75 + [2] * 75 + [3]),
        ([0.1, 0.3, 0.1], 10, [0, 1, 1, 1, 2]),
        ([7.0], 1 / 7, [0]),
        ([300, 0.04], 1 / 300.04, [0]),  # 7501 frames would be needed to show the second one
        ([30, 30, 30, 30, 0.04], 4 / 120.04, [0, 1, 2, 3]),
        ([0.04] * 10 + [0.0001], 25, list(range(11))),  # a last frame without a length
        ([0.04] * 100 + [0.001, 0.039] + [0.04] * 9, 25, None),  # one is shown for 1/1000 s
    ],
)
def test_films_and_slide_shows(lengths: list, fps: float, expected: list | None):
    timeline = timeline_of(lengths)
    shown, found = timeline.at_constant_rate([25.0, 1 / 3])
    assert found == pytest.approx(fps)
    if expected is not None:
        assert shown.tolist() == expected


def test_a_clock_that_is_a_little_off_the_header_is_believed():
    """24 a second, though the header says 23.976: after a minute that is more than a frame."""
    timeline = timeline_of([1 / 24] * 1440)
    shown, fps = timeline.at_constant_rate([24000 / 1001])
    assert len(shown) == 1440
    assert fps == pytest.approx(24)


def test_times_far_apart_are_refused_before_anything_is_allocated():
    def check(count: float) -> None:
        if count > 1e6:
            raise TooLargeError("too many")

    with pytest.raises(TooLargeError):
        timeline_of([0.016, 0.017, 1e12]).at_constant_rate(check=check)
    with pytest.raises(TooLargeError):
        timeline_of([1e5, 1e5, 1e5, 0.02, 0.02]).at_constant_rate(check=check)
