"""Terms of a codec's loss for what moves and for edges."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor


def motion(video: Float[Tensor, "b 3 F H W"]) -> Float[Tensor, "b 1 F H W"]:
    """How much each pixel changes from the frame before or to the frame after, from 0 to 1: half of
    the range of values, or more."""
    change = video.diff(dim=2).abs().mean(1, keepdim=True)
    before = F.pad(change, (0, 0, 0, 0, 1, 0))
    after = F.pad(change, (0, 0, 0, 0, 0, 1))
    return torch.maximum(before, after).clamp(max=1)


def edge_error(
    error: Float[Tensor, "b 3 F H W"], weight: Float[Tensor, "b 1 F H W"]
) -> Float[Tensor, ""]:
    """The mean absolute error of differences between neighbouring pixels."""
    rows = (weight[..., 1:, :] * error.diff(dim=-2).abs()).mean()
    columns = (weight[..., 1:] * error.diff(dim=-1).abs()).mean()
    return rows + columns


def change_error(
    error: Float[Tensor, "b 3 F H W"], weight: Float[Tensor, "b 1 F H W"]
) -> Float[Tensor, ""]:
    """The mean absolute error of differences between frames, also across latent frames."""
    return (weight[:, :, 1:] * error.diff(dim=2).abs()).mean()
