"""The things of the events of matter on a stage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from sorairo.world.filament import geometry
from sorairo.world.filament.geometry import Geometry
from sorairo.world.filament.stage import Material, Stage
from sorairo.world.lifelike.matter import cloth, textures
from sorairo.world.lifelike.matter.cloth_shape import ClothShape
from sorairo.world.lifelike.matter.motion import MatterMotion
from sorairo.world.lifelike.people.looks import CLOTHES_COLORS
from sorairo.world.lifelike.scene import Scene
from sorairo.world.lifelike.thing_names import NAMES
from sorairo.world.lifelike.things import relief


class Prop(Protocol):
    """Meshes that change from frame to frame."""

    def show(self, frame: int) -> None:
        """Shows them as in one frame."""
        ...


@dataclass(frozen=True, eq=False)
class PropRoom:
    """Where props are put up."""

    stage: Stage
    """Where they are drawn."""
    scene: Scene
    """What they belong to."""
    motion: MatterMotion
    """What happens to them."""

    def number(self, index: int) -> int:
        """The number of a thing in masks."""
        return len(self.scene.people) + index + 1

    def color(self, index: int) -> tuple[float, float, float]:
        """The colour of a thing, linear RGB."""
        return CLOTHES_COLORS.get(self.scene.things[index].color, (0.6, 0.6, 0.6))


def props_of(room: PropRoom) -> list[Prop]:
    """The props of a scene's event."""
    return [make(room) for make in PROPS[room.scene.event]]


class Cloth:
    """A cloth, the first thing."""

    def __init__(self, room: PropRoom) -> None:
        self._stage, self._vertices = room.stage, room.motion.truth["cloth"]
        self._shape = ClothShape()
        positions, normals = self._shape.at(self._vertices[0])
        mesh = Geometry(positions, self._shape.faces, normals, self._shape.uv)
        rng = np.random.default_rng(room.scene.seed)
        material = Material(texture=textures.fabric(room.color(0), rng), roughness=0.92)
        self._handle = room.stage.add(mesh, material, name=room.number(0))

    def show(self, frame: int) -> None:
        """The cloth in one frame."""
        self._stage.reshape(self._handle, *self._shape.at(self._vertices[frame]))


class Solid:
    """A thing that does not change its shape: a ball, a box or a named thing."""

    def __init__(self, room: PropRoom, index: int, shape: Geometry, material: Material) -> None:
        self._stage, self._motion, self._index = room.stage, room.motion, index
        self._handle = room.stage.add(shape, material, name=room.number(index))

    def show(self, frame: int) -> None:
        """The thing in one frame."""
        place, turn = self._motion.positions, self._motion.rotations
        self._stage.pose(self._handle, place[frame, self._index], turn[frame, self._index])


def _under_cloth(room: PropRoom) -> Prop:
    kind = room.scene.things[1].kind
    if kind in NAMES:
        found = relief(kind)
        return Solid(room, 1, found.geometry, Material(texture=found.picture, roughness=0.55))
    if kind == "ball":
        shape = geometry.lifted(geometry.ball(cloth.BALL_RADIUS), cloth.BALL_RADIUS)
    else:
        shape = geometry.lifted(geometry.box(cloth.BOX), cloth.BOX[2] / 2)
    return Solid(room, 1, shape, Material(color=room.color(1), roughness=0.4))


PROPS: dict[str, tuple[Callable[[PropRoom], Prop], ...]] = {
    "drape": (Cloth, _under_cloth),
}
