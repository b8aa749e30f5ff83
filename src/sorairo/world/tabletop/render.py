"""Pictures, masks and depth of a rollout.

Making an OpenGL context and sending it the floors takes longer than drawing a clip. So a renderer
owns one *stage*: a model with the floors, a sky, a light, a camera and some blank geoms, which take
on the shapes, colours and poses of each rollout in turn.
"""

# pyright: reportAttributeAccessIssue=false
# (MuJoCo's bindings are compiled and have no stubs.)

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np

from sorairo.world.tabletop import floors
from sorairo.world.tabletop.camera import vertical_field
from sorairo.world.tabletop.scene import FLOORS, MATERIALS
from sorairo.world.tabletop.simulate import Rollout

BLANKS = 16  # geoms on the stage for bodies and props
NEAR, FAR = 3.0, 90.0  # metres
FLOOR_RADIUS = 24.0  # metres: the table is round, so that it has a horizon from every side
SLICES = 40  # sides of what is round; at 96 pixels more are not seen, and cost most of the time
FLAG = mujoco.mjtRndFlag


@dataclass(frozen=True, kw_only=True)
class Light:
    """Colours are RGB in 0..1; `towards` is where the light travels."""

    sky: tuple[float, float, float]
    horizon: tuple[float, float, float]
    sun: tuple[float, float, float]
    ambient: tuple[float, float, float]
    towards: tuple[float, float, float]


LIGHTING = {
    "day": Light(
        sky=(0.52, 0.72, 0.93),
        horizon=(0.78, 0.88, 0.96),
        sun=(0.62, 0.60, 0.56),
        ambient=(0.42, 0.43, 0.46),
        towards=(0.55, 0.45, -1.0),
    ),
    "sunset": Light(
        sky=(0.93, 0.50, 0.30),
        horizon=(0.98, 0.72, 0.45),
        sun=(0.70, 0.52, 0.36),
        ambient=(0.40, 0.36, 0.35),
        towards=(1.0, 0.45, -0.8),
    ),
    "night": Light(
        sky=(0.03, 0.05, 0.14),
        horizon=(0.08, 0.11, 0.24),
        sun=(0.30, 0.34, 0.43),
        ambient=(0.27, 0.29, 0.37),
        towards=(0.45, 0.55, -1.0),
    ),
}
# specular, shininess
GLOSS = {"rubber": (0.12, 0.15), "wood": (0.03, 0.05), "metal": (1.0, 0.75)}


def _sky(light: Light) -> np.ndarray:
    """Six faces of a skybox, uint8 [6 * 32, 32, 3]: from the horizon's colour up to the sky's."""
    up = np.clip((np.arange(32)[::-1] - 15) / 8, 0, 1)[:, None, None]
    side = np.asarray(light.horizon) * (1 - up) + np.asarray(light.sky) * up
    side = np.broadcast_to(side, (32, 32, 3))
    top, bottom = np.broadcast_to(light.sky, side.shape), np.broadcast_to(light.horizon, side.shape)
    faces = np.concatenate([side, side, top, bottom, side, side])
    return (faces * 255).astype(np.uint8)


def _stage(width: int, height: int) -> mujoco.MjModel:
    spec = mujoco.MjSpec()
    spec.visual.global_.offwidth, spec.visual.global_.offheight = width, height
    spec.visual.quality.offsamples = 0  # edges are smoothed by supersampling
    spec.visual.quality.shadowsize = 512
    spec.visual.quality.numslices = SLICES
    spec.visual.headlight.diffuse = spec.visual.headlight.specular = [0, 0, 0]
    spec.stat.extent, spec.stat.center = 14.0, [0, 0, 3]
    spec.visual.map.znear, spec.visual.map.zfar = NEAR / 14.0, FAR / 14.0
    spec.visual.map.shadowclip = 2.0
    texture = {"builtin": mujoco.mjtBuiltin.mjBUILTIN_FLAT, "nchannel": 3}
    spec.add_texture(
        name="sky", type=mujoco.mjtTexture.mjTEXTURE_SKYBOX, width=32, height=192, **texture
    )
    pixels = floors.PIXELS
    for name in FLOORS:
        spec.add_texture(
            name=name, type=mujoco.mjtTexture.mjTEXTURE_2D, width=pixels, height=pixels, **texture
        )
        material = spec.add_material(name=f"{name} floor", specular=0.0, shininess=0.0)
        material.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = name
        material.texrepeat = [1 / floors.METRES] * 2
        material.texuniform = True
    for name in MATERIALS:
        specular, shininess = GLOSS[name]
        spec.add_material(name=name, specular=specular, shininess=shininess)
    world = spec.worldbody
    world.add_light(name="sun", type=mujoco.mjtLightType.mjLIGHT_DIRECTIONAL, castshadow=True)
    world.add_camera(name="camera")
    world.add_geom(
        name="floor",
        type=mujoco.mjtGeom.mjGEOM_CYLINDER,
        size=[FLOOR_RADIUS, 0.5, 0],
        pos=[0, 0, -0.5],
        material="wood floor",
    )
    for index in range(BLANKS):
        world.add_geom(name=f"blank{index}", type=mujoco.mjtGeom.mjGEOM_SPHERE, size=[1, 0, 0])
    model = spec.compile()
    for name in FLOORS:
        _set_texture(model, name, floors.TEXTURES[name]())
    return model


