"""Layers of Wan's codecs. They are causal in time and work on a stream: a `State` keeps the last
input frames of each layer, so that a clip may be coded piece by piece. Memory is channels-last
throughout: [b, c, t, h, w] is stored as b t h w c."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn

from sorairo.models.wan.codec.winograd import is_faster, pair, pair_weights, upsampled
from sorairo.nn.layout import fold_time, unfold_time

State = dict[int, Any]
"""The state of a stream: what each layer keeps of the frames that it has seen, by its id."""
PLACES = 2048  # that are normalised at a time on a CPU
HISTORY = 2  # frames before a frame that a convolution sees


class PlaceNorm(nn.Module):
    """x / ||x|| * sqrt(C) * gamma over the channels of each place (an RMSNorm without an epsilon
    that matters)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(channels))

    def forward(self, x: Float[Tensor, "b c *rest"]) -> Float[Tensor, "b c *rest"]:
        return self._normed(x.movedim(1, -1)).movedim(-1, 1)

    def activated(self, x: Float[Tensor, "b c *rest"]) -> Float[Tensor, "b c *rest"]:
        """The norm, then SiLU; on a CPU some places at a time, which stay in the cache."""
        places = x.movedim(1, -1)
        if x.device.type != "cpu":
            return F.silu(self._normed(places), inplace=True).movedim(-1, 1)
        joined = torch.empty(places.shape, dtype=x.dtype)
        flat = (each.reshape(-1, each.shape[-1]).split(PLACES) for each in (places, joined))
        for each, found in zip(*flat, strict=True):
            torch.mul(each, self._scale(each), out=found)
            F.silu(found.mul_(self.gamma), inplace=True)
        return joined.movedim(-1, 1)

    def _normed(self, places: Float[Tensor, "*rest c"]) -> Float[Tensor, "*rest c"]:
        return (places * self._scale(places)).mul_(self.gamma)

    def _scale(self, places: Float[Tensor, "*rest c"]) -> Float[Tensor, "*rest 1"]:
        norm = torch.linalg.vector_norm(places, dim=-1, keepdim=True, dtype=torch.float32)
        return (places.shape[-1] ** 0.5 / norm.clamp_(min=1e-12)).to(places.dtype)


