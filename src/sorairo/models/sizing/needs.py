"""The memory of large models, from the width of their networks. No torch."""

from __future__ import annotations

from dataclasses import dataclass

from sorairo.models.model_info import MemoryNeeds

HALF = 2  # bytes of a number in half precision
ROWS = 2  # of a guided step: with the prompt and without
DECODE_BYTES = {16: 19e3, 48: 11.4e3}
"""Of a pixel, by the latent channels of Wan's codecs; see benchmarks/wan_decode_memory.py."""
ENCODE_BYTES = {16: 13e3, 48: 6e3}
"""The same for encoding in float32, roughly: nine frames of 128x128 by Wan 2.1 take 22.7e3 a pixel
on a CPU, of which up to 13e3 are reordered weights; Wan 2.2 by the ratio of widths and sizes."""
CODED_COPIES = 3  # of frames as numbers, RGB, before the codec encodes them and after it decodes

TEXT_TOKENS = 512  # of Wan: a prompt is padded to as many
AHEAD = 2  # blocks of a stream that are on the device: the one that computes and the next one
WHOLE_SHARE = 1 / 8  # of the memory of a pixel, for what is computed of a frame before its tiles
TILE_PIXELS = 256 * 256  # the smallest tile that is worth decoding
LEVEL_VECTORS = 3  # of a width, of a token that looks up its shift, scale or gate


def least_pixels(pixels: float) -> float:
    """How many pixels decoded at once take the memory of a frame of so many that is decoded in the
    smallest tiles."""
    return min(pixels, WHOLE_SHARE * pixels + TILE_PIXELS)


def token_bytes(dim: int, ffn_dim: int, rows: int = ROWS, number: int = HALF) -> float:
    """Memory of a token in a forward pass: the larger of attention and feed-forward."""
    return float(rows * number * max(8 * dim, 4 * dim + 2 * ffn_dim))


@dataclass(frozen=True, kw_only=True)
class Widths:
    """What the memory of a model's networks depends on beside its weights."""

    dim: int
    ffn_dim: int
    blocks: int
    """Blocks of all denoisers and their control branches."""
    text_tokens: int
    decode_bytes: float
    """Of a pixel."""
    encode_bytes: float
    """Of a pixel."""
    encodes_all: bool = False
    """Whether all frames of a canvas are encoded, and not only given ones."""


def memory_needs(widths: Widths, weights: int, number: int = HALF) -> MemoryNeeds:
    """The needs of a model of those widths, whose weights take so many bytes, are held once, and
    are computed with in numbers of so many bytes. The codec encodes in float32."""
    dim = widths.dim
    return MemoryNeeds(
        weights=weights,
        upscaler=0.0,
        weight_copies=1.0,
        per_token=token_bytes(dim, widths.ffn_dim, number=number),
        per_mixed_token=ROWS * number * 2 * dim,
        per_prompt=number * widths.text_tokens * 2 * dim * widths.blocks,
        per_level=LEVEL_VECTORS * number * dim,
        per_pixel=widths.decode_bytes * number / HALF,
        per_decoded=3 * number * CODED_COPIES,
        per_encoded_pixel=widths.encode_bytes,
        per_encoded=3 * 4 * CODED_COPIES,
        encodes_all=widths.encodes_all,
    )
