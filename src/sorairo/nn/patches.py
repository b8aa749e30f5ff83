"""Latent grid <-> tokens."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

Array = TypeVar("Array", Tensor, np.ndarray)


def patchify(latents: Float[Array, "b c f h w"], patch: int) -> Float[Array, "b n p"]:
    """Latents as tokens: each one latent frame and patch x patch places,
    in order (frame, row, column)."""
    return rearrange(latents, "b c f (h p) (w q) -> b (f h w) (c p q)", p=patch, q=patch)


def unpatchify(
    x: Float[Array, "b n p"], grid: tuple[int, int, int], patch: int
) -> Float[Array, "b c f h w"]:
    """The reverse of `patchify`; `grid` counts tokens (frames, rows, columns)."""
    f, h, w = grid
    return rearrange(x, "b (f h w) (c p q) -> b c f (h p) (w q)", f=f, h=h, w=w, p=patch, q=patch)
