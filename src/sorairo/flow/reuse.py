"""A slope that is taken again where it hardly changes, so that the network runs less often.

After Zhou et al., "EasyCache" (arXiv 2507.02860): how much the output of the network changes for a
change of its input is measured where it runs, and is nearly constant from then on. Of what may be
taken again, the slope itself errs least (`docs/log.md`, 2026-11-30).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from sorairo.flow.solvers import Slope

KEPT = 3  # tensors of the state
MOST_IN_A_ROW = 3  # times that a slope is taken again
NOTHING = 1e-12  # in place of a change of zero


@dataclass(frozen=True, kw_only=True)
class Reuse:
    """When a slope is taken again."""

    tolerance: float
    """The relative change of the slope, by an estimate, up to which it is."""
    below: float
    """The highest level at which it is."""


class ReusedSlope:
    """The `slope` of a solver, or the last one again: as long as its relative change, by an
    estimate, adds up to less than the tolerance, and the level is low enough.

    `kept` is the `state` of an earlier run that goes on; () at the beginning.
    """

    def __init__(self, slope: Slope, reuse: Reuse, kept: tuple[Tensor, ...] = ()) -> None:
        self.slope, self.reuse = slope, reuse
        self._before: tuple[Tensor, Tensor] | None = None
        self._rate, self._change, self._times = 0.0, 0.0, 0
        if kept:
            z, last, numbers = kept
            self._before = (z, last)
            self._rate, self._change, times = numbers.tolist()
            self._times = int(times)

    @property
    def state(self) -> tuple[Tensor, ...]:
        """What a later run needs to go on: copies of the last z and slope, and three numbers. There
        is none before the first call."""
        assert self._before is not None
        numbers = [self._rate, self._change, float(self._times)]
        z, slope = self._before
        return (z.clone(), slope.clone(), torch.tensor(numbers, dtype=torch.float64))

    def __call__(self, z: Tensor, s: float) -> Tensor:
        if self._before is None:
            found = self.slope(z, s)
        else:
            moved, last = _size(z - self._before[0]), self._before[1]
            self._change += self._rate * moved / max(_size(last), NOTHING)
            known = self._rate > 0 and s <= self.reuse.below
            if known and self._change < self.reuse.tolerance and self._times < MOST_IN_A_ROW:
                found, self._times = last, self._times + 1
            else:
                found = self.slope(z, s)
                self._rate = _size(found - last) / max(moved, NOTHING)
                self._change, self._times = 0.0, 0
        self._before = (z, found)
        return found


def _size(values: Tensor) -> float:
    """The mean of absolute values."""
    return float(values.double().abs().mean())
