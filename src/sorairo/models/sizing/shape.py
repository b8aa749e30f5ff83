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
from sorairo.models.model_info import Size
from sorairo.models.model_record import TABLETOP_FAMILY
from sorairo.models.sizing.needs import HALF, TEXT_TOKENS
from sorairo.models.wan.codec.config import CODEC_21, CODEC_22
from sorairo.models.wan.variants import VARIANTS, Variant

WAN_SIZES = {1536: (8960, 30), 3072: (14336, 30), 5120: (13824, 40)}  # width: feed-forward, layers
CONTROL_EVERY = {1536: 2, 5120: 5}  # blocks of the main stream for each of the control branch
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
    text_tokens: int
    law: LatentLaw
    patch: int = 2
    decode_flops_per_pixel: float = 0.0

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

    def request_flops(self, size: Size, frames: int, *, steps: float, guided: bool) -> float:
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
    return NetworkShape(
        dim=d,
        ffn_dim=f,
        layers=layers,
        control_layers=control,
        networks=variant.experts,
        parameters=(layers + control) * block + control * d**2 + outside,
        text_tokens=TEXT_TOKENS,
        law=codec.law,
        decode_flops_per_pixel=DECODE_FLOPS[codec.latent_channels],
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
