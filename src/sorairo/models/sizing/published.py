"""The sizes of a published model that is not fetched. No torch."""

from __future__ import annotations

from collections.abc import Sequence

from sorairo.models.pull.catalogue import WantedFile
from sorairo.models.sizing.needs import DECODE_BYTES, ENCODE_BYTES, TEXT_TOKENS, Widths
from sorairo.models.sizing.shape import wan_shape
from sorairo.models.sizing.stored import ROUNDED_SCALE, SINGLE, PartSize, StoredModel
from sorairo.models.sizing.text_encoder import TextShape
from sorairo.models.wan.variants import Variant

UMT5 = TextShape()
CODEC_PARAMETERS = {16: (53_595_872, 73_296_659), 48: (149_627_776, 555_060_892)}
"""Of the encoder and of the rest, by latent channels."""
FETCHED = 2  # bytes of a number in the files of the catalogue, which are float16 or bfloat16


def published_model(variant: Variant, number: int, rounding: str | None = None) -> StoredModel:
    """The sizes of a variant, computed with in numbers of `number` bytes, from files as they are
    fetched: in float16, so that nothing stays mapped to them."""
    shape, latents = wan_shape(variant), variant.latent_channels
    d, f, layers = shape.dim, shape.ffn_dim, shape.layers + shape.control_layers
    matrices = layers * (8 * d**2 + 2 * d * f)
    blocks = number * matrices
    if rounding:
        blocks = matrices + ROUNDED_SCALE[rounding] * layers * (9 * d + f)
    outside = number * (shape.parameters - matrices)
    encoder, decoder = CODEC_PARAMETERS[latents]
    codec = SINGLE * encoder + number * decoder
    text = number * UMT5.parameters
    text_blocks = number * UMT5.layers * UMT5.block_parameters
    expert = PartSize(kept=blocks + outside, copied=number * shape.parameters, blocks=blocks)
    return StoredModel(
        variant=variant,
        codec=PartSize(kept=codec, copied=codec),
        text=PartSize(kept=text, copied=text, blocks=text_blocks),
        text_shape=UMT5,
        experts=(expert,) * shape.networks,
        layers=shape.layers,
        streams=2 if shape.control_layers else 1,
        widths=Widths(
            dim=d,
            ffn_dim=f,
            blocks=shape.networks * layers,
            text_tokens=TEXT_TOKENS,
            decode_bytes=DECODE_BYTES[latents],
            encode_bytes=ENCODE_BYTES[latents],
            encodes_all=variant.enters != "token noise",
        ),
        number=number,
    )


def download_bytes(variant: Variant, files: Sequence[WantedFile]) -> int:
    """The size of files of a variant in the catalogue. Of one whose size is not stated there, it
    is that of a denoiser."""
    denoiser = FETCHED * wan_shape(variant).parameters
    return sum(denoiser if each.bytes is None else each.bytes for each in files)
