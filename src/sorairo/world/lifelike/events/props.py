"""The things that people use: their measures and shapes."""

from __future__ import annotations

import numpy as np

from sorairo.world.filament import geometry
from sorairo.world.filament.geometry import Geometry
from sorairo.world.lifelike.assets.furniture import MODELS

DOOR = (0.96, 0.05, 2.08)  # metres
DOORWAY = (3.4, 0.16, 2.5)  # metres, of the wall around the door
HANDLE = (0.08, 1.02)  # metres from the free edge, and above the ground
SEATS = tuple(kind for kind, model in MODELS.items() if model.seat)
# What two arms hold.
CARRIED = (
    *("cat", "rabbit", "duck", "turtle", "frog", "mushroom", "apple", "banana", "watermelon"),
    *("strawberry", "hamburger", "pizza", "cake", "cup", "bottle", "book", "present"),
    *("teddy bear", "tulip"),
)


def door_leaf() -> Geometry:
    """A door with its hinge on the z axis; it reaches to +x, and has handles."""
    leaf = _moved(geometry.box(DOOR), (DOOR[0] / 2, 0, DOOR[2] / 2))
    place = (DOOR[0] - HANDLE[0], 0.0, HANDLE[1])
    panels = [
        _moved(geometry.box((0.62, DOOR[1] + 0.03, 0.72)), (DOOR[0] / 2, 0, z)) for z in (0.6, 1.5)
    ]
    handle = _moved(geometry.box((0.13, DOOR[1] + 0.13, 0.03)), place)
    return geometry.joined([leaf, *panels, handle])


def doorway() -> Geometry:
    """A wall with an opening for the door in its middle, on z = 0."""
    wide, deep, tall = DOORWAY
    beside = (wide - DOOR[0]) / 2 - 0.01
    above = tall - DOOR[2] - 0.01
    frame, out = 0.07, deep + 0.05
    parts = [
        _moved(geometry.box((beside, deep, tall)), (side * (wide - beside) / 2, 0, tall / 2))
        for side in (-1, 1)
    ]
    parts.append(
        _moved(geometry.box((DOOR[0] + 0.02, deep, above)), (0, 0, tall - above / 2)),
    )
    parts += [
        _moved(
            geometry.box((frame, out, DOOR[2] + frame)),
            (side * (DOOR[0] + frame + 0.02) / 2, 0, (DOOR[2] + frame) / 2),
        )
        for side in (-1, 1)
    ]
    lintel = geometry.box((DOOR[0] + 2 * frame, out, frame))
    parts.append(_moved(lintel, (0, 0, DOOR[2] + frame / 2 + 0.01)))
    return geometry.joined(parts)


def _moved(shape: Geometry, place: tuple[float, float, float]) -> Geometry:
    return Geometry(shape.positions + np.array(place), shape.faces, shape.normals, shape.uv)
