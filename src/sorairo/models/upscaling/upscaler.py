"""The upscaler: frames four times as large and twice as many, learned as a correction of a filter.

A trunk sees each small frame with its two neighbours. For each small pixel it predicts two
corrections of 4x4 pixels: one of the Lanczos-filtered frame, multiplied by the contrast around the
pixel, and one of the frame half way to the next, multiplied by the change around it. So a uniform
surface is exactly the output of the filter, and where nothing moves, the frames between equal the
frames beside them: a still picture cannot flicker. The input of the trunk is the frames, and the
frames divided by that contrast, so that it can treat a faint edge like a strong one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import torch
import torch.nn.functional as F
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn

from sorairo.nn.lanczos import lanczos
from sorairo.nn.layout import depth_to_space, fold_time, space_to_depth, unfold_time

FACTOR = 4  # in space; in time it is 2
FLAT = 0.05  # contrast that is treated as zero: 6 of 255


@dataclass(frozen=True, kw_only=True)
class UpscalerConfig:
    """The size of the network."""

    width: int = 48
    """Channels at the small size; twice as many at half of it."""
    blocks: tuple[int, int, int] = (1, 2, 1)
    """Residual blocks at the small size, at half of it, and at the small size again."""


class Block(nn.Module):
    """Two 3x3 convolutions, added to the input. No norm: contrast is what upscaling is about."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.conv2.weight)
        nn.init.zeros_(self.conv2.bias)  # type: ignore[arg-type]

    def forward(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c h w"]:
        return x + self.conv2(F.silu(self.conv1(x)))


class Upscaler(nn.Module):
    """Takes video [b, 3, F, H, W] in [-1, 1]. An untrained network is the Lanczos filter, and in
    time the mean of neighbours."""

    def __init__(self, config: UpscalerConfig) -> None:
        super().__init__()
        self.config = config
        width, deep = config.width, 2 * config.width
        before, between, after = config.blocks
        self.stem = nn.Conv2d(18, width, 3, padding=1)
        self.before = nn.ModuleList(Block(width) for _ in range(before))
        self.down = nn.Conv2d(4 * width, deep, 1)
        self.between = nn.ModuleList(Block(deep) for _ in range(between))
        self.up = nn.Conv2d(deep, 4 * width, 1)
        self.after = nn.ModuleList(Block(width) for _ in range(after))
        self.head = nn.Conv2d(width, 2 * 3 * FACTOR**2, 3, padding=1)
        for module in (self.stem, self.down, self.up):
            nn.init.kaiming_normal_(module.weight, nonlinearity="linear")
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)  # type: ignore[arg-type]
        self.to_channels_last()

    def to_channels_last(self) -> None:
        """Stores the weights channels-last, which is fastest for convolutions. Call it again after
        weights are assigned."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, video: Float[Tensor, "b 3 F H W"]) -> Float[Tensor, "b 3 G H2 W2"]:
        """All 2F - 1 frames of a clip. The first and the last frame are repeated at the ends."""
        frames, turns = self.sharpen(pad_ends(video))
        return interleave(frames, halfway(frames, turns[:, :, :-1]))

    def sharpen(
        self, video: Float[Tensor, "b 3 F H W"]
    ) -> tuple[Float[Tensor, "b 3 n H2 W2"], Float[Tensor, "b 3 n H2 W2"]]:
        """For each of the n = F - 2 frames with a neighbour on either side: the large frame, and
        what the mean of it and the next lacks to the frame half way (see `halfway`)."""
        count = video.shape[2] - 2
        small = fold_time(video[:, :, 1:-1])
        details = self.head(self.features(video)).float()
        gates = [contrast(small), change(small, fold_time(video[:, :, 2:]))]
        parts = [
            unfold_time(depth_to_space(part * gate, FACTOR), count)
            for part, gate in zip(details.chunk(2, dim=1), gates, strict=True)
        ]
        return unfold_time(lanczos(small, FACTOR), count) + parts[0], parts[1]

    def features(self, video: Float[Tensor, "b 3 F H W"]) -> Float[Tensor, "n c H W"]:
        """What the head makes details of, for each frame with a neighbour on either side."""
        height, width = video.shape[3:]
        before, now, after = (fold_time(video[:, :, i : video.shape[2] - 2 + i]) for i in range(3))
        middle = F.avg_pool2d(now, 5, 1, 2, count_include_pad=False)
        reach = contrast(now) + change(now, before) + change(now, after)
        x = torch.cat([now - middle, before - now, after - now], dim=1)
        x = torch.cat([4 * x, 4 * x / (reach + FLAT)], dim=1).to(self.stem.weight.dtype)
        x = self.stem(x.contiguous(memory_format=torch.channels_last))
        for block in self.before:
            x = block(x)
        even = F.pad(x, (0, width % 2, 0, height % 2), mode="replicate")
        y = self.down(space_to_depth(even, 2)).contiguous(memory_format=torch.channels_last)
        for block in self.between:
            y = block(y)
        x = x + depth_to_space(self.up(y), 2)[:, :, :height, :width]
        x = x.contiguous(memory_format=torch.channels_last)
        for block in self.after:
            x = block(x)
        return F.silu(x)


def pad_ends(video: Float[Tensor, "b 3 F H W"]) -> Float[Tensor, "b 3 G H W"]:
    """A copy of the first frame before it, of the last after it."""
    return torch.cat([video[:, :, :1], video, video[:, :, -1:]], dim=2)


def halfway(
    frames: Float[Tensor, "b 3 n H W"], turns: Float[Tensor, "b 3 m H W"]
) -> Float[Tensor, "b 3 m H W"]:
    """The m = n - 1 frames half way between n frames."""
    return (frames[:, :, :-1] + frames[:, :, 1:]) / 2 + turns


def interleave(
    frames: Float[Tensor, "b 3 n H W"], between: Float[Tensor, "b 3 m H W"]
) -> Float[Tensor, "b 3 t H W"]:
    """The first frame, the one between, the second, and so on to the last of `frames`."""
    pairs = rearrange([frames[:, :, :-1], between], "k b c n h w -> b c (n k) h w")
    return torch.cat([pairs, frames[:, :, -1:]], dim=2)


def contrast(x: Float[Tensor, "n 3 H W"]) -> Float[Tensor, "n 1 H W"]:
    """Between the darkest and the brightest of 5x5 pixels, in the channel where that is most."""
    return (highest(x, 5) + highest(-x, 5)).amax(1, keepdim=True)


def change(x: Float[Tensor, "n 3 H W"], y: Float[Tensor, "n 3 H W"]) -> Float[Tensor, "n 1 H W"]:
    """The largest difference of two pictures among 9x9 pixels: things move up to four a frame."""
    return highest((y - x).abs().amax(1, keepdim=True), 9)


def highest(x: Float[Tensor, "n c H W"], size: int) -> Float[Tensor, "n c H W"]:
    """The highest of size x size pixels around each. Row by row and column by column, in whole
    pictures: on a CPU 30 times quicker than `max_pool2d`, and the same numbers."""
    y = F.pad(x, (size // 2,) * 4, value=-torch.inf)
    for dim in (2, 3):
        y = reduce(torch.maximum, [y.narrow(dim, i, x.shape[dim]) for i in range(size)])
    return y
