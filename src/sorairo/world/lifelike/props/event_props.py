"""The things of the events of matter on a stage."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sorairo.world.filament import geometry
from sorairo.world.filament.geometry import Geometry
from sorairo.world.filament.stage import Material
from sorairo.world.lifelike.matter import bites, cloth
from sorairo.world.lifelike.matter.table import TABLE_HEIGHT, table
from sorairo.world.lifelike.props import textures
from sorairo.world.lifelike.props.breakage_props import Knocked
from sorairo.world.lifelike.props.cloth_shape import ClothShape
from sorairo.world.lifelike.props.contact_shadows import ContactShadow
from sorairo.world.lifelike.props.painting_props import Brush, Easel
from sorairo.world.lifelike.props.prop import Prop, PropRoom, Solid
from sorairo.world.lifelike.props.tank_props import Tank, fallen
from sorairo.world.lifelike.thing_names import NAMES
from sorairo.world.lifelike.things import relief


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


class Table:
    """A table that stands there."""

    def __init__(self, room: PropRoom) -> None:
        grain = textures.wood(np.random.default_rng(room.scene.seed))
        shape = table()
        room.stage.add(shape, Material(texture=grain, roughness=0.5))
        ContactShadow(room.stage, shape.positions).rest()

    def show(self, frame: int) -> None:
        """Nothing changes."""


class Food:
    """Something to eat, the first thing, and the crumbs of its bite."""

    def __init__(self, room: PropRoom) -> None:
        self._stage, self._motion = room.stage, room.motion
        kind = room.scene.things[0].kind
        side, seed = room.motion.shape["bite"]
        food = bites.Bitten(kind, float(side), int(seed))
        material = Material(texture=food.picture, roughness=0.5)
        self._whole = room.stage.add(food.whole, material, name=room.number(0))
        self._bitten = room.stage.add(food.bitten, material, name=room.number(0))
        room.stage.remove(self._bitten)
        self._is_whole = True
        self._shadow = ContactShadow(room.stage, food.whole.positions, level=TABLE_HEIGHT)
        inner = Material(color=bites.EDIBLE[kind] or (0.45, 0.24, 0.09), roughness=0.8)
        sizes = np.random.default_rng(int(seed)).uniform(0.003, 0.007, bites.CRUMBS)
        self._crumbs = [room.stage.add(geometry.ball(size, rings=5), inner) for size in sizes]

    def show(self, frame: int) -> None:
        """The food in one frame."""
        motion = self._motion
        whole = not motion.truth["bitten"][frame]
        if whole != self._is_whole:
            gone, here = self._whole, self._bitten
            if whole:
                gone, here = here, gone
            self._stage.remove(gone)
            self._stage.restore(here)
            self._is_whole = whole
        handle = self._whole if whole else self._bitten
        self._stage.pose(handle, motion.positions[frame, 0], motion.rotations[frame, 0])
        self._shadow.show(motion.positions[frame, 0], motion.rotations[frame, 0])
        for crumb, place in zip(self._crumbs, motion.truth["crumbs"][frame], strict=True):
            self._stage.pose(crumb, place)


PROPS: dict[str, tuple[Callable[[PropRoom], Prop], ...]] = {
    "drape": (Cloth, _under_cloth),
    "bite": (Table, Food),
    "float": (Tank, fallen),
    "sink": (Tank, fallen),
    "smash": (Table, Knocked),
    "survive": (Table, Knocked),
    "paint": (Easel, Brush),
}
