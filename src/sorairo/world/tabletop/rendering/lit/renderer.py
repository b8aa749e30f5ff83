"""Draws rollouts with Filament."""

# pyright: reportAttributeAccessIssue=false
# (MuJoCo's bindings are compiled and have no stubs.)

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from sorairo.world.bindings import mujoco
from sorairo.world.filament.geometry import Geometry
from sorairo.world.filament.stage import Camera, Handle, Material, Stage
from sorairo.world.tabletop.camera import vertical_field
from sorairo.world.tabletop.dynamics.simulate import Rollout
from sorairo.world.tabletop.rendering.lit import shapes
from sorairo.world.tabletop.rendering.lit.depth import depth_of
from sorairo.world.tabletop.rendering.lit.surfaces import (
    TILE_METRES,
    body_material,
    floor_material,
    prop_material,
)
from sorairo.world.tabletop.rendering.lit.surroundings import surroundings
from sorairo.world.tabletop.scene import FLOOR_RADIUS

SCALE = 0.1  # of what is drawn: Filament's shadows are made for things of everyday size
# Ambient occlusion takes a third of the time, and darkens the whole floor.
SETTINGS = """<mujoco>
  <custom><numeric name="filament.ao.enabled" data="0"/></custom>
  <worldbody/>
</mujoco>"""
THICKNESS = 1.2  # metres, of the floor


class LitRenderer:
    """Draws rollouts at one size. Keeps its stage, meshes and textures from one to the next."""

    def __init__(self, *, width: int, height: int, supersample: int = 2) -> None:
        self.width, self.height, self.supersample = width, height, supersample
        self._stage = Stage(width=width, height=height, supersample=supersample, settings=SETTINGS)
        self._floor: Handle | None = None
        self._meshes: dict[tuple[Any, ...], Handle] = {}
        self._shown: list[Handle] = []

    def render(self, rollout: Rollout, *, frames: slice | None = None) -> np.ndarray:
        """Pictures without a style, uint8 [F, height, width, 3]."""
        return np.stack([self._stage.draw(camera) for camera in self._posed(rollout, frames)])

    def masks(self, rollout: Rollout, *, frames: slice | None = None) -> np.ndarray:
        """Which body is visible where, uint8 [F, height, width]: 0 none, i + 1 body i."""
        return np.stack([self._stage.identify(camera) for camera in self._posed(rollout, frames)])

    def depth(self, rollout: Rollout, *, frames: slice | None = None) -> np.ndarray:
        """Metres along the camera's axis, float32 [F, height, width]; FAR beyond the floor."""
        indices = range(len(rollout))[frames or slice(None)]
        return depth_of(rollout, indices, width=self.width, height=self.height)

    def close(self) -> None:
        """Frees the graphics memory."""
        self._stage.close()

    def _posed(self, rollout: Rollout, frames: slice | None) -> Iterator[Camera]:
        """Poses the bodies for each frame in turn, and gives the camera."""
        handles = self._set_up(rollout)
        model = rollout.model
        data = mujoco.MjData(model)
        field = vertical_field(self.width, self.height)
        for index in range(len(rollout))[frames or slice(None)]:
            data.qpos[:] = rollout.qpos[index]
            mujoco.mj_kinematics(model, data)
            for geom, handle in handles.items():
                turn = data.geom_xmat[geom].reshape(3, 3)
                self._stage.pose(handle, SCALE * data.geom_xpos[geom], turn)
            position = SCALE * rollout.camera_positions[index]
            ahead = position - rollout.camera_rotations[index][:, 2]
            yield Camera(position=tuple(position), target=tuple(ahead), field=field)

    def _set_up(self, rollout: Rollout) -> dict[int, Handle]:
        """Gives the stage the light, the floor and the meshes of a rollout: those by geom."""
        scene, model = rollout.scene, rollout.model
        found = surroundings(scene.place, scene.light)
        self._stage.light(found.environment, reflection=found.reflection, sky=found.sky)
        if self._floor is None:
            slab = shapes.disc(FLOOR_RADIUS, THICKNESS, TILE_METRES)
            self._floor = self._stage.add(_scaled(slab), floor_material(scene.floor))
        self._stage.paint(self._floor, floor_material(scene.floor))
        for handle in self._shown:
            self._stage.remove(handle)
        handles: dict[int, Handle] = {}
        for geom in range(1, model.ngeom):
            name = model.geom(geom).name
            if name.startswith("body"):
                number = int(name.removeprefix("body"))
                body = scene.bodies[number]
                material, number = body_material(body.color, body.material), number + 1
            else:
                material, number = prop_material(name), 0
            handles[geom] = self._mesh(model, geom, material, number)
        self._shown = list(handles.values())
        return handles

    def _mesh(self, model: Any, geom: int, material: Material, name: int) -> Handle:
        """The mesh of a geom on the stage, made when it is first needed."""
        kind, size = int(model.geom_type[geom]), tuple(model.geom_size[geom].round(6).tolist())
        key = kind, size, geom
        if key in self._meshes:
            self._stage.restore(self._meshes[key])
            self._stage.paint(self._meshes[key], material, name=name)
        else:
            shape = _scaled(geometry_of(kind, size))
            self._meshes[key] = self._stage.add(shape, material, name=name)
        return self._meshes[key]


def geometry_of(kind: int, size: tuple[float, float, float]) -> Geometry:
    """The mesh of a MuJoCo geom, in its own axes and metres."""
    match mujoco.mjtGeom(kind):
        case mujoco.mjtGeom.mjGEOM_SPHERE:
            return shapes.sphere(size[0])
        case mujoco.mjtGeom.mjGEOM_BOX:
            return shapes.box(size)
        case mujoco.mjtGeom.mjGEOM_CYLINDER:
            return shapes.cylinder(size[0], size[1])
        case mujoco.mjtGeom.mjGEOM_CAPSULE:
            return shapes.capsule(size[0], size[1])
    raise AssertionError(kind)


def _scaled(shape: Geometry) -> Geometry:
    return Geometry(shape.positions * SCALE, shape.faces, shape.normals, shape.uv)
