"""Convolution blocks for the codec. Memory stays channels-last: [b, c, g, h, w] is stored
as b g h w c throughout."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from sorairo.nn.layout import fold_time, unfold_time

State = dict[int, Tensor]
"""The state of a stream: the last input frames of each temporal convolution, by its id."""


class ChannelNorm(nn.Module):
    """LayerNorm over channels, place by place; fused, as channels are last in memory."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        y = x.permute(0, 2, 3, 1)
        y = F.layer_norm(y, y.shape[-1:], self.weight.to(y.dtype), self.bias.to(y.dtype), 1e-5)
        return y.permute(0, 3, 1, 2)


class CausalMix(nn.Module):
    """Mixes each frame with the two before it, place by place (a convolution of 3x1x1, zero before
    the first)."""

    kernel = 3

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.proj = nn.Conv3d(channels, channels, (self.kernel, 1, 1))
        nn.init.zeros_(self.proj.weight)
        nn.init.zeros_(self.proj.bias)  # type: ignore[arg-type]

    def forward(
        self, x: Float[Tensor, "b c g h w"], state: State | None = None
    ) -> Float[Tensor, "b c g h w"]:
        past = None if state is None else state.get(id(self))
        if past is None:
            b, c, _, h, w = x.shape
            past = x.new_zeros(b, self.kernel - 1, h, w, c).permute(0, 4, 1, 2, 3)
        padded = torch.cat([past, x], dim=2)
        if state is not None:
            state[id(self)] = padded[:, :, 1 - self.kernel :]
        return self.proj(padded)


class ResBlock(nn.Module):
    """norm, 3x3 convolution, SiLU, 3x3 convolution, added to the input; with `temporal`, a causal
    mix in time as well. Another odd `kernel` is its side in place of 3."""

    def __init__(self, channels: int, *, temporal: bool = False, kernel: int = 3) -> None:
        super().__init__()
        self.norm = ChannelNorm(channels)
        self.conv1 = nn.Conv2d(channels, channels, kernel, padding=kernel // 2)
        self.conv2 = nn.Conv2d(channels, channels, kernel, padding=kernel // 2)
        nn.init.zeros_(self.conv2.weight)
        self.mix = CausalMix(channels) if temporal else None

    def forward(
        self, x: Float[Tensor, "n c h w"], frames: int = 1, state: State | None = None
    ) -> Float[Tensor, "n c h w"]:
        y = F.silu(self.conv1(self.norm(x)))
        if self.mix is not None:
            y = y + fold_time(self.mix(unfold_time(y, frames), state))
        return x + self.conv2(y)


class PointwiseLayer(nn.Module):
    """Two linear maps with a SiLU between them, the same at every place. It gives zero at first."""

    def __init__(self, inputs: int, hidden: int, outputs: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, hidden, 1)
        self.conv2 = nn.Conv2d(hidden, outputs, 1)
        nn.init.zeros_(self.conv2.weight)
        nn.init.zeros_(self.conv2.bias)  # type: ignore[arg-type]

    def forward(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n d h w"]:
        return self.conv2(F.silu(self.conv1(x)))
