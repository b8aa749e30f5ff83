"""Shrinks latents before they are decoded, so that the codec learns latents which scale with the
picture (Kouzelis et al., "EQ-VAE", arXiv 2502.09509)."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from sorairo.training.data.crops import shrink

LEAST = 4  # latent places of a side; smaller pictures are mostly border


def draw_side(rng: np.random.Generator, side: int) -> int:
    """A smaller side, down to half of `side`, in latent places; 0 if there is none."""
    least = max(LEAST, -(-side // 2))
    return int(rng.integers(least, side)) if least < side else 0


def shrink_latents(
    latents: Tensor, video: Tensor, weight: Tensor, side: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Latents [b, c, g, h, w] of `side` latent places, with their video and its weights
    [b, c, F, H, W]. `side` 0: all as they are."""
    if not side:
        return latents, video, weight
    pixels = side * (video.shape[-1] // latents.shape[-1])
    latents = shrink(latents.float(), (side, side)).to(latents.dtype)
    return latents, shrink(video, (pixels, pixels)), shrink(weight, (pixels, pixels))
