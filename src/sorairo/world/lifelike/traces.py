"""Traces that stay: the track of a ball in soft ground."""

from __future__ import annotations

import numpy as np

from sorairo.world.filament.geometry import Geometry, from_faces, grid_faces, smooth_normals
from sorairo.world.lifelike.events.rigid_motion import TRACK_RADIUS
from sorairo.world.lifelike.grounds import ground_uv
from sorairo.world.lifelike.simulate import Rollout

EXTENT = (4.4, 2.2)  # metres along x and y
CELL = 0.04  # metres
LIFT = 0.002  # of the patch above the ground, metres
DEPTH = 0.055  # of a track, metres
# What the patch covers: the lowest and highest x and y, metres.
AREA = np.array([[-0.5, -0.5], [0.5, 0.5]]) * EXTENT + [[CELL], [-CELL]]


class TrackedGround:
    """A patch of ground that a ball presses in as it rolls."""

    def __init__(self, rollout: Rollout, turn: float) -> None:
        """`turn`: the angle by which the ground's texture is turned clockwise, radians."""
        x = np.arange(-EXTENT[0] / 2, EXTENT[0] / 2 + CELL / 2, CELL)
        y = np.arange(-EXTENT[1] / 2, EXTENT[1] / 2 + CELL / 2, CELL)
        self._x, self._y = np.meshgrid(x, y)
        self._path = rollout.positions[:, 0, :2]
        edge = np.minimum(EXTENT[0] / 2 - np.abs(self._x), EXTENT[1] / 2 - np.abs(self._y))
        self._level = np.where(edge < CELL / 2, -LIFT, LIFT)
        self._faces = grid_faces(len(y), len(x))
        back = np.array([(np.cos(turn), np.sin(turn)), (-np.sin(turn), np.cos(turn))])
        uv = ground_uv(np.stack([self._x, self._y], -1).reshape(-1, 2) @ back)
        start = self._positions(np.zeros_like(self._x))
        self.geometry: Geometry = from_faces(start, self._faces[:, ::-1], uv)

    def shaped(self, frame: int) -> tuple[np.ndarray, np.ndarray]:
        """Positions and normals of the patch after the ball has come as far as in a frame."""
        path = self._path[: frame + 1]
        starts = path[:-1] if len(path) > 1 else path
        ends = path[1:] if len(path) > 1 else path
        nearest = np.full(self._x.shape, np.inf)
        for start, end in zip(starts, ends, strict=True):
            along = end - start
            length = float(along @ along)
            offset_x, offset_y = self._x - start[0], self._y - start[1]
            share = np.clip((offset_x * along[0] + offset_y * along[1]) / max(length, 1e-12), 0, 1)
            nearest = np.minimum(
                nearest, np.hypot(offset_x - share * along[0], offset_y - share * along[1])
            )
        width = 0.55 * TRACK_RADIUS
        groove = -DEPTH * np.clip(1 - (nearest / width) ** 2, 0, 1)
        rim = 0.4 * DEPTH * np.exp(-(((nearest - 1.3 * width) / (0.35 * width)) ** 2))
        positions = self._positions(groove + rim)
        return positions, smooth_normals(positions, self._faces[:, ::-1])

    def _positions(self, relief: np.ndarray) -> np.ndarray:
        return np.stack([self._x, self._y, self._level + relief], -1).reshape(-1, 3)
