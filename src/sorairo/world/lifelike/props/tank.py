"""The meshes of a glass tank and of the water in it."""

from __future__ import annotations

import numpy as np

from sorairo.world.filament.geometry import Geometry, box, grid_faces, joined, smooth_normals
from sorairo.world.lifelike.matter.table import moved
from sorairo.world.lifelike.matter.water import FLOOR, SURFACE, TANK

GLASS, BAR = 0.012, 0.022  # thickness of the walls and of the frame's bars, metres
GAP = 0.002  # between water and glass, metres


def frame() -> Geometry:
    """The bars along the upper and lower edges of the tank, and its floor."""
    wide, deep, tall = TANK
    wide, deep = wide + 2 * GLASS, deep + 2 * GLASS
    parts = [moved(box((wide, deep, FLOOR)), (0, 0, FLOOR / 2))]
    for z in (BAR / 2, FLOOR + tall):
        for side in (-1, 1):
            parts.append(moved(box((wide + BAR, BAR, BAR)), (0, side * deep / 2, z)))
            parts.append(moved(box((BAR, deep + BAR, BAR)), (side * wide / 2, 0, z)))
    for x in (-1, 1):
        for y in (-1, 1):
            place = (x * wide / 2, y * deep / 2, (FLOOR + tall) / 2)
            parts.append(moved(box((BAR, BAR, FLOOR + tall)), place))
    return joined(parts)


def walls() -> list[Geometry]:
    """The four panes of the tank."""
    wide, deep, tall = TANK
    panes = []
    for side in (-1, 1):
        pane = box((wide, GLASS, tall))
        panes.append(moved(pane, (0, side * (deep + GLASS) / 2, FLOOR + tall / 2)))
        pane = box((GLASS, deep, tall))
        panes.append(moved(pane, (side * (wide + GLASS) / 2, 0, FLOOR + tall / 2)))
    return panes


class WaterShape:
    """The surface of the water, and its sides."""

    def __init__(self) -> None:
        x = np.linspace(-1, 1, SURFACE[0] + 1) * (TANK[0] / 2 - GAP)
        y = np.linspace(-1, 1, SURFACE[1] + 1) * (TANK[1] / 2 - GAP)
        self._x, self._y = np.meshgrid(x, y, indexing="ij")
        self.top_faces = grid_faces(len(x), len(y))
        index = np.arange(self._x.size).reshape(self._x.shape)
        self._rims = (index[:, 0], index[::-1, -1], index[0, ::-1], index[-1])

    def top(self, level: float, waves: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Positions and normals of the surface."""
        positions = np.stack([self._x, self._y, level + waves], -1).reshape(-1, 3)
        return positions, smooth_normals(positions, self.top_faces)

    def side(self, number: int, surface: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Positions and normals of one of four sides below the surface's positions [V, 3]."""
        upper = surface[self._rims[number]]
        lower = upper * [1, 1, 0] + [0, 0, FLOOR + 0.001]
        outward = ((0, -1, 0), (0, 1, 0), (-1, 0, 0), (1, 0, 0))[number]
        positions = np.concatenate([lower, upper])
        return positions, np.tile(np.asarray(outward, float), (len(positions), 1))

    def side_faces(self, number: int) -> np.ndarray:
        """The faces of a side."""
        return grid_faces(2, len(self._rims[number]))[:, ::-1]
