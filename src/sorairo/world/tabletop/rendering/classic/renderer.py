"""Renders rollouts: pictures, masks and depth.

To make an OpenGL context and to upload the floors takes longer than to draw a clip. So a renderer
has one *stage*: a model with the floors, a sky, a light, a camera and spare geoms, which take on
the shapes, colours and poses of each rollout in turn.
"""

# pyright: reportAttributeAccessIssue=false
# (MuJoCo's bindings are compiled and have no stubs.)

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from sorairo.world.bindings import mujoco
from sorairo.world.tabletop.camera import vertical_field
from sorairo.world.tabletop.dynamics.simulate import Rollout
from sorairo.world.tabletop.rendering.classic.stage import (
    LIGHTING,
    NEAR,
    SPARE_GEOMS,
    make_stage,
    paint_floor,
    set_texture,
    sky_faces,
)
from sorairo.world.tabletop.scene import FAR

FLAG = mujoco.mjtRndFlag


class ClassicRenderer:
    """Renders rollouts at one size. Holds an OpenGL context: a context manager, or `close()`.

    Pictures are drawn `supersample` times larger and averaged down, so that edges are smooth.
    """

    def __init__(self, *, width: int, height: int, supersample: int = 2) -> None:
        self.width, self.height, self.supersample = width, height, supersample
        size = (width * supersample, height * supersample)
        self._model = make_stage(width, height, supersample)
        self._data = mujoco.MjData(self._model)
        mujoco.mj_forward(self._model, self._data)
        self._scene = mujoco.MjvScene(self._model, maxgeom=SPARE_GEOMS + 8)
        self._option = mujoco.MjvOption()
        self._camera = mujoco.MjvCamera()
        self._camera.type = mujoco.mjtCamera.mjCAMERA_FIXED
        self._camera.fixedcamid = 0
        self._model.cam_fovy[0] = vertical_field(width, height)
        self._gl: Any = mujoco.GLContext(*size)
        self._gl.make_current()
        self._context = mujoco.MjrContext(self._model, mujoco.mjtFontScale.mjFONTSCALE_50)
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN, self._context)
        self._light = ""
        self._floors: set[str] = set()  # whose textures are drawn

    def render(self, rollout: Rollout, *, frames: slice | None = None) -> np.ndarray:
        """Pictures without a style, uint8 [F, height, width, 3]."""
        scale = self.supersample
        self._scene.flags[FLAG.mjRND_SHADOW] = 1
        self._scene.flags[FLAG.mjRND_SEGMENT] = self._scene.flags[FLAG.mjRND_IDCOLOR] = 0
        large = np.empty((self.height * scale, self.width * scale, 3), dtype=np.uint8)
        indices = range(len(rollout))[frames or slice(None)]
        out = np.empty((len(indices), self.height, self.width, 3), dtype=np.uint8)
        for target, _ in zip(out, self._pose_frames(rollout, indices), strict=True):
            self._draw(large, None)
            target[:] = _downsample(large, scale)
        return out

    def masks(self, rollout: Rollout, *, frames: slice | None = None) -> np.ndarray:
        """Which body is visible where, uint8 [F, height, width]: 0 none, i + 1 body i."""
        self._scene.flags[FLAG.mjRND_SHADOW] = 0
        self._scene.flags[FLAG.mjRND_SEGMENT] = self._scene.flags[FLAG.mjRND_IDCOLOR] = 1
        pixels = np.empty((self.height, self.width, 3), dtype=np.uint8)
        indices = range(len(rollout))[frames or slice(None)]
        out = np.empty((len(indices), self.height, self.width), dtype=np.uint8)
        label = np.zeros(self._model.ngeom, dtype=np.uint8)
        first = rollout.model.ngeom - len(rollout.scene.bodies)
        label[first : rollout.model.ngeom] = 1 + np.arange(len(rollout.scene.bodies))
        for target, _ in zip(out, self._pose_frames(rollout, indices), strict=True):
            self._draw(pixels, None)
            of_segment = np.zeros(self._scene.maxgeom + 1, dtype=np.uint8)
            for geom in self._scene.geoms[: self._scene.ngeom]:
                if geom.segid >= 0:
                    of_segment[geom.segid + 1] = label[geom.objid]
            target[:] = of_segment[pixels[::-1, :, 0]]
        return out

    def depth(self, rollout: Rollout, *, frames: slice | None = None) -> np.ndarray:
        """Metres along the camera's axis, float32 [F, height, width]; FAR for the sky."""
        self._scene.flags[FLAG.mjRND_SHADOW] = 0
        self._scene.flags[FLAG.mjRND_SEGMENT] = self._scene.flags[FLAG.mjRND_IDCOLOR] = 0
        buffer = np.empty((self.height, self.width), dtype=np.float32)
        indices = range(len(rollout))[frames or slice(None)]
        out = np.empty((len(indices), self.height, self.width), dtype=np.float32)
        for target, _ in zip(out, self._pose_frames(rollout, indices), strict=True):
            self._draw(None, buffer)
            target[:] = NEAR / (1 - buffer[::-1] * (1 - NEAR / FAR))
        return out

    def close(self) -> None:
        """Frees the OpenGL context."""
        if self._gl is not None:
            self._gl.make_current()
            self._context.free()
            self._gl.free()
            self._gl = None

    def __enter__(self) -> ClassicRenderer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _draw(self, pixels: np.ndarray | None, depth: np.ndarray | None) -> None:
        sized = pixels if pixels is not None else depth
        assert sized is not None
        view = mujoco.MjrRect(0, 0, sized.shape[1], sized.shape[0])
        mujoco.mjr_render(view, self._scene, self._context)
        mujoco.mjr_readPixels(pixels, depth, view, self._context)

    def _pose_frames(self, rollout: Rollout, indices: range) -> Iterator[int]:
        """Poses bodies and camera on the stage, for each frame in turn."""
        assert self._gl is not None, "the renderer is closed"
        self._gl.make_current()
        self._set_appearance(rollout)
        source, data = rollout.model, self._data
        actors = slice(1, source.ngeom)
        posed = mujoco.MjData(source)
        for index in indices:
            posed.qpos[:] = rollout.qpos[index]
            mujoco.mj_kinematics(source, posed)
            data.geom_xpos[actors] = posed.geom_xpos[actors]
            data.geom_xmat[actors] = posed.geom_xmat[actors]
            data.cam_xpos[0] = rollout.camera_positions[index]
            data.cam_xmat[0] = rollout.camera_rotations[index].reshape(-1)
            mujoco.mjv_updateScene(
                self._model,
                data,
                self._option,
                None,
                self._camera,
                mujoco.mjtCatBit.mjCAT_ALL,
                self._scene,
            )
            # Decoration casts no shadow; the floor's own would show as specks on its far side.
            self._scene.geoms[0].category = mujoco.mjtCatBit.mjCAT_DECOR
            yield index

    def _set_appearance(self, rollout: Rollout) -> None:
        """Gives the spare geoms, the floor, the sky and the light the appearance of a rollout."""
        stage, source, scene = self._model, rollout.model, rollout.scene
        assert source.ngeom - 1 <= SPARE_GEOMS, "more geoms than spare ones"
        actors = slice(1, source.ngeom)
        stage.geom_type[actors] = source.geom_type[actors]
        stage.geom_size[actors] = source.geom_size[actors]
        stage.geom_rgba[actors] = source.geom_rgba[actors]
        stage.geom_rgba[source.ngeom :, 3] = 0  # the rest is not drawn
        stage.geom_matid[actors] = stage.material("wood").id
        for index, body in enumerate(scene.bodies):
            geom = source.geom(f"body{index}").id
            stage.geom_matid[geom] = stage.material(body.material).id
        stage.geom_matid[0] = stage.material(f"{scene.floor} floor").id
        if scene.floor not in self._floors:
            self._floors.add(scene.floor)
            mujoco.mjr_uploadTexture(stage, self._context, paint_floor(stage, scene.floor))
        if self._light != scene.light:
            self._light = scene.light
            light = LIGHTING[scene.light]
            picture = set_texture(stage, "sky", sky_faces(light))
            mujoco.mjr_uploadTexture(stage, self._context, picture)
            # Ambient light of the headlight reaches into shadows, that of the sun does not.
            stage.vis.headlight.ambient[:] = light.ambient
            stage.light_diffuse[0] = stage.light_specular[0] = light.sun
            direction = np.asarray(light.towards) / np.linalg.norm(light.towards)
            self._data.light_xdir[0] = direction
            self._data.light_xpos[0] = np.array([0, 0, 3]) - 25 * direction


def _downsample(large: np.ndarray, scale: int) -> np.ndarray:
    """Means over `scale` x `scale` boxes, with OpenGL's bottom row moved to the bottom."""
    if scale == 1:
        return large[::-1]
    total = np.zeros((large.shape[0] // scale, large.shape[1] // scale, 3), dtype=np.uint16)
    for dy in range(scale):
        for dx in range(scale):
            total += large[dy::scale, dx::scale]
    return ((total + scale * scale // 2) // (scale * scale))[::-1].astype(np.uint8)
