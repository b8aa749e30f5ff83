"""The velocity of a model for a stack of canvases, with classifier-free guidance."""

from __future__ import annotations

import torch
from torch import Tensor

from sorairo.flow.guidance import guide
from sorairo.generation.canvas.canvas import Stack
from sorairo.generation.sampling.sampler import Velocity
from sorairo.models.model import Model


def guided_velocity(
    model: Model,
    stack: Stack,
    *,
    negative: str,
    scale: float,
    guidance_interval: tuple[float, float],
    device: torch.device,
    dtype: torch.dtype,
) -> Velocity:
    """Texts are read once; guidance, canvases and their views are rows of one batch.

    Guidance is applied only to noise levels within `guidance_interval` (lowest, highest), after
    Kynkaanniemi et al. (arXiv 2404.07724); outside of it a step takes half the time.
    """
    canvases = stack.canvases
    views, num_prompts = len(canvases[0].positions), len(canvases[0].prompts)
    cond = [prompt for canvas in canvases for prompt in canvas.prompts * views]
    uncond = [negative] * len(cond) if scale != 1.0 else []
    text, mask = model.read([*cond, *uncond])
    told_text, told_mask = [(k[: len(cond)], v[: len(cond)]) for k, v in text], mask[: len(cond)]
    counts = torch.stack([each.token_view_weights() for each in canvases])
    counts = counts.to(device).unsqueeze(-1)

    def rows(values: Tensor, halves: int) -> Tensor:
        """One [...] a canvas as one a row of the batch."""
        return values.repeat_interleave(views, 0).repeat(halves, *[1] * (values.ndim - 1))

    places = torch.cat([each.token_positions() for each in canvases]).to(device)
    prompt_weights = None
    if num_prompts > 1:
        prompt_weights = torch.stack([each.token_prompt_weights() for each in canvases]).to(device)
    transformer = model.denoiser.transformer

    def velocity(x: Tensor, sigma: Tensor) -> Tensor:
        lowest, highest = guidance_interval
        halves = 2 if uncond and lowest <= float(sigma.max()) <= highest else 1
        level = sigma[:, :1] if bool((sigma == sigma[:, :1]).all()) else sigma
        v = transformer(
            rows(x.to(device, dtype), halves),
            places.repeat(halves, 1, 1),
            rows(level.to(device), halves),
            *((text, mask) if halves == 2 else (told_text, told_mask)),
            None if prompt_weights is None else rows(prompt_weights, halves),
        )
        v = (v.float().unflatten(0, (halves, len(canvases), views)) * counts).sum(2).cpu()
        return guide(v[0], v[1], scale) if halves == 2 else v[0]

    return velocity
