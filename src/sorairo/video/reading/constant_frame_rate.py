"""Converts frames with arbitrary times to a constant frame rate."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sorairo.video.reading.limits import check_size

MAX_FPS = 60.0  # for uneven times; screen recordings have frames one millisecond apart


def at_constant_rate(
    path: Path, frames: list[np.ndarray], times: np.ndarray, *, end: float, fps: float
) -> tuple[np.ndarray, float]:
    """`frames`, which appear at `times` (seconds) and last until `end`, as [F, H, W, 3] and a rate
    (see `constant_rate`). Empties `frames`. Raises MediaError."""
    count, rate, is_even = constant_rate(times, end=end, fps=fps)
    if is_even:
        return _selected(path, frames, np.arange(count)), rate
    height, width = frames[0].shape[:2]
    check_size(path, count, width, height)
    wanted = times[0] + np.arange(count) / rate
    return _selected(path, frames, nearest_frame(times, wanted, slack=0.5 / rate)), rate


def constant_rate(times: np.ndarray, *, end: float, fps: float) -> tuple[int, float, bool]:
    """The number and the rate of the frames of a film whose frames appear at `times` (seconds) and
    last until `end`, and whether they are its own frames, each once.

    If the times are even to within half a frame, all frames are kept, and the rate is `fps`, which
    a header gives exactly, if it agrees with the times. Otherwise the rate is that of most frames,
    at most 60, and frames are repeated or dropped.
    """
    measured = (len(times) - 1) / (times[-1] - times[0]) if times[-1] > times[0] else 0.0
    if len(times) == 1 or measured <= 0:
        return len(times), fps, True
    if abs(fps / measured - 1) > 0.01:
        fps = measured
    drift = (times - times[0]) * fps - np.arange(len(times))
    if np.abs(drift).max() < 0.5:
        return len(times), fps, True
    fps = min(MAX_FPS, 1 / _usual_step(times))
    return max(1, round((end - times[0]) * fps)), fps, False


def _usual_step(times: np.ndarray) -> float:
    """The mean of the steps near the median; times rounded to 1/1000 s give steps of 17, 17, 16."""
    steps = np.diff(times)
    median = np.median(steps)
    return float(steps[np.abs(steps - median) <= 0.25 * median].mean())


def nearest_frame(starts: np.ndarray, wanted: np.ndarray, slack: float) -> np.ndarray:
    """For each wanted time, the index of the last frame that starts before it, or `slack` after."""
    return (np.searchsorted(starts, wanted + slack, side="left") - 1).clip(0, len(starts) - 1)


def _selected(path: Path, frames: list[np.ndarray], shown: np.ndarray) -> np.ndarray:
    """The frames of the indices `shown`, which never decrease, in one array.

    Each frame is released when it has been copied, so that memory holds them once.
    """
    height, width = frames[0].shape[:2]
    check_size(path, len(shown), width, height)
    selected = np.empty((len(shown), height, width, 3), np.uint8)
    frames.reverse()
    released = 0
    for place, index in enumerate(shown):
        while released < index:
            frames.pop()
            released += 1
        selected[place] = frames[-1]
    frames.clear()
    return selected
