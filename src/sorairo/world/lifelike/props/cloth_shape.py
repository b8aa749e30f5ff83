"""The drawn surface of a cloth: finer than the simulated one, with two sides and a rim."""

from __future__ import annotations

import numpy as np

from sorairo.world.filament.geometry import grid_faces, smooth_normals
from sorairo.world.lifelike.matter.cloth import GRID

FINENESS = 3  # drawn cells for each simulated one
THICKNESS = 0.006  # metres


class ClothShape:
    """The mesh of a cloth."""

    def __init__(self) -> None:
        self._side = (GRID - 1) * FINENESS + 1
        self._weights = _spline_weights(GRID, self._side)
        sheet = grid_faces(self._side, self._side)
        count = self._side**2
        index = np.arange(count).reshape(self._side, self._side)
        rim = np.concatenate([index[0], index[1:, -1], index[-1, -2::-1], index[-2:0:-1, 0]])
        after = np.roll(rim, -1)
        walls = np.concatenate(
            [
                np.stack([rim, after, rim + count], 1),
                np.stack([after, after + count, rim + count], 1),
            ]
        )
        self.faces = np.concatenate([sheet, sheet[:, ::-1] + count, walls])
        self._sheet = sheet
        v, u = np.meshgrid(*[np.linspace(0, 1, self._side)] * 2, indexing="ij")
        self.uv = np.tile(np.stack([u, v], -1).reshape(-1, 2), (2, 1))

    def at(self, vertices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Positions and normals of the drawn mesh for simulated vertices [V, 3]."""
        grid = vertices.reshape(GRID, GRID, 3)
        fine = np.einsum("ri,ijk,cj->rck", self._weights, grid, self._weights, optimize=True)
        flat = fine.reshape(-1, 3)
        normals = smooth_normals(flat, self._sheet)
        up = normals * THICKNESS / 2
        return np.concatenate([flat + up, flat - up]), np.concatenate([normals, -normals])


def _spline_weights(count: int, fine: int) -> np.ndarray:
    """Weights [fine, count] of Catmull-Rom splines through values on a line."""
    place = np.linspace(0, count - 1, fine)
    left = np.minimum(place.astype(int), count - 2)
    t = place - left
    basis = np.stack(
        [
            (-(t**3) + 2 * t**2 - t) / 2,
            (3 * t**3 - 5 * t**2 + 2) / 2,
            (-3 * t**3 + 4 * t**2 + t) / 2,
            (t**3 - t**2) / 2,
        ],
        1,
    )
    weights = np.zeros((fine, count))
    for offset in range(4):
        column = np.clip(left + offset - 1, 0, count - 1)
        np.add.at(weights, (np.arange(fine), column), basis[:, offset])
    return weights
