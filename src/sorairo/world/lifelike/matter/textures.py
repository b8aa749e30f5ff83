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
