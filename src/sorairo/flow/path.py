"""The straight path from data to noise (Liu et al., "Flow straight and fast", arXiv 2209.03003)."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor

from sorairo.flow.schedules import Levels


def point(
    z: Float[Tensor, "..."], noise: Float[Tensor, "..."], sigma: Float[Tensor, "..."]
) -> Float[Tensor, "..."]:
    """z_sigma = (1 - sigma) z + sigma noise; sigma broadcasts (per token, per sample...)."""
    return (1 - sigma) * z + sigma * noise


def token_sigma(start: Levels, end: Levels, s: float | Levels) -> Levels:
    """The noise level of tokens at schedule value s (1 -> 0), from where their noise starts and
    ends. Tokens whose two are equal are held: their level never changes."""
    return end + (start - end) * s


def velocity(z: Float[Tensor, "..."], noise: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    """d z_sigma / d sigma = noise - z, the same at every sigma: what the network predicts."""
    return noise - z


def clean(
    z_sigma: Float[Tensor, "..."], v: Float[Tensor, "..."], sigma: Float[Tensor, "..."]
) -> Float[Tensor, "..."]:
    """The data that a point and its velocity point to: z = z_sigma - sigma v."""
    return z_sigma - sigma * v


def matching_loss(
    predicted: Float[Tensor, "b n p"],
    target: Float[Tensor, "b n p"],
    loss_mask: Float[Tensor, "b n"],
) -> Float[Tensor, "b"]:
    """Mean squared error of the velocity over the tokens that are counted (1) and not held (0), one
    value a sample."""
    per_token = (predicted.float() - target.float()).square().mean(-1)
    return (per_token * loss_mask).sum(1) / loss_mask.sum(1).clamp(min=1)
