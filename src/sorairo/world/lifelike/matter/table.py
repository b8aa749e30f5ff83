"""A plain wooden table."""

from __future__ import annotations

import numpy as np

from sorairo.world.filament.geometry import Geometry, box, joined

TABLE_HEIGHT = 0.72  # metres
TABLE_TOP = (1.1, 0.7, 0.045)  # metres
LEG = 0.06  # metres


def table() -> Geometry:
    """The mesh of a table about the z axis."""
    wide, deep, thick = TABLE_TOP
    parts = [moved(box(TABLE_TOP), (0, 0, TABLE_HEIGHT - thick / 2))]
    for x in (-1, 1):
        for y in (-1, 1):
            place = (x * (wide / 2 - LEG), y * (deep / 2 - LEG), (TABLE_HEIGHT - thick) / 2)
            parts.append(moved(box((LEG, LEG, TABLE_HEIGHT - thick)), place))
    return joined(parts)


def moved(geometry: Geometry, by: tuple[float, float, float]) -> Geometry:
    """The mesh moved."""
    return Geometry(
        geometry.positions + np.asarray(by), geometry.faces, geometry.normals, geometry.uv
    )
