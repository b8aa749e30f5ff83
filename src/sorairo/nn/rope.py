"""Rotary positions over (time, y, x), with positions given as numbers, not as indices.

Su et al., "RoFormer" (arXiv 2104.09864), equation 34; three axes as in Wan 2.1. The two halves of a
head hold the pairs (j, j + d/2): no strided copies. Weights stored with interleaved pairs are
permuted when they are loaded.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from sorairo.nn.kernels.compiled import Fused

Rotation = tuple[Tensor, Tensor]
"""cos of every angle, and sin, negative for the first half, [b, n, 1, d] each."""


def axis_pairs(head_dim: int) -> tuple[int, int, int]:
    """How many of a head's d/2 pairs are rotated by time, y and x (Wan's split)."""
    third = head_dim // 6
    return head_dim // 2 - 2 * third, third, third


def rotation(positions: Float[Tensor, "b n 3"], head_dim: int, theta: float) -> Rotation:
    """cos and sin of every token's angles, in float32."""
    angles = []
    for axis, pairs in enumerate(axis_pairs(head_dim)):
        exponents = torch.arange(pairs, dtype=torch.float32, device=positions.device) / pairs
        angles.append(positions[..., axis, None].float() * theta**-exponents)
    angle = torch.cat(angles, dim=-1).unsqueeze(2)
    cos, sin = angle.cos(), angle.sin()
    return torch.cat([cos, cos], dim=-1), torch.cat([-sin, sin], dim=-1)


def in_format_of(x: Tensor, rope: Rotation) -> Rotation:
    """The table as it is used for tokens like x: on a CPU in their number format, which takes half
    the time there; elsewhere in float32."""
    return (rope[0].to(x.dtype), rope[1].to(x.dtype)) if x.device.type == "cpu" else rope


def rotate(x: Float[Tensor, "b n heads d"], rope: Rotation) -> Float[Tensor, "b n heads d"]:
    """Rotates each pair by its angle: (a, b) to (a cos - b sin, b cos + a sin)."""
    return _rotated(x, *in_format_of(x, rope))


@Fused
def _rotated(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    exact = x.to(cos.dtype)
    return torch.addcmul(exact * cos, exact.roll(x.shape[-1] // 2, dims=-1), sin).to(x.dtype)
