"""The velocity of a model for a stack of canvases, with classifier-free guidance."""

from __future__ import annotations

import torch
from torch import Tensor

from sorairo.flow.guidance import guide
from sorairo.generation.canvas import Stack
from sorairo.generation.sampler import Velocity
from sorairo.models.bundle import Bundle


def guided_velocity(
    bundle: Bundle,
    stack: Stack,
    *,
    negative: str,
    scale: float,
    device: torch.device,
    dtype: torch.dtype,
) -> Velocity:
    """Texts are read once; guidance, canvases and their views are rows of one batch."""
    canvases = stack.canvases
    views, heard = len(canvases[0].positions), len(canvases[0].prompts)
    told = [prompt for canvas in canvases for prompt in canvas.prompts * views]
    halves = 1 if scale == 1.0 else 2
    text, mask = bundle.read([*told, *(negative,) * len(told) * (halves - 1)])
    counts = torch.stack([each.token_view_shares() for each in canvases])
    counts = counts.to(device).unsqueeze(-1)

    def rows(values: Tensor) -> Tensor:
        """One [...] a canvas as one a row of the batch."""
        return values.repeat_interleave(views, 0).repeat(halves, *[1] * (values.ndim - 1))

    places = torch.cat([each.token_positions() for each in canvases])
    positions, shares = places.repeat(halves, 1, 1).to(device), None
    if heard > 1:
        shares = rows(torch.stack([each.token_shares() for each in canvases])).to(device)
    transformer = bundle.denoiser.transformer

    def velocity(x: Tensor, sigma: Tensor) -> Tensor:
        level = sigma[:, :1] if bool((sigma == sigma[:, :1]).all()) else sigma
        tokens = rows(x.to(device, dtype))
        level = rows(level.to(device))
        v = transformer(tokens, positions, level, text, mask, shares).float()
        v = (v.unflatten(0, (halves, len(canvases), views)) * counts).sum(2).cpu()
        return v[0] if scale == 1.0 else guide(v[0], v[1], scale)

    return velocity
