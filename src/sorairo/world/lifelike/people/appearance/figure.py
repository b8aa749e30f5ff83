"""A person on a stage."""

from __future__ import annotations

from sorairo.world.filament.geometry import Geometry
from sorairo.world.filament.stage import Handle, Material, Stage
from sorairo.world.lifelike.assets import bodies
from sorairo.world.lifelike.people.appearance.dressing import dress
from sorairo.world.lifelike.people.appearance.looks import Person
from sorairo.world.lifelike.people.retargeting import Pose


class Figure:
    """The meshes of a dressed person, posed frame by frame."""

    def __init__(self, stage: Stage, person: Person, *, name: int) -> None:
        """`name` is the person's number in `Stage.identify`."""
        number = bodies.key(person.sex, person.age, person.build, person.variant)
        self._stage, self._rest_heads = stage, bodies.body(number).heads.astype(float)
        self._parts = dress(person)
        self._handles: list[Handle] = []
        for part in self._parts:
            skin = part.skin
            geometry = Geometry(skin.positions, skin.faces, skin.normals, skin.uv)
            material = Material(color=part.color, roughness=part.roughness)
            self._handles.append(stage.add(geometry, material, name=name))

    def pose(self, pose: Pose, frame: int) -> None:
        """Poses the person as in one frame."""
        for part, handle in zip(self._parts, self._handles, strict=True):
            positions, normals = part.skin.posed(pose, frame, self._rest_heads)
            self._stage.reshape(handle, positions, normals)
