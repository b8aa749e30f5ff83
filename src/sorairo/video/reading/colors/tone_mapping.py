"""HDR (PQ and HLG) made SDR: unchanged up to 70% of white, compressed above."""

from __future__ import annotations

from functools import cache

import numpy as np

from sorairo.video.reading.colors.color_space import PQ

_REFERENCE_WHITE = 203.0  # cd/m2, ITU-R BT.2408: SDR white
_HLG_PEAK = 1000.0  # cd/m2, ITU-R BT.2100
_KNEE = 0.7  # of SDR white: brighter values are compressed, not clipped

_LUMINANCE_2020 = np.array([0.2627, 0.6780, 0.0593], np.float32)


def to_sdr(pixels: np.ndarray, transfer: int) -> np.ndarray:
    """HDR pixels (uint8 or uint16 [H, W, 3]; `transfer` is PQ or HLG) as uint8 with the curve of
    sRGB, in the same primaries."""
    levels = np.iinfo(pixels.dtype).max
    light = _light(transfer, levels)[pixels]  # 1 is SDR white
    if transfer != PQ:  # the system gamma of BT.2100, table 5
        luminance = light @ _LUMINANCE_2020
        peak = _HLG_PEAK / _REFERENCE_WHITE
        light *= peak * np.power(luminance, 0.2)[..., None]
    brightest = light.max(axis=-1, keepdims=True)
    over = np.maximum(brightest - _KNEE, 0)
    compressed = _KNEE + (1 - _KNEE) * -np.expm1(-over / (1 - _KNEE))
    light = np.where(over > 0, light * compressed / np.maximum(brightest, _KNEE), light)
    curve = np.where(
        light <= 0.0031308, 12.92 * light, 1.055 * np.power(light.clip(1e-9), 1 / 2.4) - 0.055
    )
    return (curve * 255).round().clip(0, 255).astype(np.uint8)


@cache
def _light(transfer: int, levels: int) -> np.ndarray:
    """Linear light of each value, float32 [levels + 1]; ITU-R BT.2100, tables 4 (PQ), 5 (HLG)."""
    value = np.arange(levels + 1) / levels
    if transfer == PQ:
        m1, m2 = 2610 / 16384, 2523 / 4096 * 128
        c1, c2, c3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
        root = value ** (1 / m2)
        light = (np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1)
        return (light * 10_000 / _REFERENCE_WHITE).astype(np.float32)
    a = 0.17883277
    b, c = 1 - 4 * a, 0.5 - a * np.log(4 * a)
    light = np.where(value <= 0.5, value**2 / 3, (np.exp((value - c) / a) + b) / 12)
    return light.astype(np.float32)
