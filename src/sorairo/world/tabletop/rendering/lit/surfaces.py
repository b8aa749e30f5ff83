"""The materials of floors, bodies and props.

Textures are periodic, drawn with numpy, and kept, so that a stage uploads each of them once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from sorairo.world.filament.stage import Material
from sorairo.world.tabletop.scene import COLORS

SIDE = 512  # texels of a floor's texture
TILE_METRES = 24.0  # length of floor that one tile of texture covers
GRAIN_SIDE = 128


def noise(seed: int, size: float, *, stretch: float = 1.0, side: int = SIDE) -> np.ndarray:
    """Periodic smooth noise of unit variance, [side, side]; features are `size` texels across,
    and `stretch` times longer along x."""
    white = np.fft.rfft2(np.random.default_rng(seed).standard_normal((side, side)))
    fy, fx = np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None, :] * stretch
    smooth = np.fft.irfft2(white * np.exp(-((fx**2 + fy**2) * (1.5 * size) ** 2)), s=(side, side))
    return (smooth - smooth.mean()) / smooth.std()


def bumps(heights: np.ndarray) -> np.ndarray:
    """The normal map of heights in texels, [H, W] -> uint8 [H, W, 3]."""
    across = (np.roll(heights, -1, 1) - np.roll(heights, 1, 1)) / 2
    down = (np.roll(heights, -1, 0) - np.roll(heights, 1, 0)) / 2
    normals = np.stack([-across, -down, np.ones_like(heights)], -1)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    return np.round((normals * 0.5 + 0.5) * 255).astype(np.uint8)


def painted(color: tuple[float, float, float], shade: np.ndarray) -> np.ndarray:
    """An sRGB colour scaled by (1 + shade), as uint8 [H, W, 3]."""
    return (np.clip(np.asarray(color) * (1 + shade[..., None]), 0, 1) * 255).astype(np.uint8)


def _wood() -> Material:
    y = np.arange(SIDE) / SIDE * 16  # planks of 1.5 m
    plank = y.astype(int)
    tones = np.random.default_rng(1).normal(0, 0.09, 16)
    fibre = noise(1, 3, stretch=0.06)
    for row in range(16):  # planks are cut from different places
        fibre[plank == row] = np.roll(fibre[plank == row], 97 * row, axis=1)
    gap = np.minimum(y % 1, 1 - y % 1) / 16 * SIDE  # texels to the nearest gap
    seam = -0.5 * np.exp(-((gap / 0.8) ** 2))
    rings = 0.05 * np.sin(3 * noise(2, 14, stretch=0.1))
    shade = (tones[plank] + seam)[:, None] + 0.07 * fibre + rings
    return Material(texture=painted((0.60, 0.40, 0.24), shade), roughness=0.42)


def _checker() -> Material:
    index = np.arange(SIDE) * 8 // SIDE  # squares of 3 m
    light = (index[:, None] + index) % 2
    place = np.arange(SIDE) / SIDE * 8
    gap = np.minimum(place % 1, 1 - place % 1) / 8 * SIDE
    joint = -0.35 * np.exp(-((np.minimum(gap[:, None], gap) / 0.9) ** 2))
    shade = np.where(light, 0.36, -0.36) + joint + 0.02 * noise(3, 10)
    return Material(texture=painted((0.52, 0.52, 0.54), shade), roughness=0.22)


def _grass() -> Material:
    tufts, blades = noise(4, 9), noise(5, 1.2)
    shade = 0.10 * noise(6, 40) + 0.13 * tufts + 0.20 * blades
    texture = painted((0.30, 0.46, 0.15), shade)
    return Material(texture=texture, normal_texture=bumps(0.9 * blades + 2 * tufts), roughness=0.95)


def _sand() -> Material:
    x, y = np.meshgrid(np.arange(SIDE), np.arange(SIDE))
    wavy = noise(7, 40)
    ripples = np.sin((3 * x + 18 * y) * 2 * np.pi / SIDE + 1.6 * wavy)
    grains = noise(8, 0.8)
    shade = 0.03 * noise(9, 30) + 0.045 * grains + 0.02 * ripples
    heights = 1.1 * ripples + 0.15 * grains
    return Material(
        texture=painted((0.80, 0.67, 0.45), shade), normal_texture=bumps(heights), roughness=0.95
    )


def _marble() -> Material:
    wide, thin = noise(10, 30), noise(11, 16)
    vein = np.exp(-((wide / 0.10) ** 2)) + 0.6 * np.exp(-((thin / 0.07) ** 2))
    shade = -0.28 * np.clip(vein, 0, 1.2) + 0.02 * noise(12, 20)
    return Material(texture=painted((0.86, 0.86, 0.85), shade), roughness=0.15)


def _snow() -> Material:
    drifts, grains = noise(13, 28), noise(14, 1.0)
    shade = 0.015 * drifts + 0.02 * grains
    heights = 3.0 * drifts + 0.12 * grains
    return Material(
        texture=painted((0.86, 0.90, 0.95), shade), normal_texture=bumps(heights), roughness=0.7
    )


FLOORS: dict[str, Callable[[], Material]] = {
    "wood": _wood,
    "checker": _checker,
    "grass": _grass,
    "sand": _sand,
    "marble": _marble,
    "snow": _snow,
}


@cache
def floor_material(name: str) -> Material:
    """The material of a floor."""
    return FLOORS[name]()


@cache
def body_material(color: str, material: str) -> Material:
    """The material of a body of a colour."""
    linear = linear_color(COLORS[color])
    if material == "metal":
        return Material(color=linear, roughness=0.3, metallic=0.6)
    if material == "wood":
        return Material(color=linear, roughness=0.7, texture=_grain())
    return Material(color=linear, roughness=0.45)


@cache
def prop_material(name: str) -> Material:
    """The material of the screen, the disc of the turntable or the frame of the swing."""
    if name == "screen":
        return Material(color=linear_color((0.60, 0.55, 0.50)), roughness=0.85)
    return Material(color=linear_color((0.42, 0.38, 0.36)), roughness=0.5)


@cache
def _grain() -> np.ndarray:
    """Grey wood grain that runs along v, uint8 [GRAIN_SIDE, GRAIN_SIDE, 3]."""
    fibre = noise(20, 3, stretch=0.05, side=GRAIN_SIDE).T
    rings = np.sin(5 * noise(21, 14, stretch=0.1, side=GRAIN_SIDE).T)
    return painted((0.88, 0.88, 0.88), 0.04 * fibre + 0.07 * rings)


def linear_color(srgb: tuple[float, float, float]) -> tuple[float, float, float]:
    """An sRGB colour from 0 to 1 as linear RGB (IEC 61966-2-1)."""
    values = np.asarray(srgb)
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return tuple(linear.tolist())
