"""Where someone goes: their place, direction and phase of walking over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sorairo.world.lifelike.people.gaits import Gait

RATE = 60.0  # moments a second
MARGIN = 3.0  # seconds before and after a clip, for the steps that begin or end outside it
STOPPING = 0.7  # seconds from walking to standing


@dataclass(frozen=True, eq=False)
class Travel:
    """A way over the ground; at T moments."""

    times: np.ndarray
    """Seconds, [T]."""
    places: np.ndarray
    """Metres, [T, 2]."""
    directions: np.ndarray
    """Where the walker faces, radians from +y to the right, [T]."""
    phases: np.ndarray
    """Cycles walked, never falling, [T]."""
    pace: np.ndarray
    """The speed as a share of the gait's, [T]."""

    def at(self, times: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Some of the fields above at other times, [F, ...]."""
        flat = values.reshape(len(values), -1)
        columns = [np.interp(times, self.times, column) for column in flat.T]
        return np.stack(columns, -1).reshape(len(times), *values.shape[1:])

    def moved(self, shift: np.ndarray) -> Travel:
        """The way shifted by metres [2]."""
        places = self.places + shift
        return Travel(self.times, places, self.directions, self.phases, self.pace)


def moments(seconds: float) -> np.ndarray:
    """The times of a way through a clip."""
    return np.arange(-MARGIN, seconds + MARGIN, 1 / RATE)


def travel(
    gait: Gait, times: np.ndarray, pace: np.ndarray, directions: np.ndarray, phase: float
) -> Travel:
    """Walks from the origin at a share `pace` [T] of the gait's speed.

    Steps grow shorter and slower alike: both with the root of the pace.
    """
    speed = pace * gait.speed
    ahead = np.stack([np.sin(directions), np.cos(directions)], -1)
    places = _integrated(speed[:, None] * ahead, times)
    cadence = np.sqrt(np.clip(pace, 0, None)) / gait.seconds
    phases = phase + _integrated(cadence[:, None], times)[:, 0]
    return Travel(times, places, directions, phases, pace)


def stopping(times: np.ndarray, stop: float) -> np.ndarray:
    """The pace of someone who slows down to stand at the time `stop`, [T]."""
    return np.clip((stop - times) / STOPPING, 0, 1)


def stepping_to_rest(way: Travel, gait: Gait, foot: int) -> Travel:
    """The way with its phases shifted so that it ends in the mid-stance of a foot: the other one
    is then brought beside it."""
    shift = gait.feet[foot].middle - way.phases[-1]
    return Travel(way.times, way.places, way.directions, way.phases + shift, way.pace)


def _integrated(rates: np.ndarray, times: np.ndarray) -> np.ndarray:
    """The integral over time by the trapezium rule, zero at the time 0, [T, K]."""
    steps = np.diff(times)[:, None] * (rates[1:] + rates[:-1]) / 2
    total = np.concatenate([np.zeros((1, rates.shape[1])), np.cumsum(steps, 0)])
    start = np.stack([np.interp(0.0, times, column) for column in total.T])
    return total - start
