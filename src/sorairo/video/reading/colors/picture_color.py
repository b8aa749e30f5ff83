"""The colour space that a picture file names, besides an ICC profile."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

import av
from av.error import FFmpegError
from PIL import Image

from sorairo.video.reading.colors.color_space import ColorSpace

_SRGB_GAMMA = 0.01  # a gamma this near to 1 / 2.2 means sRGB, as encoders write it
_ADOBE = (0.64, 0.33, 0.21, 0.71, 0.15, 0.06)  # Adobe RGB (1998), Exif's interoperability R03
_INTEROPERABILITY = 0xA005  # tag of Exif 2.32


class PictureColor(NamedTuple):
    """How a picture without an ICC profile is coded."""

    space: ColorSpace = ColorSpace()
    transfer: int = 2
    """The transfer characteristics of ITU-T H.273, for HDR; 2: unspecified."""


def color_of(path: Path, image: Image.Image) -> PictureColor:
    """The colour space of a picture's file; sRGB where it names none."""
    if image.format == "AVIF":
        return _avif_color(path)
    if image.format == "PNG":
        return _png_color(path)
    if image.format in ("JPEG", "MPO"):
        with suppress(Exception):  # a broken Exif block
            if image.getexif().get_ifd(_INTEROPERABILITY).get(1) == "R03":
                return PictureColor(ColorSpace(primaries=_ADOBE, gamma=563 / 256))
    return PictureColor()


def _avif_color(path: Path) -> PictureColor:
    with (
        suppress(FFmpegError),
        av.open(
            f"file:{path}", options={"format_whitelist": "mov", "protocol_whitelist": "file"}
        ) as container,
    ):
        for stream in container.streams.video[:1]:
            context = stream.codec_context
            if context is not None:
                return _coded(context.color_primaries, context.color_trc)
    return PictureColor()


def _coded(primaries: int, transfer: int) -> PictureColor:
    return PictureColor(ColorSpace.of(primaries, transfer), transfer)


def _png_color(path: Path) -> PictureColor:
    """From cICP, sRGB, or gAMA and cHRM, in this order; W3C PNG, third edition, 11.3.2."""
    with path.open("rb") as file:
        chunks = dict(_chunks(file))
    if len(found := chunks.get(b"cICP", b"")) == 4:
        return _coded(found[0], found[1])
    if b"sRGB" in chunks or b"iCCP" in chunks:
        return PictureColor()
    gamma, space = None, ColorSpace()
    if len(found := chunks.get(b"gAMA", b"")) == 4 and (stored := int.from_bytes(found)):
        gamma = 100_000 / stored
        gamma = None if abs(stored / 100_000 - 1 / 2.2) < _SRGB_GAMMA else gamma
    if len(found := chunks.get(b"cHRM", b"")) == 32:
        x, y, *colors = (each / 100_000 for each in struct.unpack(">8I", found))
        if y > 0 and _is_triangle(colors) and not _is_srgb((x, y, *colors)):
            space = ColorSpace(primaries=tuple(colors), white=(x, y))
    return PictureColor(ColorSpace(primaries=space.primaries, white=space.white, gamma=gamma))


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """The names and data of the small chunks before the pixels."""
    file.seek(8)
    while len(head := file.read(8)) == 8:
        length, name = struct.unpack(">I4s", head)
        if name in (b"IDAT", b"IEND"):
            return
        if length > 64:
            file.seek(length, 1)
            yield name, b""
        else:
            yield name, file.read(length)
        file.seek(4, 1)


def _is_triangle(colors: list[float]) -> bool:
    rx, ry, gx, gy, bx, by = colors
    return abs((gx - rx) * (by - ry) - (bx - rx) * (gy - ry)) > 1e-3


def _is_srgb(found: tuple[float, ...]) -> bool:
    own = (*ColorSpace().white, *ColorSpace().primaries)
    return max(abs(a - b) for a, b in zip(found, own, strict=True)) < 0.002
