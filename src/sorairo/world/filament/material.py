"""How a surface looks, as a value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Material:
    """How a surface looks. Textures are uint8 arrays, the first row at v = 0."""

    color: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Linear RGB, multiplied with the texture."""
    opacity: float = 1.0
    """1 hides what is behind."""
    roughness: float = 0.8
    """0 is a mirror, 1 is chalk."""
    metallic: float = 0.0
    """1 is bare metal."""
    texture: np.ndarray | None = None
    """sRGB, [H, W, 3]."""
    opacity_texture: np.ndarray | None = None
    """Opacity, [H, W]."""
    normal_texture: np.ndarray | None = None
    """Normals in tangent space, [H, W, 3]."""
    metallic_texture: np.ndarray | None = None
    """Multiplied with `metallic`; sRGB, of which the first channel counts, [H, W, 3]."""
    glow: float = 0.0
    """Light that the surface gives off by itself: the radiance where its texture is white, as a
    multiple of the mean radiance of the environment."""
    glow_texture: np.ndarray | None = None
    """sRGB, [H, W, 3]."""
