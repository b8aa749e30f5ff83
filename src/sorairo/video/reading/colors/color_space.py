"""Converts pixels of any RGB colour space to sRGB with littleCMS, by way of ICC profiles.

Files name their colour space by an ICC profile, by the code points of ITU-T H.273 (films, AVIF,
PNG) or by chromaticities and a gamma (older PNG). The last two become an ICC profile here, so that
there is one conversion for all.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import numpy as np
from PIL import Image, ImageCms

_D65, _C, _E, _DCI = (0.3127, 0.3290), (0.310, 0.316), (1 / 3, 1 / 3), (0.314, 0.351)
_D50 = np.array([0.9642, 1.0, 0.8249])  # the white of ICC profiles, ISO 15076-1, 7.2.16

# x and y of red, green and blue, and of white; ITU-T H.273, table 2.
_SMPTE = (0.630, 0.340, 0.310, 0.595, 0.155, 0.070)
PRIMARIES = {
    1: ((0.640, 0.330, 0.300, 0.600, 0.150, 0.060), _D65),  # BT.709, sRGB
    4: ((0.67, 0.33, 0.21, 0.71, 0.14, 0.08), _C),  # BT.470 M
    5: ((0.64, 0.33, 0.29, 0.60, 0.15, 0.06), _D65),  # BT.470 BG, BT.601 with 625 lines
    6: (_SMPTE, _D65),  # BT.601 with 525 lines
    7: (_SMPTE, _D65),  # SMPTE 240M
    8: ((0.681, 0.319, 0.243, 0.692, 0.145, 0.049), _C),  # film
    9: ((0.708, 0.292, 0.170, 0.797, 0.131, 0.046), _D65),  # BT.2020
    10: ((1.0, 0.0, 0.0, 1.0, 0.0, 0.0), _E),  # SMPTE ST 428-1: XYZ
    11: ((0.680, 0.320, 0.265, 0.690, 0.150, 0.060), _DCI),  # SMPTE RP 431-2: DCI-P3
    12: ((0.680, 0.320, 0.265, 0.690, 0.150, 0.060), _D65),  # SMPTE EG 432-1: Display P3
    22: ((0.630, 0.340, 0.295, 0.605, 0.155, 0.077), _D65),  # EBU Tech 3213
}
# The transfer characteristics of H.273, table 3, that are a gamma. Those of BT.709, BT.601 and
# BT.2020 describe cameras; what they record is seen on the same displays as sRGB.
GAMMAS = {4: 2.2, 5: 2.8, 8: 1.0, 17: 2.6}
PQ, HLG = 16, 18

_SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)  # IEC 61966-2-1
# The cone responses of Bradford, ISO 15076-1, E.4
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)


@dataclass(frozen=True, kw_only=True)
class ColorSpace:
    """An RGB colour space."""

    primaries: tuple[float, ...] = PRIMARIES[1][0]
    """x and y of red, green and blue (CIE 1931)."""
    white: tuple[float, float] = _D65
    """x and y of white."""
    gamma: float | None = None
    """The exponent of the transfer function; None: that of sRGB."""

    @classmethod
    def of(cls, primaries: int, transfer: int = 2) -> ColorSpace:
        """The colour space of the code points of ITU-T H.273; unknown ones count as sRGB's."""
        colors, white = PRIMARIES.get(primaries, PRIMARIES[1])
        return cls(primaries=colors, white=white, gamma=GAMMAS.get(transfer))

    @property
    def is_srgb(self) -> bool:
        """Whether pixels stay as they are."""
        return self == ColorSpace()

    def profile(self) -> bytes:
        """The colour space as an ICC profile (ISO 15076-1) of version 4.2."""
        return _profile(self)


def to_srgb(pixels: np.ndarray, space: ColorSpace) -> np.ndarray:
    """The pixels (uint8 [H, W, 3]) of a colour space in sRGB; colours beyond it are clipped."""
    if space.is_srgb:
        return pixels
    return np.asarray(with_profile(Image.fromarray(np.ascontiguousarray(pixels)), space.profile()))


def with_profile(image: Image.Image, profile: bytes) -> Image.Image:
    """A picture of mode L, RGB or CMYK with an ICC profile, as RGB in sRGB.

    A profile of another kind of picture, or a broken one, counts for nothing, as in browsers.
    """
    try:
        transform = _transform(profile, image.mode)
        return ImageCms.applyTransform(image, transform) or image
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image.convert("RGB")


def from_lab(image: Image.Image) -> Image.Image:
    """A picture of mode LAB as RGB in sRGB."""
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    return with_profile(image, lab.tobytes())


@lru_cache(maxsize=8)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform:
    given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    kind = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK", "LAB": "Lab"}[mode]
    if cast(Any, given).profile.xcolor_space.strip() != kind:
        raise ValueError(f"a profile for {kind}")
    return ImageCms.buildTransform(
        given,
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )


@lru_cache(maxsize=32)
def _profile(space: ColorSpace) -> bytes:
    colors = _xyz_of(space)
    if space.gamma is None:
        curve = b"para" + struct.pack(">4xHxx", 3) + _fixed(*_SRGB_CURVE)
    else:
        curve = b"para" + struct.pack(">4xHxx", 0) + _fixed(space.gamma)
    tags = {b"wtpt": b"XYZ " + bytes(4) + _fixed(*_D50)}
    for name, column in zip((b"r", b"g", b"b"), colors.T, strict=True):
        tags[name + b"XYZ"] = b"XYZ " + bytes(4) + _fixed(*column)
        tags[name + b"TRC"] = curve
    table, data = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += struct.pack(">4sII", name, start + len(data), len(content))
        data += content
    body = struct.pack(">I", len(tags)) + table + data
    head = struct.pack(">I4xI4s4s4s", 128 + len(body), 0x04200000, b"mntr", b"RGB ", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + _fixed(*_D50)
    return head.ljust(128, b"\0") + body


def _xyz_of(space: ColorSpace) -> np.ndarray:
    """XYZ of red, green and blue, as columns, for the white of ICC profiles."""

    def xyz(x: float, y: float) -> np.ndarray:
        return np.array([x, y, 1 - x - y])

    colors = np.stack([xyz(*space.primaries[i : i + 2]) for i in (0, 2, 4)], axis=1)
    white = xyz(*space.white) / space.white[1]
    scaled = colors * np.linalg.solve(colors, white)
    cones = (_BRADFORD @ _D50) / (_BRADFORD @ white)
    return np.linalg.inv(_BRADFORD) @ np.diag(cones) @ _BRADFORD @ scaled


def _fixed(*values: float) -> bytes:
    """s15Fixed16Number, ISO 15076-1, 4.6."""
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)
