"""An animal on a stage, with the shade that it casts on the ground below it."""

from __future__ import annotations

import numpy as np

from sorairo.world.filament.geometry import Geometry
from sorairo.world.filament.stage import Handle, Material, Stage
from sorairo.world.menagerie.animals import cast
from sorairo.world.menagerie.animals.skinning import posed
from sorairo.world.menagerie.performance import Performance
from sorairo.world.menagerie.scene import Creature

SHADE_SIDE = 64
SHADE = 0.62  # of the light that an animal's body keeps from the ground right below it
LIFT = 0.004  # metres of the shade above the ground, for each metre of the animal's length


class Figure:
    """The meshes of an animal, posed frame by frame."""

    def __init__(self, stage: Stage, creature: Creature, *, name: int) -> None:
        """`name` is the animal's number in `Stage.identify`."""
        self._stage = stage
        self._animal = cast.animal(creature.kind, creature.coat)
        self._size = cast.scale(creature.kind, creature.coat)
        self._handles: list[Handle] = []
        for part in self._animal.parts:
            picture = np.ascontiguousarray(part.texture[..., :3])
            opacity = np.ascontiguousarray(part.texture[..., 3]) if part.see_through else None
            material = Material(texture=picture, opacity_texture=opacity, roughness=0.8)
            self._handles.append(stage.add(part.geometry, material, name=name))
        shade = _shade(self._animal.parts[0].geometry.positions * self._size)
        self._shade = stage.add(shade, _shade_material(), shadow=False)

    def pose(self, performance: Performance, frame: int) -> None:
        """Poses the animal as in one frame."""
        bones = performance.pose(frame)
        turn, place = performance.matrix(frame), performance.places[frame]
        for part, handle in zip(self._animal.parts, self._handles, strict=True):
            positions, normals = posed(self._animal, part, bones)
            self._stage.reshape(handle, positions * self._size @ turn.T + place, normals @ turn.T)
        self._stage.pose(self._shade, place, turn)


def _shade(body: np.ndarray) -> Geometry:
    """A rectangle on the ground under a body [V, 3], a little larger than it."""
    low, high = body[:, :2].min(0), body[:, :2].max(0)
    middle, half = (low + high) / 2, (high - low) / 2 * [1.5, 1.12]
    lift = LIFT * float(half.max())
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    plane = middle + corners * half
    positions = np.concatenate([plane, np.full((4, 1), lift)], 1)
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    return Geometry(positions, faces, np.tile([0.0, 0, 1], (4, 1)), corners * 0.5 + 0.5)


def _shade_material() -> Material:
    steps = (np.arange(SHADE_SIDE) + 0.5) / SHADE_SIDE * 2 - 1
    x, y = np.meshgrid(steps, steps)
    fall = np.clip(1 - np.hypot(x, y), 0, 1)
    opacity = SHADE * fall * fall * (3 - 2 * fall)
    return Material(
        color=(0.0, 0.0, 0.0),
        roughness=1.0,
        metallic=1.0,  # black metal reflects nothing
        opacity_texture=np.round(opacity * 255).astype(np.uint8),
    )
