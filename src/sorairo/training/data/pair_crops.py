"""Random crops of pairs of small and large clips, for an upscaler."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from sorairo.models.upscaling.upscaler import FACTOR
from sorairo.nn.pixels import to_video
from sorairo.training.data.pairs import Pair

STRIDES = (1, 1, 1, 1, 1, 2)  # in native frames: some motion is twice as fast
OUTLINE = 5  # pixels: an object's weight reaches that far around it, half on either side
Drawn = tuple[Tensor, Tensor, Tensor]  # small, large, weights


@dataclass(frozen=True, kw_only=True)
class PairCropsConfig:
    """How crops of pairs are drawn."""

    batch: int = 8
    """Samples of a batch."""
    crop: int = 24
    """Side of a crop in native pixels."""
    leaves: float = 0.08
    """Share of crops of dead leaves."""
    softened: float = 0.15
    """Share of the crops that have not passed the codec that are blurred a little."""
    object_weight: float = 5.0
    """Weight of a pixel on an object or its outline."""


class PairCrops:
    """Draws batches of crops from pairs."""

    def __init__(self, config: PairCropsConfig, pairs: list[Pair]) -> None:
        self.config = config
        self.clips = [pair for pair in pairs if not pair.path.name.startswith("leaves")]
        self.leaves = [pair for pair in pairs if pair.path.name.startswith("leaves")]

    def draw(self, rng: np.random.Generator) -> Drawn:
        """A batch of samples."""
        parts = zip(*(self.sample(rng) for _ in range(self.config.batch)), strict=True)
        small, large, weight = (torch.cat(each) for each in parts)
        return small, large, weight

    def sample(self, rng: np.random.Generator) -> Drawn:
        """Four small frames [1, 3, 4, h, w]; the true large versions of the two in the middle and
        of the frame between them [1, 3, 3, H, W]; weights [1, 1, 3, H, W]."""
        config = self.config
        source = self.leaves if self.leaves and rng.random() < config.leaves else self.clips
        pair = source[int(rng.integers(len(source)))]
        variant = int(rng.integers(2))
        stride = STRIDES[int(rng.integers(len(STRIDES)))]
        shown, wanted = _frames(rng, pair.small.shape[1] - 1, stride)
        y, x = self._corner(rng, pair, wanted[2])
        side, far = config.crop, config.crop * FACTOR
        near = (slice(y, y + side), slice(x, x + side))
        place = (slice(y * FACTOR, y * FACTOR + far), slice(x * FACTOR, x * FACTOR + far))
        small = to_video(pair.small[variant][shown][:, *near][None])
        large = to_video(pair.large[wanted][:, *place][None])
        mask = torch.from_numpy(pair.masks[wanted][:, *place] > 0).float()[None]
        near_objects = F.max_pool2d(mask, OUTLINE, 1, OUTLINE // 2)[:, None]
        if variant == 0 and rng.random() < config.softened:
            small = soften(small, rng.uniform(1, 1.4))
        weight = 1 + (config.object_weight - 1) * near_objects
        return augmented(rng, small, large, weight)

    def _corner(self, rng: np.random.Generator, pair: Pair, frame: int) -> tuple[int, int]:
        """Upper left corner of a crop, in native pixels; two in three crops touch an object."""
        side, (height, width) = self.config.crop, pair.small.shape[2:4]
        y, x = (int(rng.integers(length - side + 1)) for length in (height, width))
        places = np.argwhere(pair.masks[frame, ::FACTOR, ::FACTOR])
        if len(places) and rng.random() < 0.67:
            y, x = places[rng.integers(len(places))] - rng.integers(side, size=2)
        return int(np.clip(y, 0, height - side)), int(np.clip(x, 0, width - side))


def _frames(rng: np.random.Generator, last: int, stride: int) -> tuple[np.ndarray, list[int]]:
    """The four small frames of a sample, and the three large target frames: two and the one between
    them. Some samples are a single picture, half of the rest are reversed in time."""
    first = int(rng.integers(last - stride + 1))
    # beyond the ends of a clip: copies of its end frames
    shown = np.clip(first + stride * np.arange(-1, 3), 0, last)
    wanted = [2 * first, 2 * (first + stride), 2 * first + stride]
    if rng.random() < 0.05:  # a picture
        return np.full(4, first), [2 * first] * 3
    if rng.random() < 0.5:
        return shown[::-1], [wanted[1], wanted[0], wanted[2]]
    return shown, wanted


def soften(video: Tensor, factor: float) -> Tensor:
    """Video [1, c, F, h, w] blurred: made smaller by a factor, and enlarged again."""
    size = video.shape[-2:]
    lesser = [max(1, round(side / factor)) for side in size]
    flat = F.interpolate(video[0].transpose(0, 1), lesser, mode="bilinear", antialias=True)
    flat = F.interpolate(flat, size, mode="bicubic", align_corners=False)
    return flat.transpose(0, 1)[None]


def augmented(rng: np.random.Generator, small: Tensor, large: Tensor, weight: Tensor) -> Drawn:
    """All three mirrored and rotated in the same way, with channels exchanged and the light
    changed."""
    axes = [axis for axis in (-1, -2) if rng.random() < 0.5]
    swap = rng.random() < 0.5
    colors = torch.from_numpy(rng.permutation(3))
    gain, lift = rng.uniform(0.6, 1.0), rng.uniform(-1, 1)
    lift *= 1 - gain

    def same(video: Tensor) -> Tensor:
        video = video.flip(axes)
        return video.transpose(-1, -2) if swap else video

    return (
        same(small[:, colors]) * gain + lift,
        same(large[:, colors]) * gain + lift,
        same(weight),
    )
