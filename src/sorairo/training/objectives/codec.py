"""Training the codec: rebuild crops of clips, moving objects first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from sorairo.data.rendered_shards import Shard
from sorairo.models.codec import Codec, pad_start
from sorairo.nn.pixels import to_frames, to_video
from sorairo.nn.precision import compute_dtype
from sorairo.training.data.crops import Cropped, Crops, CropsConfig
from sorairo.training.loop.throughput import count_flop


@dataclass(frozen=True, kw_only=True)
class CodecLossConfig(CropsConfig):
    """Three of four batches are crops, one holds whole pictures (half of those made smaller by
    2/3). `squared` weighs the squared error beside the absolute one; `latent_noise` and
    `latent_cost` keep the latents smooth."""

    squared: float = 4.0
    latent_noise: float = 0.1
    latent_cost: float = 3e-4


class CodecObjective:
    """Weighted L1 and squared error of the rebuilt video, and the cost of large latents."""

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
        """Held-out clips above what the codec makes of them; PSNR of all, and on objects."""
        codec = Codec(self.network.config).to(self.device)
        codec.load_state_dict(ema)
        measured, rows = measure(codec, self.held_out[:1], clips=16)
        Image.fromarray(np.concatenate(rows[:8])).save(path)
        return measured


@torch.no_grad()
def measure(
    codec: Codec, shards: list[Shard], clips: int
) -> tuple[dict[str, float], list[np.ndarray]]:
    """PSNR in dB on `clips` clips of each shard, errors pooled before the logarithm; and pictures,
    true above rebuilt."""
    device = next(codec.parameters()).device
    dtype, factor = compute_dtype(device), codec.config.time_factor
    codec = codec.eval().to(dtype)
    total, on_objects, pixels, object_pixels, rows = 0.0, 0.0, 0, 0, []
    for shard in shards:
        for i in range(min(clips, len(shard.frames))):
            frames, mask = shard.frames[i], shard.masks[i] > 0
            video = pad_start(to_video(frames[None]), factor)
            video = video[:, :, : video.shape[2] // factor * factor].to(device, dtype)
            rebuilt = to_frames(codec.decode(codec.encode(video))[:, :, factor - 1 :])[0]
            kept = len(rebuilt)
            error = np.square(rebuilt / 255.0 - frames[:kept] / 255.0).mean(-1)
            total, pixels = total + error.sum(), pixels + error.size
            on_objects += error[mask[:kept]].sum()
            object_pixels += int(mask[:kept].sum())
            picked = np.linspace(0, kept - 1, 8).astype(int)
            rows.append(np.concatenate(list(frames[picked]), axis=1))
            rows.append(np.concatenate(list(rebuilt[picked]), axis=1))
    return {
        "psnr": -10 * float(np.log10(total / pixels)),
        "objects": -10 * float(np.log10(on_objects / object_pixels)),
    }, rows


@torch.no_grad()
def fit_scale(codec: Codec, shards: list[Shard], clips: int = 64) -> None:
    """Sets the mean and spread of the latents' channels, so that normalised latents are zero-mean
    with unit variance."""
    rng = np.random.default_rng(0)
    found = []
    for _ in range(clips):
        frames = shards[int(rng.integers(len(shards)))].frames
        whole = min(40, frames.shape[1]) // codec.config.time_factor * codec.config.time_factor
        clip = frames[int(rng.integers(len(frames)))][None, :whole]
        found.append(codec.encoder(to_video(clip)).transpose(0, 1).flatten(1))
    values = torch.cat(found, dim=1).float()
    codec.latent_mean.copy_(values.mean(1))
    codec.latent_std.copy_(values.std(1))
