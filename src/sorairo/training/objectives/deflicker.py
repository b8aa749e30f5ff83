"""The objective of a deflicker network: restore clips that were encoded and decoded by the model's
codec."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from sorairo.data.rendered_shards import Shard
from sorairo.models.codec import Codec
from sorairo.models.deflicker import Deflicker
from sorairo.nn.precision import compute_dtype
from sorairo.training.data.crops import Cropped, Crops, CropsConfig
from sorairo.training.evaluation.deflicker import measure, places_in_group
from sorairo.training.loop.throughput import count_flop


@dataclass(frozen=True, kw_only=True)
class DeflickerLossConfig(CropsConfig):
    """The loss of a deflicker network."""

    batch: int = 8
    groups: int = 6
    styled: float = 0.25
    tinted: float = 0.1
    leaves: float = 0.1
    faded: float = 0.3
    squared: float = 4.0
    """Weight of the squared error, beside the absolute error."""
    change: float = 2.5
    """Weight of the error of the change from frame to frame."""
    latent_noise: float = 0.2
    """Largest standard deviation of the noise added to the latents, which makes them as rough as
    those of a model."""


class DeflickerObjective:
    """Weighted absolute error, squared error, and error of the change between frames."""

    def __init__(
        self,
        network: Deflicker,
        codec: Codec,
        config: DeflickerLossConfig,
        shards: list[Shard],
        held_out: list[Shard],
    ) -> None:
        self.network, self.config, self.held_out = network, config, held_out
        self.device = next(network.parameters()).device
        self.codec = codec.to(self.device, compute_dtype(self.device))
        self.crops = Crops(config, shards, codec.config)
        self.flop = 0.0

    def draw(self, step: int, rng: np.random.Generator) -> tuple[Cropped, int, Tensor]:
        """Crops, the frame of their first latent frame at which they begin, and which frames are
        given."""
        del step
        crops = self.crops.draw(rng)
        cut = int(rng.integers(self.codec.config.time_factor))
        return crops, cut, given_frames(rng, crops[0].shape[2] - cut)

    def loss(
        self, batch: tuple[Cropped, int, Tensor], generator: torch.Generator
    ) -> tuple[Tensor, dict[str, float | Tensor]]:
        crops, cut, given = batch
        video, weight = (part.to(self.device, non_blocking=True) for part in crops)
        seen = self._reconstructed(video, generator)
        video, weight, seen = (part[:, :, cut:] for part in (video, weight, seen))
        places = places_in_group(seen.shape[2], cut, self.codec.config.time_factor).to(self.device)
        given = given.to(self.device)
        places[given] = self.network.config.exact
        seen = torch.where(given[:, None, None], video, seen)
        if not self.flop:
            self.flop = 3 * count_flop(lambda: self.network(seen, places))
        error = self.network(seen, places) - video
        distortion = (weight * (error.abs() + self.config.squared * error.square())).mean()
        change = (weight[:, :, 1:] * error.diff(dim=2).abs()).mean()
        return distortion + self.config.change * change, {
            "distortion": distortion.detach(),
            "change": change.detach(),
            "flop": self.flop,
        }

    @torch.no_grad()
    def _reconstructed(self, video: Tensor, generator: torch.Generator) -> Tensor:
        latents = self.codec.encode(video.to(self.codec.latent_mean.dtype))
        here = {"generator": generator, "device": self.device}
        rough = self.config.latent_noise * torch.rand(len(latents), 1, 1, 1, 1, **here)
        noise = rough * torch.randn(latents.shape, **here)
        return self.codec.decode(latents + noise.to(latents)).float().clamp(-1, 1)

    def sheet(self, path: Path, ema: dict[str, Tensor], step: int) -> dict[str, float]:
        """Held-out clips: PSNR and change from frame to frame (1: as in the truth), with and
        without the network; pictures: true, reconstructed by the codec, and filtered."""
        network = Deflicker(self.network.config).to(self.device)
        network.load_state_dict(ema)
        measured, rows = measure(network, self.codec, self.held_out[:1], clips=12)
        Image.fromarray(np.concatenate(rows[:9])).save(path)
        return measured


def given_frames(rng: np.random.Generator, frames: int) -> Tensor:
    """Which frames of a training clip are given, bool [F]: none in half of the clips, else some at
    its beginning, its end, or both."""
    given = torch.zeros(frames, dtype=torch.bool)
    for ends in ("beginning", "end"):
        if rng.random() < 0.3:
            count = int(rng.integers(1, frames // 2))
            given[slice(count) if ends == "beginning" else slice(frames - count, None)] = True
    return given
