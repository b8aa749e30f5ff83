"""A tank of water on a stage, and what falls into it."""

from __future__ import annotations

import numpy as np

from sorairo.world.filament import geometry
from sorairo.world.filament.geometry import Geometry
from sorairo.world.filament.stage import Handle, Material
from sorairo.world.lifelike.matter.water import DROPS, SIZE
from sorairo.world.lifelike.props.contact_shadows import ContactShadow
from sorairo.world.lifelike.props.prop import PropRoom, Solid
from sorairo.world.lifelike.props.tank import WaterShape, frame, walls
from sorairo.world.lifelike.thing_names import NAMES
from sorairo.world.lifelike.things import relief

FRAME = Material(color=(0.02, 0.022, 0.025), roughness=0.4)
PANE = Material(color=(0.85, 0.93, 0.92), opacity=0.10, roughness=0.03)
SURFACE = Material(color=(0.10, 0.30, 0.34), opacity=0.55, roughness=0.04)
SIDE = Material(color=(0.12, 0.38, 0.42), opacity=0.34, roughness=0.05)
DROP = Material(color=(0.75, 0.87, 0.90), opacity=0.75, roughness=0.03)
AWAY = (0.0, 0.0, -50.0)  # metres: below the ground


class Tank:
    """A tank of water and the drops that leave it."""

    def __init__(self, room: PropRoom) -> None:
        self._stage, self._motion = room.stage, room.motion
        bars = frame()
        room.stage.add(bars, FRAME)
        ContactShadow(room.stage, bars.positions).rest()
        self._shape = WaterShape()
        level, waves = self._water(0)
        top, normals = self._shape.top(level, waves)
        self._sides = [self._side(number, top) for number in range(4)]
        mesh = Geometry(top, self._shape.top_faces, normals, np.zeros((len(top), 2)))
        self._top = room.stage.add(mesh, SURFACE, shadow=False)
        for pane in walls():
            room.stage.add(pane, PANE, shadow=False)
        sizes = np.random.default_rng(room.scene.seed).uniform(0.004, 0.012, DROPS)
        self._drops = [room.stage.add(geometry.ball(size, rings=6), DROP) for size in sizes]

    def _water(self, frame: int) -> tuple[float, np.ndarray]:
        truth = self._motion.truth
        return float(truth["level"][frame]), truth["waves"][frame]

    def _side(self, number: int, top: np.ndarray) -> Handle:
        positions, normals = self._shape.side(number, top)
        uv = np.zeros((len(positions), 2))
        mesh = Geometry(positions, self._shape.side_faces(number), normals, uv)
        return self._stage.add(mesh, SIDE, shadow=False)

    def show(self, frame: int) -> None:
        """The water in one frame."""
        top, normals = self._shape.top(*self._water(frame))
        self._stage.reshape(self._top, top, normals)
        for number, handle in enumerate(self._sides):
            self._stage.reshape(handle, *self._shape.side(number, top))
        for handle, place in zip(self._drops, self._motion.truth["drops"][frame], strict=True):
            self._stage.pose(handle, AWAY if np.isnan(place[0]) else place)


def fallen(room: PropRoom) -> Solid:
    """What falls into the tank, the first thing."""
    kind = room.scene.things[0].kind
    if kind in NAMES:
        found = relief(kind)
        size = SIZE / NAMES[kind].height
        mesh = found.geometry
        shape = Geometry(mesh.positions * size, mesh.faces, mesh.normals, mesh.uv)
        return Solid(room, 0, shape, Material(texture=found.picture, roughness=0.5))
    shape = geometry.lifted(geometry.ball(SIZE / 2), SIZE / 2)
    metal = room.scene.event == "sink"
    material = Material(color=room.color(0), roughness=0.25, metallic=0.6 if metal else 0.0)
    return Solid(room, 0, shape, material)
