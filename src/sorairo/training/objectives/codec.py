"""The objective of a codec: reconstruct crops of clips, mostly of moving objects."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from sorairo.data.rendered_shards import Shard
from sorairo.models.codec import Codec
from sorairo.training.data.crops import Cropped, Crops, CropsConfig
from sorairo.training.evaluation.codec import measure
from sorairo.training.loop.throughput import count_flop


@dataclass(frozen=True, kw_only=True)
class CodecLossConfig(CropsConfig):
    """The loss of a codec. Three of four batches are crops, one is of whole frames, every second
    time at 2/3 of their size."""

    squared: float = 4.0
    """Weight of the squared error, beside the absolute error."""
    latent_noise: float = 0.1
    """Standard deviation of the noise added to the latents, which keeps them smooth."""
    latent_cost: float = 3e-4
    """Weight of the mean square of the latents."""


class CodecObjective:
    """Weighted absolute and squared error of the reconstruction, and a cost of large latents."""

    def __init__(
        self, codec: Codec, config: CodecLossConfig, shards: list[Shard], held_out: list[Shard]
    ) -> None:
        self.network, self.config, self.held_out = codec, config, held_out
        self.crops = Crops(config, shards, codec.config)
        self.flop: dict[tuple[int, ...], float] = {}
        self.device = next(codec.parameters()).device

    def draw(self, step: int, rng: np.random.Generator) -> Cropped:
        """Video [b, 3, F, H, W] and weights [b, 1, F, H, W]."""
        return self.crops.draw(rng, whole=step % 4 == 0, smaller=step % 8 == 0)

    def loss(
        self, batch: Cropped, generator: torch.Generator
    ) -> tuple[Tensor, dict[str, float | Tensor]]:
        codec, config = self.network, self.config
        video, weight = (part.to(self.device, non_blocking=True) for part in batch)
        if tuple(video.shape) not in self.flop:
            self.flop[tuple(video.shape)] = 3 * count_flop(
                lambda: codec.decoder(codec.encoder(video))
            )
        latents = codec.encoder(video)
        noise = torch.randn(latents.shape, generator=generator, device=self.device)
        rebuilt = codec.decoder(latents + config.latent_noise * noise.to(latents))
        error = rebuilt.float() - video
        distortion = (weight * (error.abs() + config.squared * error.square())).mean()
        cost = config.latent_cost * latents.float().square().mean()
        return distortion + cost, {
            "distortion": distortion.detach(),
            "latent_rms": latents.detach().float().square().mean().sqrt(),
            "flop": self.flop[tuple(video.shape)],
        }

    def sheet(self, path: Path, ema: dict[str, Tensor], step: int) -> dict[str, float]:
        """Held-out clips above their reconstructions; PSNR of whole frames, and on objects."""
        codec = Codec(self.network.config).to(self.device)
        codec.load_state_dict(ema)
        measured, rows = measure(codec, self.held_out[:1], clips=16)
        Image.fromarray(np.concatenate(rows[:8])).save(path)
        return measured
