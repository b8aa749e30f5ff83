"""How an animal goes forward, so that its feet do not slide.

An animation shows an animal that steps on the spot. A foot on the ground moves backwards, as fast
as the animal goes forwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sorairo.world.menagerie.animals.model import Animal
from sorairo.world.menagerie.animals.skinning import pose_at, posed
from sorairo.world.menagerie.assets.formats import Animation

STEPS = 60  # moments of a cycle that are looked at
SOLE = 0.06  # of the height: vertices below this at rest are feet
LIFT = 0.03  # of the height: a foot that is higher than this above its lowest carries nothing
SMOOTHING = 0.05  # of a cycle


@dataclass(frozen=True, eq=False)
class Gait:
    """How far an animal has gone at each moment of a cycle, in the units of its files."""

    travel: np.ndarray
    """Forwards since the cycle began, at STEPS + 1 moments from its begin to its end."""
    seconds: float
    """The length of a cycle."""
    slide: float
    """How fast feet on the ground slide all the same, as a share of the speed."""

    @property
    def speed(self) -> float:
        """Mean speed, a second."""
        return float(self.travel[-1] / self.seconds)

    def gone(self, time: float) -> float:
        """How far it has gone after a time in seconds."""
        cycles, moment = divmod(time / self.seconds, 1.0)
        grid = np.linspace(0, 1, len(self.travel))
        return float(cycles * self.travel[-1] + np.interp(moment, grid, self.travel))


def gait_of(animal: Animal, animation: Animation) -> Gait:
    """The gait of an animation of an animal that steps on the spot."""
    times = np.arange(STEPS) / STEPS * animation.seconds
    body = animal.parts[0]
    points = np.stack([posed(animal, body, pose_at(animation, time))[0] for time in times])
    places, heights = _feet(animal, points)
    back = (np.roll(places, -1, axis=0) - np.roll(places, 1, axis=0)) / 2  # [STEPS, feet]
    lift = (heights - heights.min(0)) / (LIFT * animal.height)
    carrying = np.clip(1 - lift, 0, 1) * (back > 0)
    share = carrying.sum(1)
    pace = (carrying * back).sum() / max(carrying.sum(), 1e-9)
    known = _smooth((carrying * back).sum(1) + 0.15 * pace) / _smooth(share + 0.15)
    slide = (carrying * np.abs(back - known[:, None])).sum() / max(carrying.sum(), 1e-9)
    return Gait(
        travel=np.concatenate([[0.0], np.cumsum(known)]),
        seconds=animation.seconds,
        slide=float(slide / max(pace, 1e-9)),
    )


def _feet(animal: Animal, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Along y and z: the middles and the lowest points of up to four feet, [STEPS, feet] each."""
    rest = animal.parts[0].geometry.positions
    low = rest[:, 2] < rest[:, 2].min() + SOLE * animal.height
    left, front = rest[:, 0] > 0, rest[:, 1] < np.median(rest[low, 1])
    groups = [low & (left == x) & (front == y) for x in (True, False) for y in (True, False)]
    groups = [group for group in groups if group.any()]
    along = np.stack([points[:, group, 1].mean(1) for group in groups], 1)
    return along, np.stack([points[:, group, 2].min(1) for group in groups], 1)


def _smooth(values: np.ndarray) -> np.ndarray:
    """Values of a cycle, smoothed by a Gaussian."""
    waves = np.fft.rfftfreq(len(values)) * len(values)
    weights = np.exp(-2 * (np.pi * SMOOTHING * waves) ** 2)
    return np.fft.irfft(np.fft.rfft(values) * weights, len(values))
