"""The codecs of Wan 2.1 and 2.2: one network with two configurations.

A clip of 1 + 4 k frames becomes 1 + k latent frames. Both directions go through time in pieces, one
latent frame after another, with what each layer has seen kept in between: frame 0 alone, then four
frames a time. A pass over all frames at once is another function: the first piece skips every
resampling in time.
"""

from __future__ import annotations

from typing import Any

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn

from sorairo.models.latent_law import LatentLaw
from sorairo.models.wan.codec.config import (
    BLOCKS,
    HALVES_TIME,
    MEANS_STDS,
    WanCodecConfig,
)
from sorairo.models.wan.codec.layers import (
    CausalConv,
    Down,
    FrameAttention,
    PlaceNorm,
    ResidualBlock,
    State,
    Up,
    average_down,
    repeat_up,
)
from sorairo.models.wan.codec.tiles import decode_tiles, tiles_of

WHOLE = 2  # levels of the decoder that see the whole frame, where the others see tiles
LAST = torch.channels_last_3d


class Middle(nn.Module):
    """A residual block, attention, a residual block."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.before, self.after = (ResidualBlock(channels, channels) for _ in range(2))
        self.attention = FrameAttention(channels)

    def forward(self, x: Tensor, state: State) -> Tensor:
        return self.after(self.attention(self.before(x, state)), state)


class Level(nn.Module):
    """Residual blocks at one size, then the way to the next size."""

    def __init__(self, into: int, out: int, blocks: int, change: Down | Up | None) -> None:
        super().__init__()
        widths = [into, *[out] * blocks]
        self.blocks = nn.ModuleList(
            ResidualBlock(*pair) for pair in zip(widths[:-1], widths[1:], strict=True)
        )
        self.change = change

    def forward(self, x: Tensor, state: State) -> Tensor:
        for block in self.blocks:
            x = block(x, state)
        return x if self.change is None else self.change(x, state)


class Encoder(nn.Module):
    """Pixels to the mean and the variance of the latents."""

    def __init__(self, config: WanCodecConfig) -> None:
        super().__init__()
        self.config = config
        levels = config.encoder_levels
        self.enter = CausalConv(config.pixel_channels, levels[0][0])
        self.levels = nn.ModuleList()
        for index, (into, out) in enumerate(levels):
            last = index == len(levels) - 1
            down = None if last else Down(out, time=HALVES_TIME[index])
            self.levels.append(Level(into, out, BLOCKS, down))
        self.middle = Middle(levels[-1][1])
        self.norm = PlaceNorm(levels[-1][1])
        self.exit = CausalConv(levels[-1][1], 2 * config.latent_channels)

    def forward(self, x: Float[Tensor, "b p t h w"], state: State) -> Float[Tensor, "b e f i j"]:
        x = self.enter.step(x, state)
        for index, level in enumerate(self.levels):
            y = level(x, state)
            if self.config.residual:
                down = index < len(HALVES_TIME)
                time = 2 if down and HALVES_TIME[index] else 1
                y = y + average_down(x, y.shape[1], time, 2 if down else 1)
            x = y
        return self.exit.step(self.norm.activated(self.middle(x, state)), state)


class Decoder(nn.Module):
    """Latents to pixels."""

    def __init__(self, config: WanCodecConfig) -> None:
        super().__init__()
        self.config = config
        levels = config.decoder_levels
        self.enter = CausalConv(config.latent_channels, levels[0][0])
        self.middle = Middle(levels[0][0])
        self.levels = nn.ModuleList()
        for index, (into, out) in enumerate(levels):
            up = None
            if index < len(HALVES_TIME):
                after = out if config.residual else out // 2
                up = Up(out, after, time=HALVES_TIME[::-1][index])
            self.levels.append(Level(into, out, BLOCKS + 1, up))
        self.norm = PlaceNorm(levels[-1][1])
        self.exit = CausalConv(levels[-1][1], config.pixel_channels)

    def forward(self, x: Float[Tensor, "b c f i j"], state: State) -> Float[Tensor, "b p t h w"]:
        return self.end(self.begin(x, state), state)

    def begin(self, x: Float[Tensor, "b c f i j"], state: State) -> Float[Tensor, "b d t k l"]:
        """The first levels, WHOLE of them, and all of the attention."""
        first = not state
        x = self.middle(self.enter.step(x, state), state)
        for index in range(WHOLE):
            x = self._level(index, x, state, first=first)
        return x

    def end(self, x: Float[Tensor, "b d t k l"], state: State) -> Float[Tensor, "b p t h w"]:
        """The other levels, clamped to [-1, 1]."""
        for index in range(WHOLE, len(self.levels)):
            x = self._level(index, x, state, first=False)
        return self.exit.step(self.norm.activated(x), state).clamp_(-1, 1)

    def _level(self, index: int, x: Tensor, state: State, *, first: bool) -> Tensor:
        y = self.levels[index](x, state)
        if not self.config.residual or index >= len(HALVES_TIME):
            return y
        time = 2 if HALVES_TIME[::-1][index] else 1
        return y + repeat_up(x, y.shape[1], time, first=first)


class WanCodec(nn.Module):
    """Encoder and decoder; implements `protocols.VideoCodec`. Video is [b, 3, F, H, W] in [-1, 1],
    latents are normalised."""

    def __init__(self, config: WanCodecConfig) -> None:
        super().__init__()
        self.config = config
        self.most_pixels = 0  # of a frame that are decoded at once; 0: any number
        channels = config.latent_channels
        self.encoder, self.decoder = Encoder(config), Decoder(config)
        self.after_encoder = nn.Conv3d(2 * channels, 2 * channels, 1)
        self.before_decoder = nn.Conv3d(channels, channels, 1)

    @property
    def law(self) -> LatentLaw:
        return self.config.law

    def to_channels_last(self) -> None:
        """Stores the weights channels-last, which is fastest for convolutions. Call it again after
        weights are assigned."""
        for module in self.modules():
            if isinstance(module, CausalConv):
                module.to_stacked()
            elif isinstance(module, nn.Conv3d):
                module.to(memory_format=torch.channels_last_3d)  # type: ignore[call-overload]
            elif isinstance(module, nn.Conv2d):
                module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def _scale(self, like: Tensor) -> tuple[Tensor, Tensor]:
        mean, std = MEANS_STDS[self.config.latent_channels]
        return tuple(like.new_tensor(each).view(1, -1, 1, 1, 1) for each in (mean, std))  # type: ignore[return-value]

    def encode(self, video: Float[Tensor, "b 3 F H W"]) -> Float[Tensor, "b c f h w"]:
        """The mean of the posterior, normalised, of 1 + 4 k frames."""
        side, state, parts = self.config.patch, {}, []
        pixels = rearrange(video, "b c f (h p) (w q) -> b (c q p) f h w", p=side, q=side)
        frames = video.shape[2]
        for piece in pixels.split([1, *[4] * ((frames - 1) // 4)], dim=2):
            piece = piece.contiguous(memory_format=torch.channels_last_3d)
            parts.append(self.encoder(piece, state))
        moments = self.after_encoder(torch.cat(parts, dim=2))
        latents = moments[:, : self.config.latent_channels].float()
        mean, std = self._scale(latents)
        return ((latents - mean) / std).to(video.dtype)

    def decode(
        self, latents: Float[Tensor, "b c f h w"], state: dict[Any, Any] | None = None
    ) -> Float[Tensor, "b 3 F H W"]:
        """All frames, in [-1, 1]. With a `state` (an empty dict at first), a clip can be decoded
        piece by piece with the same result as in one go. Frames of more than `most_pixels` are
        decoded in tiles."""
        state, side = {} if state is None else state, self.config.patch
        mean, std = self._scale(latents.float())
        z = self.before_decoder((latents * std + mean).to(latents.dtype))
        factor, decoder = self.law.space_factor, self.decoder
        height, width = z.shape[3:]
        if 0 < self.most_pixels < height * width * factor**2:
            tiles = tiles_of(height, width, self.most_pixels / factor**2)
            factors = (2**WHOLE, factor // side)
            pixels = decode_tiles(decoder.begin, decoder.end, z, tiles, factors, state)
        else:
            pieces = z.split(1, dim=2)
            parts = [decoder(each.contiguous(memory_format=LAST), state) for each in pieces]
            pixels = torch.cat(parts, dim=2)
        return rearrange(pixels, "b (c q p) f h w -> b c f (h p) (w q)", p=side, q=side)