class CausalConv(nn.Conv3d):
    """A convolution of 3 x side x side that sees a frame and the two before it; those before the
    first are zero.

    It is computed as a convolution in space over the channels of three frames at once, which is 1.7
    times as fast as one in space and time (bfloat16 on a CPU, 192 channels); and for two frames at
    once where that takes less time (`winograd.is_faster`).
    """

    def __init__(self, into: int, out: int, side: int = 3) -> None:
        super().__init__(into, out, (3, side, side), padding=(0, side // 2, side // 2))

    def step(self, x: Float[Tensor, "b c t h w"], state: State) -> Float[Tensor, "b d t h w"]:
        """The output for the next frames of a stream."""
        frames = [*state.get(id(self), ()), *x.unbind(2)]
        state[id(self)] = tuple(frames[-HISTORY:])
        start, index = len(frames) - x.shape[2], len(frames) - x.shape[2]
        if x.shape[2] == 1:
            return self._single(frames, index)[:, :, None]
        joined = x.new_empty(x.shape[0], x.shape[2], *x.shape[3:], self.out_channels)
        out = joined.permute(1, 0, 4, 2, 3)
        weights = pair_weights(self.weight) if is_faster(x) else None
        while index < len(frames):
            at = index - start
            if weights and index >= HISTORY and index + 1 < len(frames):
                seen = frames[index - HISTORY : index + 2]
                pair(seen, weights, self.bias, (out[at], out[at + 1]))
                index += 2
            else:
                out[at].copy_(self._single(frames, index))
                index += 1
        return joined.permute(0, 4, 1, 2, 3)

    def to_stacked(self) -> None:
        """Stores the weight in the order in which it is used."""
        order = self.weight.data.permute(0, 3, 4, 2, 1).contiguous()
        self.weight.data = order.permute(0, 4, 3, 1, 2)

    def _single(self, frames: list[Tensor], index: int) -> Float[Tensor, "b d h w"]:
        """The output for one frame: a convolution over its channels and those of the two before it;
        where there are fewer, zeros stand before them."""
        seen = frames[max(0, index - HISTORY) : index + 1]
        weight = self.weight[:, :, HISTORY + 1 - len(seen) :].permute(0, 2, 1, 3, 4).flatten(1, 2)
        return F.conv2d(torch.cat(seen, dim=1), weight, self.bias, padding=self.padding[1:])


class ResidualBlock(nn.Module):
    """Twice norm, SiLU and convolution, added to the input."""

    def __init__(self, into: int, out: int) -> None:
        super().__init__()
        self.norm1, self.conv1 = PlaceNorm(into), CausalConv(into, out)
        self.norm2, self.conv2 = PlaceNorm(out), CausalConv(out, out)
        self.shortcut = nn.Conv3d(into, out, 1) if into != out else None

    def forward(self, x: Float[Tensor, "b c t h w"], state: State) -> Float[Tensor, "b d t h w"]:
        y = self.conv1.step(self.norm1.activated(x), state)
        y = self.conv2.step(self.norm2.activated(y), state)
        return y.add_(x if self.shortcut is None else self.shortcut(x))


class FrameAttention(nn.Module):
    """Attention of one head among the places of each frame, added to the input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = PlaceNorm(channels)
        self.qkv, self.proj = nn.Conv2d(channels, 3 * channels, 1), nn.Conv2d(channels, channels, 1)

    def forward(self, x: Float[Tensor, "b c t h w"]) -> Float[Tensor, "b c t h w"]:
        frames = fold_time(x)
        qkv = rearrange(self.qkv(self.norm(frames)), "n (r c) h w -> r n 1 (h w) c", r=3)
        y = F.scaled_dot_product_attention(*qkv)
        y = rearrange(y, "n 1 (h w) c -> n c h w", h=x.shape[3])
        return x + unfold_time(self.proj(y), x.shape[2])


class Down(nn.Module):
    """Half the size; with `time` also half the frames, but the first frame of a clip stays one."""

    def __init__(self, channels: int, *, time: bool) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=2)
        self.time = nn.Conv3d(channels, channels, (3, 1, 1), stride=(2, 1, 1)) if time else None

    def forward(self, x: Float[Tensor, "b c t h w"], state: State) -> Float[Tensor, "b c t2 h2 w2"]:
        frames = F.pad(fold_time(x), (0, 1, 0, 1)).contiguous(memory_format=torch.channels_last)
        x = unfold_time(self.conv(frames), x.shape[2])
        if self.time is None:
            return x
        past = state.get(id(self))
        state[id(self)] = x[:, :, -1:]
        return x if past is None else self.time(torch.cat([past, x], dim=2))


class Up(nn.Module):
    """Twice the size; with `time` also twice the frames, but the first frame of a clip stays one,
    and the layer never sees it: it begins with zeros before the second."""

    def __init__(self, into: int, out: int, *, time: bool) -> None:
        super().__init__()
        self.conv = nn.Conv2d(into, out, 3, padding=1)
        self.time = CausalConv(into, 2 * into, side=1) if time else None

    def forward(self, x: Float[Tensor, "b c t h w"], state: State) -> Float[Tensor, "b d t2 h2 w2"]:
        if self.time is not None:
            if state.get(id(self)) is None:
                state[id(self)] = x[:, :, :0]  # the first frame has passed
            else:
                x = rearrange(self.time.step(x, state), "b (r c) t h w -> b c (t r) h w", r=2)
        frames = fold_time(x)
        if is_faster(x):
            y = upsampled(frames, self.conv.weight, self.conv.bias)
        else:
            y = self.conv(F.interpolate(frames, scale_factor=2.0, mode="nearest-exact"))
        return unfold_time(y, x.shape[2])


def average_down(
    x: Float[Tensor, "b c t h w"], channels: int, time: int, space: int
) -> Float[Tensor, "b d t2 h2 w2"]:
    """Blocks of `time` frames and space x space places become channels, of which neighbouring
    groups are averaged to `channels`. Where frames are missing, zeros stand in front."""
    x = F.pad(x, (0, 0, 0, 0, -x.shape[2] % time, 0))
    x = rearrange(x, "b c (t r) (h p) (w q) -> b (c r p q) t h w", r=time, p=space, q=space)
    return rearrange(x, "b (d g) t h w -> b d g t h w", d=channels).mean(2)


def repeat_up(
    x: Float[Tensor, "b c t h w"], channels: int, time: int, *, first: bool
) -> Float[Tensor, "b d t2 h2 w2"]:
    """The reverse of `average_down` by repetition, twice the size; the `first` frame of a clip
    gives one frame."""
    repeats = channels * time * 4 // x.shape[1]
    x = x.repeat_interleave(repeats, dim=1)
    x = rearrange(x, "b (d r p q) t h w -> b d (t r) (h p) (w q)", r=time, p=2, q=2)
    return x[:, :, time - 1 :] if first else x
