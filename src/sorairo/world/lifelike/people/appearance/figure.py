"""A person on a stage."""

from __future__ import annotations

import numpy as np

from sorairo.world.filament.geometry import Geometry
from sorairo.world.filament.stage import Handle, Material, Stage
from sorairo.world.lifelike.assets import bodies
from sorairo.world.lifelike.people.appearance.dressing import PARTS, DressedPart, dress
from sorairo.world.lifelike.people.appearance.looks import Person
from sorairo.world.lifelike.people.retargeting import Pose
from sorairo.world.lifelike.props.contact_shadows import ContactShadow

SHADOW, LEGS = 1.7, 0.35  # metres: the side of the patch; up to where a body darkens the ground


def part_number(part: DressedPart) -> int:
    """The number of a part in masks of parts: its place in PARTS, from 1 on; a face is skin."""
    return 1 + PARTS.index(part.name if part.name in PARTS else "skin")


class Figure:
    """The meshes of a dressed person, posed frame by frame."""

    def __init__(self, stage: Stage, person: Person, *, name: int, parted: bool = False) -> None:
        """`name` is the person's number in `Stage.identify`; `parted` numbers each part instead, as
        `part_number` does."""
        body = bodies.body(bodies.key(person.sex, person.age, person.build, person.variant))
        self._stage, self._rest_heads = stage, body.heads.astype(float)
        self._parts = dress(person)
        self._handles: list[Handle] = []
        for part in self._parts:
            skin = part.skin
            geometry = Geometry(skin.positions, skin.faces, skin.normals, skin.uv)
            material = Material(color=part.color, roughness=part.roughness)
            number = part_number(part) if parted else name
            self._handles.append(stage.add(geometry, material, name=number))
        self._shadow = ContactShadow(stage, body.heads, size=SHADOW)

    def pose(self, pose: Pose, frame: int) -> None:
        """Poses the person as in one frame."""
        low = []
        for part, handle in zip(self._parts, self._handles, strict=True):
            positions, normals = part.skin.posed(pose, frame, self._rest_heads)
            self._stage.reshape(handle, positions, normals)
            low.append(positions[positions[:, 2] < LEGS])
        if any(map(len, low)):
            self._shadow.cast(np.concatenate(low))
