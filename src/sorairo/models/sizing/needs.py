"""The memory of large models, from the width of their networks. No torch."""

from __future__ import annotations

from sorairo.models.model_info import MemoryNeeds

HALF = 2  # bytes of a number in half precision
ROWS = 2  # of a guided step: with the prompt and without
DECODE_BYTES = {16: 19e3, 48: 11.4e3}
"""Of a pixel, by the latent channels of Wan's codecs; see benchmarks/wan_decode_memory.py."""

AHEAD = 2  # blocks of a stream that are on the device: the one that computes and the next one
TEXT_LAYERS = 24  # of the text encoder, of which two are on the device at a time
WHOLE_SHARE = 1 / 8  # of the memory of a pixel, for what is computed of a frame before its tiles
TILE_PIXELS = 256 * 256  # the smallest tile that is worth decoding


def least_pixels(pixels: float) -> float:
    """How many pixels decoded at once take the memory of a frame of so many that is decoded in the
    smallest tiles."""
    return min(pixels, WHOLE_SHARE * pixels + TILE_PIXELS)


def token_bytes(dim: int, ffn_dim: int, rows: int = ROWS) -> float:
    """Memory of a token in a forward pass: the larger of attention and feed-forward."""
    return float(rows * HALF * max(8 * dim, 4 * dim + 2 * ffn_dim))


def memory_needs(dim: int, ffn_dim: int, decode_bytes: float, weights: int) -> MemoryNeeds:
    """The needs of a model of that width, whose codec takes so many bytes a pixel and whose weights
    are held once."""
    return MemoryNeeds(
        weights=weights,
        upscaler=0.0,
        weight_copies=1.0,
        per_token=token_bytes(dim, ffn_dim),
        per_pixel=decode_bytes,
    )
