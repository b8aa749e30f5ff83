"""Our video codec: compresses four frames of 8x8 pixels to one latent pixel, and decodes it again.

There is one kind of latent frame, which always holds `time_factor` video frames: the first frame of
a clip (or a picture) is preceded by copies of it, which are dropped after decoding. The encoder
sees only the frames of one latent frame, so a latent frame means the same wherever a clip is cut.
The decoder also sees the latent frames before (it is causal, so that it can stream). It is trained
as an autoencoder with noise of fixed size on the latents: a VAE whose posterior variance is
constant.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from sorairo.models.latent_law import LatentLaw
from sorairo.nn.conv import ChannelNorm, PointwiseLayer, ResBlock, State
from sorairo.nn.layout import (
    depth_to_space,
    group_frames,
    space_to_depth,
    unfold_time,
    ungroup_frames,
)


@dataclass(frozen=True, kw_only=True)
class CodecConfig:
    """The compression law and the size of the network."""

    time_factor: int = 4
    """Frames of a latent frame."""
    space_factor: int = 8
    """Pixels per side of a latent pixel."""
    latent_channels: int = 8
    widths: tuple[int, int] = (128, 192)
    """Channels at a quarter of the picture's sides, and at an eighth."""
    encoder_depths: tuple[int, int] = (2, 2)
    """Residual blocks of the encoder at these two sizes."""
    decoder_depths: tuple[int, int] = (3, 4)
    """Residual blocks of the decoder."""
    kernel: int = 3
    """Side of the convolutions. With 1, a latent pixel holds its own pixels and nothing of those
    around them."""
    low_memory: bool = True
    """Whether the decoder has memory of earlier frames at an eighth of the picture's sides. Without
    memory at any size, it decodes each latent frame alone."""
    high_memory: bool = False
    """Whether the decoder has memory of earlier frames at a quarter of the picture's sides, and not
    only at an eighth."""
    pixel_width: int = 0
    """Hidden channels of a pointwise layer between the pixels and the features at a quarter of the
    sides, in encoder and decoder. 0: pixels are a linear function of those features."""

    @property
    def first_factor(self) -> int:
        """Pixels folded into channels before the first convolution."""
        return self.space_factor // 2

    @property
    def pixel_channels(self) -> int:
        return 3 * self.time_factor * self.first_factor**2

    @property
    def law(self) -> LatentLaw:
        """Latent frames of one kind: each takes `time_factor` frames, the first one too."""
        return LatentLaw(
            time_factor=self.time_factor,
            space_factor=self.space_factor,
            channels=self.latent_channels,
            first_frames=self.time_factor,
        )


def _pixels(inputs: int, outputs: int, config: CodecConfig) -> PointwiseLayer | None:
    return PointwiseLayer(inputs, config.pixel_width, outputs) if config.pixel_width else None


def _convolution(inputs: int, outputs: int, config: CodecConfig) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, config.kernel, padding=config.kernel // 2)


def _blocks(channels: int, count: int, config: CodecConfig, memory: bool = False) -> nn.ModuleList:
    return nn.ModuleList(
        ResBlock(channels, temporal=memory, kernel=config.kernel) for _ in range(count)
    )


class Encoder(nn.Module):
    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        self.config = config
        wide, deep = config.widths
        self.stem = _convolution(config.pixel_channels, wide, config)
        self.pixels = _pixels(config.pixel_channels, wide, config)
        self.high = _blocks(wide, config.encoder_depths[0], config)
        self.down = nn.Conv2d(4 * wide, deep, 1)
        self.low = _blocks(deep, config.encoder_depths[1], config)
        self.norm = ChannelNorm(deep)
        self.head = nn.Conv2d(deep, config.latent_channels, 1)

    def forward(self, video: Float[Tensor, "b 3 F H W"]) -> Float[Tensor, "b c g h w"]:
        config = self.config
        groups = video.shape[2] // config.time_factor
        x = group_frames(video, config.time_factor, config.first_factor)
        pixels = x.contiguous(memory_format=torch.channels_last)
        x = self.stem(pixels)
        if self.pixels is not None:
            x = x + self.pixels(pixels)
        for block in self.high:
            x = block(x)
        x = self.down(space_to_depth(x, 2))
        for block in self.low:
            x = block(x)
        return unfold_time(self.head(self.norm(x)), groups)