def _set_texture(model: mujoco.MjModel, name: str, pixels: np.ndarray) -> int:
    texture = model.texture(name)
    start = int(texture.adr[0])
    model.tex_data[start : start + pixels.size] = pixels.reshape(-1)
    return texture.id


class Renderer:
    """Draws rollouts at one size. Holds an OpenGL context: use as a context manager, or `close()`.

    A picture is drawn `supersample` times larger and averaged down, so that edges are smooth.
    """

    def __init__(self, *, width: int, height: int, supersample: int = 2) -> None:
        self.width, self.height, self.supersample = width, height, supersample
        size = (width * supersample, height * supersample)
        self._model = _stage(*size)
        self._data = mujoco.MjData(self._model)
        mujoco.mj_forward(self._model, self._data)
        self._scene = mujoco.MjvScene(self._model, maxgeom=BLANKS + 8)
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

    def render(self, rollout: Rollout, *, frames: slice | None = None) -> np.ndarray:
        """Pictures, uint8 [F, height, width, 3]."""
        scale = self.supersample
        self._scene.flags[FLAG.mjRND_SHADOW] = 1
        self._scene.flags[FLAG.mjRND_SEGMENT] = self._scene.flags[FLAG.mjRND_IDCOLOR] = 0
        large = np.empty((self.height * scale, self.width * scale, 3), dtype=np.uint8)
        indices = range(len(rollout))[frames or slice(None)]
        out = np.empty((len(indices), self.height, self.width, 3), dtype=np.uint8)
        for target, _ in zip(out, self._play(rollout, indices), strict=True):
            self._draw(large, None)
            target[:] = _shrink(large, scale)
        return out

    def masks(self, rollout: Rollout, *, frames: slice | None = None) -> np.ndarray:
        """Which body is seen where, uint8 [F, height, width]: 0 nothing, i + 1 body i."""
        self._scene.flags[FLAG.mjRND_SHADOW] = 0
        self._scene.flags[FLAG.mjRND_SEGMENT] = self._scene.flags[FLAG.mjRND_IDCOLOR] = 1
        pixels = np.empty((self.height, self.width, 3), dtype=np.uint8)
        indices = range(len(rollout))[frames or slice(None)]
        out = np.empty((len(indices), self.height, self.width), dtype=np.uint8)
        label = np.zeros(self._model.ngeom, dtype=np.uint8)
        first = rollout.model.ngeom - len(rollout.scene.bodies)
        label[first : rollout.model.ngeom] = 1 + np.arange(len(rollout.scene.bodies))
        for target, _ in zip(out, self._play(rollout, indices), strict=True):
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
        for target, _ in zip(out, self._play(rollout, indices), strict=True):
            self._draw(None, buffer)
            target[:] = NEAR / (1 - buffer[::-1] * (1 - NEAR / FAR))
        return out

    def close(self) -> None:
        if self._gl is not None:
            self._gl.make_current()
            self._context.free()
            self._gl.free()
            self._gl = None

    def __enter__(self) -> Renderer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _draw(self, pixels: np.ndarray | None, depth: np.ndarray | None) -> None:
        sized = pixels if pixels is not None else depth
        assert sized is not None
        view = mujoco.MjrRect(0, 0, sized.shape[1], sized.shape[0])
        mujoco.mjr_render(view, self._scene, self._context)
        mujoco.mjr_readPixels(pixels, depth, view, self._context)

    def _play(self, rollout: Rollout, indices: range) -> Iterator[int]:
        """Set the stage for each frame in turn."""
        assert self._gl is not None, "the renderer is closed"
        self._gl.make_current()
        self._dress(rollout)
        source, data = rollout.model, self._data
        actors = slice(1, source.ngeom)
        player = mujoco.MjData(source)
        for index in indices:
            player.qpos[:] = rollout.qpos[index]
            mujoco.mj_kinematics(source, player)
            data.geom_xpos[actors] = player.geom_xpos[actors]
            data.geom_xmat[actors] = player.geom_xmat[actors]
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
            # Decoration casts no shadow: the floor's own would be specks on its far side.
            self._scene.geoms[0].category = mujoco.mjtCatBit.mjCAT_DECOR
            yield index

    def _dress(self, rollout: Rollout) -> None:
        """Give the blanks, the floor and the sky the looks of a rollout."""
        stage, source, scene = self._model, rollout.model, rollout.scene
        assert source.ngeom - 1 <= BLANKS, "more geoms than blanks"
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
        if self._light != scene.light:
            self._light = scene.light
            light = LIGHTING[scene.light]
            sky = _set_texture(stage, "sky", _sky(light))
            mujoco.mjr_uploadTexture(stage, self._context, sky)
            stage.vis.headlight.ambient[:] = (
                light.ambient
            )  # reaches into shadows, the sun's does not
            stage.light_diffuse[0] = stage.light_specular[0] = light.sun
            direction = np.asarray(light.towards) / np.linalg.norm(light.towards)
            self._data.light_xdir[0] = direction
            self._data.light_xpos[0] = np.array([0, 0, 3]) - 25 * direction


def _shrink(large: np.ndarray, scale: int) -> np.ndarray:
    """Average `scale` x `scale` boxes, and turn OpenGL's bottom row up."""
    if scale == 1:
        return large[::-1]
    total = np.zeros((large.shape[0] // scale, large.shape[1] // scale, 3), dtype=np.uint16)
    for dy in range(scale):
        for dx in range(scale):
            total += large[dy::scale, dx::scale]
    return ((total + scale * scale // 2) // (scale * scale))[::-1].astype(np.uint8)
