"""The denoiser of Wan: one transformer, or two experts for high and low noise."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from sorairo.models.protocols import PromptContext, TokenBatch
from sorairo.models.transformer import Transformer
from sorairo.models.wan.sampling import TIMESTEPS, timesteps
from sorairo.nn.noise_runs import noise_runs


@dataclass(frozen=True, kw_only=True, eq=False)
class WanDenoiser:
    """Implements `protocols.Denoiser`."""

    experts: tuple[Transformer, ...]
    """That for high noise first."""
    boundary: float = 0.0
    """The noise level from which the first of two experts is used."""

    @property
    def patch(self) -> int:
        return self.experts[0].config.patch

    def read(self, features: Float[Tensor, "k s d"], mask: Bool[Tensor, "k s"]) -> PromptContext:
        """Keys and values of prompts for every block of every expert."""
        layers = [layer for each in self.experts for layer in each.read_text(features)]
        return PromptContext(layers=tuple(layers), mask=mask)

    def velocity(self, batch: TokenBatch, context: PromptContext) -> Float[Tensor, "b n p"]:
        """The velocity of tokens, by the expert for the highest of their noise levels."""
        # on the CPU: not every device has float64, and decisions that depend on numbers would
        # make a GPU wait several times
        time, level_map = noise_runs(timesteps(batch.sigma.cpu()))
        low = len(self.experts) > 1 and float(time.max()) < self.boundary * TIMESTEPS
        expert = self.experts[low]
        size = len(context.layers) // len(self.experts)
        layers = list(context.layers[low * size : (low + 1) * size])
        x, control = batch.x, batch.given
        if expert.control is None and batch.given is not None:
            x, control = torch.cat([batch.x, batch.given], dim=-1), None
        mask = None if bool(context.mask.all()) else context.mask
        time = time.to(batch.x.device)
        if isinstance(level_map, Tensor):
            level_map = level_map.to(batch.x.device)
        return expert(
            x, batch.positions, time, layers, mask, batch.prompt_weights, level_map, control
        )
