"""The deflicker network: removes the flicker that the codec leaves in decoded frames.

A latent frame is decoded into four frames without a view of the next latent frame, so the codec's
errors change from one group of four frames to the next: still surfaces flicker, and slow changes
become steps. This network sees eight frames on either side of each frame, and each frame's place in
its group. Given frames, which are known exactly, are marked: they stay as they are, and help to
correct the frames beside them.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from sorairo.nn.conv import ChannelNorm
from sorairo.nn.layout import depth_to_space, fold_time, space_to_depth, unfold_time


@dataclass(frozen=True, kw_only=True)
class DeflickerConfig:
    """The size of the network."""

    width: int = 64
    """Channels."""
    blocks: int = 4
    """Number of `TimeBlock`s."""
    kernel: int = 5
    """Frames that each block mixes, odd."""
    fold: int = 4
    """Pixels of each side of a block that becomes one place."""
    group: int = 4
    """Frames of a latent frame: the codec's time factor."""

    @property
    def exact(self) -> int:
        """The value of `places` for a frame that is known exactly."""
        return self.group

    @property
    def reach(self) -> int:
        """How many frames before and after a frame it can see."""
        return self.blocks * (self.kernel // 2)


class TimeBlock(nn.Module):
    """norm, 3x3 convolution, SiLU, a mix of neighbouring frames, 3x3 convolution, added to the
    input."""

    def __init__(self, channels: int, kernel: int) -> None:
        super().__init__()
        self.norm = ChannelNorm(channels)
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.mix = nn.Conv3d(channels, channels, (kernel, 1, 1))
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.sides = kernel // 2
        nn.init.zeros_(self.conv2.weight)
        nn.init.zeros_(self.conv2.bias)  # type: ignore[arg-type]

    def forward(self, x: Float[Tensor, "n c h w"], frames: int) -> Float[Tensor, "n c h w"]:
        y = unfold_time(F.silu(self.conv1(self.norm(x))), frames)
        ends = (y[:, :, :1].expand(-1, -1, self.sides, -1, -1), y[:, :, -1:])
        around = torch.cat([ends[0], y, ends[1].expand(-1, -1, self.sides, -1, -1)], dim=2)
        return x + self.conv2(fold_time(y + self.mix(around)))


class Deflicker(nn.Module):
    """Adds a correction to decoded frames. An untrained network adds zero."""

    def __init__(self, config: DeflickerConfig) -> None:
        super().__init__()
        self.config = config
        pixels = 3 * config.fold**2
        self.stem = nn.Conv2d(pixels, config.width, 3, padding=1)
        self.embedding = nn.Embedding(config.group + 1, config.width)  # of places
        self.blocks = nn.ModuleList(
            TimeBlock(config.width, config.kernel) for _ in range(config.blocks)
        )
        self.norm = ChannelNorm(config.width)
        self.head = nn.Conv2d(config.width, pixels, 3, padding=1)
        for parameter in (*self.head.parameters(), self.embedding.weight):
            nn.init.zeros_(parameter)
        self.to_channels_last()

    def to_channels_last(self) -> None:
        """Stores the weights channels-last, which is fastest for convolutions. Call it again after
        weights are assigned."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(
        self, video: Float[Tensor, "b 3 F H W"], places: Int[Tensor, " F"]
    ) -> Float[Tensor, "b 3 F H W"]:
        """Video in [-1, 1], H and W multiples of `fold`; `places` of the frames in their groups,
        0 ... group - 1, or `exact`."""
        frames = video.shape[2]
        x = space_to_depth(fold_time(video), self.config.fold).to(self.stem.weight.dtype)
        x = self.stem(x.contiguous(memory_format=torch.channels_last))
        place = self.embedding(places).repeat(len(video), 1)[..., None, None]
        x = (x + place).contiguous(memory_format=torch.channels_last)
        for block in self.blocks:
            x = block(x, frames)
        added = depth_to_space(self.head(F.silu(self.norm(x))), self.config.fold)
        corrected = (places != self.config.exact)[:, None, None]
        return video + corrected * unfold_time(added, frames).to(video.dtype)
