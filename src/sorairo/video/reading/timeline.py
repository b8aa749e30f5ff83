"""When each frame of a source is on screen, and the constant rate that shows it.

Every source has one: films from their timestamps, animations from their delays.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

MAX_FPS = 60.0  # for uneven times; screen recordings have frames one millisecond apart
_LOST = 0.02  # the part of the frames that may be too short to be shown at a lower rate
_SHORT = 0.05  # seconds: a last frame that is this much too short counts as even
_MANY, _FEW = 50, 1500  # more frames than 50 for each one of the source, and 1500, are many
_SLOW = 10.0  # frames per second: slower ones need not be a rate that anybody uses
_EXACT = 0.01  # seconds
_ROUNDING = 1e-3  # seconds: Matroska rounds times to this
_PREFERRED = 0.05  # frames: a nominal rate may fit the times that much worse than the measured one


class ConstantRate(NamedTuple):
    """Frames at a constant rate, which stand for those of a timeline."""

    shown: np.ndarray
    """The index of the timeline's frame that each frame shows, int [F]; it never decreases."""
    fps: float
    """Frames per second."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Timeline:
    """The frames of a source in the order of their times."""

    starts: np.ndarray
    """When each frame appears (seconds), float64 [n], increasing."""
    end: float
    """When the last one disappears (seconds), after it appears."""

    @property
    def duration(self) -> float:
        """The length in seconds."""
        return self.end - float(self.starts[0])

    @property
    def lengths(self) -> np.ndarray:
        """How long each frame stays (seconds), float64 [n]."""
        return np.diff([*self.starts, self.end])

    def on_screen(self, times: np.ndarray, slack: float) -> np.ndarray:
        """For each of `times`, the last frame that appears before it, or up to `slack` after it."""
        shown = np.searchsorted(self.starts, times + slack, side="left") - 1
        return shown.clip(0, len(self.starts) - 1)

    def even_rate(self, nominal: Sequence[float] = ()) -> float | None:
        """The rate of a source whose times are even to within half a frame; None if they are not.

        It is the one of the `nominal` rates, which a header gives exactly, that agrees with the
        times, or the measured one. A last frame that is up to 0.05 s too short counts as even.
        """
        frames, length = len(self.starts), self.duration
        steps = float(self.starts[-1] - self.starts[0])
        whole = steps / (frames - 1) * frames if frames > 1 else length
        excess = (length - whole) * frames / whole  # of the last frame, in frames
        if not -1 < excess < 0.5 or abs(length - whole) > _SHORT:
            return None
        measured = frames / (length if excess > -0.5 else whole)
        slack = 0.01 + _ROUNDING / length
        rates = {_nearest(rate, nominal, slack) for rate in (measured, frames / whole)} & {*nominal}
        fps = min(rates, key=self._drift, default=measured)
        if self._drift(fps) >= self._drift(measured) + _PREFERRED:
            fps = measured
        if fps < _SLOW and abs(frames / fps - length) > _EXACT:  # a slide show keeps its length
            fps = measured
        return fps if self._drift(fps) < 0.5 else None

    def at_constant_rate(
        self,
        nominal: Sequence[float] = (),
        max_fps: float = MAX_FPS,
        check: Callable[[float], None] = lambda count: None,
    ) -> ConstantRate:
        """The constant rate that shows the frames at their times, and which frames it shows.

        If the times are even, each frame is shown once, at `even_rate`. Otherwise it is the rate of
        most frames, or a multiple of it up to `max_fps` if more than 2% of the frames would be
        lost. Frames are repeated or dropped; a frame that lasts as long as one of the result is
        shown, at most half a frame away from its time. One short frame in a long slide show is left
        out if it would cost many frames. The duration is kept to 0.05 s. `check` may refuse the
        number of frames by an exception.
        """
        even = self.even_rate(nominal)
        if even is not None:
            return ConstantRate(np.arange(len(self.starts)), even)
        lengths = np.sort(self.lengths)
        usual = _usual(lengths)
        allowed = int(_LOST * len(lengths))
        enough = math.ceil(usual / max(lengths[allowed], 1 / max_fps) - 1e-6)
        rates = [_nearest(min(max_fps, n / usual), nominal) for n in sorted({1, 2, enough} - {0})]
        if self.duration * rates[-1] > _MANY * len(lengths) + _FEW:
            slow = self._resampled(1 / _usual_by_time(lengths))
            if self._lost(slow) <= max(1, allowed):
                return slow
        for fps in rates[:-1]:
            check(self.duration * fps)
            found = self._resampled(fps)
            if self._lost(found) <= allowed:
                return found
        check(self.duration * rates[-1])
        return self._resampled(rates[-1])

    def _lost(self, found: ConstantRate) -> int:
        return len(self.starts) - len(np.unique(found.shown))

    def _resampled(self, fps: float) -> ConstantRate:
        frames = max(1, round(self.duration * fps))
        if fps < _SLOW:
            fps = frames / self.duration
        times = self.starts[0] + np.arange(frames) / fps
        return ConstantRate(self.on_screen(times, slack=0.5 / fps), fps)

    def _drift(self, fps: float) -> float:
        """How far the frames at this rate get from their times, in frames."""
        times = (self.starts - self.starts[0]) * fps
        return float(np.abs(times - np.arange(len(times))).max())


def _nearest(fps: float, nominal: Sequence[float], slack: float = 0.01) -> float:
    """The one of the `nominal` rates that is nearest to `fps`, if it differs by at most `slack`."""
    nearest = min(nominal, key=lambda rate: abs(rate / fps - 1), default=fps)
    return nearest if abs(nearest / fps - 1) <= slack else fps


def _usual(lengths: np.ndarray) -> float:
    """The mean of the `lengths` (sorted) near the median; times rounded to 1/1000 s give 17, 17,
    16."""
    median = lengths[(len(lengths) - 1) // 2]  # one that occurs
    return float(lengths[np.abs(lengths - median) <= 0.25 * median].mean())


def _usual_by_time(lengths: np.ndarray) -> float:
    """The length of the frame that is on screen at a random time, in the median; of `lengths`
    (sorted)."""
    passed = np.cumsum(lengths)
    return float(lengths[np.searchsorted(passed, passed[-1] / 2)])
