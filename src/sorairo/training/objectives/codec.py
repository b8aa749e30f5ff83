"""The objective of a codec: reconstruct crops of clips, mostly of moving objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from sorairo.config import formerly
from sorairo.data.rendered_shards import Shard
from sorairo.models.codec import Codec
from sorairo.training.data.crops import Crops, CropsConfig
from sorairo.training.evaluation.codec import measure
from sorairo.training.loop.throughput import count_flop
from sorairo.training.objectives.moving_edges import change_error, edge_error, motion
from sorairo.training.objectives.perceptual import PerceptualDistance
from sorairo.training.objectives.shrunk_latents import draw_side, shrink_latents

CodecBatch = tuple[
    Tensor, Tensor, int
]  # video, weights, side of the shrunk latents (0: not shrunk)


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
    moving_weight: float = 0.0
    """Further weight of a pixel that changes by half of the range from frame to frame, or more; in
    proportion where it changes less."""
    edges: float = 0.0
    """Weight of the error of differences between neighbouring pixels."""
    change: float = 0.0
    """Weight of the error of differences between frames, also across latent frames."""
    perceptual: float = 0.0
    """Weight of the perceptual distance of one frame of each sample; it needs a package."""
    shrunk_latents: float = field(default=0.0, metadata=formerly("equivariant"))
    """Share of the batches whose latents are shrunk before decoding; the decoder has to give the
    shrunk video."""


class CodecObjective:
    """Weighted absolute and squared error of the reconstruction, and a cost of large latents.

    Errors of edges and of changes in time, and a perceptual distance, are added where the
    configuration gives them a weight.
    """

    def __init__(
        self, codec: Codec, config: CodecLossConfig, shards: list[Shard], held_out: list[Shard]
    ) -> None:
        self.network, self.config, self.held_out = codec, config, held_out
        self.crops = Crops(config, shards, codec.config)
        self.flop: dict[tuple[int, ...], float] = {}
        self.device = next(codec.parameters()).device

        self.perceptual = None
        if config.perceptual:
            self.perceptual = PerceptualDistance.pretrained().to(self.device)

    def draw(self, step: int, rng: np.random.Generator) -> CodecBatch:
        """Video [b, 3, F, H, W], weights [b, 1, F, H, W] and the side of the shrunk latents."""
        video, weight = self.crops.draw(rng, whole=step % 4 == 0, smaller=step % 8 == 0)
        side = 0
        if self.config.shrunk_latents and rng.random() < self.config.shrunk_latents:
            side = draw_side(rng, video.shape[-1] // self.network.config.space_factor)
        return video, weight, side

    def loss(
        self, batch: CodecBatch, generator: torch.Generator
    ) -> tuple[Tensor, dict[str, float | Tensor]]:
        codec, config = self.network, self.config
        video, weight = (part.to(self.device, non_blocking=True) for part in batch[:2])
        flop = self._flop(video, batch[2])
        if config.moving_weight:
            weight = weight + config.moving_weight * motion(video)
        latents = codec.encoder(video)
        decoded, video, weight = shrink_latents(latents, video, weight, batch[2])
        noise = torch.randn(decoded.shape, generator=generator, device=self.device)
        rebuilt = codec.decoder(decoded + config.latent_noise * noise.to(decoded))
        error = rebuilt.float() - video
        distortion = (weight * (error.abs() + config.squared * error.square())).mean()
        loss = distortion + config.latent_cost * latents.float().square().mean()
        terms = self._terms(error, video, weight, generator)
        for name, term in terms.items():
            loss = loss + getattr(config, name) * term
        return loss, {
            "distortion": distortion.detach(),
            **{name: term.detach() for name, term in terms.items()},
            "latent_rms": latents.detach().float().square().mean().sqrt(),
            "flop": flop,
        }

    def _terms(
        self, error: Tensor, video: Tensor, weight: Tensor, generator: torch.Generator
    ) -> dict[str, Tensor]:
        """The further terms of the loss, by the names of their weights in the configuration."""
        terms: dict[str, Tensor] = {}
        if self.config.edges:
            terms["edges"] = edge_error(error, weight)
        if self.config.change:
            terms["change"] = change_error(error, weight)
        if self.perceptual is not None:
            frame = int(torch.randint(video.shape[2], (), generator=generator, device=self.device))
            true = video[:, :, frame]
            rebuilt = (true + error[:, :, frame]).clamp(-1, 1)
            with torch.autocast(self.device.type, enabled=False):
                terms["perceptual"] = self.perceptual(rebuilt, true)
        return terms

    def _flop(self, video: Tensor, side: int) -> float:
        """The FLOP of a step; counted once for each shape."""
        key = (*video.shape, side)
        if key not in self.flop:
            codec = self.network

            def forward() -> Tensor:
                latents, _, _ = shrink_latents(codec.encoder(video), video, video, side)
                return codec.decoder(latents)

            self.flop[key] = 3 * count_flop(forward)
        return self.flop[key]

    def sheet(self, path: Path, ema: dict[str, Tensor], step: int) -> dict[str, float]:
        """Held-out clips above their reconstructions; PSNR of whole frames, and on objects."""
        codec = Codec(self.network.config).to(self.device)
        codec.load_state_dict(ema)
        measured, rows = measure(codec, self.held_out[:1], clips=16)
        Image.fromarray(np.concatenate(rows[:8])).save(path)
        return measured
