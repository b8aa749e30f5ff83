"""Progress of a request: the steps of sampling, then those of bringing the result to its size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a request is."""

    done: int
    """Steps that are done."""
    total: int
    """All steps."""
    preview: Callable[[], np.ndarray]
    """Draws the current estimate of the result, in about a millisecond: a picture of each latent
    frame, uint8 [n, h, w, 3], of half the canvas's width and height."""
    preview_fps: float
    """Pictures of the preview a second."""


ProgressCallback = Callable[[Progress], None]
"""Called after every step. An exception that it raises stops the request within one step."""


def part_of_whole(
    on_progress: ProgressCallback | None, index: int, count: int
) -> ProgressCallback | None:
    """A callback for run `index` of `count`, which reports it as a part of all of them."""
    if on_progress is None or count == 1:
        return on_progress
    return lambda now: on_progress(
        replace(now, done=index * now.total + now.done, total=count * now.total)
    )


class ProgressReporter:
    """Reports sampling and the `after` steps of delivery that follow as one sequence of steps."""

    def __init__(self, on_progress: ProgressCallback, after: int, frames_a_step: int) -> None:
        self.on_progress, self.after, self.frames_a_step = on_progress, after, frames_a_step
        self.last: Progress | None = None
        self.earlier = self.frames = 0  # frames of the segments delivered before, and of this one

    def sampled(self, now: Progress) -> None:
        self.last = replace(now, total=now.total + self.after)
        self.on_progress(self.last)

    def delivered(self, frames: int) -> None:
        """Reports the number of delivered frames of the current segment. A lower number than before
        means that the next segment has begun."""
        if self.last is None:
            return
        if frames < self.frames:
            self.earlier += self.frames
        self.frames = frames
        steps = min(self.after, (self.earlier + frames) // self.frames_a_step)
        self.on_progress(replace(self.last, done=self.last.done + steps))
