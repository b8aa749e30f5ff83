"""The axis of a plot: maps values to pixels and chooses ticks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sorairo.exam.statistics import Goal

MOST_TICKS = 5


@dataclass(frozen=True, kw_only=True)
class Axis:
    """Maps the values `low` ... `high` linearly to the pixels `start` ... `end`."""

    low: float
    high: float
    start: float
    end: float
    share: bool = False
    """Whether ticks are in percent."""

    def __call__(self, value: float) -> float:
        part = (value - self.low) / (self.high - self.low)
        return round(float(self.start + part * (self.end - self.start)), 1)

    @property
    def ticks(self) -> list[float]:
        """Round values, at most `MOST_TICKS` of them."""
        span = self.high - self.low
        power = 10.0 ** np.floor(np.log10(span / MOST_TICKS))
        steps = (power * factor for factor in (1, 2, 2.5, 5, 10, 20))
        step = next(step for step in steps if np.floor(span / step + 1e-9) < MOST_TICKS)
        first = np.ceil(self.low / step - 1e-9)
        count = int(np.floor(self.high / step + 1e-9) - first) + 1
        return [round(float((first + index) * step), 12) for index in range(count)]

    def tick_label(self, value: float) -> str:
        return f"{100 * value:.0f} %" if self.share else f"{value:g}"


def axis_of(values: Iterable[float], goal: Goal, start: float, end: float) -> Axis:
    """From 0 to a little above all values and the goal; 0 to 100 % for a share."""
    if goal.share:
        return Axis(low=0.0, high=1.0, start=start, end=end, share=True)
    finite = [value for value in (*values, *goal.bounds) if np.isfinite(value)]
    low, high = min(0.0, *finite, 0.0), max(0.0, *finite, 0.0)
    return Axis(low=1.05 * low, high=1.05 * high or 1.0, start=start, end=end)
