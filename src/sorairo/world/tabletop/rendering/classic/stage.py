"""The stage on which rollouts are rendered: floors, sky, light, and the level of detail.

The detail follows the size of the pictures, so that large ones are not coarse and small ones are
drawn fast.
"""

# pyright: reportAttributeAccessIssue=false
# (MuJoCo's bindings are compiled and have no stubs.)

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sorairo.world.bindings import mujoco
from sorairo.world.tabletop.rendering.classic import floors
from sorairo.world.tabletop.scene import FAR, FLOOR_RADIUS, FLOORS, MATERIALS

SPARE_GEOMS = 16  # on the stage, for bodies and props
NEAR = 3.0  # metres

MIN_SLICES = 40  # sides of a circle; more are not visible in small pictures
SPHERE_RADIUS = 0.12  # of a large sphere, as a fraction of the picture's side
MIN_SHADOW_PIXELS, MAX_SHADOW_PIXELS = 512, 8192  # across the shadow map, three pictures wide


@dataclass(frozen=True, kw_only=True)
class Light:
    """Sky and light of a time of day. Colours are RGB in 0..1."""

    sky: tuple[float, float, float]
    """Colour of the sky overhead."""
    horizon: tuple[float, float, float]
    """Colour of the sky at the horizon."""
    sun: tuple[float, float, float]
    """Colour of the directional light."""
    ambient: tuple[float, float, float]
    """Colour of the light in shadows."""
    towards: tuple[float, float, float]
    """Direction in which the sunlight travels."""


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
# material -> (specular, shininess)
GLOSS = {"rubber": (0.12, 0.15), "wood": (0.03, 0.05), "metal": (1.0, 0.75)}


def sky_faces(light: Light) -> np.ndarray:
    """The six faces of a skybox, uint8 [6 * 32, 32, 3], shaded from horizon to sky."""
    up = np.clip((np.arange(32)[::-1] - 15) / 8, 0, 1)[:, None, None]
    side = np.asarray(light.horizon) * (1 - up) + np.asarray(light.sky) * up
    side = np.broadcast_to(side, (32, 32, 3))
    top, bottom = np.broadcast_to(light.sky, side.shape), np.broadcast_to(light.horizon, side.shape)
    faces = np.concatenate([side, side, top, bottom, side, side])
    return (faces * 255).astype(np.uint8)


def slices_for(pixels: int) -> int:
    """Sides of a circle so that it is at most a quarter pixel too small: r pi^2 / 2 n^2."""
    return max(MIN_SLICES, math.ceil(math.pi * math.sqrt(2 * SPHERE_RADIUS * pixels)))


def shadow_size(side: int) -> int:
    """Pixels across the shadow map for pictures of this size, a power of two."""
    return min(max(MIN_SHADOW_PIXELS, 1 << (3 * side - 1).bit_length()), MAX_SHADOW_PIXELS)


def make_stage(width: int, height: int, supersample: int) -> mujoco.MjModel:
    """The stage for pictures of this size, drawn `supersample` times larger. Floors have no texture
    until `paint_floor` draws it."""
    side = max(width, height)
    spec = mujoco.MjSpec()
    spec.visual.global_.offwidth = width * supersample
    spec.visual.global_.offheight = height * supersample
    spec.visual.quality.offsamples = 0  # edges are smoothed by supersampling
    spec.visual.quality.shadowsize = shadow_size(side)
    spec.visual.quality.numslices = slices_for(side * supersample)
    spec.visual.quality.numstacks = spec.visual.quality.numslices * 2 // 5
    spec.visual.headlight.diffuse = spec.visual.headlight.specular = [0, 0, 0]
    spec.stat.extent, spec.stat.center = 14.0, [0, 0, 3]
    spec.visual.map.znear, spec.visual.map.zfar = NEAR / 14.0, FAR / 14.0
    spec.visual.map.shadowclip = 2.0
    texture = {"builtin": mujoco.mjtBuiltin.mjBUILTIN_FLAT, "nchannel": 3}
    spec.add_texture(
        name="sky", type=mujoco.mjtTexture.mjTEXTURE_SKYBOX, width=32, height=192, **texture
    )
    pixels = floors.pixels_for(side)
    for name in FLOORS:
        spec.add_texture(
            name=name, type=mujoco.mjtTexture.mjTEXTURE_2D, width=pixels, height=pixels, **texture
        )
        material = spec.add_material(name=f"{name} floor", specular=0.0, shininess=0.0)
        material.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = name
        material.texrepeat = [1 / floors.TILE_METRES] * 2
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
    for index in range(SPARE_GEOMS):
        world.add_geom(name=f"spare{index}", type=mujoco.mjtGeom.mjGEOM_SPHERE, size=[1, 0, 0])
    return spec.compile()


def paint_floor(model: mujoco.MjModel, name: str) -> int:
    """Draws the texture of a floor and returns the texture's id."""
    pixels = int(model.texture(name).width[0])
    return set_texture(model, name, floors.TEXTURES[name](pixels))


def set_texture(model: mujoco.MjModel, name: str, pixels: np.ndarray) -> int:
    """Sets the pixels of a texture of the model and returns the texture's id."""
    texture = model.texture(name)
    start = int(texture.adr[0])
    model.tex_data[start : start + pixels.size] = pixels.reshape(-1)
    return texture.id
