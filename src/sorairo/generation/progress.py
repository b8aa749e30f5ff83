"""How far a request is, all of it: sampling first, then bringing it to its size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Progress:
    """`done` of `total` steps; `preview()` is the canvas as it will be, as far as one can tell now:
    frames uint8 [n, h, w, 3]. Raise from the callback to stop within one step."""

    done: int
    total: int
    preview: Callable[[], np.ndarray]


ProgressCallback = Callable[[Progress], None]


class ProgressReporter:
    """Tells a watcher of sampling and of the `after` steps that follow, as of one thing."""

    def __init__(self, on_progress: ProgressCallback, after: int, frames_a_step: int) -> None:
        self.on_progress, self.after, self.frames_a_step = on_progress, after, frames_a_step
        self.last: Progress | None = None
        self.earlier = self.frames = 0  # of what was delivered before, and of what is now

    def sampled(self, now: Progress) -> None:
        self.last = replace(now, total=now.total + self.after)
        self.on_progress(self.last)

    def delivered(self, frames: int) -> None:
        """So many frames of a piece are done; where there are fewer than just now, it is the next
        piece."""
        if self.last is None:
            return
        if frames < self.frames:
            self.earlier += self.frames
        self.frames = frames
        steps = min(self.after, (self.earlier + frames) // self.frames_a_step)
        self.on_progress(replace(self.last, done=self.last.done + steps))
