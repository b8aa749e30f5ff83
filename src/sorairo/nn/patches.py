"""Latent grid <-> tokens."""

from __future__ import annotations

from einops import rearrange
from jaxtyping import Float
from torch import Tensor


def patchify(latents: Float[Tensor, "b c f h w"], patch: int) -> Float[Tensor, "b n p"]:
    """Tokens of one latent frame and patch x patch places, in order (frame, row, column)."""
    return rearrange(latents, "b c f (h p) (w q) -> b (f h w) (c p q)", p=patch, q=patch)


def unpatchify(
    x: Float[Tensor, "b n p"], grid: tuple[int, int, int], patch: int
) -> Float[Tensor, "b c f h w"]:
    """The reverse of `patchify`; `grid` counts tokens (frames, rows, columns)."""
    f, h, w = grid
    return rearrange(x, "b (f h w) (c p q) -> b c f (h p) (w q)", f=f, h=h, w=w, p=patch, q=patch)
