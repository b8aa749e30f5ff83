"""Photographed grounds: a disc with a texture that is fine in the middle.

A picture repeats, turned and shifted between patches so that no grid is seen. Far away the ground
takes on the colours of the panorama, or, where the panorama shows none, a haze.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from sorairo.world.filament.cube_maps import look_up
from sorairo.world.filament.environment import Environment, to_panorama
from sorairo.world.filament.geometry import Geometry
from sorairo.world.filament.stage import Material, Stage
from sorairo.world.lifelike.grounds import (
    NEAR_SCALE,
    REACH,
    TEXTURE_SIDE,
    ground_geometry,
    noise,
    to_srgb,
)
from sorairo.world.menagerie.assets.archive import read
from sorairo.world.menagerie.assets.textures import read_texture
from sorairo.world.menagerie.places import GROUNDS, TERRAIN, Place

LEVELS = 7  # sizes of a picture, each half of the one before
EYE_LEVEL = 1.6  # metres above the ground at which panoramas are taken
PANORAMA = (9.0, 32.0)  # metres at which the panorama's colours begin, and are all there is
HAZE = 120.0  # metres at which a ground without a panorama is half hidden by haze


def disc(scale: float) -> Geometry:
    """The ground, `scale` times as fine in the middle as that of the lifelike world is coarse."""
    plain = ground_geometry()
    return Geometry(plain.positions * scale, plain.faces, plain.normals, plain.uv)


@cache
def levels(kind: str) -> tuple[np.ndarray, ...]:
    """A picture in smaller and smaller sizes, linear RGB, float32 [S, S, 3]."""
    pixels = read_texture(read(f"{TERRAIN}/{GROUNDS[kind].picture}.cached.dds"))[..., :3]
    side = min(*pixels.shape[:2], 1024)
    step = pixels.shape[0] // side
    linear = (pixels.astype(np.float32) / 255) ** 2.2
    linear = linear.reshape(side, step, side, -1, 3).mean((1, 3))
    found = [linear]
    while len(found) < LEVELS and len(found[-1]) > 1:
        found.append(found[-1].reshape(len(found[-1]) // 2, 2, -1, 2, 3).mean((1, 3)))
    return tuple(found)


def surface_texture(kind: str, place: Place, light: Environment, scale: float) -> np.ndarray:
    """The texture of `disc(scale)`, sRGB, uint8 [TEXTURE_SIDE, TEXTURE_SIDE, 3]."""
    steps = (np.arange(TEXTURE_SIDE) + 0.5) / TEXTURE_SIDE * 2 - 1
    u, v = np.meshgrid(steps, steps)
    warped = np.hypot(u, v)
    rest = np.maximum(1 - warped, NEAR_SCALE / (REACH + NEAR_SCALE))
    radius = scale * NEAR_SCALE * warped / rest
    stretch = scale * NEAR_SCALE / rest
    x, y = u * stretch, v * stretch
    texel = scale * NEAR_SCALE / rest**2 * 2 / TEXTURE_SIDE  # metres, along the radius
    near = _photographed(kind, x, y, texel)
    if place.ends_in_panorama:
        far = _panorama_colors(x, y, radius, light)
        share = np.clip((radius - PANORAMA[0]) / (PANORAMA[1] - PANORAMA[0]), 0, 1)
        share = share * share * (3 - 2 * share)
    else:
        far, share = _horizon(light), 1 - np.exp(-radius / HAZE * np.log(2))
    return to_srgb(near * (1 - share[..., None]) + far * share[..., None])


def _photographed(kind: str, x: np.ndarray, y: np.ndarray, texel: np.ndarray) -> np.ndarray:
    """The picture over the plane: two copies that lie differently, mixed patch by patch."""
    size = GROUNDS[kind].size
    first = _sampled(kind, x / size, y / size, texel / size)
    cosine, sine = np.cos(0.7), np.sin(0.7)
    turned = (cosine * x - sine * y + 1.3, sine * x + cosine * y + 0.4)
    second = _sampled(kind, turned[0] / size, turned[1] / size, texel / size)
    share = np.clip(0.5 + 0.8 * noise(x, y, 2.2 * size, 31), 0, 1)[..., None]
    shade = 1 + 0.07 * noise(x, y, 3.5 * size, 32)[..., None]
    return np.clip((first * share + second * (1 - share)) * shade, 0, 1)


def _sampled(kind: str, u: np.ndarray, v: np.ndarray, footprint: np.ndarray) -> np.ndarray:
    """The picture at coordinates that repeat, in the size that fits the footprint of a texel."""
    pictures = levels(kind)
    wanted = np.log2(np.maximum(footprint * len(pictures[0]), 1))
    level = np.clip(np.round(wanted), 0, len(pictures) - 1).astype(int)
    found = np.empty((*u.shape, 3), np.float32)
    for number, picture in enumerate(pictures):
        here = level == number
        side = len(picture)
        column, row = (u[here] * side) % side, (v[here] * side) % side
        left, top = column.astype(int), row.astype(int)
        right, down = (column - left)[:, None], (row - top)[:, None]
        left, top = left % side, top % side
        far, low = (left + 1) % side, (top + 1) % side
        upper = picture[top, left] * (1 - right) + picture[top, far] * right
        lower = picture[low, left] * (1 - right) + picture[low, far] * right
        found[here] = upper * (1 - down) + lower * down
    return found


def _panorama_colors(
    x: np.ndarray, y: np.ndarray, radius: np.ndarray, light: Environment
) -> np.ndarray:
    """The reflectance that makes the ground look as in the panorama, linear RGB."""
    toward = np.stack([x, y, np.full_like(x, -EYE_LEVEL)], -1)
    toward /= np.sqrt(radius**2 + EYE_LEVEL**2)[..., None]
    radiance = look_up(light.radiance, to_panorama(toward))
    return np.clip(radiance * np.pi / light.upward_irradiance(), 0.015, 0.85)


def _horizon(light: Environment) -> np.ndarray:
    """The reflectance that looks like the sky just above the horizon, linear RGB [3]."""
    rows = light.radiance.shape[0]
    band = light.radiance[int(rows * 0.46) : rows // 2].mean((0, 1))
    return np.clip(band * np.pi / light.upward_irradiance(), 0.015, 0.9)


def add_ground(stage: Stage, kind: str, place: Place, light: Environment, scale: float) -> None:
    """Puts the ground of a place on a stage."""
    picture = surface_texture(kind, place, light, scale)
    stage.add(disc(scale), Material(texture=picture, roughness=0.95))
