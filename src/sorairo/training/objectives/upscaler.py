"""Training the upscaler: crops of pairs, outlines and objects first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from sorairo.models.upscaling.upscaler import FACTOR, Upscaler, halfway
from sorairo.nn.lanczos import lanczos
from sorairo.nn.layout import fold_time, unfold_time
from sorairo.nn.pixels import to_video
from sorairo.nn.precision import compute_dtype
from sorairo.training.data.pairs import Pair
from sorairo.training.evaluate_upscaler import measure
from sorairo.training.loop.throughput import count_flop

STRIDES = (1, 1, 1, 1, 1, 2)  # in native frames: some motion is twice as quick
FAINT = 0.02  # mean error of the filter: with less, a sample weighs no more
Drawn = tuple[Tensor, Tensor, Tensor]  # small, large, weights
OUTLINE = 5  # pixels: an object's weight reaches that far around it, half on either side


@dataclass(frozen=True, kw_only=True)
class UpscalerLossConfig:
    """`batch` crops of `crop` native pixels square, `leaves` of them (a share) of dead leaves,
    `softened` (a share of those that have not passed the codec) blurred a little.

    `object_weight` is the weight of a pixel on an object or its outline; `squared` and `gradient`
    weigh the squared error and the error of differences beside the absolute error.
    """

    batch: int = 8
    crop: int = 24
    leaves: float = 0.08
    softened: float = 0.15
    object_weight: float = 5.0
    squared: float = 4.0
    gradient: float = 0.5


class UpscalerObjective:
    """Weighted L1, squared error and error of gradients, of two frames and the one between."""

    def __init__(
        self,
        upscaler: Upscaler,
        config: UpscalerLossConfig,
        pairs: list[Pair],
        held_out: list[Pair],
    ) -> None:
        self.network, self.config, self.held_out = upscaler, config, held_out
        self.clips = [pair for pair in pairs if not pair.path.name.startswith("leaves")]
        self.leaves = [pair for pair in pairs if pair.path.name.startswith("leaves")]
        self.flop = 0.0
        self.device = next(upscaler.parameters()).device

    def loss(
        self, batch: Drawn, generator: torch.Generator
    ) -> tuple[Tensor, dict[str, float | Tensor]]:
        del generator
        small, large, weight = (part.to(self.device, non_blocking=True) for part in batch)
        weight = self._relative(small, large, weight)
        if not self.flop:
            self.flop = 3 * count_flop(lambda: self.network.sharpen(small))
        frames, turns = self.network.sharpen(small)
        made = torch.cat([frames, halfway(frames, turns[:, :, :1])], dim=2)
        error = made - large
        distortion = weight * (error.abs() + self.config.squared * error.square())
        slopes = weight[..., 1:, :] * error.diff(dim=-2).abs(), weight[..., 1:] * error.diff().abs()
        loss = distortion.mean() + self.config.gradient * (slopes[0].mean() + slopes[1].mean())
        return loss, {"distortion": distortion.detach().mean(), "flop": self.flop}

    def draw(self, step: int, rng: np.random.Generator) -> Drawn:
        """`config.batch` samples, see `_sample`."""
        del step
        parts = zip(*(self._sample(rng) for _ in range(self.config.batch)), strict=True)
        small, large, weight = (torch.cat(each) for each in parts)
        return small, large, weight

    def _relative(self, small: Tensor, large: Tensor, weight: Tensor) -> Tensor:
        """Weights divided by the root of the filter's error on each sample: a sample with strong
        edges counts more, but does not drown the rest."""
        filtered = unfold_time(lanczos(fold_time(small[:, :, 1:3]), FACTOR), 2)
        error = (weight[:, :, :2] * (large[:, :, :2] - filtered).abs()).mean((1, 2, 3, 4))
        return weight / (error + FAINT).sqrt().view(-1, 1, 1, 1, 1)

    def _sample(self, rng: np.random.Generator) -> Drawn:
        """Four small frames, [1, 3, 4, h, w]; the two in the middle and the one between them as
        they should be, [1, 3, 3, H, W]; weights, [1, 1, 3, H, W]."""
        config = self.config
        source = self.leaves if self.leaves and rng.random() < config.leaves else self.clips
        pair = source[int(rng.integers(len(source)))]
        variant = int(rng.integers(2))
        stride = STRIDES[int(rng.integers(len(STRIDES)))]
        last = pair.small.shape[1] - 1
        first = int(rng.integers(last - stride + 1))
        # beyond the ends of a clip stand copies of its ends
        seen = np.clip(first + stride * np.arange(-1, 3), 0, last)
        wanted = [2 * first, 2 * (first + stride), 2 * first + stride]
        if rng.random() < 0.05:  # a picture
            seen, wanted = np.full(4, first), [2 * first] * 3
        elif rng.random() < 0.5:  # time may run backwards
            seen, wanted = seen[::-1], [wanted[1], wanted[0], wanted[2]]
        y, x = self._corner(rng, pair, wanted[2])
        side, far = config.crop, config.crop * FACTOR
        near = (slice(y, y + side), slice(x, x + side))
        there = (slice(y * FACTOR, y * FACTOR + far), slice(x * FACTOR, x * FACTOR + far))
        small = to_video(pair.small[variant][seen][:, *near][None])
        large = to_video(pair.large[wanted][:, *there][None])
        mask = torch.from_numpy(pair.masks[wanted][:, *there] > 0).float()[None]
        around = F.max_pool2d(mask, OUTLINE, 1, OUTLINE // 2)[:, None]
        if variant == 0 and rng.random() < config.softened:
            small = soften(small, rng.uniform(1, 1.4))
        weight = 1 + (config.object_weight - 1) * around
        return turned(rng, small, large, weight)

    def _corner(self, rng: np.random.Generator, pair: Pair, frame: int) -> tuple[int, int]:
        """Upper left of a crop in native pixels, two times in three one that touches an object."""
        side, (height, width) = self.config.crop, pair.small.shape[2:4]
        y, x = (int(rng.integers(length - side + 1)) for length in (height, width))
        places = np.argwhere(pair.masks[frame, ::FACTOR, ::FACTOR])
        if len(places) and rng.random() < 0.67:
            y, x = places[rng.integers(len(places))] - rng.integers(side, size=2)
        return int(np.clip(y, 0, height - side)), int(np.clip(x, 0, width - side))

    def sheet(self, path: Path, ema: dict[str, Tensor], step: int) -> dict[str, float]:
        """Held-out clips: PSNR on objects beside Lanczos'; pictures: small, Lanczos, made, true."""
        upscaler = Upscaler(self.network.config)
        upscaler.load_state_dict(ema)
        upscaler = upscaler.to(self.device, compute_dtype(self.device)).eval()
        measured, rows = measure(upscaler, self.held_out[:: max(1, len(self.held_out) // 4)])
        Image.fromarray(np.concatenate(rows)).save(path)
        return measured


def soften(video: Tensor, factor: float) -> Tensor:
    """Video [1, c, F, h, w] made smaller by a factor, and again as large as it was."""
    size = video.shape[-2:]
    lesser = [max(1, round(side / factor)) for side in size]
    flat = F.interpolate(video[0].transpose(0, 1), lesser, mode="bilinear", antialias=True)
    flat = F.interpolate(flat, size, mode="bicubic", align_corners=False)
    return flat.transpose(0, 1)[None]


def turned(rng: np.random.Generator, small: Tensor, large: Tensor, weight: Tensor):
    """All three mirrored and turned alike, colours exchanged, lighter or darker."""
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
