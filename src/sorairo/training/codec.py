"""Training the codec: rebuild crops of clips, moving objects first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from sorairo.data.clips import Shard
from sorairo.models.codec import Codec, pad_start
from sorairo.nn.precision import compute_dtype
from sorairo.training.leaves import dead_leaves
from sorairo.training.loop import count_flop
from sorairo.world.tabletop.styles import STYLES, apply_style


@dataclass(frozen=True, kw_only=True)
class CodecLossConfig:
    """`object_weight` is the weight of a pixel on an object; `latent_noise` and `latent_cost` keep
    the latents smooth.

    Three of four batches are `crop` pixels square, one holds whole pictures (half of those made
    smaller by 2/3). Shares of samples: `styled` as one of the world's styles, `tinted` under
    another light, `leaves` no clip of the world.
    """

    batch: int = 24
    groups: int = 3
    crop: int = 64
    object_weight: float = 6.0
    squared: float = 4.0
    latent_noise: float = 0.1
    latent_cost: float = 3e-4
    styled: float = 0.0
    tinted: float = 0.0
    leaves: float = 0.0


def to_video(frames: np.ndarray) -> Tensor:
    """uint8 [b, F, H, W, 3] to float32 [b, 3, F, H, W] in [-1, 1]."""
    return torch.from_numpy(np.array(frames)).permute(0, 4, 1, 2, 3).float() / 127.5 - 1


def to_frames(video: Tensor) -> np.ndarray:
    """The reverse, rounded and clipped."""
    return (
        ((video.float().clamp(-1, 1) + 1) * 127.5)
        .round()
        .byte()
        .permute(0, 2, 3, 4, 1)
        .cpu()
        .numpy()
    )


class CodecObjective:
    """Weighted L1 and squared error of the rebuilt video, and the cost of large latents."""

    def __init__(
        self, codec: Codec, config: CodecLossConfig, shards: list[Shard], held_out: list[Shard]
    ) -> None:
        self.network, self.config, self.held_out = codec, config, held_out
        self.frames = [shard.frames for shard in shards]
        self.masks = [shard.masks for shard in shards]
        self.square = [i for i, f in enumerate(self.frames) if f.shape[2] == f.shape[3]]
        self.flop: dict[tuple[int, ...], float] = {}
        self.device = next(codec.parameters()).device

    def loss(self, step: int, generator: torch.Generator) -> tuple[Tensor, dict[str, float]]:
        codec, config = self.network, self.config
        rng = np.random.default_rng(int(torch.randint(2**62, (1,), generator=generator)))
        video, weight = self._batch(rng, whole=step % 4 == 0, smaller=step % 8 == 0)
        video, weight = video.to(self.device), weight.to(self.device)
        if tuple(video.shape) not in self.flop:
            self.flop[tuple(video.shape)] = 3 * count_flop(
                lambda: codec.decoder(codec.encoder(video))
            )
        latents = codec.encoder(video)
        noise = torch.randn(latents.shape, generator=generator)
        rebuilt = codec.decoder(latents + config.latent_noise * noise.to(latents))
        error = rebuilt.float() - video
        distortion = (weight * (error.abs() + config.squared * error.square())).mean()
        cost = config.latent_cost * latents.float().square().mean()
        return distortion + cost, {
            "distortion": distortion.item(),
            "latent_rms": latents.detach().float().square().mean().sqrt().item(),
            "flop": self.flop[tuple(video.shape)],
        }

    def _batch(self, rng: np.random.Generator, whole: bool, smaller: bool) -> tuple[Tensor, Tensor]:
        config = self.config
        count = config.batch // 2 if whole else config.batch
        length = config.groups * 4
        frames, masks = [], []
        for _ in range(count):
            shard = int(rng.choice(self.square)) if whole else int(rng.integers(len(self.frames)))
            clip = int(rng.integers(len(self.frames[shard])))
            f, m = self.frames[shard][clip], self.masks[shard][clip]
            side = f.shape[1:3] if whole else (config.crop, config.crop)
            beginning = rng.random() < 0.3
            first = 0 if beginning else int(rng.integers(len(f) - length + 1))
            box = (slice(None), slice(None)) if whole else self._box(rng, m[first + length // 2])
            taken = length - 3 if beginning else length
            f, m = f[first : first + taken], m[first : first + taken]
            f, m = self._varied(rng, f)[:, *box], m[:, *box]
            if rng.random() < config.leaves:
                f, m = dead_leaves(rng, taken, *side), np.zeros_like(m)
            if beginning:
                f = np.concatenate([f[:1].repeat(3, 0), f])
                m = np.concatenate([m[:1].repeat(3, 0), m])
            frames.append(f)
            masks.append(m > 0)
        video = to_video(np.stack(frames))
        weight = 1 + (config.object_weight - 1) * torch.from_numpy(np.stack(masks))[:, None].float()
        if smaller:
            side = int(video.shape[-1] * 2 / 3) // 8 * 8
            video, weight = shrink(video, (side, side)), shrink(weight, (side, side))
        return video, weight

    def _varied(self, rng: np.random.Generator, frames: np.ndarray) -> np.ndarray:
        """Sometimes in a style, sometimes in another light."""
        if rng.random() < self.config.styled:
            frames = apply_style(str(rng.choice(list(STYLES))), frames)
        if rng.random() < self.config.tinted:
            gain = rng.uniform(0.25, 1.1) * rng.uniform(0.75, 1.25, 3)
            frames = (frames * gain.astype(np.float32)).clip(0, 255).astype(np.uint8)
        return frames

    def _box(self, rng: np.random.Generator, mask: np.ndarray) -> tuple[slice, slice]:
        """A square crop, two times in three one that touches an object."""
        side = self.config.crop
        height, width = mask.shape
        places = np.argwhere(mask) if rng.random() < 0.67 else ()
        if len(places):
            y, x = places[rng.integers(len(places))] - rng.integers(side, size=2)
        else:
            y, x = rng.integers(height - side + 1), rng.integers(width - side + 1)
        top, left = int(np.clip(y, 0, height - side)), int(np.clip(x, 0, width - side))
        return slice(top, top + side), slice(left, left + side)

    def sheet(self, path: Path, ema: dict[str, Tensor], step: int) -> dict[str, float]:
        """Held-out clips above what the codec makes of them; PSNR of all, and on objects."""
        codec = Codec(self.network.config).to(self.device)
        codec.load_state_dict(ema)
        measured, rows = measure(codec, self.held_out[:1], clips=16)
        Image.fromarray(np.concatenate(rows[:8])).save(path)
        return measured


def shrink(video: Tensor, size: tuple[int, int]) -> Tensor:
    """Smaller pictures by averaging (antialiased bilinear); video [b, c, F, H, W]."""
    b = video.shape[0]
    flat = video.transpose(1, 2).flatten(0, 1)
    flat = F.interpolate(flat, size=size, mode="bilinear", antialias=True)
    return flat.unflatten(0, (b, -1)).transpose(1, 2).contiguous()


@torch.no_grad()
def measure(
    codec: Codec, shards: list[Shard], clips: int
) -> tuple[dict[str, float], list[np.ndarray]]:
    """PSNR in dB on `clips` clips of each shard, errors pooled before the logarithm; and pictures,
    true above rebuilt."""
    device = next(codec.parameters()).device
    dtype = compute_dtype(device)
    codec = codec.eval().to(dtype)
    total, on_objects, pixels, object_pixels, rows = 0.0, 0.0, 0, 0, []
    for shard in shards:
        for i in range(min(clips, len(shard.frames))):
            frames, mask = shard.frames[i], shard.masks[i] > 0
            video = pad_start(to_video(frames[None]), codec.config.time_factor)
            video = video[:, :, : video.shape[2] // 4 * 4].to(device, dtype)
            rebuilt = to_frames(codec.decode(codec.encode(video))[:, :, 3:])[0]
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
