"""What the props of all events of matter have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sorairo.world.filament.geometry import Geometry
from sorairo.world.filament.stage import Material, Stage
from sorairo.world.lifelike.matter.motion import MatterMotion
from sorairo.world.lifelike.people.appearance.looks import CLOTHES_COLORS
from sorairo.world.lifelike.props.contact_shadows import ContactShadow
from sorairo.world.lifelike.scene import Scene


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


class Solid:
    """A thing that does not change its shape: a ball, a box or a named thing."""

    def __init__(self, room: PropRoom, index: int, shape: Geometry, material: Material) -> None:
        self._stage, self._motion, self._index = room.stage, room.motion, index
        self._handle = room.stage.add(shape, material, name=room.number(index))
        self._shadow = ContactShadow(room.stage, shape.positions)

    def show(self, frame: int) -> None:
        """The thing in one frame."""
        place, turn = self._motion.positions, self._motion.rotations
        self._stage.pose(self._handle, place[frame, self._index], turn[frame, self._index])
        self._shadow.show(place[frame, self._index], turn[frame, self._index])
