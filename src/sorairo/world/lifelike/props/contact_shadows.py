"""Soft dark patches on the ground where things and people stand: image light casts no shadows of
its own."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from sorairo.world.filament.geometry import Geometry
from sorairo.world.filament.stage import Material, Stage

TEXELS = 48  # along each side
DARKNESS = 0.7  # opacity right under a thing
REACH = 0.22  # metres above the ground up to which a surface darkens it, of a thing 1 m wide
ABOVE = 0.004  # of the patch, metres


class ContactShadow:
    """The patch under one mesh."""

    def __init__(
        self, stage: Stage, vertices: np.ndarray, *, level: float = 0.0, size: float = 0.0
    ) -> None:
        """`vertices` are those of the mesh in its own frame, metres, [V, 3]; `level` is the height
        of what it may stand on; `size` is the side of the patch, metres, 0: by the mesh."""
        self._stage, self._vertices, self._level = stage, vertices, level
        self._size = size or 1.5 * float(np.ptp(vertices, axis=0).max()) + 0.1
        corners = np.array([[-1.0, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]) / 2 * self._size
        uv = np.array([[0.0, 0], [1, 0], [1, 1], [0, 1]])
        normals = np.tile([0.0, 0, 1], (4, 1))
        square = Geometry(corners, np.array([[0, 1, 2], [0, 2, 3]]), normals, uv)
        material = Material(
            color=(0.0, 0.0, 0.0),
            metallic=1.0,
            roughness=1.0,
            opacity_texture=np.zeros((TEXELS, TEXELS), np.uint8),
        )
        self._handle = stage.add(square, material, shadow=False)
        self._last: tuple[bytes, bytes] | None = None

    def rest(self) -> ContactShadow:
        """The patch under the mesh where it was put up."""
        self.show(np.zeros(3), np.eye(3))
        return self

    def show(self, position: np.ndarray, rotation: np.ndarray) -> None:
        """The patch under the mesh in a pose: `position` in metres, `rotation` a matrix [3, 3]."""
        pose = position.tobytes(), rotation.tobytes()
        if pose == self._last:
            return
        self._last = pose
        self.cast(self._vertices @ rotation.T + position)

    def cast(self, points: np.ndarray) -> None:
        """The patch under points of the mesh, [N, 3], where they are now."""
        middle = (points[:, :2].max(0) + points[:, :2].min(0)) / 2
        self._stage.pose(self._handle, (middle[0], middle[1], self._level + ABOVE))
        self._stage.veil(self._handle, self._opacity(points, middle))

    def _opacity(self, points: np.ndarray, middle: np.ndarray) -> np.ndarray:
        reach = REACH * self._size / 1.6
        near = np.clip(1 - (points[:, 2] - self._level) / reach, 0, 1)
        place = ((points[:, :2] - middle) / self._size + 0.5) * TEXELS
        column, row = np.clip(place.astype(int), 0, TEXELS - 1).T
        dark = np.zeros((TEXELS, TEXELS))
        np.maximum.at(dark, (row, column), near)
        spread = np.maximum(gaussian_filter(dark, 1.0) * 1.5, gaussian_filter(dark, 3.0) * 1.6)
        return np.round(255 * DARKNESS * np.clip(spread, 0, 1)).astype(np.uint8)
