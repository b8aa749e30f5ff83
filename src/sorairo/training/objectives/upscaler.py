"""The objective of an upscaler: errors of pixels and gradients, mostly on objects and outlines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from sorairo.models.upscaling.upscaler import FACTOR, Upscaler, halfway
from sorairo.nn.lanczos import lanczos
from sorairo.nn.layout import fold_time, unfold_time
from sorairo.nn.precision import compute_dtype
from sorairo.training.data.pair_crops import Drawn, PairCrops, PairCropsConfig
from sorairo.training.data.pairs import Pair
from sorairo.training.evaluation.upscaler import measure
from sorairo.training.loop.throughput import count_flop

FAINT = 0.02  # mean error of the filter below which the weight of a sample grows no more


@dataclass(frozen=True, kw_only=True)
class UpscalerLossConfig(PairCropsConfig):
    """The loss of an upscaler."""

    squared: float = 4.0
    """Weight of the squared error, beside the absolute error."""
    gradient: float = 0.5
    """Weight of the error of differences between neighbouring pixels."""


class UpscalerObjective:
    """Weighted absolute error, squared error and error of gradients, of two frames and the one
    between."""

    def __init__(
        self,
        upscaler: Upscaler,
        config: UpscalerLossConfig,
        pairs: list[Pair],
        held_out: list[Pair],
    ) -> None:
        self.network, self.config, self.held_out = upscaler, config, held_out
        self.crops = PairCrops(config, pairs)
        self.flop = 0.0
        self.device = next(upscaler.parameters()).device

    def loss(
        self, batch: Drawn, generator: torch.Generator
    ) -> tuple[Tensor, dict[str, float | Tensor]]:
        del generator
        small, large, weight = (part.to(self.device, non_blocking=True) for part in batch)
        weight = self._relative(small, large, weight)
        if not self.flop:
            self.flop = 3 * count_flop(lambda: self.network.sharpen(small))
        frames, turns = self.network.sharpen(small)
        predicted = torch.cat([frames, halfway(frames, turns[:, :, :1])], dim=2)
        error = predicted - large
        distortion = weight * (error.abs() + self.config.squared * error.square())
        slopes = weight[..., 1:, :] * error.diff(dim=-2).abs(), weight[..., 1:] * error.diff().abs()
        loss = distortion.mean() + self.config.gradient * (slopes[0].mean() + slopes[1].mean())
        return loss, {"distortion": distortion.detach().mean(), "flop": self.flop}

    def draw(self, step: int, rng: np.random.Generator) -> Drawn:
        """The batch of one step."""
        del step
        return self.crops.draw(rng)

    def _relative(self, small: Tensor, large: Tensor, weight: Tensor) -> Tensor:
        """Weights divided by the root of the filter's error on each sample: so samples with strong
        edges count more, but do not dominate."""
        filtered = unfold_time(lanczos(fold_time(small[:, :, 1:3]), FACTOR), 2)
        error = (weight[:, :, :2] * (large[:, :, :2] - filtered).abs()).mean((1, 2, 3, 4))
        return weight / (error + FAINT).sqrt().view(-1, 1, 1, 1, 1)

    def sheet(self, path: Path, ema: dict[str, Tensor], step: int) -> dict[str, float]:
        """Held-out clips: PSNR on objects, of the upscaler and of a Lanczos filter; pictures of
        both and of the truth."""
        upscaler = Upscaler(self.network.config)
        upscaler.load_state_dict(ema)
        upscaler = upscaler.to(self.device, compute_dtype(self.device)).eval()
        measured, rows = measure(upscaler, self.held_out[:: max(1, len(self.held_out) // 4)])
        Image.fromarray(np.concatenate(rows)).save(path)
        return measured
