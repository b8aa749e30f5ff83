"""Random crops of clips, for networks that reconstruct them: mostly of moving objects, some in a
style or another light, some of dead leaves or collages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor

from sorairo.data.rendered_shards import Shard
from sorairo.errors import ConfigError
from sorairo.models.codec import CodecConfig
from sorairo.nn.pixels import to_video
from sorairo.training.data.dead_leaves import dead_leaves
from sorairo.training.data.fast_motion import FastMoments
from sorairo.training.data.photographs.collages import collage
from sorairo.training.data.photographs.pictures import load_pictures
from sorairo.training.data.transitions import Masked, change_light, cross_fade, cut
from sorairo.world.tabletop.rendering.styles import STYLES, apply_style

Cropped = tuple[Tensor, Tensor]  # video [b, 3, F, H, W] and weights [b, 1, F, H, W]

UNCROPPED = (slice(None), slice(None))
WHOLE_SIDE = 96  # larger whole frames make smaller batches, where `whole_groups` is set


@dataclass(frozen=True, kw_only=True)
class SampleSize:
    """What the samples of a batch have in common."""

    frames: int
    """Frames of a sample."""
    whole: int = 0
    """Side of whole square frames; 0: crops."""


@dataclass(frozen=True, kw_only=True)
class CropsConfig:
    """How crops are drawn. Shares are of the samples."""

    batch: int = 24
    """Samples of a batch."""
    groups: int = 3
    """Latent frames of a sample."""
    crop: int = 64
    """Side of a crop in pixels."""
    tiles: int = 1
    """Crops along a side of a square of crops that is a sample: on CPUs, the gradients of
    convolutions are slow for small pictures."""
    object_weight: float = 6.0
    """Weight of a pixel on an object."""
    styled: float = 0.0
    """Share in one of the world's styles."""
    tinted: float = 0.0
    """Share under another light."""
    leaves: float = 0.0
    """Share of dead leaves in place of a clip."""
    faded: float = 0.0
    """Share of the crops that fade into another clip."""
    collages: float = 0.0
    """Share made of photographs (see `sorairo.training.data.photographs.pictures`)."""
    fast: float = 0.0
    """Share of the crops that show fast motion of small objects."""
    relit: float = 0.0
    """Share in which the light changes."""
    cut: float = 0.0
    """Share that cuts to another clip."""
    whole_groups: int = 0
    """Latent frames of whole frames; 0: `groups`."""


