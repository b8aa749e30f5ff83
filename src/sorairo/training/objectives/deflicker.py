"""Training the deflicker network of a model: clips brought back by its codec, and as they were."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from sorairo.data.rendered_shards import Shard
from sorairo.models.codec import Codec, pad_start
from sorairo.models.deflicker import Deflicker
from sorairo.nn.pixels import to_frames, to_video
from sorairo.nn.precision import compute_dtype
from sorairo.training.data.crops import Cropped, Crops, CropsConfig
from sorairo.training.loop.throughput import count_flop


@dataclass(frozen=True, kw_only=True)
class DeflickerLossConfig(CropsConfig):
    """`squared` and `change` weigh the squared error, and the error of what changes from frame to
    frame, beside the absolute error. Latents are as rough as a model's: noise of up to
    `latent_noise`."""

    batch: int = 8
    groups: int = 6
    styled: float = 0.25
    tinted: float = 0.1
    leaves: float = 0.1
    faded: float = 0.3
    squared: float = 4.0
    change: float = 2.5
    latent_noise: float = 0.2


class DeflickerObjective:
    """Weighted L1, squared error, and error of the change between frames."""

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
        """Crops, where in a group they begin, and which frames are known exactly."""
        del step
        crops = self.crops.draw(rng)
        cut = int(rng.integers(self.codec.config.time_factor))
        return crops, cut, exactly_known(rng, crops[0].shape[2] - cut)

    def loss(
        self, batch: tuple[Cropped, int, Tensor], generator: torch.Generator
    ) -> tuple[Tensor, dict[str, float | Tensor]]:
        crops, cut, known = batch
        video, weight = (part.to(self.device, non_blocking=True) for part in crops)
        seen = self._brought_back(video, generator)
        video, weight, seen = (part[:, :, cut:] for part in (video, weight, seen))
        places = places_of(seen.shape[2], cut, self.codec.config.time_factor).to(self.device)
        known = known.to(self.device)
        places[known] = self.network.config.exact
        seen = torch.where(known[:, None, None], video, seen)
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
    def _brought_back(self, video: Tensor, generator: torch.Generator) -> Tensor:
        latents = self.codec.encode(video.to(self.codec.latent_mean.dtype))
        here = {"generator": generator, "device": self.device}
        rough = self.config.latent_noise * torch.rand(len(latents), 1, 1, 1, 1, **here)
        noise = rough * torch.randn(latents.shape, **here)
        return self.codec.decode(latents + noise.to(latents)).float().clamp(-1, 1)

    def sheet(self, path: Path, ema: dict[str, Tensor], step: int) -> dict[str, float]:
        """Held-out clips: PSNR and change from frame to frame (1: as in the truth), with and
        without; pictures: true, brought back, steadied."""
        network = Deflicker(self.network.config).to(self.device)
        network.load_state_dict(ema)
        measured, rows = measure(network, self.codec, self.held_out[:1], clips=12)
        Image.fromarray(np.concatenate(rows[:9])).save(path)
        return measured


def exactly_known(rng: np.random.Generator, frames: int) -> Tensor:
    """Which frames of a training clip are given: half of the time none, else some at its beginning,
    at its end, or both. bool [F]"""
    known = torch.zeros(frames, dtype=torch.bool)
    for ends in ("beginning", "end"):
        if rng.random() < 0.3:
            count = int(rng.integers(1, frames // 2))
            known[slice(count) if ends == "beginning" else slice(frames - count, None)] = True
    return known


def places_of(frames: int, first: int, group: int) -> Tensor:
    """The places in their groups of frames of which the first stands at `first`."""
    return (torch.arange(frames) + first) % group


@torch.no_grad()
def measure(
    network: Deflicker, codec: Codec, shards: list[Shard], clips: int
) -> tuple[dict[str, float], list[np.ndarray]]:
    """Figures over some clips of each shard, and pictures of them."""
    group, like = codec.config.time_factor, codec.latent_mean
    errors: dict[str, list[float]] = {}
    rows = []
    picked = [(s.frames[i], s.masks[i]) for s in shards for i in range(min(clips, len(s.frames)))]
    for frames, mask in picked:
        video = pad_start(to_video(frames[None]), group)
        video = video[:, :, : video.shape[2] // group * group]
        decoded = codec.decode(codec.encode(video.to(like.device, like.dtype))).float()
        decoded = decoded.clamp(-1, 1)[:, :, group - 1 :]
        places = places_of(decoded.shape[2], group - 1, group).to(like.device)
        true = frames[: decoded.shape[2]]
        rows.append(true)
        for name, made in (("codec", decoded), ("steadied", network(decoded, places))):
            shown = to_frames(made)[0]
            rows.append(shown)
            wrong = np.square(shown / 255.0 - true / 255.0).mean(-1)
            there = mask[: len(true)] > 0
            moved, truly = (np.abs(np.diff(f.astype(int), axis=0)) for f in (shown, true))
            for key, value in (
                ("error", wrong.mean()),
                ("objects", wrong[there].mean()),
                ("change", moved.mean()),
                ("true change", truly.mean()),
            ):
                errors.setdefault(f"{name} {key}", []).append(float(value))
    mean = {key: float(np.mean(values)) for key, values in errors.items()}
    found = {}
    for name in ("codec", "steadied"):
        found[f"{name} psnr"] = -10 * float(np.log10(mean[f"{name} error"]))
        found[f"{name} objects"] = -10 * float(np.log10(mean[f"{name} objects"]))
        found[f"{name} change"] = mean[f"{name} change"] / mean[f"{name} true change"]
    strips = [row[np.linspace(0, len(row) - 1, 8).astype(int)] for row in rows]
    return found, [np.concatenate(list(strip), axis=1) for strip in strips]
