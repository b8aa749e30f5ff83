"""The denoising loss of a given clip at several noise levels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from sorairo.flow import path as flow
from sorairo.generation.engine import Engine
from sorairo.generation.sampling.seeding import seeded
from sorairo.models.protocols import TokenBatch
from sorairo.nn.patches import patchify


def latents_of(engine: Engine, frames: np.ndarray) -> Tensor:
    """The latents [c, f, h, w] of a clip uint8 [F, H, W, 3], cut to whole latent frames."""
    group = engine.model.codec.law.time_factor
    whole = 1 + (len(frames) - 1) // group * group
    return engine.encode(np.concatenate([frames[:1].repeat(group - 1, 0), frames[:whole]]))


@torch.inference_mode()
def losses(
    engine: Engine,
    latents: Tensor,
    prompt: str,
    sigmas: Sequence[float],
    *,
    given: int = 0,
    seed: int = 0,
) -> list[float]:
    """The mean squared error of the velocity at each of the noise levels `sigmas`.

    The latent frames before `given` are given clean; the loss is that of the others. The noise is
    the same at each level.
    """
    model = engine.model
    patch = model.denoiser.patch
    z = patchify(latents[None].float().cpu(), patch)
    f, h, w = latents.shape[1], latents.shape[2] // patch, latents.shape[3] // patch
    times = torch.arange(f) * (model.codec.law.time_factor / model.info.fps)
    positions = model.positions.grid((f, h, w), times).reshape(1, -1, 3)
    later = (torch.arange(f) >= given).repeat_interleave(h * w)[None]
    context = model.denoiser.read(*model.text.encode([prompt]))
    noise = torch.randn(z.shape, generator=seeded(seed))
    found = []
    for level in sigmas:
        sigma = later * level
        x = flow.point(z, noise, sigma[..., None])
        batch = TokenBatch(
            x=x.to(model.device, model.dtype),
            positions=positions.to(model.device),
            sigma=sigma.to(model.device),
            grid=(f, h, w),
        )
        predicted = model.denoiser.velocity(batch, context)
        loss = flow.matching_loss(predicted.cpu(), flow.velocity(z, noise), later.float())
        found.append(float(loss[0]))
    return found
