"""The velocity of a model for a stack of canvases, with classifier-free guidance."""

from __future__ import annotations

import torch
from torch import Tensor

from sorairo.flow.guidance import Guidance, guide
from sorairo.generation.canvas.canvas import Stack
from sorairo.generation.sampling.prompt_reader import PromptReader
from sorairo.generation.sampling.sampler import Velocity
from sorairo.models.protocols import PromptContext, TokenBatch, VideoModel


def guided_velocity(
    model: VideoModel, reader: PromptReader, stack: Stack, *, negative: str, guidance: Guidance
) -> Velocity:
    """The velocity of the stack's tokens, with prompts from the model's `reader`. The two halves of
    guidance, canvases and their views are rows of one batch."""
    canvases, device = stack.canvases, model.device
    views = len(canvases[0].positions)
    both, cond = _read(reader, stack, views, negative, guidance)
    view_weights = torch.stack([each.token_view_weights() for each in canvases])
    view_weights = view_weights.to(device).unsqueeze(-1)

    def rows(values: Tensor, halves: int) -> Tensor:
        """Values of each canvas, repeated for each of its rows in the batch."""
        return values.repeat_interleave(views, 0).repeat(halves, *[1] * (values.ndim - 1))

    positions = torch.cat([each.token_positions() for each in canvases]).to(device)
    prompt_weights = given = None
    if len(canvases[0].prompts) > 1:
        prompt_weights = torch.stack([each.token_prompt_weights() for each in canvases]).to(device)
    if canvases[0].given is not None:
        channels = [part for each in canvases if (part := each.token_given()) is not None]
        given = torch.stack(channels).to(device, model.dtype)

    def velocity(x: Tensor, sigma: Tensor) -> Tensor:
        scale = guidance.at(float(sigma.max()))
        halves = 1 if scale == 1.0 else 2
        level = sigma[:, :1] if bool((sigma == sigma[:, :1]).all()) else sigma
        batch = TokenBatch(
            x=rows(x.to(device, model.dtype), halves),
            sigma=rows(level.to(device), halves),
            positions=positions.repeat(halves, 1, 1),
            grid=canvases[0].grid,
            prompt_weights=None if prompt_weights is None else rows(prompt_weights, halves),
            given=None if given is None else rows(given, halves),
        )
        v = model.denoiser.velocity(batch, both if halves == 2 else cond)
        v = v.float().unflatten(0, (halves, len(canvases), views)) * view_weights
        v = v.sum(2).cpu()
        return guide(v[0], v[1], scale) if halves == 2 else v[0]

    return velocity


def _read(
    reader: PromptReader, stack: Stack, views: int, negative: str, guidance: Guidance
) -> tuple[PromptContext, PromptContext]:
    """The context of the conditional rows and the unconditional ones, if guidance needs them, and
    that of the conditional rows alone."""
    cond = [prompt for canvas in stack.canvases for prompt in canvas.prompts * views]
    uncond = [negative] * len(cond) if guidance.needed else []
    context = reader.context([*cond, *uncond])
    return context, context.first(len(cond))
