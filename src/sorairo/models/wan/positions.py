"""The position law of Wan: the numbers of the latent frame, row and column."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class WholePositions:
    """Latent frames, rows and columns are counted from 0 (see `protocols.PositionLaw`)."""

    units_per_second: float
    """Latent frames a second."""

    def grid(
        self, grid: tuple[int, int, int], times: Float[Tensor, "f"]
    ) -> Float[Tensor, "f h w 3"]:
        """Positions of a grid's tokens, at `times` in seconds."""
        _, h, w = grid
        axes = (times.float() * self.units_per_second, torch.arange(h), torch.arange(w))
        return torch.stack(torch.meshgrid(*(each.float() for each in axes), indexing="ij"), dim=-1)

    def crop(
        self, grid: tuple[int, int], box: tuple[int, int, int, int], time: float = 0.0
    ) -> Float[Tensor, "1 h w 3"]:
        """Positions of a part of a larger picture: rows and columns box[0] <= y < box[2],
        box[1] <= x < box[3]."""
        top, left, bottom, right = box
        return self.grid((1, *grid), torch.tensor([time]))[:, top:bottom, left:right]
