"""From the times at which frames appear to one constant rate."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sorairo.video.reading.limits import check_size

MAX_FPS = 60.0  # a rate found in uneven times; screen recordings have gaps of a millisecond


def at_constant_rate(
    path: Path, frames: list[np.ndarray], times: np.ndarray, *, end: float, fps: float
) -> tuple[np.ndarray, float]:
    """`frames`, each shown from its time (s) on until `end`, as [F, H, W, 3] at one rate.

    Where the times are even, to half a frame, all frames stay and the rate is `fps` if that agrees
    with them (a header is exact, times are rounded). Otherwise the rate is that of most frames, at
    most 60, and frames are repeated or left out. Empties `frames`. Raises MediaError.
    """
    measured = (len(times) - 1) / (times[-1] - times[0]) if times[-1] > times[0] else 0.0
    if len(frames) == 1 or measured <= 0:
        return _taken(path, frames, np.arange(len(frames))), fps
    if abs(fps / measured - 1) > 0.01:
        fps = measured
    drift = (times - times[0]) * fps - np.arange(len(times))
    if np.abs(drift).max() < 0.5:
        return _taken(path, frames, np.arange(len(frames))), fps
    fps = min(MAX_FPS, 1 / _usual_step(times))
    count = max(1, round((end - times[0]) * fps))
    wanted = times[0] + np.arange(count) / fps
    return _taken(path, frames, nearest_frame(times, wanted, slack=0.5 / fps)), fps


def _usual_step(times: np.ndarray) -> float:
    """The mean of the steps near the median: times that are rounded to 1/1000 s make 17, 17, 16."""
    steps = np.diff(times)
    median = np.median(steps)
    return float(steps[np.abs(steps - median) <= 0.25 * median].mean())


def nearest_frame(starts: np.ndarray, wanted: np.ndarray, slack: float) -> np.ndarray:
    """For each wanted time, the index of the last frame that has begun, or is about to."""
    return (np.searchsorted(starts, wanted + slack, side="left") - 1).clip(0, len(starts) - 1)


def _taken(path: Path, frames: list[np.ndarray], shown: np.ndarray) -> np.ndarray:
    """The shown frames in one array; each is released when it has been copied, so that memory
    holds them once. `shown` never falls."""
    height, width = frames[0].shape[:2]
    check_size(path, len(shown), width, height)
    taken = np.empty((len(shown), height, width, 3), np.uint8)
    frames.reverse()
    gone = 0
    for place, index in enumerate(shown):
        while gone < index:
            frames.pop()
            gone += 1
        taken[place] = frames[-1]
    frames.clear()
    return taken
