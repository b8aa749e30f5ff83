"""The objective of the codec of the playable world: rebuild pictures of random tiles."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from sorairo.models.codec import Codec
from sorairo.nn.pixels import to_frames, to_video
from sorairo.training.data.games.random_pictures import random_pictures
from sorairo.training.loop.throughput import count_flop

HELD_OUT = 32  # pictures for measuring
HELD_OUT_SEED = 1_000_000


@dataclass(frozen=True, kw_only=True)
class GameCodecLossConfig:
    """The loss of the codec, and its batches."""

    batch: int = 8
    """Pictures of a step."""
    squared: float = 4.0
    """Weight of the squared error, beside the absolute error."""
    latent_noise: float = 0.1
    """Standard deviation of the noise added to the latents, which keeps them smooth."""
    latent_cost: float = 1e-3
    """Weight of the mean square of the latents."""


class GameCodecObjective:
    """Absolute and squared error of the reconstruction, and a cost of large latents."""

    def __init__(self, codec: Codec, config: GameCodecLossConfig) -> None:
        self.network, self.config, self.flop = codec, config, 0.0
        self.device = next(codec.parameters()).device

    def draw(self, step: int, rng: np.random.Generator) -> Tensor:
        """Pictures [b, 3, 1, H, W] in [-1, 1]."""
        del step
        return to_video(random_pictures(rng, self.config.batch)[:, None])

    def loss(
        self, batch: Tensor, generator: torch.Generator
    ) -> tuple[Tensor, dict[str, float | Tensor]]:
        video = batch.to(self.device, non_blocking=True)
        codec, config = self.network, self.config
        if not self.flop:
            self.flop = 3 * count_flop(lambda: codec.decoder(codec.encoder(video)))
        latents = codec.encoder(video)
        noise = torch.randn(latents.shape, generator=generator, device=self.device)
        error = codec.decoder(latents + config.latent_noise * noise.to(latents)).float() - video
        distortion = (error.abs() + config.squared * error.square()).mean()
        size = latents.float().square().mean()
        return distortion + config.latent_cost * size, {
            "distortion": distortion.detach(),
            "latent_rms": size.detach().sqrt(),
            "flop": self.flop,
        }

    def sheet(self, path: Path, ema: dict[str, Tensor], step: int) -> dict[str, float]:
        """Held-out pictures above their reconstructions, and the PSNR."""
        del step
        codec = Codec(self.network.config).to(self.device)
        codec.load_state_dict(ema)
        pictures = random_pictures(np.random.default_rng(HELD_OUT_SEED), HELD_OUT)
        with torch.inference_mode():
            rebuilt = codec.decode(codec.encode(to_video(pictures[:, None], self.device)))
        frames = to_frames(rebuilt)[:, 0]
        rows = [np.concatenate(list(each[:8]), axis=1) for each in (pictures, frames)]
        Image.fromarray(np.concatenate(rows)).save(path)
        error = (frames.astype(float) - pictures.astype(float)) ** 2
        return {"psnr": float(10 * np.log10(255**2 / error.mean()))}
