"""Pictures of materials."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from sorairo.world.lifelike.grounds import to_srgb

SIDE = 256  # texels
HEM = 7  # texels


def fabric(color: tuple[float, float, float], rng: np.random.Generator) -> np.ndarray:
    """A cloth of one colour: its weave, uneven dye and a hem; sRGB, uint8 [SIDE, SIDE, 3]."""
    white = rng.standard_normal((SIDE, SIDE))
    dye = gaussian_filter(white, 24, mode="wrap")
    threads = gaussian_filter(white, (0, 3), mode="wrap") + gaussian_filter(
        white.T, (3, 0), mode="wrap"
    )
    shade = 1 + 0.05 * dye / dye.std() + 0.05 * threads / threads.std()
    row, column = np.indices((SIDE, SIDE))
    edge = np.minimum(np.minimum(row, SIDE - 1 - row), np.minimum(column, SIDE - 1 - column))
    shade = shade * np.where(edge < HEM, 0.8, 1.0) * np.where(edge == HEM, 0.6, 1.0)
    return to_srgb(np.asarray(color) * shade[..., None])


def wood(rng: np.random.Generator, *, dark: float = 1.0) -> np.ndarray:
    """Planed wood with its grain along the rows; sRGB, uint8 [SIDE, SIDE, 3]."""
    white = rng.standard_normal((SIDE, SIDE))
    rings = gaussian_filter(white, (9, 60), mode="wrap")
    fibre = gaussian_filter(white.T, (0.7, 14), mode="wrap")
    waves = np.sin(rings / rings.std() * 5)
    shade = dark * (1 + 0.13 * waves + 0.07 * fibre / fibre.std())
    return to_srgb(np.array([0.36, 0.20, 0.095]) * np.clip(shade, 0.2, 1.8)[..., None])


def painted_blocks(
    color: tuple[float, float, float], rng: np.random.Generator, rows: int, columns: int
) -> np.ndarray:
    """A painted wall of so many rows of blocks, every second row shifted by half a block, with dark
    joints; sRGB, uint8 [SIDE, SIDE, 3]."""
    up, along = (np.indices((SIDE, SIDE)) + 0.5) / SIDE * np.array([rows, columns])[:, None, None]
    along = along + 0.5 * (np.floor(up) % 2)
    shades = 1 + 0.07 * rng.standard_normal((rows, columns + 1))
    shade = shades[np.floor(up).astype(int), np.floor(along).astype(int)]
    edge = np.minimum(0.5 - np.abs(up % 1 - 0.5), (0.5 - np.abs(along % 1 - 0.5)) * rows / columns)
    stains = gaussian_filter(rng.standard_normal((SIDE, SIDE)), 14, mode="wrap")
    shade = shade * (1 + 0.06 * stains / stains.std()) * np.where(edge < 0.08, 0.62, 1.0)
    return to_srgb(np.asarray(color) * np.clip(shade, 0.3, 1.3)[..., None])


def glazed(color: tuple[float, float, float], rng: np.random.Generator) -> np.ndarray:
    """Glazed clay or plastic: one colour in the left half, and unglazed white for broken edges in
    the right half; sRGB, uint8 [SIDE, SIDE, 3]."""
    cloud = gaussian_filter(rng.standard_normal((SIDE, SIDE)), 20)
    shade = np.asarray(color) * (1 + 0.05 * cloud / cloud.std())[..., None]
    shade[:, SIDE // 2 :] = (0.78, 0.72, 0.64)
    return to_srgb(shade)
