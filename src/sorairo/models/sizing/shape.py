"""The size of a model's networks, and what follows from it. No torch.

FLOP of a forward pass of L tokens through N layers of width d, feed-forward width f, with S text
tokens: 2 L N (6 d^2 + 2 d f) for products with weights, 4 L^2 d N for self-attention and 4 L S d N
for cross-attention.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sorairo.models.hub import ModelDirectory
from sorairo.models.latent_law import LatentLaw
from sorairo.models.model_info import MemoryNeeds, Size
from sorairo.models.model_record import TABLETOP_FAMILY
from sorairo.models.sizing.needs import (
    AHEAD,
    DECODE_BYTES,
    HALF,
    TEXT_LAYERS,
    least_pixels,
    memory_needs,
    token_bytes,
)
from sorairo.models.wan.codec.config import CODEC_21, CODEC_22
from sorairo.models.wan.variants import VARIANTS, Variant

WAN_SIZES = {1536: (8960, 30), 3072: (14336, 30), 5120: (13824, 40)}  # width: feed-forward, layers
CONTROL_EVERY = {1536: 2, 5120: 5}  # blocks of the main stream for each of the control branch
WAN_TEXT, WAN_TEXT_PARAMETERS = 512, 5_680_910_336
DECODE_FLOPS = {16: 8.5e6, 48: 18.4e6}  # of a pixel of a frame, by the codec's latent channels


@dataclass(frozen=True, kw_only=True)
class NetworkShape:
    """The size of a model's networks."""

    dim: int
    ffn_dim: int
    layers: int
    control_layers: int = 0
    """Blocks of a control branch, which run beside the others."""
    networks: int = 1
    """Denoisers, of which one runs at a time."""
    parameters: int = 0
    """Of one denoiser."""
    other_parameters: int = 0
    """Of the text encoder and the codec."""
    codec_parameters: int = 0
    """Of the codec, where weights can rest in host memory; else 0."""
    text_tokens: int
    law: LatentLaw
    patch: int = 2
    decode_flops_per_pixel: float = 0.0
    decode_bytes_per_pixel: float = 0.0

    def tokens(self, size: Size, frames: int) -> int:
        """Tokens of a clip."""
        side = self.law.space_factor * self.patch
        columns, rows = (-(-each // side) for each in size)
        return self.law.latent_frames(frames) * rows * columns

    def forward_flops(self, tokens: int) -> float:
        """FLOP of one forward pass of one row."""
        d, f, n = self.dim, self.ffn_dim, self.layers + self.control_layers
        linear = 2 * tokens * n * (6 * d**2 + 2 * d * f)
        return linear + 4 * tokens * n * d * (tokens + self.text_tokens)

    def decode_flops(self, size: Size, frames: int) -> float:
        return self.decode_flops_per_pixel * size[0] * size[1] * frames

    def denoiser_bytes(self) -> int:
        """Weights of all denoisers, in half precision."""
        return HALF * self.networks * self.parameters

    def weight_bytes(self) -> int:
        """All weights, in half precision."""
        return self.denoiser_bytes() + HALF * self.other_parameters

    def device_bytes(self, size: Size, frames: int) -> float:
        """Peak memory of the device with all networks on it."""
        working = token_bytes(self.dim, self.ffn_dim) * self.tokens(size, frames)
        return self.weight_bytes() + max(working, self.decode_bytes_per_pixel * size[0] * size[1])

    def least_device_bytes(self, size: Size, frames: int) -> float | None:
        """Peak memory of the device with all blocks resting in host memory, and frames decoded in
        tiles; None for a model whose networks stay on the device."""
        if not self.codec_parameters:
            return None
        block = 8 * self.dim**2 + 2 * self.dim * self.ffn_dim
        outside = self.parameters - (self.layers + self.control_layers) * block
        streams = 2 if self.control_layers else 1
        moving = HALF * AHEAD * streams * block
        sampling = moving + token_bytes(self.dim, self.ffn_dim) * self.tokens(size, frames)
        decoding = self.decode_bytes_per_pixel * least_pixels(size[0] * size[1])
        text = HALF * AHEAD * WAN_TEXT_PARAMETERS // TEXT_LAYERS
        fixed = HALF * (self.codec_parameters + self.networks * outside)
        return fixed + max(sampling, decoding, text)

    def request_flops(self, size: Size, frames: int, *, steps: int, guided: bool) -> float:
        """FLOP of a whole request."""
        forward = self.forward_flops(self.tokens(size, frames))
        return steps * (2 if guided else 1) * forward + self.decode_flops(size, frames)


def wan_shape(variant: Variant) -> NetworkShape:
    """A published variant of Wan."""
    d = variant.width
    f, layers = WAN_SIZES[d]
    codec = CODEC_22 if variant.latent_channels == CODEC_22.latent_channels else CODEC_21
    control = layers // CONTROL_EVERY[d] if variant.enters == "control branch" else 0
    block = 8 * d**2 + 2 * d * f
    outside = 8 * d**2 + 4096 * d
    codec_parameters = 704_688_668 if codec is CODEC_22 else 126_892_531
    return NetworkShape(
        dim=d,
        ffn_dim=f,
        layers=layers,
        control_layers=control,
        networks=variant.experts,
        parameters=(layers + control) * block + control * d**2 + outside,
        other_parameters=WAN_TEXT_PARAMETERS + codec_parameters,
        codec_parameters=codec_parameters,
        text_tokens=WAN_TEXT,
        law=codec.law,
        decode_flops_per_pixel=DECODE_FLOPS[codec.latent_channels],
        decode_bytes_per_pixel=DECODE_BYTES[codec.latent_channels],
    )


def own_shape(record: dict[str, Any], parameters: int) -> NetworkShape:
    """A model of our own, from its record."""
    config = record["config"]
    codec, transformer = config.get("codec", {}), config.get("transformer", {})
    law = LatentLaw(
        time_factor=codec.get("time_factor", 4),
        space_factor=codec.get("space_factor", 8),
        channels=codec.get("latent_channels", 8),
        first_frames=codec.get("time_factor", 4),
    )
    return NetworkShape(
        dim=transformer.get("dim", 256),
        ffn_dim=transformer.get("ffn_dim", 1024),
        layers=transformer.get("layers", 8),
        parameters=parameters,
        text_tokens=config.get("text", {}).get("max_length", 64),
        law=law,
        patch=transformer.get("patch", 2),
    )


def shape_of(info: ModelDirectory) -> NetworkShape | None:
    """The shape of a model on disk; None for a family that is not known here, and for a folder of
    Wan whose sizes are none that were published."""
    if info.family == TABLETOP_FAMILY:
        return own_shape(info.record, info.bytes // HALF)
    name = str(info.record["config"].get("name", ""))
    variant = next((each for each in VARIANTS if each.name == name), None)
    return wan_shape(variant) if variant else None


def needs_of(info: ModelDirectory) -> MemoryNeeds:
    """The memory that a model on disk needs where its networks are."""
    shape = shape_of(info)
    if shape is None or info.family == TABLETOP_FAMILY:
        return MemoryNeeds(weights=info.bytes)
    return memory_needs(shape.dim, shape.ffn_dim, shape.decode_bytes_per_pixel, info.bytes)