class Decoder(nn.Module):
    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        self.config = config
        wide, deep = config.widths
        self.stem = _convolution(config.latent_channels, deep, config)
        self.low = _blocks(deep, config.decoder_depths[1], config, config.low_memory)
        self.up = nn.Conv2d(deep, 4 * wide, 1)
        self.high = _blocks(wide, config.decoder_depths[0], config, config.high_memory)
        self.norm = ChannelNorm(wide)
        self.head = _convolution(wide, config.pixel_channels, config)
        self.pixels = _pixels(wide, config.pixel_channels, config)

    def forward(
        self, latents: Float[Tensor, "b c g h w"], state: State | None = None
    ) -> Float[Tensor, "b 3 F H W"]:
        config, groups = self.config, latents.shape[2]
        x = latents.transpose(1, 2).flatten(0, 1).contiguous(memory_format=torch.channels_last)
        x = self.stem(x)
        for block in self.low:
            x = block(x, groups, state)
        x = depth_to_space(self.up(x), 2).contiguous(memory_format=torch.channels_last)
        for block in self.high:
            x = block(x, groups, state)
        x = self.norm(x)
        x = self.head(x) if self.pixels is None else self.head(x) + self.pixels(x)
        return ungroup_frames(x, groups, config.time_factor, config.first_factor)


class Codec(nn.Module):
    """Encoder and decoder, with the scale that makes latents zero-mean and of unit variance.

    Video is [b, 3, F, H, W] in [-1, 1] with F a multiple of `time_factor` (see `pad_start`) and H,
    W of `space_factor`.
    """

    latent_mean: Tensor
    latent_std: Tensor

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        self.register_buffer("latent_mean", torch.zeros(config.latent_channels))
        self.register_buffer("latent_std", torch.ones(config.latent_channels))
        self.to_channels_last()

    @property
    def law(self) -> LatentLaw:
        return self.config.law

    def to_channels_last(self) -> None:
        """Stores the weights channels-last, which is fastest for convolutions. Call it again after
        weights are assigned."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def _scale(self, like: Tensor) -> tuple[Tensor, Tensor]:
        mean, std = (v.view(1, -1, 1, 1, 1) for v in (self.latent_mean, self.latent_std))
        return mean.to(like.dtype), std.to(like.dtype)

    def encode(self, video: Float[Tensor, "b 3 F H W"]) -> Float[Tensor, "b c g h w"]:
        """Normalised latents of whole groups."""
        latents = self.encoder(video.to(self.latent_mean.dtype))
        mean, std = self._scale(latents)
        return (latents - mean) / std

    def decode(
        self, latents: Float[Tensor, "b c g h w"], state: State | None = None
    ) -> Float[Tensor, "b 3 F H W"]:
        """All frames of all groups. With a `state` (an empty dict at first), a clip can be decoded
        piece by piece with the same result as in one go."""
        mean, std = self._scale(latents)
        return self.decoder(latents * std + mean, state)

    def encode_clip(self, video: Float[Tensor, "b 3 F H W"]) -> Float[Tensor, "b c g h w"]:
        """Latents of a clip from its beginning: 1 + k * time_factor frames make 1 + k."""
        return self.encode(pad_start(video, self.config.time_factor))

    def decode_clip(self, latents: Float[Tensor, "b c g h w"]) -> Float[Tensor, "b 3 F H W"]:
        """The reverse of `encode_clip`: the copies before the first frame are dropped."""
        return self.decode(latents)[:, :, self.config.time_factor - 1 :]


def pad_start(video: Float[Tensor, "b 3 F H W"], time_factor: int) -> Float[Tensor, "b 3 G H W"]:
    """Puts copies of the first frame before it, so that it fills a group of its own."""
    return torch.cat([video[:, :, :1].expand(-1, -1, time_factor - 1, -1, -1), video], dim=2)
