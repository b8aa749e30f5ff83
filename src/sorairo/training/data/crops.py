"""Random crops of clips, for networks that reconstruct them: mostly of moving objects, some in a
style or another light, some of dead leaves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from sorairo.data.rendered_shards import Shard
from sorairo.models.codec import CodecConfig
from sorairo.nn.pixels import to_video
from sorairo.training.data.dead_leaves import dead_leaves
from sorairo.world.tabletop.rendering.styles import STYLES, apply_style

Cropped = tuple[Tensor, Tensor]  # video [b, 3, F, H, W] and weights [b, 1, F, H, W]


@dataclass(frozen=True, kw_only=True)
class CropsConfig:
    """How crops are drawn. Shares are of the samples."""

    batch: int = 24
    """Samples of a batch."""
    groups: int = 3
    """Latent frames of a sample."""
    crop: int = 64
    """Side of a crop in pixels."""
    object_weight: float = 6.0
    """Weight of a pixel on an object."""
    styled: float = 0.0
    """Share in one of the world's styles."""
    tinted: float = 0.0
    """Share under another light."""
    leaves: float = 0.0
    """Share of dead leaves in place of a clip."""
    faded: float = 0.0
    """Share that fades into another clip."""


class Crops:
    """Draws batches of crops from shards."""

    def __init__(self, config: CropsConfig, shards: list[Shard], codec: CodecConfig) -> None:
        self.config, self.codec = config, codec
        self.frames = [shard.frames for shard in shards]
        self.masks = [shard.masks for shard in shards]
        self.square = [i for i, f in enumerate(self.frames) if f.shape[2] == f.shape[3]]

    def draw(
        self, rng: np.random.Generator, *, whole: bool = False, smaller: bool = False
    ) -> Cropped:
        """Video [b, 3, F, H, W] and weights [b, 1, F, H, W]. `whole`: half as many whole frames, no
        crops; `smaller`: frames of 2/3 the size."""
        config = self.config
        frames, masks = [], []
        for _ in range(config.batch // 2 if whole else config.batch):
            f, m = self._sample(rng, whole)
            if config.faded and not whole and rng.random() < config.faded:
                f, m = cross_fade(rng, (f, m), self._sample(rng, whole))
            frames.append(f)
            masks.append(m)
        video = to_video(np.stack(frames))
        weight = 1 + (config.object_weight - 1) * torch.from_numpy(np.stack(masks))[:, None].float()
        if smaller:
            unit = self.codec.space_factor
            side = int(video.shape[-1] * 2 / 3) // unit * unit
            video, weight = shrink(video, (side, side)), shrink(weight, (side, side))
        return video, weight

    def _sample(self, rng: np.random.Generator, whole: bool) -> tuple[np.ndarray, np.ndarray]:
        """Frames uint8 [F, H, W, 3] and where there is an object, bool [F, H, W]. Some begin where
        their clip begins, with copies of the first frame before it."""
        config, factor = self.config, self.codec.time_factor
        length, padding = config.groups * factor, factor - 1
        shard = int(rng.choice(self.square)) if whole else int(rng.integers(len(self.frames)))
        clip = int(rng.integers(len(self.frames[shard])))
        f, m = self.frames[shard][clip], self.masks[shard][clip]
        side = f.shape[1:3] if whole else (config.crop, config.crop)
        beginning = rng.random() < 0.3
        first = 0 if beginning else int(rng.integers(len(f) - length + 1))
        box = (slice(None), slice(None)) if whole else self._box(rng, m[first + length // 2])
        taken = length - padding if beginning else length
        f, m = f[first : first + taken], m[first : first + taken]
        f, m = self._varied(rng, f)[:, *box], m[:, *box]
        if rng.random() < config.leaves:
            f, m = dead_leaves(rng, taken, *side), np.zeros_like(m)
        if beginning:
            f = np.concatenate([f[:1].repeat(padding, 0), f])
            m = np.concatenate([m[:1].repeat(padding, 0), m])
        return f, m > 0

    def _varied(self, rng: np.random.Generator, frames: np.ndarray) -> np.ndarray:
        """The frames, some of them in a style or another light."""
        if rng.random() < self.config.styled:
            frames = apply_style(str(rng.choice(list(STYLES))), frames)
        if rng.random() < self.config.tinted:
            gain = rng.uniform(0.25, 1.1) * rng.uniform(0.75, 1.25, 3)
            frames = (frames * gain.astype(np.float32)).clip(0, 255).astype(np.uint8)
        return frames

    def _box(self, rng: np.random.Generator, mask: np.ndarray) -> tuple[slice, slice]:
        """A square crop; two in three touch an object."""
        side = self.config.crop
        height, width = mask.shape
        places = np.argwhere(mask) if rng.random() < 0.67 else ()
        if len(places):
            y, x = places[rng.integers(len(places))] - rng.integers(side, size=2)
        else:
            y, x = rng.integers(height - side + 1), rng.integers(width - side + 1)
        top, left = int(np.clip(y, 0, height - side)), int(np.clip(x, 0, width - side))
        return slice(top, top + side), slice(left, left + side)


def cross_fade(
    rng: np.random.Generator,
    one: tuple[np.ndarray, np.ndarray],
    other: tuple[np.ndarray, np.ndarray],
) -> tuple[np.ndarray, np.ndarray]:
    """Frames and masks of a clip that becomes another one within 6 to 24 frames."""
    frames = len(one[0])
    lasting = int(rng.integers(6, 25))
    start = int(rng.integers(-lasting // 2, frames - lasting // 2))
    weight = np.clip((np.arange(frames) - start) / lasting, 0, 1)[:, None, None, None]
    mixed = (1 - weight) * one[0] + weight * other[0]
    return mixed.round().astype(np.uint8), one[1] | other[1]


def shrink(video: Tensor, size: tuple[int, int]) -> Tensor:
    """Smaller pictures by averaging (antialiased bilinear); video [b, c, F, H, W]."""
    b = video.shape[0]
    flat = video.transpose(1, 2).flatten(0, 1)
    flat = F.interpolate(flat, size=size, mode="bilinear", antialias=True)
    return flat.unflatten(0, (b, -1)).transpose(1, 2).contiguous()
