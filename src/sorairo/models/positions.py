"""The position law of our own models."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class CenteredPositions:
    """Positions in space are relative to the centre and to the size of the picture, so that a place
    in a scene has one position at any resolution (see `protocols.PositionLaw`)."""

    units_per_second: float = 3.0
    """One unit of time is a latent frame at 12 frames a second."""
    native_side: int = 6
    """Tokens of each side of a square picture of the native size."""
    span: float = 8.0
    """Units of space across a square picture."""

    def grid(
        self, grid: tuple[int, int, int], times: Float[Tensor, "f"]
    ) -> Float[Tensor, "f h w 3"]:
        """Positions of a grid's tokens, at `times` in seconds. The centre of the picture is 0, and
        a picture of h x w tokens spans `span` h / sqrt(h w) by `span` w / sqrt(h w)."""
        _, h, w = grid
        unit = self.span / (h * w) ** 0.5
        y = (torch.arange(h) + 0.5 - h / 2) * unit
        x = (torch.arange(w) + 0.5 - w / 2) * unit
        t = times.float() * self.units_per_second
        return torch.stack(torch.meshgrid(t, y, x, indexing="ij"), dim=-1)

    def crop(
        self, grid: tuple[int, int], box: tuple[int, int, int, int], time: float = 0.0
    ) -> Float[Tensor, "1 h w 3"]:
        """Positions of a part of a larger picture of `grid` tokens: rows and columns
        box[0] <= y < box[2], box[1] <= x < box[3].

        In a picture of n by n tokens, neighbours are 4/3 (6 / n)^(1/4) apart: far enough that
        attention can distinguish them (at 8 / n it cannot), and near enough to show how large the
        picture is.
        """
        whole = self.grid((1, *grid), torch.tensor([time]))
        whole[..., 1:] *= ((grid[0] * grid[1]) ** 0.5 / self.native_side) ** 0.75
        top, left, bottom, right = box
        return whole[:, top:bottom, left:right]