class Crops:
    """Draws batches of crops from shards."""

    def __init__(self, config: CropsConfig, shards: list[Shard], codec: CodecConfig) -> None:
        if config.batch % config.tiles**2:
            raise ConfigError(
                f"objective.batch={config.batch} cannot be arranged in squares of {config.tiles}x"
                f"{config.tiles} crops: set a multiple of {config.tiles**2}."
            )
        self.config, self.codec = config, codec
        self.frames = [shard.frames for shard in shards]
        self.masks = [shard.masks for shard in shards]
        self.squares: dict[int, list[int]] = {}  # shards of square clips, by their side
        for i, f in enumerate(self.frames):
            if f.shape[2] == f.shape[3]:
                self.squares.setdefault(f.shape[2], []).append(i)
        least = config.groups * codec.time_factor
        self.longer = [i for i, f in enumerate(self.frames) if f.shape[1] >= least]
        self.moments = None
        if config.fast:
            self.moments = FastMoments([self.masks[i] for i in self.longer])
        self.pictures = load_pictures() if config.collages else None

    def draw(
        self, rng: np.random.Generator, *, whole: bool = False, smaller: bool = False
    ) -> Cropped:
        """Video [b, 3, F, H, W] and weights [b, 1, F, H, W]. `whole`: half as many whole frames, no
        crops; `smaller`: frames of 2/3 the size."""
        config = self.config
        size, count = self._whole(rng) if whole else self._cropped()
        samples = [self._changing(rng, size) for _ in range(count)]
        video = to_video(np.stack([frames for frames, _ in samples]))
        masks = torch.from_numpy(np.stack([mask for _, mask in samples]))
        weight = 1 + (config.object_weight - 1) * masks[:, None].float()
        if config.tiles > 1 and not whole:
            video, weight = tiled(video, config.tiles), tiled(weight, config.tiles)
        if smaller:
            unit = self.codec.space_factor
            side = int(video.shape[-1] * 2 / 3) // unit * unit
            video, weight = shrink(video, (side, side)), shrink(weight, (side, side))
        return video, weight

    def _cropped(self) -> tuple[SampleSize, int]:
        """The size of the samples of a batch of crops, and their number."""
        return SampleSize(frames=self.config.groups * self.codec.time_factor), self.config.batch

    def _whole(self, rng: np.random.Generator) -> tuple[SampleSize, int]:
        """The size of the samples of a batch of whole frames, and their number."""
        config, sides = self.config, sorted(self.squares)
        side = sides[int(rng.integers(len(sides)))] if len(sides) > 1 else sides[0]
        groups, count = config.groups, config.batch // 2
        if config.whole_groups:
            groups = config.whole_groups
            count = config.batch * config.groups // (2 * groups)
            count = max(1, min(count, count * WHOLE_SIDE**2 // side**2))
        return SampleSize(frames=groups * self.codec.time_factor, whole=side), count

    def _changing(self, rng: np.random.Generator, size: SampleSize) -> Masked:
        """A sample, some of which fade or cut to another one or change their light."""
        config, sample = self.config, self._sample(rng, size)
        if config.faded and not size.whole and rng.random() < config.faded:
            sample = cross_fade(rng, sample, self._sample(rng, size))
        if config.cut and rng.random() < config.cut:
            sample = cut(rng, sample, self._sample(rng, size))
        if config.relit and rng.random() < config.relit:
            sample = change_light(rng, sample[0]), sample[1]
        return sample

    def _sample(self, rng: np.random.Generator, size: SampleSize) -> Masked:
        """Frames uint8 [F, H, W, 3] and where there is an object, bool [F, H, W]."""
        side = size.whole or self.config.crop
        if self.pictures is not None and rng.random() < self.config.collages:
            return collage(rng, self.pictures, size.frames, side, side)
        if self.moments is not None and not size.whole and rng.random() < self.config.fast:
            return self._fast(rng, self.moments, size.frames)
        return self._clip(rng, size, side)

    def _clip(self, rng: np.random.Generator, size: SampleSize, side: int) -> Masked:
        """A part of a clip. Some begin where their clip begins, with copies of the first frame
        before it. Shorter clips, and pictures, stay as they end."""
        length, padding = size.frames, self.codec.time_factor - 1
        if size.whole:
            shard = int(rng.choice(self.squares[size.whole]))
        else:
            shard = int(rng.integers(len(self.frames)))
        clip = int(rng.integers(len(self.frames[shard])))
        f, m = (_lasting(each[shard][clip], length) for each in (self.frames, self.masks))
        beginning = rng.random() < 0.3
        first = 0 if beginning else int(rng.integers(len(f) - length + 1))
        box = UNCROPPED if size.whole else self._box(rng, m[first + length // 2], touching=0.67)
        taken = length - padding if beginning else length
        f, m = f[first : first + taken], m[first : first + taken]
        f, m = self._varied(rng, f)[:, *box], m[:, *box]
        if rng.random() < self.config.leaves:
            f, m = dead_leaves(rng, taken, side, side), np.zeros_like(m)
        if beginning:
            f = np.concatenate([f[:1].repeat(padding, 0), f])
            m = np.concatenate([m[:1].repeat(padding, 0), m])
        return f, m > 0

    def _fast(self, rng: np.random.Generator, moments: FastMoments, length: int) -> Masked:
        """A crop that shows a pixel which changes at a moment of fast motion."""
        which, clip, at = moments.draw(rng)
        shard = self.longer[which]
        f, m = self.frames[shard][clip], self.masks[shard][clip]
        first = int(np.clip(at - rng.integers(1, length), 0, len(f) - length))
        box = self._box(rng, m[at] != m[at - 1], touching=1.0)
        f, m = f[first : first + length], m[first : first + length]
        return self._varied(rng, f)[:, *box], m[:, *box] > 0

    def _varied(self, rng: np.random.Generator, frames: np.ndarray) -> np.ndarray:
        """The frames, some of them in a style or another light."""
        if rng.random() < self.config.styled:
            frames = apply_style(str(rng.choice(list(STYLES))), frames)
        if rng.random() < self.config.tinted:
            gain = rng.uniform(0.25, 1.1) * rng.uniform(0.75, 1.25, 3)
            frames = (frames * gain.astype(np.float32)).clip(0, 255).astype(np.uint8)
        return frames

    def _box(
        self, rng: np.random.Generator, mask: np.ndarray, *, touching: float
    ) -> tuple[slice, slice]:
        """A square crop, which touches the mask with the probability `touching`."""
        side = self.config.crop
        height, width = mask.shape
        places = np.argwhere(mask) if rng.random() < touching else ()
        if len(places):
            y, x = places[rng.integers(len(places))] - rng.integers(side, size=2)
        else:
            y, x = rng.integers(height - side + 1), rng.integers(width - side + 1)
        top, left = int(np.clip(y, 0, height - side)), int(np.clip(x, 0, width - side))
        return slice(top, top + side), slice(left, left + side)


def _lasting(clip: np.ndarray, frames: int) -> np.ndarray:
    """A clip [F, ...] of at least so many frames: copies of its last one follow a shorter one."""
    if len(clip) >= frames:
        return clip
    return np.concatenate([clip, clip[-1:].repeat(frames - len(clip), 0)])


def tiled(samples: Tensor, tiles: int) -> Tensor:
    """Squares of tiles x tiles samples: [n, c, F, h, w] -> [n / tiles^2, c, F, H, W]."""
    return rearrange(samples, "(b p q) c f h w -> b c f (p h) (q w)", p=tiles, q=tiles).contiguous()


def shrink(video: Tensor, size: tuple[int, int]) -> Tensor:
    """Smaller pictures by averaging (antialiased bilinear); video [b, c, F, H, W]."""
    b = video.shape[0]
    flat = video.transpose(1, 2).flatten(0, 1)
    flat = F.interpolate(flat, size=size, mode="bilinear", antialias=True)
    return flat.unflatten(0, (b, -1)).transpose(1, 2).contiguous()
