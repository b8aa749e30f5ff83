"""Frames with arbitrary times, brought to a constant frame rate."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sorairo.video.reading.limits import check_size
from sorairo.video.reading.timeline import Timeline


def at_constant_rate(
    path: Path, frames: list[np.ndarray], timeline: Timeline, nominal: Sequence[float] = ()
) -> tuple[np.ndarray, float]:
    """The `frames` of a timeline as uint8 [F, H, W, 3], and their rate (`Timeline`).

    A short frame that repeats the one before it, as writers add it to end a slide show, needs no
    frame of its own. Empties `frames`. Raises MediaError.
    """
    height, width = frames[0].shape[:2]
    if timeline.even_rate(nominal) is None:
        timeline = _without_short_repeats(frames, timeline)
    shown, fps = timeline.at_constant_rate(
        nominal, check=lambda count: check_size(path, count, width, height)
    )
    check_size(path, len(shown), width, height)
    return _selected(frames, shown), fps


def _without_short_repeats(frames: list[np.ndarray], timeline: Timeline) -> Timeline:
    usual = float(np.median(timeline.lengths))
    kept = [0]
    for index, length in enumerate(timeline.lengths[1:], start=1):
        if length > usual / 2 or not np.array_equal(frames[index], frames[kept[-1]]):
            kept.append(index)
    frames[:] = [frames[index] for index in kept]
    return Timeline(starts=timeline.starts[kept], end=timeline.end)


def _selected(frames: list[np.ndarray], shown: np.ndarray) -> np.ndarray:
    """The frames of the indices `shown`, which never decrease, in one array.

    Each frame is released when it has been copied, so that memory holds them once.
    """
    selected = np.empty((len(shown), *frames[0].shape), np.uint8)
    frames.reverse()
    released = 0
    for place, index in enumerate(shown):
        while released < index:
            frames.pop()
            released += 1
        selected[place] = frames[-1]
    frames.clear()
    return selected
