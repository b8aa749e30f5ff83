"""Converts decoded video frames to upright sRGB pixels."""

from __future__ import annotations

from typing import Any, cast

import av
import numpy as np
from av.sidedata.sidedata import Type
from av.video.reformatter import (
    ColorPrimaries,
    ColorRange,
    Colorspace,
    Interpolation,
    VideoReformatter,
)
from PIL import Image

from sorairo.video.reading.colors.color_space import HLG, PQ, ColorSpace, to_srgb
from sorairo.video.reading.colors.tone_mapping import to_sdr

_SMOOTH = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT

_UNSPECIFIED = 2  # matrix coefficients and primaries, ITU-T H.273
_MATRICES_2020 = (9, 10)
# Unspecified, reserved, BT.2020 of constant luminance (for which its usual matrix is near), and the
# two that follow from the primaries.
_FROM_PRIMARIES = (_UNSPECIFIED, 3, 10, 12, 13)
_HD_HEIGHT = 720  # players assume BT.709 from this height on if the file names none, else BT.601


def to_rgb(
    picture: av.VideoFrame, size: tuple[int, int], reformatter: VideoReformatter
) -> np.ndarray:
    """The picture as uint8 [H, W, 3], scaled to `size` (width, height) and then turned upright.

    Transparency becomes white. HDR (PQ and HLG) becomes SDR.
    """
    is_hdr = picture.color_trc in (PQ, HLG)
    has_alpha = any(part.is_alpha for part in picture.format.components)
    pixel_format = (
        ("rgba64le" if has_alpha else "rgb48le") if is_hdr else ("rgba" if has_alpha else "rgb24")
    )
    width, height = (picture.width, picture.height) if has_alpha else size
    pixels = reformatter.reformat(
        picture,
        width=width,
        height=height,
        format=pixel_format,
        interpolation=_SMOOTH,
        src_colorspace=_matrix(picture),
        dst_color_range=ColorRange.JPEG,
    ).to_ndarray()
    pixels, alpha = pixels[..., :3], pixels[..., 3:].astype(int)
    colors = to_sdr(pixels, picture.color_trc) if is_hdr else pixels
    colors = to_srgb(colors, ColorSpace.of(_primaries(picture), picture.color_trc))
    if has_alpha:  # scaled after it is put on white, so that hidden colours do not bleed
        alpha = (alpha >> 8 if is_hdr else alpha).astype(np.uint8)
        colors = _on_white(np.concatenate([colors, alpha], axis=-1), size)
    return np.ascontiguousarray(_turned(colors, picture))


def _primaries(picture: av.VideoFrame) -> int:
    """The primaries of a picture; HDR and the matrices of BT.2020 come with its primaries."""
    wide = picture.color_trc in (PQ, HLG) or picture.colorspace in _MATRICES_2020
    unspecified = picture.color_primaries == _UNSPECIFIED
    return ColorPrimaries.BT2020 if wide and unspecified else picture.color_primaries


def _matrix(picture: av.VideoFrame) -> int | None:
    """The matrix that FFmpeg converts with, where it is not the one that the file names."""
    if picture.colorspace not in _FROM_PRIMARIES:
        return None
    if picture.color_primaries == ColorPrimaries.BT2020 or picture.colorspace in _MATRICES_2020:
        return Colorspace.BT2020
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
