"""Converts decoded video frames to upright sRGB pixels."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

import av
import numpy as np
from av.sidedata.sidedata import Type
from av.video.reformatter import (
    ColorPrimaries,
    ColorRange,
    Colorspace,
    ColorTrc,
    Interpolation,
    VideoReformatter,
)
from PIL import Image

_SMOOTH = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT

_UNSPECIFIED = 2  # matrix coefficients, ITU-T H.273
_HD_HEIGHT = 720  # players assume BT.709 from this height on if the file names none, else BT.601

_REFERENCE_WHITE = 203.0  # cd/m2, ITU-R BT.2408: SDR white
_HLG_PEAK = 1000.0  # cd/m2, ITU-R BT.2100
_KNEE = 0.7  # of SDR white: brighter values are compressed, not clipped

# Linear BT.2020 to linear BT.709, ITU-R BT.2087.
_TO_709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]],
    np.float32,
)
_LUMINANCE_2020 = np.array([0.2627, 0.6780, 0.0593], np.float32)


def to_rgb(
    picture: av.VideoFrame, size: tuple[int, int], reformatter: VideoReformatter
) -> np.ndarray:
    """The picture as uint8 [H, W, 3], scaled to `size` (width, height) and then turned upright.

    Transparency becomes white. HDR (PQ and HLG) becomes SDR: unchanged up to 70% of white,
    compressed above.
    """
    is_hdr = picture.color_trc in (ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67)
    has_alpha = any(part.is_alpha for part in picture.format.components)
    pixel_format = "rgb48le" if is_hdr else "rgba" if has_alpha else "rgb24"
    width, height = (picture.width, picture.height) if has_alpha and not is_hdr else size
    pixels = reformatter.reformat(
        picture,
        width=width,
        height=height,
        format=pixel_format,
        interpolation=_SMOOTH,
        src_colorspace=_matrix(picture),
        dst_color_range=ColorRange.JPEG,
    ).to_ndarray()
    if is_hdr:
        pixels = _to_sdr(pixels, picture.color_trc, picture.color_primaries)
    elif has_alpha:  # scaled after it is put on white, so that hidden colours do not bleed
        pixels = _on_white(pixels, size)
    return np.ascontiguousarray(_turned(pixels, picture))


def _matrix(picture: av.VideoFrame) -> int | None:
    if picture.colorspace != _UNSPECIFIED:
        return None
    return Colorspace.ITU709 if picture.height >= _HD_HEIGHT else Colorspace.ITU601


def _on_white(rgba: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    image = Image.fromarray(rgba)
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return np.asarray(white.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0))


def is_turned(picture: av.VideoFrame) -> bool:
    """Whether the picture is shown turned by a quarter, with width and height exchanged."""
    matrix = _display_matrix(picture)
    return matrix is not None and bool(abs(matrix[0, 1]) > abs(matrix[0, 0]))


def _turned(pixels: np.ndarray, picture: av.VideoFrame) -> np.ndarray:
    """The pixels turned by the display matrix, to the nearest quarter turn or mirror image.

    A point (column, row) is shown at (column, row) @ matrix, ISO/IEC 14496-12, 6.2.2.
    """
    matrix = _display_matrix(picture)
    if matrix is None:
        return pixels
    column, row = matrix[0, 0], matrix[1, 1]
    if is_turned(picture):
        pixels = pixels.swapaxes(0, 1)
        column, row = matrix[1, 0], matrix[0, 1]
    return pixels[:: -1 if row < 0 else 1, :: -1 if column < 0 else 1]


def _display_matrix(picture: av.VideoFrame) -> np.ndarray | None:
    sides = cast(Any, picture.side_data)  # a mapping, though its type does not say so
    if Type.DISPLAYMATRIX not in sides:
        return None
    data = np.frombuffer(bytes(sides[Type.DISPLAYMATRIX]), np.int32)
    return data.reshape(3, 3)[:2, :2].astype(np.int64)


def _to_sdr(rgb48: np.ndarray, transfer: int, primaries: int) -> np.ndarray:
    """HDR pixels (uint16) tone-mapped to sRGB (uint8)."""
    light = _light(transfer)[rgb48]  # 1 is SDR white
    if transfer == ColorTrc.ARIB_STD_B67:  # the system gamma of BT.2100, table 5
        luminance = light @ _LUMINANCE_2020
        peak = _HLG_PEAK / _REFERENCE_WHITE
        light *= peak * np.power(luminance, 0.2)[..., None]
    if primaries == ColorPrimaries.BT2020:
        light = np.maximum(light @ _TO_709.T, 0)
    brightest = light.max(axis=-1, keepdims=True)
    over = np.maximum(brightest - _KNEE, 0)
    compressed = _KNEE + (1 - _KNEE) * -np.expm1(-over / (1 - _KNEE))
    light = np.where(over > 0, light * compressed / np.maximum(brightest, _KNEE), light)
    curve = np.where(
        light <= 0.0031308, 12.92 * light, 1.055 * np.power(light.clip(1e-9), 1 / 2.4) - 0.055
    )
    return (curve * 255).round().clip(0, 255).astype(np.uint8)


@cache
def _light(transfer: int) -> np.ndarray:
    """Linear light of each 16-bit value, float32 [65536]; ITU-R BT.2100, tables 4 (PQ), 5 (HLG)."""
    value = np.arange(65536) / 65535
    if transfer == ColorTrc.SMPTE2084:
        m1, m2 = 2610 / 16384, 2523 / 4096 * 128
        c1, c2, c3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
        root = value ** (1 / m2)
        light = (np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1)
        return (light * 10_000 / _REFERENCE_WHITE).astype(np.float32)
    a = 0.17883277
    b, c = 1 - 4 * a, 0.5 - a * np.log(4 * a)
    light = np.where(value <= 0.5, value**2 / 3, (np.exp((value - c) / a) + b) / 12)
    return light.astype(np.float32)
