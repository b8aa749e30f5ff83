"""The canvas: latents, and for every token where its noise starts and where it ends. A task paints
it, the sampler fills it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from sorairo.nn.patches import patchify, unpatchify


@dataclass(frozen=True, kw_only=True)
class Canvas:
    """A grid of f x h x w tokens.

    latents     [c, f, h * patch, w * patch], normalised; what is given, zeros where nothing is
    sigma_start [f, h, w]: 1 blank, between 0 and 1 keeps the layout, 0 given
    sigma_end   [f, h, w]: 0, or equal to the start: held, the token never moves
    positions   [f, h, w, 3]: (time, y, x) in the model's units
    """

    latents: Tensor
    sigma_start: Tensor
    sigma_end: Tensor
    positions: Tensor
    patch: int

    @property
    def grid(self) -> tuple[int, int, int]:
        f, h, w = self.sigma_start.shape
        return f, h, w

    @property
    def held(self) -> Tensor:
        """True for tokens that never move, [f, h, w]."""
        return self.sigma_start == self.sigma_end

    def sigma(self, s: float) -> Float[Tensor, "n"]:
        """Every token's level at schedule value s (1 -> 0)."""
        return (self.sigma_end + (self.sigma_start - self.sigma_end) * s).flatten()

    def tokens(self) -> Float[Tensor, "n p"]:
        return patchify(self.latents[None], self.patch)[0]

    def with_tokens(self, x: Float[Tensor, "n p"]) -> Canvas:
        return replace(self, latents=unpatchify(x[None], self.grid, self.patch)[0])


def grid_positions(
    grid: tuple[int, int, int], *, frame_seconds: float, start: float = 0.0
) -> Float[Tensor, "f h w 3"]:
    """The position law of our own models.

    Time: one unit is a third of a second (a latent frame at 12 frames a second). Space: the centre
    of the picture is 0, and a picture of h x w tokens spans 8 h / sqrt(h w) by 8 w / sqrt(h w): the
    same place in a scene has the same position whatever the resolution.
    """
    f, h, w = grid
    unit = 8 / (h * w) ** 0.5
    time = (start + torch.arange(f) * frame_seconds) * 3
    y = (torch.arange(h) + 0.5 - h / 2) * unit
    x = (torch.arange(w) + 0.5 - w / 2) * unit
    return torch.stack(torch.meshgrid(time, y, x, indexing="ij"), dim=-1)


def blank(
    *,
    latent_channels: int,
    patch: int,
    grid: tuple[int, int, int],
    frame_seconds: float,
) -> Canvas:
    """Nothing is given: text to video."""
    f, h, w = grid
    return Canvas(
        latents=torch.zeros(latent_channels, f, h * patch, w * patch),
        sigma_start=torch.ones(grid),
        sigma_end=torch.zeros(grid),
        positions=grid_positions(grid, frame_seconds=frame_seconds),
        patch=patch,
    )
