"""What one animal does in a clip: where it is, and which animations it shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sorairo.world.filament.geometry import about_z
from sorairo.world.menagerie.animals import cast
from sorairo.world.menagerie.animals.skinning import blended, pose_at
from sorairo.world.menagerie.assets.formats import Bones
from sorairo.world.menagerie.scene import Creature

CHANGE = 0.6  # seconds in which a walk begins or ends
STEP = 1 / 60  # seconds


@dataclass(frozen=True, kw_only=True)
class Part:
    """An action of an animal."""

    action: str
    """"walk", "run", "idle" or "eat"."""
    begins: float = 0.0
    """Seconds; negative for what goes on already."""
    number: int = 0
    """Which of the animations of "idle"."""
    offset: float = 0.0
    """The moment of the animation that it begins with, as a share."""


@dataclass(frozen=True, eq=False)
class Performance:
    """An animal over time."""

    creature: Creature
    places: np.ndarray
    """Metres, [F, 3]."""
    headings: np.ndarray
    """Where it looks: radians from the negative y axis, counter-clockwise, [F]."""
    clocks: np.ndarray
    """The moments of the animations of its actions, in seconds of their files, [F, actions]."""
    action_weights: np.ndarray
    """How much of each action is shown, [F, actions]; rows add up to 1."""
    actions: tuple[Part, ...]
    """What it does, one after the other."""

    def pose(self, frame: int) -> Bones:
        """The bones in one frame, in the units of the animal's files."""
        kind, coat = self.creature.kind, self.creature.coat
        poses = [
            (share, pose_at(cast.animation(kind, coat, part.action, part.number), clock))
            for part, share, clock in zip(
                self.actions, self.action_weights[frame], self.clocks[frame], strict=True
            )
            if share > 0
        ]
        return blended(poses)

    def joints(self, frame: int) -> np.ndarray:
        """Where its bones are in one frame, metres, [B, 3]."""
        size = cast.scale(self.creature.kind, self.creature.coat)
        return self.pose(frame).places * size @ self.matrix(frame).T + self.places[frame]

    def matrix(self, frame: int) -> np.ndarray:
        """The turn of the animal in one frame, [3, 3]."""
        return about_z(self.headings[frame])


def perform(
    creature: Creature,
    parts: tuple[Part, ...],
    times: np.ndarray,
    *,
    start: np.ndarray,
    heading: float,
    tempo: float,
) -> Performance:
    """Works out an animal's way.

    Args:
        creature: The animal.
        parts: What it does, in order; the first goes on at time 0.
        times: Of the frames, seconds, [F].
        start: Where it is at time 0, metres, [2].
        heading: Where it looks and goes, radians from the negative y axis, counter-clockwise.
        tempo: How fast its steps are; 1 is usual.
    """
    grid = np.arange(0, times[-1] + STEP, STEP)
    action_weights = _action_weights(parts, grid)
    clocks = np.zeros((len(grid), len(parts)))
    gone = np.zeros(len(grid))
    for index, part in enumerate(parts):
        kind, coat = creature.kind, creature.coat
        shown = cast.animation(kind, coat, part.action, part.number)
        moving = part.action in ("walk", "run")
        if not moving:
            clocks[:, index] = (part.offset * shown.seconds) + grid
            continue
        gait = cast.gait(kind, coat, part.action)
        # A walk that begins or ends is slower, and its steps are as much slower.
        cycles = part.offset + np.cumsum(action_weights[:, index]) * STEP * tempo / gait.seconds
        clocks[:, index] = cycles * shown.seconds
        far = np.array([gait.gone(cycle * gait.seconds) for cycle in cycles])
        gone += far - far[0]
    way = np.array([np.sin(heading), -np.cos(heading)])
    moments = np.round(times / STEP, 6)
    places = np.zeros((len(times), 3))
    places[:, :2] = start + _between(gone[:, None], moments) * way
    return Performance(
        creature,
        places,
        np.full(len(times), heading),
        _between(clocks, moments),
        _between(action_weights, moments),
        parts,
    )


def _between(values: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """Rows of `values` [T, n] at moments that are counted in rows, interpolated, [F, n]."""
    first = np.minimum(moments.astype(int), len(values) - 1)
    after, share = np.minimum(first + 1, len(values) - 1), (moments - first)[:, None]
    return (1 - share) * values[first] + share * values[after]


def _action_weights(parts: tuple[Part, ...], grid: np.ndarray) -> np.ndarray:
    """How much of each part is shown over time, [T, parts]."""
    begun = np.stack([np.clip((grid - part.begins) / CHANGE, 0, 1) for part in parts], 1)
    begun = begun * begun * (3 - 2 * begun)
    begun[:, 0] = 1.0
    after = np.concatenate([begun[:, 1:], np.zeros((len(grid), 1))], 1)
    return begun - after
