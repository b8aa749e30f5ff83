"""Footage of any size and rate is brought to a suitable canvas."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sorairo.video import Clip
from sorairo.video.resampling import MAX_ASPECT, MAX_CUT, at_fps, canvas_size, frames_at


@pytest.mark.parametrize(
    ("size", "canvas"),
    [
        ((512, 512), (96, 96)),
        ((1280, 800), (128, 80)),
        ((800, 1280), (80, 128)),
        ((1920, 1080), (144, 80)),
        ((1080, 1920), (80, 144)),
        ((640, 480), (112, 80)),
        ((480, 640), (80, 112)),
        ((2520, 1080), (144, 64)),
        ((1000, 100), (192, 48)),
        ((1, 100_000), (48, 192)),
    ],
)
def test_the_canvas_of_familiar_sizes(size: tuple[int, int], canvas: tuple[int, int]):
    assert canvas_size(*size, multiple=16, area=96 * 96) == canvas


sides = st.integers(1, 5000)


@given(sides, sides, st.sampled_from([(16, 96 * 96), (16, 128 * 80), (32, 1280 * 704)]))
def test_a_canvas_is_near_in_aspect_and_area(width: int, height: int, law: tuple[int, int]):
    multiple, area = law
    w, h = canvas_size(width, height, multiple=multiple, area=area)
    assert w % multiple == 0
    assert h % multiple == 0
    assert area / 2 <= w * h <= area * 2
    aspect = min(max(width / height, 1 / MAX_ASPECT), MAX_ASPECT)
    kept = min(w / h / aspect, aspect / (w / h))
    assert 1 - kept <= MAX_CUT + 1e-9
    assert canvas_size(height, width, multiple=multiple, area=area) == (h, w)


def numbered(count: int, fps: float) -> Clip:
    """A clip whose frame `i` has the value `i` in every pixel."""
    frames = np.arange(count, dtype=np.uint8)[:, None, None, None]
    return Clip(frames=np.broadcast_to(frames, (count, 2, 2, 3)).copy(), fps=fps)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (24.0, 12.0, [0, 2, 4, 6, 8, 10]),
        (6.0, 12.0, [i // 2 for i in range(24)]),
        (30.0, 12.0, [0, 2, 5, 7, 10]),
        (12.0, 12.0, list(range(12))),
    ],
)
def test_another_rate_shows_the_nearest_earlier_frame(before: float, after: float, expected: list):
    clip = at_fps(numbered(12, before), after)
    assert clip.fps == after
    assert clip.frames[:, 0, 0, 0].tolist() == expected


@given(st.integers(1, 200), st.floats(1, 120), st.floats(1, 120))
def test_another_rate_keeps_the_time(count: int, before: float, after: float):
    clip = numbered(count, before)
    other = at_fps(clip, after)
    assert abs(other.duration - clip.duration) <= max(0.5 / after, 1 / after - clip.duration) + 1e-9
    shown = other.frames[:, 0, 0, 0].astype(int)
    times = np.arange(len(shown)) / after
    late = times - shown / before
    assert (late >= -1e-6).all()
    inside = shown < count - 1
    assert (late[inside] < 1 / before + 1e-6).all()


def test_one_frame_stays_one_frame_or_lasts_as_long():
    assert at_fps(numbered(1, 12.0), 1.0).num_frames == 1
    assert at_fps(numbered(1, 12.0), 24.0).num_frames == 2
    clip = dataclasses.replace(numbered(3, 5.0), metadata={"comment": "kept"})
    assert at_fps(clip, 5.0) is clip
    assert at_fps(clip, 10.0).metadata == clip.metadata


@pytest.mark.parametrize("fps", [12.0, 8.0, 30.0])
def test_a_part_at_another_rate_is_that_part_of_the_whole(fps: float):
    clip = Clip(frames=np.arange(40, dtype=np.uint8).reshape(40, 1, 1, 1).repeat(3, 3), fps=12.0)
    whole = at_fps(clip, fps)
    assert frames_at(clip, fps) == whole.num_frames
    part = at_fps(clip, fps, 5, 17)
    assert np.array_equal(part.frames, whole.frames[5:17])
    assert part.fps == fps
